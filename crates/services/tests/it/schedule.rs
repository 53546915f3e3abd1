//! Runs that start by themselves (H-02, H-05, H-07).

use chrono::TimeDelta;
use domain::deployment::{ExistingDirectory, SsoBefore, Step};
use domain::schedule::ScheduleForm;
use domain::sync::{RunKind, RunState};
use domain::views::{RunFilter, RunRow, ScheduleView};
use domain::{Actor, Role, UserError};
use test_support::{TestDb, on_both};

use crate::notices::{inbox, user};
use crate::provider::refusal;
use crate::world::{SLUG, World};

fn every(minutes: u32) -> ScheduleForm {
    ScheduleForm {
        form: "every".into(),
        minutes: minutes.to_string(),
        from: "00:00".into(),
        until: "23:59".into(),
        time_zone: "UTC".into(),
        ..ScheduleForm::default()
    }
}

impl World {
    async fn schedule(&self) -> ScheduleView {
        self.services
            .schedule(&self.actor, SLUG)
            .await
            .expect("the schedule")
    }

    async fn save_schedule(&self, form: &ScheduleForm, enable: bool) -> Result<(), services::ServiceError> {
        let version = self.schedule().await.version;
        self.services
            .save_schedule(&self.actor, SLUG, version, form, enable)
            .await
    }

    /// Everything that comes before the schedule.
    async fn up_to_the_schedule(&self) {
        let admin = self.add_local("break-glass", true).await;
        let services = &self.services;
        let actor = &self.actor;
        services
            .answer_existing(actor, SLUG, ExistingDirectory::BrandNew, "A test.")
            .await
            .expect("answered");
        services
            .prove_local_admin(actor, SLUG, admin, "")
            .await
            .expect("proven");
        self.run(RunKind::TestSync).await;
        for step in [
            Step::LoginHandler,
            Step::Module,
            Step::DataMapping,
            Step::GroupSync,
        ] {
            services
                .state_step(actor, SLUG, step, true, "", "Seen.")
                .await
                .expect("recorded");
        }
        self.sync().await;
    }

    async fn scheduled(&self) -> Vec<RunRow> {
        let filter = RunFilter {
            kind: Some(RunKind::Scheduled),
            ..RunFilter::default()
        };
        let page = self.services.runs(&self.actor, SLUG, filter, None).await;
        page.expect("runs").rows
    }
}

on_both!(
    h_07_the_schedule_is_switched_on_through_its_gate_only,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let refused = refusal(world.save_schedule(&every(60), true).await);
        assert_eq!(
            refused,
            UserError::NotYet {
                until: Step::LoginHandler
            }
        );
        assert!(!world.schedule().await.gate.is_empty());
        // What was typed may be saved all the same; it is off.
        world.save_schedule(&every(30), false).await.expect("saved");
        let saved = world.schedule().await;
        assert_eq!((saved.enabled, saved.form.minutes.as_str()), (false, "30"));
        world.up_to_the_schedule().await;
        assert_eq!(world.schedule().await.gate, Vec::<String>::new());
        world.save_schedule(&every(30), true).await.expect("switched on");
        let on = world.schedule().await;
        assert!(on.enabled && on.next.len() == 3, "{on:?}");
        // An old page writes over nothing.
        let old = world
            .services
            .save_schedule(&world.actor, SLUG, saved.version, &every(15), false)
            .await;
        assert_eq!(refusal(old), UserError::Changed);
        let viewer = world.somebody_with(Role::Viewer).await;
        let viewed = world.services.disable_schedule(&viewer, SLUG, on.version).await;
        assert_eq!(refusal(viewed), UserError::Forbidden);
        world
            .services
            .disable_schedule(&world.actor, SLUG, on.version)
            .await
            .expect("off");
        assert!(!world.schedule().await.enabled);
    }
);

on_both!(
    h_02_h_05_what_is_due_starts_once_whoever_looks_and_however_much_was_missed,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        world.up_to_the_schedule().await;
        world.save_schedule(&every(15), true).await.expect("on");
        assert_eq!(
            world.services.start_due_runs().await.expect("looked"),
            0,
            "nothing is due yet"
        );
        // Two hours nothing looked: eight times were missed, and one run makes up for them. Two processes look at once.
        world.turn_clock(TimeDelta::hours(2)).await;
        let (one, other) = tokio::join!(world.services.start_due_runs(), world.services.start_due_runs());
        assert_eq!(one.expect("looked") + other.expect("looked"), 1);
        let runs = world.scheduled().await;
        assert_eq!(runs.len(), 1, "{runs:?}");
        let run = world.settled(runs[0].number).await;
        assert_eq!(run.row.state, RunState::Completed, "{run:?}");
        assert_eq!(run.row.started_by, "Schedule");
        assert_eq!(
            world.services.start_due_runs().await.expect("looked"),
            0,
            "not again"
        );
    }
);

on_both!(
    h_02_a_due_time_is_passed_over_while_a_run_is_held,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        world.up_to_the_schedule().await;
        world.save_schedule(&every(15), true).await.expect("on");
        // Changed settings hold the next run, and it stays open.
        world.usernames_follow().await;
        let (id, _) = world.somebody(0).await;
        let control = world.simulator.control();
        control
            .update(world.kind, &id, "jobTitle", Some("Astronaut"))
            .expect("updated");
        let held = world.run(RunKind::Manual).await;
        assert_eq!(held.row.state, RunState::Held, "{held:?}");
        world.turn_clock(TimeDelta::hours(1)).await;
        assert_eq!(world.services.start_due_runs().await.expect("looked"), 0);
        assert!(world.scheduled().await.is_empty());
        assert!(world.schedule().await.skipped.is_some(), "and it is noted");
    }
);

on_both!(
    a_due_run_that_cannot_start_is_noted_and_the_schedule_goes_on,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        world.up_to_the_schedule().await;
        world.save_schedule(&every(15), true).await.expect("on");
        world.scope_to(&[]).await;
        world.turn_clock(TimeDelta::hours(1)).await;
        assert_eq!(world.services.start_due_runs().await.expect("looked"), 0);
        assert!(world.schedule().await.skipped.is_some());
        world.scope_to(&[crate::world::SCOPE]).await;
        assert_eq!(
            world.services.start_due_runs().await.expect("looked"),
            0,
            "what was passed over is not made up for"
        );
        assert!(world.scheduled().await.is_empty());
    }
);

on_both!(nobody_starts_a_scheduled_run_by_hand, |test: TestDb| async move {
    let world = World::entra(test).await;
    let mut admin = world.somebody_with(Role::CustomerAdmin).await;
    admin.user = Some(domain::ids::Id::at(world.services.now(), [7; 10]));
    let started = world.services.start_run(&admin, SLUG, RunKind::Scheduled).await;
    assert_eq!(refusal(started), UserError::Forbidden);
});

on_both!(
    switching_the_schedule_and_taking_back_are_told_to_the_other_side,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let anna = user(&world, "Anna Admin", Role::CustomerAdmin).await;
        let ada = user(&world, "Ada Admin", Role::CustomerAdmin).await;
        let sam = user(&world, "Sam Staff", Role::Staff).await;
        let latest = async |of: &Actor| {
            let newest = inbox(&world, of).await.into_iter().next();
            newest.map(|notice| (notice.title, notice.text.join(" ")))
        };
        world.up_to_the_schedule().await;
        let version = world.schedule().await.version;
        let services = &world.services;
        services
            .answer_sso(&sam, SLUG, SsoBefore::NotConfigured, "")
            .await
            .expect("answered");
        let before = latest(&anna).await;
        services
            .save_schedule(&anna, SLUG, version, &every(15), true)
            .await
            .expect("on");
        for reader in [&sam, &ada] {
            let (title, text) = latest(reader).await.expect("a notice");
            assert_eq!(title, format!("Your turn: {}", Step::SetUpSso.title()));
            assert!(text.starts_with("Anna Admin switched the schedule on."), "{text}");
        }
        assert_eq!(latest(&anna).await, before, "she did it herself");
        // Taken back: nothing opens, and what rests on it waits.
        services
            .state_step(&sam, SLUG, Step::Module, false, "", "not after all")
            .await
            .expect("taken back");
        let (title, text) = latest(&anna).await.expect("a notice");
        assert_eq!(title, format!("On hold: {}", Step::Schedule.title()));
        assert!(text.contains("Taken back: not done"), "{text}");
    }
);
