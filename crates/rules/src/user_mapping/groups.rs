//! What was found, by cause: a list that a person works through.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use domain::user_mapping::{Finding, FindingCode, FindingGroup, Severity};

/// More causes than this are not told apart: nobody reads a list of a thousand wrong domains.
const MAX_GROUPS: usize = 500;
/// How much of a text findings are grouped by.
const ABOUT_CHARS: usize = 200;

/// The groups of all findings so far.
#[derive(Debug, Default)]
pub struct Groups {
    /// In the order of their keys. No tree: that is long in a browser's wasm.
    all: Vec<Group>,
}

/// What findings are grouped by.
type Key = (Severity, FindingCode, String);

#[derive(Debug)]
struct Group {
    key: Key,
    example: Finding,
    lines: u64,
    /// The line that was counted last: what is found in two of its cells is one line.
    last: u64,
}

impl Groups {
    /// Counts a finding; gives what it is grouped by, beside its code.
    pub fn add(&mut self, finding: &Finding) -> String {
        let mut key = (finding.severity, finding.code, about(finding));
        let mut place = self.place(&key);
        if self.all.len() >= MAX_GROUPS && place.is_err() {
            key.2.clear();
            place = self.place(&key);
        }
        let about = key.2.clone();
        if let Err(place) = place {
            let group = Group {
                key,
                example: finding.clone(),
                lines: 0,
                last: u64::MAX,
            };
            self.all.insert(place, group);
        }
        let (Ok(place) | Err(place)) = place;
        let Some(group) = self.all.get_mut(place) else {
            return about;
        };
        if *finding < group.example {
            group.example.clone_from(finding);
        }
        group.lines += u64::from(group.last != finding.line);
        group.last = finding.line;
        about
    }

    /// Where the group with this key is, or belongs.
    fn place(&self, key: &Key) -> Result<usize, usize> {
        self.all.binary_search_by(|group| group.key.cmp(key))
    }

    /// The groups, the gravest and most frequent first.
    pub fn list(&self) -> Vec<FindingGroup> {
        // A heap and no sort: of the library's functions that put in order it is the one that is small in a browser.
        let order: BinaryHeap<_> = self
            .all
            .iter()
            .enumerate()
            .map(|(place, group)| (group.key.0, Reverse(group.lines), place))
            .collect();
        let places = order.into_sorted_vec().into_iter();
        places
            .filter_map(|(.., place)| self.all.get(place))
            .map(|group| FindingGroup {
                example: group.example.clone(),
                about: group.key.2.clone(),
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
