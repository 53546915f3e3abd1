//! The queue: jobs with leases.
//!
//! Each claim raises `fence`; whatever a worker writes repeats it, so one that lost its lease cannot write any more.

use domain::ids::Id;
use domain::{CustomerId, JobId, Timestamp};
use uuid::Uuid;

use crate::error::one_row;
use crate::sql::{execute, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = "INSERT INTO jobs (id, customer_id, kind, subject, state, run_at, attempt, max_attempts, fence, dedupe_key, created_at)
        VALUES ($1, $2, $3, $4, 'ready', $5, 0, $6, 0, $7, $8) ON CONFLICT (dedupe_key) DO NOTHING";
    // On PostgreSQL two processes that look at the same moment may each take a job of the kind in $4: it is held back
    // so that other jobs find a worker, and nothing else hangs on that.
    CLAIM = {
        sqlite: "UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, lease_owner = $1,
                lease_expires_at = $3
            WHERE id = (SELECT id FROM jobs
                WHERE state IN ('ready', 'running')
                AND ((state = 'ready' AND run_at <= $2) OR (state = 'running' AND lease_expires_at < $2))
                AND (kind <> $4 OR NOT EXISTS (SELECT 1 FROM jobs other WHERE other.state IN ('ready', 'running')
                    AND other.state = 'running' AND other.kind = $4 AND other.lease_expires_at >= $2))
                ORDER BY run_at LIMIT 1)
            RETURNING id, customer_id, kind, subject, attempt, max_attempts, fence",
        postgres: "UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, lease_owner = $1,
                lease_expires_at = $3
            WHERE id = (SELECT id FROM jobs
                WHERE state IN ('ready', 'running')
                AND ((state = 'ready' AND run_at <= $2) OR (state = 'running' AND lease_expires_at < $2))
                AND (kind <> $4 OR NOT EXISTS (SELECT 1 FROM jobs other WHERE other.state IN ('ready', 'running')
                    AND other.state = 'running' AND other.kind = $4 AND other.lease_expires_at >= $2))
                ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, customer_id, kind, subject, attempt, max_attempts, fence",
    };
    HOLD_LEASE = "UPDATE jobs SET lease_expires_at = $3 WHERE id = $1 AND fence = $2 AND state = 'running'";
    FINISH = "UPDATE jobs SET state = $3, error = $4, finished_at = $5, lease_owner = NULL, lease_expires_at = NULL
        WHERE id = $1 AND fence = $2 AND state = 'running'";
    GIVE_BACK = "UPDATE jobs SET state = 'ready', run_at = $3, error = $4, attempt = attempt - $5,
            lease_owner = NULL, lease_expires_at = NULL
        WHERE id = $1 AND fence = $2 AND state = 'running'";
    RETIRE = "UPDATE jobs SET state = 'done', finished_at = $4, lease_owner = NULL, lease_expires_at = NULL
        WHERE customer_id = $1 AND kind = $2 AND subject = $3 AND state IN ('ready', 'running')";
    PENDING = "SELECT COUNT(*) FROM jobs WHERE customer_id = $1 AND kind = $2 AND subject = $3 AND state IN ('ready', 'running')";
    NEWEST = "SELECT state FROM jobs WHERE customer_id = $1 AND kind = $2 AND subject = $3 ORDER BY created_at DESC, id DESC
        LIMIT 1";
    PURGE = "DELETE FROM jobs WHERE state IN ('done', 'failed') AND finished_at < $1";
}

/// A job to put into the queue.
#[derive(Clone, Debug)]
pub struct NewJob<'a> {
    pub id: JobId,
    pub customer: Option<CustomerId>,
    pub kind: &'a str,
    /// What it is about: an id as text.
    pub subject: &'a str,
    pub run_at: Timestamp,
    pub max_attempts: i64,
    /// A second job with the same key is not added: one tick of a schedule, one job.
    pub dedupe_key: Option<&'a str>,
}

/// A job that this worker has claimed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimedJob {
    pub id: JobId,
    pub customer: Option<CustomerId>,
    pub kind: String,
    pub subject: String,
    /// 1 for the first try.
    pub attempt: i64,
    pub max_attempts: i64,
    pub fence: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    customer_id: Option<Uuid>,
    kind: String,
    subject: String,
    attempt: i64,
    max_attempts: i64,
    fence: i64,
}

/// Puts a job into the queue, in the caller's unit of work. False: a job with this dedupe key was there.
pub async fn enqueue(tx: &mut Tx, job: &NewJob<'_>, now: Timestamp) -> Result<bool, StoreError> {
    let customer = job.customer.map(Id::uuid);
    let (id, at, tries) = (job.id.uuid(), job.run_at, job.max_attempts);
    let added = execute!(
        tx,
        INSERT,
        id,
        customer,
        job.kind,
        job.subject,
        at,
        tries,
        job.dedupe_key,
        now
    )?;
    Ok(added == 1)
}

/// Claims the next job that is due, or one whose worker died. While somebody works on a job of the kind `alone`, no
/// other of that kind is claimed; empty: every kind may be worked on by many.
pub async fn claim(
    tx: &mut Tx,
    owner: &str,
    alone: &str,
    now: Timestamp,
    lease_until: Timestamp,
) -> Result<Option<ClaimedJob>, StoreError> {
    let row = fetch_optional!(tx, Row, CLAIM, owner, now, lease_until, alone)?;
    Ok(row.map(|row| ClaimedJob {
        id: JobId::from_uuid(row.id),
        customer: row.customer_id.map(CustomerId::from_uuid),
        kind: row.kind,
        subject: row.subject,
        attempt: row.attempt,
        max_attempts: row.max_attempts,
        fence: row.fence,
    }))
}

/// Renews a lease. [`StoreError::Stale`]: it is lost, somebody else has the job, stop at once. Called in the unit of
/// work of every effect, this is the fence.
pub async fn hold_lease(tx: &mut Tx, job: JobId, fence: i64, until: Timestamp) -> Result<(), StoreError> {
    one_row(
        execute!(tx, HOLD_LEASE, job.uuid(), fence, until)?,
        "the job's lease",
    )
}

/// The job ended, well (`error` is `None`) or for good.
pub async fn finish(
    tx: &mut Tx,
    job: JobId,
    fence: i64,
    error: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let state = if error.is_none() { "done" } else { "failed" };
    one_row(
        execute!(tx, FINISH, job.uuid(), fence, state, error, now)?,
        "the job's lease",
    )
}

/// Puts a claimed job back: to try again later, or because this process is going down (`uncounted`).
pub async fn give_back(
    tx: &mut Tx,
    job: JobId,
    fence: i64,
    run_at: Timestamp,
    error: Option<&str>,
    uncounted: bool,
) -> Result<(), StoreError> {
    let minus = i64::from(uncounted);
    one_row(
        execute!(tx, GIVE_BACK, job.uuid(), fence, run_at, error, minus)?,
        "the job's lease",
    )
}

/// Ends every job of this kind about this subject that has not ended yet. A worker that still holds one has lost its
/// lease with that: whatever it does next fails at the fence. For putting one new job in the place of all of them.
pub async fn retire(
    tx: &mut Tx,
    customer: CustomerId,
    kind: &str,
    subject: &str,
    now: Timestamp,
) -> Result<u64, StoreError> {
    execute!(tx, RETIRE, customer.uuid(), kind, subject, now)
}

/// Whether work on a subject waits or is under way.
pub async fn is_pending(
    tx: &mut Tx,
    customer: CustomerId,
    kind: &str,
    subject: &str,
) -> Result<bool, StoreError> {
    Ok(fetch_value!(tx, i64, PENDING, customer.uuid(), kind, subject)? > 0)
}

/// Whether the newest job about something was given up.
pub async fn was_given_up(
    tx: &mut Tx,
    customer: CustomerId,
    kind: &str,
    subject: &str,
) -> Result<bool, StoreError> {
    let newest: Option<(String,)> = fetch_optional!(tx, (String,), NEWEST, customer.uuid(), kind, subject)?;
    Ok(newest.is_some_and(|(state,)| state == "failed"))
}

/// Forgets jobs that ended before `before`; their runs keep the history.
pub async fn purge(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    execute!(tx, PURGE, before)
}
