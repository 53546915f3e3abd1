//! What a person can do about somebody a run could not decide about.

use crate::sync::Reason;

impl Reason {
    /// What to do now about a change that needs a person's decision (I-02 to I-07, I-19); `None` for reasons that need
    /// none. Nothing is changed for these people until it is done, and the next run looks again.
    pub const fn remedy(&self) -> Option<&'static str> {
        match self {
            Reason::LocalAccount { .. } => Some(
                "Both stay as they are until you decide. The same person: bring the local account over with the user \
                 mapping (step 4). Two people: give one of them another username; the next run makes the account.",
            ),
            Reason::OtherDirectory { .. } => Some(
                "Both stay as they are until you decide. The same person: bring the account over with the user mapping \
                 (step 4). Two people: give one of them another username; the next run makes the account.",
            ),
            Reason::LinkedElsewhere { .. } => Some(
                "Both stay as they are until you decide. A new colleague: give one of them another username in the \
                 directory. The same person, deleted and made again: link the account to the new entry.",
            ),
            Reason::ClaimedTwice { .. } => Some(
                "Neither gets the account until one of the two has another username in the directory. The next run looks \
                 again.",
            ),
            Reason::NameHeld { .. } => Some(
                "The account keeps its old username until then. Give the holder or this person another username; the \
                 next run renames.",
            ),
            _ => None,
        }
    }
}
