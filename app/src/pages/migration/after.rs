//! A migration that has happened: what came of it, person by person, and the way back.

use domain::views::{MigrationRunView, Page, ReconciliationRow};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::duplicates::Duplicates;
use super::entries::{Entries, change, href};
use super::reserved::Reserved;
use super::run::Facts;
use super::tone_of;
use crate::api::migration::{UndoMigration, list_differing};
use crate::components::{
    AFTER, Banner, Download, Loaded, Panel, StateWord, Submit, Tone, Verdict, address, after, customer,
    listed, param, query,
};

#[component]
pub(super) fn Outcome(
    run: MigrationRunView,
    can_migrate: bool,
    /// The list of accounts is about this run, and not about a plan below.
    shows_accounts: bool,
) -> impl IntoView {
    let (tone, word) = (tone_of(run.state), run.state.label());
    let (plan, number) = (run.plan, run.number);
    let problem = run
        .problem
        .clone()
        .map(|problem| view! { <Banner tone=Tone::Problem><p>{problem}</p></Banner> });
    let file = customer().path(&format!("migration/{plan}/reconciliation"));
    let part = |name: &str| format!("{}#{name}", address(&customer().path("migration"), [(name, "1")]));
    let asked = |name: &str| param(&query(), name) == "1";
    view! {
        <Panel title=format!("Migration {number}") id="outcome" note=move || view! { <StateWord tone word/> }>
            <div class="in parts">
                <Verdict tone>{run.state.sentence()}</Verdict>
                {problem}
                <Facts run=run.clone()/>
                <p>"Everybody as planned and as they are: "<Download path=file what="everybody as planned and as they are"/></p>
                {shows_accounts.then(|| view! { <p><a href=href("all")>"Every account, with what became of it"</a></p> })}
                <p><a href=part("compare")>"Who is not as planned"</a></p>
                <p><a href=part("duplicates")>"Look for duplicates"</a>": newcomers of the last 30 days who look like somebody who was there before."</p>
                <p><a href=part("reserved")>"Reserved usernames"</a>": nobody has them any more, and newcomers do not get them."</p>
                <p><a href=customer().path("migration/help-desk")>"Old and new usernames for the help desk"</a></p>
                {can_migrate.then(|| view! { <Undo run=run.clone()/> })}
            </div>
        </Panel>
        {asked("reserved").then(|| view! { <Reserved can_release=can_migrate/> })}
        {asked("duplicates").then(|| view! { <Duplicates can_repair=can_migrate/> })}
        {asked("compare").then(|| view! { <Differing plan/> })}
        {shows_accounts.then(|| view! { <Entries plan undo=can_migrate.then_some(number)/> })}
    }
}

/// M-14: for everybody until a sync writes to People; later one by one.
#[component]
fn Undo(run: MigrationRunView) -> impl IntoView {
    let number = run.number;
    if !run.can_undo_whole {
        return view! {
            <p class="soft">"A sync has come as far as to write to People since, so it can be undone for one account at a time only: in the list of accounts."</p>
        }
        .into_any();
    }
    view! {
        <details class="fold">
            <summary>"Undo it"</summary>
            <form method="post" action=UndoMigration::PATH class="form">
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="number" value=number/>
                <p>"This makes the plan that takes it back; nothing changes before that is started. Whoever changed since stays as they are, and is named. It is possible until the first sync that writes to People."</p>
                <div class="actions"><Submit label="Make the plan to undo it" busy="Making…" class="danger"/></div>
            </form>
        </details>
    }
    .into_any()
}

#[component]
fn Differing(plan: i64) -> impl IntoView {
    let differing = list_differing(customer().slug, plan, after());
    view! {
        <Panel title="Not as planned" id="compare">
            <Loaded data=differing draw=rows/>
        </Panel>
    }
}

fn rows(page: Page<ReconciliationRow>) -> AnyView {
    let columns = ["Account", "Username", "Directory", "State", "What differs"];
    listed(
        page,
        (AFTER, "#compare"),
        ("Accounts that are not as planned", columns),
        "Everybody is as planned.",
        |row| view! { <Row row/> },
    )
}

#[component]
fn Row(row: ReconciliationRow) -> impl IntoView {
    let href = customer().path(&format!("people/{}", row.entry.account));
    view! {
        <tr>
            <th scope="row" data-label="Account"><a href=href><bdi>{row.entry.name}</bdi></a></th>
            <td data-label="Username">{change(row.entry.username_after, row.username)}</td>
            <td data-label="Directory">{change(row.entry.directory_after, row.directory)}</td>
            <td data-label="State">{row.state}</td>
            <td data-label="What differs">{row.differences.join(" ")}</td>
        </tr>
    }
}
