//! What a check hands on, until it is written; and what of it is counted.

use std::collections::BTreeMap;

use domain::user_mapping::{Finding, FindingCode, FindingGroup, Severity};
use rules::user_mapping::Sink;
use store::user_mapping::{MappingLine, NewFinding};

/// More causes than this are not told apart: nobody reads a list of a thousand wrong domains.
const MAX_GROUPS: usize = 500;
/// How much of a cell is kept beside the file: more than any username has.
const CELL_CHARS: usize = 300;
/// How much of a text findings are grouped by.
const ABOUT_CHARS: usize = 200;

/// Lines and findings that wait to be written, and the groups of all findings so far.
#[derive(Default)]
pub(super) struct Collector {
    lines: Vec<MappingLine>,
    findings: Vec<NewFinding>,
    groups: BTreeMap<(Severity, FindingCode, String), (Finding, u64)>,
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

    /// The groups, the gravest and most frequent first.
    pub(super) fn groups(self) -> Vec<FindingGroup> {
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
