//! What holds for everybody, over few names, numbers and addresses, so that they meet.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const GIVEN: &[&str] = &["", "Ann", "Anne", "Bob", "Inés", "Ines"];
const SURNAMES: &[&str] = &["", "Miller", "Miler", "Baker", "Miller-Baker"];
const ADDRESSES: &[&str] = &[
    "",
    "ann@contoso.com",
    "ANN@contoso.com",
    "bob@contoso.com",
    "bob@old.example",
];
const NUMBERS: &[&str] = &["", "41", "041", "E41", "42"];
const USERNAMES: &[&str] = &["ann", "X\\ann", "bob", "ann@contoso.com", "E41", "041", "x"];

fn accounts() -> impl Strategy<Value = Vec<Account<'static>>> {
    let rarely = || prop::bool::weighted(0.15);
    let account = (
        select(USERNAMES),
        select(ADDRESSES),
        select(GIVEN),
        select(SURNAMES),
        select(NUMBERS),
        rarely(),
        rarely(),
    );
    let account = account.prop_map(
        |(username, email, given, surname, number, is_administrator, is_blocked)| Account {
            id: 0,
            username,
            email: Some(email),
            given_name: Some(given),
            surname: Some(surname),
            display_name: None,
            employee_number: Some(number),
            is_administrator,
            is_blocked,
        },
    );
    prop::collection::vec(account, 0..7).prop_map(|mut all| {
        (1..).zip(&mut all).for_each(|(id, account)| account.id = id);
        all
    })
}

fn people() -> impl Strategy<Value = Vec<Person<'static>>> {
    let mostly = || prop::bool::weighted(0.85);
    let person = (
        select(USERNAMES),
        select(ADDRESSES),
        select(GIVEN),
        select(SURNAMES),
        select(NUMBERS),
        mostly(),
        mostly(),
    );
    let person = person.prop_map(
        |(account_name, mail, given, surname, number, is_enabled, in_scope)| Person {
            id: 0,
            new_username: "somebody",
            mail: Some(mail),
            given_name: Some(given),
            surname: Some(surname),
            employee_number: Some(number),
            account_name: Some(account_name),
            is_enabled,
            in_scope,
            ..Person::default()
        },
    );
    prop::collection::vec(person, 0..7).prop_map(|mut all| {
        (101..).zip(&mut all).for_each(|(id, person)| person.id = id);
        all
    })
}

proptest! {
    #[test]
    fn the_order_of_anything_and_the_seed_do_not_matter(
        accounts in accounts(), people in people(), with_blocked: bool, turn in 0_usize..7, seed: u64,
    ) {
        let first = propose(accounts.iter().copied(), people.iter().copied(), 7, with_blocked);
        let (mut others, mut those) = (accounts, people);
        others.reverse();
        let turn_by = turn.min(those.len());
        those.rotate_left(turn_by);
        prop_assert_eq!(first, propose(others, those, seed, with_blocked));
    }

    #[test]
    fn nobody_is_proposed_twice_and_each_account_gets_one(accounts in accounts(), people in people(), with_blocked: bool) {
        let all = propose(accounts, people, 7, with_blocked);
        let ours: BTreeSet<u32> = all.iter().map(|of| of.account).collect();
        let theirs: BTreeSet<u32> = all.iter().map(|of| of.person).collect();
        prop_assert_eq!((ours.len(), theirs.len()), (all.len(), all.len()));
    }

    #[test]
    fn administrators_are_never_automatic_and_blocked_accounts_only_on_demand(
        accounts in accounts(), people in people(), with_blocked: bool,
    ) {
        for proposal in propose(accounts.iter().copied(), people, 7, with_blocked) {
            let account = accounts.iter().find(|account| account.id == proposal.account).expect("an account");
            prop_assert_eq!(proposal.by_hand, account.is_administrator);
            prop_assert!(!(account.is_administrator && proposal.is_automatic()));
            prop_assert!(!account.is_blocked || (with_blocked && proposal.class < Class::Certain));
        }
    }

    #[test]
    fn what_is_certain_is_not_shared_and_not_contradicted(accounts in accounts(), people in people()) {
        let folded = |text: Option<&str>| text.unwrap_or_default().to_lowercase();
        for proposal in propose(accounts.iter().copied(), people.iter().copied(), 7, true) {
            let account = accounts.iter().find(|account| account.id == proposal.account).expect("an account");
            let person = people.iter().find(|person| person.id == proposal.person).expect("a person");
            if !(person.is_enabled && person.in_scope) {
                prop_assert_eq!(proposal.class, Class::Doubtful);
            }
            if proposal.class == Class::Certain {
                let email = folded(account.email);
                let sharing = accounts.iter().filter(|other| folded(other.email) == email).count();
                prop_assert!(email.is_empty() || sharing == 1);
                prop_assert!(folded(account.given_name).get(..1) == folded(person.given_name).get(..1));
            }
        }
    }
}
