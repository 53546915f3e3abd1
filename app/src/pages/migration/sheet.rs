//! The go / no-go sheet: everything that decides, on one page to print, with names and times.

use domain::migration::MigrationRunState;
use domain::views::{MigrationPlanView, MigrationView, UserMappingView};
use leptos::prelude::*;

use super::checks::CheckList;
use super::is_over;
use crate::api::migration::{show_migration, show_migration_checks};
use crate::api::user_mapping::show_user_mapping;
use crate::components::{Banner, EmptyState, Loaded, PageHeader, Panel, StateWord, TimeOf, Tone, customer};
use crate::pages::user_mapping::review_state;

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
    // Carrying it out changes People: then it says what was decided.
    let is_to_come = view
        .run
        .is_none_or(|run| run.plan != number || !(is_over(run.state) || is_begun(run.state)));
    let agreed = view
        .agreed
        .unwrap_or_else(|| "No window is agreed on.".to_owned());
    let can_migrate = view.can_migrate;
    view! {
        <Panel title=format!("Plan {number}") id="plan"><PlanFacts plan agreed is_to_come/></Panel>
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

/// It is being carried out.
const fn is_begun(state: MigrationRunState) -> bool {
    state.is_open() && !matches!(state, MigrationRunState::Scheduled)
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
fn PlanFacts(
    plan: MigrationPlanView,
    agreed: String,
    /// It was not carried out, and is not under way.
    is_to_come: bool,
) -> impl IntoView {
    // Whoever decides may see no checks: what is not about how things are now says so by itself (P-17).
    let is_stale = (is_to_come && plan.is_stale).then(|| {
        view! {
            <Banner tone=Tone::Waiting>
                <p>"People, the directory or the user mapping changed since this plan was made. It has to be made again before anything is decided."</p>
            </Banner>
        }
    });
    let rehearsal = plan.rehearsal.map_or_else(
        || view! { "Not rehearsed." }.into_any(),
        |rehearsal| {
            let again = (is_to_come && rehearsal.is_stale)
                .then_some(" Something changed since: it has to be rehearsed again.");
            view! { {rehearsal.sentence} " Rehearsed " <TimeOf when=rehearsal.when/> "." {again} }.into_any()
        },
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
        <div class="in form">{is_stale}<dl class="facts">
            <dt>"What happens"</dt><dd>{plan.sentence}</dd>
            <dt>"Made"</dt><dd><bdi>{plan.made_by}</bdi> ", " <TimeOf when=plan.made/></dd>
            <dt>"Fingerprint"</dt><dd><code>{plan.hash}</code></dd>
            <dt>"Window"</dt><dd>{agreed}</dd>
            <dt>"Rehearsal"</dt><dd>{rehearsal}</dd>
            <dt>"Sync of the old directory"</dt><dd>{old_sync}</dd>
            <dt>"Local password policy"</dt><dd>{policy}</dd>
        </dl></div>
    }
}

#[component]
fn Approval(mapping: UserMappingView) -> impl IntoView {
    let Some(review) = mapping.review else {
        return view! { <p class="in">"No version was submitted."</p> }.into_any();
    };
    // What stands here is what counts: an approval that does not is not printed as one (P-17, F-30).
    let (tone, word) = review_state(&review);
    let void = review
        .why_void()
        .map(|words| view! { <Banner tone=Tone::Waiting><p>{words}</p></Banner> });
    let decided = review
        .decided
        .map(|when| view! { <dt>"Decided"</dt><dd><bdi>{review.decided_by}</bdi> ", " <TimeOf when/></dd> });
    let second = (!review.seconded_by.is_empty())
        .then(|| view! { <dt>"Second approval"</dt><dd><bdi>{review.seconded_by}</bdi></dd> });
    view! {
        <div class="in form">{void}<dl class="facts">
            <dt>"Version"</dt><dd>{review.version}</dd>
            <dt>"State"</dt><dd><StateWord tone word/></dd>
            <dt>"Submitted"</dt><dd><bdi>{review.submitted_by}</bdi> ", " <TimeOf when=review.submitted/></dd>
            {decided}{second}
        </dl></div>
    }
    .into_any()
}
