//! The death of a worker at every step: either everything as before or everything as planned, the state says which, and going
//! on is safe (M-02, M-08, Appendix A 5).

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::TimeDelta;
use domain::appointment::{AppointmentAct, AppointmentForm, AppointmentKind};
use domain::migration::{MigrationRunState, MigrationStep};
use domain::sync::RunKind;
use services::migration::MigrationStart;
use test_support::{TestDb, on_both};

use crate::migration_scene::{Dying, Scene, eventually, now};
use crate::provider::refusal;
use crate::world::SLUG;

on_both!(
    appendix_a_5_a_worker_that_dies_at_any_step,
    |test: TestDb| async move {
        let mut scene = Scene::new(test).await;
        let before = scene.usernames().await;
        for step in MigrationStep::ALL {
            let plan = scene.prepared().await;
            scene.world.dismiss().await;
            let times = Arc::new(AtomicU32::new(1));
            scene.world.employ_for(Arc::new(Dying {
                services: scene.services().clone(),
                at: *step,
                times: Arc::clone(&times),
            }));
            let run = scene.start(plan).await.expect("started");
            // Once it has died, whatever is there is what the state says.
            eventually(async || (times.load(Ordering::SeqCst) == 0).then_some(())).await;
            let view = scene
                .services()
                .migration_run(&scene.staff, SLUG, run)
                .await
                .expect("the run");
            if !view.state.has_happened() {
                assert!(
                    *step <= MigrationStep::Commit && scene.usernames().await == before
                        || view.state.is_open(),
                    "{step}: {view:?}"
                );
            }
            // The next try goes on, and ends well.
            let view = scene.ended(run).await;
            assert_eq!(
                (view.state, view.problem.as_deref()),
                (MigrationRunState::Done, None),
                "{step}"
            );
            assert_ne!(scene.usernames().await, before, "{step}");
            let undo = scene
                .services()
                .make_undo_plan(&scene.staff, SLUG, run, None)
                .await;
            let undo = scene.ready(undo.expect("a plan")).await.number;
            let undone = scene.start(undo).await.expect("started");
            let undone = scene.ended(undone).await;
            assert_eq!(undone.state, MigrationRunState::Done, "{undone:?}");
            assert_eq!(scene.usernames().await, before, "{step}");
        }
    }
);

on_both!(
    m_25_people_work_again_while_the_first_sync_is_rehearsed_once_more,
    |test: TestDb| async move {
        let mut scene = Scene::new(test).await;
        let plan = scene.prepared().await;
        scene.world.dismiss().await;
        let times = Arc::new(AtomicU32::new(1));
        scene.world.employ_for(Arc::new(Dying {
            services: scene.services().clone(),
            at: MigrationStep::FirstSync,
            times: Arc::clone(&times),
        }));
        let run = scene.start(plan).await.expect("started");
        eventually(async || (times.load(Ordering::SeqCst) == 0).then_some(())).await;
        let access = scene.services().access(SLUG).await.expect("an answer");
        assert_eq!(access.paused_until, None);
        // M-01: what reads or writes People waits all the same.
        let services = scene.services();
        let sync = services.start_run(&scene.staff, SLUG, RunKind::TestSync).await;
        assert!(refusal(sync).to_string().contains("directory migration"));
        // What people change now is not the migration's.
        let person = &scene.people[5];
        scene.rename(&person.principal_name, "changed.since").await;
        let view = scene.ended(run).await;
        assert_eq!((view.state, view.problem), (MigrationRunState::Done, None));
    }
);

on_both!(
    m_08_a_worker_that_dies_again_and_again,
    |test: TestDb| async move {
        let mut scene = Scene::new(test).await;
        let plan = scene.prepared().await;
        let before = scene.dump().await;
        scene.world.dismiss().await;
        let run = scene.start(plan).await.expect("started");
        // Each time it dies right before the commit; the pause before the next try is over at once.
        let view = loop {
            let times = Arc::new(AtomicU32::new(1));
            scene.world.employ_for(Arc::new(Dying {
                services: scene.services().clone(),
                at: MigrationStep::Commit,
                times: Arc::clone(&times),
            }));
            let view = eventually(async || {
                let view = scene.services().migration_run(&scene.staff, SLUG, run).await;
                let view = view.expect("the run");
                let has_died = times.load(Ordering::SeqCst) == 0;
                (has_died || !view.state.is_open()).then_some(view)
            })
            .await;
            if !view.state.is_open() {
                break view;
            }
            scene.world.turn_clock_alone(TimeDelta::minutes(5)).await;
        };
        assert_eq!(view.state, MigrationRunState::Interrupted);
        assert_eq!(scene.dump().await, before, "everything is as it was");
    }
);

/// A worker that cannot do anything.
struct Unable;

#[async_trait::async_trait]
impl jobs::Handler for Unable {
    async fn run(&self, _job: &jobs::Job, _lease: &jobs::Lease) -> Result<(), jobs::JobError> {
        let what = "it never works".to_owned();
        Err(jobs::JobError::Fail { what })
    }

    async fn tick(&self) -> Result<(), jobs::JobError> {
        Ok(())
    }
}

on_both!(
    a_rehearsal_that_breaks_off_says_so_and_can_be_begun_again,
    |test: TestDb| async move {
        let mut scene = Scene::new(test).await;
        let plan = scene.plan().await.number;
        scene.world.dismiss().await;
        scene.world.employ_for(Arc::new(Unable));
        let services = scene.services().clone();
        services
            .rehearse_migration(&scene.staff, SLUG, plan)
            .await
            .expect("begun");
        let view = eventually(async || {
            let view = services.migration_plan(&scene.staff, SLUG, plan).await;
            Some(view.expect("the plan")).filter(|view| !view.is_rehearsing)
        });
        let view = view.await;
        assert!(view.rehearsal_failed && view.rehearsal.is_none());
        scene.world.dismiss().await;
        scene.world.employ();
        let view = scene.rehearsed(plan).await;
        assert!(!view.rehearsal_failed && view.rehearsal.is_some());
    }
);

on_both!(a_window_that_is_over_changes_nothing, |test: TestDb| async move {
    let mut scene = Scene::new(test).await;
    let plan = scene.prepared().await;
    scene.world.dismiss().await;
    let run = scene
        .services()
        .start_migration(&scene.staff, SLUG, plan, now(60))
        .await;
    let run = run.expect("started");
    let before = scene.dump().await;
    scene.world.turn_clock(TimeDelta::hours(2)).await;
    let view = scene.ended(run).await;
    assert_eq!(view.state, MigrationRunState::Failed);
    assert!(view.problem.expect("a reason").contains("window"));
    assert_eq!(scene.dump().await, before);
});

on_both!(
    a_run_begins_in_the_agreed_window_or_when_somebody_of_the_customer_said_so,
    |test: TestDb| async move {
        let mut scene = Scene::new(test).await;
        let plan = scene.prepared().await;
        let services = scene.services().clone();
        let refused = async |start| {
            let started = services.start_migration(&scene.staff, SLUG, plan, start).await;
            refusal(started)
        };
        let words = refused(MigrationStart::Agreed).await;
        assert_eq!(words.of_field("when").count(), 1, "{words}");
        let words = refused(now(0)).await;
        assert_eq!(words.of_field("window_minutes").count(), 1, "{words}");
        let agreement = "  ".to_owned();
        let words = refused(MigrationStart::Now {
            minutes: 60,
            agreement,
        })
        .await;
        assert_eq!(words.of_field("agreement").count(), 1, "{words}");

        let kind = AppointmentKind::MigrationWindow;
        let time = AppointmentForm {
            day: "2026-03-12".into(),
            start: "14:00".into(),
            minutes: "60".into(),
            time_zone: "UTC".into(),
            note: String::new(),
        };
        services
            .propose_appointment(&scene.staff, SLUG, kind, 0, &time)
            .await
            .expect("proposed");
        assert_eq!(
            refused(MigrationStart::Agreed).await.of_field("when").count(),
            1,
            "nobody agreed yet"
        );
        services
            .answer_appointment(&scene.admin, SLUG, kind, 1, AppointmentAct::Agree, "")
            .await
            .expect("agreed");
        let view = services.migration(&scene.admin, SLUG).await.expect("a view");
        assert!(view.agreed.expect("a window").contains("14:00"));
        assert!(view.announcement.expect("words").contains("14:00"));
        let run = services
            .start_migration(&scene.staff, SLUG, plan, MigrationStart::Agreed)
            .await
            .expect("on the calendar");
        let waiting = services
            .migration_run(&scene.admin, SLUG, run)
            .await
            .expect("the run");
        assert_eq!(waiting.state, MigrationRunState::Scheduled);
        assert!(!waiting.is_moving && waiting.window_from.words.contains("14:00"));
        assert!(
            waiting.agreement.starts_with("agreed by Anna Admin on"),
            "{}",
            waiting.agreement
        );
        // The customer takes the time back, and nobody is locked out at it.
        services
            .answer_appointment(&scene.admin, SLUG, kind, 2, AppointmentAct::Cancel, "Not then.")
            .await
            .expect("cancelled");
        let off = services
            .migration_run(&scene.admin, SLUG, run)
            .await
            .expect("the run");
        assert_eq!(off.state, MigrationRunState::Interrupted);
        services
            .propose_appointment(&scene.admin, SLUG, kind, 3, &time)
            .await
            .expect("proposed");
        services
            .answer_appointment(&scene.staff, SLUG, kind, 4, AppointmentAct::Agree, "")
            .await
            .expect("agreed");
        let run = services
            .start_migration(&scene.staff, SLUG, plan, MigrationStart::Agreed)
            .await
            .expect("on the calendar");
        // A job that was given up is taken up again.
        scene.world.dismiss().await;
        {
            let customer = scene.world.customer().await;
            let (kind, subject) = (services::migration::MIGRATION_JOB, format!("run:{run}"));
            let mut tx = scene.world.test.db.begin().await.expect("a transaction");
            store::jobs::retire(&mut tx, customer, kind, &subject, services.now())
                .await
                .expect("retired");
            tx.commit().await.expect("written");
        }
        assert_eq!(services.take_up_migrations().await.expect("asked"), 1);
        assert_eq!(services.take_up_migrations().await.expect("asked"), 0);
        // Its time comes.
        scene.world.turn_clock(TimeDelta::minutes(265)).await;
        let done = scene.ended(run).await;
        assert_eq!(done.state, MigrationRunState::Done, "{done:?}");
    }
);
