//! The review of a user mapping: the customer submits a version, staff return or approve it.

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::numbers::{plural, thousands};

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
    Approve { needs_second: bool, unanswered: bool },
}

impl Verdict {
    /// Approved by one member of staff, with no question open.
    pub const APPROVE: Self = Self::Approve {
        needs_second: false,
        unanswered: false,
    };
}
