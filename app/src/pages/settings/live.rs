//! What the directory says of a chosen or mapped group, and when it said so.

use domain::views::{GroupStanding, GroupsView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::settings::CountGroups;
use crate::components::{Banner, Submit, TimeOf, Tone, customer};

/// Which group it is and who is in it; `children` stand behind its name.
#[component]
pub fn WhichGroup(group: GroupStanding, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    let was = group.was.map(|was| {
        format!("Renamed in the directory; it was “{was}” when it was chosen. That changes nothing.")
    });
    let kind = group.kind.map(|kind| format!("{kind} · "));
    view! {
        <div class="pick">
            <b>{group.name}</b>
            {children.map(|children| children())}
            <span class="why">{kind}<code>{group.object_id}</code></span>
            {group.members.map(|members| view! { <span class="why">{format!("Members: {members}.")}</span> })}
            {was.map(|was| view! { <span class="why">{was}</span> })}
            {group.problem.map(|problem| view! { <span class="error">{problem}</span> })}
            {group.warning.map(|warning| view! { <span class="caution">{warning}</span> })}
        </div>
    }
}

/// When the groups were counted, what kept it from being now, and the button that counts again.
#[component]
pub fn Counted(live: GroupsView, can_edit: bool) -> impl IntoView {
    let counted = match live.counted {
        Some(when) => view! { <span class="soft">"Counted "<TimeOf when/>"."</span> }.into_any(),
        None => view! { <span class="soft">"Not counted yet."</span> }.into_any(),
    };
    view! {
        {live.problem.map(|problem| view! {
            <div class="in"><Banner tone=Tone::Waiting>
                <p>{format!("The counts could not be read just now. {problem} Everything else on this page works meanwhile.")}</p>
            </Banner></div>
        })}
        <div class="below-table actions">
            {counted}
            {can_edit.then(|| view! {
                <form method="post" action=CountGroups::PATH>
                    <input type="hidden" name="customer" value=customer().slug/>
                    <Submit label="Count again" busy="Counting…"/>
                </form>
            })}
        </div>
    }
}
