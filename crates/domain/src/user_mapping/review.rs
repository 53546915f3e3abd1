//! The review of a user mapping: the customer submits a version, staff return or approve it.

use serde::{Deserialize, Serialize};

use super::FindingGroup;
use crate::numbers::{plural, thousands};
use crate::{Timestamp, codes};

codes! {
    /// How the review of a version stands. An approval belongs to one version, and to People and the directory as they were
    /// when it was checked (P-17, F-30).
    pub enum ReviewState {
        /// With staff. A version never changes; a newer one takes it back.
        Submitted = "submitted",
        /// Given back with reasons.
        Returned = "returned",
        /// Approved by one member of staff, who wants a second one to look.
        Seconding = "seconding",
        Approved = "approved",
    }
}

impl ReviewState {
    /// The words on screen.
    pub const fn label(self) -> &'static str {
        match self {
            ReviewState::Submitted => "With the deployment team",
            ReviewState::Returned => "Returned",
            ReviewState::Seconding => "Waits for a second approval",
            ReviewState::Approved => "Approved",
        }
    }
}

/// How many questions about a mapping wait for an answer, and of how many of those the line says something else since: "2
/// questions are open, 1 about a line that says something else since".
pub fn are_open(questions: u64, changed: u64) -> String {
    let all = plural(questions, "question is open", "questions are open");
    match changed {
        0 => all,
        1 => format!("{all}, 1 about a line that says something else since"),
        changed => format!(
            "{all}, {} about lines that say something else since",
            thousands(changed)
        ),
    }
}

/// What staff say about a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Back to the customer, with reasons.
    Return { reason: String },
    /// `needs_second`: another member of staff has to approve, too. `unanswered`: although questions wait for an answer.
    /// `acknowledged`: the groups of warnings that were ticked, by their keys ([`FindingGroup::key`]): those that nobody has ticked
    /// since the version was checked (P-17).
    Approve {
        needs_second: bool,
        unanswered: bool,
        acknowledged: Vec<String>,
    },
}

impl Verdict {
    /// Approved by one member of staff, with no question open and no warning that is still to be ticked.
    pub const APPROVE: Self = Self::Approve {
        needs_second: false,
        unanswered: false,
        acknowledged: Vec::new(),
    };
}

/// A group of warnings that somebody ticked, as one check found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// [`FindingGroup::key`].
    pub key: String,
    /// The check that found it, by when that ended, in microseconds. The next one may find it on other lines.
    pub check: i64,
    /// How many lines it was about.
    pub lines: u64,
    /// The name of whoever ticked it.
    pub by: String,
}

impl Acknowledged {
    /// A group that this check found, ticked by somebody of this name.
    pub fn of(group: &FindingGroup, check: i64, by: &str) -> Self {
        Self {
            key: group.key(),
            check,
            lines: group.lines,
            by: by.to_owned(),
        }
    }

    /// Whether it was ticked as this check found the group. A tick holds for one check: the next one may find as many other lines
    /// (P-17).
    pub fn covers(&self, group: &FindingGroup, check: i64) -> bool {
        self.check == check && self.key == group.key()
    }
}

/// An approval that was taken back, because its version was checked again (P-17).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenBack {
    /// [`ReviewState::Approved`]; [`ReviewState::Seconding`]: a second approval was waited for.
    pub was: ReviewState,
    /// The names of those who had approved it.
    pub by: String,
    /// When, the last of them.
    pub at: Timestamp,
    /// A second one had to approve it, too.
    pub needs_second: bool,
    /// The name of whoever had it checked again.
    pub again_by: String,
    pub again_at: Timestamp,
    /// People or the directory had changed by then.
    pub drifted: bool,
}
