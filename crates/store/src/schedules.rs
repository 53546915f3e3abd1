//! When a customer's sync runs by itself: one row a directory.

use domain::ids::Id;
use domain::schedule::Schedule;
use domain::{CustomerId, DirectoryId, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::one_row;
use crate::sql::{execute, fetch_all, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    FIND = "SELECT version, schedule, enabled, enabled_at, next_run_at, skipped_at, saved_by, saved_at
        FROM sync_schedules WHERE customer_id = $1 AND directory_id = $2";
    // Version 0 is a schedule that was never saved.
    SAVE = "INSERT INTO sync_schedules (customer_id, directory_id, version, schedule, enabled, enabled_at, next_run_at,
            saved_by, saved_at)
        VALUES ($1, $2, $3 + 1, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (customer_id, directory_id) DO UPDATE SET version = excluded.version,
            schedule = excluded.schedule, enabled = excluded.enabled, enabled_at = excluded.enabled_at,
            next_run_at = excluded.next_run_at, saved_by = excluded.saved_by, saved_at = excluded.saved_at
        WHERE sync_schedules.version = $3";
    DUE = "SELECT customer_id, directory_id, schedule, next_run_at FROM sync_schedules
        WHERE next_run_at IS NOT NULL AND next_run_at <= $1 AND enabled ORDER BY next_run_at LIMIT $2";
    // Names the due time it saw: of several processes that see it only one goes on (H-02, H-05).
    ADVANCE = "UPDATE sync_schedules SET next_run_at = $4, skipped_at = $5
        WHERE customer_id = $1 AND directory_id = $2 AND next_run_at = $3 AND enabled";
}

/// A stored schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScheduleRow {
    /// Raised by every save.
    pub version: i64,
    pub schedule: Schedule,
    pub enabled: bool,
    /// Since when it is on.
    pub enabled_at: Option<Timestamp>,
    pub next_run_at: Option<Timestamp>,
    /// The due time that was passed over, until a run starts again.
    pub skipped_at: Option<Timestamp>,
    pub saved_by: String,
    pub saved_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    version: i64,
    schedule: Json<Schedule>,
    enabled: bool,
    enabled_at: Option<Timestamp>,
    next_run_at: Option<Timestamp>,
    skipped_at: Option<Timestamp>,
    saved_by: String,
    saved_at: Timestamp,
}

/// The schedule of a directory, if one was ever saved.
pub async fn find(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<Option<ScheduleRow>, StoreError> {
    let row = fetch_optional!(tx, Row, FIND, customer.uuid(), directory.uuid())?;
    Ok(row.map(|row| ScheduleRow {
        version: row.version,
        schedule: row.schedule.0,
        enabled: row.enabled,
        enabled_at: row.enabled_at,
        next_run_at: row.next_run_at,
        skipped_at: row.skipped_at,
        saved_by: row.saved_by,
        saved_at: row.saved_at,
    }))
}

/// Writes a schedule over the one with the version `row.version` (0: over none). [`StoreError::Stale`]: somebody else
/// was quicker.
pub async fn save(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    row: &ScheduleRow,
) -> Result<(), StoreError> {
    let (c, d) = (customer.uuid(), directory.uuid());
    one_row(
        execute!(
            tx,
            SAVE,
            c,
            d,
            row.version,
            Json(&row.schedule),
            row.enabled,
            row.enabled_at,
            row.next_run_at,
            row.saved_by.as_str(),
            row.saved_at
        )?,
        "the schedule",
    )
}

/// A run that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DueRow {
    pub customer: CustomerId,
    pub directory: DirectoryId,
    pub schedule: Schedule,
    pub due_at: Timestamp,
}

/// What is due by now, of every customer, the longest due first.
pub async fn due(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<DueRow>, StoreError> {
    type Row = (Uuid, Uuid, Json<Schedule>, Timestamp);
    let rows = fetch_all!(tx, Row, DUE, now, limit)?;
    Ok(rows
        .into_iter()
        .map(|(customer, directory, schedule, due_at)| DueRow {
            customer: CustomerId::from_uuid(customer),
            directory: DirectoryId::from_uuid(directory),
            schedule: schedule.0,
            due_at,
        })
        .collect())
}

/// Goes on to the next due time. [`StoreError::Stale`]: somebody else has, or it was switched off. `skipped` is the due
/// time, if it was passed over.
pub async fn advance(
    tx: &mut Tx,
    due: &DueRow,
    next: Option<Timestamp>,
    skipped: Option<Timestamp>,
) -> Result<(), StoreError> {
    let (c, d) = (due.customer.uuid(), due.directory.uuid());
    one_row(
        execute!(tx, ADVANCE, c, d, due.due_at, next, skipped)?,
        "the schedule",
    )
}
