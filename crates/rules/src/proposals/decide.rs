//! How sure it is that a person is the owner of an account, of one pair by itself.

use std::collections::HashSet;

use domain::user_mapping::{ProposalClass as Class, ProposalReason as Reason};

use super::keys::evidence::{ACCOUNT_NAME, ADDRESS, EMAIL, IDENTITY, LOCAL_PART, NAME, NUMBER, PLAIN_NAME};
use super::links::{Link, Shared};
use super::name::Likeness;
use super::{KeptAccount, KeptPerson, at};
use crate::fingerprint::Fingerprints;

/// So many strangers of the same number are an accident of any company's data.
const ACCIDENTS: usize = 2;
/// More than one stranger in so many, and the numbers are those of another numbering (a merger, another column).
const STRANGERS: usize = 20;

/// What one candidate of an end is better than another by.
pub(super) type Rank = (Class, Likeness, u8, u8);

/// A person who may be the owner of an account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) account: u32,
    pub(super) person: u32,
    pub(super) reason: Reason,
    pub(super) rank: Rank,
    /// They share something that only one person has at a time.
    pub(super) is_identity: bool,
}

/// Everybody who was taken.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub(super) accounts: &'a [KeptAccount],
    pub(super) people: &'a [KeptPerson],
    /// Who has a name that others have, too.
    pub(super) namesakes: &'a Shared,
    /// Who has an address, number or account name that others have, too (P-16).
    pub(super) sharers: &'a Shared,
    /// Those the directory gives addresses in.
    pub(super) domains: &'a HashSet<u64>,
    /// Most people of the directory have an employee number.
    pub(super) have_numbers: bool,
    pub(super) with_blocked: bool,
    pub(super) fingerprints: Fingerprints,
}

/// A link, and what the two say beside it.
struct Pair {
    link: Link,
    likeness: Likeness,
    /// Both have an employee number.
    have_numbers: bool,
    /// And not the same one.
    numbers_differ: bool,
    /// The account has a number and the person none, where most have one: perhaps a leaver's.
    is_number_missing: bool,
    /// The account has an address in the directory, and it is not this person's.
    has_other_address: bool,
    has_namesakes: bool,
}

impl<'a> Known<'a> {
    /// All that may be proposed at all.
    pub(super) fn candidates(&self, links: Vec<Link>) -> Vec<Candidate> {
        let mut pairs: Vec<Pair> = links.into_iter().filter_map(|link| self.pair(link)).collect();
        if !is_one_numbering(&pairs) {
            for pair in &mut pairs {
                pair.forget_numbers();
            }
        }
        pairs.iter().filter_map(|pair| self.candidate(pair)).collect()
    }

    /// An account that gets proposals.
    pub(super) fn account(&self, place: u32) -> Option<&'a KeptAccount> {
        at(self.accounts, place).filter(|account| self.with_blocked || !account.is_blocked)
    }

    /// A person who can be proposed.
    pub(super) fn person(&self, place: u32) -> Option<&'a KeptPerson> {
        at(self.people, place).filter(|person| person.has_username)
    }

    fn pair(&self, link: Link) -> Option<Pair> {
        let (account, person) = (self.account(link.account)?, self.person(link.person)?);
        let numbers = account.said.number.zip(person.number);
        let likeness = match account.name.likeness(&person.name) {
            Likeness::Unknown if account.name.likeness(&person.spelled) >= Likeness::Close => {
                Likeness::Spelled
            }
            // Accents that are left out are no difference; other ones are (Inés, Inès).
            Likeness::Same
                if link.evidence & NAME == 0 && account.name.has_accents && person.name.has_accents =>
            {
                Likeness::Close
            }
            likeness => likeness,
        };
        let has_address_here = account
            .said
            .domain
            .is_some_and(|domain| self.domains.contains(&domain));
        Some(Pair {
            likeness,
            has_other_address: has_address_here && link.evidence & EMAIL == 0,
            have_numbers: numbers.is_some(),
            is_number_missing: self.have_numbers && account.said.number.is_some() && person.number.is_none(),
            numbers_differ: numbers.is_some_and(|(ours, theirs)| ours.contradicts(theirs)),
            has_namesakes: self.namesakes.by(&link),
            link,
        })
    }

    fn candidate(&self, pair: &Pair) -> Option<Candidate> {
        let (account, person) = (self.account(pair.link.account)?, self.person(pair.link.person)?);
        let cap = match (person.is_ordinary, account.is_blocked) {
            // They may not be in the directory's part of People for long (T-04 to T-06).
            (false, _) => Class::Doubtful,
            // Leavers' addresses are the ones that are handed on; and who shares one is not certain to be meant.
            (true, true) => Class::Likely,
            (true, false) if self.sharers.by(&pair.link) => Class::Likely,
            (true, false) => Class::Certain,
        };
        Some(Candidate {
            account: pair.link.account,
            person: pair.link.person,
            reason: pair.reason(),
            rank: (
                pair.class()?.min(cap),
                pair.likeness,
                pair.link.unique,
                pair.link.evidence,
            ),
            is_identity: pair.has(IDENTITY),
        })
    }
}

impl Pair {
    fn has(&self, bits: u8) -> bool {
        self.link.evidence & bits != 0
    }

    /// Whether one of these leads from this account to this person and to nobody else, on either side.
    fn only(&self, bits: u8) -> bool {
        self.link.unique & bits != 0
    }

    fn forget_numbers(&mut self) {
        self.link.evidence &= !NUMBER;
        self.link.unique &= !NUMBER;
        self.numbers_differ = false;
        self.is_number_missing = false;
    }

    /// The table of docs/rules.md. What is certain rests on the name and on something else. A number is never handed on to
    /// a namesake; an address may be, and an account name is made of the name anyhow.
    fn class(&self) -> Option<Class> {
        let number = self.only(NUMBER);
        let address = self.only(EMAIL | ADDRESS);
        let is_certain_address = (self.only(EMAIL) || (address && !self.has_other_address))
            && !self.has_namesakes
            && !self.is_number_missing;
        let account_name = self.only(ACCOUNT_NAME) && !self.has_other_address;
        let either = address || account_name;
        let some = self.has(IDENTITY);
        let by_name = !self.has_namesakes && !self.has_other_address;
        let doubtful = |is_so: bool| is_so.then_some(Class::Doubtful);
        if self.numbers_differ {
            return doubtful(some && self.likeness >= Likeness::Close);
        }
        match self.likeness {
            Likeness::Same if number || is_certain_address => Some(Class::Certain),
            Likeness::Same if either || by_name => Some(Class::Likely),
            Likeness::Same => doubtful(some || self.only(LOCAL_PART) || !self.has_namesakes),
            Likeness::Close if number => Some(Class::Certain),
            Likeness::Given if number && either => Some(Class::Certain),
            Likeness::Close | Likeness::Given | Likeness::Spelled if number || either => Some(Class::Likely),
            Likeness::Unknown | Likeness::Surname if number && either => Some(Class::Likely),
            Likeness::Close => doubtful(some || self.only(LOCAL_PART | PLAIN_NAME)),
            Likeness::Given | Likeness::Spelled | Likeness::Unknown => {
                doubtful(some || self.only(LOCAL_PART))
            }
            Likeness::Surname | Likeness::Apart => doubtful(number || address || self.only(ACCOUNT_NAME)),
        }
    }

    /// The strongest of what leads to this person only, else of what leads to them at all.
    fn reason(&self) -> Reason {
        let bits = match self.link.unique {
            0 => self.link.evidence,
            unique => unique,
        };
        match bits {
            NUMBER.. => Reason::SameEmployeeNumber,
            EMAIL.. => Reason::SameEmail,
            ADDRESS.. => Reason::InAddress,
            ACCOUNT_NAME.. => Reason::SameAccountName,
            LOCAL_PART.. => Reason::InAddress,
            NAME.. => Reason::SameName,
            _ => Reason::SimilarName,
        }
    }
}

/// Whether the employee numbers of both sides are the same numbering: those with the same number have the same names, and
/// those with the same address and name have the same number.
fn is_one_numbering(pairs: &[Pair]) -> bool {
    let (mut strangers, mut met) = (0, 0);
    let (mut differing, mut compared) = (0, 0);
    for pair in pairs {
        if pair.only(NUMBER) && !matches!(pair.likeness, Likeness::Unknown) {
            met += 1;
            strangers += usize::from(pair.likeness <= Likeness::Surname);
        }
        if pair.only(EMAIL) && pair.likeness == Likeness::Same && pair.have_numbers {
            compared += 1;
            differing += usize::from(pair.numbers_differ);
        }
    }
    let is_strange = strangers > ACCIDENTS && strangers * STRANGERS > met;
    let is_other = differing > ACCIDENTS && differing * 2 > compared;
    !(is_strange || is_other)
}
