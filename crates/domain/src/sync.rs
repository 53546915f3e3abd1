//! Sync runs: kinds, states, what is planned for whom, and why.

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::ids::{AccountId, ObjectId};
use crate::people::{BlockReason, field};
use crate::profile::FieldKind;

codes! {
    /// What a run is for (H-01).
    pub enum RunKind {
        /// Reads everything, writes nothing to People (H-12).
        TestSync = "test_sync",
        /// "Preview changes": the whole pipeline up to the guard, nothing applied.
        Simulation = "simulation",
        Manual = "manual",
        Scheduled = "scheduled",
        /// One person, read and brought up to date by themselves, whoever else waits for the next run.
        SingleUser = "single_user",
    }
}

impl RunKind {
    /// Whether this kind may write to People.
    pub const fn applies(self) -> bool {
        matches!(self, RunKind::Manual | RunKind::Scheduled | RunKind::SingleUser)
    }
    /// Whether this kind reads the whole directory: only then does it say anything about people who are absent, about
    /// empty reads, and about settings that were looked at for everybody.
    pub const fn reads_everybody(self) -> bool {
        !matches!(self, RunKind::SingleUser)
    }
    pub const fn label(self) -> &'static str {
        match self {
            RunKind::TestSync => "Test sync",
            RunKind::Simulation => "Preview",
            RunKind::Manual => "Sync",
            RunKind::Scheduled => "Scheduled sync",
            RunKind::SingleUser => "Sync of one person",
        }
    }
}

codes! {
    /// Where a run stands. The last five are final.
    pub enum RunState {
        Queued = "queued",
        Running = "running",
        /// Over a safety limit: nothing was applied, a person decides (S-01).
        Held = "held",
        Completed = "completed",
        /// A result of its own, never green (H-09).
        CompletedWithProblems = "completed_with_problems",
        Failed = "failed",
        Cancelled = "cancelled",
        Interrupted = "interrupted",
    }
}

impl RunState {
    pub const fn is_final(self) -> bool {
        !matches!(self, RunState::Queued | RunState::Running | RunState::Held)
    }
    pub const fn label(self) -> &'static str {
        match self {
            RunState::Queued => "Waiting to start",
            RunState::Running => "Running",
            RunState::Held => "Held for your decision",
            RunState::Completed => "Completed",
            RunState::CompletedWithProblems => "Completed with problems",
            RunState::Failed => "Failed",
            RunState::Cancelled => "Cancelled",
            RunState::Interrupted => "Interrupted",
        }
    }
}

codes! {
    /// The steps of a run, shown as a rail. A run that is started again goes on at its phase.
    pub enum RunPhase {
        Read = "read",
        Compare = "compare",
        Guard = "guard",
        Apply = "apply",
        Done = "done",
    }
}

impl RunPhase {
    pub const fn label(self) -> &'static str {
        match self {
            RunPhase::Read => "Read",
            RunPhase::Compare => "Compare",
            RunPhase::Guard => "Guard",
            RunPhase::Apply => "Apply",
            RunPhase::Done => "Done",
        }
    }
}

codes! {
    /// What is planned for one person, or for one person's membership of one group. Never a deletion.
    pub enum ChangeKind {
        Create = "create",
        Update = "update",
        Rename = "rename",
        /// First match of an account that was there before (I-02).
        Link = "link",
        Block = "block",
        Unblock = "unblock",
        GroupAdd = "group_add",
        GroupRemove = "group_remove",
        /// Left alone on purpose, with the reason.
        Skip = "skip",
        /// Beside a person's change: what of theirs cannot be written (B-05, I-14, I-15).
        Flag = "flag",
        /// Two answers are possible and a person must choose (I-02, I-03, I-04, I-07).
        Dispute = "dispute",
    }
}

impl ChangeKind {
    /// Whether applying it writes to People.
    pub const fn writes(self) -> bool {
        !matches!(self, ChangeKind::Skip | ChangeKind::Flag | ChangeKind::Dispute)
    }
    /// "12 created", and so on.
    pub const fn done_label(self) -> &'static str {
        match self {
            ChangeKind::Create => "created",
            ChangeKind::Update => "updated",
            ChangeKind::Rename => "renamed",
            ChangeKind::Link => "linked",
            ChangeKind::Block => "blocked",
            ChangeKind::Unblock => "unblocked",
            ChangeKind::GroupAdd => "added to groups",
            ChangeKind::GroupRemove => "removed from groups",
            ChangeKind::Skip => "skipped",
            ChangeKind::Flag => "flagged",
            ChangeKind::Dispute => "need a decision",
        }
    }
    /// "12 would be created", and so on.
    pub const fn would_label(self) -> &'static str {
        match self {
            ChangeKind::Create => "would be created",
            ChangeKind::Update => "would be updated",
            ChangeKind::Rename => "would be renamed",
            ChangeKind::Link => "would be linked",
            ChangeKind::Block => "would be blocked",
            ChangeKind::Unblock => "would be unblocked",
            ChangeKind::GroupAdd => "would be added to groups",
            ChangeKind::GroupRemove => "would be removed from groups",
            ChangeKind::Skip => "would be skipped",
            ChangeKind::Flag => "would be flagged",
            ChangeKind::Dispute => "need a decision",
        }
    }
}

codes! {
    /// What became of a planned change.
    pub enum ChangeState {
        /// Not (yet) applied: a preview, a held run, or a run under way.
        Planned = "planned",
        Applied = "applied",
        Failed = "failed",
        /// Skips and disputes: nothing to apply.
        Noted = "noted",
        /// The run was rejected or cancelled before this was applied.
        Dropped = "dropped",
    }
}

/// One field before and after. `None` is an empty field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

impl FieldChange {
    pub fn new(field: &str, before: Option<&str>, after: Option<&str>) -> Self {
        Self {
            field: field.to_owned(),
            before: before.map(ToOwned::to_owned),
            after: after.map(ToOwned::to_owned),
        }
    }
    /// Only letter case or white space differs (B-11).
    pub fn is_cosmetic(&self) -> bool {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => {
                let flat = |text: &str| {
                    text.split_whitespace()
                        .collect::<Vec<_>>()
                        .join(" ")
                        .to_lowercase()
                };
                flat(before) == flat(after)
            }
            _ => false,
        }
    }
}

/// What is planned for one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedChange {
    pub kind: ChangeKind,
    /// The directory object this is about; `None` only for an account whose object is gone without a trace.
    pub object_id: Option<ObjectId>,
    /// The account; for a creation the id it will get.
    pub account: Option<AccountId>,
    /// The account's version the plan was made for; `None` for a creation.
    pub account_version: Option<i64>,
    pub reason: Reason,
    pub fields: Vec<FieldChange>,
}

/// Why something is planned, or why nothing is. Every variant is one sentence for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Reason {
    /// In scope, active, and nobody here has this username.
    Joiner,
    /// Mapped attributes differ.
    AttributesChanged,
    /// The provider's username changed and usernames follow the provider.
    UsernameChanged,
    /// The account was there before, in this directory, with this username, and unlinked (I-02).
    UsernameMatches,
    /// Blocked by the sync before, and active and in scope again (L-06, L-08).
    BackInScope,
    Blocked {
        why: BlockReason,
    },
    /// L-02: disabled at the provider and never seen here.
    NeverSeenAndDisabled,
    /// I-12: guests are excluded.
    GuestExcluded,
    /// I-13, L-07: not a user yet.
    NotYetActive,
    /// Invariant 16: a status we do not know; nothing is changed.
    UnknownStatus,
    /// I-15: a required attribute is empty.
    MissingAttribute {
        attribute: String,
    },
    /// R-13, B-05: longer than the field can hold. Fields are named by their titles.
    TooLong {
        field: String,
        limit: u32,
    },
    /// B-03, B-04: not what the field takes.
    DoesNotFit {
        field: String,
        kind: FieldKind,
        value: String,
    },
    /// an invisible character stands inside the username.
    HiddenCharacter {
        username: String,
        code_point: String,
    },
    /// I-03: a Local account has this username.
    LocalAccount {
        username: String,
    },
    /// I-19, L-13: an account of another directory has this username.
    OtherDirectory {
        username: String,
    },
    /// I-04, I-07: the account is linked to another directory object.
    LinkedElsewhere {
        username: String,
    },
    /// I-02: two directory people claim the same username.
    ClaimedTwice {
        username: String,
    },
    /// I-06: the new username is held by somebody who keeps it.
    NameHeld {
        username: String,
    },
    /// somebody had the username before the directory migration, and it is kept from newcomers.
    NameReserved {
        username: String,
    },
    /// L-08: the account is, or stays, blocked until a licence is free.
    NoLicence,
    /// L-10: somebody who leaves has people who report to them.
    Manages {
        people: u64,
    },
    /// L-09: an administrator blocked the account here; the directory says active. Their decision stands.
    BlockedByAdministrator,
    /// I-18: the last active administrator is never blocked by the sync.
    LastAdministrator,
    /// The account changed after this was planned; the next run looks again (S-05, P-17).
    ChangedMeanwhile,
    /// The database refused this one; the rest went on (S-08).
    Refused {
        reference: String,
    },
    GroupMember {
        group: String,
    },
    NotGroupMember {
        group: String,
    },
}

impl Reason {
    /// The stable code, for filters and exports.
    pub const fn code(&self) -> &'static str {
        match self {
            Reason::Joiner => "joiner",
            Reason::AttributesChanged => "attributes_changed",
            Reason::UsernameChanged => "username_changed",
            Reason::UsernameMatches => "username_matches",
            Reason::BackInScope => "back_in_scope",
            Reason::Blocked { .. } => "blocked",
            Reason::NeverSeenAndDisabled => "never_seen_and_disabled",
            Reason::GuestExcluded => "guest_excluded",
            Reason::NotYetActive => "not_yet_active",
            Reason::UnknownStatus => "unknown_status",
            Reason::MissingAttribute { .. } => "missing_attribute",
            Reason::TooLong { .. } => "too_long",
            Reason::DoesNotFit { .. } => "does_not_fit",
            Reason::HiddenCharacter { .. } => "hidden_character",
            Reason::LocalAccount { .. } => "local_account",
            Reason::OtherDirectory { .. } => "other_directory",
            Reason::LinkedElsewhere { .. } => "linked_elsewhere",
            Reason::ClaimedTwice { .. } => "claimed_twice",
            Reason::NameHeld { .. } => "name_held",
            Reason::NameReserved { .. } => "name_reserved",
            Reason::NoLicence => "no_licence",
            Reason::Manages { .. } => "manages",
            Reason::BlockedByAdministrator => "blocked_by_administrator",
            Reason::LastAdministrator => "last_administrator",
            Reason::ChangedMeanwhile => "changed_meanwhile",
            Reason::Refused { .. } => "refused",
            Reason::GroupMember { .. } => "group_member",
            Reason::NotGroupMember { .. } => "not_group_member",
        }
    }

    /// One sentence for the screen, with the cure where there is one.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a reason; splitting the table would hide a missing one"
    )]
    pub fn sentence(&self) -> String {
        match self {
            Reason::Joiner => "New in a synchronised group; nobody here has this username.".into(),
            Reason::AttributesChanged => "The directory has other values for mapped fields.".into(),
            Reason::UsernameChanged => {
                "Renamed in the directory, same person; usernames follow the directory.".into()
            }
            Reason::UsernameMatches => {
                "This account was here before with the same username; it is now linked to the directory."
                    .into()
            }
            Reason::BackInScope => {
                "Active and in a synchronised group again; the sync had blocked it.".into()
            }
            Reason::Blocked { why } => format!("{}.", why.sentence()),
            Reason::NeverSeenAndDisabled => {
                "Disabled in the directory and never seen here, so no account is made.".into()
            }
            Reason::GuestExcluded => {
                "A guest of the directory. Include guests in the security groups if they should be here."
                    .into()
            }
            Reason::NotYetActive => "Not active in the directory yet; picked up once they are.".into(),
            Reason::UnknownStatus => {
                "The directory sends a status we do not know, so nothing is changed.".into()
            }
            Reason::MissingAttribute { attribute } => {
                format!(
                    "The attribute {attribute} is empty. Fill it in the directory; the next run picks it up."
                )
            }
            Reason::TooLong { field, limit } => format!(
                "{} is longer than the {limit} characters the field holds. Shorten it in the directory.",
                // Runs of before named the standard fields by their keys.
                field::label(field)
            ),
            Reason::DoesNotFit { field, kind, value } => format!(
                "{field} takes {}, and “{value}” is not. The field stays as it is. Correct the value in the directory, \
                 or change the field.",
                kind.takes()
            ),
            Reason::HiddenCharacter { username, code_point } => format!(
                "The username {username} contains the invisible character {code_point}. Remove it in the directory."
            ),
            Reason::LocalAccount { username } => {
                format!("A local account already has the username {username}; the sync never takes one over.")
            }
            Reason::OtherDirectory { username } => format!(
                "The username {username} belongs to an account of another directory, which is never touched."
            ),
            Reason::LinkedElsewhere { username } => {
                format!("The account {username} is linked to another entry of the directory.")
            }
            Reason::ClaimedTwice { username } => {
                format!("Two people in the directory claim the username {username}.")
            }
            Reason::NameHeld { username } => {
                format!("The new username {username} is held by another account that keeps it.")
            }
            Reason::NameReserved { username } => format!(
                "Somebody had the username {username} before the directory migration, so nobody new gets it for now."
            ),
            Reason::NoLicence => {
                "No licence is free: the account is blocked until one is, in the order of arrival.".into()
            }
            Reason::Manages { people: 1 } => {
                "Leaves, and is the manager of one person. Give that person another manager in the directory."
                    .into()
            }
            Reason::Manages { people } => {
                format!(
                    "Leaves, and is the manager of {people} people. Give them another manager in the directory."
                )
            }
            Reason::BlockedByAdministrator => {
                "Blocked here by an administrator. The directory says active; your decision stands.".into()
            }
            Reason::LastAdministrator => {
                "The last active administrator is never blocked by the sync. Name another one first.".into()
            }
            Reason::ChangedMeanwhile => {
                "The account changed after this was planned; the next run looks again.".into()
            }
            Reason::Refused { reference } => format!(
                "This change could not be written (reference {reference}). The rest of the run went on."
            ),
            Reason::GroupMember { group } => format!("Member of the directory group mapped to {group}."),
            Reason::NotGroupMember { group } => {
                format!("Not a member of the directory group mapped to {group} any more.")
            }
        }
    }
}

/// The numbers of a run (H-08).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunCounts {
    /// People read from the provider.
    pub read: u64,
    /// Of those, in a synchronised group.
    pub in_scope: u64,
    pub unchanged: u64,
    pub created: u64,
    pub updated: u64,
    pub renamed: u64,
    pub linked: u64,
    pub blocked: u64,
    pub unblocked: u64,
    pub skipped: u64,
    pub flagged: u64,
    pub disputed: u64,
    pub failed: u64,
    pub group_added: u64,
    pub group_removed: u64,
    /// Changes applied so far, and in all: the progress of the last phase.
    pub applied: u64,
    pub to_apply: u64,
}

impl RunCounts {
    /// The number of one kind.
    pub const fn of(&self, kind: ChangeKind) -> u64 {
        match kind {
            ChangeKind::Create => self.created,
            ChangeKind::Update => self.updated,
            ChangeKind::Rename => self.renamed,
            ChangeKind::Link => self.linked,
            ChangeKind::Block => self.blocked,
            ChangeKind::Unblock => self.unblocked,
            ChangeKind::GroupAdd => self.group_added,
            ChangeKind::GroupRemove => self.group_removed,
            ChangeKind::Skip => self.skipped,
            ChangeKind::Flag => self.flagged,
            ChangeKind::Dispute => self.disputed,
        }
    }

    /// Adds to the number of one kind.
    pub const fn add(&mut self, kind: ChangeKind, n: u64) {
        let place = match kind {
            ChangeKind::Create => &mut self.created,
            ChangeKind::Update => &mut self.updated,
            ChangeKind::Rename => &mut self.renamed,
            ChangeKind::Link => &mut self.linked,
            ChangeKind::Block => &mut self.blocked,
            ChangeKind::Unblock => &mut self.unblocked,
            ChangeKind::GroupAdd => &mut self.group_added,
            ChangeKind::GroupRemove => &mut self.group_removed,
            ChangeKind::Skip => &mut self.skipped,
            ChangeKind::Flag => &mut self.flagged,
            ChangeKind::Dispute => &mut self.disputed,
        };
        *place += n;
    }
}

/// Why a run is held (3.7).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum HoldReason {
    /// S-01, S-04: more of one kind than the limit.
    TooMany {
        kind: ChangeKind,
        count: u64,
        limit: u64,
    },
    /// S-02: nobody was returned.
    NobodyRead,
    /// S-02, U-03: people were read, but nobody is in scope.
    NobodyInScope,
    /// S-03: the first run that would write.
    FirstRun,
    /// S-06: settings changed since the last accepted run.
    SettingsChanged,
    /// C-22: the credentials lead to another tenant or org than the stored links.
    OtherTenant,
}

impl HoldReason {
    pub fn sentence(&self) -> String {
        match self {
            HoldReason::TooMany { kind, count, limit } => {
                format!("{count} {}. The limit is {limit}.", kind.would_label())
            }
            HoldReason::NobodyRead => {
                "The directory returned nobody at all, which is hardly right. Nothing was applied.".into()
            }
            HoldReason::NobodyInScope => {
                "Nobody is in the synchronised groups any more. Nothing was applied.".into()
            }
            HoldReason::FirstRun => {
                "This is the first run that writes. Look at the list, then accept or reject it.".into()
            }
            HoldReason::SettingsChanged => {
                "Settings changed since the last run. Look at what that does, then accept or reject it."
                    .into()
            }
            HoldReason::OtherTenant => {
                "The credentials lead to another organisation than before. Every person \
                would be unknown. Correct them, or start a new directory."
                    .into()
            }
        }
    }
}
