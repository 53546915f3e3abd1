//! Lines against lines: who gets whose username, whatever the order of the lines.
//!
//! A file of a million lines has two million usernames, and none of them is kept. Each is reduced to a fingerprint of its
//! key: 64 bits, with a seed that nobody outside knows. That two different usernames of a million-line file get the same
//! one has a chance of about one to nine million; compared with as many accounts and people, who bring three million more,
//! of one to one and a half million.
//!
//! Fingerprints are written one behind the other, the line being the place ([`Log`]): to put each where it belongs at once
//! would mean to wait for memory with every line. When all are there, a [`Sieve`] holds back those that are met only once,
//! which are most. What passes goes into 256 heaps, by its first bits; a heap fits in the processor's cache, is sorted by
//! itself, and equal fingerprints then stand side by side. Compared with People and the directory almost every username is
//! met twice, and all go into heaps.
//!
//! Memory is 21 bytes a line and two to eight in the sieve, and up to 45 in all where all lines form chains; compared, twelve
//! more, and 36 to 60 for each account and person. Whoever does not know the seed cannot choose usernames that fall
//! into one heap or place and take longer than others.

mod clash;
mod compare;
mod entries;
mod lines;
mod renames;
mod settle;
mod walk;

use domain::user_mapping::{Column, Finding, FindingCode as Code, RenameKind, Severity};

use self::compare::{Beside, Compared};
use self::entries::{Desk, Entries, Entry, Log, Print, Sieve, group_of, same};
use self::lines::Lines;
use self::renames::kind_alone;
pub use self::renames::{Rename, Renames};
use self::walk::Walk;
use super::kinds::Kinds;
use super::known::{AccountNow, PersonFound};
use super::row::Row;
use super::target::Target;
use crate::fingerprint::Fingerprints;
use crate::username;

const HEAPS: usize = 256;
/// Says that a line takes no username that another line gives up.
const NONE: u32 = u32::MAX;
/// In the row number of a new username: it stands here by the provider's key only, and takes nothing over.
const BY_PROVIDER_KEY: u32 = 1 << 31;
/// The most lines a graph can hold.
pub(super) const MAX_ROWS: u64 = 0x7FFF_FFFF;

/// What is known of a line by itself. One byte: the target in the lower bits.
mod mark {
    pub(super) const TARGET: u8 = 0b11;
    /// The line has a problem of its own.
    pub(super) const ERROR: u8 = 1 << 2;
    /// Existing and new username have the same key.
    pub(super) const STAYS: u8 = 1 << 3;
    /// They are not the same text, all the same.
    pub(super) const CASE: u8 = 1 << 4;
    /// The same line stands before.
    pub(super) const DROPPED: u8 = 1 << 5;
    pub(super) const SPLIT: u8 = 1 << 6;
    pub(super) const MERGE: u8 = 1 << 7;
}

/// What a line says about its account, then the line and its row.
type Said = (Option<u32>, Option<(u8, u32)>, u64, u32);

/// One heap: usernames of today, and new ones; and who has them, in People and in the directory.
#[derive(Debug, Default)]
struct Heap {
    existing: Entries,
    new: Entries,
    /// The username behind a domain, with its line.
    hints: Entries,
    accounts: Entries,
    people: Entries,
}

/// The lines of a file and who gets whose username.
#[derive(Debug)]
pub(super) struct Graph {
    fingerprints: Fingerprints,
    /// Also compare new usernames as the provider does (Okta: without accents).
    provider: Option<domain::Provider>,
    heaps: Vec<Heap>,
    /// The existing and the new username of each line.
    usernames: Log,
    marks: Vec<u8>,
    /// A fingerprint of the new username as it is written: tells identical lines, and equal texts.
    texts: Vec<u32>,
    /// Of new usernames that the provider may take for others: the line, and half of the key's fingerprint.
    accented: Vec<(u32, u32)>,
    /// Of lines whose target is still to be said: which value it is.
    unclear: Vec<(u32, u32)>,
    /// Of lines that split an account: which account it is.
    splits: Vec<(u32, u32)>,
    /// New usernames that the provider takes for the same, by their lines.
    clashes: Vec<Vec<u32>>,
    lines: Lines,
    /// Also compare with People and the directory.
    compared: Option<Box<dyn Beside>>,
    scratch: String,
}

impl Graph {
    /// An empty one. The seed should be random: with a known one somebody could make two usernames look the same.
    pub(super) fn new(seed: u64, provider: Option<domain::Provider>) -> Self {
        Self {
            fingerprints: Fingerprints::new(seed),
            provider,
            heaps: std::iter::repeat_with(Heap::default).take(HEAPS).collect(),
            usernames: Log::default(),
            marks: Vec::new(),
            texts: Vec::new(),
            accented: Vec::new(),
            unclear: Vec::new(),
            splits: Vec::new(),
            clashes: Vec::new(),
            lines: Lines::default(),
            compared: None,
            scratch: String::new(),
        }
    }

    /// Lines are to be compared with accounts and people, too. Before the first of any of them.
    pub(super) fn compare(&mut self) {
        self.compared = Some(Box::new(Compared::default()));
    }

    pub(super) const fn compares(&self) -> bool {
        self.compared.is_some()
    }

    pub(super) fn account(&mut self, now: &AccountNow<'_>) {
        if let Some(mut compared) = self.compared.take() {
            compared.account(self, now);
            self.compared = Some(compared);
        }
    }

    pub(super) fn person(&mut self, found: &PersonFound<'_>) {
        if let Some(mut compared) = self.compared.take() {
            compared.person(self, found);
            self.compared = Some(compared);
        }
    }

    /// Adds a line; `value` tells values of the target directory apart. An empty new username: it is not said.
    pub(super) fn push(&mut self, line: &Row<'_>, value: u32) {
        let Ok(row) = u32::try_from(self.marks.len()) else {
            return;
        };
        let (existing, new) = (line.existing.text.as_ref(), line.new.text.as_ref());
        let (from, existing_text) = self.prints(existing, line.existing.kinds.are_folded());
        let (to, text) = if existing == new {
            (from, existing_text)
        } else {
            self.prints(new, line.new.kinds.are_folded())
        };
        let is_said = !new.is_empty();
        let mut mark = target_bits(line.target);
        if line.is_wrong || !is_said {
            mark |= mark::ERROR;
        }
        if from == to {
            mark |= mark::STAYS;
            if existing != new {
                mark |= mark::CASE;
            }
        }
        if line.target == Target::Unclear {
            self.unclear.push((row, value));
        }
        self.lines.push(row, line.line);
        self.marks.push(mark);
        self.texts.push(text);
        if let Some(mut compared) = self.compared.take() {
            compared.line(self, row, line, existing_text);
            self.compared = Some(compared);
        }
        self.usernames.push([Some(from), Some(to).filter(|_| is_said)]);
        // Whoever does not go to the provider is never compared by it.
        if line.new.kinds.has(Kinds::NOT_ASCII) && self.may_go(row) {
            self.accent(row, new, to);
        }
    }

    /// The fingerprint of a username's key, and a short one of the username as it is written: the same where it is its own
    /// key.
    #[inline]
    fn prints(&mut self, text: &str, is_key: bool) -> (Print, u32) {
        if is_key {
            let print = self.exact(text);
            (print, print.short())
        } else {
            (self.print(text), self.exact(text).short())
        }
    }

    /// The fingerprint of a username's key.
    fn print(&mut self, text: &str) -> Print {
        if username::is_key(text) {
            return self.exact(text);
        }
        let mut key = std::mem::take(&mut self.scratch);
        key.clear();
        username::key_into(text, &mut key);
        let print = self.exact(&key);
        self.scratch = key;
        print
    }

    /// The fingerprint of a text as it is written.
    fn exact(&self, text: &str) -> Print {
        Print::new(self.fingerprints.of(text))
    }

    /// Compares all lines with each other. `found` gets the findings, in no particular order.
    pub(super) fn finish(mut self, found: &mut dyn FnMut(Finding)) -> Renames {
        let mut waits: Vec<(u32, u32)> = Vec::new();
        let mut heaps = self.filled();
        let mut compared = self.compared.take();
        if let Some(compared) = &mut compared {
            compared.begin(self.marks.len());
        }
        let desk = &mut Desk::default();
        // First whose lines are the same: a line that is dropped takes nobody's username.
        for heap in &mut heaps {
            for group in same(heap.existing.sort(desk)) {
                if group.len() > 1 {
                    self.same_account(group, found);
                }
            }
            if let Some(compared) = &mut compared {
                compared.look_up(heap, desk);
            }
        }
        self.splits = ordered(std::mem::take(&mut self.splits));
        for mut heap in heaps {
            heap.new.sort(desk);
            if let Some(compared) = &mut compared {
                compared.meet(&mut heap, desk);
            }
            self.meet(heap.existing.as_slice(), heap.new.as_slice(), &mut waits, found);
        }
        for takers in std::mem::take(&mut self.clashes) {
            self.clash(takers, found);
        }
        if let Some(compared) = &mut compared {
            compared.settle(&mut self, found);
        }
        self.walk(&waits, compared, found)
    }

    /// The heaps, with those usernames that may be met again.
    fn filled(&mut self) -> Vec<Heap> {
        let mut heaps = std::mem::take(&mut self.heaps);
        let usernames = std::mem::take(&mut self.usernames);
        if let Some(compared) = &mut self.compared {
            compared.pour(usernames, &mut heaps);
            return heaps;
        }
        let mut sieve = Sieve::new(2 * self.marks.len());
        for [from, to] in usernames.prints() {
            // Who keeps a username takes nobody's.
            for print in from.into_iter().chain(to.filter(|_| from != to)) {
                sieve.look(print);
            }
        }
        for entry in heaps.iter().flat_map(|heap| heap.new.as_slice()) {
            sieve.look(Print::from(*entry));
        }
        let again = sieve.again();
        let sides: [Side; 2] = [|heap| &mut heap.existing, |heap| &mut heap.new];
        usernames.drain(|prints, row| {
            for (print, side) in prints.into_iter().zip(sides) {
                if let Some(print) = print.filter(|print| again.has(*print)) {
                    add(&mut heaps, print, row, side);
                }
            }
        });
        heaps
    }

    /// Several lines for one account: the same, or not.
    fn same_account(&mut self, group: &[Entry], found: &mut dyn FnMut(Finding)) {
        // Lines that say the same stand side by side, the first of them in the file in front.
        let mut rows: Vec<Said> = group
            .iter()
            .map(|entry| entry.row)
            .map(|row| (self.text(row), self.target(row), self.lines.of(row), row))
            .collect();
        rows = ordered(rows);
        let mut kept: Vec<(u64, u32)> = Vec::new();
        for same in rows.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
            let mut same = same.iter().map(|(.., line, row)| (*line, *row));
            let Some(first) = same.next() else { continue };
            for (_, row) in same {
                self.mark(row, mark::DROPPED);
                found(self.finding(row, None, Severity::Notice, Code::DuplicateLine, first.0));
            }
            kept.push(first);
        }
        kept = ordered(kept);
        let [(first, row), (second, _), ..] = kept.as_slice() else {
            return;
        };
        let (first, second, account) = (*first, *second, *row);
        let one_name = kept.iter().all(|(_, row)| self.text(*row) == self.text(account));
        let (code, column) = if one_name {
            (Code::TargetsDiffer, Column::Target)
        } else {
            (Code::Split, Column::New)
        };
        for (line, row) in kept {
            let other = if line == first { second } else { first };
            self.mark(row, mark::SPLIT | mark::ERROR);
            self.splits.push((row, account));
            found(self.finding(row, Some(column), Severity::Error, code, other));
        }
    }

    /// Usernames of today beside the new ones, both sorted: who takes whose.
    fn meet(
        &mut self,
        existing: &[Entry],
        new: &[Entry],
        waits: &mut Vec<(u32, u32)>,
        found: &mut dyn FnMut(Finding),
    ) {
        let mut holders = existing;
        for takers in same(new) {
            let Some(first) = takers.first() else { continue };
            let group = group_of(&mut holders, first.print());
            let holder = group
                .iter()
                .map(|entry| entry.row)
                .find(|row| !self.is(*row, mark::DROPPED));
            // Usually one line takes a username that nobody in the file has: nothing is to be said.
            if takers.len() > 1 || holder.is_some() {
                self.takers(takers, holder, waits, found);
            }
        }
    }

    fn takers(
        &mut self,
        takers: &[Entry],
        holder: Option<u32>,
        waits: &mut Vec<(u32, u32)>,
        found: &mut dyn FnMut(Finding),
    ) {
        let mut all: Vec<(u64, u32)> = takers
            .iter()
            .filter(|entry| !self.is(entry.row & !BY_PROVIDER_KEY, mark::DROPPED))
            .map(|entry| (self.lines.of(entry.row & !BY_PROVIDER_KEY), entry.row))
            .collect();
        all = ordered(all);
        let clashes = all.len() > 1 && all.iter().any(|(_, taker)| taker & BY_PROVIDER_KEY != 0);
        let (mut rows, mut clash) = (Vec::new(), Vec::new());
        for (_, taker) in all {
            if clashes && self.may_go(taker & !BY_PROVIDER_KEY) {
                clash.push(taker);
            }
            if taker & BY_PROVIDER_KEY == 0 {
                rows.push(taker);
            }
        }
        if clashes {
            self.clashes.push(clash);
        }
        let stays = holder.filter(|row| self.is(*row, mark::STAYS) && !self.is(*row, mark::SPLIT));
        if let Some(stays) = stays {
            self.stay(stays, &rows, found);
        } else {
            self.merge(&rows, found);
        }
        let Some(holder) = holder.filter(|_| stays.is_none()) else {
            return;
        };
        waits.extend(
            rows.into_iter()
                .filter(|row| *row != holder)
                .map(|row| (row, holder)),
        );
    }

    /// the account whose username this is keeps it.
    fn stay(&mut self, stays: u32, rows: &[u32], found: &mut dyn FnMut(Finding)) {
        let other = self.lines.of(stays);
        for row in rows {
            if *row != stays && !self.is(*row, mark::STAYS) {
                self.mark(*row, mark::ERROR);
                found(self.finding(*row, Some(Column::New), Severity::Error, Code::DoesNotMove, other));
            }
        }
    }

    /// Several accounts that want the same username, or one that only differs in its form.
    fn merge(&mut self, rows: &[u32], found: &mut dyn FnMut(Finding)) {
        let [first, second, ..] = rows else { return };
        // Lines of one account are a split, which is said already.
        if self.is_one_account(rows) {
            return;
        }
        let mut texts: Vec<Option<u32>> = rows.iter().map(|row| self.text(*row)).collect();
        texts = ordered(texts);
        for row in rows {
            let text = self.text(*row);
            let alike =
                texts.partition_point(|other| *other <= text) - texts.partition_point(|other| *other < text);
            let code = if alike > 1 { Code::Merge } else { Code::MergeByForm };
            let other = if row == first { second } else { first };
            self.mark(*row, mark::MERGE | mark::ERROR);
            let mut finding = self.finding(
                *row,
                Some(Column::New),
                Severity::Error,
                code,
                self.lines.of(*other),
            );
            finding.text = (code == Code::MergeByForm).then(|| "letter case does not count".to_owned());
            found(finding);
        }
    }

    /// Whether all these lines are about one account.
    fn is_one_account(&self, rows: &[u32]) -> bool {
        let account = |row: &u32| value_of(&self.splits, row & !BY_PROVIDER_KEY);
        let Some(first) = rows.first().and_then(account) else {
            return false;
        };
        rows.iter().all(|row| account(row) == Some(first))
    }

    /// Follows who waits for whom, without recursion: chains, cycles, and what is blocked by a problem elsewhere.
    fn walk(
        self,
        waits: &[(u32, u32)],
        compared: Option<Box<dyn Beside>>,
        found: &mut dyn FnMut(Finding),
    ) -> Renames {
        let count = self.marks.len();
        let mut kinds: Vec<RenameKind> = self.marks.iter().map(|mark| kind_alone(*mark)).collect();
        let mut next = Vec::new();
        if !waits.is_empty() {
            next = vec![NONE; count];
            for (row, holder) in waits {
                if let Some(place) = next.get_mut(index(*row)) {
                    *place = *holder;
                }
            }
            let mut walk = Walk::new(&self, &next, &mut kinds);
            for (row, _) in waits {
                walk.from(*row, found);
            }
        }
        Renames {
            kinds,
            next,
            lines: self.lines,
            marks: self.marks,
            compared,
        }
    }

    fn finding(
        &self,
        row: u32,
        column: Option<Column>,
        severity: Severity,
        code: Code,
        other: u64,
    ) -> Finding {
        Finding {
            line: self.lines.of(row),
            column,
            severity,
            code,
            other: Some(other),
            text: None,
        }
    }

    fn is(&self, row: u32, wanted: u8) -> bool {
        self.marks.get(index(row)).is_some_and(|mark| mark & wanted != 0)
    }

    fn mark(&mut self, row: u32, more: u8) {
        if let Some(mark) = self.marks.get_mut(index(row)) {
            *mark |= more;
        }
    }

    fn text(&self, row: u32) -> Option<u32> {
        self.texts.get(index(row)).copied()
    }

    /// Where the account of a line is to belong.
    fn target_of(&self, row: u32) -> Target {
        match self.marks.get(index(row)).map(|mark| mark & mark::TARGET) {
            Some(0) => Target::Connected,
            Some(1) => Target::Local,
            Some(3) => Target::Left,
            _ => Target::Unclear,
        }
    }

    fn target(&self, row: u32) -> Option<(u8, u32)> {
        let mark = self.marks.get(index(row))?;
        let value = value_of(&self.unclear, row).unwrap_or_default();
        Some((mark & mark::TARGET, value))
    }
}

fn target_bits(target: Target) -> u8 {
    match target {
        // Nothing said and the connected directory named are the same place.
        Target::Default | Target::Connected => 0,
        Target::Local => 1,
        Target::Unclear => 2,
        Target::Left => 3,
    }
}

/// What a sorted list says of a row.
fn value_of(list: &[(u32, u32)], row: u32) -> Option<u32> {
    let place = list.binary_search_by_key(&row, |(row, _)| *row).ok()?;
    list.get(place).map(|(_, value)| *value)
}

fn index(row: u32) -> usize {
    usize::try_from(row).unwrap_or(usize::MAX)
}

/// One of the lists of a heap.
type Side = fn(&mut Heap) -> &mut Entries;

/// Puts a username into its heap.
#[inline]
fn add(heaps: &mut [Heap], print: Print, row: u32, side: Side) {
    if let Some(heap) = heaps.get_mut(print.heap()) {
        side(heap).push(print.of(row));
    }
}

/// Puts a short list in order. Not by `sort_unstable`, which is long in a browser's wasm for each type there is.
fn ordered<T: Ord>(list: Vec<T>) -> Vec<T> {
    std::collections::BinaryHeap::from(list).into_sorted_vec()
}
