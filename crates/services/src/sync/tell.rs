//! What people are told of runs: held ones, and those that had problems. Of a trouble that goes on, once.

use std::collections::BTreeSet;

use domain::CustomerId;
use domain::connection::Advice;
use domain::notices::Topic;
use domain::sync::{HoldReason, RunState};
use sha2::{Digest, Sha256};
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
        // Whatever it read or wrote may be what an approved mapping was checked beside.
        self.tell_drifted(tx, customer).await?;
        if !run.kind.applies() || !run.kind.reads_everybody() {
            return Ok(());
        }
        let Some((trouble, title, text)) = trouble(run, state, problem) else {
            return Ok(());
        };
        let number = run.number;
        // Some warnings come with every run: a run that had only those is the end of a failure, not of problems.
        let with_problems = state != RunState::CompletedWithProblems;
        let since = store::run_list::last_good(tx, customer, number, with_problems).await?;
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
    run: &RunRecord,
    state: RunState,
    problem: Option<&Advice>,
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
            let mut text = run.warnings.clone();
            text.push("Everybody else was updated. The run names each person and the reason.".to_owned());
            let what = kinds(&run.warnings, run.counts.failed > 0);
            Some((format!("problems:{what}"), "completed with problems", text))
        }
        _ => None,
    }
}

/// A short digest of which kinds of problems a run had: how many, and which names, makes no other kind.
fn kinds(warnings: &[String], changes_failed: bool) -> String {
    let kinds: BTreeSet<String> = warnings.iter().map(|warning| kind(warning)).collect();
    let mut hash = Sha256::new();
    hash.update([u8::from(changes_failed)]);
    for kind in kinds {
        hash.update(kind.as_bytes());
        hash.update([0]);
    }
    domain::text::hex(hash.finalize().get(..6).unwrap_or_default())
}

/// A warning without what differs from run to run: numbers, and what stands in quotation marks.
fn kind(warning: &str) -> String {
    let mut is_name = false;
    warning
        .chars()
        .filter(|letter| {
            is_name = (is_name || *letter == '“') && *letter != '”';
            !is_name && !letter.is_numeric()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::kinds;

    #[test]
    fn problems_are_the_same_whatever_they_name_and_count() {
        let one = |warning: &str| kinds(&[warning.to_owned()], false);
        let hidden = one("The group “Sales” hides its members.");
        assert_eq!(hidden, one("The group “Sales 2” hides its members."));
        assert_ne!(hidden, one("The group “Sales” is gone."));
        assert_eq!(one("Texts: 2, such as “a”."), one("Texts: 14, such as “b”."));
        let both = [
            "The group “A” is gone.".to_owned(),
            "The group “B” is gone.".to_owned(),
        ];
        assert_eq!(kinds(&both, false), one("The group “C” is gone."));
        assert_ne!(kinds(&both, true), kinds(&both, false), "changes failed, too");
    }
}
