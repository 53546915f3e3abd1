//! What was found, by cause: a list that a person works through.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use domain::user_mapping::{Finding, FindingCode, FindingGroup, Severity};

/// More causes than this are not told apart: nobody reads a list of a thousand wrong domains.
const MAX_GROUPS: usize = 500;
/// How much of a text findings are grouped by.
const ABOUT_CHARS: usize = 200;

/// The groups of all findings so far.
#[derive(Debug, Default)]
pub struct Groups {
    all: BTreeMap<(Severity, FindingCode, String), Group>,
}

#[derive(Debug)]
struct Group {
    example: Finding,
    lines: u64,
    /// The line that was counted last: what is found in two of its cells is one line.
    last: u64,
}

impl Groups {
    /// Counts a finding; gives what it is grouped by, beside its code.
    pub fn add(&mut self, finding: &Finding) -> String {
        let mut key = (finding.severity, finding.code, about(finding));
        if self.all.len() >= MAX_GROUPS && !self.all.contains_key(&key) {
            key.2.clear();
        }
        let about = key.2.clone();
        let group = self.all.entry(key).or_insert_with(|| Group {
            example: finding.clone(),
            lines: 0,
            last: u64::MAX,
        });
        if *finding < group.example {
            group.example.clone_from(finding);
        }
        group.lines += u64::from(group.last != finding.line);
        group.last = finding.line;
        about
    }

    /// The groups, the gravest and most frequent first.
    pub fn list(&self) -> Vec<FindingGroup> {
        let all: Vec<_> = self.all.iter().collect();
        // A heap and no sort: of the library's functions that put in order it is the one that is small in a browser.
        let order: BinaryHeap<_> = all
            .iter()
            .enumerate()
            .map(|(place, ((severity, ..), group))| (*severity, Reverse(group.lines), place))
            .collect();
        let places = order.into_sorted_vec().into_iter();
        places
            .filter_map(|(.., place)| all.get(place))
            .map(|((.., about), group)| FindingGroup {
                example: group.example.clone(),
                about: about.clone(),
                lines: group.lines,
            })
            .collect()
    }
}

/// What a finding is grouped by, beside its code.
fn about(finding: &Finding) -> String {
    match &finding.text {
        Some(text) if finding.code.is_by_text() => text.chars().take(ABOUT_CHARS).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use domain::user_mapping::Column;

    use super::*;

    #[test]
    fn a_line_with_the_same_in_two_cells_is_one_line() {
        let mut groups = Groups::default();
        for (line, column) in [(2, Column::Existing), (2, Column::New), (3, Column::New)] {
            groups.add(&Finding {
                line,
                column: Some(column),
                severity: Severity::Notice,
                code: FindingCode::Trimmed,
                other: None,
                text: None,
            });
        }
        let lines: Vec<u64> = groups.list().iter().map(|group| group.lines).collect();
        assert_eq!(lines, [2]);
    }
}
