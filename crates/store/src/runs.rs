//! Sync runs: one row each, from queued to final.
//!
//! Every transition repeats the state it leaves in its WHERE and demands one row, so that two workers, or a worker
//! and a person, never both succeed.

use domain::connection::Advice;
use domain::ids::Id;
use domain::sync::{HoldReason, RunCounts, RunKind, RunPhase, RunState};
use domain::{CustomerId, DirectoryId, ObjectId, RunId, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::{code, one_row};
use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = "INSERT INTO sync_runs (customer_id, id, number, directory_id, kind, state, phase, settings_version,
            started_by, cancel_requested, counts, hold, warnings, queued_at, object_id)
        VALUES ($1, $2, $3, $4, $5, 'queued', 'read', $6, $7, false, $8, $9, $10, $11, $12)";
    BY_NUMBER = "SELECT id, number, directory_id, kind, state, phase, settings_version, started_by, accepted_by,
            cancel_requested, counts, hold, problem, warnings, queued_at, started_at, finished_at, object_id
        FROM sync_runs WHERE customer_id = $1 AND number = $2";
    BY_ID = "SELECT id, number, directory_id, kind, state, phase, settings_version, started_by, accepted_by,
            cancel_requested, counts, hold, problem, warnings, queued_at, started_at, finished_at, object_id
        FROM sync_runs WHERE customer_id = $1 AND id = $2";
    OPEN = "SELECT id, number, directory_id, kind, state, phase, settings_version, started_by, accepted_by,
            cancel_requested, counts, hold, problem, warnings, queued_at, started_at, finished_at, object_id
        FROM sync_runs WHERE customer_id = $1 AND state IN ('queued', 'running', 'held')";
    LATEST_OF_KIND = "SELECT id, number, directory_id, kind, state, phase, settings_version, started_by, accepted_by,
            cancel_requested, counts, hold, problem, warnings, queued_at, started_at, finished_at, object_id
        FROM sync_runs WHERE customer_id = $1 AND kind = $2 ORDER BY number DESC LIMIT 1";
    START = "UPDATE sync_runs SET state = 'running', started_at = COALESCE(started_at, $3)
        WHERE customer_id = $1 AND id = $2 AND state IN ('queued', 'running')";
    ENTER = "UPDATE sync_runs SET phase = $3, counts = $4 WHERE customer_id = $1 AND id = $2 AND state = 'running'";
    PROGRESS = "UPDATE sync_runs SET counts = $3 WHERE customer_id = $1 AND id = $2 AND state = 'running'";
    WARN = "UPDATE sync_runs SET warnings = $3 WHERE customer_id = $1 AND id = $2 AND state = 'running'";
    HOLD = "UPDATE sync_runs SET state = 'held', hold = $3, counts = $4
        WHERE customer_id = $1 AND id = $2 AND state = 'running'";
    RESTART = "UPDATE sync_runs SET settings_version = $3, phase = 'read'
        WHERE customer_id = $1 AND id = $2 AND state = 'running'";
    WOULD_HOLD = "UPDATE sync_runs SET hold = $3 WHERE customer_id = $1 AND id = $2 AND state = 'running'";
    ACCEPT = "UPDATE sync_runs SET state = 'queued', phase = 'apply', accepted_by = $3, cancel_requested = false
        WHERE customer_id = $1 AND id = $2 AND state = 'held'";
    REJECT = "UPDATE sync_runs SET state = 'cancelled', finished_at = $3
        WHERE customer_id = $1 AND id = $2 AND state = 'held'";
    FINISH = "UPDATE sync_runs SET state = $3, phase = $4, counts = $5, problem = $6, finished_at = $7
        WHERE customer_id = $1 AND id = $2 AND state IN ('queued', 'running')";
    REQUEST_CANCEL = "UPDATE sync_runs SET cancel_requested = true
        WHERE customer_id = $1 AND id = $2 AND state IN ('queued', 'running')";
    CANCEL_REQUESTED = "SELECT cancel_requested FROM sync_runs WHERE customer_id = $1 AND id = $2";
    HAS_WRITTEN = "SELECT COUNT(*) FROM sync_runs WHERE customer_id = $1 AND directory_id = $2
        AND kind IN ('manual', 'scheduled') AND state IN ('completed', 'completed_with_problems')";
    ABANDONED = "SELECT r.customer_id, r.id FROM sync_runs r WHERE r.state IN ('queued', 'running')
        AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.subject = $1 || CAST(r.number AS TEXT)
            AND j.customer_id = r.customer_id AND j.state IN ('ready', 'running'))";
    // The runs of one day lead, and then their changes of one kind.
    UNACCEPTED_BLOCKS = ["SELECT COUNT(*) FROM sync_runs r
        CROSS JOIN sync_changes c" (index "sync_changes_by_kind") "
        WHERE r.customer_id = $1 AND r.directory_id = $2 AND r.accepted_by IS NULL AND r.finished_at >= $3
        AND c.customer_id = $1 AND c.run_id = r.id AND c.kind = 'block' AND c.state = 'applied'"];
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    pub id: RunId,
    /// Counts up from 1 for each customer.
    pub number: i64,
    pub directory: DirectoryId,
    pub kind: RunKind,
    pub state: RunState,
    pub phase: RunPhase,
    pub settings_version: i64,
    pub started_by: String,
    /// Who accepted the list of a held run (S-05).
    pub accepted_by: Option<String>,
    pub cancel_requested: bool,
    pub counts: RunCounts,
    pub hold: Vec<HoldReason>,
    /// What stopped it.
    pub problem: Option<Advice>,
    /// What went wrong without stopping it, one sentence each.
    pub warnings: Vec<String>,
    pub queued_at: Timestamp,
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    /// Whose run it is, for [`RunKind::SingleUser`].
    pub person: Option<ObjectId>,
}

#[derive(sqlx::FromRow)]
pub(crate) struct RunColumns {
    id: Uuid,
    number: i64,
    directory_id: Uuid,
    kind: String,
    state: String,
    phase: String,
    settings_version: i64,
    started_by: String,
    accepted_by: Option<String>,
    cancel_requested: bool,
    counts: Json<RunCounts>,
    hold: Json<Vec<HoldReason>>,
    problem: Option<Json<Advice>>,
    warnings: Json<Vec<String>>,
    queued_at: Timestamp,
    started_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    object_id: Option<String>,
}

impl RunColumns {
    pub(crate) fn read(self) -> Result<RunRecord, StoreError> {
        Ok(RunRecord {
            id: RunId::from_uuid(self.id),
            number: self.number,
            directory: DirectoryId::from_uuid(self.directory_id),
            kind: code("sync_runs", "kind", &self.kind)?,
            state: code("sync_runs", "state", &self.state)?,
            phase: code("sync_runs", "phase", &self.phase)?,
            settings_version: self.settings_version,
            started_by: self.started_by,
            accepted_by: self.accepted_by,
            cancel_requested: self.cancel_requested,
            counts: self.counts.0,
            hold: self.hold.0,
            problem: self.problem.map(|problem| problem.0),
            warnings: self.warnings.0,
            queued_at: self.queued_at,
            started_at: self.started_at,
            finished_at: self.finished_at,
            person: self.object_id.map(ObjectId),
        })
    }
}

/// A run to put into the queue.
#[derive(Clone, Debug)]
pub struct NewRun<'a> {
    pub id: RunId,
    pub number: i64,
    pub directory: DirectoryId,
    pub kind: RunKind,
    pub settings_version: i64,
    pub started_by: &'a str,
    /// For [`RunKind::SingleUser`], and for no other.
    pub person: Option<&'a ObjectId>,
}

/// Adds a run. While another one of this customer is open this is [`StoreError::Conflict`] (H-02).
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    run: &NewRun<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (c, id, dir) = (customer.uuid(), run.id.uuid(), run.directory.uuid());
    let (counts, hold) = (Json(RunCounts::default()), Json(Vec::<HoldReason>::new()));
    let warnings = Json(Vec::<String>::new());
    let (kind, version, by) = (run.kind.code(), run.settings_version, run.started_by);
    let person = run.person.map(ObjectId::as_str);
    execute!(
        tx, INSERT, c, id, run.number, dir, kind, version, by, counts, hold, warnings, now, person
    )?;
    Ok(())
}

/// The run with this number.
pub async fn by_number(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
) -> Result<Option<RunRecord>, StoreError> {
    fetch_optional!(tx, RunColumns, BY_NUMBER, customer.uuid(), number)?
        .map(RunColumns::read)
        .transpose()
}

/// One run.
pub async fn find(tx: &mut Tx, customer: CustomerId, run: RunId) -> Result<Option<RunRecord>, StoreError> {
    fetch_optional!(tx, RunColumns, BY_ID, customer.uuid(), run.uuid())?
        .map(RunColumns::read)
        .transpose()
}

/// The run that is queued, running or held, if there is one.
pub async fn open(tx: &mut Tx, customer: CustomerId) -> Result<Option<RunRecord>, StoreError> {
    fetch_optional!(tx, RunColumns, OPEN, customer.uuid())?
        .map(RunColumns::read)
        .transpose()
}

/// The latest run of one kind.
pub async fn latest_of_kind(
    tx: &mut Tx,
    customer: CustomerId,
    kind: RunKind,
) -> Result<Option<RunRecord>, StoreError> {
    let row = fetch_optional!(tx, RunColumns, LATEST_OF_KIND, customer.uuid(), kind.code())?;
    row.map(RunColumns::read).transpose()
}

/// The worker has it: queued becomes running; a run that is started again goes on.
pub async fn start(tx: &mut Tx, customer: CustomerId, run: RunId, now: Timestamp) -> Result<(), StoreError> {
    one_row(execute!(tx, START, customer.uuid(), run.uuid(), now)?, "the run")
}

/// Enters a phase.
pub async fn enter(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    phase: RunPhase,
    counts: &RunCounts,
) -> Result<(), StoreError> {
    one_row(
        execute!(tx, ENTER, customer.uuid(), run.uuid(), phase.code(), Json(counts))?,
        "the run",
    )
}

/// The settings changed before anything was applied: the run begins again, under the new ones.
pub async fn restart(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    settings_version: i64,
) -> Result<(), StoreError> {
    one_row(
        execute!(tx, RESTART, customer.uuid(), run.uuid(), settings_version)?,
        "the run",
    )
}

/// Writes the numbers so far.
pub async fn progress(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    counts: &RunCounts,
) -> Result<(), StoreError> {
    one_row(
        execute!(tx, PROGRESS, customer.uuid(), run.uuid(), Json(counts))?,
        "the run",
    )
}

/// Notes what went wrong without stopping the run.
pub async fn warn(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    warnings: &[String],
) -> Result<(), StoreError> {
    one_row(
        execute!(tx, WARN, customer.uuid(), run.uuid(), Json(warnings))?,
        "the run",
    )
}

/// The guard holds the run for a person's decision (S-01).
pub async fn hold(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    reasons: &[HoldReason],
    counts: &RunCounts,
) -> Result<(), StoreError> {
    one_row(
        execute!(tx, HOLD, customer.uuid(), run.uuid(), Json(reasons), Json(counts))?,
        "the run",
    )
}

/// Notes what a run that applies nothing would have been held for.
pub async fn would_hold(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    reasons: &[HoldReason],
) -> Result<(), StoreError> {
    one_row(
        execute!(tx, WOULD_HOLD, customer.uuid(), run.uuid(), Json(reasons))?,
        "the run",
    )
}

/// Somebody accepted the list: the run is queued again and goes on with applying it (S-05).
pub async fn accept(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    accepted_by: &str,
) -> Result<(), StoreError> {
    one_row(
        execute!(tx, ACCEPT, customer.uuid(), run.uuid(), accepted_by)?,
        "the run",
    )
}

/// Somebody rejected the list.
pub async fn reject(tx: &mut Tx, customer: CustomerId, run: RunId, now: Timestamp) -> Result<(), StoreError> {
    one_row(execute!(tx, REJECT, customer.uuid(), run.uuid(), now)?, "the run")
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Ending<'a> {
    /// One of the final states.
    pub state: RunState,
    /// The phase it ended in: [`RunPhase::Done`] for a whole run.
    pub phase: RunPhase,
    pub counts: &'a RunCounts,
    pub problem: Option<&'a Advice>,
}

/// The run is over.
pub async fn finish(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    ending: &Ending<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (state, phase, problem) = (ending.state.code(), ending.phase.code(), ending.problem.map(Json));
    let (c, r) = (customer.uuid(), run.uuid());
    one_row(
        execute!(tx, FINISH, c, r, state, phase, Json(ending.counts), problem, now)?,
        "the run",
    )
}

/// Asks the worker to stop. [`StoreError::Stale`]: the run is not under way.
pub async fn request_cancel(tx: &mut Tx, customer: CustomerId, run: RunId) -> Result<(), StoreError> {
    one_row(
        execute!(tx, REQUEST_CANCEL, customer.uuid(), run.uuid())?,
        "the run",
    )
}

/// Whether somebody asked the worker to stop.
pub async fn cancel_requested(tx: &mut Tx, customer: CustomerId, run: RunId) -> Result<bool, StoreError> {
    fetch_value!(tx, bool, CANCEL_REQUESTED, customer.uuid(), run.uuid())
}

/// Whether a run of this directory ever wrote to People (S-03).
pub async fn has_written(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<bool, StoreError> {
    Ok(fetch_value!(tx, i64, HAS_WRITTEN, customer.uuid(), directory.uuid())? > 0)
}

/// Blocks applied since `since` by runs that nobody had to accept (S-04).
pub async fn unaccepted_blocks(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    since: Timestamp,
) -> Result<i64, StoreError> {
    fetch_value!(
        tx,
        i64,
        UNACCEPTED_BLOCKS,
        customer.uuid(),
        directory.uuid(),
        since
    )
}

/// Runs that are queued or running although no job of theirs is left: their last try died (H-03). `prefix` is what
/// job subjects of runs begin with.
pub async fn abandoned(tx: &mut Tx, prefix: &str) -> Result<Vec<(CustomerId, RunId)>, StoreError> {
    let rows = fetch_all!(tx, (Uuid, Uuid), ABANDONED, prefix)?;
    Ok(rows
        .into_iter()
        .map(|(c, r)| (CustomerId::from_uuid(c), RunId::from_uuid(r)))
        .collect())
}
