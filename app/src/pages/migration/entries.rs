//! What the plan says of each account.

use domain::migration::EntryKind;
use domain::views::{MigrationEntryRow, Page};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::migration::{UndoMigration, list_migration_entries};
use crate::components::{
    AFTER, Download, Field, Filters, Loaded, Option_, Panel, SelectField, StateWord, Submit, Tone, address,
    after, customer, listed, param, query,
};

/// The address of the list of one kind; `local`: of those who become local; `all`: of everybody.
pub(super) fn href(kind: &str) -> String {
    let address = address(&customer().path("migration"), [("entries", kind)]);
    format!("{address}#accounts")
}

/// The list that the address asks for.
#[component]
pub(super) fn Entries(
    plan: i64,
    /// The run that may be undone for one account.
    undo: Option<i64>,
) -> impl IntoView {
    let query = query();
    let asked = param(&query, "entries");
    if asked.is_empty() {
        return ().into_any();
    }
    let kind = EntryKind::from_code(&asked);
    let becomes_local = asked == "local";
    let search = param(&query, "search");
    let entries = list_migration_entries(
        customer().slug,
        plan,
        (kind, becomes_local, search.clone()),
        after(),
    );
    let is_narrowed = asked != "all" || !search.is_empty();
    let kinds: Vec<Option_> = std::iter::once(Option_::new("all", "Everybody"))
        .chain(
            EntryKind::ALL
                .iter()
                .map(|kind| Option_::new(kind.code(), kind.label())),
        )
        .chain([Option_::new("local", "Become local")])
        .collect();
    let file = customer().path(&format!("migration/{plan}/entries"));
    view! {
        <Panel title="Accounts of the plan" id="accounts" note=move || view! { <Download path=file.clone() what="what becomes of every account"/> }>
            <Filters path=customer().path("migration") narrowed=is_narrowed anchor="#accounts">
                <Field key="search" label="Name or username" kind="search" value=search/>
                <SelectField key="entries" label="What becomes of them" options=kinds value=asked/>
            </Filters>
            <Loaded data=entries draw=move |page| rows(page, undo)/>
        </Panel>
    }
    .into_any()
}

fn rows(page: Page<MigrationEntryRow>, undo: Option<i64>) -> AnyView {
    let columns = ["Account", "Username", "Directory", "What becomes of it"];
    listed(
        page,
        (AFTER, "#accounts"),
        ("What becomes of accounts", columns),
        "No account fits.",
        |row| view! { <Row row undo/> },
    )
}

#[component]
fn Row(row: MigrationEntryRow, undo: Option<i64>) -> impl IntoView {
    let href = customer().path(&format!("people/{}", row.account));
    let tone = match row.kind {
        EntryKind::Held => Tone::Problem,
        EntryKind::Nothing => Tone::Neutral,
        _ => Tone::Ready,
    };
    let link = match (row.is_linked, row.needs_password) {
        (_, true) => "Needs a password of the intranet.",
        (true, false) => "Linked to their person of the directory.",
        (false, false) => "",
    };
    let undo = undo.filter(|_| row.kind.writes()).map(|run| {
        view! {
            <form method="post" action=UndoMigration::PATH class="actions">
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="number" value=run/>
                <input type="hidden" name="only" value=row.account.clone()/>
                <Submit label="Plan to undo this one" busy="Making…" class="quiet" of=format!(": {}", row.name)/>
            </form>
        }
    });
    let words = row.held.clone().unwrap_or_else(|| link.to_owned());
    view! {
        <tr>
            <th scope="row" data-label="Account"><a href=href><bdi>{row.name}</bdi></a></th>
            <td data-label="Username">{change(row.username_before, row.username_after)}</td>
            <td data-label="Directory">{change(row.directory_before, row.directory_after)}</td>
            <td data-label="What becomes of it"><StateWord tone word=row.kind.label()/><br/><span class="why"><bdi>{words}</bdi></span>{undo}</td>
        </tr>
    }
}

/// Before and after; once, where they are the same.
pub(super) fn change(before: String, after: String) -> AnyView {
    if before == after {
        return view! { <span class="name"><bdi>{after}</bdi></span> }.into_any();
    }
    view! {
        <span class="change name"><del><bdi>{before}</bdi></del><span class="to">" to "</span><bdi>{after}</bdi></span>
    }
    .into_any()
}
