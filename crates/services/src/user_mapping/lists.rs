//! The lists of lines: what they are narrowed to, and which line of them comes next.

use domain::Actor;
use domain::user_mapping::{FindingCode, RenameKind, Severity};
use store::user_mapping::RowFilter;

use crate::{ServiceError, Services};

/// The most findings of one group about one line, and one more: one about the whole line, and one about each of its cells.
const OF_A_LINE: i64 = 5;

/// What a list of lines is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct MappingFilter {
    pub kind: Option<RenameKind>,
    pub severity: Option<Severity>,
    /// Only lines whose account is blocked or has never signed in (P-14).
    pub unused: bool,
    pub search: String,
}

impl MappingFilter {
    /// How an address says [`Self::unused`], as the value of `account`.
    pub const UNUSED: &'static str = "unused";

    pub(super) fn of_rows(&self) -> RowFilter {
        let search = self.search.trim().chars();
        RowFilter {
            kind: self.kind,
            severity: self.severity,
            unused: self.unused,
            search: search.take(crate::paging::SEARCH_CHARS).collect(),
        }
    }
}

/// A list of lines that one may go through line by line.
#[derive(Clone, Debug)]
pub enum MappingList {
    /// Those of one group of findings.
    Group {
        code: FindingCode,
        severity: Severity,
        about: String,
    },
    /// All of them, narrowed.
    Lines(MappingFilter),
}

impl Services {
    /// The line of `list` that comes behind `line`, whether that one is still in it or not; `None`: there is none.
    pub async fn next_mapping_line(
        &self,
        actor: &Actor,
        slug: &str,
        (version, line): (i64, u64),
        list: &MappingList,
    ) -> Result<Option<u64>, ServiceError> {
        let mut tx = self.db().read().await?;
        let whose = self.reader_of_mapping(&mut tx, actor, slug).await?;
        let after = i64::try_from(line).unwrap_or(i64::MAX);
        match list {
            MappingList::Group {
                code,
                severity,
                about,
            } => {
                let group = (*code, *severity, about.as_str());
                let place = (after, "", OF_A_LINE);
                let found =
                    store::user_mapping::findings(&mut tx, whose.0, version, group, place, whose.1).await?;
                let mut lines = found.into_iter().map(|row| row.finding.line);
                Ok(lines.find(|next| *next > line))
            }
            MappingList::Lines(filter) => {
                let filter = filter.of_rows();
                let rows = store::user_mapping::rows(&mut tx, whose, version, &filter, (after, 1)).await?;
                Ok(rows.first().map(|row| row.line))
            }
        }
    }
}
