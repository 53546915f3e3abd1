//! Examples, and the invariants of Appendix A over generated directories.

mod properties;

use std::collections::BTreeMap;

use domain::people::Directory;
use domain::{DirectoryId, ObjectId, Provider};

use super::*;
use crate::username::{key, stored};

const SEED: u64 = 7;

fn account(n: u64) -> AccountId {
    AccountId::from_uuid(uuid_of(n))
}

fn uuid_of(n: u64) -> uuid::Uuid {
    uuid::Uuid::from_u128(u128::from(n))
}

fn old() -> Directory {
    Directory::External(DirectoryId::from_uuid(uuid_of(1)))
}

fn new() -> Directory {
    Directory::External(DirectoryId::from_uuid(uuid_of(2)))
}

fn place(username: &str, directory: Directory) -> Place {
    Place {
        username: stored(username),
        directory,
        link: None,
    }
}

/// Accounts of the old directory, by their numbers; `None` wants nothing.
fn wishes(names: &[(&str, Option<&str>)]) -> Vec<Wish> {
    (1..)
        .zip(names)
        .map(|(n, (now, wanted))| Wish {
            account: account(n),
            version: 1,
            now: place(now, old()),
            wanted: wanted.map(|wanted| Wanted {
                line: Some(n + 1),
                place: place(wanted, new()),
                against: None,
            }),
        })
        .collect()
}

fn plan_with(seed: u64, wishes: &[Wish]) -> (Vec<MigrationEntry>, PlanCounts, String) {
    let mut planner = Planner::new(seed);
    for wish in wishes {
        planner.look(wish);
    }
    let mut settled = planner.settle();
    let entries = wishes
        .iter()
        .filter_map(|wish| settled.entry(wish.clone()))
        .collect();
    let (counts, hash) = settled.finish();
    (entries, counts, hash)
}

fn plan(wishes: &[Wish]) -> Vec<MigrationEntry> {
    plan_with(SEED, wishes).0
}

/// People: places and versions by account. Writing it is what the one transaction does: first everybody who steps aside, then
/// all others, and never two with one key.
type People = BTreeMap<AccountId, (i64, Place)>;

fn people(wishes: &[Wish]) -> People {
    wishes
        .iter()
        .map(|wish| (wish.account, (wish.version, wish.now.clone())))
        .collect()
}

fn carry_out(people: &mut People, entries: &[MigrationEntry]) {
    let mut keys: BTreeMap<String, AccountId> = people
        .iter()
        .map(|(id, (_, place))| (key(&place.username).as_str().to_owned(), *id))
        .collect();
    assert_eq!(keys.len(), people.len(), "keys are unique before");
    for entry in entries.iter().filter(|entry| entry.steps_aside) {
        keys.remove(key(&entry.before.username).as_str());
    }
    for entry in entries.iter().filter(|entry| entry.kind != EntryKind::Held) {
        let (version, place) = people.get_mut(&entry.account).expect("the account");
        assert_eq!((*version, &*place), (entry.version, &entry.before));
        if entry.kind.writes() {
            if !entry.steps_aside {
                keys.remove(key(&place.username).as_str());
            }
            let taken = keys.insert(key(&entry.after.username).as_str().to_owned(), entry.account);
            assert_eq!(
                taken, None,
                "{:?} is free when it is written",
                entry.after.username
            );
            *version += 1;
        }
        *place = entry.after.clone();
    }
    assert_eq!(keys.len(), people.len(), "keys are unique after");
}

/// The plan that takes another one back.
fn undo(people: &People, entries: &[MigrationEntry]) -> Vec<Wish> {
    let entries: BTreeMap<_, _> = entries.iter().map(|entry| (entry.account, entry)).collect();
    people
        .iter()
        .map(|(id, (version, now))| Wish {
            account: *id,
            version: *version,
            now: now.clone(),
            wanted: entries.get(id).and_then(|entry| inverse(entry, *version, now)),
        })
        .collect()
}

fn helds(entries: &[MigrationEntry]) -> Vec<Option<HeldReason>> {
    entries.iter().map(|entry| entry.held).collect()
}

#[test]
fn x_06_a_swap_steps_aside_and_frees_nothing() {
    let wishes = wishes(&[("a", Some("b")), ("b", Some("a"))]);
    let (entries, counts, _) = plan_with(SEED, &wishes);
    assert_eq!((counts.both, counts.aside, counts.freed), (2, 2, 0));
    let mut people = people(&wishes);
    carry_out(&mut people, &entries);
    assert_eq!(people[&account(1)].1.username.as_str(), "b");
}

#[test]
fn x_09_x_13_a_chain_whose_head_is_blocked_is_held_as_a_whole() {
    let entries = plan(&wishes(&[
        ("a", Some("b")),
        ("b", Some("c")),
        ("c", None),
        ("d", Some("e")),
    ]));
    let reasons = [Some(HeldReason::Behind), Some(HeldReason::NameHeld), None];
    assert_eq!(helds(&entries), reasons);
    assert!(entries[2].frees, "d is free afterwards");
}

#[test]
fn x_04_what_two_want_is_nobodys_also_behind_a_cycle() {
    let entries = plan(&wishes(&[
        ("a", Some("b")),
        ("b", Some("a")),
        ("c", Some("b")),
        ("d", Some("D")),
    ]));
    let twice = Some(HeldReason::WantedTwice);
    // b does not get a's name, since a does not leave it.
    assert_eq!(helds(&entries), [twice, Some(HeldReason::Behind), twice, None]);
    assert!(
        !entries[3].frees && !entries[3].steps_aside,
        "R-05: its key stays"
    );
}

#[test]
fn x_14_a_chain_over_another_letter_case_is_valid() {
    let wishes = wishes(&[("a", Some("B")), ("b", Some("c")), ("Straße", Some("STRASSE"))]);
    let entries = plan(&wishes);
    assert_eq!(helds(&entries), [None, None, None]);
    let mut people = people(&wishes);
    carry_out(&mut people, &entries);
}

#[test]
fn x_12_a_chain_and_a_cycle_of_ten_thousand() {
    for head in [None, Some("n0"), Some("free")] {
        let names: Vec<(String, String)> = (0..10_000)
            .map(|n| (format!("n{n}"), format!("n{}", n + 1)))
            .collect();
        let mut all: Vec<(&str, Option<&str>)> = names
            .iter()
            .map(|(now, wanted)| (now.as_str(), Some(wanted.as_str())))
            .collect();
        all.push(("n10000", head));
        let wishes = wishes(&all);
        let (entries, counts, _) = plan_with(SEED, &wishes);
        assert_eq!(counts.held, if head.is_none() { 10_000 } else { 0 });
        let mut people = people(&wishes);
        carry_out(&mut people, &entries);
    }
}

#[test]
fn a_line_says_what_becomes_of_the_account() {
    let person = ObjectId::new("o1");
    let old_names = vec!["Old AD".to_owned()];
    let around = Surroundings {
        provider: Provider::Entra,
        directory: DirectoryId::from_uuid(uuid_of(2)),
        old: &old_names,
    };
    let now = place("anna", old());
    let of = |new, target, confirmed| {
        let person = Person {
            object_id: &person,
            is_confirmed: confirmed,
            linked_to: None,
        };
        let line = Line {
            line: 2,
            new,
            target,
            person: Some(person),
        };
        wanted(around, account(1), &now, line)
    };
    let moved = of(" anna@x ", "azure ad", true);
    assert_eq!(
        (moved.place.username.as_str(), moved.place.directory),
        ("anna@x", new())
    );
    assert_eq!(moved.place.link.as_ref(), Some(&person));
    assert_eq!(
        of("anna@x", "", false).place.link,
        None,
        "T-04, T-05: not confirmed"
    );
    let local = of("", "LOCAL", true);
    assert_eq!(local.place, place("anna", Directory::Local), "R-02, D-10");
    assert_eq!(of("", "old ad", true).place, now, "P-13: left behind");
    assert_eq!(of("x", "AD", true).against, Some(HeldReason::Unclear), "D-05");
}

#[test]
fn a_person_who_is_linked_to_another_account_is_not_taken() {
    let (person, other) = (ObjectId::new("o1"), account(9));
    let around = Surroundings {
        provider: Provider::Okta,
        directory: DirectoryId::from_uuid(uuid_of(2)),
        old: &[],
    };
    let line = Line {
        line: 2,
        new: "anna@x",
        target: "",
        person: Some(Person {
            object_id: &person,
            is_confirmed: true,
            linked_to: Some(other),
        }),
    };
    let wanted = |id| wanted(around, id, &place("anna", old()), line).against;
    assert_eq!(wanted(account(1)), Some(HeldReason::PersonLinked));
    assert_eq!(wanted(other), None);
}

#[test]
fn m_14_what_changed_since_is_left_alone_and_said() {
    let wishes = wishes(&[("a", Some("x")), ("b", Some("y")), ("c", Some("b"))]);
    let entries = plan(&wishes);
    let mut people = people(&wishes);
    carry_out(&mut people, &entries);
    people.get_mut(&account(2)).expect("b").0 += 1;
    let back = plan(&undo(&people, &entries));
    assert_eq!(helds(&back), [None, Some(HeldReason::ChangedSince), None]);
    carry_out(&mut people, &back);
    assert_eq!(people[&account(3)].1.username.as_str(), "c");
}
