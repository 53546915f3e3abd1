//! What a plan of the migration is made of and looked up by.

use std::collections::BTreeMap;

use domain::migration::{EntryKind, HeldReason, MigrationEntry, MigrationOptions, MigrationPurpose, Place};
use domain::people::{AccountState, Directory, OldDirectory, PeopleAccount, Profile};
use domain::user_mapping::{MappingReading, RenameKind};
use domain::{AccountId, CustomerId, DirectoryId, ObjectId, Username, UsernameKey};
use store::Tx;
use store::accounts::AccountWrite;
use store::migration::{
    NewEntry, NewPlan, accounts_now, claimed, entries_of_people, fill_freed, fill_lookups,
    proven_administrators,
};
use store::user_mapping::{LineFacts, NewLine, NewVersion};
use test_support::{TestDb, on_both};

use crate::{customer, found::person, id, now, raw};

pub(crate) async fn accounts(tx: &mut Tx, customer: CustomerId, numbers: std::ops::RangeInclusive<u8>) {
    let write = |n: u8| AccountWrite {
        account: PeopleAccount {
            id: id(n),
            username: Username::from_stored(format!("old{n}")),
            username_key: UsernameKey::from_stored(format!("old{n}")),
            directory: Directory::Local,
            state: AccountState::Active,
            block: None,
            is_administrator: false,
            profile: Profile::new(),
            manager: None,
            version: 1,
            created_at: now(),
            updated_at: now(),
            last_sign_in_at: None,
        },
        search_key: String::new(),
        sort_key: String::new(),
    };
    let writes: Vec<_> = numbers.map(write).collect();
    store::accounts::insert(tx, customer, &writes, now())
        .await
        .expect("accounts");
}

async fn people(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    rows: std::ops::RangeInclusive<i64>,
) {
    let none = BTreeMap::new();
    let ids: Vec<(i64, String)> = rows.map(|row| (row, format!("u{row}"))).collect();
    let users: Vec<_> = ids
        .iter()
        .map(|(row, id)| person(*row, id, None, &none))
        .collect();
    store::snapshot::upsert(tx, customer, directory, &users, now())
        .await
        .expect("people");
}

pub(crate) async fn version(tx: &mut Tx, customer: CustomerId) -> i64 {
    let new = NewVersion {
        file: None,
        reading: &MappingReading::default(),
        made_from: None,
        edit: None,
        author: None,
        by: "Sam",
        at: now(),
    };
    store::user_mapping::insert_version(tx, customer, &new)
        .await
        .expect("a version")
}

async fn plan(tx: &mut Tx, (customer, directory): (CustomerId, DirectoryId), mapping_version: i64) -> i64 {
    let new = NewPlan {
        purpose: MigrationPurpose::Migrate,
        undoes: None,
        only: None,
        mapping_version,
        mapping_hash: "00",
        directory,
        people_number: 1,
        snapshot_number: 1,
        options: MigrationOptions::default(),
        by: "Sam",
        at: now(),
    };
    store::migration::insert_plan(tx, customer, &new)
        .await
        .expect("a plan")
}

/// An account that gets a link to `u{n}` of a directory.
fn entry(n: u8, directory: DirectoryId, person: Option<i64>) -> NewEntry {
    let place = |username: String, directory, link| Place {
        username: Username::from_stored(username),
        directory,
        link,
    };
    NewEntry {
        entry: MigrationEntry {
            account: id(n),
            version: 1,
            line: None,
            kind: EntryKind::Move,
            held: None,
            before: place(format!("old{n}"), Directory::Local, None),
            after: place(
                format!("new{n}"),
                Directory::External(directory),
                Some(ObjectId(format!("u{n}"))),
            ),
            steps_aside: false,
            frees: true,
        },
        key_before: format!("old{n}"),
        key_after: format!("new{n}"),
        search_key: String::new(),
        sort_key: String::new(),
        state: AccountState::Active,
        groups: String::new(),
        person,
    }
}

on_both!(
    people_are_found_whether_or_not_an_entry_knows_their_row,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (customer, directory) = customer(&mut tx, 1, "contoso").await;
        let other: DirectoryId = id(9);
        store::directories::insert_old(
            &mut tx,
            customer,
            other,
            OldDirectory::ActiveDirectory,
            "contoso.local",
            now(),
        )
        .await
        .expect("inserted");
        let whose = (customer, directory);
        accounts(&mut tx, customer, 1..=5).await;
        people(&mut tx, whose, 1..=6).await;
        let version = version(&mut tx, customer).await;
        let mut held = entry(3, directory, None);
        (held.entry.kind, held.entry.held) = (EntryKind::Held, Some(HeldReason::NameHeld));
        for person in [Some(2), None] {
            let plan = plan(&mut tx, whose, version).await;
            let entries = [
                entry(1, directory, None),
                entry(2, directory, person),
                held.clone(),
                entry(4, other, None),
                entry(5, directory, Some(5)),
            ];
            store::migration::insert_entries(&mut tx, customer, plan, &entries)
                .await
                .expect("entries");
            fill_lookups(&mut tx, customer, plan).await.expect("look-ups");
            for ((after, last), found) in [
                ((0, 6), vec![1, 2, 5]),
                ((1, 2), vec![2]),
                ((2, 4), vec![]),
                ((5, 6), vec![]),
            ] {
                let read = entries_of_people(&mut tx, (customer, plan), (after, last))
                    .await
                    .expect("read");
                let mut read: Vec<AccountId> = read
                    .iter()
                    .map(|(entry, account)| {
                        assert_eq!(entry.account, account.id);
                        account.id
                    })
                    .collect();
                read.sort();
                let found: Vec<AccountId> = found.into_iter().map(id).collect();
                assert_eq!(read, found, "behind {after} to {last}, {person:?}");
            }
            let asked: Vec<ObjectId> = (1..=6).map(|row| ObjectId(format!("u{row}"))).collect();
            let asked: Vec<&ObjectId> = asked.iter().collect();
            // A run that breaks off behind the freeze is begun again.
            for _ in 0..2 {
                fill_freed(&mut tx, customer, plan).await.expect("look-ups");
            }
            let mut taken = claimed(&mut tx, whose, plan, &asked).await.expect("read");
            taken.sort();
            assert_eq!(
                taken.iter().map(ObjectId::as_str).collect::<Vec<_>>(),
                ["u1", "u2", "u5"]
            );
        }
    }
);

on_both!(
    x_01_an_account_with_several_lines_has_the_first_and_hides_nobody,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (customer, directory) = customer(&mut tx, 1, "contoso").await;
        accounts(&mut tx, customer, 1..=3).await;
        people(&mut tx, (customer, directory), 1..=1).await;
        let version = version(&mut tx, customer).await;
        let lines = [(2, 1), (3, 1), (4, 1), (5, 2)];
        let written: Vec<NewLine> = lines
            .map(|(line, n)| NewLine {
                line,
                existing: format!("old{n}"),
                new: format!("new{line}"),
                target: String::new(),
                nth: if n == 1 { line - 2 } else { 0 },
            })
            .into();
        store::user_mapping::insert_lines(&mut tx, customer, version, &written)
            .await
            .expect("lines");
        let facts = lines.map(|(line, n)| LineFacts {
            line: line.unsigned_abs(),
            kind: RenameKind::Free,
            takes_from: None,
            same_as: None,
            account: Some(id(n)),
            other_account: None,
            person: (n == 1).then_some(1),
        });
        store::user_mapping::set_facts(&mut tx, customer, version, &facts)
            .await
            .expect("facts");
        let (mut after, mut read) = (None, Vec::new());
        loop {
            let page = accounts_now(&mut tx, (customer, directory), version, (after, 2), false)
                .await
                .expect("read");
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            read.extend(
                page.into_iter()
                    .map(|now| (now.id, now.line.map(|line| (line.line, line.row)))),
            );
        }
        assert_eq!(
            read,
            [
                (id(1), Some((2, Some(1)))),
                (id(2), Some((5, None))),
                (id(3), None)
            ]
        );
    }
);

on_both!(
    p_07_p_08_administrators_who_signed_in_lately_and_stay,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (customer, directory) = customer(&mut tx, 1, "contoso").await;
        accounts(&mut tx, customer, 1..=4).await;
        let version = version(&mut tx, customer).await;
        let plan = plan(&mut tx, (customer, directory), version).await;
        let mut held = entry(3, directory, None);
        (held.entry.kind, held.entry.held) = (EntryKind::Held, Some(HeldReason::NameHeld));
        let entries = [entry(1, directory, None), held];
        store::migration::insert_entries(&mut tx, customer, plan, &entries)
            .await
            .expect("entries");
        tx.commit().await.expect("a commit");
        let signed_in = "UPDATE accounts SET is_administrator = (1 = 1), last_sign_in_at = created_at
            WHERE username <> 'old4'";
        raw(&test.db, signed_in).await.expect("changed");
        let mut tx = test.db.read().await.expect("a transaction");
        let found = proven_administrators(&mut tx, customer, plan, now(), 10).await;
        let found = found.expect("found");
        let told: Vec<(&str, bool)> = found
            .iter()
            .map(|one| (one.username.as_str(), one.stays))
            .collect();
        assert_eq!(told, [("old2", true), ("old3", true), ("old1", false)]);
        let later = now() + chrono::TimeDelta::seconds(1);
        let found = proven_administrators(&mut tx, customer, plan, later, 10).await;
        assert!(found.expect("found").is_empty());
    }
);
