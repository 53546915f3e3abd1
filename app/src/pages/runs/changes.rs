//! Who changes in a run: person, what, why, and every field before and after.

use domain::sync::{ChangeKind, ChangeState, FieldChange, RunKind};
use domain::views::{ChangeFilter, ChangeRow, Page, RunRow};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::runs::{Relink, list_changes};
use crate::components::{
    AFTER, Answer, Download, Field, Filters, Loaded, Option_, Panel, SelectField, StateWord, Submit, Tone,
    after, customer, listed, param, plural, query,
};

/// The list of changes, narrowed by what the address says.
#[component]
pub fn ChangesPanel(run: RunRow) -> impl IntoView {
    let query = query();
    let filter = ChangeFilter {
        kind: ChangeKind::from_code(&param(&query, "kind")),
        state: ChangeState::from_code(&param(&query, "state")),
        search: param(&query, "search"),
    };
    let is_filtered = filter != ChangeFilter::default();
    let is_test = run.kind == RunKind::TestSync;
    let is_open = !run.state.is_final();
    let customer = customer();
    let path = customer.path(&format!("runs/{}", run.number));
    let list = format!("{path}/changes");
    let number = run.number;
    let changes = list_changes(customer.slug, run.number, filter.clone(), after());
    view! {
        <Answer of=Relink::PATH done="The account is linked to the new entry. The next run brings it up to date."/>
        <Panel title="Changes" id="changes" note=move || {
            view! { <Download path=list.clone() what="changes" filters=&["kind", "state", "search"]/> }
        }>
            <Narrow path filter/>
            <Loaded data=changes draw=move |page| view! { <ChangeList page number is_filtered is_open is_test/> }/>
        </Panel>
    }
}

#[component]
fn Narrow(path: String, filter: ChangeFilter) -> impl IntoView {
    let kinds = Option_::filter(
        "Every kind",
        ChangeKind::ALL.iter().map(|kind| (kind.code(), kind_name(*kind))),
    );
    let states = Option_::filter(
        "Any outcome",
        ChangeState::ALL
            .iter()
            .map(|state| (state.code(), state_name(*state))),
    );
    let narrowed = filter != ChangeFilter::default();
    let (kind, state) = (
        filter.kind.map(ChangeKind::code),
        filter.state.map(ChangeState::code),
    );
    view! {
        <Filters path narrowed anchor="#changes">
            <Field key="search" label="Name or username" kind="search" value=filter.search.clone()/>
            <SelectField key="kind" label="Kind" options=kinds value=kind.unwrap_or_default()/>
            <SelectField key="state" label="Outcome" options=states value=state.unwrap_or_default()/>
        </Filters>
    }
}

#[component]
fn ChangeList(
    page: Page<ChangeRow>,
    number: i64,
    is_filtered: bool,
    is_open: bool,
    is_test: bool,
) -> impl IntoView {
    let nothing = match (is_filtered, is_open, is_test) {
        (true, _, _) => "Nobody fits these filters.",
        (_, true, _) => "Nothing yet: changes are listed once the run has compared.",
        (_, _, true) => "A test sync reads and writes nothing, so it lists no changes. A preview does.",
        _ => "Nobody changed: People and the directory say the same.",
    };
    let columns = ["Person", "Change", "Before and after", "Reason"];
    let rows = listed(
        page,
        (AFTER, "#changes"),
        ("Changes, a row for each person", columns),
        nothing,
        move |change| view! { <Row change number/> },
    );
    view! { <div class="changes-table">{rows}</div> }
}

#[component]
fn Row(change: ChangeRow, number: i64) -> impl IntoView {
    let (tone, word) = change_word(change.kind, change.state);
    // A creation that is not applied names an account that does not exist yet.
    let exists = change.kind != ChangeKind::Create || change.state == ChangeState::Applied;
    let href = change
        .account
        .filter(|_| exists)
        .map(|account| customer().path(&format!("people/{account}")));
    let name = if change.name.is_empty() {
        change.username.clone()
    } else {
        change.name
    };
    let person = match href {
        Some(href) => view! { <a href=href><bdi>{name}</bdi></a> }.into_any(),
        None => view! { <bdi>{name}</bdi> }.into_any(),
    };
    let relink = change.can_relink.then(|| {
        let of = change.username.clone();
        view! { <RelinkForm number seq=change.seq of/> }
    });
    view! {
        <tr>
            <th scope="row">{person}<br/><bdi class="name soft">{change.username}</bdi></th>
            <td><StateWord tone word/></td>
            <td><FieldChanges kind=change.kind fields=change.fields/></td>
            <td class="reason">
                {change.reason}
                {change.remedy.map(|remedy| view! { <p class="why">{remedy}</p> })}
                {relink}
            </td>
        </tr>
    }
}

/// I-07: the decision that two entries of the directory are one person. Folded away, since it hands over an account.
#[component]
fn RelinkForm(number: i64, seq: i64, of: String) -> impl IntoView {
    view! {
        <details>
            <summary>"They are the same person"</summary>
            <form method="post" action=Relink::PATH class="form">
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="number" value=number.to_string()/>
                <input type="hidden" name="seq" value=seq.to_string()/>
                <p class="why">"They get this account with all its content. Usernames are recycled: ask before you decide."</p>
                <div class="actions"><Submit label=format!("Link {of} to the new entry") busy="Linking…" class="danger"/></div>
            </form>
        </details>
    }
}

/// Every field before and after. Of somebody new there is no before: what is filled is folded away, so that the list
/// stays a list of people.
#[component]
pub fn FieldChanges(kind: ChangeKind, fields: Vec<FieldChange>) -> impl IntoView {
    if kind == ChangeKind::Create {
        let filled: Vec<_> = fields.into_iter().filter(|field| field.after.is_some()).collect();
        let number = u64::try_from(filled.len()).unwrap_or(u64::MAX);
        let rows = filled
            .into_iter()
            .map(|field| view! { <dt>{field.field}</dt><dd><bdi>{field.after}</bdi></dd> })
            .collect_view();
        return view! {
            <details class="filled">
                <summary>{format!("{} filled", plural(number, "field", "fields"))}</summary>
                <dl class="facts">{rows}</dl>
            </details>
        }
        .into_any();
    }
    let value = |value: Option<String>| match value {
        Some(text) => view! { <bdi>{text}</bdi> }.into_any(),
        None => view! { <span class="blank">"empty"</span> }.into_any(),
    };
    let line = move |field: FieldChange| {
        let is_cosmetic = field.is_cosmetic();
        view! {
            <li>
                <span class="label">{field.field}</span>" "
                <span class="change">
                    <del>{value(field.before)}</del>
                    <span class="to">"to"</span>
                    <ins>{value(field.after)}</ins>
                </span>
                {is_cosmetic.then(|| view! { " "<span class="why">"(letter case or spaces only)"</span> })}
            </li>
        }
    };
    let has_any = !fields.is_empty();
    let lines = fields.into_iter().map(line).collect_view();
    has_any
        .then(|| view! { <ul class="change-list" role="list">{lines}</ul> })
        .into_any()
}

/// What happens, or has happened, to one person: a mark and a word.
pub fn change_word(kind: ChangeKind, state: ChangeState) -> (Tone, String) {
    use ChangeKind as K;
    let done = match kind {
        K::Create => "created",
        K::Update => "updated",
        K::Rename => "renamed",
        K::Link => "linked",
        K::Block => "blocked",
        K::Unblock => "unblocked",
        K::GroupAdd => "added to a group",
        K::GroupRemove => "removed from a group",
        K::Skip => return (Tone::Neutral, "Skipped".to_owned()),
        K::Flag => return (Tone::Waiting, "Flagged".to_owned()),
        K::Dispute => return (Tone::Held, "Needs your decision".to_owned()),
    };
    match state {
        ChangeState::Applied | ChangeState::Noted => {
            let tone = if matches!(kind, K::Block | K::GroupRemove) {
                Tone::Neutral
            } else {
                Tone::Ready
            };
            (tone, capitalised(done))
        }
        ChangeState::Planned => (Tone::Waiting, format!("Would be {done}")),
        ChangeState::Failed => (Tone::Problem, format!("Could not be {done}")),
        ChangeState::Dropped => (Tone::Neutral, format!("Was not {done}")),
    }
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

const fn kind_name(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Create => "Creations",
        ChangeKind::Update => "Updates",
        ChangeKind::Rename => "Renames",
        ChangeKind::Link => "Links",
        ChangeKind::Block => "Blocks",
        ChangeKind::Unblock => "Unblocks",
        ChangeKind::GroupAdd => "Added to groups",
        ChangeKind::GroupRemove => "Removed from groups",
        ChangeKind::Skip => "Skipped",
        ChangeKind::Flag => "Flagged",
        ChangeKind::Dispute => "Needs a decision",
    }
}

const fn state_name(state: ChangeState) -> &'static str {
    match state {
        ChangeState::Planned => "Not applied yet",
        ChangeState::Applied => "Applied",
        ChangeState::Failed => "Could not be written",
        ChangeState::Noted => "Nothing to apply",
        ChangeState::Dropped => "Dropped",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_08_a_change_says_whether_it_happened() {
        let word = |kind, state| change_word(kind, state).1;
        assert_eq!(word(ChangeKind::Create, ChangeState::Applied), "Created");
        assert_eq!(word(ChangeKind::Block, ChangeState::Planned), "Would be blocked");
        assert_eq!(
            word(ChangeKind::Rename, ChangeState::Failed),
            "Could not be renamed"
        );
        assert_eq!(word(ChangeKind::Block, ChangeState::Dropped), "Was not blocked");
        assert_eq!(
            word(ChangeKind::Dispute, ChangeState::Noted),
            "Needs your decision"
        );
    }
}
