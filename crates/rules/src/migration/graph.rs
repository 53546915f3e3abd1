//! Who takes whose username over, by fingerprints of the keys.

use domain::migration::HeldReason;

use crate::fingerprint::Fingerprints;
use crate::username;

/// Nobody.
const NONE: u32 = u32::MAX;

/// What is known of an account. One byte: why it is held in the lower bits.
mod mark {
    pub(super) const HELD: u8 = 0b111;
    /// Something is said of it.
    pub(super) const SAID: u8 = 1 << 3;
    /// Its username has another key afterwards, if it gets it.
    pub(super) const LEAVES: u8 = 1 << 4;
}

/// Reasons as they are kept; 0 is none.
const REASONS: [HeldReason; 6] = [
    HeldReason::NameHeld,
    HeldReason::Behind,
    HeldReason::WantedTwice,
    HeldReason::PersonLinked,
    HeldReason::Unclear,
    HeldReason::ChangedSince,
];

/// What becomes of one account.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verdict {
    pub held: Option<HeldReason>,
    pub steps_aside: bool,
    pub frees: bool,
}

#[derive(Debug)]
pub(super) struct Graph {
    fingerprints: Fingerprints,
    now: Vec<u64>,
    wanted: Vec<u64>,
    marks: Vec<u8>,
    /// Who takes the username of an account over.
    takers: Vec<u32>,
    scratch: String,
}

impl Graph {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            fingerprints: Fingerprints::new(seed),
            now: Vec::new(),
            wanted: Vec::new(),
            marks: Vec::new(),
            takers: Vec::new(),
            scratch: String::new(),
        }
    }

    pub(super) fn push(&mut self, now: &str, wanted: Option<&str>, against: Option<HeldReason>) {
        let has = self.print(now);
        let (gets, mut mark) = match wanted {
            Some(text) if text == now => (has, mark::SAID),
            Some(text) => (self.print(text), mark::SAID),
            None => (has, 0),
        };
        if gets != has {
            mark |= mark::LEAVES;
        }
        if let Some(reason) = against {
            mark |= number(reason);
        }
        self.now.push(has);
        self.wanted.push(gets);
        self.marks.push(mark);
    }

    fn print(&mut self, stored: &str) -> u64 {
        self.scratch.clear();
        username::key_into(stored, &mut self.scratch);
        self.fingerprints.of(&self.scratch)
    }

    /// Finds out who gets whose username. In time that grows with the accounts, and without recursion: each account
    /// waits for at most one other.
    pub(super) fn settled(mut self) -> Self {
        self.hold_doubles();
        self.find_takers();
        self.hold_behind();
        self.wanted = Vec::new();
        self.now = Vec::new();
        self
    }

    /// Whether it would have another key, and nothing speaks against it yet.
    fn moves(&self, at: usize) -> bool {
        self.marks
            .get(at)
            .is_some_and(|mark| mark & mark::LEAVES != 0 && mark & mark::HELD == 0)
    }

    fn hold(&mut self, at: u32, reason: HeldReason) {
        if let Some(mark) = self.marks.get_mut(index(at))
            && *mark & mark::HELD == 0
        {
            *mark |= number(reason);
        }
    }

    /// The places of accounts, by a fingerprint of each.
    fn sorted(prints: &[u64]) -> Vec<u32> {
        let count = u32::try_from(prints.len()).unwrap_or(NONE);
        let mut order: Vec<u32> = (0..count).collect();
        order.sort_unstable_by_key(|at| prints.get(index(*at)));
        order
    }

    /// what several accounts want is nobody's.
    fn hold_doubles(&mut self) {
        let mut order = Self::sorted(&self.wanted);
        order.retain(|at| self.moves(index(*at)));
        let wanted = std::mem::take(&mut self.wanted);
        for same in order.chunk_by(|a, b| wanted.get(index(*a)) == wanted.get(index(*b))) {
            if let [_, _, ..] = same {
                for at in same {
                    self.hold(*at, HeldReason::WantedTwice);
                }
            }
        }
        self.wanted = wanted;
    }

    fn find_takers(&mut self) {
        let order = Self::sorted(&self.now);
        self.takers = vec![NONE; self.now.len()];
        for (at, wanted) in (0_u32..).zip(&self.wanted) {
            if !self.moves(index(at)) {
                continue;
            }
            let found = order.binary_search_by_key(&Some(wanted), |other| self.now.get(index(*other)));
            if let Some(holder) = found.ok().and_then(|found| order.get(found))
                && let Some(taker) = self.takers.get_mut(index(*holder))
            {
                *taker = at;
            }
        }
    }

    /// whoever waits for a username that is not left is held, and whoever waits for theirs.
    fn hold_behind(&mut self) {
        for first in 0..self.takers.len() {
            if self.moves(first) {
                continue;
            }
            let is_held = self.marks.get(first).is_some_and(|mark| mark & mark::HELD != 0);
            let mut reason = if is_held {
                HeldReason::Behind
            } else {
                HeldReason::NameHeld
            };
            let mut at = first;
            while let Some(taker) = self.takers.get(at).copied().filter(|taker| *taker != NONE) {
                at = index(taker);
                if !self.moves(at) {
                    break;
                }
                self.hold(taker, reason);
                reason = HeldReason::Behind;
            }
        }
    }

    pub(super) fn verdict(&self, at: usize) -> Verdict {
        let mark = self.marks.get(at).copied().unwrap_or_default();
        let held = usize::from(mark & mark::HELD).checked_sub(1);
        let leaves = self.moves(at) && mark & mark::SAID != 0;
        let is_taken = self
            .takers
            .get(at)
            .is_some_and(|taker| *taker != NONE && self.moves(index(*taker)));
        Verdict {
            held: held.and_then(|reason| REASONS.get(reason)).copied(),
            steps_aside: leaves && is_taken,
            frees: leaves && !is_taken,
        }
    }
}

fn number(reason: HeldReason) -> u8 {
    let at = REASONS.iter().position(|known| *known == reason);
    at.and_then(|at| u8::try_from(at + 1).ok()).unwrap_or_default()
}

fn index(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
