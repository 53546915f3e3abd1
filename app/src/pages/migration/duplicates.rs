//! Newcomers after the migration who look like somebody who was there before, and their repair.

use domain::views::LookalikeView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::migration::{RepairDuplicate, list_lookalikes};
use crate::components::{Loaded, Panel, Scroll, Submit, customer, heads};

#[component]
pub(super) fn Duplicates(can_repair: bool) -> impl IntoView {
    let pairs = list_lookalikes(customer().slug);
    view! {
        <Panel title="Duplicate watch" id="duplicates">
            <Loaded data=pairs draw=move |pairs| view! { <Pairs pairs can_repair/> }/>
        </Panel>
    }
}

#[component]
fn Pairs(pairs: Vec<LookalikeView>, can_repair: bool) -> impl IntoView {
    if pairs.is_empty() {
        return view! { <p class="nothing">"Nobody who came since looks like somebody who was there before."</p> }.into_any();
    }
    let rows = pairs
        .into_iter()
        .map(|pair| view! { <Pair pair can_repair/> })
        .collect_view();
    view! {
        <p class="in">"Two people may have the same name: look at both accounts first. A repair gives the older account the newcomer’s person of the directory, username and directory, and blocks the newcomer’s account. Nothing in either is deleted; content of the newcomer’s account stays there."</p>
        <div class="stack">
            <Scroll label="Accounts that look alike">
                {heads(["Newcomer", "Was there before", "Why", "Repair"])}
                <tbody>{rows}</tbody>
            </Scroll>
        </div>
    }
    .into_any()
}

#[component]
fn Pair(pair: LookalikeView, can_repair: bool) -> impl IntoView {
    let person = |id: &str, name: String, username: String| {
        let href = customer().path(&format!("people/{id}"));
        view! { <a href=href><bdi>{name}</bdi></a><br/><span class="why name"><bdi>{username}</bdi></span> }
    };
    let of = format!(": {}", pair.newcomer_username);
    let newcomer = person(&pair.newcomer, pair.newcomer_name, pair.newcomer_username);
    let older = person(&pair.older, pair.older_name, pair.older_username);
    let repair = can_repair.then(|| {
        view! {
            <form method="post" action=RepairDuplicate::PATH class="actions">
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="newcomer" value=pair.newcomer.clone()/>
                <input type="hidden" name="older" value=pair.older.clone()/>
                <Submit label="They are one person" busy="Repairing…" of/>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row" data-label="Newcomer">{newcomer}</th>
            <td data-label="Was there before">{older}</td>
            <td data-label="Why">{pair.why}</td>
            <td data-label="Repair">{repair}</td>
        </tr>
    }
}
