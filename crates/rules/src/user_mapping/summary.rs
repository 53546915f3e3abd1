//! What is said of a file whose every line was looked at.

use domain::user_mapping::{FileEncoding, KindCount, MappingSummary, RenameKind, TargetLines};

use super::{Checked, Groups, Layout};

impl Checked {
    /// The summary of a file that was read in this way.
    pub fn summary(&self, encoding: FileEncoding, layout: &Layout, groups: &Groups) -> MappingSummary {
        MappingSummary {
            lines: self.rows,
            blank_lines: self.blank_lines,
            encoding,
            delimiter: layout.delimiter,
            has_header: layout.has_header,
            ignored: layout.ignored.clone(),
            groups: groups.list(),
            targets: self
                .targets
                .iter()
                .map(|target| TargetLines {
                    value: target.value.clone(),
                    lines: target.lines,
                })
                .collect(),
            kinds: self.kinds(),
            coverage: self.renames.coverage(),
            // Who proposes also counts.
            proposed: Vec::new(),
            // Whoever knows the versions before says so.
            left_out: None,
        }
    }

    /// How many lines do what to a username; kinds that no line has are left out.
    fn kinds(&self) -> Vec<KindCount> {
        let none = |kind: &RenameKind| KindCount {
            kind: *kind,
            lines: 0,
        };
        let mut counts: Vec<KindCount> = RenameKind::ALL.iter().map(none).collect();
        for rename in self.renames.iter() {
            if let Some(count) = counts.iter_mut().find(|count| count.kind == rename.kind) {
                count.lines += 1;
            }
        }
        counts.retain(|count| count.lines > 0);
        counts
    }
}
