//! Proposals: which person of the new directory owns an account of People, so that `new_username` need not be typed
//! (T-02, T-08). Made from a complete snapshot, before there is a mapping file.
//!
//! What both sides have in common (an address, a number, an account name, a name) is reduced to fingerprints and sorted;
//! equal ones then stand side by side, so time and memory grow with the number of people and never with its square. What
//! many share identifies nobody. Of what is left, `decide` says how sure it is, and `settle` gives a person to an
//! account only if each is the other's best candidate: the result does not depend on the order of anything.
//!
//! What no rule can tell: an address or account name that was handed on to somebody of exactly the same name, whose
//! predecessor's account is not blocked and has no employee number. Where the number is in People, it is told.

mod decide;
mod fuzzy;
mod keys;
mod links;
mod name;
mod settle;

use domain::user_mapping::{ProposalClass, ProposalReason};

use self::keys::{Keys, Kind, Number, Said};
use self::links::Shared;
use self::name::{Name, Names};
use crate::fingerprint::Fingerprints;

/// An account of People as it is today. Empty texts count as missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Account<'a> {
    /// The caller's name for it, which its proposal carries.
    pub id: u32,
    pub username: &'a str,
    pub email: Option<&'a str>,
    pub given_name: Option<&'a str>,
    pub surname: Option<&'a str>,
    pub display_name: Option<&'a str>,
    pub employee_number: Option<&'a str>,
    pub is_administrator: bool,
    pub is_blocked: bool,
}

/// A person of the snapshot. Empty texts count as missing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Person<'a> {
    /// The caller's name for them, which their proposal carries.
    pub id: u32,
    /// What the sync would give them; without one they are proposed to nobody.
    pub new_username: &'a str,
    /// Entra: user principal name. Okta: login.
    pub sign_in_name: &'a str,
    pub mail: Option<&'a str>,
    /// Proxy addresses and aliases, with or without `smtp:`.
    pub further_addresses: &'a [String],
    pub employee_number: Option<&'a str>,
    /// `sAMAccountName` on the premises.
    pub account_name: Option<&'a str>,
    pub given_name: Option<&'a str>,
    pub surname: Option<&'a str>,
    pub display_name: Option<&'a str>,
    pub is_enabled: bool,
    pub in_scope: bool,
    pub is_guest: bool,
}

/// A person who is probably the owner of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proposal {
    /// [`Account::id`].
    pub account: u32,
    /// [`Person::id`].
    pub person: u32,
    pub class: ProposalClass,
    pub reason: ProposalReason,
    /// The account of an administrator (P-07): never accepted together with others, however sure it is.
    pub by_hand: bool,
}

impl Proposal {
    /// Whether it may be accepted without a look at this very person.
    pub fn is_automatic(&self) -> bool {
        self.class == ProposalClass::Certain && !self.by_hand
    }
}

/// What is kept of an account.
#[derive(Debug)]
struct KeptAccount {
    id: u32,
    name: Name,
    said: Said,
    is_administrator: bool,
    is_blocked: bool,
}

/// What is kept of a person.
#[derive(Debug)]
struct KeptPerson {
    id: u32,
    name: Name,
    /// How their address spells a name in another script.
    spelled: Name,
    number: Option<Number>,
    has_username: bool,
    /// Enabled, in scope and no guest: who is not may leave the directory's part of People again (T-04 to T-06).
    is_ordinary: bool,
}

/// Takes accounts and people one by one, and proposes at the end.
#[derive(Debug)]
pub struct Proposals {
    fingerprints: Fingerprints,
    with_blocked: bool,
    keys: Keys,
    accounts: Vec<KeptAccount>,
    people: Vec<KeptPerson>,
}

impl Proposals {
    /// Nothing taken yet. Accounts that are blocked get proposals only if asked for (P-02), yet they count as long as it is
    /// about who else could be meant. The seed is for fingerprints: nobody outside may know it.
    pub fn new(seed: u64, with_blocked: bool) -> Self {
        let fingerprints = Fingerprints::new(seed);
        Self {
            fingerprints,
            with_blocked,
            keys: Keys::new(fingerprints),
            accounts: Vec::new(),
            people: Vec::new(),
        }
    }

    /// Takes an account. All accounts of People have to come, also those that are blocked or stay.
    pub fn account(&mut self, account: &Account<'_>) {
        let names = Names::new(account.given_name, account.surname, account.display_name);
        let said = self.keys.account(index(self.accounts.len()), account, &names);
        self.accounts.push(KeptAccount {
            id: account.id,
            name: names.plain,
            said,
            is_administrator: account.is_administrator,
            is_blocked: account.is_blocked,
        });
    }

    /// Takes a person. The whole snapshot has to come, also who is out of scope: a part of it would make ambiguous people
    /// look unique (T-12).
    pub fn person(&mut self, person: &Person<'_>) {
        let names = Names::new(person.given_name, person.surname, person.display_name);
        let number = self.keys.person(index(self.people.len()), person, &names);
        self.people.push(KeptPerson {
            id: person.id,
            spelled: names.plain.spelled(person.sign_in_name),
            name: names.plain,
            number,
            has_username: !person.new_username.trim().is_empty(),
            is_ordinary: person.is_enabled && person.in_scope && !person.is_guest,
        });
    }

    /// At most one proposal for each account, and no person twice, in the order of accounts.
    pub fn finish(mut self) -> Vec<Proposal> {
        let (accounts, people) = (self.accounts.len(), self.people.len());
        let entries = self.keys.sorted();
        let links = links::links(entries);
        let namesakes = Shared::find(entries, &[Kind::PlainName], accounts, people);
        let sharers = Shared::find(entries, Kind::IDENTITY, accounts, people);
        let numbers = self.people.iter().filter(|person| person.number.is_some());
        let known = decide::Known {
            have_numbers: numbers.count() * 2 > people,
            accounts: &self.accounts,
            people: &self.people,
            namesakes: &namesakes,
            sharers: &sharers,
            domains: &self.keys.domains,
            with_blocked: self.with_blocked,
            fingerprints: self.fingerprints,
        };
        let mut settled = settle::Settled::new(accounts, people);
        settled.add(&known.candidates(links));
        // Whoever is not found by anything exact may be found by a name with a slip in it.
        settled.add(&fuzzy::candidates(&known, &settled));
        let mut proposals: Vec<Proposal> = settled
            .given
            .iter()
            .filter_map(|given| {
                let account = at(&self.accounts, given.account)?;
                Some(Proposal {
                    account: account.id,
                    person: at(&self.people, given.person)?.id,
                    class: given.class,
                    reason: given.reason,
                    by_hand: account.is_administrator,
                })
            })
            .collect();
        proposals.sort_unstable();
        proposals
    }
}

/// [`Proposals`] of accounts and people that are all in memory. Seed and blocked accounts as in [`Proposals::new`].
pub fn propose<'a>(
    accounts: impl IntoIterator<Item = Account<'a>>,
    people: impl IntoIterator<Item = Person<'a>>,
    seed: u64,
    with_blocked: bool,
) -> Vec<Proposal> {
    let mut proposals = Proposals::new(seed, with_blocked);
    for account in accounts {
        proposals.account(&account);
    }
    for person in people {
        proposals.person(&person);
    }
    proposals.finish()
}

/// A place as it is kept. More than 4,000 million do not fit in memory.
fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// What is kept at a place.
fn at<T>(list: &[T], place: u32) -> Option<&T> {
    list.get(usize::try_from(place).ok()?)
}

#[cfg(test)]
mod tests;
