//! The plan of a directory migration: what every account becomes, and what is in whose way (2.3, 2.7).
//!
//! Accounts are told twice, in the order of their ids. The first time only a fingerprint of the username each has, and of
//! the one it is to get, is kept ([`Planner`]); then follows who takes whose username over, and who cannot get theirs
//! ([`Settled`]); the second time each account's entry is made. The entry hangs on nothing but what was told, so the same
//! accounts give the same plan and the same hash.
//!
//! Memory is 29 bytes an account, whatever is renamed. Fingerprints have 64 bits: that two of a million accounts share one
//! has a chance of about one to nine million, and all that would come of it is that an account is held without need.
//!
//! An undo is a plan, too ([`inverse`]), made by the same engine (M-15).

mod graph;
mod wanted;

use domain::AccountId;
use domain::ids::Id;
use domain::migration::{EntryKind, HeldReason, MigrationEntry, Place, PlanCounts};
use domain::people::Directory;
use sha2::{Digest, Sha256};

use self::graph::Graph;
pub use self::wanted::{Line, Person, Surroundings, inverse, wanted};

/// An account as it is, and what it is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub account: AccountId,
    pub version: i64,
    pub now: Place,
    /// `None`: nothing is said of it, so it keeps its username and is only in the way of others.
    pub wanted: Option<Wanted>,
}

/// What an account is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub line: Option<u64>,
    pub place: Place,
    /// What speaks against it, whatever the other accounts do.
    pub against: Option<HeldReason>,
}

/// The first look at all accounts.
#[derive(Debug)]
pub struct Planner(Graph);

impl Planner {
    /// The seed should be random: with a known one somebody could choose usernames that look the same.
    pub const fn new(seed: u64) -> Self {
        Self(Graph::new(seed))
    }

    /// The next account, by its id.
    pub fn look(&mut self, wish: &Wish) {
        let wanted = wish.wanted.as_ref();
        self.0.push(
            wish.now.username.as_str(),
            wanted.map(|wanted| wanted.place.username.as_str()),
            wanted.and_then(|wanted| wanted.against),
        );
    }

    /// All accounts were told.
    pub fn settle(self) -> Settled {
        Settled {
            graph: self.0.settled(),
            next: 0,
            hash: Sha256::new(),
            counts: PlanCounts::default(),
            bytes: Vec::new(),
        }
    }
}

/// Who gets whose username.
#[derive(Debug)]
pub struct Settled {
    graph: Graph,
    next: usize,
    hash: Sha256,
    counts: PlanCounts,
    bytes: Vec<u8>,
}

impl Settled {
    /// The entry of the next account, in the order of the first look; `None`: nothing is said of it.
    pub fn entry(&mut self, wish: Wish) -> Option<MigrationEntry> {
        let at = self.next;
        self.next += 1;
        let wanted = wish.wanted?;
        let verdict = self.graph.verdict(at);
        let kind = match verdict.held {
            Some(_) => EntryKind::Held,
            None => kind(&wish.now, &wanted.place),
        };
        let entry = MigrationEntry {
            account: wish.account,
            version: wish.version,
            line: wanted.line,
            kind,
            held: verdict.held,
            before: wish.now,
            after: wanted.place,
            steps_aside: verdict.steps_aside,
            frees: verdict.frees,
        };
        self.counts.add(&entry);
        self.bytes.clear();
        canonical(&entry, &mut self.bytes);
        self.hash.update(&self.bytes);
        Some(entry)
    }

    /// What the plan comes to, and its SHA-256 in hexadecimal digits.
    pub fn finish(self) -> (PlanCounts, String) {
        (self.counts, domain::text::hex(&self.hash.finalize()))
    }
}

fn kind(before: &Place, after: &Place) -> EntryKind {
    let renames = before.username != after.username;
    let moves = before.directory != after.directory;
    match (renames, moves) {
        (true, true) => EntryKind::Both,
        (true, false) => EntryKind::Rename,
        (false, true) => EntryKind::Move,
        (false, false) => EntryKind::Nothing,
    }
}

/// An entry as bytes that no other entry has: every text behind its length, every choice as a byte. The hash of a plan that
/// is stored is made of these again, so they never change.
pub fn canonical(entry: &MigrationEntry, out: &mut Vec<u8>) {
    out.extend_from_slice(entry.account.uuid().as_bytes());
    out.extend_from_slice(&entry.version.to_be_bytes());
    text(entry.kind.code(), out);
    text(entry.held.map_or("", HeldReason::code), out);
    for place in [&entry.before, &entry.after] {
        text(place.username.as_str(), out);
        match place.directory {
            Directory::Local => out.push(0),
            Directory::External(id) => {
                out.push(1);
                out.extend_from_slice(id.uuid().as_bytes());
            }
        }
        text(place.link.as_ref().map_or("", |link| link.as_str()), out);
    }
}

fn text(text: &str, out: &mut Vec<u8>) {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests;
