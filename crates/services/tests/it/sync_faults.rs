//! Providers that fail half-way: nothing is concluded from half an answer (G-02 to G-09, invariant 9).

use std::time::Duration;

use domain::people::field;
use domain::sync::{RunKind, RunState};
use simulator::{Fault, FaultAction, FaultId, NewPerson};
use test_support::{TestDb, on_both};

use crate::world::{SCOPE, SLUG, World};

fn fault(world: &World, path: &str, after: u32, times: u32, action: FaultAction) -> Fault {
    Fault {
        kind: world.kind,
        path_prefix: path.into(),
        after,
        times,
        action,
    }
}

async fn synced(test: TestDb) -> World {
    let world = World::entra(test).await;
    world.simulator.control().limit_page_size(world.kind, Some(10));
    world.sync().await;
    world
}

on_both!(
    g_02_an_empty_page_with_a_next_link_is_not_the_end,
    |test: TestDb| async move {
        let world = synced(test).await;
        let control = world.simulator.control();
        control.fault(fault(&world, "/v1.0/users", 1, 2, FaultAction::EmptyPageWithNext));
        let run = world.sync().await;
        assert_eq!(
            (run.row.state, run.row.counts.blocked),
            (RunState::Completed, 0),
            "{run:?}"
        );
    }
);

on_both!(
    g_04_an_error_on_a_page_fails_the_read_and_blocks_nobody,
    |test: TestDb| async move {
        let world = synced(test).await;
        let control = world.simulator.control();
        let before = world.people_dump().await;
        for action in [
            FaultAction::ServerError(503),
            FaultAction::TruncatedBody,
            FaultAction::CutConnection,
            FaultAction::Forbidden,
        ] {
            control.fault(fault(&world, "/v1.0/users", 2, 1_000, action));
            let run = world.run(RunKind::Manual).await;
            assert_eq!(run.row.state, RunState::Failed, "{action:?}: {run:?}");
            assert!(run.advice.is_some(), "{run:?}");
            assert_eq!(world.people_dump().await, before, "{action:?}");
            control.clear_faults();
        }
        let run = world.sync().await;
        assert_eq!(
            (run.row.state, run.row.counts.to_apply),
            (RunState::Completed, 0),
            "{run:?}"
        );
    }
);

/// Maps another group than the security group to a new People group, and gives the start of its address.
pub(crate) async fn map_another_group(world: &World) -> String {
    let actor = world.actor.clone();
    let staff = world
        .services
        .create_people_group(&actor, SLUG, "Staff")
        .await
        .expect("a group");
    let settings = world.services.settings(&actor, SLUG).await.expect("settings");
    let other = world
        .simulator
        .control()
        .groups(world.kind)
        .into_iter()
        .find(|group| group.name != crate::world::SCOPE && !group.hidden)
        .expect("another group");
    let mapping = domain::settings::GroupMapping {
        object_id: domain::ObjectId::new(other.id.clone()),
        name: other.name.clone(),
        group: staff,
        mode: domain::settings::GroupMode::Authoritative,
    };
    world
        .services
        .save_group_mappings(&actor, SLUG, settings.version, vec![mapping])
        .await
        .expect("saved");
    format!("/v1.0/groups/{}/", other.id)
}

/// From now on what is asked for below this address is forbidden.
pub(crate) fn forbid(world: &World, path: &str) -> FaultId {
    let forbidden = fault(world, path, 0, 1_000, FaultAction::Forbidden);
    world.simulator.control().fault(forbidden)
}

on_both!(
    g_05_a_group_that_cannot_be_read_keeps_its_members,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let path = map_another_group(&world).await;
        world.sync().await;
        let before = world.test.dump(&["memberships"]).await;
        forbid(&world, &path);
        let run = world.sync().await;
        assert_eq!(run.row.state, RunState::CompletedWithProblems, "{run:?}");
        assert_eq!(world.test.dump(&["memberships"]).await, before);
    }
);

on_both!(
    g_06_g_09_throttling_and_repeated_people_are_taken_calmly,
    |test: TestDb| async move {
        let world = synced(test).await;
        let control = world.simulator.control();
        control.fault(fault(
            &world,
            "/v1.0/users",
            1,
            1,
            FaultAction::TooManyRequests {
                retry_after: Some(0.1),
            },
        ));
        control.fault(fault(&world, "/v1.0/users", 3, 2, FaultAction::DuplicateObjects));
        let run = world.sync().await;
        assert_eq!(
            (run.row.state, run.row.counts.to_apply),
            (RunState::Completed, 0),
            "{run:?}"
        );
    }
);

on_both!(g_10_pages_cut_elsewhere_say_the_same, |test: TestDb| async move {
    let world = synced(test).await;
    let people = world.people_dump().await;
    for size in [3, 17, 999] {
        world.simulator.control().limit_page_size(world.kind, Some(size));
        let run = world.sync().await;
        assert_eq!(run.row.counts.to_apply, 0, "pages of {size}: {run:?}");
    }
    assert_eq!(world.people_dump().await, people);
});

on_both!(
    g_11_a_change_while_paging_is_there_after_the_next_run,
    |test: TestDb| async move {
        let world = synced(test).await;
        let control = world.simulator.control();
        let slow = FaultAction::Slow(Duration::from_millis(60));
        control.fault(fault(&world, "/v1.0/users", 0, 6, slow));
        let number = world
            .services
            .start_run(&world.actor, SLUG, RunKind::Manual)
            .await
            .expect("the run starts");
        let (id, name) = world.somebody(0).await;
        for title in ["First", "Second", "Third"] {
            tokio::time::sleep(Duration::from_millis(80)).await;
            control
                .update(world.kind, &id, "jobTitle", Some(title))
                .expect("changed");
        }
        let run = world.settled(number).await;
        assert_eq!(run.row.state, RunState::Completed, "{run:?}");
        world.sync().await;
        let account = world.account(&name).await.expect("the account");
        assert_eq!(
            account.profile.get(field::JOB_TITLE).map(String::as_str),
            Some("Third")
        );
    }
);

on_both!(
    g_19_somebody_not_in_the_member_list_yet_comes_with_the_next_run,
    |test: TestDb| async move {
        let world = synced(test).await;
        let control = world.simulator.control();
        let name = "late.joiner@contoso.com";
        let person = NewPerson {
            principal_name: name.into(),
            first_name: Some("Late".into()),
            last_name: Some("Joiner".into()),
            mail: Some(name.into()),
            ..NewPerson::default()
        };
        let id = control.add_person(world.kind, person).expect("added");
        let run = world.sync().await;
        assert_eq!(
            (run.row.state, run.row.counts.created),
            (RunState::Completed, 0),
            "{run:?}"
        );
        control.add_to_group(world.kind, SCOPE, &id).expect("a member");
        assert_eq!(world.sync().await.row.counts.created, 1);
        assert!(world.account(name).await.is_some());
    }
);

on_both!(
    g_12_an_expired_page_token_starts_the_read_over,
    |test: TestDb| async move {
        let world = synced(test).await;
        world
            .simulator
            .control()
            .fault(fault(&world, "/v1.0/users", 1, 1, FaultAction::ExpiredPageToken));
        let run = world.sync().await;
        assert_eq!(
            (run.row.state, run.row.counts.to_apply),
            (RunState::Completed, 0),
            "{run:?}"
        );
    }
);

on_both!(s_07_cancel_cancels_within_seconds, |test: TestDb| async move {
    let world = synced(test).await;
    let slow = FaultAction::Slow(Duration::from_secs(30));
    world
        .simulator
        .control()
        .fault(fault(&world, "/v1.0/users", 1, 1, slow));
    let number = world
        .services
        .start_run(&world.actor, SLUG, RunKind::Manual)
        .await
        .expect("started");
    tokio::time::sleep(Duration::from_millis(300)).await;
    let asked = std::time::Instant::now();
    world
        .services
        .cancel_run(&world.actor, SLUG, number)
        .await
        .expect("cancelled");
    let run = world.settled(number).await;
    assert_eq!(run.row.state, RunState::Cancelled, "{run:?}");
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
});

on_both!(
    h_03_a_run_goes_on_after_its_worker_is_gone,
    |test: TestDb| async move {
        let mut world = World::entra(test).await;
        world.simulator.control().limit_page_size(world.kind, Some(10));
        let slow = FaultAction::Slow(Duration::from_secs(20));
        world
            .simulator
            .control()
            .fault(fault(&world, "/v1.0/users", 3, 1, slow));
        let number = world
            .services
            .start_run(&world.actor, SLUG, RunKind::TestSync)
            .await
            .expect("started");
        tokio::time::sleep(Duration::from_secs(1)).await;
        world.dismiss().await;
        let run = world
            .services
            .run(&world.actor, SLUG, number)
            .await
            .expect("the run");
        assert_eq!(run.row.state, RunState::Running, "given back, not ended: {run:?}");
        assert!(run.row.counts.read > 0, "the pages so far are kept: {run:?}");
        world.simulator.control().clear_faults();
        world.simulator.control().clear_requests();
        world.employ();
        let run = world.settled(number).await;
        assert_eq!(run.row.state, RunState::Completed, "{run:?}");
        let first_page = world
            .simulator
            .control()
            .requests()
            .iter()
            .filter(|request| {
                request.target.starts_with("/v1.0/users?") && !request.target.contains("skiptoken")
            })
            .count();
        assert_eq!(first_page, 0, "the read goes on at its page");
    }
);

on_both!(
    g_20_a_nul_in_a_value_or_a_name_is_dropped_and_hurts_nobody,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        let (id, name) = world.somebody(0).await;
        let control = world.simulator.control();
        control
            .update(world.kind, &id, "department", Some("Space\0 travel\0"))
            .expect("updated");
        control
            .update(world.kind, &id, "displayName", Some("\0Anna\0 Berg"))
            .expect("updated");
        control
            .rename_group(world.kind, world.group(SCOPE).as_str(), "Intranet\0 users")
            .expect("renamed");
        let run = world.sync().await;
        assert_eq!(
            (run.row.state, run.row.counts.updated),
            (RunState::Completed, 1),
            "{run:?}"
        );
        let account = world.account(&name).await.expect("the account");
        assert_eq!(
            account.profile.get(field::DEPARTMENT).map(String::as_str),
            Some("Space travel")
        );
    }
);
