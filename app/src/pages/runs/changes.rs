//! Who changes in a run: person, what, why, and every field before and after.

use domain::sync::{ChangeKind, ChangeState, FieldChange, RunKind};
use domain::views::{ChangeFilter, ChangeRow, Page, RunView};
use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::hooks::use_query_map;

use crate::api::runs::list_changes;
use crate::components::links::param;
use crate::components::{
    Download, Field, Loaded, Option_, Pager, Panel, Scroll, SelectField, StateWord, Tone, customer,
};

/// The list of changes, narrowed by what the address says.
#[component]
pub fn ChangesPanel(live: RwSignal<RunView>) -> impl IntoView {
    let customer = customer();
    let query = use_query_map();
    let number = live.with_untracked(|run| run.row.number);
    let is_test = live.with_untracked(|run| run.row.kind == RunKind::TestSync);
    let filter = Memo::new(move |_| {
        let query = query.read();
        let filter = ChangeFilter {
            kind: ChangeKind::from_code(&param(&query, "kind")),
            state: ChangeState::from_code(&param(&query, "state")),
            search: param(&query, "search"),
        };
        (
            filter,
            Some(param(&query, "after")).filter(|after| !after.is_empty()),
        )
    });
    // The list is asked for again when the run enters another phase, not with every number.
    let epoch = Memo::new(move |_| live.with(|run| (run.phase, run.row.state)));
    let changes = Resource::new(
        move || (customer.slug.get(), filter.get(), epoch.get()),
        move |(slug, (filter, after), _)| list_changes(slug, number, filter, after),
    );
    let is_open = Memo::new(move |_| live.with(|run| !run.row.state.is_final()));
    view! {
        <Panel title="Changes" id="changes" note=move || {
            let path = customer.path(&format!("runs/{number}/changes"));
            view! { <Download path what="changes" filters=&["kind", "state", "search"]/> }
        }>
            <Filters path=customer.path(&format!("runs/{number}"))/>
            <Loaded resource=changes draw=move |page| {
                let is_filtered = filter.get_untracked().0 != ChangeFilter::default();
                view! { <ChangeList page is_filtered is_open=is_open.get_untracked() is_test/> }
            }/>
        </Panel>
    }
}

#[component]
fn Filters(path: String) -> impl IntoView {
    let query = use_query_map();
    let of = move |key: &'static str| Memo::new(move |_| param(&query.read(), key));
    let (search, kind, state) = (of("search"), of("kind"), of("state"));
    let kinds = || {
        let kind = |kind: &ChangeKind| Option_::new(kind.code(), kind_name(*kind));
        std::iter::once(Option_::new("", "Every kind"))
            .chain(ChangeKind::ALL.iter().map(kind))
            .collect::<Vec<_>>()
    };
    let states = || {
        let state = |state: &ChangeState| Option_::new(state.code(), state_name(*state));
        std::iter::once(Option_::new("", "Any outcome"))
            .chain(ChangeState::ALL.iter().map(state))
            .collect::<Vec<_>>()
    };
    let action = format!("{path}#changes");
    let is_narrowed =
        move || !(search.read().is_empty() && kind.read().is_empty() && state.read().is_empty());
    view! {
        <search class="above-table">
            <Form method="get" action=path attr:class="filters" noscroll=true>
                {move || view! { <Field key="search" label="Name or username" kind="search" value=search.get()/> }}
                {move || view! { <SelectField key="kind" label="Kind" options=kinds() value=kind.get()/> }}
                {move || view! { <SelectField key="state" label="Outcome" options=states() value=state.get()/> }}
                <div class="actions">
                    <button type="submit" class="button">"Show"</button>
                    {move || is_narrowed().then(|| view! { <a class="button quiet" href=action.clone()>"Show all"</a> })}
                </div>
            </Form>
        </search>
    }
}

#[component]
fn ChangeList(page: Page<ChangeRow>, is_filtered: bool, is_open: bool, is_test: bool) -> impl IntoView {
    if page.rows.is_empty() {
        let text = match (is_filtered, is_open, is_test) {
            (true, _, _) => "Nobody fits these filters.",
            (_, true, _) => "Nothing yet: changes are listed once the run has compared.",
            (_, _, true) => "A test sync reads and writes nothing, so it lists no changes. A preview does.",
            _ => "Nobody changed: People and the directory say the same.",
        };
        return view! { <p class="nothing">{text}</p><div class="below-table"><Pager next=page.next/></div> }
            .into_any();
    }
    let rows = page
        .rows
        .into_iter()
        .map(|change| view! { <Row change/> })
        .collect_view();
    view! {
        <div class="stack changes-table">
            <Scroll label="Changes, a row for each person">
                <thead>
                    <tr>
                        <th scope="col">"Person"</th>
                        <th scope="col">"Change"</th>
                        <th scope="col">"Before and after"</th>
                        <th scope="col">"Reason"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </Scroll>
        </div>
        <div class="below-table"><Pager next=page.next/></div>
    }
    .into_any()
}

#[component]
fn Row(change: ChangeRow) -> impl IntoView {
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
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => view! { {name} }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{person}<br/><span class="name soft">{change.username}</span></th>
            <td><StateWord tone word/></td>
            <td><FieldChanges fields=change.fields/></td>
            <td class="reason">{change.reason}</td>
        </tr>
    }
}

/// Every field before and after.
#[component]
pub fn FieldChanges(fields: Vec<FieldChange>) -> impl IntoView {
    let value = |value: Option<String>| match value {
        Some(text) => view! { {text} }.into_any(),
        None => view! { <span class="blank">"empty"</span> }.into_any(),
    };
    let line = move |field: FieldChange| {
        let label = field.label().to_owned();
        let is_cosmetic = field.is_cosmetic();
        view! {
            <li>
                <span class="label">{label}</span>" "
                <span class="change">
                    <del>{value(field.before)}</del>
                    <span class="to">"to"</span>
                    <ins>{value(field.after)}</ins>
                </span>
                {is_cosmetic.then(|| view! { " "<span class="why">"(letter case or spaces only)"</span> })}
            </li>
        }
    };
    (!fields.is_empty()).then(
        || view! { <ul class="change-list" role="list">{fields.into_iter().map(line).collect_view()}</ul> },
    )
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
