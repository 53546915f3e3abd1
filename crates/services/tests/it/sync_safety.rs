//! Limits that hold a run before it hurts (domain 3.7), and one run at a time.

use domain::UserError;
use domain::sync::{HoldReason, RunKind, RunState};
use services::ServiceError;
use test_support::{TestDb, on_both};

use crate::world::{SCOPE, SLUG, World};

on_both!(
    s_01_too_many_blocks_hold_the_run_and_rejecting_applies_nothing,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        let limits = domain::settings::SafetyLimits {
            count: 2,
            percent: 0,
            licences: None,
        };
        let settings = world
            .services
            .settings(&world.actor, SLUG)
            .await
            .expect("settings");
        world
            .services
            .save_limits(&world.actor, SLUG, settings.version, limits)
            .await
            .expect("saved");
        world.sync().await;
        let before = world.people_dump().await;
        for n in 0..3 {
            let (id, _) = world.somebody(n).await;
            world
                .simulator
                .control()
                .disable(world.kind, &id)
                .expect("disabled");
        }
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.state, RunState::Held, "{run:?}");
        assert_eq!(run.row.counts.blocked, 3);
        let expected = HoldReason::TooMany {
            kind: domain::sync::ChangeKind::Block,
            count: 3,
            limit: 2,
        };
        assert!(run.hold.contains(&expected.sentence()), "{run:?}");
        world
            .services
            .decide_run(&world.actor, SLUG, run.row.number, false)
            .await
            .expect("rejected");
        let run = world.settled(run.row.number).await;
        assert_eq!(run.row.state, RunState::Cancelled);
        assert_eq!(world.people_dump().await, before);
        // Deciding twice is refused.
        let again = world
            .services
            .decide_run(&world.actor, SLUG, run.row.number, true)
            .await;
        assert!(
            matches!(again, Err(ServiceError::User(UserError::NotHeld))),
            "{again:?}"
        );
    }
);

on_both!(
    s_02_u_03_an_empty_scope_group_holds_and_a_deleted_one_fails,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        let before = world.people_dump().await;
        let control = world.simulator.control();
        let group = world.group(SCOPE);
        let members = control
            .group(world.kind, group.as_str())
            .expect("the group")
            .members;
        for member in &members {
            control
                .remove_from_group(world.kind, group.as_str(), member)
                .expect("removed");
        }
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.state, RunState::Held, "{run:?}");
        assert!(
            run.hold.contains(&HoldReason::NobodyInScope.sentence()),
            "{run:?}"
        );
        world
            .services
            .decide_run(&world.actor, SLUG, run.row.number, false)
            .await
            .expect("rejected");
        control.delete_group(world.kind, group.as_str()).expect("deleted");
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.state, RunState::Failed, "{run:?}");
        assert!(run.advice.expect("advice").problem.contains(SCOPE));
        assert_eq!(world.people_dump().await, before);
    }
);

on_both!(
    s_05_s_06_a_list_of_older_settings_is_not_accepted,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.run(RunKind::TestSync).await;
        let held = world.run(RunKind::Manual).await;
        assert_eq!(held.row.state, RunState::Held, "the first run that writes");
        world.usernames_follow().await;
        let before = world.people_dump().await;
        let number = held.row.number;
        let refused = world.services.decide_run(&world.actor, SLUG, number, true).await;
        assert!(
            matches!(refused, Err(ServiceError::User(UserError::SettingsChanged))),
            "{refused:?}"
        );
        assert_eq!(world.people_dump().await, before);
        world
            .services
            .decide_run(&world.actor, SLUG, number, false)
            .await
            .expect("rejecting is always possible");
        assert_eq!(world.sync().await.row.state, RunState::Completed);
    }
);

on_both!(h_02_one_run_at_a_time, |test: TestDb| async move {
    let mut world = World::entra(test).await;
    world.dismiss().await;
    world
        .services
        .start_run(&world.actor, SLUG, RunKind::TestSync)
        .await
        .expect("started");
    let second = world
        .services
        .start_run(&world.actor, SLUG, RunKind::TestSync)
        .await;
    assert!(
        matches!(
            second,
            Err(ServiceError::User(UserError::RunActive {
                number: 1,
                is_held: false,
                of_one_person: false
            }))
        ),
        "{second:?}"
    );
});

on_both!(
    two_servers_never_work_on_one_run_twice,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        world.employ();
        world.employ();
        for _ in 0..5 {
            world.simulator.control().clear_requests();
            let run = world.run(RunKind::TestSync).await;
            assert_eq!(run.row.state, RunState::Completed, "{run:?}");
            let first_pages = world
                .simulator
                .control()
                .requests()
                .iter()
                .filter(|r| r.target.starts_with("/v1.0/users?") && !r.target.contains("skiptoken"))
                .count();
            assert_eq!(first_pages, 1);
        }
    }
);

/// A worker that does its work and then, before it says so, is kept from going on until it has lost its lease.
struct Slow {
    services: services::Services,
    lost: tokio::sync::mpsc::UnboundedSender<bool>,
}

#[async_trait::async_trait]
impl jobs::Handler for Slow {
    async fn run(&self, job: &jobs::Job, lease: &jobs::Lease) -> Result<(), jobs::JobError> {
        self.services.work_on_run(job, lease).await?;
        lease.stop().cancelled().await;
        let mut tx = self.services.db().begin().await.expect("a transaction");
        let held = lease.hold(&mut tx).await;
        let lost = matches!(held, Err(store::StoreError::Stale { .. }));
        self.lost.send(lost).expect("the test listens");
        Err(jobs::JobError::Stopped)
    }

    async fn tick(&self) -> Result<(), jobs::JobError> {
        Ok(())
    }
}

on_both!(
    h_02_accepting_takes_the_run_out_of_older_hands,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        world.dismiss().await;
        let (lost, mut heard) = tokio::sync::mpsc::unbounded_channel();
        world.employ_for(std::sync::Arc::new(Slow {
            services: world.services.clone(),
            lost,
        }));
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.state, RunState::Held, "{run:?}");
        world
            .services
            .decide_run(&world.actor, SLUG, run.row.number, true)
            .await
            .expect("accepted");
        // The first lease is lost although its worker renews it all the time.
        let first = tokio::time::timeout(std::time::Duration::from_secs(10), heard.recv()).await;
        assert_eq!(first.expect("the lease is lost"), Some(true));
        world.employ();
        let run = world.settled(run.row.number).await;
        assert!(run.row.state.is_final(), "{run:?}");
        assert_eq!(
            (run.row.counts.failed, run.row.counts.applied),
            (0, run.row.counts.to_apply),
            "{run:?}"
        );
        world.dismiss().await;
    }
);
