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
    all: BTreeMap<(Severity, FindingCode, String), (Finding, u64)>,
}

impl Groups {
    /// Counts a finding; gives what it is grouped by, beside its code.
    pub fn add(&mut self, finding: &Finding) -> String {
        let mut key = (finding.severity, finding.code, about(finding));
        if self.all.len() >= MAX_GROUPS && !self.all.contains_key(&key) {
            key.2.clear();
        }
        let about = key.2.clone();
        let (example, count) = self.all.entry(key).or_insert_with(|| (finding.clone(), 0));
        if finding < &*example {
            example.clone_from(finding);
        }
        *count += 1;
        about
    }

    /// The groups, the gravest and most frequent first.
    pub fn list(&self) -> Vec<FindingGroup> {
        let all: Vec<_> = self.all.iter().collect();
        // A heap and no sort: of the library's functions that put in order it is the one that is small in a browser.
        let order: BinaryHeap<_> = all
            .iter()
            .enumerate()
            .map(|(place, ((severity, ..), (_, lines)))| (*severity, Reverse(*lines), place))
            .collect();
        let places = order.into_sorted_vec().into_iter();
        places
            .filter_map(|(.., place)| all.get(place))
            .map(|((.., about), (example, lines))| FindingGroup {
                example: example.clone(),
                about: about.clone(),
                lines: *lines,
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
