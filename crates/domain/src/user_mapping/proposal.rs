//! What is proposed as the new username of an account, how sure that is, and why.

use crate::codes;

codes! {
    /// How sure a proposal is (T-08). Declared from the least to the most, so that they compare.
    pub enum ProposalClass {
        /// Worth a look; somebody has to decide.
        Doubtful = "doubtful",
        /// Right but for a few in a thousand: can be accepted together, after a look.
        Likely = "likely",
        /// Two things say so that do not depend on each other, and nothing contradicts.
        Certain = "certain",
    }
}

codes! {
    /// The strongest of what says that a person of the directory is the owner of an account.
    pub enum ProposalReason {
        /// The old e-mail address is an address of the person.
        SameEmail = "same_email",
        /// The employee number is theirs, or the old username is that number.
        SameEmployeeNumber = "same_employee_number",
        /// The old username, perhaps behind `DOMAIN\`, is their account name on the premises.
        SameAccountName = "same_account_name",
        /// The old username is an address of theirs, or the part of one before the `@`.
        InAddress = "in_address",
        /// The only account and the only person with this name.
        SameName = "same_name",
        /// The names differ by accents, hyphens, their order or a letter, or others have them, too.
        SimilarName = "similar_name",
    }
}

impl ProposalClass {
    /// The word on screen.
    pub const fn label(self) -> &'static str {
        match self {
            ProposalClass::Doubtful => "Doubtful",
            ProposalClass::Likely => "Likely",
            ProposalClass::Certain => "Certain",
        }
    }
}

impl ProposalReason {
    /// What speaks for the proposal.
    pub const fn sentence(self) -> &'static str {
        match self {
            ProposalReason::SameEmail => "The same e-mail address.",
            ProposalReason::SameEmployeeNumber => "The same employee number.",
            ProposalReason::SameAccountName => "The old username is the account name on the premises.",
            ProposalReason::InAddress => "The old username is in one of the person’s addresses.",
            ProposalReason::SameName => "The same name, which nobody else has.",
            ProposalReason::SimilarName => "The same or a very similar name.",
        }
    }
}
