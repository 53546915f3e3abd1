//! P2: the local administrators of People, who of them has proven a sign-in, and a new one.

use domain::views::AdministratorView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::deployment::ProveLocalAdmin;
use crate::components::{Answer, Panel, Scroll, StateWord, Submit, TimeOf, Tone, customer, heads};
use crate::pages::people::AddAccount;

#[component]
pub(super) fn Administrators(all: Vec<AdministratorView>, can_state: bool) -> impl IntoView {
    let is_empty = all.is_empty();
    let rows = all
        .into_iter()
        .map(|admin| view! { <Row admin can_state/> })
        .collect_view();
    let list = if is_empty {
        view! { <p class="in soft">"People has no local administrator."</p> }.into_any()
    } else {
        view! {
            <div class="stack"><Scroll label="Administrators of People">
                {heads(["Administrator", "Username", "State", "Last sign-in seen", "Proof"])}
                <tbody>{rows}</tbody>
            </Scroll></div>
        }
        .into_any()
    };
    let add = can_state.then(|| view! { <AddAccount administrator=true/> });
    view! {
        <Answer of=ProveLocalAdmin::PATH done="It is on record."/>
        <Panel title="Local administrators" id="administrators">{list}</Panel>
        {add}
    }
}

#[component]
fn Row(admin: AdministratorView, can_state: bool) -> impl IntoView {
    let href = customer().path(&format!("people/{}", admin.account));
    let (tone, word) = if admin.is_active {
        (Tone::Ready, "Active")
    } else {
        (Tone::Problem, "Cannot sign in")
    };
    let proof = (can_state && admin.is_active).then(|| {
        view! {
            <form method="post" action=ProveLocalAdmin::PATH>
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="account" value=admin.account.to_string()/>
                <Submit label=format!("{} has just signed in", admin.username) busy="Recording…"/>
            </form>
        }
    });
    view! {
        <tr>
            <th scope="row"><a href=href>{admin.name}</a></th>
            <td class="name" data-label="Username">{admin.username.clone()}</td>
            <td><StateWord tone word/></td>
            <td data-label="Last sign-in seen">
                {match admin.last_sign_in {
                    Some(when) => view! { <TimeOf when/> }.into_any(),
                    None => view! { <span class="soft">"never"</span> }.into_any(),
                }}
            </td>
            <td>{proof}</td>
        </tr>
    }
}
