//! What a check hands on, until it is written; and what of it is counted.

use std::collections::BTreeMap;

use domain::user_mapping::{Finding, FindingCode, FindingGroup, Severity};
use rules::user_mapping::Sink;
use store::user_mapping::{MappingLine, NewFinding};
use tokio::sync::mpsc;

use super::BATCH;

/// More causes than this are not told apart: nobody reads a list of a thousand wrong domains.
const MAX_GROUPS: usize = 500;
/// How much of a cell is kept beside the file: far more than any username has.
const CELL_CHARS: usize = 4_096;
/// How much of a text findings are grouped by.
const ABOUT_CHARS: usize = 200;

/// Lines and findings that are written together.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) lines: Vec<MappingLine>,
    pub(super) findings: Vec<NewFinding>,
}

/// Lines and findings that wait to be handed on, and the groups of all findings so far.
pub(super) struct Collector {
    batch: Batch,
    /// `None` once the rules have ended: what comes after is handed on by [`Collector::end`].
    hand_on: Option<mpsc::Sender<Batch>>,
    /// Whoever writes has stopped: nothing is kept any more.
    is_over: bool,
    groups: BTreeMap<(Severity, FindingCode, String), (Finding, u64)>,
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
        let mut about = about(&finding);
        let mut key = (finding.severity, finding.code, about.clone());
        if self.groups.len() >= MAX_GROUPS && !self.groups.contains_key(&key) {
            about.clear();
            key.2.clear();
        }
        let (example, count) = self.groups.entry(key).or_insert_with(|| (finding.clone(), 0));
        if finding < *example {
            example.clone_from(&finding);
        }
        *count += 1;
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
            groups: BTreeMap::new(),
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

    /// What was added since the last batch, and the groups.
    pub(super) fn end(mut self) -> (Batch, Vec<FindingGroup>) {
        (std::mem::take(&mut self.batch), self.groups())
    }

    /// The groups, the gravest and most frequent first.
    fn groups(self) -> Vec<FindingGroup> {
        let mut all: Vec<FindingGroup> = self
            .groups
            .into_iter()
            .map(|((_, _, about), (example, lines))| FindingGroup {
                example,
                about,
                lines,
            })
            .collect();
        all.sort_by(|a, b| {
            let gravity = a.example.severity.cmp(&b.example.severity);
            gravity.then(b.lines.cmp(&a.lines))
        });
        all
    }
}

/// A cell as it is shown (F-28). The file keeps the whole.
fn shortened(cell: &str) -> String {
    cell.chars().take(CELL_CHARS).collect()
}

/// What a finding is grouped by, beside its code.
fn about(finding: &Finding) -> String {
    match &finding.text {
        Some(text) if finding.code.is_by_text() => text.chars().take(ABOUT_CHARS).collect(),
        _ => String::new(),
    }
}
