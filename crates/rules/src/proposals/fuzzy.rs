//! Names with a slip in them. Compared are only those who share a word of the surname and the first letter of the given
//! name, or the given name and how the surname begins: a block, and one that is not crowded. All of it is doubtful: one
//! letter is the difference between two brothers.

use domain::user_mapping::{ProposalClass as Class, ProposalReason as Reason};

use super::decide::{Candidate, Known};
use super::keys::{Entry, Kind};
use super::links::groups;
use super::name::{Likeness, Name};
use super::settle::Settled;
use crate::fingerprint::Fingerprints;

/// More of them in a block are not compared, so that time stays linear.
const CROWD: usize = 32;
/// Beginnings of surnames that are compared.
const BEGINNING: usize = 2;

/// Similar names among those of whom nothing was settled.
pub(super) fn candidates(known: &Known<'_>, settled: &Settled) -> Vec<Candidate> {
    let mut entries = Vec::new();
    let mut note = |name: &Name, is_person: bool, place: u32| {
        blocks(name, known.fingerprints, |print| {
            entries.push(Entry {
                kind: Kind::PlainName,
                print,
                is_person,
                place,
                bit: 0,
            });
        });
    };
    for (place, row) in (0_u32..).zip(0..known.accounts.len()) {
        if let Some(account) = known.account(place).filter(|_| settled.is_open_account(row)) {
            note(&account.name, false, place);
        }
    }
    for (place, row) in (0_u32..).zip(0..known.people.len()) {
        if let Some(person) = known.person(place).filter(|_| settled.is_open_person(row)) {
            note(&person.name, true, place);
        }
    }
    entries.sort_unstable();
    entries.dedup();
    let mut found = Vec::new();
    for (accounts, people) in groups(&entries) {
        if accounts.len() > CROWD || people.len() > CROWD {
            continue;
        }
        for account in accounts {
            let compared = people
                .iter()
                .filter_map(|person| compare(known, account.place, person.place));
            found.extend(compared);
        }
    }
    // Two may meet in several blocks.
    found.sort_unstable_by_key(|candidate| (candidate.account, candidate.person));
    found.dedup_by_key(|candidate| (candidate.account, candidate.person));
    found
}

fn compare(known: &Known<'_>, account_place: u32, person_place: u32) -> Option<Candidate> {
    let (account, person) = (known.account(account_place)?, known.person(person_place)?);
    let numbers = account.said.number.zip(person.number);
    let differ = numbers.is_some_and(|(ours, theirs)| ours.contradicts(theirs));
    let likeness = account.name.likeness(&person.name);
    if differ || likeness < Likeness::Close {
        return None;
    }
    let apart = account.name.letters_apart(&person.name);
    Some(Candidate {
        account: account_place,
        person: person_place,
        reason: Reason::SimilarName,
        rank: (
            Class::Doubtful,
            likeness,
            u8::MAX - u8::try_from(apart).unwrap_or(u8::MAX),
            0,
        ),
        is_identity: false,
    })
}

/// The blocks a name belongs to.
fn blocks(name: &Name, fingerprints: Fingerprints, mut each: impl FnMut(u64)) {
    let (given, surname) = name.parts();
    let Some(initial) = given.chars().next() else {
        return;
    };
    let mut block = String::new();
    for word in surname.split(' ').filter(|word| !word.is_empty()) {
        block.clear();
        block.push_str(word);
        block.push('|');
        block.push(initial);
        each(fingerprints.of(&block));
    }
    if !surname.is_empty() {
        block.clear();
        block.push_str(given);
        block.push('/');
        block.extend(surname.chars().take(BEGINNING));
        each(fingerprints.of(&block));
    }
}
