//! Whom the same key leads to.

use super::keys::{Entry, Kind};

/// What more accounts or people than this share identifies none of them.
const CROWD: usize = 8;

/// An account and a person who have something in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    pub(super) account: u32,
    pub(super) person: u32,
    /// What it is; see `keys::evidence`.
    pub(super) evidence: u8,
    /// Those of them that lead from one account to one person only (P-16).
    pub(super) unique: u8,
}

/// All pairs that share a key, of sorted entries.
pub(super) fn links(entries: &[Entry]) -> Vec<Link> {
    let mut links = Vec::new();
    for (accounts, people) in groups(entries) {
        let (many, others) = (distinct(accounts), distinct(people));
        if many > CROWD || others > CROWD {
            continue;
        }
        for account in accounts {
            links.extend(people.iter().map(|person| Link {
                account: account.place,
                person: person.place,
                evidence: account.bit,
                unique: if many == 1 && others == 1 { account.bit } else { 0 },
            }));
        }
    }
    links.sort_unstable();
    links.dedup_by(|link, kept| {
        let is_same = (link.account, link.person) == (kept.account, kept.person);
        if is_same {
            kept.evidence |= link.evidence;
            kept.unique |= link.unique;
        }
        is_same
    });
    links
}

/// Who shares a key of some kinds with others on their own side, or is wanted by several on the other.
#[derive(Debug)]
pub(super) struct Shared {
    accounts: Vec<bool>,
    people: Vec<bool>,
}

impl Shared {
    /// Of sorted entries.
    pub(super) fn find(entries: &[Entry], kinds: &[Kind], accounts: usize, people: usize) -> Self {
        let mut found = Self {
            accounts: vec![false; accounts],
            people: vec![false; people],
        };
        let of_kinds = entries
            .chunk_by(|a, b| a.kind == b.kind)
            .filter(|chunk| chunk.first().is_some_and(|entry| kinds.contains(&entry.kind)));
        for (accounts, people) in of_kinds.flat_map(groups) {
            if distinct(accounts) > 1 || distinct(people) > 1 {
                mark(&mut found.accounts, accounts);
                mark(&mut found.people, people);
            }
        }
        found
    }

    /// Whether either of the two does.
    pub(super) fn by(&self, link: &Link) -> bool {
        super::at(&self.accounts, link.account).is_some_and(|shares| *shares)
            || super::at(&self.people, link.person).is_some_and(|shares| *shares)
    }
}

fn mark(marks: &mut [bool], entries: &[Entry]) {
    for entry in entries {
        let place = usize::try_from(entry.place).ok();
        if let Some(mark) = place.and_then(|place| marks.get_mut(place)) {
            *mark = true;
        }
    }
}

/// Accounts and people of each key.
pub(super) fn groups(entries: &[Entry]) -> impl Iterator<Item = (&[Entry], &[Entry])> {
    entries
        .chunk_by(|a, b| (a.kind, a.print) == (b.kind, b.print))
        .map(|group| group.split_at(group.partition_point(|entry| !entry.is_person)))
}

/// How many accounts or people there are; one may stand here for several reasons.
fn distinct(entries: &[Entry]) -> usize {
    entries.chunk_by(|a, b| a.place == b.place).count()
}
