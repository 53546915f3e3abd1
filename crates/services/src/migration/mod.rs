//! The directory migration: a plan out of the approved user mapping, its rehearsal, and its run in one unit of work while
//! nobody else works in the intranet; and taking it back.
//!
//! Plans, rehearsals and runs are made by one kind of job. A plan never changes once it is ready. A run says by its state
//! whether the accounts are as before or as planned (M-08): up to `running` nothing was written, and the same commit that
//! writes everything makes it `verifying`. So a worker that dies leaves one or the other, and the next one goes on.

mod approval;
mod carry_out;
mod checks;
mod duplicates;
mod foreseen;
mod history;
mod lists;
mod make;
mod progress;
mod rail;
mod reconcile;
mod rehearse;
mod reserved;
mod run;
mod tell;
mod view;

use domain::migration::MigrationStep;
use domain::views::AccessView;
use domain::{Actor, CustomerId, Permission, UserError};
use jobs::{Job, JobError, Lease};
use store::jobs::NewJob;
use store::{StoreError, Tx};

pub(crate) use foreseen::is_changed_by_mapping;
pub(crate) use history::of_account;
pub use lists::MigrationFilter;
pub use run::MigrationStart;

pub(crate) use make::nothing_under_way;
pub(crate) use progress::Progress;

use crate::when::when;
use crate::{ServiceError, Services};

/// The kind of the job.
pub const MIGRATION_JOB: &str = "directory-migration";

/// How often a job is tried.
const TRIES: i64 = 5;
/// Accounts that are read at once.
const PAGE: i64 = 2_000;

/// Is told of every step a run begins, before its first statement: tests break a run off there. A panic is as good as the
/// death of the process.
pub type OnStep<'a> = &'a (dyn Fn(MigrationStep) + Send + Sync);

/// Why a job does not go on.
enum Stop {
    /// M-09 to M-12: something is not as it has to be; the sentence says what.
    Refused(String),
    Service(ServiceError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Stop::Service(error.into())
    }
}

/// What a user may read is why it is refused.
impl From<ServiceError> for Stop {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::User(refused) => Stop::Refused(refused.to_string()),
            other => Stop::Service(other),
        }
    }
}

impl Services {
    /// The body of the job: makes a plan, rehearses one, or carries one out.
    pub async fn work_on_migration(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        self.work_on_migration_at(job, lease, &|_| {}).await
    }

    /// The same, telling of every step.
    pub async fn work_on_migration_at(
        &self,
        job: &Job,
        lease: &Lease,
        on_step: OnStep<'_>,
    ) -> Result<(), JobError> {
        let subject = job.subject.split_once(':');
        let (Some(customer), Some((what, Ok(number)))) = (
            job.customer,
            subject.map(|(what, number)| (what, number.parse::<i64>())),
        ) else {
            return Err(JobError::Fail {
                what: "a job of the migration without a subject".to_owned(),
            });
        };
        let done = match what {
            "plan" if job.exhausted => self.give_plan_up(customer, number, lease).await,
            "plan" => self.build_plan(customer, number, lease).await,
            "rehearse" if job.exhausted => {
                return Err(JobError::Fail {
                    what: "a rehearsal that broke off again and again".to_owned(),
                });
            }
            "rehearse" => self.rehearse(customer, number, lease).await,
            _ if job.exhausted => self.give_run_up(customer, number, lease).await,
            _ => {
                self.work_on_migration_run(customer, number, (lease, on_step))
                    .await
            }
        };
        match done {
            Ok(()) => Ok(()),
            Err(error) if job.last_attempt && !is_lost(&error) => {
                tracing::error!(%customer, what, number, error = domain::text::chain(&error), "the migration failed");
                let given_up = match what {
                    "plan" => self.give_plan_up(customer, number, lease).await,
                    "rehearse" => Ok(()),
                    _ => self.give_run_up(customer, number, lease).await,
                };
                given_up.map_err(|error| retry(&error))
            }
            Err(error) => Err(retry(&error)),
        }
    }

    /// The customer whose migration this actor carries out.
    async fn migration_of(&self, tx: &mut Tx, actor: &Actor, slug: &str) -> Result<CustomerId, ServiceError> {
        let customer = self.customer(tx, actor, slug, Permission::Migrate).await?.id;
        store::customers::take_turn(tx, customer).await?;
        Ok(customer)
    }

    /// Puts work into the queue; what was there about the same is over.
    async fn queue_migration(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        subject: &str,
        run_at: domain::Timestamp,
    ) -> Result<(), ServiceError> {
        store::jobs::retire(tx, customer, MIGRATION_JOB, subject, self.now()).await?;
        let job = NewJob {
            id: self.new_id(),
            customer: Some(customer),
            kind: MIGRATION_JOB,
            subject,
            run_at,
            max_attempts: TRIES,
            dedupe_key: None,
        };
        store::jobs::enqueue(tx, &job, self.now()).await?;
        Ok(())
    }

    /// Whether the intranet of a customer lets people in, in words; anybody may ask, since whoever is kept out has no session.
    /// Of a customer there is not it says the same as of one that is open.
    pub async fn access(&self, slug: &str) -> Result<AccessView, ServiceError> {
        let now = self.now();
        let mut tx = self.db().read().await?;
        let pause = match store::customers::by_slug(&mut tx, slug).await? {
            Some(customer) => store::migration::access_pause(&mut tx, customer.id).await?,
            None => None,
        };
        let left = pause.map(|pause| (pause.until - now).num_seconds().max(0).unsigned_abs());
        Ok(AccessView {
            paused_until: pause.map(|pause| when(pause.until, now)),
            seconds: left.map_or(0, |left| left.clamp(5, 60)),
        })
    }
}

/// A refusal that is about the migration as a whole.
fn refused(words: impl Into<String>) -> ServiceError {
    UserError::field("plan", words).into()
}

/// The lease, or something as it was: somebody else works on it.
fn is_lost(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Store(StoreError::Stale { .. }))
}

fn retry(error: &ServiceError) -> JobError {
    if is_lost(error) {
        JobError::Stopped
    } else {
        JobError::Retry {
            what: domain::text::chain(error),
        }
    }
}
