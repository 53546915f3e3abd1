//! The People directory as it is looked at.

use std::collections::BTreeSet;

use domain::people::{AccountState, field};
use domain::sync::ChangeKind;
use domain::views::{PeopleFilter, PersonEvent, PersonRow};
use domain::{AccountId, UserError};
use simulator::Kind;
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SLUG, World};

async fn all(world: &World, filter: &PeopleFilter) -> Vec<PersonRow> {
    let (mut rows, mut after) = (Vec::new(), None);
    loop {
        let page = world
            .services
            .people(&world.actor, SLUG, filter, after.as_deref())
            .await
            .expect("people");
        assert!(page.rows.len() <= 50);
        rows.extend(page.rows);
        after = page.next;
        if after.is_none() {
            return rows;
        }
    }
}

on_both!(every_person_is_on_exactly_one_page, |test: TestDb| async move {
    let world = World::start(test, Kind::Entra, 160).await;
    world.add_local("anna.admin", true).await;
    world.sync().await;
    let rows = all(&world, &PeopleFilter::default()).await;
    let overview = world
        .services
        .deployment(&world.actor, SLUG)
        .await
        .expect("the customer's page");
    let count = usize::try_from(overview.people_active + overview.people_blocked).expect("a small number");
    assert!(count > 100, "more than two pages: {count}");
    assert_eq!(rows.len(), count);
    assert_eq!(
        rows.iter().map(|row| row.id).collect::<BTreeSet<_>>().len(),
        count
    );
    let exported = world
        .services
        .export_people(&world.actor, SLUG, &PeopleFilter::default(), None)
        .await;
    let exported = exported.expect("people");
    assert_eq!((exported.rows, exported.next), (rows.clone(), None));

    let narrow = |directory: &str| PeopleFilter {
        directory: directory.into(),
        ..PeopleFilter::default()
    };
    let local = all(&world, &narrow("local")).await;
    assert_eq!(local.len(), 1);
    assert_eq!(
        (local[0].directory.as_str(), local[0].is_administrator),
        ("Local", true)
    );
    assert_eq!(all(&world, &narrow("synced")).await.len(), count - 1);
    let blocked = PeopleFilter {
        state: Some(AccountState::Blocked),
        ..PeopleFilter::default()
    };
    assert_eq!(
        all(&world, &blocked).await.len(),
        usize::try_from(overview.people_blocked).expect("small")
    );
});

on_both!(
    a_search_finds_part_of_a_name_and_takes_nothing_for_a_pattern,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        let everybody = all(&world, &PeopleFilter::default()).await;
        let somebody = everybody
            .iter()
            .find(|row| row.name.contains(' '))
            .expect("somebody with two names");
        let search = |text: &str| PeopleFilter {
            search: text.into(),
            ..PeopleFilter::default()
        };
        let part: String = somebody.name.to_uppercase().chars().take(5).collect();
        let found = all(&world, &search(&format!(" {part} "))).await;
        assert!(found.iter().any(|row| row.id == somebody.id), "{part}: {found:?}");
        assert!(found.len() < everybody.len());
        let by_username = all(&world, &search(&somebody.username)).await;
        assert!(by_username.iter().any(|row| row.id == somebody.id));
        for pattern in ["%", "_%_", "!"] {
            assert!(
                all(&world, &search(pattern))
                    .await
                    .iter()
                    .all(|row| format!("{row:?}").contains(pattern))
            );
        }
    }
);

on_both!(a_key_that_is_not_ours_leads_nowhere, |test: TestDb| async move {
    let world = World::entra(test).await;
    for after in ["x", "019a0000-0000-7000-8000-000000000009"] {
        let page = world
            .services
            .people(&world.actor, SLUG, &PeopleFilter::default(), Some(after))
            .await;
        assert_eq!(refusal(page), UserError::NotFound, "{after}");
    }
    let stranger: AccountId = "019a0000-0000-7000-8000-000000000009".parse().expect("an id");
    assert_eq!(
        refusal(world.services.person(&world.actor, SLUG, stranger).await),
        UserError::NotFound
    );
});

on_both!(
    h_08_a_person_tells_what_happened_to_them,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let first = world.sync().await;
        let (id, name) = world.somebody(0).await;
        let account = world.account(&name).await.expect("the account");
        let control = world.simulator.control();
        control
            .update(world.kind, &id, "jobTitle", Some("Head of Bees"))
            .expect("updated");
        let second = world.sync().await;
        assert_eq!(second.row.counts.updated, 1, "{second:?}");
        control.delete(world.kind, &id).expect("deleted");
        let third = world.sync().await;
        assert_eq!(third.row.counts.blocked, 1, "{third:?}");

        let person = world
            .services
            .person(&world.actor, SLUG, account.id)
            .await
            .expect("the person");
        let changes = person.history.iter().map(|event| match event {
            PersonEvent::Change(change) => change,
            PersonEvent::Migration(done) => panic!("nobody migrated: {done:?}"),
        });
        let changes: Vec<_> = changes.collect();
        let history: Vec<_> = changes
            .iter()
            .map(|entry| (entry.run, entry.change.kind))
            .collect();
        assert_eq!(
            history,
            [
                (third.row.number, ChangeKind::Block),
                (second.row.number, ChangeKind::Update),
                (first.row.number, ChangeKind::Create)
            ]
        );
        let change = &changes[1].change.fields[0];
        assert_eq!(
            (change.field.as_str(), change.after.as_deref()),
            (field::label(field::JOB_TITLE), Some("Head of Bees"))
        );
        assert_eq!(
            person.blocked.as_deref(),
            Some("Blocked by the sync: no longer in the directory.")
        );
        assert!(
            person
                .fields
                .contains(&("Job title".to_owned(), "Head of Bees".to_owned()))
        );
        let link = person.link.expect("still linked");
        assert_eq!(
            (link.object_id.as_str(), link.snapshot),
            (id.as_str(), None),
            "not in the last complete read"
        );

        let (id, name) = world.somebody(0).await;
        let account = world.account(&name).await.expect("the account");
        let person = world
            .services
            .person(&world.actor, SLUG, account.id)
            .await
            .expect("the person");
        let snapshot = person.link.expect("linked").snapshot.expect("there");
        assert!(
            snapshot.in_scope && snapshot.principal_name == name,
            "{id}: {snapshot:?}"
        );
        assert!(
            snapshot
                .attributes
                .iter()
                .any(|(attribute, value)| attribute == "givenName" && !value.is_empty())
        );

        // I-05: renamed there, and usernames do not follow: no change, but not a secret either.
        world
            .simulator
            .control()
            .rename(world.kind, &id, "renamed.there@contoso.com")
            .expect("renamed");
        world.sync().await;
        let person = world
            .services
            .person(&world.actor, SLUG, account.id)
            .await
            .expect("the person");
        assert_eq!(person.row.username, name);
        let link = person.link.expect("linked");
        assert_eq!(link.other_username.as_deref(), Some("renamed.there@contoso.com"));
    }
);
