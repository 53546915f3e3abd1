//! Who is told what: topics, and how a letter fares.

use crate::codes;

codes! {
    /// What a notice is about. A contact chooses the topics they are told of.
    pub enum Topic {
        /// Secrets and tokens that are about to end (C-12, C-20).
        Expiry = "expiry",
        /// Runs that failed, were interrupted or completed with problems.
        Failures = "failures",
        /// Runs that wait for a decision (S-01).
        HeldRuns = "held_runs",
        /// What the other side says and does: comments, recorded steps, appointments.
        Steps = "steps",
    }
}

impl Topic {
    pub const fn label(self) -> &'static str {
        match self {
            Topic::Expiry => "Secrets that expire",
            Topic::Failures => "Runs with problems",
            Topic::HeldRuns => "Held runs",
            Topic::Steps => "Steps and comments",
        }
    }

    /// Why somebody gets a notice of this topic: the end of "because you are a contact for …".
    pub const fn about(self) -> &'static str {
        match self {
            Topic::Expiry => "secrets that expire",
            Topic::Failures => "runs with problems",
            Topic::HeldRuns => "held runs",
            Topic::Steps => "steps and comments",
        }
    }
}

codes! {
    /// How a letter fares.
    pub enum LetterState {
        /// Will be sent, and tried again as long as the mail server has a passing trouble.
        Waiting = "waiting",
        Sent = "sent",
        /// The mail server refused it for good, or was out of reach for two days.
        Failed = "failed",
    }
}

impl LetterState {
    pub const fn label(self) -> &'static str {
        match self {
            LetterState::Waiting => "Waiting",
            LetterState::Sent => "Sent",
            LetterState::Failed => "Not sent",
        }
    }
}
