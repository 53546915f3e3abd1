//! The review of a user mapping: the customer submits a version, staff return or approve it.

use serde::{Deserialize, Serialize};

use crate::codes;

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

/// What staff say about a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// Back to the customer, with reasons.
    Return { reason: String },
    /// `needs_second`: another member of staff has to approve, too.
    Approve { needs_second: bool },
    /// The same, although questions wait for an answer.
    ApproveUnanswered { needs_second: bool },
}
