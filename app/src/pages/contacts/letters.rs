//! The latest letters about a deployment: nobody has to wonder whether one has left.

use domain::notices::LetterState;
use domain::views::LetterView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::contacts::SendAgain;
use crate::components::{Panel, Scroll, StateWord, TimeOf, Tone, customer, heads};

#[component]
pub(super) fn Letters(letters: Vec<LetterView>, can_edit: bool) -> impl IntoView {
    if letters.is_empty() {
        return ().into_any();
    }
    let rows = letters
        .into_iter()
        .map(|letter| view! { <Row letter can_edit/> })
        .collect_view();
    view! {
        <Panel title="Mail" id="mail" note=|| "the latest letters about this deployment">
            <Scroll label="Letters about this deployment">
                {heads(["Subject", "To", "State", "When"])}
                <tbody>{rows}</tbody>
            </Scroll>
        </Panel>
    }
    .into_any()
}

#[component]
fn Row(letter: LetterView, can_edit: bool) -> impl IntoView {
    let tone = match letter.state {
        LetterState::Sent => Tone::Ready,
        LetterState::Waiting => Tone::Waiting,
        LetterState::Failed => Tone::Problem,
    };
    let label = format!("Send again: {}", letter.subject);
    let again = (can_edit && letter.state == LetterState::Failed).then(|| {
        view! {
            <form method="post" action=SendAgain::PATH>
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="letter" value=letter.id.to_string()/>
                <button type="submit" class="button quiet" aria-label=label>"Send again"</button>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row">{letter.subject}</th>
            <td>{letter.to}</td>
            <td>
                <StateWord tone word=letter.state.label()/>
                {letter.problem.map(|problem| view! { <p class="why">{problem}</p> })}
                {again}
            </td>
            <td><TimeOf when=letter.when/></td>
        </tr>
    }
}
