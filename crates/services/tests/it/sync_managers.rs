//! Who is whose manager (3.9).

use std::collections::HashMap;

use domain::AccountId;
use domain::people::{AccountState, Block, BlockReason, BlockedBy, PeopleAccount};
use domain::sync::{RunKind, RunState};
use simulator::Person;
use test_support::{TestDb, on_both};

use crate::world::World;

/// People in scope whose manager is in scope too, with both.
fn reports(world: &World, all: &[(Person, Option<PeopleAccount>)]) -> Vec<(Person, Person)> {
    let by_id: HashMap<&str, &Person> = all
        .iter()
        .map(|(person, _)| (person.id.as_str(), person))
        .collect();
    all.iter()
        .filter(|(person, _)| world.is_in_scope(&person.id))
        .filter_map(|(person, _)| {
            let manager = by_id.get(person.manager_id.as_deref()?)?;
            let real = manager.id != person.id && world.is_in_scope(&manager.id);
            real.then(|| (person.clone(), (*manager).clone()))
        })
        .collect()
}

/// Everybody who has an account has the manager the directory names, if that one has an account; and nobody's manager
/// is an account that does not exist. Gives how many have one.
async fn check(world: &World) -> usize {
    let all = world.everybody().await;
    let accounts: HashMap<&str, &PeopleAccount> = all
        .iter()
        .filter_map(|(person, account)| Some((person.id.as_str(), account.as_ref()?)))
        .filter(|(_, account)| account.directory.external().is_some())
        .collect();
    let ids: Vec<AccountId> = accounts.values().map(|account| account.id).collect();
    let mut count = 0;
    for (person, _) in &all {
        let Some(account) = accounts.get(person.id.as_str()) else {
            continue;
        };
        assert!(
            account.manager.is_none_or(|id| ids.contains(&id)),
            "{person:?}: {account:?}"
        );
        let manager = person.manager_id.as_deref().filter(|id| *id != person.id);
        let expected = manager.and_then(|id| accounts.get(id)).map(|manager| manager.id);
        assert_eq!(account.manager, expected, "{person:?}");
        count += usize::from(expected.is_some());
    }
    count
}

async fn nothing_to_do(world: &World) {
    let again = world.run(RunKind::Manual).await;
    assert_eq!(
        (again.row.state, again.row.counts.to_apply),
        (RunState::Completed, 0),
        "{again:?}"
    );
}

on_both!(
    managers_of_a_first_run_are_all_there_after_it,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        assert!(check(&world).await > 10);
        nothing_to_do(&world).await;
    }
);

on_both!(
    p_17_who_gets_a_manager_counts_as_a_change_of_people,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let number = world.sync().await.row.number;
        let customer = world.customer().await;
        let (person, _) = reports(&world, &world.everybody().await).remove(0);
        let before = world.account(&person.principal_name).await.expect("the account");
        assert!(before.manager.is_some());
        let mut tx = world.test.db.begin().await.expect("a transaction");
        let run = store::runs::by_number(&mut tx, customer, number).await;
        let run = run.expect("a query").expect("the run");
        let mut account = before.clone();
        account.manager = None;
        let write = store::accounts::AccountWrite {
            account,
            search_key: String::new(),
            sort_key: String::new(),
        };
        let written = store::accounts::update(&mut tx, customer, &[write], world.services.now()).await;
        assert_eq!(written.expect("written"), 1);
        let mut counted = Vec::new();
        for _ in 0..2 {
            let (directory, all, now) = (run.directory, (0, i64::MAX), world.services.now());
            let marks = store::user_mapping::marks(&mut tx, customer, run.directory).await;
            let then = marks.expect("marks").people;
            let appointed = store::managers::appoint(&mut tx, customer, directory, run.id, all, now).await;
            let marks = store::user_mapping::marks(&mut tx, customer, run.directory).await;
            counted.push((appointed.expect("appointed"), marks.expect("marks").people - then));
        }
        assert_eq!(counted, [(1, 1), (0, 0)]);
    }
);

on_both!(
    managers_named_by_login_in_okta_are_found,
    |test: TestDb| async move {
        let world = World::okta(test).await;
        let run = world.sync().await;
        assert_eq!(run.row.state, RunState::Completed, "{run:?}");
        assert!(check(&world).await > 10);
        nothing_to_do(&world).await;
        // A login is renamed: the same person is meant by another text.
        let (_, manager) = reports(&world, &world.everybody().await).remove(0);
        world
            .simulator
            .control()
            .rename(world.kind, &manager.id, "new.boss@contoso.com")
            .expect("renamed");
        let before = world.test.dump(&["accounts"]).await;
        nothing_to_do(&world).await;
        assert_eq!(world.test.dump(&["accounts"]).await, before);
    }
);

on_both!(
    s_08_nobody_reports_to_an_account_that_was_never_made,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.state, RunState::Held, "{run:?}");
        // Between the plan and its acceptance somebody takes the username of a manager.
        let (person, manager) = reports(&world, &world.everybody().await).remove(0);
        world.add_local(&manager.principal_name, false).await;
        let run = world.accept(run.row.number).await;
        assert_eq!(
            (run.row.state, run.row.counts.failed),
            (RunState::CompletedWithProblems, 1),
            "{run:?}"
        );
        let account = world.account(&person.principal_name).await.expect("the account");
        assert_eq!(account.manager, None);
        // Everybody else has theirs, although everything was applied one by one.
        assert!(check(&world).await > 5);
        nothing_to_do(&world).await;
    }
);

on_both!(
    i_02_l_09_an_account_that_is_linked_gets_manager_and_groups_unless_it_stays_blocked,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let wrong = world.add_local("wrong.boss@contoso.com", false).await;
        let all = world.everybody().await;
        let mut reports = reports(&world, &all).into_iter();
        let (a, _) = reports.next().expect("somebody with a manager");
        let (b, _) = reports.next().expect("another");
        let (c, _) = reports.next().expect("another");
        let (chief, _) = all
            .iter()
            .find(|(person, _)| {
                person.manager_id.is_none() && person.enabled == Some(true) && world.is_in_scope(&person.id)
            })
            .expect("somebody without a manager");
        for person in [&a, chief] {
            world
                .add_unlinked(&person.principal_name, |account| account.manager = Some(wrong))
                .await;
        }
        let blocked = |by| {
            move |account: &mut PeopleAccount| {
                account.manager = Some(wrong);
                account.state = AccountState::Blocked;
                let reason = BlockReason::LeftDirectory;
                account.block = Some(Block { by, reason });
            }
        };
        world
            .add_unlinked(&b.principal_name, blocked(BlockedBy::Sync))
            .await;
        world
            .add_unlinked(&c.principal_name, blocked(BlockedBy::Administrator))
            .await;
        let staff = world.everybody_joins("Staff").await;
        let run = world.sync().await;
        assert_eq!((run.row.counts.linked, run.row.counts.failed), (4, 0), "{run:?}");
        let manager = async |person: &Person| {
            let id = person.manager_id.as_deref()?;
            let manager = world.simulator.control().find(world.kind, id)?;
            world
                .account(&manager.principal_name)
                .await
                .map(|account| account.id)
        };
        for person in [&a, &b, chief] {
            let account = world.account(&person.principal_name).await.expect("kept");
            assert_eq!(account.state, AccountState::Active, "{person:?}");
            assert_eq!(account.manager, manager(person).await, "{person:?}");
        }
        let kept = world.account(&c.principal_name).await.expect("kept");
        assert_eq!((kept.state, kept.manager), (AccountState::Blocked, Some(wrong)));
        let customer = world.customer().await;
        for (person, joined) in [(&a, true), (&b, true), (&c, false)] {
            let account = world.account(&person.principal_name).await.expect("kept");
            let mut tx = world.test.db.read().await.expect("a transaction");
            let groups = store::groups::of_account(&mut tx, customer, account.id).await;
            let is_in = groups.expect("groups").iter().any(|(group, _)| *group == staff);
            assert_eq!(is_in, joined, "{person:?}");
        }
        nothing_to_do(&world).await;
    }
);
