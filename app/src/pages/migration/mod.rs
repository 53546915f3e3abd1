//! The directory migration, as part of the page of its step: staff make a plan, rehearse it, look at what has to be so, and
//! carry it out; the customer sees when it is, what it means for whom, and that nothing is lost.

mod after;
mod checks;
mod duplicates;
mod entries;
mod help_desk;
mod plan;
mod rehearsal;
mod reserved;
mod run;
mod sheet;
mod start;

use domain::migration::{MigrationPurpose, MigrationRunState, PlanState};
use domain::views::{MigrationPlanView, MigrationView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::migration::{
    CancelMigration, DropMigrationPlan, MakeMigrationPlan, NoteMigrationBackup, RehearseMigration,
    ReleaseUsername, RepairDuplicate, SetMigrationOptions, StartMigration, TypedOptions, TypedStart,
    TypedWaiver, UndoMigration, WaiveRehearsed, WithdrawWaiver, show_migration,
};
use crate::components::{Answer, Banner, Loaded, Panel, Tone, customer, gone};

use after::Outcome;
use checks::Checks;
use entries::Entries;
use plan::{MakePlan, Plan, can_be_made_again};
use rehearsal::Rehearsal;
use run::Run;
use start::Start;

pub use help_desk::HelpDeskPage;
pub use sheet::SheetPage;

/// Everything the page of the step shows of the migration.
#[component]
pub fn Migration(
    /// What comes before the step is done.
    can_begin: bool,
) -> impl IntoView {
    view! { <Loaded data=show_migration(customer().slug) draw=move |view| view! { <Body view can_begin/> }/> }
}

#[component]
fn Body(view: MigrationView, can_begin: bool) -> impl IntoView {
    let MigrationView {
        can_migrate,
        plan,
        run,
        done,
        agreed,
        announcement,
        paused_until,
    } = view;
    // What a run that is over was about is told by its outcome; what is planned is about what comes next.
    let plan = plan.filter(|plan| {
        let is_used_up = run
            .as_ref()
            .is_some_and(|run| run.plan == plan.number && is_over(run.state));
        !is_used_up
    });
    let is_done = done.is_some();
    let is_open = run.as_ref().is_some_and(|run| run.state.is_open());
    let shows_run = run
        .as_ref()
        .filter(|run| is_open || run.purpose == MigrationPurpose::Undo || !is_over(run.state))
        .cloned();
    let has_plan = plan.is_some();
    let announcement = announcement.filter(|_| has_plan);
    let is_first = can_migrate && can_begin && !has_plan && !is_open && !is_done;
    let works = plan.as_ref().filter(|plan| works(plan, can_migrate, is_open));
    let gone = Gone {
        waits: plan.as_ref().is_some_and(|plan| plan.state == PlanState::Making)
            || run.as_ref().is_some_and(|run| run.is_moving),
        starts: works.is_some(),
        prepares: works.is_some_and(|plan| plan.purpose == MigrationPurpose::Migrate),
        plans: is_first
            || plan
                .as_ref()
                .is_some_and(|plan| can_be_made_again(plan, can_migrate, is_open)),
    };
    view! {
        <Answers/>
        {gone.render()}
        {paused_until.map(|until| view! {
            <Banner tone=Tone::Waiting live=true>
                <p>{format!("Access to the intranet is paused until {}. Local administrators may enter.", until.words)}</p>
            </Banner>
        })}
        {shows_run.map(|run| view! { <Run run can_migrate/> })}
        {done.filter(|_| !is_open).map(|run| view! { <Outcome run can_migrate shows_accounts=!has_plan/> })}
        {plan.map(|plan| view! { <Planned plan can_migrate is_open agreed/> })}
        {is_first.then(|| view! { <MakePlan/> })}
        {announcement.map(|text| view! { <Announcement text/> })}
    }
}

/// A plan, and what can be done with it.
#[component]
fn Planned(
    plan: MigrationPlanView,
    can_migrate: bool,
    /// A run of it, or of another, waits or is under way.
    is_open: bool,
    agreed: Option<String>,
) -> impl IntoView {
    let number = plan.number;
    let is_ready = plan.state == PlanState::Ready;
    let is_migration = plan.purpose == MigrationPurpose::Migrate;
    let works = works(&plan, can_migrate, is_open);
    let rehearsal =
        (is_ready && is_migration).then(|| view! { <Rehearsal plan=plan.clone() can_rehearse=works/> });
    let start = works.then(|| {
        let plan = plan.clone();
        view! { <Checks number backup=plan.backup.clone() is_migration/> <Start plan agreed/> }
    });
    view! {
        <Plan plan can_change=works can_migrate is_open/>
        {is_ready.then(|| view! { <Entries plan=number undo=None/> })}
        {rehearsal}
        {start}
    }
}

/// Whether there is something to do with a plan but to make another one.
fn works(plan: &MigrationPlanView, can_migrate: bool, is_open: bool) -> bool {
    can_migrate && plan.state == PlanState::Ready && !is_open
}

/// Which forms the page has; of the others it says what was refused.
#[derive(Clone, Copy)]
struct Gone {
    /// It loads itself again soon, and says it then: nobody could read it before.
    waits: bool,
    /// To carry a plan out.
    starts: bool,
    /// What comes before, of a migration.
    prepares: bool,
    /// To make a plan.
    plans: bool,
}

impl Gone {
    fn render(self) -> AnyView {
        if self.waits {
            return ().into_any();
        }
        let starts =
            (!self.starts).then(|| gone(StartMigration::PATH, |(_, _, agreement): TypedStart| agreement));
        let prepares = (!self.prepares).then(|| {
            view! {
                {gone(WaiveRehearsed::PATH, |(_, _, reason): TypedWaiver| reason)}
                {gone(NoteMigrationBackup::PATH, |note: String| note)}
                {gone(SetMigrationOptions::PATH, |_: TypedOptions| String::new())}
            }
        });
        let plans = (!self.plans).then(|| gone(MakeMigrationPlan::PATH, |_: TypedOptions| String::new()));
        view! { {starts} {prepares} {plans} }.into_any()
    }
}

/// What came of the forms that are not shown again with what was typed.
#[component]
fn Answers() -> impl IntoView {
    view! {
        <Answer of=RehearseMigration::PATH/>
        <Answer of=WithdrawWaiver::PATH/>
        <Answer of=DropMigrationPlan::PATH done="Dropped. Nothing was changed by it."/>
        <Answer of=CancelMigration::PATH done="Cancelled. Nothing was changed."/>
        <Answer of=UndoMigration::PATH/>
        <Answer of=ReleaseUsername::PATH done="Given free: whoever comes with this username gets an account."/>
        <Answer of=RepairDuplicate::PATH done="Repaired. Whoever was there before goes on; the newcomer’s account is blocked, with everything in it."/>
    }
}

/// M-24: what the customer sends to everybody.
#[component]
fn Announcement(text: String) -> impl IntoView {
    view! {
        <Panel title="Announcement" id="announcement">
            <div class="in form">
                <p>"For everybody who works in the intranet, to be sent by the customer before the window."</p>
                <p class="said">{text.clone()}</p>
                <p>
                    <button type="button" class="button needs-clipboard" data-copy=text>"Copy the announcement"</button>
                    <span class="visually-hidden" role="status"></span>
                </p>
                <p><a href=customer().path("migration/help-desk")>"Old and new usernames for the help desk"</a></p>
            </div>
        </Panel>
    }
}

/// It was carried out; that it was undone since makes no difference.
const fn is_over(state: MigrationRunState) -> bool {
    matches!(state, MigrationRunState::Done | MigrationRunState::RolledBack)
}

/// How a run's state reads.
const fn tone_of(state: MigrationRunState) -> Tone {
    match state {
        MigrationRunState::Planned | MigrationRunState::RolledBack => Tone::Neutral,
        MigrationRunState::Scheduled
        | MigrationRunState::Freezing
        | MigrationRunState::Running
        | MigrationRunState::Verifying => Tone::Waiting,
        MigrationRunState::Done => Tone::Ready,
        MigrationRunState::Failed | MigrationRunState::Interrupted => Tone::Problem,
    }
}
