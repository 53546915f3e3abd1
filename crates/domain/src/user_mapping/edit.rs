//! Corrections of a user mapping in the console: each makes a new version out of the one before.

use serde::{Deserialize, Serialize};

use super::{FindingCode, ProposalClass, Severity};
use crate::codes;
use crate::ids::AccountId;
use crate::numbers::thousands;

codes! {
    /// What mends all lines of one group of findings at once.
    pub enum MappingFix {
        /// Blanks, quotes and formulas around the username go; so do characters that nobody sees.
        Clean = "clean",
        /// The existing username becomes that of the account that was meant.
        UseMeant = "use_meant",
        /// The new username becomes the address inside (`mailto:`, `<…>`).
        UnwrapAddress = "unwrap_address",
        /// The new username becomes the username of the person who has it as another address (T-03).
        UsePersonName = "use_person_name",
        /// The new username becomes that of the person who is proposed for the account.
        UseProposal = "use_proposal",
        /// The domain of the new username becomes another one.
        ChangeDomain = "change_domain",
        /// The value of the target directory becomes another one.
        ChangeTarget = "change_target",
        /// The account keeps its username.
        KeepUsername = "keep_username",
        /// The account stays in People, under its username.
        MakeLocal = "make_local",
        /// The account stays in the old directory, under its username.
        LeaveBehind = "leave_behind",
        /// The lines go.
        RemoveLines = "remove_lines",
    }
}

impl MappingFix {
    /// The words of its button.
    pub const fn label(self) -> &'static str {
        match self {
            MappingFix::Clean => "Clean these usernames",
            MappingFix::UseMeant => "Write the accounts’ usernames",
            MappingFix::UnwrapAddress => "Keep only the address",
            MappingFix::UsePersonName => "Write the directory’s usernames",
            MappingFix::UseProposal => "Write the proposed usernames",
            MappingFix::ChangeDomain => "Change the domain",
            MappingFix::ChangeTarget => "Change the target directory",
            MappingFix::KeepUsername => "Keep the usernames",
            MappingFix::MakeLocal => "Make the accounts local",
            MappingFix::LeaveBehind => "Leave the accounts in the old directory",
            MappingFix::RemoveLines => "Remove the lines",
        }
    }

    /// What was done, for the history.
    pub const fn done(self) -> &'static str {
        match self {
            MappingFix::Clean => "usernames cleaned",
            MappingFix::UseMeant => "usernames of accounts corrected",
            MappingFix::UnwrapAddress => "addresses taken out of what stood around them",
            MappingFix::UsePersonName => "usernames of the directory written",
            MappingFix::UseProposal => "proposed usernames written",
            MappingFix::ChangeDomain => "domain changed",
            MappingFix::ChangeTarget => "target directory changed",
            MappingFix::KeepUsername => "usernames kept",
            MappingFix::MakeLocal => "accounts made local",
            MappingFix::LeaveBehind => "accounts left in the old directory",
            MappingFix::RemoveLines => "lines removed",
        }
    }

    /// Whether it needs a value: the domain, the directory.
    pub const fn needs_value(self) -> bool {
        matches!(self, MappingFix::ChangeDomain | MappingFix::ChangeTarget)
    }
}

impl FindingCode {
    /// Whether an account without a line has the new username, so that a line for it frees the username (P-09 to P-11).
    pub const fn names_holder(self) -> bool {
        matches!(
            self,
            FindingCode::HeldByActive | FindingCode::HeldByBlocked | FindingCode::HeldBySync
        )
    }

    /// What mends all findings of this kind at once, the most likely first.
    pub const fn fixes(self) -> &'static [MappingFix] {
        use MappingFix as F;
        match self {
            FindingCode::Trimmed
            | FindingCode::Unwrapped
            | FindingCode::HiddenCharacter
            | FindingCode::LineBreak
            | FindingCode::UnicodeOnly => &[F::Clean],
            FindingCode::AddressWrapped => &[F::UnwrapAddress],
            FindingCode::MeantAddress
            | FindingCode::MeantBehindDomain
            | FindingCode::MeantZeros
            | FindingCode::FoundByFolding => &[F::UseMeant],
            FindingCode::OtherAttribute => &[F::UsePersonName],
            FindingCode::UnknownDomain | FindingCode::CloudDomain => &[F::ChangeDomain, F::UseProposal],
            FindingCode::OtherProvider
            | FindingCode::UnknownTarget
            | FindingCode::AmbiguousTarget
            | FindingCode::DeletionWord
            | FindingCode::TargetSlip
            // The account moves to the directory; the other cure is there.
            | FindingCode::LocalInScope => &[F::ChangeTarget],
            FindingCode::OldDirectory => &[F::ChangeTarget, F::KeepUsername],
            FindingCode::DuplicateLine
            | FindingCode::CommentLine
            | FindingCode::TooFewCells
            | FindingCode::TooManyCells
            | FindingCode::StrayQuote
            | FindingCode::BlockedAccount
            | FindingCode::ExistingEmpty
            | FindingCode::NotFound => &[F::RemoveLines],
            FindingCode::NewEmpty => &[F::UseProposal, F::KeepUsername, F::MakeLocal, F::RemoveLines],
            FindingCode::BlankInside
            | FindingCode::NotInDirectory
            | FindingCode::NamesDiffer
            | FindingCode::NotAPrincipalName
            | FindingCode::NotALogin => &[F::UseProposal, F::MakeLocal],
            FindingCode::PersonDisabled | FindingCode::PersonOutOfScope => &[F::MakeLocal, F::LeaveBehind],
            FindingCode::RecoveryAccount | FindingCode::SharedAccount => &[F::MakeLocal],
            FindingCode::HeldByActive
            | FindingCode::HeldByBlocked
            | FindingCode::HeldBySync
            | FindingCode::Merge
            | FindingCode::MergeByForm
            | FindingCode::Reserved
            | FindingCode::Placeholder => &[F::UseProposal, F::KeepUsername],
            _ => &[],
        }
    }
}

/// What is decided about an account that no line is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Decision {
    /// It gets the username that is proposed, and moves to the connected directory.
    Proposed,
    /// It gets this username, and moves to the connected directory.
    Username { new: String },
    /// It stays in People, under its username.
    Local,
    /// It stays in the old directory, under its username.
    Left,
}

/// About whom it is decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", rename_all = "snake_case")]
pub enum DecidedAbout {
    One {
        account: AccountId,
    },
    /// Everybody with a proposal of this class, but administrators.
    Class {
        class: ProposalClass,
    },
    /// Everybody who is undecided, but administrators.
    Rest,
}

/// One correction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum MappingEdit {
    /// A mapping without a file: the local administrators stay as they are, everybody else is still to be decided.
    Begin,
    /// One line is written anew.
    Line {
        line: u64,
        existing: String,
        new: String,
        target: String,
    },
    RemoveLine {
        line: u64,
    },
    /// An account without a line gets one: whoever holds a username that somebody else is to have is renamed aside
    /// (P-09 to P-11). Usernames as People has them, not cells of a file.
    Add {
        existing: String,
        new: String,
        target: String,
    },
    /// All lines of a group of findings are mended.
    Fix {
        fix: MappingFix,
        code: FindingCode,
        severity: Severity,
        about: String,
        /// Where the fix needs one.
        value: String,
    },
    /// Accounts get lines.
    Decide {
        about: DecidedAbout,
        decision: Decision,
    },
    /// An earlier version again.
    Back {
        to: i64,
    },
    /// What an earlier version said and an uploaded file does not is taken over: lines about accounts that have none in it, and
    /// lines that it has as they were before they were corrected.
    Keep {
        from: i64,
    },
}

impl MappingEdit {
    /// What was done, for the list of versions.
    pub fn sentence(&self) -> String {
        match self {
            MappingEdit::Begin => "Begun without a file.".to_owned(),
            MappingEdit::Line { line, .. } => format!("Line {} written anew.", thousands(*line)),
            MappingEdit::RemoveLine { line } => format!("Line {} removed.", thousands(*line)),
            MappingEdit::Add { new, .. } => format!("Line added: new username {new}."),
            MappingEdit::Fix { fix, code, value, .. } if value.is_empty() => {
                format!("“{}”: {}.", code.title(), fix.done())
            }
            MappingEdit::Fix { fix, code, value, .. } => {
                format!("“{}”: {} to {value}.", code.title(), fix.done())
            }
            MappingEdit::Decide { about, decision } => {
                let who = match about {
                    DecidedAbout::One { .. } => "One account",
                    DecidedAbout::Class { .. } => "Proposals",
                    DecidedAbout::Rest => "Everybody undecided",
                };
                let what = match (about, decision) {
                    (DecidedAbout::Class { class }, _) => {
                        return format!("{} proposals accepted.", class.label());
                    }
                    (_, Decision::Proposed) => "proposal accepted",
                    (_, Decision::Username { new }) => return format!("{who}: new username {new}."),
                    (_, Decision::Local) => "local by choice",
                    (_, Decision::Left) => "stays in the old directory",
                };
                format!("{who}: {what}.")
            }
            MappingEdit::Back { to } => format!("Version {to} again."),
            MappingEdit::Keep { from } => {
                format!("Taken over from version {from}: what was decided there, and was left out since.")
            }
        }
    }
}
