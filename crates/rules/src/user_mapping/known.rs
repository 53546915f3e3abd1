//! What lines are compared with beside each other: the accounts of People now, and the people the test sync found. Of
//! each, only what a comparison needs is kept: sixteen bytes for an account, twelve for a person.

use std::borrow::Cow;

use domain::user_mapping::Coverage;

use super::cell::Name;
use super::kinds::Kinds;
use super::target::Target;
use crate::username;

/// Where an account of People belongs today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountPlace {
    Local,
    /// The directory that is connected.
    Connected,
    /// A directory that the intranet followed before.
    Before,
}

/// An account of People, as far as lines are compared with it. Texts are empty where there are none.
#[derive(Clone, Copy, Debug)]
pub struct AccountNow<'a> {
    /// In its stored form.
    pub username: &'a str,
    pub email: &'a str,
    pub first_name: &'a str,
    pub surname: &'a str,
    pub place: AccountPlace,
    pub is_blocked: bool,
    pub is_administrator: bool,
    /// The local administrator who has proven to get in when nothing else works (P-07).
    pub is_recovery: bool,
    pub has_signed_in: bool,
}

/// A person of the directory, as the test sync found them. Texts are empty where there are none.
#[derive(Clone, Copy, Debug)]
pub struct PersonFound<'a> {
    /// The username the sync would give.
    pub username: &'a str,
    /// Mail and sign-in name: what a file may hold instead (T-03).
    pub others: [&'a str; 2],
    pub first_name: &'a str,
    pub surname: &'a str,
    pub is_enabled: bool,
    pub is_in_scope: bool,
    pub is_guest: bool,
}

/// What is kept of an account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Account {
    pub(super) flags: u16,
    /// A fingerprint of the username as it is written.
    pub(super) text: u32,
    names: [u32; 2],
}

impl Account {
    pub(super) const LOCAL: u16 = 1;
    pub(super) const CONNECTED: u16 = 1 << 1;
    pub(super) const BLOCKED: u16 = 1 << 2;
    pub(super) const ADMINISTRATOR: u16 = 1 << 3;
    pub(super) const RECOVERY: u16 = 1 << 4;
    pub(super) const SIGNED_IN: u16 = 1 << 5;
    /// Another account has the same e-mail address (P-16).
    pub(super) const SAME_ADDRESS: u16 = 1 << 6;
    pub(super) const MAPPED: u16 = 1 << 7;
    pub(super) const STAYS_LOCAL: u16 = 1 << 8;
    pub(super) const LEFT: u16 = 1 << 9;
    const UNCLEAR: u16 = 1 << 10;
    /// The person with its new username is enabled and in a synchronised group (T-01).
    pub(super) const CONFIRMED: u16 = 1 << 11;

    /// `text` is the fingerprint of the username; `print` makes others.
    pub(super) fn new(now: &AccountNow<'_>, text: u32, print: impl FnMut(&str) -> u32) -> Self {
        let place = match now.place {
            AccountPlace::Local => Self::LOCAL,
            AccountPlace::Connected => Self::CONNECTED,
            AccountPlace::Before => 0,
        };
        let flag = |is: bool, flag: u16| if is { flag } else { 0 };
        Self {
            flags: place
                | flag(now.is_blocked, Self::BLOCKED)
                | flag(now.is_administrator, Self::ADMINISTRATOR)
                | flag(now.is_recovery, Self::RECOVERY)
                | flag(now.has_signed_in, Self::SIGNED_IN),
            text,
            names: names(now.first_name, now.surname, print),
        }
    }

    pub(super) const fn is(self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// Notes what a line says about it.
    pub(super) fn decide(&mut self, target: Target) {
        self.flags |= match target {
            Target::Default | Target::Connected => Self::MAPPED,
            Target::Local => Self::STAYS_LOCAL,
            Target::Left => Self::LEFT,
            Target::Unclear => Self::UNCLEAR,
        };
    }

    /// Whether it is an active local administrator once the lines are carried out (P-08).
    pub(super) const fn gets_in_after(self) -> bool {
        let local = self.is(Self::STAYS_LOCAL) || (self.is(Self::LOCAL) && !self.is(Self::MAPPED));
        self.is(Self::ADMINISTRATOR) && !self.is(Self::BLOCKED) && local
    }

    /// Counts it by what is to become of it (P-13).
    pub(super) fn count(self, coverage: &mut Coverage) {
        let decided = self.is(Self::MAPPED | Self::STAYS_LOCAL | Self::LEFT | Self::UNCLEAR);
        if self.is(Self::BLOCKED) {
            coverage.blocked_left_out += u64::from(!decided);
            return;
        }
        coverage.active += 1;
        if self.is(Self::MAPPED) {
            coverage.mapped += 1;
            coverage.confirmed += u64::from(self.is(Self::CONFIRMED));
        } else if self.is(Self::STAYS_LOCAL) {
            coverage.local += 1;
        } else if self.is(Self::LEFT) {
            coverage.left += 1;
        } else if self.is(Self::UNCLEAR) {
            coverage.unclear += 1;
        } else if self.is(Self::CONNECTED) {
            coverage.there += 1;
        } else {
            coverage.undecided += 1;
            coverage.undecided_administrators += u64::from(self.is(Self::ADMINISTRATOR));
        }
    }
}

/// What is kept of a person.
#[derive(Clone, Copy, Debug)]
pub(super) struct Person {
    pub(super) flags: u8,
    names: [u32; 2],
}

impl Person {
    pub(super) const ENABLED: u8 = 1;
    pub(super) const IN_SCOPE: u8 = 1 << 1;
    pub(super) const GUEST: u8 = 1 << 2;
    /// A line names it.
    pub(super) const CLAIMED: u8 = 1 << 3;
    /// An account has its username, now or by its line.
    pub(super) const HERE: u8 = 1 << 4;

    pub(super) fn new(found: &PersonFound<'_>, print: impl FnMut(&str) -> u32) -> Self {
        let flag = |is: bool, flag: u8| if is { flag } else { 0 };
        Self {
            flags: flag(found.is_enabled, Self::ENABLED)
                | flag(found.is_in_scope, Self::IN_SCOPE)
                | flag(found.is_guest, Self::GUEST),
            names: names(found.first_name, found.surname, print),
        }
    }

    pub(super) const fn is(self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// The first sync would make an account for it (T-09).
    pub(super) const fn is_newcomer(self) -> bool {
        self.is_expected() && !self.is(Self::CLAIMED | Self::HERE)
    }

    /// The sync follows it.
    pub(super) const fn is_expected(self) -> bool {
        self.is(Self::ENABLED) && self.is(Self::IN_SCOPE)
    }
}

/// Whether the names of an account and of a person may be one human being's: they share a name, or one is not known.
/// People marry and are called by their second name; hardly anybody changes both at once (T-10).
pub(super) fn may_be_one(account: Account, person: Person) -> bool {
    let known = |names: [u32; 2]| names.into_iter().any(|name| name != 0);
    let shared = account
        .names
        .into_iter()
        .any(|name| name != 0 && person.names.contains(&name));
    shared || !known(account.names) || !known(person.names)
}

/// The first of the first names and the last of the surnames, without accents; 0: there is none. `print` makes fingerprints
/// of keys.
fn names(first_name: &str, surname: &str, mut print: impl FnMut(&str) -> u32) -> [u32; 2] {
    let is_end = |c: char| c.is_whitespace() || c == '-';
    let mut print = |name: Option<&str>| name.map_or(0, |name| print(name).max(1));
    let (first, last) = (without_accents(first_name), without_accents(surname));
    [
        print(first.split(is_end).find(|part| !part.is_empty())),
        print(last.rsplit(is_end).find(|part| !part.is_empty())),
    ]
}

fn without_accents(name: &str) -> Cow<'_, str> {
    if name.is_ascii() {
        Cow::Borrowed(name)
    } else {
        Cow::Owned(username::search_key(name))
    }
}

/// Words in usernames that no person has (P-06).
const SHARED: &[&str] = &[
    "svc",
    "service",
    "srv",
    "kiosk",
    "shared",
    "noreply",
    "reply",
    "scanner",
    "printer",
    "room",
    "api",
    "bot",
    "reception",
    "helpdesk",
    "test",
];

/// Whether a username looks like one of a service, a kiosk or several people (P-06).
pub(super) fn looks_shared(name: &Name<'_>) -> bool {
    let mut user = name.text.as_bytes();
    if let Some(at) = memchr::memchr(b'@', user) {
        user = user.get(..at).unwrap_or_default();
    }
    if name.kinds.has(Kinds::BACKSLASH) {
        user = user.rsplit(|byte| *byte == b'\\').next().unwrap_or_default();
    }
    let is_shared = |word: &[u8]| {
        let begin = word.first().map(u8::to_ascii_lowercase);
        let mut alike = SHARED.iter().map(|shared| shared.as_bytes());
        alike.any(|shared| shared.first().copied() == begin && shared.eq_ignore_ascii_case(word))
    };
    user.split(|byte| matches!(byte, b'.' | b'-' | b'_'))
        .any(|word| (3..=9).contains(&word.len()) && is_shared(word))
}
