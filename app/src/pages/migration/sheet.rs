//! The go / no-go sheet: everything that decides, on one page to print, with names and times.

use domain::views::{MigrationPlanView, MigrationView, UserMappingView};
use leptos::prelude::*;

use super::checks::CheckList;
use crate::api::migration::{show_migration, show_migration_checks};
use crate::api::user_mapping::show_user_mapping;
use crate::components::{EmptyState, Loaded, PageHeader, Panel, TimeOf, customer};

/// `/c/{customer}/migration/sheet`
#[component]
pub fn SheetPage() -> impl IntoView {
    view! {
        <div class="column">
            <PageHeader title="Go / no-go"
                lede="What was looked at before the directory migration, as it is now. For everybody who decides."
                crumb=move || view! { <a href=customer().path("migration")>"Directory migration"</a> }/>
            <Loaded data=show_migration(customer().slug) draw=|view| view! { <Sheet view/> }/>
        </div>
    }
}

#[component]
fn Sheet(view: MigrationView) -> impl IntoView {
    let Some(plan) = view.plan else {
        return view! {
            <EmptyState title="There is no plan yet" detail="The sheet is there as soon as the deployment team has made a plan of the migration."/>
        }
        .into_any();
    };
    let number = plan.number;
    let agreed = view
        .agreed
        .unwrap_or_else(|| "No window is agreed on.".to_owned());
    let can_migrate = view.can_migrate;
    view! {
        <Panel title=format!("Plan {number}") id="plan"><PlanFacts plan agreed/></Panel>
        <Panel title="User mapping" id="mapping">
            <Loaded data=show_user_mapping(customer().slug) draw=|mapping| view! { <Approval mapping/> }/>
        </Panel>
        {can_migrate.then(|| view! { <Checks number/> })}
        <Panel title="Decided" id="decided">
            <dl class="facts in">
                <dt>"For the customer"</dt><dd>"Name, time: ______________________________"</dd>
                <dt>"For the deployment team"</dt><dd>"Name, time: ______________________________"</dd>
            </dl>
        </Panel>
    }
    .into_any()
}

#[component]
fn Checks(number: i64) -> impl IntoView {
    let checks = show_migration_checks(customer().slug, number);
    view! {
        <Panel title="Before it runs" id="checks">
            <div class="in"><Loaded data=checks draw=|checks| view! { <CheckList checks/> }/></div>
        </Panel>
    }
}

#[component]
fn PlanFacts(plan: MigrationPlanView, agreed: String) -> impl IntoView {
    let rehearsal = plan.rehearsal.map_or_else(
        || view! { "Not rehearsed." }.into_any(),
        |rehearsal| view! { {rehearsal.sentence} " Rehearsed " <TimeOf when=rehearsal.when/> "." }.into_any(),
    );
    let old_sync = if plan.options.old_sync_off {
        "Switched off"
    } else {
        "Stays on"
    };
    let policy = if plan.options.password_policy_off {
        "Switched off for the new directory"
    } else {
        "Stays as it is"
    };
    view! {
        <dl class="facts in">
            <dt>"What happens"</dt><dd>{plan.sentence}</dd>
            <dt>"Made"</dt><dd><bdi>{plan.made_by}</bdi> ", " <TimeOf when=plan.made/></dd>
            <dt>"Fingerprint"</dt><dd><code>{plan.hash}</code></dd>
            <dt>"Window"</dt><dd>{agreed}</dd>
            <dt>"Rehearsal"</dt><dd>{rehearsal}</dd>
            <dt>"Sync of the old directory"</dt><dd>{old_sync}</dd>
            <dt>"Local password policy"</dt><dd>{policy}</dd>
        </dl>
    }
}

#[component]
fn Approval(mapping: UserMappingView) -> impl IntoView {
    let Some(review) = mapping.review else {
        return view! { <p class="in">"No version was submitted."</p> }.into_any();
    };
    let decided = review
        .decided
        .map(|when| view! { <dt>"Decided"</dt><dd><bdi>{review.decided_by}</bdi> ", " <TimeOf when/></dd> });
    let second = (!review.seconded_by.is_empty())
        .then(|| view! { <dt>"Second approval"</dt><dd><bdi>{review.seconded_by}</bdi></dd> });
    view! {
        <dl class="facts in">
            <dt>"Version"</dt><dd>{review.version}</dd>
            <dt>"State"</dt><dd>{review.state.label()}</dd>
            <dt>"Submitted"</dt><dd><bdi>{review.submitted_by}</bdi> ", " <TimeOf when=review.submitted/></dd>
            {decided}{second}
        </dl>
    }
    .into_any()
}
