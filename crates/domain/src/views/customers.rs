use serde::{Deserialize, Serialize};

use super::{AppointmentLine, When};
use crate::Role;
use crate::deployment::Responsibility;
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
    /// Notices in their inbox that they have not read.
    pub unread: u64,
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
    /// Whose turn it is; `None` when nothing is left to do.
    pub turn: Option<Responsibility>,
    /// The step it is about and since when: "User mapping, since Tuesday".
    pub next: String,
    /// The first step that waits for the customer, while another one is ours.
    pub theirs_too: Option<String>,
    /// Steps done, and of how many.
    pub done: u64,
    pub of: u64,
    /// The next time that is agreed, or one that somebody of staff has to do something about.
    pub appointment: Option<AppointmentLine>,
    /// What is not well, one sentence each, the worst first: a run is held or failed, a secret expires, ….
    pub health: Vec<String>,
}

impl CustomerRow {
    /// It waits for the customer, whatever else waits for us.
    pub fn is_theirs(&self) -> bool {
        self.turn == Some(Responsibility::Customer) || self.theirs_too.is_some()
    }

    /// It waits for staff: by its next step, or by its appointment.
    pub fn is_ours(&self) -> bool {
        matches!(self.turn, Some(Responsibility::Staff | Responsibility::Joint))
            || self.appointment.as_ref().is_some_and(|line| line.needs.is_some())
    }
}

/// What the staff's board is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardFilter {
    /// Part of a name or address.
    pub search: String,
    pub show: Option<BoardShow>,
}

crate::codes! {
    /// Which deployments the board shows.
    pub enum BoardShow {
        /// Those that wait for staff.
        Ours = "ours",
        /// Those that wait for the customer.
        Theirs = "theirs",
        /// Those where something is not well.
        Attention = "attention",
        /// Those that are through the guide.
        Done = "done",
    }
}

/// The latest run, in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    pub number: i64,
    pub kind: RunKind,
    pub state: RunState,
    pub when: When,
}
