//! The pages of the directory migration.

use serde::{Deserialize, Serialize};

use super::{StepProgress, When};
use crate::migration::{
    EntryKind, MigrationCheck, MigrationOptions, MigrationPurpose, MigrationRunState, MigrationStep,
    PlanCounts, PlanState, RehearsalCounts, RehearsalOutcome,
};

/// Whether an intranet lets its people in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessView {
    /// When that is expected to end; `None`: access is open.
    pub paused_until: Option<When>,
    /// In how many seconds it is worth asking again; 0 where access is open.
    pub seconds: u64,
}

/// How the migration of a customer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationView {
    /// This actor may plan and carry out.
    pub can_migrate: bool,
    /// The newest plan.
    pub plan: Option<MigrationPlanView>,
    /// The newest run.
    pub run: Option<MigrationRunView>,
    /// The run that has happened and was not undone: what an undo is of.
    pub done: Option<MigrationRunView>,
    /// The window that both sides agreed on and that is not over, in the reader's time.
    pub agreed: Option<String>,
    /// What everybody of the customer should know beforehand; there is none before there is a plan.
    pub announcement: Option<String>,
    /// "today at 09:41 UTC": the intranet lets in nobody but local administrators until then, about.
    pub paused_until: Option<When>,
}

/// A plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationPlanView {
    pub number: i64,
    pub purpose: MigrationPurpose,
    /// The run that it takes back.
    pub undoes: Option<i64>,
    /// Of an undo of one person: their account.
    pub only: Option<String>,
    pub state: PlanState,
    pub mapping_version: i64,
    pub hash: String,
    pub counts: PlanCounts,
    /// [`PlanCounts::sentence`].
    pub sentence: String,
    pub options: MigrationOptions,
    pub made_by: String,
    pub made: When,
    /// People, the directory or the user mapping changed since: it has to be made again.
    pub is_stale: bool,
    pub rehearsal: Option<RehearsalView>,
    /// It is being rehearsed.
    pub is_rehearsing: bool,
    /// It was to be rehearsed, and that broke off again and again.
    pub rehearsal_failed: bool,
    /// What staff noted about the backup.
    pub backup: Option<String>,
    /// How long the run will take, in seconds, by the rate of earlier ones.
    pub estimated_seconds: u64,
}

/// What the rehearsal came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RehearsalView {
    pub counts: RehearsalCounts,
    /// [`RehearsalCounts::sentence`].
    pub sentence: String,
    pub when: When,
    /// People, the directory or the settings changed since.
    pub is_stale: bool,
    /// Duplicates and lost accounts that nobody accepted.
    pub unwaived: u64,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationRunView {
    pub number: i64,
    pub plan: i64,
    pub purpose: MigrationPurpose,
    pub state: MigrationRunState,
    pub started_by: String,
    pub started: When,
    pub window_from: When,
    pub window_until: When,
    /// Who of the customer agreed to the window.
    pub agreement: String,
    /// How long the window is open still, while it matters: "41 min 03 s".
    pub left: Option<String>,
    pub rail: Vec<MigrationRailStep>,
    /// It is under way, or begins within minutes.
    pub is_moving: bool,
    pub frozen: Option<When>,
    pub committed: Option<When>,
    pub finished: Option<When>,
    /// Why it was refused, or what the verification found.
    pub problem: Option<String>,
    /// Accounts that are written.
    pub accounts: u64,
    /// Written in a second; `None` before it is committed.
    pub rate: Option<u64>,
    /// It may be undone as a whole: no sync wrote to People since. Later, one person at a time.
    pub can_undo_whole: bool,
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationRailStep {
    pub step: MigrationStep,
    pub progress: StepProgress,
    pub words: String,
}

/// One thing that is looked at before a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationCheckView {
    pub check: MigrationCheck,
    pub is_ok: bool,
    /// What was found, or what is to be done.
    pub words: String,
}

/// What the plan says of an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationEntryRow {
    pub account: String,
    pub name: String,
    pub line: Option<u64>,
    pub kind: EntryKind,
    pub username_before: String,
    pub username_after: String,
    /// "Local", or the directory's name.
    pub directory_before: String,
    pub directory_after: String,
    /// Linked to a person of the directory.
    pub is_linked: bool,
    pub needs_password: bool,
    /// Why it is held.
    pub held: Option<String>,
}

/// What becomes of somebody at the first sync.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RehearsedRow {
    pub outcome: RehearsalOutcome,
    /// Whom a waiver names.
    pub subject: String,
    pub account: Option<String>,
    pub name: String,
    pub username: String,
    pub reason: String,
    /// Why it is accepted, and by whom.
    pub waiver: Option<(String, String)>,
}

/// A person planned and real.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReconciliationRow {
    pub entry: MigrationEntryRow,
    pub username: String,
    pub directory: String,
    pub state: String,
    pub is_linked: bool,
    /// Names of the groups it is in.
    pub groups: Vec<String>,
    /// What is not as planned; empty: everything is.
    pub differences: Vec<String>,
}

/// An account that came after the migration, and one that was there before and looks like the same person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookalikeView {
    pub newcomer: String,
    pub newcomer_name: String,
    pub newcomer_username: String,
    pub older: String,
    pub older_name: String,
    pub older_username: String,
    /// "Same name".
    pub why: String,
}

/// A username that nobody has any more, kept from newcomers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReservedRow {
    pub username: String,
    /// Whose it was.
    pub account: String,
    pub name: String,
    /// What the account is called now.
    pub now: String,
    pub until: String,
}

/// For the help desk: how somebody signs in from when on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpDeskRow {
    pub name: String,
    pub old_username: String,
    pub new_username: String,
    /// One sentence.
    pub how: String,
    pub when: String,
}
