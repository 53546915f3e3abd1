//! The numbers of a run in words.

use domain::sync::{ChangeKind, RunCounts, RunKind, RunPhase, RunState};

use crate::components::{plural, thousands};

/// Whether the changes of a run have happened, so that they read "12 created" and not "12 would be created".
pub fn has_applied(kind: RunKind, state: RunState, phase: RunPhase) -> bool {
    kind.applies()
        && match state {
            RunState::Completed | RunState::CompletedWithProblems => true,
            RunState::Running => matches!(phase, RunPhase::Apply | RunPhase::Done),
            _ => false,
        }
}

/// "created", or "would be created".
pub const fn word(kind: ChangeKind, applied: bool) -> &'static str {
    if applied {
        kind.done_label()
    } else {
        kind.would_label()
    }
}

/// What a run in the list amounts to: every number that is not zero.
pub fn summary(kind: RunKind, state: RunState, counts: &RunCounts) -> Vec<String> {
    let applied = kind.applies() && state.is_final();
    let mut parts: Vec<String> = ChangeKind::ALL
        .iter()
        .filter(|change| counts.of(**change) > 0)
        .map(|change| format!("{} {}", thousands(counts.of(*change)), word(*change, applied)))
        .collect();
    if counts.failed > 0 {
        parts.push(format!("{} failed", thousands(counts.failed)));
    }
    if kind == RunKind::TestSync && counts.read > 0 {
        parts.insert(0, format!("{} found", plural(counts.read, "person", "people")));
    }
    if parts.is_empty() {
        parts.push(
            if state.is_final() {
                "No changes"
            } else {
                "Nothing yet"
            }
            .to_owned(),
        );
    }
    parts
}

/// How many people and memberships a decision to accept would change.
pub fn writes(counts: &RunCounts) -> u64 {
    ChangeKind::ALL
        .iter()
        .filter(|kind| kind.writes())
        .map(|kind| counts.of(*kind))
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_08_a_run_in_the_list_says_every_number_that_is_not_zero() {
        let counts = RunCounts {
            read: 1204,
            created: 3,
            skipped: 1,
            failed: 2,
            ..RunCounts::default()
        };
        assert_eq!(
            summary(RunKind::Manual, RunState::CompletedWithProblems, &counts),
            ["3 created", "1 skipped", "2 failed"]
        );
        assert_eq!(
            summary(RunKind::Simulation, RunState::Completed, &counts)[0],
            "3 would be created",
            "a preview changed nobody"
        );
        assert_eq!(
            summary(
                RunKind::TestSync,
                RunState::Completed,
                &RunCounts {
                    read: 1204,
                    ..RunCounts::default()
                }
            ),
            ["1,204 people found"]
        );
        assert_eq!(
            summary(RunKind::Manual, RunState::Completed, &RunCounts::default()),
            ["No changes"]
        );
    }

    #[test]
    fn s_01_a_held_run_has_not_happened_yet() {
        assert!(!has_applied(RunKind::Manual, RunState::Held, RunPhase::Guard));
        assert!(!has_applied(
            RunKind::Simulation,
            RunState::Completed,
            RunPhase::Done
        ));
        assert!(has_applied(RunKind::Manual, RunState::Running, RunPhase::Apply));
    }

    #[test]
    fn s_05_accepting_counts_what_would_be_written_and_nothing_else() {
        let counts = RunCounts {
            created: 3,
            blocked: 2,
            skipped: 90,
            disputed: 1,
            ..RunCounts::default()
        };
        assert_eq!(writes(&counts), 5);
    }
}
