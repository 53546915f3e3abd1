//! Lines beside the accounts of People and the people of the directory: who has which username. Only notes it; what is to
//! be said is `settle`'s.

use domain::user_mapping::{Coverage, Finding};

use super::entries::{Desk, Log};
use super::{BY_PROVIDER_KEY, Entry, Graph, HEAPS, Heap, NONE, Side, add, group_of, index, same};
use crate::user_mapping::kinds::Kinds;
use crate::user_mapping::known::{self, Account, AccountNow, Person, PersonFound};
use crate::user_mapping::row::Row;
use crate::username;

/// An account that is met by its e-mail address, or a person by an address that is not the username.
const BY_ADDRESS: u32 = 1 << 31;
/// An account whose username is a number, met without the zeros in front (F-33).
const BY_ZEROS: u32 = 1 << 30;
/// An account whose username has a domain in front, met by what stands behind it.
const BY_TAIL: u32 = 1 << 29;
const PLACE: u32 = BY_TAIL - 1;
/// Several accounts have the username (P-15).
pub(super) const SEVERAL: u32 = NONE - 1;

/// Why a line speaks of another account than its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
    /// The existing username is that one's e-mail address.
    Address,
    /// It is that one's username with a domain in front, or without the one it has.
    BehindDomain,
    /// It is that one's username without zeros (F-33).
    Zeros,
    /// That one has the new username, and no line (P-09 to P-11).
    Holds,
    /// The new username is that one's e-mail address (P-20).
    HasAddress,
}

/// Accounts and people, and which line is about whom.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) accounts: Vec<Account>,
    pub(super) people: Vec<Person>,
    /// The username and e-mail address of each account, and the username and another address of each person, until all are
    /// there.
    of_accounts: Log,
    of_people: Log,
    /// Of each line: a fingerprint of the existing username as it is written.
    texts: Vec<u32>,
    /// Lines whose existing username looks like a service's (P-06).
    pub(super) shared: Vec<u32>,
    /// Lines that say no new username, so that the account keeps its own as People writes it.
    keeps: Vec<u32>,
    /// Of each line: its account, [`NONE`] or [`SEVERAL`].
    account: Vec<u32>,
    /// Of each line: the person with the new username, or with [`BY_ADDRESS`] one who has it as another address.
    person: Vec<u32>,
    /// Of lines: another account, and why.
    pub(super) others: Vec<(u32, Why, u32)>,
}

/// What lines are compared with beside each other. A trait, so that a browser, which compares with nothing, does not carry
/// the code.
pub(super) trait Beside: std::fmt::Debug + Send + Sync {
    /// Takes a line, with the fingerprint of its existing username as it is written.
    fn line(&mut self, graph: &mut Graph, row: u32, line: &Row<'_>, text: u32);
    fn account(&mut self, graph: &mut Graph, now: &AccountNow<'_>);
    fn person(&mut self, graph: &mut Graph, found: &PersonFound<'_>);
    /// Puts existing and new usernames of lines into the heaps, and those they are compared with.
    fn pour(&mut self, usernames: Log, heaps: &mut [Heap]);
    /// All of them are told; there are so many lines.
    fn begin(&mut self, rows: usize);
    /// Existing usernames beside accounts. The existing ones of the heap are sorted.
    fn look_up(&mut self, heap: &mut Heap, desk: &mut Desk);
    /// New usernames beside accounts that no line is about, and beside people. Only people are not sorted yet.
    fn meet(&mut self, heap: &mut Heap, desk: &mut Desk);
    /// Says everything; marks lines with a problem.
    fn settle(&mut self, graph: &mut Graph, found: &mut dyn FnMut(Finding));
    fn account_of(&self, row: u32) -> Option<u32>;
    fn other_of(&self, row: u32) -> Option<u32>;
    fn person_of(&self, row: u32) -> Option<u32>;
    fn is_claimed(&self, person: u32) -> bool;
    fn coverage(&self) -> Coverage;
}

impl Beside for Compared {
    fn line(&mut self, graph: &mut Graph, row: u32, line: &Row<'_>, text: u32) {
        let existing = line.existing;
        self.texts.push(text);
        // Where no new username is given, the existing one itself stands in its place.
        if std::ptr::eq(existing, line.new) {
            self.keeps.push(row);
        }
        if known::looks_shared(existing) {
            self.shared.push(row);
        }
        if existing.kinds.has(Kinds::BACKSLASH)
            && let Some((_, user)) = existing.text.split_once('\\')
        {
            let print = graph.print(user);
            add(&mut graph.heaps, print, row, |heap| &mut heap.hints);
        }
    }

    fn account(&mut self, graph: &mut Graph, now: &AccountNow<'_>) {
        let Ok(place) = u32::try_from(self.accounts.len()) else {
            return;
        };
        let (print, text) = graph.prints(now.username, username::is_key(now.username));
        let email = (!now.email.is_empty()).then(|| graph.print(now.email));
        let account = Account::new(now, text, |name| graph.print(name).short());
        self.accounts.push(account);
        self.of_accounts.push([Some(print), email]);
        let mut also = |text: &str, kind: u32| {
            let print = graph.print(text);
            add(&mut graph.heaps, print, place | kind, |heap| &mut heap.accounts);
        };
        if let Some((_, user)) = now.username.split_once('\\') {
            also(user, BY_TAIL);
        } else if let Some((user, _)) = now.username.split_once('@') {
            also(user, BY_TAIL);
        }
        let number = now.username.trim_start_matches('0');
        if number.len() < now.username.len() && number.bytes().all(|byte| byte.is_ascii_digit()) {
            also(number, BY_ZEROS);
        }
    }

    fn person(&mut self, graph: &mut Graph, found: &PersonFound<'_>) {
        let Ok(place) = u32::try_from(self.people.len()) else {
            return;
        };
        let person = Person::new(found, |name| graph.print(name).short());
        self.people.push(person);
        // Whoever has the username by itself is not met by an address, too.
        let is_other = |other: &&str| !other.is_empty() && *other != found.username;
        // Mail and sign-in name are often one address: it is one person's all the same.
        let [mail, sign_in_name] = found.others;
        let sign_in_name = Some(sign_in_name).filter(|name| !username::same(name, mail));
        let mut others = std::iter::once(mail).chain(sign_in_name).filter(is_other);
        let username = (!found.username.is_empty()).then(|| graph.print(found.username));
        let first = others.next().map(|other| graph.print(other));
        self.of_people.push([username, first]);
        for other in others {
            let print = graph.print(other);
            add(&mut graph.heaps, print, place | BY_ADDRESS, |heap| {
                &mut heap.people
            });
        }
    }

    fn pour(&mut self, usernames: Log, heaps: &mut [Heap]) {
        // Most usernames are those of an account and of a person: a sieve would let them all pass.
        let of_lines: [Side; 2] = [|heap| &mut heap.existing, |heap| &mut heap.new];
        pour(usernames, heaps, of_lines.map(|side| (side, 0)));
        let accounts: Side = |heap| &mut heap.accounts;
        let of_accounts = std::mem::take(&mut self.of_accounts);
        pour(of_accounts, heaps, [(accounts, 0), (accounts, BY_ADDRESS)]);
        let people: Side = |heap| &mut heap.people;
        pour(
            std::mem::take(&mut self.of_people),
            heaps,
            [(people, 0), (people, BY_ADDRESS)],
        );
    }

    fn begin(&mut self, rows: usize) {
        self.account = vec![NONE; rows];
        self.person = vec![NONE; rows];
    }

    fn look_up(&mut self, heap: &mut Heap, desk: &mut Desk) {
        let accounts = heap.accounts.sort(desk);
        for same in same(accounts) {
            let addressed = same.iter().filter(|entry| entry.row & BY_ADDRESS != 0);
            if addressed.clone().count() > 1 {
                for entry in addressed {
                    if let Some(account) = self.accounts.get_mut(index(entry.row & PLACE)) {
                        account.flags |= Account::SAME_ADDRESS;
                    }
                }
            }
        }
        pairs(heap.existing.as_slice(), accounts, |lines, accounts| {
            self.of_lines(lines, accounts);
        });
        pairs(heap.hints.sort(desk), accounts, |lines, accounts| {
            if let Some(account) = only(accounts, 0) {
                self.others
                    .extend(lines.iter().map(|line| (line.row, Why::BehindDomain, account)));
            }
        });
    }

    fn meet(&mut self, heap: &mut Heap, desk: &mut Desk) {
        let (new, accounts) = (heap.new.as_slice(), heap.accounts.as_slice());
        pairs(new, heap.people.sort(desk), |lines, people| {
            let person = only_or_first(people, 0)
                .or_else(|| only(people, BY_ADDRESS).map(|person| person | BY_ADDRESS))
                .unwrap_or(NONE);
            for line in own(lines) {
                if let Some(place) = self.person.get_mut(index(line)) {
                    *place = person;
                }
            }
        });
        self.recognise(heap);
        let mut existing = heap.existing.as_slice();
        pairs(new, accounts, |lines, accounts| {
            let print = accounts.first().map_or(0, Entry::print);
            let has_line = !group_of(&mut existing, print).is_empty();
            let holder = only_or_first(accounts, 0).filter(|_| !has_line);
            let addressed = only_or_first(accounts, BY_ADDRESS);
            for line in own(lines) {
                let account = self.account.get(index(line)).copied();
                if let Some(holder) = holder {
                    self.others.push((line, Why::Holds, holder));
                } else if let Some(other) = addressed.filter(|other| Some(*other) != account) {
                    self.others.push((line, Why::HasAddress, other));
                }
            }
        });
    }

    fn settle(&mut self, graph: &mut Graph, found: &mut dyn FnMut(Finding)) {
        self.forget_who_has_a_line();
        super::settle::settle(graph, self, found);
    }

    fn account_of(&self, row: u32) -> Option<u32> {
        self.account
            .get(index(row))
            .copied()
            .filter(|account| *account < SEVERAL)
    }

    fn other_of(&self, row: u32) -> Option<u32> {
        let place = self.others.partition_point(|(other, ..)| *other < row);
        let is_known = self.account.get(index(row)) != Some(&NONE);
        let mut of_row = self
            .others
            .iter()
            .skip(place)
            .take_while(|(other, ..)| *other == row);
        // What was probably meant is said only where nobody has the existing username.
        let (.., account) = of_row.find(|(_, why, _)| !is_known || *why >= Why::Holds)?;
        Some(*account)
    }

    fn person_of(&self, row: u32) -> Option<u32> {
        self.person
            .get(index(row))
            .filter(|person| **person != NONE)
            .map(|person| person & PLACE)
    }

    fn is_claimed(&self, person: u32) -> bool {
        self.people
            .get(index(person))
            .is_some_and(|person| person.is(Person::CLAIMED))
    }

    fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::default();
        for account in &self.accounts {
            account.count(&mut coverage);
        }
        let newcomers = self.people.iter().filter(|person| person.is_newcomer());
        coverage.newcomers = u64::try_from(newcomers.count()).unwrap_or(u64::MAX);
        coverage
    }
}

impl Compared {
    /// People whose username an account has that no line is about: one with a line may give its username up. All of the heap
    /// is sorted.
    fn recognise(&mut self, heap: &Heap) {
        let mut existing = heap.existing.as_slice();
        pairs(
            heap.accounts.as_slice(),
            heap.people.as_slice(),
            |accounts, people| {
                let print = accounts.first().map_or(0, Entry::print);
                let has_line = !group_of(&mut existing, print).is_empty();
                if has_line || only_or_first(accounts, 0).is_none() {
                    return;
                }
                for entry in people.iter().filter(|entry| entry.row & !PLACE == 0) {
                    if let Some(person) = self.people.get_mut(index(entry.row)) {
                        person.flags |= Person::HERE;
                    }
                }
            },
        );
    }

    /// Lines and accounts of one username.
    fn of_lines(&mut self, lines: &[Entry], accounts: &[Entry]) {
        let named = accounts.iter().filter(|entry| entry.row & !PLACE == 0);
        let count = named.clone().count();
        for line in lines {
            let place = match count {
                0 => NONE,
                1 => named.clone().next().map_or(NONE, |entry| entry.row),
                _ => {
                    let text = self.texts.get(index(line.row)).copied();
                    let exact = named.clone().find(|entry| {
                        self.accounts.get(index(entry.row)).map(|account| account.text) == text
                    });
                    exact.map_or(SEVERAL, |entry| entry.row)
                }
            };
            if let Some(account) = self.account.get_mut(index(line.row)) {
                *account = place;
            }
        }
        if count == 0 {
            let why = only(accounts, BY_ADDRESS).map(|account| (Why::Address, account));
            let why = why.or_else(|| only(accounts, BY_ZEROS).map(|account| (Why::Zeros, account)));
            let why = why.or_else(|| only(accounts, BY_TAIL).map(|account| (Why::BehindDomain, account)));
            if let Some((why, account)) = why {
                self.others
                    .extend(lines.iter().map(|line| (line.row, why, account)));
            }
        }
    }

    /// An account that has a line of its own is hardly meant by another one that only leaves a domain out.
    fn forget_who_has_a_line(&mut self) {
        let mut has_line = vec![false; self.accounts.len()];
        for account in &self.account {
            if let Some(has) = has_line.get_mut(index(*account)) {
                *has = true;
            }
        }
        self.others.retain(|(_, why, account)| {
            *why != Why::BehindDomain || has_line.get(index(*account)) != Some(&true)
        });
    }

    /// Notes that the person whom a line names is there, for its account.
    pub(super) fn confirm(&mut self, row: u32) {
        let account = self.account_of(row);
        if let Some(account) = account.and_then(|place| self.accounts.get_mut(index(place))) {
            account.flags |= Account::CONFIRMED;
        }
    }

    pub(super) fn is_ambiguous(&self, row: u32) -> bool {
        self.account.get(index(row)) == Some(&SEVERAL)
    }

    /// Whether the line writes the username of its account as People does.
    pub(super) fn is_exact(&self, row: u32, account: Account) -> bool {
        self.texts.get(index(row)) == Some(&account.text)
    }

    /// Whether the line says no new username.
    pub(super) fn keeps_username(&self, row: u32) -> bool {
        self.keeps.binary_search(&row).is_ok()
    }

    /// Whether that person has it as another address only (T-03).
    pub(super) fn is_by_address(&self, row: u32) -> bool {
        self.person
            .get(index(row))
            .is_some_and(|person| *person != NONE && person & BY_ADDRESS != 0)
    }
}

/// Lines whose own new username it is, not one the provider takes for it.
fn own(lines: &[Entry]) -> impl Iterator<Item = u32> + '_ {
    lines
        .iter()
        .map(|entry| entry.row)
        .filter(|row| row & BY_PROVIDER_KEY == 0)
}

/// The only entry of this kind.
fn only(entries: &[Entry], kind: u32) -> Option<u32> {
    let mut of_kind = entries.iter().filter(|entry| entry.row & !PLACE == kind);
    let first = of_kind.next()?;
    of_kind.next().is_none().then_some(first.row & PLACE)
}

/// The first entry of this kind.
fn only_or_first(entries: &[Entry], kind: u32) -> Option<u32> {
    let first = entries.iter().find(|entry| entry.row & !PLACE == kind)?;
    Some(first.row & PLACE)
}

/// Groups of two sorted lists that have the same fingerprint.
fn pairs(left: &[Entry], mut right: &[Entry], mut both: impl FnMut(&[Entry], &[Entry])) {
    for group in same(left) {
        let Some(first) = group.first() else { continue };
        let other = group_of(&mut right, first.print());
        if !other.is_empty() {
            both(group, other);
        }
    }
}

/// Puts all fingerprints of a log into their heaps; `sides` says where those of each kind belong, and what is noted above the
/// number of each.
fn pour(log: Log, heaps: &mut [Heap], sides: [(Side, u32); 2]) {
    let mut counts = [[0; HEAPS]; 2];
    for prints in log.prints() {
        for (print, counts) in prints.into_iter().zip(&mut counts) {
            if let Some(count) = print.and_then(|print| counts.get_mut(print.heap())) {
                *count += 1;
            }
        }
    }
    for ((side, _), counts) in sides.into_iter().zip(counts) {
        for (heap, count) in heaps.iter_mut().zip(counts) {
            side(heap).reserve(count);
        }
    }
    log.drain(|prints, row| {
        for (print, (side, note)) in prints.into_iter().zip(sides) {
            if let Some(print) = print {
                add(heaps, print, row | note, side);
            }
        }
    });
}
