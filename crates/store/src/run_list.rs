//! Runs and their changes for the screen and for downloads, read by key.

use domain::ids::Id;
use domain::sync::{ChangeKind, ChangeState, FieldChange, Reason, RunCounts, RunKind, RunState};
use domain::{AccountId, CustomerId, DirectoryId, ObjectId, RunId, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::people_list::contains;
use crate::runs::{RunColumns, RunRecord};
use crate::sql::{fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    PAGE = "SELECT id, number, directory_id, kind, state, phase, settings_version, started_by, accepted_by,
            cancel_requested, counts, hold, problem, warnings, queued_at, started_at, finished_at, object_id
        FROM sync_runs WHERE customer_id = $1 AND number < $2 AND ($3 = '' OR kind = $3) AND ($4 = '' OR state = $4)
        ORDER BY number DESC LIMIT $5";
    LAST_READ = "SELECT finished_at, counts, settings_version FROM sync_runs
        WHERE customer_id = $1 AND directory_id = $2 AND finished_at IS NOT NULL AND kind <> 'single_user'
        AND state IN ('completed', 'completed_with_problems', 'held') ORDER BY number DESC LIMIT 1";
    LATER_READ = "SELECT MAX(number) AS number FROM sync_runs
        WHERE customer_id = $1 AND directory_id = $2 AND number > $3 AND started_at IS NOT NULL AND kind <> 'single_user'";
    LAST_GOOD = "SELECT COALESCE(MAX(number), 0) FROM sync_runs
        WHERE customer_id = $1 AND number < $2 AND kind IN ('manual', 'scheduled')
        AND (state = 'completed' OR ($3 AND state = 'completed_with_problems'))";
    CHANGES = "SELECT seq, kind, state, object_id, account_id, name, username, reason, fields
        FROM sync_changes WHERE customer_id = $1 AND run_id = $2 AND seq > $3 AND ($4 = '' OR state = $4)
        AND ($5 = '' OR search_key LIKE $5 ESCAPE '!')
        ORDER BY seq LIMIT $6";
    CHANGE = "SELECT seq, kind, state, object_id, account_id, name, username, reason, fields
        FROM sync_changes WHERE customer_id = $1 AND run_id = $2 AND seq = $3";
    // A statement of its own, so that a rare kind is found by `sync_changes_by_kind` and not by walking the run; SQLite
    // has to be told.
    CHANGES_OF_KIND = ["SELECT seq, kind, state, object_id, account_id, name, username, reason, fields
        FROM sync_changes" (index "sync_changes_by_kind") "
        WHERE customer_id = $1 AND run_id = $2 AND seq > $3 AND ($4 = '' OR state = $4)
        AND ($5 = '' OR search_key LIKE $5 ESCAPE '!') AND kind = $7
        ORDER BY seq LIMIT $6"];
}

/// One person's change, as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedChange {
    pub seq: i64,
    pub kind: ChangeKind,
    pub state: ChangeState,
    pub object_id: Option<ObjectId>,
    pub account: Option<AccountId>,
    pub name: String,
    pub username: String,
    pub reason: Reason,
    pub fields: Vec<FieldChange>,
}

/// What a list of changes is narrowed to.
#[derive(Clone, Copy, Debug, Default)]
pub struct NarrowedChanges<'a> {
    pub kind: Option<ChangeKind>,
    pub state: Option<ChangeState>,
    /// Part of the search key, in its folded form; empty for all.
    pub search: &'a str,
}

/// The columns of a change, as every list reads them.
#[derive(sqlx::FromRow)]
pub(crate) struct ChangeColumns {
    seq: i64,
    kind: String,
    state: String,
    object_id: Option<String>,
    account_id: Option<Uuid>,
    name: String,
    username: String,
    reason: Json<Reason>,
    fields: Json<Vec<FieldChange>>,
}

impl ChangeColumns {
    pub(crate) fn read(self) -> Result<ListedChange, StoreError> {
        Ok(ListedChange {
            seq: self.seq,
            kind: code("sync_changes", "kind", &self.kind)?,
            state: code("sync_changes", "state", &self.state)?,
            object_id: self.object_id.map(ObjectId),
            account: self.account_id.map(AccountId::from_uuid),
            name: self.name,
            username: self.username,
            reason: self.reason.0,
            fields: self.fields.0,
        })
    }
}

/// Runs with a number below `before`, newest first, at most `limit`.
pub async fn page(
    tx: &mut Tx,
    customer: CustomerId,
    kind: Option<RunKind>,
    state: Option<RunState>,
    before: i64,
    limit: i64,
) -> Result<Vec<RunRecord>, StoreError> {
    let (kind, state) = (kind.map_or("", RunKind::code), state.map_or("", RunState::code));
    let rows = fetch_all!(tx, RunColumns, PAGE, customer.uuid(), before, kind, state, limit)?;
    rows.into_iter().map(RunColumns::read).collect()
}

/// The latest run that has read the directory, or begun to, after the run with this number.
pub async fn later_read(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    number: i64,
) -> Result<Option<i64>, StoreError> {
    let row = fetch_optional!(
        tx,
        (Option<i64>,),
        LATER_READ,
        customer.uuid(),
        directory.uuid(),
        number
    )?;
    Ok(row.and_then(|row| row.0))
}

/// A complete read of a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LastRead {
    /// When its run ended.
    pub at: Timestamp,
    pub counts: RunCounts,
    pub settings_version: i64,
}

/// The latest complete read of the directory by a run of everybody that came to its end, or is held for a decision.
pub async fn last_read(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<Option<LastRead>, StoreError> {
    type Row = (Timestamp, Json<RunCounts>, i64);
    let row = fetch_optional!(tx, Row, LAST_READ, customer.uuid(), directory.uuid())?;
    Ok(row.map(|(at, counts, settings_version)| LastRead {
        at,
        counts: counts.0,
        settings_version,
    }))
}

/// The number of the latest run of everybody before this one that wrote to People; 0 when there is none. One that had
/// problems counts only when `with_problems` is set.
pub async fn last_good(
    tx: &mut Tx,
    customer: CustomerId,
    before: i64,
    with_problems: bool,
) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, LAST_GOOD, customer.uuid(), before, with_problems)
}

/// One change of a run.
pub async fn change(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    seq: i64,
) -> Result<Option<ListedChange>, StoreError> {
    fetch_optional!(tx, ChangeColumns, CHANGE, customer.uuid(), run.uuid(), seq)?
        .map(ChangeColumns::read)
        .transpose()
}

/// Changes of a run in their order, after the number `after`, at most `limit`.
pub async fn changes(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    narrowed: NarrowedChanges<'_>,
    after: i64,
    limit: i64,
) -> Result<Vec<ListedChange>, StoreError> {
    let state = narrowed.state.map_or("", ChangeState::code);
    let pattern = contains(narrowed.search);
    let (c, r, p) = (customer.uuid(), run.uuid(), pattern.as_str());
    let rows = match narrowed.kind {
        None => fetch_all!(tx, ChangeColumns, CHANGES, c, r, after, state, p, limit)?,
        Some(kind) => fetch_all!(
            tx,
            ChangeColumns,
            CHANGES_OF_KIND,
            c,
            r,
            after,
            state,
            p,
            limit,
            kind.code()
        )?,
    };
    rows.into_iter().map(ChangeColumns::read).collect()
}
