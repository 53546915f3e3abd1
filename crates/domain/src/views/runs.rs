use serde::{Deserialize, Serialize};

use super::When;
use crate::AccountId;
use crate::connection::Advice;
use crate::deployment::Step;
use crate::sync::{ChangeKind, ChangeState, FieldChange, RunCounts, RunKind, RunPhase, RunState};

/// What the list of runs is narrowed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunFilter {
    pub kind: Option<RunKind>,
    pub state: Option<RunState>,
}

/// A run in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRow {
    /// Counts up from 1 for each customer: "Run 118".
    pub number: i64,
    pub kind: RunKind,
    pub state: RunState,
    pub started_by: String,
    pub queued: When,
    /// "1.9 s", "3 min 12 s"; `None` while it has not ended.
    pub took: Option<String>,
    pub counts: RunCounts,
}

/// One run, live or finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunView {
    pub row: RunRow,
    /// Whose run it is, if it is the run of one person.
    #[serde(default)]
    pub person: Option<RunPerson>,
    /// The verdict, one sentence: worst first.
    pub headline: String,
    pub phase: RunPhase,
    /// What each phase found, in words: "1,262 people, complete".
    pub rail: Vec<RailStep>,
    pub hold: Vec<String>,
    /// What went wrong without stopping the run, one sentence each.
    #[serde(default)]
    pub warnings: Vec<String>,
    pub advice: Option<Advice>,
    pub settings_version: i64,
    pub can_cancel: bool,
    pub can_decide: bool,
    /// The open step that keeps a held list from being accepted; it may be rejected.
    #[serde(default)]
    pub waits_for: Option<Step>,
    pub cancel_requested: bool,
}

/// The one person of a run (H-01).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunPerson {
    /// As the last read called them, or else their object id.
    pub name: String,
    pub object_id: String,
    /// Their account here, if they have one.
    pub account: Option<AccountId>,
}

/// A step of the rail of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RailStep {
    pub phase: RunPhase,
    /// `done`, `now`, `not_run`.
    pub progress: StepProgress,
    pub words: String,
}

crate::codes! {
    pub enum StepProgress {
        Done = "done",
        Now = "now",
        NotRun = "not_run",
    }
}

/// What the changes of a run are narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeFilter {
    pub kind: Option<ChangeKind>,
    pub state: Option<ChangeState>,
    /// Part of a name or username.
    pub search: String,
}

/// One person's change in a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// Its number within the run.
    pub seq: i64,
    pub kind: ChangeKind,
    pub state: ChangeState,
    pub account: Option<AccountId>,
    pub object_id: Option<String>,
    pub name: String,
    pub username: String,
    pub reason: String,
    /// What to do now, for what needs a decision.
    pub remedy: Option<String>,
    /// Whoever looks may decide that this is the person the account belonged to (I-07).
    pub can_relink: bool,
    pub fields: Vec<FieldChange>,
}

/// The result of the latest test sync (H-12).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestSyncView {
    pub run: Option<RunView>,
    /// A later run has read the directory since: what is shown of people and groups is what that one read.
    pub read_by: Option<i64>,
    pub totals: Vec<(String, u64)>,
    /// Attribute, field label, how many of the people in scope have it filled, and up to three real values.
    pub samples: Vec<AttributeSample>,
    /// Oddities worth knowing: what, how many, and the first few people.
    pub oddities: Vec<Oddity>,
    pub people: Vec<FoundPerson>,
    /// There is a directory to read.
    pub is_connected: bool,
    pub scope_groups: Vec<String>,
}

/// How one mapped attribute is filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeSample {
    pub attribute: String,
    pub field: String,
    pub filled: u64,
    pub of: u64,
    pub examples: Vec<String>,
}

/// Something unusual among the people found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Oddity {
    pub title: String,
    pub explanation: String,
    pub count: u64,
    pub examples: Vec<String>,
}

/// A person a read found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundPerson {
    pub object_id: String,
    pub name: String,
    pub principal_name: String,
    pub mail: Option<String>,
    pub status: String,
    pub in_scope: bool,
}
