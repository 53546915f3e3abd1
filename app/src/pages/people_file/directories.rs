//! The directories that the intranet followed before: their accounts, and their sync.

use domain::views::OldDirectoryView;
use leptos::prelude::*;

use crate::components::{Panel, TimeOf, customer, plural};

/// Each directory with whose accounts it has and how its sync stands; nothing where there is none.
#[component]
pub fn OldDirectories(old: Vec<OldDirectoryView>) -> impl IntoView {
    if old.is_empty() {
        return ().into_any();
    }
    let rows = old
        .into_iter()
        .map(|old| {
            let accounts = plural(old.accounts, "account", "accounts");
            view! {
                <dt><bdi>{old.name}</bdi></dt>
                <dd>
                    {format!("{}, {accounts}. ", old.kind.label())}
                    {match old.sync_off {
                        Some(when) => view! { "Its sync was switched off by the migration, " <TimeOf when/> "; an undo switches it on again." }.into_any(),
                        None => view! { "Its sync goes on until the migration switches it off." }.into_any(),
                    }}
                </dd>
            }
        })
        .collect_view();
    let whose = customer().path("people?directory=before");
    view! {
        <Panel title="What the intranet followed before" id="old-directories">
            <div class="in">
                <dl class="facts">{rows}</dl>
                <p><a href=whose>"See whose accounts these are"</a></p>
            </div>
        </Panel>
    }
    .into_any()
}
