//! The steps of a run as they are shown: those that somebody who waits wants to tell apart.

use domain::migration::{MigrationPurpose, MigrationRunState, MigrationStep};
use domain::numbers::thousands;
use domain::views::{MigrationRailStep, StepProgress};

use super::progress::At;

/// The steps that are shown; the ones between them belong to the one before.
const SHOWN: [MigrationStep; 9] = [
    MigrationStep::LockOut,
    MigrationStep::Check,
    MigrationStep::OldSyncOff,
    MigrationStep::Write,
    MigrationStep::PasswordPolicy,
    MigrationStep::Commit,
    MigrationStep::Verify,
    MigrationStep::Unlock,
    MigrationStep::FirstSync,
];

/// The rail of a run of `accounts` that are written.
pub(super) fn of(
    (purpose, state): (MigrationPurpose, MigrationRunState),
    at: Option<At>,
    accounts: u64,
) -> Vec<MigrationRailStep> {
    let now = now(state, at);
    SHOWN
        .iter()
        // No sync comes after an undo.
        .filter(|step| **step != MigrationStep::FirstSync || purpose == MigrationPurpose::Migrate)
        .enumerate()
        .map(|(place, step)| {
            let next = SHOWN.get(place + 1);
            let progress = match now {
                Now::Nothing => StepProgress::NotRun,
                Now::Everything => StepProgress::Done,
                Now::Step(now) if next.is_some_and(|next| *next <= now) => StepProgress::Done,
                Now::Step(now) if *step <= now => StepProgress::Now,
                Now::Step(_) => StepProgress::NotRun,
            };
            MigrationRailStep {
                step: *step,
                progress,
                words: words(*step, progress, at, accounts),
            }
        })
        .collect()
}

enum Now {
    Nothing,
    Step(MigrationStep),
    Everything,
}

/// What is not known of the one unit of work is its first step: everybody sees it as not begun.
fn now(state: MigrationRunState, at: Option<At>) -> Now {
    match state {
        MigrationRunState::Freezing => Now::Step(MigrationStep::LockOut),
        MigrationRunState::Running => Now::Step(at.map_or(MigrationStep::Check, |at| at.step)),
        MigrationRunState::Verifying => {
            let verify = MigrationStep::Verify;
            Now::Step(at.map_or(verify, |at| at.step.max(verify)))
        }
        MigrationRunState::Done | MigrationRunState::RolledBack => Now::Everything,
        MigrationRunState::Planned
        | MigrationRunState::Scheduled
        | MigrationRunState::Failed
        | MigrationRunState::Interrupted => Now::Nothing,
    }
}

fn words(step: MigrationStep, progress: StepProgress, at: Option<At>, accounts: u64) -> String {
    if step != MigrationStep::Write {
        return String::new();
    }
    let of = thousands(accounts);
    match (progress, at) {
        (StepProgress::Now, Some(at)) => format!("{} of {of} accounts", thousands(at.written)),
        (StepProgress::Done, _) => format!("{of} accounts"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(state: MigrationRunState) -> String {
        of((MigrationPurpose::Migrate, state), None, 3)
            .iter()
            .map(|step| match step.progress {
                StepProgress::Done => 'x',
                StepProgress::Now => '>',
                StepProgress::NotRun => '.',
            })
            .collect()
    }

    #[test]
    fn m_08_the_rail_says_what_has_happened_and_what_not() {
        for (state, expected) in [
            (MigrationRunState::Scheduled, "........."),
            (MigrationRunState::Freezing, ">........"),
            (MigrationRunState::Running, "x>......."),
            (MigrationRunState::Verifying, "xxxxxx>.."),
            (MigrationRunState::Done, "xxxxxxxxx"),
            (MigrationRunState::Failed, "........."),
            (MigrationRunState::Interrupted, "........."),
        ] {
            assert_eq!(marks(state), expected, "{state}");
        }
        let undo = of((MigrationPurpose::Undo, MigrationRunState::Done), None, 3);
        assert!(undo.iter().all(|step| step.step != MigrationStep::FirstSync));
    }
}
