//! What a check hands on, until it is written; and what of it is counted.

use domain::user_mapping::Finding;
use rules::user_mapping::{Groups, Sink};
use store::user_mapping::{MappingLine, NewFinding};

/// How much of a cell is kept beside the file: more than any username has.
const CELL_CHARS: usize = 300;

/// Lines and findings that wait to be written, and the groups of all findings so far.
#[derive(Default)]
pub(super) struct Collector {
    lines: Vec<MappingLine>,
    findings: Vec<NewFinding>,
    pub(super) groups: Groups,
}

impl Sink for Collector {
    fn line(&mut self, line: u64, existing: &str, new: &str, target: &str) {
        self.lines.push(MappingLine {
            line: i64::try_from(line).unwrap_or(i64::MAX),
            existing: shortened(existing),
            new: shortened(new),
            target: shortened(target),
        });
    }

    fn finding(&mut self, finding: Finding) {
        let about = self.groups.add(&finding);
        self.findings.push(NewFinding { about, finding });
    }
}

impl Collector {
    /// What is to be written next.
    pub(super) fn take(&mut self) -> (Vec<MappingLine>, Vec<NewFinding>) {
        (
            std::mem::take(&mut self.lines),
            std::mem::take(&mut self.findings),
        )
    }
}

/// A cell as it is shown (F-28). The file keeps the whole.
fn shortened(cell: &str) -> String {
    cell.chars().take(CELL_CHARS).collect()
}
