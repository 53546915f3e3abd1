//! What accounts and people may have in common, as fingerprints.

use std::collections::HashSet;

use super::name::Names;
use super::{Account, Person};
use crate::fingerprint::Fingerprints;
use crate::username;

/// What speaks for a pair: one bit each, the strongest first. `NUMBER` to `ACCOUNT_NAME` belong to one person at a time.
pub(super) mod evidence {
    pub(in super::super) const NUMBER: u8 = 1 << 6;
    pub(in super::super) const EMAIL: u8 = 1 << 5;
    /// The old username is a whole address.
    pub(in super::super) const ADDRESS: u8 = 1 << 4;
    pub(in super::super) const ACCOUNT_NAME: u8 = 1 << 3;
    /// The part of an address before the `@`.
    pub(in super::super) const LOCAL_PART: u8 = 1 << 2;
    pub(in super::super) const NAME: u8 = 1 << 1;
    /// The name without accents, hyphens and order.
    pub(in super::super) const PLAIN_NAME: u8 = 1;
    pub(in super::super) const IDENTITY: u8 = NUMBER | EMAIL | ADDRESS | ACCOUNT_NAME;
}

/// Keys of different kinds never meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Number,
    Address,
    AccountName,
    LocalPart,
    Name,
    PlainName,
}

impl Kind {
    /// What belongs to one person at a time.
    pub(super) const IDENTITY: &[Kind] = &[Kind::Number, Kind::Address, Kind::AccountName];
}

/// A key and whose it is. Sorted, whoever shares a key stands together, accounts before people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Entry {
    pub(super) kind: Kind,
    pub(super) print: u64,
    pub(super) is_person: bool,
    pub(super) place: u32,
    /// What it speaks for, at accounts.
    pub(super) bit: u8,
}

/// An employee number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// Of its digits without leading zeros: another way to write a number is not another number.
    digits: u64,
    print: u64,
}

impl Number {
    /// Whether these are the numbers of two people.
    pub(super) fn contradicts(self, other: Number) -> bool {
        self.print != other.print && self.digits != other.digits
    }
}

/// What contradicts, of an account.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Said {
    pub(super) number: Option<Number>,
    /// The domain of its e-mail address.
    pub(super) domain: Option<u64>,
}

/// Collects fingerprints.
#[derive(Debug)]
pub(super) struct Keys {
    fingerprints: Fingerprints,
    entries: Vec<Entry>,
    /// Domains the directory gives addresses in. Guests bring their own.
    pub(super) domains: HashSet<u64>,
    scratch: String,
}

impl Keys {
    pub(super) fn new(fingerprints: Fingerprints) -> Self {
        Self {
            fingerprints,
            entries: Vec::new(),
            domains: HashSet::new(),
            scratch: String::new(),
        }
    }

    /// Notes what an account may be found by; gives what may contradict.
    pub(super) fn account(&mut self, place: u32, account: &Account<'_>, names: &Names) -> Said {
        let mut add = Adder {
            keys: self,
            place,
            is_person: false,
        };
        let bare = bare(account.username);
        let email = account.email.unwrap_or_default();
        add.address(email, evidence::EMAIL);
        add.address(bare, evidence::ADDRESS);
        add.local_part(email);
        if bare.contains('@') {
            add.local_part(bare);
        } else {
            add.folded(Kind::LocalPart, bare, evidence::LOCAL_PART);
            add.folded(Kind::AccountName, bare, evidence::ACCOUNT_NAME);
        }
        add.names(names);
        let number = add.number(account.employee_number.unwrap_or_default());
        if number.is_none() && looks_like_number(bare) {
            // Only found by it: that a username is no number contradicts nothing.
            add.number(bare);
        }
        Said {
            number,
            domain: add.domain(email),
        }
    }

    /// Notes what a person may be found by; gives their employee number.
    pub(super) fn person(&mut self, place: u32, person: &Person<'_>, names: &Names) -> Option<Number> {
        let mut add = Adder {
            keys: self,
            place,
            is_person: true,
        };
        let further = person
            .further_addresses
            .iter()
            .map(|address| bare_address(address));
        let first = [
            person.new_username,
            person.sign_in_name,
            person.mail.unwrap_or_default(),
        ];
        for address in first.into_iter().chain(further) {
            add.address(address, 0);
            add.local_part(address);
            if let Some(domain) = add.domain(address).filter(|_| !person.is_guest) {
                add.keys.domains.insert(domain);
            }
        }
        let account_name = person.account_name.unwrap_or_default();
        add.folded(Kind::AccountName, bare(account_name), 0);
        if !person.new_username.contains('@') {
            add.folded(Kind::LocalPart, bare(person.new_username), 0);
        }
        add.names(names);
        add.number(person.employee_number.unwrap_or_default())
    }

    /// All keys, sorted.
    pub(super) fn sorted(&mut self) -> &[Entry] {
        self.entries.sort_unstable();
        self.entries.dedup();
        &self.entries
    }
}

/// Adds the keys of one account or person.
struct Adder<'a> {
    keys: &'a mut Keys,
    place: u32,
    is_person: bool,
}

impl Adder<'_> {
    fn push(&mut self, kind: Kind, print: u64, bit: u8) {
        self.keys.entries.push(Entry {
            kind,
            print,
            is_person: self.is_person,
            place: self.place,
            bit: if self.is_person { 0 } else { bit },
        });
    }

    fn print(&self, text: &str) -> u64 {
        self.keys.fingerprints.of(text)
    }

    fn folded(&mut self, kind: Kind, text: &str, bit: u8) {
        let mut key = std::mem::take(&mut self.keys.scratch);
        fold(text, &mut key);
        if !key.is_empty() {
            let print = self.print(&key);
            self.push(kind, print, bit);
        }
        self.keys.scratch = key;
    }

    fn address(&mut self, text: &str, bit: u8) {
        if text.contains('@') {
            self.folded(Kind::Address, text, bit);
        }
    }

    fn local_part(&mut self, address: &str) {
        if let Some((local, _)) = address.split_once('@') {
            self.folded(Kind::LocalPart, local, evidence::LOCAL_PART);
        }
    }

    fn domain(&mut self, address: &str) -> Option<u64> {
        let (_, domain) = address.rsplit_once('@')?;
        let mut key = std::mem::take(&mut self.keys.scratch);
        fold(domain, &mut key);
        let print = self.print(&key);
        self.keys.scratch = key;
        Some(print)
    }

    fn names(&mut self, names: &Names) {
        if !names.exact.is_empty() {
            let print = self.print(&names.exact);
            self.push(Kind::Name, print, evidence::NAME);
        }
        let mut sorted = std::mem::take(&mut self.keys.scratch);
        names.plain.sorted(&mut sorted);
        if !sorted.is_empty() {
            let print = self.print(&sorted);
            self.push(Kind::PlainName, print, evidence::PLAIN_NAME);
        }
        self.keys.scratch = sorted;
    }

    /// A number without any digit, or of nothing but zeros, says nothing.
    fn number(&mut self, text: &str) -> Option<Number> {
        let mut key = std::mem::take(&mut self.keys.scratch);
        fold(text, &mut key);
        let digits: String = key.chars().filter(char::is_ascii_digit).collect();
        let digits = digits.trim_start_matches('0');
        let number = (!digits.is_empty()).then(|| Number {
            digits: self.print(digits),
            // A spreadsheet takes leading zeros away (F-33).
            print: self.print(key.trim_start_matches('0')),
        });
        self.keys.scratch = key;
        if let Some(number) = number {
            self.push(Kind::Number, number.print, evidence::NUMBER);
        }
        number
    }
}

fn fold(text: &str, key: &mut String) {
    key.clear();
    if text.is_ascii() {
        username::key_into(text.trim(), key);
    } else {
        username::key_into(username::stored(text).as_str(), key);
    }
}

/// A username without the `DOMAIN\` before it.
fn bare(username: &str) -> &str {
    username
        .rsplit_once('\\')
        .map_or(username, |(_, bare)| bare)
        .trim()
}

/// A proxy address without its `smtp:`; other kinds of addresses (`x500:`, `sip:`) are none.
fn bare_address(address: &str) -> &str {
    match address.split_once(':') {
        Some((kind, bare)) if kind.eq_ignore_ascii_case("smtp") => bare,
        Some(_) => "",
        None => address,
    }
}

/// At most three letters and at least three digits behind them.
fn looks_like_number(username: &str) -> bool {
    let digits = username.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    username.len() - digits.len() <= 3
        && digits.len() >= 3
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}
