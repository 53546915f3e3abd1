//! Proposals, each rule with what contradicts it.

mod conflicts;
mod names;
mod properties;
mod reasons;

use domain::user_mapping::{ProposalClass as Class, ProposalReason as Reason};

use super::{Account, Person, Proposal, propose};

/// Somebody of whom nothing but the name is known.
fn account(id: u32, given: &'static str, surname: &'static str) -> Account<'static> {
    Account {
        id,
        given_name: Some(given),
        surname: Some(surname),
        ..Account::default()
    }
}

/// Somebody of the directory of whom nothing but the name is known.
fn person(id: u32, given: &'static str, surname: &'static str) -> Person<'static> {
    Person {
        id,
        new_username: "new",
        given_name: Some(given),
        surname: Some(surname),
        is_enabled: true,
        in_scope: true,
        ..Person::default()
    }
}

/// What is proposed for each account, in order.
fn all(accounts: &[Account<'_>], people: &[Person<'_>]) -> Vec<Proposal> {
    propose(accounts.iter().copied(), people.iter().copied(), 7, false)
}

/// The same, short.
fn said(accounts: &[Account<'_>], people: &[Person<'_>]) -> Vec<(u32, u32, Class, Reason)> {
    let all = all(accounts, people);
    all.iter()
        .map(|of| (of.account, of.person, of.class, of.reason))
        .collect()
}

/// What is proposed where there is nobody else.
fn one(account: Account<'_>, person: Person<'_>) -> Option<(Class, Reason)> {
    let all = all(&[account], &[person]);
    assert!(all.len() < 2, "{all:?}");
    all.first().map(|of| (of.class, of.reason))
}
