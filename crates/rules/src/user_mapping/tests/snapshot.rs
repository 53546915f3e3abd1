//! T-01 to T-13: lines beside the people the test sync found.

use domain::user_mapping::FindingCode as C;
use domain::user_mapping::Severity::{self, Error, Warning};

use super::with_people::{Beside, account, beside, person};
use crate::user_mapping::{AccountNow, AccountPlace, PersonFound};

/// Lines beside these people; the accounts are whoever stands in front of each line. That one becomes local (D-10) is
/// said because of People.
fn found(people: &[PersonFound<'_>], lines: &str) -> Vec<(u64, Severity, C)> {
    let mut said = told(people, lines).said;
    said.retain(|(_, _, code)| *code != C::BecomesLocal);
    said
}

fn told(people: &[PersonFound<'_>], lines: &str) -> Beside {
    let names = lines.lines().filter_map(|line| line.split(',').next());
    let mut accounts: Vec<AccountNow<'_>> = names.map(account).collect();
    accounts.push(AccountNow {
        is_administrator: true,
        place: AccountPlace::Local,
        ..account("break-glass")
    });
    beside(&accounts, people, lines)
}

#[test]
fn t_01_t_02_t_09_who_is_there_and_who_is_not() {
    let people = [person("anna@x.org"), person("bob@x.org")];
    let Beside { said, coverage, .. } = told(&people, "anna,anna@x.org,\ncarl,carl@x.org,");
    assert_eq!(said, [(3, Warning, C::NotInDirectory)]);
    assert_eq!((coverage.confirmed, coverage.newcomers), (1, 1));
    assert_eq!(
        found(&people, "carl,carl,Local"),
        [],
        "who stays local need not be there"
    );
}

#[test]
fn t_01_t_09_once_accounts_are_in_the_directory() {
    let people = [
        "anna@x.org",
        "bob@x.org",
        "carl@x.org",
        "dora@x.org",
        "emil@x.org",
    ]
    .map(person);
    let there = AccountNow {
        place: AccountPlace::Connected,
        ..account("Bob@x.org")
    };
    let all = [
        there,
        account("carl"),
        account("dora@x.org"),
        account("emil@x.org"),
    ];
    let lines = "gone,anna@x.org,\ncarl,carl@x.org,\ndora@x.org,dora,Local\nemil@x.org,,Local";
    let Beside { coverage, .. } = beside(&all, &people, lines);
    assert_eq!(
        (coverage.mapped, coverage.confirmed),
        (1, 1),
        "a line without an account is none of those that move"
    );
    assert_eq!(coverage.newcomers, 1, "only whose username is given up");
}

#[test]
fn t_03_the_other_attribute() {
    let anna = PersonFound {
        others: ["anna.lee@x.org", "anna@x.org"],
        ..person("anna@x.org")
    };
    let Beside { said, renames, .. } = told(&[anna], "anna,Anna.Lee@x.org,");
    assert_eq!(said, [(2, Error, C::OtherAttribute)]);
    assert_eq!(renames[0].person, Some(0));
    let both = PersonFound {
        others: ["anna.lee@x.org", "Anna.Lee@x.org"],
        ..person("alee")
    };
    assert_eq!(
        found(&[both], "anna,anna.lee@x.org,"),
        [(2, Error, C::OtherAttribute)]
    );
    assert_eq!(
        found(&[anna], "anna,anna@x.org,"),
        [],
        "its own username is no other address"
    );
}

#[test]
fn t_04_to_t_06_people_the_sync_would_block_or_not_know() {
    let disabled = PersonFound {
        is_enabled: false,
        ..person("a@x.org")
    };
    assert_eq!(
        found(&[disabled], "a,a@x.org,"),
        [(2, Warning, C::PersonDisabled)]
    );
    let outside = PersonFound {
        is_in_scope: false,
        ..person("a@x.org")
    };
    assert_eq!(
        found(&[outside], "a,a@x.org,"),
        [(2, Warning, C::PersonOutOfScope)]
    );
    let guest = PersonFound {
        is_guest: true,
        ..person("a@x.org")
    };
    assert_eq!(found(&[guest], "a,a@x.org,"), [(2, Warning, C::PersonIsGuest)]);
}

#[test]
fn t_07_one_person_for_two_lines() {
    let both = found(&[person("a@x.org")], "one,a@x.org,\ntwo,a@x.org,");
    assert_eq!(both, [(2, Error, C::Merge), (3, Error, C::Merge)]);
}

/// People and accounts with the names of a small office, and lines that give each account the person `slip` places on.
fn office(slip: usize) -> Vec<(u64, C, Option<u64>)> {
    const NAMES: [(&str, &str); 6] = [
        ("Anna", "Lee"),
        ("Bob", "Ray"),
        ("Carla", "Stone"),
        ("Dan", "Wood"),
        ("Eva", "Hill"),
        ("Finn", "Marsh"),
    ];
    let usernames: Vec<String> = NAMES
        .iter()
        .map(|(first, _)| [first, "@x.org"].concat())
        .collect();
    let accounts: Vec<AccountNow<'_>> = NAMES
        .iter()
        .map(|(first_name, surname)| AccountNow {
            first_name,
            surname,
            ..account(first_name)
        })
        .collect();
    let people: Vec<PersonFound<'_>> = NAMES
        .iter()
        .zip(&usernames)
        .map(|((first_name, surname), username)| PersonFound {
            first_name,
            surname,
            ..person(username)
        })
        .collect();
    let lines: Vec<String> = NAMES
        .iter()
        .enumerate()
        .map(|(n, (first, _))| [first, usernames[(n + slip) % NAMES.len()].as_str(), ""].join(","))
        .collect();
    let all = beside(&accounts, &people, &lines.join("\n")).findings;
    all.into_iter()
        .filter(|finding| matches!(finding.code, C::NamesDiffer | C::Shifted))
        .map(|finding| (finding.line, finding.code, finding.other))
        .collect()
}

#[test]
fn t_10_a_column_that_slipped_is_said_once() {
    assert_eq!(office(0), []);
    let shifted = |all: Vec<(u64, C, Option<u64>)>| {
        let (said, each): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, code, _)| *code == C::Shifted);
        assert_eq!(each.len(), 6, "each line is named, too");
        said
    };
    assert_eq!(shifted(office(1)), [(2, C::Shifted, Some(6))]);
    assert_eq!(shifted(office(5)), [(3, C::Shifted, Some(7))]);
    assert_eq!(office(3).len(), 6, "exchanged otherwise, each line is named");
}

#[test]
fn t_10_names_that_may_be_one() {
    let of = |first_name, surname, other_first, other_surname| {
        let mut all = [account("anna"), account("break-glass")];
        all[0].first_name = first_name;
        all[0].surname = surname;
        let anna = PersonFound {
            first_name: other_first,
            surname: other_surname,
            ..person("anna@x.org")
        };
        let found = beside(&all, &[anna], "anna,anna@x.org,").findings;
        !found.iter().any(|finding| finding.code == C::NamesDiffer)
    };
    assert!(of("Anna", "Lee", "Anna", "Stone"), "somebody married");
    assert!(of("Märta", "Andersson", "Marta", "Andersson-Holm"), "accents");
    assert!(of("Lee", "Anna", "Anna", "Lee"), "exchanged fields");
    assert!(of("", "", "Anna", "Lee"), "not known");
    assert!(!of("Anna", "Lee", "Bob", "Ray"));
}

#[test]
fn t_12_nothing_is_said_where_the_people_are_not_known() {
    assert_eq!(found(&[], "anna,anna@x.org,"), []);
}

#[test]
fn t_13_local_and_in_a_synchronised_group() {
    let anna = person("anna@x.org");
    assert_eq!(
        found(&[anna], "anna@x.org,anna@x.org,Local"),
        [(2, Warning, C::LocalInScope)]
    );
    let outside = PersonFound {
        is_in_scope: false,
        ..anna
    };
    assert_eq!(found(&[outside], "anna@x.org,anna@x.org,Local"), []);
}
