//! The run of a plan, its rehearsal, and what is looked at before it.

use serde::{Deserialize, Serialize};

use crate::codes;

codes! {
    /// What a plan, and the run of it, is for.
    pub enum MigrationPurpose {
        Migrate = "run",
        /// Takes a run back (M-14).
        Undo = "undo",
    }
}

codes! {
    /// Where a run stands. Up to `running` nothing was changed; from `verifying` on everything was (M-08).
    pub enum MigrationRunState {
        /// There is a plan, and no run of it.
        Planned = "planned",
        /// Waits for its window.
        Scheduled = "scheduled",
        /// Nobody is let in, no sync is started.
        Freezing = "freezing",
        /// The one transaction is under way.
        Running = "running",
        /// Committed; what is there is compared with what was planned.
        Verifying = "verifying",
        Done = "done",
        /// Refused, or it went wrong: everything is as it was.
        Failed = "failed",
        /// Gave up half-way, so that everything is as it was.
        Interrupted = "interrupted",
        /// Done, and undone later.
        RolledBack = "rolled_back",
    }
}

impl MigrationRunState {
    /// Whether it holds the customer's lock (M-09).
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            MigrationRunState::Scheduled
                | MigrationRunState::Freezing
                | MigrationRunState::Running
                | MigrationRunState::Verifying
        )
    }

    /// Whether the accounts are as planned.
    pub const fn has_happened(self) -> bool {
        matches!(self, MigrationRunState::Verifying | MigrationRunState::Done)
    }
}

codes! {
    /// What a run does, in this order (M-01).
    pub enum MigrationStep {
        /// No sync is active and none will start.
        Freeze = "freeze",
        /// Access is paused.
        LockOut = "lock_out",
        /// The approval, the plan and People are still what was approved.
        Check = "check",
        OldSyncOff = "old_sync_off",
        /// Usernames that are handed on are made free.
        StepAside = "step_aside",
        /// Usernames and directories.
        Write = "write",
        Link = "link",
        PasswordPolicy = "password_policy",
        /// As many accounts as planned, no temporary username.
        Count = "count",
        /// The point of no return.
        Commit = "commit",
        /// Every account is as planned.
        Verify = "verify",
        /// Access is paused no more.
        Unlock = "unlock",
        /// The first sync would recognise everybody, and do to nobody what was not rehearsed.
        FirstSync = "first_sync",
    }
}

codes! {
    /// What becomes of somebody at the first sync after the migration.
    pub enum RehearsalOutcome {
        /// A second account would be made beside one that is probably theirs.
        Duplicated = "duplicated",
        /// They would be blocked, or left behind in a directory whose sync is off.
        Lost = "lost",
        /// An account would be made for somebody who had none.
        New = "new",
        /// They go on with the account they have.
        Continues = "continues",
    }
}

/// The rehearsal in numbers, of people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RehearsalCounts {
    pub continues: u64,
    pub duplicated: u64,
    pub lost: u64,
    pub new: u64,
    /// How many more accounts are active afterwards, for the licences (P-18); fewer where it is negative. Of an older rehearsal
    /// unknown, and 0.
    #[serde(default)]
    pub more_active: i64,
}

impl RehearsalCounts {
    /// Counts one more.
    pub const fn add(&mut self, outcome: RehearsalOutcome) {
        let count = match outcome {
            RehearsalOutcome::Duplicated => &mut self.duplicated,
            RehearsalOutcome::Lost => &mut self.lost,
            RehearsalOutcome::New => &mut self.new,
            RehearsalOutcome::Continues => &mut self.continues,
        };
        *count += 1;
    }

    /// Everybody.
    pub const fn all(&self) -> u64 {
        self.duplicated + self.lost + self.new + self.continues
    }
}

codes! {
    /// What is looked at before a run; each is looked at by the program.
    pub enum MigrationCheck {
        NoRunActive = "no_run_active",
        /// No other plan, or run of a plan, is in the way.
        NoOtherMigration = "no_other_migration",
        Approval = "approval",
        Drift = "drift",
        Rehearsal = "rehearsal",
        OldSync = "old_sync",
        LocalAdministrator = "local_administrator",
        Licences = "licences",
        /// What only people can know, with a note of theirs.
        Backup = "backup",
    }
}
