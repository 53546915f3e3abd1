//! A run in words: the verdict, worst first, and what each phase found.

use domain::numbers::{plural, thousands};
use domain::sync::{ChangeKind, HoldReason, RunCounts, RunKind, RunPhase, RunState};
use domain::views::{RailStep, StepProgress};
use store::runs::RunRecord;

use super::only_looks;
use crate::when::took;

/// The kinds of changes, the gravest first: the order in which a verdict names them.
const WORST_FIRST: &[ChangeKind] = &[
    ChangeKind::Block,
    ChangeKind::Dispute,
    ChangeKind::GroupRemove,
    ChangeKind::Rename,
    ChangeKind::Unblock,
    ChangeKind::Create,
    ChangeKind::Link,
    ChangeKind::Update,
    ChangeKind::GroupAdd,
    ChangeKind::Skip,
    ChangeKind::Flag,
];

/// The verdict, one or two sentences.
pub(super) fn headline(run: &RunRecord) -> String {
    let counts = &run.counts;
    match run.state {
        RunState::Queued if run.accepted_by.is_some() => "Accepted; waiting to be applied.".to_owned(),
        RunState::Queued => "Waiting to start.".to_owned(),
        RunState::Running if run.cancel_requested => "Stopping at the next safe point.".to_owned(),
        RunState::Running => format!("{}.", under_way(run)),
        RunState::Held => held(run),
        RunState::Completed | RunState::CompletedWithProblems => completed(run),
        RunState::Failed => {
            let problem = run
                .problem
                .as_ref()
                .map_or("The run could not go on.", |advice| &advice.problem);
            format!("{} {}", sentence(problem), what_stands(run))
        }
        RunState::Cancelled if was_rejected(run) => {
            format!("Rejected: {}. Nothing was applied.", planned(counts))
        }
        RunState::Cancelled => format!("Cancelled. {}", what_stands(run)),
        RunState::Interrupted => {
            format!(
                "Interrupted: its server stopped and it was not taken up again. {}",
                what_stands(run)
            )
        }
    }
}

fn under_way(run: &RunRecord) -> String {
    let counts = &run.counts;
    match run.phase {
        RunPhase::Read if !run.kind.reads_everybody() => "Reading one person and their groups".to_owned(),
        RunPhase::Compare if !run.kind.reads_everybody() => "Comparing them with the account here".to_owned(),
        RunPhase::Read if counts.read == 0 => "Reading people and groups".to_owned(),
        RunPhase::Read => {
            format!(
                "Reading people and groups: {} so far",
                plural(counts.read, "person", "people")
            )
        }
        RunPhase::Compare => {
            format!(
                "Comparing {} with the accounts here",
                plural(counts.read, "person", "people")
            )
        }
        RunPhase::Guard => "Checking the safety limits".to_owned(),
        RunPhase::Apply => format!(
            "Applying: {} of {}",
            thousands(counts.applied),
            plural(counts.to_apply, "change", "changes")
        ),
        RunPhase::Done => "Finishing".to_owned(),
    }
}

fn held(run: &RunRecord) -> String {
    let why = run
        .hold
        .iter()
        .map(HoldReason::sentence)
        .next()
        .unwrap_or_default();
    format!(
        "{} {why} Nothing was applied yet.",
        sentence(&capital(&planned(&run.counts)))
    )
}

fn completed(run: &RunRecord) -> String {
    let counts = &run.counts;
    if run.kind == RunKind::TestSync {
        return test_sync(run);
    }
    let looks = only_looks(run.kind);
    let mut parts = Vec::new();
    if counts.failed > 0 {
        parts.push(format!(
            "{} could not be written",
            plural(counts.failed, "change", "changes")
        ));
    }
    parts.extend(parts_of(
        counts,
        if looks {
            ChangeKind::would_label
        } else {
            ChangeKind::done_label
        },
    ));
    let mut text = if parts.is_empty() && !run.kind.reads_everybody() {
        "Nothing to change: the account is as the directory says.".to_owned()
    } else if parts.is_empty() {
        format!(
            "Nothing to change: {} are as the directory says.",
            people(counts.in_scope)
        )
    } else {
        format!("{}.", capital(&parts.join(", ")))
    };
    if looks {
        text.push_str(" This was a preview; nothing was written.");
    }
    with_warnings(text, run)
}

fn test_sync(run: &RunRecord) -> String {
    let counts = &run.counts;
    let text = if counts.read == 0 {
        "Connected, but the directory returned nobody.".to_owned()
    } else if counts.in_scope == 0 {
        // C-23
        format!(
            "Connected, but of {} nobody is in the security groups.",
            people(counts.read)
        )
    } else {
        format!(
            "{} found, {} in the security groups.",
            people(counts.read),
            thousands(counts.in_scope)
        )
    };
    with_warnings(format!("{text} Nothing was written to People."), run)
}

fn with_warnings(text: String, run: &RunRecord) -> String {
    match run.warnings.as_slice() {
        [] => text,
        [one] => format!("{} {text}", sentence(one)),
        [one, rest @ ..] => format!("{} And {} more. {text}", sentence(one), rest.len()),
    }
}

/// After a run that did not reach its end: what is as it was, and what is not.
fn what_stands(run: &RunRecord) -> String {
    let counts = &run.counts;
    if run.phase != RunPhase::Apply || counts.applied == 0 {
        return "Nothing was written to People.".to_owned();
    }
    format!(
        "{} of {} had been applied and stay; the next run does the rest.",
        thousands(counts.applied),
        plural(counts.to_apply, "change", "changes")
    )
}

/// A held run that was rejected never got further than the guard.
fn was_rejected(run: &RunRecord) -> bool {
    !run.hold.is_empty() && !only_looks(run.kind) && run.accepted_by.is_none()
}

/// "3 would be blocked, 12 would be created"; "nothing would change".
fn planned(counts: &RunCounts) -> String {
    let parts: Vec<String> = parts_of(counts, ChangeKind::would_label).collect();
    if parts.is_empty() {
        "nothing would change".to_owned()
    } else {
        parts.join(", ")
    }
}

fn parts_of(counts: &RunCounts, label: fn(ChangeKind) -> &'static str) -> impl Iterator<Item = String> {
    WORST_FIRST
        .iter()
        .filter(|kind| counts.of(**kind) > 0)
        .map(move |kind| {
            let (n, words) = (counts.of(*kind), label(*kind));
            let words = if n == 1 {
                words.replacen("need ", "needs ", 1)
            } else {
                words.to_owned()
            };
            format!("{} {words}", thousands(n))
        })
}

/// A reason why a run is held, or why it would be.
pub(super) fn hold_sentence(kind: RunKind, reason: &HoldReason) -> String {
    match reason {
        HoldReason::FirstRun if only_looks(kind) => {
            "The first run that writes is held, so that you can look at its list before anything is applied."
                .to_owned()
        }
        HoldReason::SettingsChanged if only_looks(kind) => {
            "Settings changed since the last run, so the next one is held until you have looked at its list."
                .to_owned()
        }
        other => other.sentence(),
    }
}

/// The phases a kind of run goes through.
fn phases(kind: RunKind) -> &'static [RunPhase] {
    if only_looks(kind) {
        &[RunPhase::Read, RunPhase::Compare, RunPhase::Guard, RunPhase::Done]
    } else {
        &[
            RunPhase::Read,
            RunPhase::Compare,
            RunPhase::Guard,
            RunPhase::Apply,
            RunPhase::Done,
        ]
    }
}

/// The steps of a run: what is done, what goes on, what was not reached.
pub(super) fn rail(run: &RunRecord) -> Vec<RailStep> {
    phases(run.kind)
        .iter()
        .map(|phase| {
            let progress = progress(run, *phase);
            RailStep {
                phase: *phase,
                progress,
                words: step_words(run, *phase, progress),
            }
        })
        .collect()
}

fn progress(run: &RunRecord, phase: RunPhase) -> StepProgress {
    match phase.cmp(&run.phase) {
        std::cmp::Ordering::Less => StepProgress::Done,
        std::cmp::Ordering::Equal => match run.state {
            RunState::Running | RunState::Held => StepProgress::Now,
            RunState::Completed | RunState::CompletedWithProblems => StepProgress::Done,
            _ => StepProgress::NotRun,
        },
        std::cmp::Ordering::Greater => StepProgress::NotRun,
    }
}

fn step_words(run: &RunRecord, phase: RunPhase, progress: StepProgress) -> String {
    match progress {
        StepProgress::Done => found(run, phase),
        StepProgress::Now if run.state == RunState::Held => "Held for your decision".to_owned(),
        StepProgress::Now => under_way(run),
        StepProgress::NotRun if phase == run.phase => match run.state {
            RunState::Queued => "Waiting".to_owned(),
            RunState::Cancelled if was_rejected(run) => "Rejected".to_owned(),
            _ if phase == RunPhase::Apply && run.counts.applied > 0 => format!(
                "Stopped here: {} of {} applied",
                thousands(run.counts.applied),
                thousands(run.counts.to_apply)
            ),
            _ => "Stopped here".to_owned(),
        },
        StepProgress::NotRun if run.state.is_final() => "Not run".to_owned(),
        StepProgress::NotRun => "Not yet".to_owned(),
    }
}

/// What a finished phase found.
fn found(run: &RunRecord, phase: RunPhase) -> String {
    let counts = &run.counts;
    match phase {
        RunPhase::Read if !run.kind.reads_everybody() => match (counts.read, counts.in_scope) {
            (0, _) => "Not in the directory any more".to_owned(),
            (_, 0) => "Found, in no security group".to_owned(),
            _ => "Found, in scope".to_owned(),
        },
        RunPhase::Read => {
            format!(
                "{}, complete; {} in scope",
                people(counts.read),
                thousands(counts.in_scope)
            )
        }
        RunPhase::Compare => {
            let changes: u64 = ChangeKind::ALL
                .iter()
                .filter(|kind| kind.writes())
                .map(|kind| counts.of(*kind))
                .sum();
            format!(
                "{}, {} unchanged",
                if changes == 0 {
                    "No changes".to_owned()
                } else {
                    plural(changes, "change", "changes")
                },
                thousands(counts.unchanged)
            )
        }
        RunPhase::Guard => match (&run.accepted_by, run.hold.as_slice()) {
            (Some(by), _) => format!("Accepted by {by}"),
            (None, []) => "Within the safety limits".to_owned(),
            (None, _) if only_looks(run.kind) => "A real run would be held".to_owned(),
            (None, _) => "Held".to_owned(),
        },
        RunPhase::Apply if counts.to_apply == 0 => "Nothing to apply".to_owned(),
        RunPhase::Apply => {
            let applied = format!(
                "{} of {} applied",
                thousands(counts.applied),
                plural(counts.to_apply, "change", "changes")
            );
            if counts.failed == 0 {
                applied
            } else {
                format!("{applied}, {} failed", thousands(counts.failed))
            }
        }
        RunPhase::Done => match (run.started_at, run.finished_at) {
            (Some(from), Some(to)) => format!("After {}", took(from, to)),
            _ => "Done".to_owned(),
        },
    }
}

fn people(n: u64) -> String {
    plural(n, "person", "people")
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) {
        text.to_owned()
    } else {
        format!("{text}.")
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests;
