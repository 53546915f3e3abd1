//! Runs of plans, and the pause of access that goes with them. Every transition repeats the state it leaves and demands one
//! row, so that two workers, or a worker and a person, never both succeed.

use domain::ids::Id;
use domain::migration::{AccessPause, MigrationPurpose, MigrationRunState};
use domain::{CustomerId, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use super::SwitchedOff;
use crate::error::{code, one_row};
use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    NEXT = "SELECT COALESCE(MAX(number), 0) + 1 FROM migration_runs WHERE customer_id = $1";
    INSERT = "INSERT INTO migration_runs (customer_id, number, plan, purpose, state, started_by, started_at, window_from,
            window_until, agreement)
        VALUES ($1, $2, $3, $4, 'scheduled', $5, $6, $7, $8, $9)";
    FIND = "SELECT number, plan, purpose, state, started_by, started_at, window_from, window_until, agreement, frozen_at,
            committed_at, finished_at, problem, switched
        FROM migration_runs WHERE customer_id = $1 AND number = $2";
    LATEST = "SELECT number, plan, purpose, state, started_by, started_at, window_from, window_until, agreement, frozen_at,
            committed_at, finished_at, problem, switched
        FROM migration_runs WHERE customer_id = $1 ORDER BY number DESC LIMIT 1";
    OPEN = "SELECT number, plan, purpose, state, started_by, started_at, window_from, window_until, agreement, frozen_at,
            committed_at, finished_at, problem, switched
        FROM migration_runs WHERE customer_id = $1 AND state IN ('scheduled', 'freezing', 'running', 'verifying')";
    OPEN_OF_ALL = "SELECT customer_id, number, window_from FROM migration_runs
        WHERE state IN ('scheduled', 'freezing', 'running', 'verifying') ORDER BY customer_id";
    LAST_DONE = "SELECT number, plan, purpose, state, started_by, started_at, window_from, window_until, agreement,
            frozen_at, committed_at, finished_at, problem, switched
        FROM migration_runs WHERE customer_id = $1 AND purpose = 'run' AND state IN ('verifying', 'done')
        ORDER BY number DESC LIMIT 1";
    ADVANCE = "UPDATE migration_runs SET state = $4, frozen_at = COALESCE(frozen_at, $5),
            committed_at = COALESCE(committed_at, $6), switched = COALESCE($7, switched),
            reserved_until = COALESCE($8, reserved_until)
        WHERE customer_id = $1 AND number = $2 AND state = $3";
    END = "UPDATE migration_runs SET state = $4, finished_at = $5, problem = $6
        WHERE customer_id = $1 AND number = $2 AND state = $3";
    NOTE = "UPDATE migration_runs SET problem = $3 WHERE customer_id = $1 AND number = $2 AND state = 'verifying'";
    ROLL_BACK = "UPDATE migration_runs SET state = 'rolled_back' WHERE customer_id = $1 AND number = $2 AND state = 'done'";
    PAUSE = "INSERT INTO access_pauses (customer_id, since, until) VALUES ($1, $2, $3)
        ON CONFLICT (customer_id) DO UPDATE SET until = excluded.until";
    LIFT = "DELETE FROM access_pauses WHERE customer_id = $1";
    PAUSED = "SELECT since, until FROM access_pauses WHERE customer_id = $1";
    WRITTEN_SINCE = "SELECT COUNT(*) FROM sync_runs WHERE customer_id = $1
        AND kind IN ('manual', 'scheduled', 'single_user') AND phase IN ('apply', 'done') AND started_at > $2";
}

/// A run of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationRun {
    /// 1, 2, 3, … of the customer.
    pub number: i64,
    pub plan: i64,
    pub purpose: MigrationPurpose,
    pub state: MigrationRunState,
    pub started_by: String,
    pub started_at: Timestamp,
    pub window_from: Timestamp,
    /// It has passed the point of no return by then, or does not pass it.
    pub window_until: Timestamp,
    /// Who of the customer agreed to the window, and how.
    pub agreement: String,
    /// When access was paused.
    pub frozen_at: Option<Timestamp>,
    pub committed_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
    pub problem: Option<String>,
    pub switched: Option<SwitchedOff>,
}

#[derive(sqlx::FromRow)]
struct RunColumns {
    number: i64,
    plan: i64,
    purpose: String,
    state: String,
    started_by: String,
    started_at: Timestamp,
    window_from: Timestamp,
    window_until: Timestamp,
    agreement: String,
    frozen_at: Option<Timestamp>,
    committed_at: Option<Timestamp>,
    finished_at: Option<Timestamp>,
    problem: Option<String>,
    switched: Option<Json<SwitchedOff>>,
}

impl RunColumns {
    fn read(self) -> Result<MigrationRun, StoreError> {
        Ok(MigrationRun {
            number: self.number,
            plan: self.plan,
            purpose: code("migration_runs", "purpose", &self.purpose)?,
            state: code("migration_runs", "state", &self.state)?,
            started_by: self.started_by,
            started_at: self.started_at,
            window_from: self.window_from,
            window_until: self.window_until,
            agreement: self.agreement,
            frozen_at: self.frozen_at,
            committed_at: self.committed_at,
            finished_at: self.finished_at,
            problem: self.problem,
            switched: self.switched.map(|switched| switched.0),
        })
    }
}

/// A run to put on the calendar.
#[derive(Clone, Copy, Debug)]
pub struct NewMigrationRun<'a> {
    pub plan: i64,
    pub purpose: MigrationPurpose,
    pub by: &'a str,
    pub at: Timestamp,
    pub from: Timestamp,
    pub until: Timestamp,
    pub agreement: &'a str,
}

/// Adds a run and gives its number. The caller has taken the customer's turn; another open run is a conflict (M-09).
pub async fn insert_run(
    tx: &mut Tx,
    customer: CustomerId,
    new: &NewMigrationRun<'_>,
) -> Result<i64, StoreError> {
    let number = fetch_value!(tx, i64, NEXT, customer.uuid())?;
    execute!(
        tx,
        INSERT,
        customer.uuid(),
        number,
        new.plan,
        new.purpose.code(),
        new.by,
        new.at,
        new.from,
        new.until,
        new.agreement
    )?;
    Ok(number)
}

/// One run.
pub async fn find_run(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
) -> Result<Option<MigrationRun>, StoreError> {
    let row = fetch_optional!(tx, RunColumns, FIND, customer.uuid(), number)?;
    row.map(RunColumns::read).transpose()
}

/// The newest run.
pub async fn latest_run(tx: &mut Tx, customer: CustomerId) -> Result<Option<MigrationRun>, StoreError> {
    let row = fetch_optional!(tx, RunColumns, LATEST, customer.uuid())?;
    row.map(RunColumns::read).transpose()
}

/// The run that waits or is under way.
pub async fn open_run(tx: &mut Tx, customer: CustomerId) -> Result<Option<MigrationRun>, StoreError> {
    let row = fetch_optional!(tx, RunColumns, OPEN, customer.uuid())?;
    row.map(RunColumns::read).transpose()
}

/// Whether a run has begun and not ended: nobody else works on People from when access is paused to the end of the
/// verification, which goes on a while after it is resumed.
pub async fn is_under_way(tx: &mut Tx, customer: CustomerId) -> Result<bool, StoreError> {
    let open = open_run(tx, customer).await?;
    Ok(open.is_some_and(|run| run.state != MigrationRunState::Scheduled))
}

/// Runs of all customers that wait or are under way: whose, which, and when its window begins.
pub async fn open_runs(tx: &mut Tx) -> Result<Vec<(CustomerId, i64, Timestamp)>, StoreError> {
    let rows = fetch_all!(tx, (Uuid, i64, Timestamp), OPEN_OF_ALL)?;
    let read = |(customer, number, from)| (CustomerId::from_uuid(customer), number, from);
    Ok(rows.into_iter().map(read).collect())
}

/// The migration that has happened and was not undone.
pub async fn last_done(tx: &mut Tx, customer: CustomerId) -> Result<Option<MigrationRun>, StoreError> {
    let row = fetch_optional!(tx, RunColumns, LAST_DONE, customer.uuid())?;
    row.map(RunColumns::read).transpose()
}

/// A step of a run.
#[derive(Clone, Copy, Debug)]
pub struct RunStep<'a> {
    pub from: MigrationRunState,
    pub to: MigrationRunState,
    pub frozen_at: Option<Timestamp>,
    pub committed_at: Option<Timestamp>,
    pub switched: Option<&'a SwitchedOff>,
    /// Until when the usernames it frees are kept from newcomers.
    pub reserved_until: Option<Timestamp>,
}

/// Goes on to the next state. [`StoreError::Stale`]: it is not in the state it is thought to be in.
pub async fn advance(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
    step: &RunStep<'_>,
) -> Result<(), StoreError> {
    let touched = execute!(
        tx,
        ADVANCE,
        customer.uuid(),
        number,
        step.from.code(),
        step.to.code(),
        step.frozen_at,
        step.committed_at,
        step.switched.map(Json),
        step.reserved_until
    )?;
    one_row(touched, "the migration")
}

/// Ends a run.
pub async fn end_run(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
    (from, to): (MigrationRunState, MigrationRunState),
    problem: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let touched = execute!(
        tx,
        END,
        customer.uuid(),
        number,
        from.code(),
        to.code(),
        now,
        problem
    )?;
    one_row(touched, "the migration")
}

/// Notes what the verification has found so far.
pub async fn note_problem(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
    problem: Option<&str>,
) -> Result<(), StoreError> {
    let touched = execute!(tx, NOTE, customer.uuid(), number, problem)?;
    one_row(touched, "the migration")
}

/// Notes that a run was undone.
pub async fn roll_back(tx: &mut Tx, customer: CustomerId, number: i64) -> Result<(), StoreError> {
    one_row(execute!(tx, ROLL_BACK, customer.uuid(), number)?, "the migration")
}

/// Pauses access until a time, about (M-07).
pub async fn pause_access(
    tx: &mut Tx,
    customer: CustomerId,
    since: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, PAUSE, customer.uuid(), since, until)?;
    Ok(())
}

/// Lets everybody in again.
pub async fn lift_pause(tx: &mut Tx, customer: CustomerId) -> Result<(), StoreError> {
    execute!(tx, LIFT, customer.uuid())?;
    Ok(())
}

/// Whether access is paused.
pub async fn access_pause(tx: &mut Tx, customer: CustomerId) -> Result<Option<AccessPause>, StoreError> {
    let row = fetch_optional!(tx, (Timestamp, Timestamp), PAUSED, customer.uuid())?;
    Ok(row.map(|(since, until)| AccessPause { since, until }))
}

/// How many sync runs that began after a time came as far as to write to People, however they ended. One that failed before, or
/// is held, has written nothing.
pub async fn written_since(tx: &mut Tx, customer: CustomerId, since: Timestamp) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, WRITTEN_SINCE, customer.uuid(), since)
}
