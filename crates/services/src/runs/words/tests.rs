use domain::connection::Advice;

use super::*;

fn run(kind: RunKind, state: RunState, phase: RunPhase, counts: RunCounts) -> RunRecord {
    RunRecord {
        id: "019a0000-0000-7000-8000-000000000001".parse().expect("an id"),
        number: 7,
        directory: "019a0000-0000-7000-8000-000000000002".parse().expect("an id"),
        kind,
        state,
        phase,
        settings_version: 1,
        started_by: "Anna".into(),
        accepted_by: None,
        cancel_requested: false,
        counts,
        hold: Vec::new(),
        problem: None,
        warnings: Vec::new(),
        queued_at: "2026-03-03T09:00:00Z".parse().expect("a moment"),
        started_at: Some("2026-03-03T09:00:01Z".parse().expect("a moment")),
        person: None,
        finished_at: state
            .is_final()
            .then(|| "2026-03-03T09:00:03.5Z".parse().expect("a moment")),
    }
}

fn counts() -> RunCounts {
    RunCounts {
        read: 1_262,
        in_scope: 812,
        unchanged: 790,
        created: 12,
        updated: 5,
        blocked: 3,
        disputed: 1,
        skipped: 2,
        to_apply: 20,
        ..RunCounts::default()
    }
}

fn steps(run: &RunRecord) -> Vec<(String, String)> {
    rail(run)
        .into_iter()
        .map(|step| (step.progress.code().to_owned(), step.words))
        .collect()
}

fn words(run: &RunRecord) -> Vec<String> {
    steps(run).into_iter().map(|(_, words)| words).collect()
}

#[test]
fn h_09_a_verdict_begins_with_the_worst() {
    let mut done = run(
        RunKind::Manual,
        RunState::CompletedWithProblems,
        RunPhase::Done,
        counts(),
    );
    done.counts.failed = 2;
    assert_eq!(
        headline(&done),
        "2 changes could not be written, 3 blocked, 1 needs a decision, 12 created, 5 updated, 2 skipped."
    );
    done.warnings = vec!["The group Sales could not be read".into(), "x".into()];
    assert!(headline(&done).starts_with("The group Sales could not be read. And 1 more. 2 changes"));
}

#[test]
fn nothing_to_change_is_said_plainly() {
    let quiet = RunCounts {
        read: 1_262,
        in_scope: 812,
        unchanged: 812,
        ..RunCounts::default()
    };
    let done = run(RunKind::Scheduled, RunState::Completed, RunPhase::Done, quiet);
    assert_eq!(
        headline(&done),
        "Nothing to change: 812 people are as the directory says."
    );
    assert_eq!(
        words(&done),
        [
            "1,262 people, complete; 812 in scope",
            "No changes, 812 unchanged",
            "Within the safety limits",
            "Nothing to apply",
            "After 2.5 s"
        ]
    );
}

#[test]
fn a_preview_says_would_and_that_nothing_was_written() {
    let mut preview = run(RunKind::Simulation, RunState::Completed, RunPhase::Done, counts());
    preview.hold = vec![HoldReason::FirstRun];
    assert_eq!(
        headline(&preview),
        "3 would be blocked, 1 needs a decision, 12 would be created, 5 would be updated, 2 would be skipped. \
         This was a preview; nothing was written."
    );
    assert_eq!(
        words(&preview),
        [
            "1,262 people, complete; 812 in scope",
            "20 changes, 790 unchanged",
            "A real run would be held",
            "After 2.5 s"
        ]
    );
    assert!(hold_sentence(RunKind::Simulation, &HoldReason::FirstRun).starts_with("The first run"));
}

#[test]
fn h_12_a_test_sync_tells_what_was_found() {
    let done = run(RunKind::TestSync, RunState::Completed, RunPhase::Done, counts());
    assert_eq!(
        headline(&done),
        "1,262 people found, 812 in the security groups. Nothing was written to People."
    );
}

#[test]
fn c_23_nobody_in_scope_is_no_success() {
    let nobody = RunCounts {
        read: 40,
        ..RunCounts::default()
    };
    let done = run(RunKind::TestSync, RunState::Completed, RunPhase::Done, nobody);
    assert_eq!(
        headline(&done),
        "Connected, but of 40 people nobody is in the security groups. Nothing was written to People."
    );
    let empty = run(
        RunKind::TestSync,
        RunState::Completed,
        RunPhase::Done,
        RunCounts::default(),
    );
    assert!(headline(&empty).starts_with("Connected, but the directory returned nobody."));
}

#[test]
fn s_01_a_held_run_says_what_would_happen_and_why_it_waits() {
    let mut held = run(RunKind::Manual, RunState::Held, RunPhase::Guard, counts());
    held.hold = vec![HoldReason::TooMany {
        kind: ChangeKind::Block,
        count: 3,
        limit: 2,
    }];
    assert_eq!(
        headline(&held),
        "3 would be blocked, 1 needs a decision, 12 would be created, 5 would be updated, 2 would be skipped. \
         3 would be blocked. The limit is 2. Nothing was applied yet."
    );
    let steps = steps(&held);
    assert_eq!(steps[2], ("now".to_owned(), "Held for your decision".to_owned()));
    assert_eq!(steps[3], ("not_run".to_owned(), "Not yet".to_owned()));
}

#[test]
fn s_05_a_rejected_run_is_not_called_cancelled() {
    let mut rejected = run(RunKind::Manual, RunState::Cancelled, RunPhase::Guard, counts());
    rejected.hold = vec![HoldReason::FirstRun];
    assert!(headline(&rejected).starts_with("Rejected: 3 would be blocked"));
    assert_eq!(steps(&rejected)[2].1, "Rejected");
    rejected.state = RunState::Queued;
    rejected.phase = RunPhase::Apply;
    rejected.accepted_by = Some("Bea".into());
    assert_eq!(headline(&rejected), "Accepted; waiting to be applied.");
    assert_eq!(steps(&rejected)[2].1, "Accepted by Bea");
    assert_eq!(steps(&rejected)[3].1, "Waiting");
}

#[test]
fn a_failed_run_says_the_problem_and_what_stands() {
    let advice = Advice {
        problem: "The client secret expired".into(),
        cure: "Make a new one.".into(),
        field: None,
        permission: None,
        code: None,
    };
    let mut failed = run(
        RunKind::Manual,
        RunState::Failed,
        RunPhase::Read,
        RunCounts::default(),
    );
    failed.problem = Some(advice);
    assert_eq!(
        headline(&failed),
        "The client secret expired. Nothing was written to People."
    );
    assert_eq!(
        words(&failed),
        ["Stopped here", "Not run", "Not run", "Not run", "Not run"]
    );

    failed.phase = RunPhase::Apply;
    failed.counts = RunCounts {
        applied: 8,
        ..counts()
    };
    assert_eq!(
        headline(&failed),
        "The client secret expired. 8 of 20 changes had been applied and stay; the next run does the rest."
    );
    assert_eq!(
        steps(&failed)[3],
        ("not_run".to_owned(), "Stopped here: 8 of 20 applied".to_owned())
    );
}

#[test]
fn h_03_every_state_has_a_verdict_and_a_rail() {
    for kind in RunKind::ALL {
        for state in RunState::ALL {
            for phase in RunPhase::ALL {
                let run = run(*kind, *state, *phase, counts());
                let text = headline(&run);
                assert!(
                    text.ends_with('.') && !text.contains(".."),
                    "{kind} {state} {phase}: {text}"
                );
                let now = rail(&run)
                    .iter()
                    .filter(|step| step.progress == StepProgress::Now)
                    .count();
                let open = matches!(state, RunState::Running | RunState::Held);
                assert!(now <= usize::from(open), "{kind} {state} {phase}");
                assert!(words(&run).iter().all(|words| !words.is_empty()));
            }
        }
    }
}

#[test]
fn a_live_run_counts_up() {
    let mut live = run(
        RunKind::Manual,
        RunState::Running,
        RunPhase::Read,
        RunCounts::default(),
    );
    assert_eq!(headline(&live), "Reading people and groups.");
    live.counts.read = 1_262;
    assert_eq!(headline(&live), "Reading people and groups: 1,262 people so far.");
    live.phase = RunPhase::Apply;
    live.counts = RunCounts {
        applied: 8,
        ..counts()
    };
    assert_eq!(headline(&live), "Applying: 8 of 20 changes.");
    assert_eq!(
        steps(&live)[3],
        ("now".to_owned(), "Applying: 8 of 20 changes".to_owned())
    );
    live.cancel_requested = true;
    assert_eq!(headline(&live), "Stopping at the next safe point.");
}

#[test]
fn h_01_the_run_of_one_person_speaks_of_one_person() {
    let counts = RunCounts {
        read: 1,
        in_scope: 1,
        unchanged: 1,
        ..RunCounts::default()
    };
    let done = run(RunKind::SingleUser, RunState::Completed, RunPhase::Done, counts);
    assert_eq!(
        headline(&done),
        "Nothing to change: the account is as the directory says."
    );
    assert_eq!(words(&done)[0], "Found, in scope");
    let gone = RunCounts {
        blocked: 1,
        ..RunCounts::default()
    };
    let gone = run(RunKind::SingleUser, RunState::Completed, RunPhase::Done, gone);
    assert_eq!(words(&gone)[0], "Not in the directory any more");
    assert_eq!(headline(&gone), "1 blocked.");
}
