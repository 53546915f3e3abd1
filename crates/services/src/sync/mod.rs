//! The sync itself: read, compare, guard, apply. Test sync, preview and the real run are the same code; they differ
//! only in where they stop.
//!
//! A run is a row that walks through its phases; the worker may die between any two statements. Reading goes on at
//! the page, comparing starts over (it only writes the plan), applying goes on at the chunk. No transaction is open
//! while a provider is called, and every transaction proves the lease of the job first.

mod apply;
mod compare;
pub(crate) mod comparison;
pub(crate) mod control;
mod guard;
mod licences;
mod managers;
pub(crate) mod plan;
mod read;
mod read_changes;
mod read_groups;
mod read_person;
pub(crate) mod stop;
mod tell;

use std::time::Duration;

use chrono::TimeDelta;
use domain::connection::Advice;
use domain::profile::ProfileFields;
use domain::settings::SyncSettings;
use domain::sync::{RunCounts, RunPhase, RunState};
use domain::{Actor, CustomerId};
use jobs::{Job, JobError, Lease};
use store::runs::{Ending, RunRecord};
use store::statistics::Filled;
use store::{StoreError, Tx};
use tokio_util::sync::CancellationToken;

use crate::{ServiceError, Services};
pub(crate) use apply::{account_write, keys_of};
pub(crate) use control::passes_the_gate;
pub(crate) use managers::other_managers;
use stop::Stop;

/// The kind of the job that works on a run.
pub const RUN_JOB: &str = "sync-run";
/// What the subject of such a job begins with; the run's number follows.
pub const RUN_SUBJECT: &str = "run:";

/// How long ended jobs are kept. The history is in their runs.
const KEEP_JOBS: TimeDelta = TimeDelta::days(30);

/// What the store calls the things whose loss means that somebody else has the run now.
const LEASE: &str = "the job's lease";
const RUN: &str = "the run";

/// How often a worker looks whether somebody asked it to stop.
const CANCEL_POLL: Duration = Duration::from_millis(500);

/// A run in a worker's hands.
struct Running<'a> {
    services: &'a Services,
    lease: &'a Lease,
    customer: CustomerId,
    run: RunRecord,
    settings: SyncSettings,
    /// The fields the profiles of this People directory have.
    fields: ProfileFields,
    counts: RunCounts,
    warnings: Vec<String>,
    /// Cancelled when a person cancels, when the lease is lost and when the process goes down.
    cancel: CancellationToken,
}

impl Services {
    /// Works on a run until it ends, is held, or this process must stop.
    pub async fn work_on_run(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        let Some((customer, number)) = job.customer.zip(
            job.subject
                .strip_prefix(RUN_SUBJECT)
                .and_then(|number| number.parse::<i64>().ok()),
        ) else {
            return Err(JobError::Fail {
                what: "a sync job without a run".to_owned(),
            });
        };
        let Some(mut running) = self
            .take_up(customer, number, lease)
            .await
            .map_err(|error| retry(&error))?
        else {
            return Ok(());
        };
        if job.exhausted {
            return running
                .end_as(RunState::Interrupted, None)
                .await
                .map_err(|error| retry(&error));
        }
        let watch = watch_for_cancel(
            self.clone(),
            customer,
            running.run.clone(),
            running.cancel.clone(),
        );
        let worked = tokio::select! {
            worked = running.work() => worked,
            // `work` stops by itself at the next safe point; this arm only keeps the watch alive.
            never = watch => match never {},
        };
        match worked {
            Ok(()) => Ok(()),
            Err(stop) => running.stopped(stop, job.last_attempt).await,
        }
    }

    /// Takes a run up: marks it as running. `None` when there is nothing to do any more.
    async fn take_up<'a>(
        &'a self,
        customer: CustomerId,
        number: i64,
        lease: &'a Lease,
    ) -> Result<Option<Running<'a>>, ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let Some(run) = store::runs::by_number(&mut tx, customer, number).await? else {
            return Ok(None);
        };
        if run.state.is_final() || run.state == RunState::Held {
            return Ok(None);
        }
        let mut run = run;
        let settings = store::settings::find(&mut tx, customer, run.directory)
            .await?
            .ok_or(StoreError::Stale { what: "the settings" })?
            .settings;
        let fields = store::profile_fields::all(&mut tx, customer).await?;
        store::runs::start(&mut tx, customer, run.id, self.now()).await?;
        // S-06: what was read or compared under other settings counts for nothing. Applying an accepted list needs
        // none.
        if settings.version != run.settings_version && run.phase != RunPhase::Apply {
            store::changes::forget(&mut tx, customer, run.id).await?;
            store::snapshot::forget_pages(&mut tx, customer, run.id).await?;
            store::runs::restart(&mut tx, customer, run.id, settings.version).await?;
            (run.settings_version, run.phase) = (settings.version, RunPhase::Read);
        }
        tx.commit().await?;
        let (counts, warnings) = (run.counts, run.warnings.clone());
        let cancel = lease.stop().child_token();
        Ok(Some(Running {
            services: self,
            lease,
            customer,
            run,
            settings,
            fields,
            counts,
            warnings,
            cancel,
        }))
    }

    /// Housekeeping: runs whose job is gone are ended as interrupted, so that none stays "running" for ever (H-03);
    /// ended jobs are forgotten after a month. Gives the number of runs ended.
    pub async fn end_abandoned_runs(&self) -> Result<u64, ServiceError> {
        let mut tx = self.db().begin().await?;
        let abandoned = store::runs::abandoned(&mut tx, RUN_SUBJECT).await?;
        let mut ended = 0;
        for (customer, id) in abandoned {
            let Some(run) = store::runs::find(&mut tx, customer, id).await? else {
                continue;
            };
            let ending = Ending {
                state: RunState::Interrupted,
                phase: run.phase,
                counts: &run.counts,
                problem: None,
            };
            store::changes::drop_rest(&mut tx, customer, id).await?;
            store::snapshot::forget_pages(&mut tx, customer, id).await?;
            store::runs::finish(&mut tx, customer, id, &ending, self.now()).await?;
            self.tell_ended(&mut tx, customer, &run, ending.state, None)
                .await?;
            ended += 1;
        }
        store::jobs::purge(&mut tx, self.now() - KEEP_JOBS).await?;
        tx.commit().await?;
        Ok(ended)
    }
}

impl Running<'_> {
    async fn work(&mut self) -> Result<(), Stop> {
        if self.run.cancel_requested {
            return Err(Stop::Cancelled);
        }
        if self.run.phase == RunPhase::Read {
            self.read().await?;
        }
        if self.run.phase == RunPhase::Compare {
            store::statistics::refresh(self.services.db(), Filled::Snapshot, self.counts.read).await;
            self.compare().await?;
        }
        if self.run.phase == RunPhase::Guard && self.guard().await? {
            return Ok(());
        }
        if self.run.phase == RunPhase::Apply {
            self.apply().await?;
        }
        let problems = self.counts.failed > 0 || !self.warnings.is_empty();
        let state = if problems {
            RunState::CompletedWithProblems
        } else {
            RunState::Completed
        };
        self.run.phase = RunPhase::Done;
        self.end_as(state, None).await?;
        Ok(())
    }

    /// Begins a unit of work under the lease: whoever lost it gets no further (H-03).
    async fn begin(&self) -> Result<Tx, Stop> {
        let mut tx = self.services.db().begin().await?;
        self.lease.hold(&mut tx).await?;
        Ok(tx)
    }

    /// Goes on to a phase, in the unit of work that ends the one before.
    async fn enter(&mut self, tx: &mut Tx, phase: RunPhase) -> Result<(), Stop> {
        store::runs::enter(tx, self.customer, self.run.id, phase, &self.counts).await?;
        self.run.phase = phase;
        Ok(())
    }

    /// A safe point: nothing is half done here.
    fn check_cancel(&self) -> Result<(), Stop> {
        if self.cancel.is_cancelled() {
            Err(self.why_cancelled())
        } else {
            Ok(())
        }
    }

    fn why_cancelled(&self) -> Stop {
        if self.lease.stop().is_cancelled() {
            Stop::Interrupted
        } else {
            Stop::Cancelled
        }
    }

    /// Notes something that went wrong without stopping the run.
    async fn warn(&mut self, tx: &mut Tx, sentence: String) -> Result<(), Stop> {
        if !self.warnings.contains(&sentence) {
            self.warnings.push(sentence);
            store::runs::warn(tx, self.customer, self.run.id, &self.warnings).await?;
        }
        Ok(())
    }

    async fn end_as(&self, state: RunState, problem: Option<&Advice>) -> Result<(), ServiceError> {
        let mut tx = self.services.db().begin().await?;
        self.lease.hold(&mut tx).await?;
        let (customer, run) = (self.customer, &self.run);
        if state != RunState::Completed && state != RunState::CompletedWithProblems {
            store::changes::drop_rest(&mut tx, customer, run.id).await?;
        }
        store::snapshot::forget_pages(&mut tx, customer, run.id).await?;
        let ending = Ending {
            state,
            phase: run.phase,
            counts: &self.counts,
            problem,
        };
        store::runs::finish(&mut tx, customer, run.id, &ending, self.services.now()).await?;
        let applied =
            run.kind.applies() && matches!(state, RunState::Completed | RunState::CompletedWithProblems);
        // Settings that were looked at for one person were not looked at for everybody (S-03, S-06).
        if applied && run.kind.reads_everybody() {
            store::settings::accept(&mut tx, customer, run.directory, run.settings_version).await?;
        }
        let actor = Actor::system("Sync");
        let details = serde_json::json!({ "state": state.code(), "kind": run.kind.code(),
            "phase": run.phase.code(), "counts": self.counts });
        self.services
            .record(
                &mut tx,
                &actor,
                Some(customer),
                "run.end",
                &run.number.to_string(),
                &details,
            )
            .await?;
        let run = RunRecord {
            warnings: self.warnings.clone(),
            counts: self.counts,
            ..run.clone()
        };
        self.services
            .tell_ended(&mut tx, customer, &run, state, problem)
            .await?;
        tx.commit().await?;
        metrics::counter!("usersync_runs_total", "kind" => run.kind.code(), "state" => state.code())
            .increment(1);
        Ok(())
    }

    async fn stopped(&mut self, stop: Stop, last_attempt: bool) -> Result<(), JobError> {
        let ended = match stop {
            Stop::Interrupted => return Err(JobError::Stopped),
            Stop::Cancelled => self.end_as(RunState::Cancelled, None).await,
            Stop::Refused(advice) => self.end_as(RunState::Failed, Some(&advice)).await,
            Stop::Provider(error) => {
                tracing::warn!(customer = %self.customer, run = self.run.number,
                    error = domain::text::chain(&error), "the provider could not be read");
                self.end_as(RunState::Failed, Some(&error.advice())).await
            }
            Stop::Store(StoreError::Stale { what }) if what == LEASE || what == RUN => {
                tracing::warn!(customer = %self.customer, run = self.run.number, what, "lost");
                return Err(JobError::Stopped);
            }
            Stop::Store(error) if error.is_transient() && !last_attempt => {
                return Err(JobError::Retry {
                    what: domain::text::chain(&error),
                });
            }
            Stop::Store(error) => {
                tracing::error!(customer = %self.customer, run = self.run.number,
                    error = domain::text::chain(&error), "the run failed");
                self.end_as(RunState::Failed, Some(&stop::our_fault(self.run.number)))
                    .await
            }
            Stop::Service(error) => {
                tracing::error!(customer = %self.customer, run = self.run.number,
                    error = domain::text::chain(&error), "the run failed");
                self.end_as(RunState::Failed, Some(&stop::our_fault(self.run.number)))
                    .await
            }
        };
        ended.map_err(|error| retry(&error))
    }
}

/// Looks now and then whether somebody asked the run to stop; never returns.
async fn watch_for_cancel(
    services: Services,
    customer: CustomerId,
    run: RunRecord,
    cancel: CancellationToken,
) -> std::convert::Infallible {
    loop {
        tokio::time::sleep(CANCEL_POLL).await;
        let asked = async {
            let mut tx = services.db().read().await?;
            store::runs::cancel_requested(&mut tx, customer, run.id).await
        };
        match asked.await {
            Ok(true) => {
                cancel.cancel();
                std::future::pending::<()>().await;
            }
            Ok(false) => {}
            Err(error) => tracing::warn!(
                error = domain::text::chain(&error),
                "cannot look for a cancellation"
            ),
        }
    }
}

fn retry(error: &ServiceError) -> JobError {
    match error {
        ServiceError::Store(StoreError::Stale { what }) if *what == LEASE => JobError::Stopped,
        other => JobError::Retry {
            what: domain::text::chain(other),
        },
    }
}
