//! Joiners, movers and leavers, from the provider's pages to the accounts.

use domain::people::{AccountState, BlockReason, BlockedBy, Directory, field};
use domain::sync::{ChangeKind, RunKind, RunState};
use test_support::{TestDb, on_both};

use crate::settings::licensed;
use crate::world::{SLUG, World};

on_both!(
    h_12_a_test_sync_and_a_preview_write_nothing_to_people,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.add_local("anna.admin", true).await;
        let before = world.people_dump().await;
        let run = world.run(RunKind::TestSync).await;
        assert_eq!(run.row.state, RunState::Completed, "{run:?}");
        assert!(
            run.row.counts.read >= 50 && run.row.counts.in_scope > 0,
            "{run:?}"
        );
        assert!(
            run.row.counts.created > 0,
            "the plan says who would be made: {run:?}"
        );
        assert_eq!(world.people_dump().await, before);
        let preview = world.run(RunKind::Simulation).await;
        assert_eq!(preview.row.state, RunState::Completed);
        assert_eq!(world.people_dump().await, before);
    }
);

on_both!(
    s_03_the_first_run_is_held_and_applies_what_was_shown,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let before = world.people_dump().await;
        let preview = world.run(RunKind::Simulation).await;
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.state, RunState::Held, "{run:?}");
        assert_eq!(world.people_dump().await, before, "a held run writes nothing");
        // Invariant 7: the preview and the real run plan the same.
        assert_eq!(preview.row.counts, run.row.counts);
        let run = world.accept(run.row.number).await;
        assert!(
            matches!(
                run.row.state,
                RunState::Completed | RunState::CompletedWithProblems
            ),
            "{run:?}"
        );
        assert_eq!(run.row.counts.failed, 0, "{run:?}");
        assert_eq!(run.row.counts.applied, run.row.counts.to_apply);
        // Invariant 8: right after it there is nothing to do.
        let again = world.run(RunKind::Manual).await;
        assert_eq!(again.row.state, RunState::Completed, "{again:?}");
        assert_eq!(again.row.counts.to_apply, 0, "{again:?}");
    }
);

on_both!(i_05_a_rename_keeps_the_account, |test: TestDb| async move {
    let world = World::entra(test).await;
    world.usernames_follow().await;
    world.sync().await;
    let (id, name) = world.somebody(0).await;
    let account = world.account(&name).await.expect("the account");
    world
        .simulator
        .control()
        .rename(world.kind, &id, "new.name@contoso.com")
        .expect("renamed");
    let run = world.sync().await;
    assert_eq!(run.row.counts.renamed, 1, "{run:?}");
    assert_eq!(run.row.counts.created, 0);
    let renamed = world
        .account("new.name@contoso.com")
        .await
        .expect("the same account");
    assert_eq!(renamed.id, account.id);
    assert!(world.account(&name).await.is_none());
});

on_both!(
    i_05_two_people_swap_their_names_in_one_run,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.usernames_follow().await;
        world.sync().await;
        let control = world.simulator.control();
        let ((a, a_name), (b, b_name)) = (world.somebody(0).await, world.somebody(1).await);
        let (a_account, b_account) = (
            world.account(&a_name).await.expect("a").id,
            world.account(&b_name).await.expect("b").id,
        );
        control
            .rename(world.kind, &a, "aside@contoso.com")
            .expect("renamed");
        control.rename(world.kind, &b, &a_name).expect("renamed");
        control.rename(world.kind, &a, &b_name).expect("renamed");
        let run = world.sync().await;
        assert_eq!(run.row.counts.renamed, 2, "{run:?}");
        assert_eq!(run.row.counts.failed, 0, "{run:?}");
        assert_eq!(
            world.account(&b_name).await.expect("a has b's name").id,
            a_account
        );
        assert_eq!(
            world.account(&a_name).await.expect("b has a's name").id,
            b_account
        );
    }
);

on_both!(
    i_11_renames_of_a_whole_company_wait_for_nobody_but_swaps_do,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.usernames_follow().await;
        world.sync().await;
        let control = world.simulator.control();
        let (a, b) = (world.somebody(0).await, world.somebody(1).await);
        for (person, account) in world.everybody().await {
            if account.is_some() && person.id != a.0 && person.id != b.0 {
                let moved = person.principal_name.replace("@contoso", "@moved.contoso");
                control.rename(world.kind, &person.id, &moved).expect("renamed");
            }
        }
        control
            .rename(world.kind, &a.0, "aside@contoso.com")
            .expect("renamed");
        control.rename(world.kind, &b.0, &a.1).expect("renamed");
        control.rename(world.kind, &a.0, &b.1).expect("renamed");
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.state, RunState::Held, "{run:?}");
        assert!(run.row.counts.renamed > 20, "{run:?}");
        let customer = world.customer().await;
        let mut tx = world.test.db.read().await.expect("a transaction");
        let record = store::runs::by_number(&mut tx, customer, run.row.number)
            .await
            .expect("a query")
            .expect("the run");
        let planned = store::changes::left_to_apply(&mut tx, customer, record.id, 0, 10_000)
            .await
            .expect("the plan");
        drop(tx);
        let together: Vec<_> = planned.iter().filter_map(|change| change.component).collect();
        assert!(
            matches!(together.as_slice(), [first, second] if first == second),
            "only the swap must stay together: {together:?}"
        );
        let run = world.accept(run.row.number).await;
        assert_eq!(run.row.counts.failed, 0, "{run:?}");
        assert!(world.account(&a.1).await.is_some() && world.account(&b.1).await.is_some());
    }
);

on_both!(
    l_01_l_03_l_05_l_06_leavers_are_blocked_and_come_back,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        let control = world.simulator.control();
        let people = world.three_leave().await;
        let scope = world.group(crate::world::SCOPE);
        let run = world.sync().await;
        assert_eq!(run.row.counts.blocked, 3, "{run:?}");
        for ((_, name), reason) in &people {
            let block = world.account(name).await.expect("kept").block.expect("blocked");
            assert_eq!((block.by, block.reason), (BlockedBy::Sync, *reason), "{name}");
        }
        // L-06, L-08: what the sync blocked it unblocks.
        control.enable(world.kind, &people[0].0.0).expect("enabled");
        control.restore(world.kind, &people[1].0.0).expect("restored");
        control
            .add_to_group(world.kind, scope.as_str(), &people[2].0.0)
            .expect("added");
        let run = world.sync().await;
        assert_eq!(run.row.counts.unblocked, 3, "{run:?}");
        for ((_, name), _) in &people {
            let account = world.account(name).await.expect("kept");
            assert_eq!((account.state, account.block), (AccountState::Active, None));
        }
    }
);

on_both!(
    i_03_l_12_a_local_account_is_never_taken_over,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        let (id, _) = world.somebody(0).await;
        world
            .simulator
            .control()
            .rename(world.kind, &id, "moved@contoso.com")
            .expect("renamed");
        let local = world.add_local("moved@contoso.com", true).await;
        world.usernames_follow().await;
        let run = world.sync().await;
        assert_eq!(run.row.counts.disputed, 1, "{run:?}");
        let account = world.account("moved@contoso.com").await.expect("still there");
        assert_eq!(
            (account.id, account.directory, account.version),
            (local, Directory::Local, 1)
        );
        let disputes = world.changes(run.row.number, ChangeKind::Dispute).await;
        assert!(disputes[0].reason.contains("local account"), "{disputes:?}");
    }
);

on_both!(managers_and_groups_follow, |test: TestDb| async move {
    let world = World::entra(test).await;
    let staff = world.everybody_joins("Staff").await;
    let run = world.sync().await;
    assert_eq!(run.row.counts.group_added, run.row.counts.created, "{run:?}");
    let customer = world.customer().await;
    let (id, name) = world.somebody(0).await;
    let account = world.account(&name).await.expect("the account");
    let mut tx = world.test.db.read().await.expect("a transaction");
    let groups = store::groups::of_account(&mut tx, customer, account.id)
        .await
        .expect("groups");
    assert_eq!(groups, [(staff, "Staff".to_owned())]);
    drop(tx);
    let person = world
        .simulator
        .control()
        .find(world.kind, &id)
        .expect("the person");
    if let Some(manager) = person.manager_id {
        let manager = world
            .simulator
            .control()
            .find(world.kind, &manager)
            .expect("the manager");
        let expected = world
            .account(&manager.principal_name)
            .await
            .map(|account| account.id);
        assert_eq!(account.manager, expected);
    }
});

on_both!(okta_the_same_with_the_other_provider, |test: TestDb| async move {
    let world = World::okta(test).await;
    let run = world.sync().await;
    assert!(run.row.counts.created > 0, "{run:?}");
    let (id, name) = world.somebody(0).await;
    world
        .simulator
        .control()
        .update(world.kind, &id, "department", Some("Space travel"))
        .expect("updated");
    let run = world.sync().await;
    assert_eq!(run.row.counts.updated, 1, "{run:?}");
    let account = world.account(&name).await.expect("the account");
    assert_eq!(
        account.profile.get(field::DEPARTMENT).map(String::as_str),
        Some("Space travel")
    );
});

on_both!(
    g_12_g_13_g_15_a_scheduled_run_reads_only_what_changed,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        let control = world.simulator.control();
        let (changed, gone) = (world.somebody(0).await, world.somebody(1).await);
        control
            .update(world.kind, &changed.0, "department", Some("Space travel"))
            .expect("updated");
        control.delete(world.kind, &gone.0).expect("deleted");
        control.clear_requests();
        let run = world.run(RunKind::Scheduled).await;
        assert_eq!(run.row.state, RunState::Completed, "{run:?}");
        assert_eq!(
            (run.row.counts.updated, run.row.counts.blocked),
            (1, 1),
            "{run:?}"
        );
        assert_eq!(world.full_reads(), 0, "only the changes were read");
        let account = world.account(&gone.1).await.expect("kept");
        assert_eq!(account.block.expect("blocked").reason, BlockReason::LeftDirectory);

        // An old cursor is no error: everything is read.
        control.fault(simulator::Fault {
            kind: world.kind,
            path_prefix: "/v1.0/users".into(),
            after: 0,
            times: 1,
            action: simulator::FaultAction::ExpiredDeltaToken,
        });
        let run = world.run(RunKind::Scheduled).await;
        let counts = run.row.counts;
        assert_eq!(run.row.state, RunState::Completed, "{run:?}");
        // A manager who is gone may still be taken off their people: only a full read shows that.
        assert_eq!(
            (counts.created, counts.blocked, counts.unblocked),
            (0, 0, 0),
            "{run:?}"
        );
        assert_eq!(world.full_reads(), 1);
        control.clear_faults();

        // Another data mapping needs a full read.
        world.usernames_follow().await;
        world
            .change_mapping(|mapping| mapping.fields.retain(|row| row.field != field::JOB_TITLE))
            .await;
        control.clear_requests();
        world.run(RunKind::Scheduled).await;
        assert_eq!(world.full_reads(), 1);
    }
);

on_both!(
    l_08_who_joins_beyond_the_licences_waits_blocked_and_is_opened_in_turn,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let active = async || {
            let overview = world
                .services
                .deployment(&world.actor, SLUG)
                .await
                .expect("the overview");
            (overview.people_active, overview.people_blocked)
        };
        let (before, _) = active().await;
        licensed(&world, Some(u32::try_from(before).expect("few") + 10)).await;
        let first = world.sync().await;
        let made = first.row.counts.created;
        assert!(made > 20, "{first:?}");
        assert_eq!(active().await, (before + 10, made - 10));
        let waiting = world
            .changes(first.row.number, ChangeKind::Create)
            .await
            .into_iter()
            .filter(|change| change.reason.starts_with("No licence is free"))
            .collect::<Vec<_>>();
        assert_eq!(u64::try_from(waiting.len()).expect("few"), made - 10);
        let state = waiting[0]
            .fields
            .iter()
            .find(|change| change.field == field::label(field::STATE));
        assert_eq!(state.and_then(|state| state.after.as_deref()), Some("blocked"));

        // Nothing is free, so nothing happens, and it is said.
        let second = world.sync().await;
        assert_eq!(second.row.counts.unblocked, 0, "{second:?}");
        assert_eq!(second.row.counts.skipped, first.row.counts.skipped + made - 10);

        licensed(&world, Some(u32::try_from(before).expect("few") + 13)).await;
        let third = world.sync().await;
        assert_eq!(third.row.counts.unblocked, 3, "{third:?}");
        assert_eq!(active().await, (before + 13, made - 13));

        licensed(&world, None).await;
        world.sync().await;
        assert_eq!(active().await, (before + made, 0));
    }
);

on_both!(l_10_a_leaver_with_people_is_reported, |test: TestDb| async move {
    let world = World::entra(test).await;
    world.sync().await;
    let accounts: Vec<_> = world
        .everybody()
        .await
        .into_iter()
        .filter_map(|(_, account)| account)
        .collect();
    let manager = accounts
        .iter()
        .find(|account| accounts.iter().any(|other| other.manager == Some(account.id)))
        .expect("somebody has a manager");
    world
        .simulator
        .control()
        .disable(world.kind, manager.username.as_str())
        .expect("disabled");
    let run = world.sync().await;
    let flags = world.changes(run.row.number, ChangeKind::Flag).await;
    let said = flags
        .iter()
        .find(|change| change.username == manager.username.as_str())
        .unwrap_or_else(|| panic!("{flags:?}"));
    assert!(
        said.reason.starts_with("Leaves, and is the manager of"),
        "{said:?}"
    );
});

on_both!(
    h_12_a_test_sync_reads_everybody_before_a_group_is_chosen,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.scope_to(&[]).await;
        let run = world.run(RunKind::TestSync).await;
        assert_eq!(run.row.state, RunState::Completed, "{run:?}");
        assert!(
            run.row.counts.read >= 50 && run.row.counts.in_scope == 0,
            "{run:?}"
        );
        let found = world
            .services
            .test_sync(&world.actor, SLUG)
            .await
            .expect("the page");
        assert!(!found.people.is_empty(), "they can be looked at all the same");
        // I-16: everything that could lead to accounts needs a group.
        let preview = world
            .services
            .start_run(&world.actor, SLUG, RunKind::Simulation)
            .await;
        assert!(preview.is_err(), "{preview:?}");
    }
);
