//! The worker.

use domain::text::chain;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::{Clock, CustomerId};
use store::jobs::ClaimedJob;
use store::{Db, StoreError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::Lease;

/// Wakes the workers of this process when something was put into the queue; others find it at their next look.
#[derive(Clone, Debug, Default)]
pub struct Wake(Arc<Notify>);

impl Wake {
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// What a handler is given.
#[derive(Clone, Debug)]
pub struct Job {
    pub kind: String,
    pub subject: String,
    pub customer: Option<CustomerId>,
    /// 1 for the first try.
    pub attempt: i64,
    /// No further try follows this one.
    pub last_attempt: bool,
    /// All tries are used up and the last one panicked, or its process died: note that, do not work.
    pub exhausted: bool,
}

/// Why a job did not end well: the error says what happens next.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// May work later: tried again after a growing pause, until its tries are used up.
    #[error("{what}, to be tried again")]
    Retry { what: String },
    /// Will not work however often.
    #[error("{what}")]
    Fail { what: String },
    /// Stopped because the lease was lost or the process goes down: given back, and the try does not count.
    #[error("stopped")]
    Stopped,
}

/// The business of jobs, given by the composition root.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    async fn run(&self, job: &Job, lease: &Lease) -> Result<(), JobError>;
    /// Called about once a minute by one worker of each process: schedules, and what was left behind.
    async fn tick(&self) -> Result<(), JobError>;
}

/// How a runner works.
#[derive(Clone, Debug)]
pub struct RunnerOptions {
    /// Jobs at once in this process.
    pub workers: usize,
    pub lease: Duration,
    /// How long to sleep when nothing is due.
    pub poll: Duration,
    pub tick: Duration,
    /// The kind of jobs of which only one is worked on at a time: those that wait for somebody outside, and must not
    /// keep every worker waiting. Empty: there is none.
    pub alone: String,
    /// Names this process in the queue.
    pub owner: String,
}

impl Default for RunnerOptions {
    fn default() -> Self {
        Self {
            workers: 4,
            lease: Duration::from_secs(30),
            poll: Duration::from_secs(1),
            tick: Duration::from_mins(1),
            alone: String::new(),
            owner: "usersync".to_owned(),
        }
    }
}

/// Runs jobs until told to stop.
pub struct Runner {
    db: Db,
    clock: Arc<dyn Clock>,
    handler: Arc<dyn Handler>,
    wake: Wake,
    options: RunnerOptions,
}

impl Runner {
    pub fn new(
        db: Db,
        clock: Arc<dyn Clock>,
        handler: Arc<dyn Handler>,
        wake: Wake,
        options: RunnerOptions,
    ) -> Arc<Self> {
        Arc::new(Self {
            db,
            clock,
            handler,
            wake,
            options,
        })
    }

    /// Works until `stop` is cancelled and everything under way has been given back.
    pub async fn run(self: Arc<Self>, stop: CancellationToken) {
        let tasks = TaskTracker::new();
        for _ in 0..self.options.workers {
            tasks.spawn(Arc::clone(&self).work(stop.clone()));
        }
        tasks.spawn(Arc::clone(&self).tick(stop.clone()));
        tasks.close();
        tasks.wait().await;
    }

    async fn tick(self: Arc<Self>, stop: CancellationToken) {
        loop {
            if let Err(error) = self.handler.tick().await {
                tracing::error!(error = %error, "the queue's housekeeping failed");
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.options.tick) => {}
            }
        }
    }

    async fn work(self: Arc<Self>, stop: CancellationToken) {
        while !stop.is_cancelled() {
            // Interest is registered before the look, so that no wake-up in between is lost.
            let woken = self.wake.0.notified();
            match self.claim().await {
                Ok(Some(job)) => self.run_one(job, &stop).await,
                Ok(None) => {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = woken => {}
                        () = tokio::time::sleep(self.options.poll) => {}
                    }
                }
                Err(error) => {
                    tracing::error!(error = chain(&error), "the queue cannot be read");
                    tokio::select! {
                        () = stop.cancelled() => {}
                        () = tokio::time::sleep(self.options.poll * 5) => {}
                    }
                }
            }
        }
    }

    async fn claim(&self) -> Result<Option<ClaimedJob>, StoreError> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let options = &self.options;
        let job =
            store::jobs::claim(&mut tx, &options.owner, &options.alone, now, now + options.lease).await?;
        tx.commit().await?;
        Ok(job)
    }

    async fn run_one(&self, claimed: ClaimedJob, stop: &CancellationToken) {
        let lease = Lease {
            job: claimed.id,
            fence: claimed.fence,
            length: self.options.lease,
            clock: Arc::clone(&self.clock),
            stop: stop.child_token(),
        };
        let job = Job {
            kind: claimed.kind.clone(),
            subject: claimed.subject.clone(),
            customer: claimed.customer,
            attempt: claimed.attempt,
            last_attempt: claimed.attempt >= claimed.max_attempts,
            exhausted: claimed.attempt > claimed.max_attempts,
        };
        tracing::info!(kind = job.kind, job = %claimed.id, attempt = job.attempt, "job started");
        let ended = {
            let renewing = self.renew(&lease);
            let handler = Arc::clone(&self.handler);
            let (inner, held) = (job.clone(), lease.clone());
            // A task of its own, so that a panic ends this job and not the worker.
            let mut running = tokio::spawn(async move { handler.run(&inner, &held).await });
            tokio::pin!(renewing);
            let joined = tokio::select! {
                joined = &mut running => joined,
                () = &mut renewing => {
                    lease.stop.cancel();
                    running.await
                }
            };
            joined
        };
        // The text of a panic may hold somebody's data; the panic hook has logged the place.
        let panicked = ended.is_err();
        let ended = ended.unwrap_or_else(|_| {
            Err(JobError::Retry {
                what: "the job panicked".to_owned(),
            })
        });
        metrics::counter!("usersync_jobs_total", "kind" => claimed.kind.clone(),
            "result" => if ended.is_ok() { "done" } else { "not_done" })
        .increment(1);
        if let Err(error) = self.settle(&claimed, ended, panicked).await {
            tracing::error!(job = %claimed.id, error = chain(&error), "the end of a job could not be noted");
        }
    }

    /// Renews the lease every third of its length; returns when it is lost.
    async fn renew(&self, lease: &Lease) {
        loop {
            tokio::time::sleep(self.options.lease / 3).await;
            let renewed = async {
                let mut tx = self.db.begin().await?;
                lease.hold(&mut tx).await?;
                tx.commit().await
            };
            match renewed.await {
                Ok(()) => {}
                Err(StoreError::Stale { .. }) => return,
                Err(error) => {
                    tracing::warn!(job = %lease.job, error = chain(&error), "a lease could not be renewed");
                }
            }
        }
    }

    async fn settle(
        &self,
        job: &ClaimedJob,
        ended: Result<(), JobError>,
        panicked: bool,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        // A last try that panicked had no time to note what becomes of its subject: it is handed out once more, as used up.
        let tries = job.max_attempts + i64::from(panicked);
        let mut tx = self.db.begin().await?;
        let noted = match &ended {
            Ok(()) => store::jobs::finish(&mut tx, job.id, job.fence, None, now).await,
            Err(JobError::Stopped) => {
                store::jobs::give_back(&mut tx, job.id, job.fence, now, None, true).await
            }
            Err(JobError::Retry { what }) if job.attempt < tries => {
                tracing::warn!(kind = job.kind, job = %job.id, what, "job to be tried again");
                let at = now + pause(job.attempt);
                store::jobs::give_back(&mut tx, job.id, job.fence, at, Some(what), false).await
            }
            Err(JobError::Retry { what } | JobError::Fail { what }) => {
                tracing::error!(kind = job.kind, job = %job.id, what, "job failed");
                store::jobs::finish(&mut tx, job.id, job.fence, Some(what), now).await
            }
        };
        match noted {
            Ok(()) => tx.commit().await,
            // The lease is lost: whoever has the job now decides.
            Err(StoreError::Stale { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// 2 s, 4 s, 8 s ... at most five minutes.
fn pause(attempt: i64) -> Duration {
    let exponent = u32::try_from(attempt.clamp(1, 9)).unwrap_or(1);
    Duration::from_secs(2_u64.saturating_pow(exponent).min(300))
}
