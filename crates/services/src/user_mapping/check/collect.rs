//! What a check hands on, until it is written; and what of it is counted.

use domain::user_mapping::Finding;
use rules::user_mapping::{Groups, Sink};
use store::user_mapping::{MappingLine, NewFinding};
use tokio::sync::mpsc;

use super::BATCH;

/// How much of a cell is kept beside the file: far more than any username has.
const CELL_CHARS: usize = 4_096;

/// Lines and findings that are written together.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) lines: Vec<MappingLine>,
    pub(super) findings: Vec<NewFinding>,
}

/// Lines and findings that wait to be handed on, and the groups of all findings so far.
pub(super) struct Collector {
    batch: Batch,
    /// `None` once the rules have ended: what comes after is taken by [`Collector::rest`].
    hand_on: Option<mpsc::Sender<Batch>>,
    /// Whoever writes has stopped: nothing is kept any more.
    is_over: bool,
    pub(super) groups: Groups,
}

impl Sink for Collector {
    fn line(&mut self, line: u64, existing: &str, new: &str, target: &str) {
        self.batch.lines.push(MappingLine {
            line: i64::try_from(line).unwrap_or(i64::MAX),
            existing: shortened(existing),
            new: shortened(new),
            target: shortened(target),
        });
        self.hand_on();
    }

    fn finding(&mut self, finding: Finding) {
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
            groups: Groups::default(),
        }
    }

    pub(super) const fn is_over(&self) -> bool {
        self.is_over
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
    }

    /// What was added since the last batch.
    pub(super) fn rest(&mut self) -> Batch {
        std::mem::take(&mut self.batch)
    }
}

/// A cell as it is shown (F-28). The file keeps the whole.
fn shortened(cell: &str) -> String {
    cell.chars().take(CELL_CHARS).collect()
}
