//! What people are told of runs: held ones, and those that had problems. Of a trouble that goes on, once.

use domain::CustomerId;
use domain::connection::Advice;
use domain::notices::Topic;
use domain::sync::{HoldReason, RunState};
use store::Tx;
use store::runs::RunRecord;

use crate::notices::Notice;
use crate::{ServiceError, Services};

impl Services {
    /// Tells that a run waits for a decision.
    pub(super) async fn tell_held(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        run: &RunRecord,
        reasons: &[HoldReason],
    ) -> Result<(), ServiceError> {
        let mut text: Vec<String> = reasons.iter().map(HoldReason::sentence).collect();
        text.push("No other run starts until this one is accepted or rejected.".to_owned());
        let number = run.number;
        let notice = Notice {
            cause: format!("run.held:{number}"),
            topic: Topic::HeldRuns,
            title: format!("Run {number} is held for a decision"),
            text,
            page: format!("runs/{number}"),
            side: None,
            author: None,
        };
        self.notify(tx, customer, &notice).await
    }

    /// Tells that a run did not end well. Runs that somebody started only to look are theirs to look at, and a trouble
    /// that goes on from run to run was told when it began: a schedule of every hour is no reason for a letter an hour.
    pub(super) async fn tell_ended(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        run: &RunRecord,
        state: RunState,
        problem: Option<&Advice>,
    ) -> Result<(), ServiceError> {
        if !run.kind.applies() || !run.kind.reads_everybody() {
            return Ok(());
        }
        let Some((trouble, title, text)) = trouble(state, problem, &run.warnings) else {
            return Ok(());
        };
        let number = run.number;
        let since = store::run_list::last_clean(tx, customer, number).await?;
        let notice = Notice {
            cause: format!("run.{trouble}:{since}"),
            topic: Topic::Failures,
            title: format!("Run {number} {title}"),
            text,
            page: format!("runs/{number}"),
            side: None,
            author: None,
        };
        self.notify(tx, customer, &notice).await
    }
}

/// What the trouble is, in a word that stays the same as long as it does; what happened; and what is known of it.
fn trouble(
    state: RunState,
    problem: Option<&Advice>,
    warnings: &[String],
) -> Option<(String, &'static str, Vec<String>)> {
    match state {
        RunState::Failed => {
            let what = problem.map_or("", |advice| advice.code.as_deref().unwrap_or(&advice.problem));
            let text = problem.map_or_else(Vec::new, |advice| {
                vec![advice.problem.clone(), advice.cure.clone()]
            });
            Some((format!("failed:{what}"), "failed", text))
        }
        RunState::Interrupted => {
            let text =
                "Its server stopped and it was not taken up again. What it had applied is in its history.";
            Some(("interrupted".to_owned(), "was interrupted", vec![text.to_owned()]))
        }
        RunState::CompletedWithProblems => {
            let mut text = warnings.to_vec();
            text.push("Everybody else was updated. The run names each person and the reason.".to_owned());
            Some(("problems".to_owned(), "completed with problems", text))
        }
        _ => None,
    }
}
