//! What people read about a migration.

use super::{
    EntryKind, HeldReason, MigrationCheck, MigrationRunState, MigrationStep, PlanCounts, RehearsalCounts,
    RehearsalOutcome,
};
use crate::numbers::{plural, thousands};

impl EntryKind {
    pub const fn label(self) -> &'static str {
        match self {
            EntryKind::Rename => "Renamed",
            EntryKind::Move => "Assigned",
            EntryKind::Both => "Renamed and assigned",
            EntryKind::Nothing => "As it is",
            EntryKind::Held => "Held",
        }
    }
}

impl HeldReason {
    /// Why the account cannot get `username`, and the cure.
    pub fn sentence(self, username: &str) -> String {
        match self {
            HeldReason::NameHeld => format!(
                "The username {username} is held by an account that keeps it. Give that account a line, or this one \
                 another username."
            ),
            HeldReason::Behind => {
                format!(
                    "The account with the username {username} is held itself, so it does not leave the name."
                )
            }
            HeldReason::WantedTwice => format!("Several accounts would get the username {username}."),
            HeldReason::PersonLinked => {
                format!("The person with the username {username} is linked to another account.")
            }
            HeldReason::Unclear => "What the line means is still to be said.".to_owned(),
            HeldReason::ChangedSince => {
                "The account changed after the migration, so it stays as it is now.".to_owned()
            }
        }
    }
}

impl MigrationRunState {
    pub const fn label(self) -> &'static str {
        match self {
            MigrationRunState::Planned => "Planned",
            MigrationRunState::Scheduled => "Waits for its window",
            MigrationRunState::Freezing => "Pausing access",
            MigrationRunState::Running => "Running",
            MigrationRunState::Verifying => "Verifying",
            MigrationRunState::Done => "Done",
            MigrationRunState::Failed => "Failed",
            MigrationRunState::Interrupted => "Interrupted",
            MigrationRunState::RolledBack => "Undone",
        }
    }

    /// How the accounts are now, which is what everybody wants to know first.
    pub const fn sentence(self) -> &'static str {
        match self {
            MigrationRunState::Planned | MigrationRunState::Scheduled => "Nothing was changed yet.",
            MigrationRunState::Freezing | MigrationRunState::Running => {
                "All accounts are as they were; they change in one step."
            }
            MigrationRunState::Verifying => {
                "The accounts are changed; it is being verified that all are as planned."
            }
            MigrationRunState::Done => "All accounts are as planned.",
            MigrationRunState::Failed | MigrationRunState::Interrupted => {
                "Nothing was changed; all accounts are as they were before."
            }
            MigrationRunState::RolledBack => "It was undone.",
        }
    }
}

impl MigrationStep {
    pub const fn label(self) -> &'static str {
        match self {
            MigrationStep::Freeze => "Stop the syncs",
            MigrationStep::LockOut => "Pause access",
            MigrationStep::Check => "Check approval and plan",
            MigrationStep::OldSyncOff => "Switch the old sync off",
            MigrationStep::StepAside => "Make usernames free",
            MigrationStep::Write => "Rename and assign",
            MigrationStep::Link => "Link to the directory",
            MigrationStep::PasswordPolicy => "Password policy",
            MigrationStep::Count => "Count",
            MigrationStep::Commit => "Make it final",
            MigrationStep::Verify => "Verify",
            MigrationStep::Unlock => "Resume access",
            MigrationStep::FirstSync => "Rehearse the first sync again",
        }
    }
}

impl RehearsalOutcome {
    pub const fn label(self) -> &'static str {
        match self {
            RehearsalOutcome::Duplicated => "Would be duplicated",
            RehearsalOutcome::Lost => "Would lose access",
            RehearsalOutcome::New => "Will be new",
            RehearsalOutcome::Continues => "Continue",
        }
    }

    /// Whether it blocks the migration unless it is waived by name.
    pub const fn blocks(self) -> bool {
        matches!(self, RehearsalOutcome::Duplicated | RehearsalOutcome::Lost)
    }
}

impl RehearsalCounts {
    /// "812 people continue, 3 would be duplicated, 5 would lose access, 14 will be new."
    pub fn sentence(&self) -> String {
        let (people, continues) = match self.continues {
            1 => ("person", "continues"),
            _ => ("people", "continue"),
        };
        format!(
            "{} {people} {continues}, {} would be duplicated, {} would lose access, {} will be new.",
            thousands(self.continues),
            thousands(self.duplicated),
            thousands(self.lost),
            thousands(self.new)
        )
    }
}

impl PlanCounts {
    /// M-12: says so, too, where nobody is renamed.
    pub fn sentence(&self) -> String {
        if self.written() == 0 {
            return "No account changes.".to_owned();
        }
        let renamed = self.renames + self.both;
        let assigned = self.moves + self.both;
        if renamed == 0 {
            let get = plural(assigned, "account gets", "accounts get");
            return format!("Nobody is renamed; {get} another directory.");
        }
        let are = plural(renamed, "account is renamed", "accounts are renamed");
        let get = plural(assigned, "gets", "get");
        format!("{are}, {get} another directory.")
    }
}

impl MigrationCheck {
    pub const fn label(self) -> &'static str {
        match self {
            MigrationCheck::NoRunActive => "No sync run or import is active",
            MigrationCheck::NoOtherMigration => "No other migration is under way",
            MigrationCheck::Approval => "The plan is the one of the approved user mapping",
            MigrationCheck::Drift => "People and the directory are as they were planned for",
            MigrationCheck::Rehearsal => "The rehearsal is of this plan, and nobody is left out unseen",
            MigrationCheck::OldSync => "The old directory’s sync is known",
            MigrationCheck::LocalAdministrator => "A local administrator signed in within the last 24 hours",
            MigrationCheck::Licences => "There are licences for everybody",
            MigrationCheck::Backup => "A backup was taken",
        }
    }
}
