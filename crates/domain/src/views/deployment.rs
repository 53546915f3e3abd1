use serde::{Deserialize, Serialize};

use super::{AppointmentLine, AppointmentView, LastRun, When};
use crate::deployment::{ExistingDirectory, Responsibility, SsoBefore, Step};
use crate::people::OldDirectory;
use crate::provider::Provider;
use crate::{AccountId, DirectoryId, codes};

/// A customer's own page: the task list that both sides share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeploymentView {
    pub slug: String,
    pub name: String,
    pub provider: Option<Provider>,
    /// The verdict: what is so, and what comes next; and how it is meant.
    pub headline: String,
    pub mood: Mood,
    /// What happens next, and how long it usually takes.
    pub lede: String,
    /// Every step in the order of the guide.
    pub tasks: Vec<Task>,
    pub people_active: u64,
    pub people_blocked: u64,
    pub people_local: u64,
    /// Times that are agreed, or that somebody has to do something about: those that need it first, then the next ones.
    pub appointments: Vec<AppointmentLine>,
    pub last_run: Option<LastRun>,
    /// The run under way or held, if there is one.
    pub open_run: Option<LastRun>,
}

impl DeploymentView {
    /// How many steps are done, and of how many: those a decision left out do not count.
    pub fn progress(&self) -> (u64, u64) {
        let count = |state: fn(TaskState) -> bool| {
            let n = self.tasks.iter().filter(|task| state(task.state)).count();
            u64::try_from(n).unwrap_or(u64::MAX)
        };
        (
            count(|state| state == TaskState::Done),
            count(|state| state != TaskState::Skipped),
        )
    }
}

codes! {
    /// How the verdict on a deployment is meant, for whoever looks.
    pub enum Mood {
        Well = "well",
        /// Something is to be done.
        Yours = "yours",
        /// The other side, or a run under way.
        Waits = "waits",
        Held = "held",
        Problem = "problem",
    }
}

/// One step, as whoever looks sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Task {
    pub step: Step,
    pub title: String,
    /// Who performs it.
    pub side: Responsibility,
    pub state: TaskState,
    /// The state in words: "Your task", "Waiting for us since Tuesday", "Cannot start yet: the test sync has not run".
    pub words: String,
    /// One sentence: what is so.
    pub detail: String,
}

codes! {
    /// The state of a step, as whoever looks sees it.
    pub enum TaskState {
        Done = "done",
        Yours = "yours",
        /// The other side's turn.
        Theirs = "theirs",
        Together = "together",
        /// It was done, something changed, and it is the turn of whoever looks.
        Again = "again",
        OnHold = "on_hold",
        CannotStart = "cannot_start",
        Skipped = "skipped",
    }
}

/// The page of one step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepView {
    pub task: Task,
    /// What the step is about, a sentence or two.
    pub about: String,
    /// "About 20 minutes"; `None` for what takes as long as it takes.
    pub takes: Option<String>,
    /// What has to be done before, each as it stands; empty once all of it is.
    pub gate: Vec<Task>,
    /// What was said about it, the latest first.
    pub record: Vec<StatementView>,
    pub comments: Vec<CommentView>,
    /// Whoever looks may put it on record as done, or take that back.
    pub can_state: bool,
    /// It is on record as done.
    pub is_stated: bool,
    pub can_comment: bool,
    /// Who is told of a comment that whoever looks adds.
    pub tells: Vec<String>,
    /// The time both sides agree on, for steps that have one.
    pub appointment: Option<AppointmentView>,
    /// Today, as a date field has it.
    pub today: String,
    pub special: Special,
}

/// What only one step's page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Special {
    #[default]
    None,
    /// P2: the local administrators of People.
    Administrators(Vec<AdministratorView>),
    /// Step 3: the answer on record, and how many accounts contradict "brand new".
    Existing {
        answer: Option<ExistingDirectory>,
        others: u64,
        /// The directories that the intranet followed before.
        old: Vec<OldDirectoryView>,
    },
    /// Steps 4 and 5: the directories that the intranet followed before.
    OldDirectories(Vec<OldDirectoryView>),
    /// Step 7.
    Sso(Option<SsoBefore>),
}

/// A directory that the intranet followed before, and the accounts it owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldDirectoryView {
    pub id: DirectoryId,
    pub kind: OldDirectory,
    pub name: String,
    /// When the migration switched its sync off; `None`: it goes on.
    pub sync_off: Option<When>,
    pub accounts: u64,
}

/// A local administrator of People.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdministratorView {
    pub account: AccountId,
    pub username: String,
    pub name: String,
    /// May sign in: neither blocked nor frozen.
    pub is_active: bool,
    pub last_sign_in: Option<When>,
}

/// Something that was put on record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementView {
    pub sentence: String,
    pub by: String,
    pub side: Responsibility,
    pub when: When,
    /// The day of the work.
    pub happened_on: String,
    pub evidence: String,
}

/// The facts of one deployment, for the staff's board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardFacts {
    pub slug: String,
    pub name: String,
    pub facts: Vec<FactLine>,
    /// Every step in the order of the guide.
    pub tasks: Vec<Task>,
    pub appointments: Vec<AppointmentLine>,
    /// The latest ones on any step, the newest first.
    pub comments: Vec<StepComment>,
}

/// One thing that is so, and the page that says more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactLine {
    pub label: String,
    pub words: String,
    /// Below `/c/{customer}/`.
    pub path: String,
}

/// A comment and the step it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepComment {
    pub step: Step,
    pub comment: CommentView,
}

/// What somebody wrote about a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentView {
    pub author: String,
    pub side: Responsibility,
    pub when: When,
    pub text: String,
}
