//! An intranet before its move: the accounts it has, the people its new directory has, and which is whose. For measuring
//! proposals: every account knows its owner, and what makes them hard to find.
//!
//! People are those of [`crate::people::Generator`], with what a grown company does to them: namesakes, marriages, aliases,
//! account names on the premises. Accounts add typing, missing and outdated values, leavers whose addresses went to
//! somebody else, team mailboxes, service accounts and second accounts of administrators. Seed and size decide everything.

mod accounts;
mod others;
mod people;

use std::collections::HashSet;

use crate::people::ids::{below, mix};

/// Domain of the old mail system.
const OLD_DOMAIN: &str = "contoso.old";

/// A person of the new directory.
#[derive(Debug, Clone, Default)]
pub struct DirectoryPerson {
    /// Entra `userPrincipalName`.
    pub sign_in_name: String,
    /// Mail address.
    pub mail: Option<String>,
    /// Proxy addresses.
    pub further_addresses: Vec<String>,
    /// Employee number.
    pub employee_number: Option<String>,
    /// `sAMAccountName` on the premises.
    pub account_name: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Surname.
    pub surname: Option<String>,
    /// Display name.
    pub display_name: Option<String>,
    /// Whether they are enabled.
    pub is_enabled: bool,
    /// Whether the sync would take them.
    pub in_scope: bool,
    /// Whether they are a guest.
    pub is_guest: bool,
}

/// An account of the intranet.
#[derive(Debug, Clone, Default)]
pub struct OldAccount {
    /// As the old directory named it.
    pub username: String,
    /// Mail address.
    pub email: Option<String>,
    /// Given name.
    pub given_name: Option<String>,
    /// Surname.
    pub surname: Option<String>,
    /// Display name.
    pub display_name: Option<String>,
    /// Employee number.
    pub employee_number: Option<String>,
    /// Whether it is an administrator's.
    pub is_administrator: bool,
    /// Whether it is blocked.
    pub is_blocked: bool,
    /// The truth: position of the owner among the people. Nobody's where the owner is not in the directory, and where it is
    /// not the account its owner works with.
    pub owner: Option<usize>,
    /// What happened to it, for whoever looks at a mistake.
    pub story: Vec<&'static str>,
}

/// Both sides of a move.
#[derive(Debug, Clone)]
pub struct OldIntranet {
    /// The new directory.
    pub people: Vec<DirectoryPerson>,
    /// The accounts, in no telling order.
    pub accounts: Vec<OldAccount>,
}

impl OldIntranet {
    /// The intranet of a company of so many people.
    pub fn new(seed: u64, users: usize) -> OldIntranet {
        let mut dice = Dice {
            state: mix(seed ^ 0x01D1),
        };
        let mut town = people::Town::new(seed, users, &mut dice);
        let mut taken = Taken::default();
        let mut accounts = accounts::of_people(&mut town, &mut dice, &mut taken);
        accounts.extend(others::leavers(&town, &mut dice, &mut taken));
        accounts.extend(others::team_accounts(&town, &mut taken));
        accounts.extend(others::service_accounts(&town, &mut dice, &mut taken));
        let second = others::second_accounts(&accounts, &mut dice, &mut taken);
        accounts.extend(second);
        // No order that says who belongs together.
        for last in (1..accounts.len()).rev() {
            accounts.swap(last, dice.below(last + 1));
        }
        OldIntranet {
            people: town.people,
            accounts,
        }
    }
}

/// Random numbers that are the same every time.
#[derive(Debug)]
struct Dice {
    state: u64,
}

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.state = mix(self.state);
        below(self.state >> 8, bound.max(1))
    }

    /// Whether something happens that happens to so many in a hundred.
    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// The same for so many in a thousand.
    fn per_mille(&mut self, share: usize) -> bool {
        self.below(1000) < share
    }
}

/// Names that can be given once, in any letter case.
#[derive(Debug, Default)]
struct Taken(HashSet<String>);

impl Taken {
    /// The name, with a number behind it if somebody has it.
    fn free(&mut self, name: &str) -> String {
        let (local, domain) = match name.split_once('@') {
            Some((local, domain)) => (local, Some(domain)),
            None => (name, None),
        };
        let mut number = 1;
        loop {
            let mut candidate = local.to_owned();
            if number > 1 {
                candidate.push_str(&number.to_string());
            }
            if let Some(domain) = domain {
                candidate.push('@');
                candidate.push_str(domain);
            }
            if self.0.insert(candidate.to_lowercase()) {
                return candidate;
            }
            number += 1;
        }
    }
}

/// `jsmith`.
fn short(given: &str, surname: &str) -> String {
    let surname = surname.replace(['-', ' ', '\''], "");
    let name: String = given.chars().take(1).chain(surname.chars()).collect();
    name.chars().take(20).collect()
}
