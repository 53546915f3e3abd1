use serde::{Deserialize, Serialize};

use super::When;
use crate::Role;
use crate::provider::Provider;
use crate::sync::{RunKind, RunState};

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub name: String,
    pub email: String,
    pub role: Role,
    /// The slug of the only customer this person sees; `None` for staff.
    pub customer: Option<String>,
}

/// A customer in the staff's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerRow {
    /// The name in addresses: `/c/{slug}`.
    pub slug: String,
    pub name: String,
    pub provider: Option<Provider>,
    pub people: u64,
    pub last_run: Option<LastRun>,
    /// What should happen next, one sentence.
    pub next: String,
    /// A run is held or failed, or a connection test is failing.
    pub attention: bool,
}

/// The latest run, in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    pub number: i64,
    pub kind: RunKind,
    pub state: RunState,
    pub when: When,
}

/// A customer's own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerOverview {
    pub slug: String,
    pub name: String,
    /// The verdict: what is so, and what comes next.
    pub headline: String,
    pub tasks: Vec<Task>,
    pub people_active: u64,
    pub people_blocked: u64,
    pub people_local: u64,
    pub last_run: Option<LastRun>,
    /// The run under way or held, if there is one.
    pub open_run: Option<LastRun>,
}

/// One step on the customer's page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub title: String,
    /// Path below `/c/{slug}/`.
    pub path: String,
    pub state: TaskState,
    /// One sentence: what is so, or why it cannot start yet.
    pub detail: String,
}

crate::codes! {
    pub enum TaskState {
        Done = "done",
        Yours = "yours",
        Attention = "attention",
        CannotStart = "cannot_start",
    }
}
