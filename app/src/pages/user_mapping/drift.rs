//! What changed in People and the directory, by name (P-17).

use domain::views::MappingDrift;
use leptos::prelude::*;

use crate::components::{customer, plural};

/// Accounts, each with the way to its page, and people of the directory; behind the first of them how many more.
#[component]
pub(super) fn Changes(changes: MappingDrift) -> impl IntoView {
    let accounts = changes
        .accounts
        .into_iter()
        .map(|account| {
            let href = customer().path(&format!("people/{}", account.id));
            view! { <li><a href=href><bdi>{account.text}</bdi></a></li> }
        })
        .collect_view();
    let people = changes
        .people
        .into_iter()
        .map(|text| view! { <li><bdi>{text}</bdi></li> })
        .collect_view();
    let more = |count: u64, one: &str, many: &str| {
        (count > 0).then(|| view! { <li>{format!("and {}", plural(count, one, many))}</li> })
    };
    let more_accounts = more(changes.more_accounts, "more account", "more accounts");
    let more_people = more(
        changes.more_people,
        "more person of the directory",
        "more people of the directory",
    );
    view! { <ul>{accounts}{more_accounts}{people}{more_people}</ul> }
}

/// What else takes an approval back, where nobody of those who are listed changed (P-07, P-08, P-17).
pub(super) const UNNAMED: &str = "Nobody can be named: somebody changed while it was checked, an administrator whom this mapping \
                                  renames or moves has signed in, somebody was linked anew, or the connection was changed.";

/// Whether nobody is named.
pub(super) fn is_nobody(changes: &MappingDrift) -> bool {
    changes.accounts.is_empty() && changes.people.is_empty()
}
