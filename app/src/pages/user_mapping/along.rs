//! The list that a line was opened from: the address of the line has it, so that its page leads on to the next one, and back.

use domain::user_mapping::{RenameKind, Severity};
use leptos::prelude::*;
use services::user_mapping::{MappingFilter, MappingList};

use super::{Group, Lists};
use crate::api::user_mapping::LIST;
use crate::components::{address, customer, param, query};

/// What of the page's address says which list of lines it shows, or that its line was opened from.
fn carried() -> Vec<(&'static str, String)> {
    let query = query();
    // That one lists accounts.
    if param(&query, "show") == "undecided" {
        return Vec::new();
    }
    let values = LIST.map(|key| (key, param(&query, key))).into_iter();
    values.filter(|(_, value)| !value.is_empty()).collect()
}

/// The address of a line that the list of this page shows, or that its line leads to.
pub(super) fn line_along(line: u64) -> String {
    let (line, carried) = (line.to_string(), carried());
    let list = carried.iter().map(|(key, value)| (*key, value.as_str()));
    let query = [("line", line.as_str())].into_iter().chain(list);
    format!("{}#lines", address(&customer().path("user-mapping"), query))
}

/// What the address narrows the lines to.
pub(super) fn narrowed() -> MappingFilter {
    let query = query();
    MappingFilter {
        kind: RenameKind::from_code(&param(&query, "kind")),
        severity: Severity::from_code(&param(&query, "with")),
        unused: param(&query, "account") == MappingFilter::UNUSED,
        search: param(&query, "search"),
    }
}

/// The list that one goes through line by line: all lines, where the address names none. `None`: a line has no next one in it.
pub(super) fn list_to_go_on() -> Option<MappingList> {
    match Lists::listed() {
        Some(Lists::Group(Group {
            code,
            severity,
            about,
        })) => Some(MappingList::Group {
            code,
            severity,
            about,
        }),
        Some(Lists::All) | None => Some(MappingList::Lines(narrowed())),
        Some(_) => None,
    }
}

/// On to the next line of the list, and back to that.
#[component]
pub(super) fn Ways(
    /// `None`: there is none behind this one.
    next: Option<u64>,
) -> impl IntoView {
    let carried = carried();
    let (back, words) = if carried.is_empty() {
        (Lists::All.href(), "Show all lines")
    } else {
        let list = carried.iter().map(|(key, value)| (*key, value.as_str()));
        let back = address(&customer().path("user-mapping"), list);
        (format!("{back}#lines"), "Back to this list")
    };
    let next = next.map(|line| view! { <a class="button" href=line_along(line) rel="next">"Next line"</a> });
    view! {
        <nav class="actions" aria-label="Lines of the list">
            {next}
            <a class="button quiet" href=back>{words}</a>
        </nav>
    }
}

/// The list, as fields of a form that asks for the page of the line again.
#[component]
pub(super) fn Carried() -> impl IntoView {
    let fields = carried()
        .into_iter()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    fields.collect_view()
}
