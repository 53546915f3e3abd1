//! The versions before: what each changed, how it differs, and the way back to it.

use domain::views::{ChangedMappingLine, MappingDiff, MappingVersionLine, Page};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::causes::Corrections;
use super::{Hidden, Lists, target_of};
use crate::api::user_mapping::{BackToMapping, compare_mappings, list_mapping_versions};
use crate::components::{
    Loaded, Pager, Panel, Scroll, Submit, TimeOf, after, after_by, customer, heads, plural,
};

/// The parameter of the page's address that says before which version the list begins.
const BEFORE: &str = "before";

#[component]
pub(super) fn Versions(
    corrections: Corrections,
    /// The newest version is checked: others can be compared with it.
    is_checked: bool,
) -> impl IntoView {
    let earlier = list_mapping_versions(customer().slug, after_by(BEFORE));
    view! { <Loaded data=earlier draw=move |page| view! { <Earlier page corrections is_checked/> }/> }
}

#[component]
fn Earlier(page: Page<MappingVersionLine>, corrections: Corrections, is_checked: bool) -> impl IntoView {
    if page.rows.is_empty() {
        return ().into_any();
    }
    let (newest, can_edit) = (corrections.version, corrections.can_edit);
    let rows = page
        .rows
        .into_iter()
        .map(|version| {
            let number = version.number;
            let href = Lists::Compare(number).href();
            let compare = (is_checked && version.is_checked).then(|| view! { <a class="button quiet" href=href>"What changed since"<span class="visually-hidden">{format!(" version {number}")}</span></a> });
            let back = (can_edit && version.is_checked).then(|| view! {
                <form method="post" action=BackToMapping::PATH>
                    <Hidden version=newest/>
                    <input type="hidden" name="to" value=number/>
                    <Submit label="Take it up again" busy="Checking…" class="quiet" of=format!(": version {number}")/>
                </form>
            });
            view! {
                <tr>
                    <th scope="row" data-label="Version">{number}</th>
                    <td data-label="What"><bdi>{version.what}</bdi></td>
                    <td data-label="By"><bdi>{version.by}</bdi> ", " <TimeOf when=version.when/></td>
                    <td><div class="actions">{compare}{back}</div></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <Panel title="Earlier versions" id="versions" note=|| "nothing is ever overwritten">
            <div class="stack">
                <Scroll label="Earlier versions of the mapping">
                    {heads(["Version", "What", "By", "Actions"])}
                    <tbody>{rows}</tbody>
                </Scroll>
            </div>
            <Pager next=page.next key=BEFORE anchor="#versions" of="Earlier versions of the mapping"/>
        </Panel>
    }
    .into_any()
}

/// How the newest version differs from an earlier one.
#[component]
pub(super) fn Compare(
    older: i64,
    newer: i64,
    /// The name of the connected directory.
    connected: String,
) -> impl IntoView {
    let diff = compare_mappings(customer().slug, (older, newer), after());
    view! { <Loaded data=diff draw=move |diff| view! { <Difference diff connected/> }/> }
}

#[component]
fn Difference(diff: MappingDiff, connected: String) -> impl IntoView {
    let count = u64::try_from(diff.changed.len() + diff.gone.len()).unwrap_or(u64::MAX);
    let title = format!("From version {} to version {}", diff.older, diff.newer);
    let (is_last, is_first) = (diff.next.is_none(), after().is_none());
    let note = if is_last && is_first {
        plural(count, "line differs", "lines differ")
    } else {
        format!("{} on this page", plural(count, "line", "lines"))
    };
    if count == 0 {
        // Of a very long list only a part is looked through at once.
        let words = match (is_first, is_last) {
            (true, true) => "Every line says the same.",
            (false, true) => "Every line behind those says the same.",
            (true, false) => "So far every line says the same. Go on to look further.",
            (false, false) => "These lines say the same. Go on to look further.",
        };
        return view! {
            <Panel title id="lines">
                <p class="nothing">{words}</p>
                <Pager next=diff.next anchor="#lines" of="Lines that differ"/>
            </Panel>
        }
        .into_any();
    }
    let rows = diff
        .changed
        .into_iter()
        .chain(diff.gone)
        .map(|line| view! { <Changed line connected=connected.clone()/> })
        .collect_view();
    view! {
        <Panel title id="lines" note=move || note.clone()>
            <div class="stack">
                <Scroll label="Lines that differ">
                    {heads(["Existing username", "Before", "Now"])}
                    <tbody>{rows}</tbody>
                </Scroll>
            </div>
            <Pager next=diff.next anchor="#lines" of="Lines that differ"/>
        </Panel>
    }
    .into_any()
}

#[component]
fn Changed(line: ChangedMappingLine, connected: String) -> impl IntoView {
    let side = |said: Option<(String, String)>, nothing: &'static str| match said {
        None => view! { <span class="soft">{nothing}</span> }.into_any(),
        Some((new, target)) => {
            let target = target_of(&target, &connected);
            view! { <span class="name"><bdi>{new}</bdi></span><br/><span class="why"><bdi>{target}</bdi></span> }
                .into_any()
        }
    };
    let existing = if line.existing.is_empty() {
        view! { <span class="soft">"nothing"</span> }.into_any()
    } else {
        view! { <span class="name"><bdi>{line.existing}</bdi></span> }.into_any()
    };
    view! {
        <tr>
            <th scope="row" data-label="Existing username">{existing}</th>
            <td data-label="Before">{side(line.before, "no line")}</td>
            <td data-label="Now">{side(line.after, "line removed")}</td>
        </tr>
    }
}
