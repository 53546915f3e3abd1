//! What a check hands on, until it is written; and what of it is counted.

use std::collections::HashMap;
use std::hash::BuildHasher;

use domain::user_mapping::{Finding, FindingCode, KindCount, MappingSummary, RenameKind};
use rules::user_mapping::{Groups, Sink, kept, kept_target};
use store::user_mapping::{NewFinding, NewLine};
use tokio::sync::mpsc;

use super::BATCH;

/// How much of a cell is kept beside the file (F-28): more than any username has, and no more than fits into an index of
/// PostgreSQL, whose entries have at most 2,704 bytes; a character has up to four.
const CELL_CHARS: usize = 600;

/// Lines and findings that are written together.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) lines: Vec<NewLine>,
    pub(super) findings: Vec<NewFinding>,
}

/// Lines and findings that wait to be handed on, and the groups of all findings so far.
pub(super) struct Collector {
    batch: Batch,
    /// `None` once the rules have ended: what comes after is taken by [`Collector::rest`].
    hand_on: Option<mpsc::Sender<Batch>>,
    /// Whoever writes has stopped: nothing is kept any more.
    is_over: bool,
    /// How many lines had an existing username so far, by its hash, whose key is another one in each check: 16 to 36 MB for a
    /// million lines. Two usernames with the same hash, of which there is one chance in thirty million then, would be taken for
    /// lines of one by the comparison of versions, and by nothing else.
    seen: HashMap<u64, u32>,
    pub(super) groups: Groups,
    /// Lines that only repeat another, and that one.
    pub(super) repeats: Vec<(u64, u64)>,
}

impl Sink for Collector {
    fn line(&mut self, line: u64, existing: &str, new: &str, target: &str) {
        let existing = kept(existing, CELL_CHARS);
        let nth = self.nth(&existing);
        self.batch.lines.push(NewLine {
            line: i64::try_from(line).unwrap_or(i64::MAX),
            existing,
            new: kept(new, CELL_CHARS),
            target: kept_target(target),
            nth,
        });
        self.hand_on();
    }

    fn finding(&mut self, finding: Finding) {
        if let (FindingCode::DuplicateLine, Some(first)) = (finding.code, finding.other) {
            self.repeats.push((finding.line, first));
        }
        let about = self.groups.add(&finding);
        self.batch.findings.push(NewFinding { about, finding });
        self.hand_on();
    }
}

impl Collector {
    /// Hands batches on from a thread that may wait.
    pub(super) fn new(hand_on: mpsc::Sender<Batch>) -> Self {
        Self {
            batch: Batch::default(),
            hand_on: Some(hand_on),
            is_over: false,
            seen: HashMap::new(),
            groups: Groups::default(),
            repeats: Vec::new(),
        }
    }

    pub(super) const fn is_over(&self) -> bool {
        self.is_over
    }

    /// How many lines before this one have this existing username.
    fn nth(&mut self, existing: &str) -> i64 {
        let hash = self.seen.hasher().hash_one(existing);
        let seen = self.seen.entry(hash).or_default();
        let nth = i64::from(*seen);
        *seen = seen.saturating_add(1);
        nth
    }

    fn hand_on(&mut self) {
        if self.batch.lines.len() >= BATCH || self.batch.findings.len() >= BATCH {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if let Some(hand_on) = &self.hand_on {
            let batch = std::mem::take(&mut self.batch);
            self.is_over |= hand_on.blocking_send(batch).is_err();
        }
    }

    /// The rules have ended: hands on what waits, and that nothing more comes.
    pub(super) fn close(&mut self) {
        self.flush();
        self.hand_on = None;
        self.seen = HashMap::new();
    }

    /// Counts lines that could not be read, or that are about nobody, under the kind they are listed under: the rules compare
    /// them with nothing.
    pub(super) fn count_unread(&self, summary: &mut MappingSummary) {
        let compared: u64 = summary.kinds.iter().map(|count| count.lines).sum();
        let repeats = u64::try_from(self.repeats.len()).unwrap_or(u64::MAX);
        let unread = summary.lines.saturating_sub(compared.saturating_add(repeats));
        if unread == 0 {
            return;
        }
        let kind = RenameKind::Blocked;
        match summary.kinds.iter_mut().find(|count| count.kind == kind) {
            Some(count) => count.lines += unread,
            None => summary.kinds.push(KindCount { kind, lines: unread }),
        }
    }

    /// What was added since the last batch.
    pub(super) fn rest(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }
}
