//! Plans.

use domain::ids::Id;
use domain::migration::{
    MigrationOptions, MigrationPlan, MigrationPurpose, PlanCounts, PlanState, RehearsalCounts,
};
use domain::{AccountId, CustomerId, DirectoryId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::{code, one_row};
use crate::sql::{execute, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    NEXT = "SELECT COALESCE(MAX(number), 0) + 1 FROM migration_plans WHERE customer_id = $1";
    INSERT = "INSERT INTO migration_plans (customer_id, number, purpose, undoes, only_account, state, mapping_version,
            mapping_hash, directory_id, people_number, snapshot_number, hash, counts, options, made_by, made_at)
        VALUES ($1, $2, $3, $4, $5, 'making', $6, $7, $8, $9, $10, '', $11, $12, $13, $14)";
    LATEST = "SELECT number, purpose, undoes, only_account, state, mapping_version, mapping_hash, directory_id,
            people_number, snapshot_number, hash, counts, options, rehearsal, backup, made_by, made_at
        FROM migration_plans WHERE customer_id = $1 ORDER BY number DESC LIMIT 1";
    FIND = "SELECT number, purpose, undoes, only_account, state, mapping_version, mapping_hash, directory_id,
            people_number, snapshot_number, hash, counts, options, rehearsal, backup, made_by, made_at
        FROM migration_plans WHERE customer_id = $1 AND number = $2";
    FINISH = "UPDATE migration_plans SET state = 'ready', hash = $3, counts = $4
        WHERE customer_id = $1 AND number = $2 AND state = 'making'";
    FAIL = "UPDATE migration_plans SET state = 'failed' WHERE customer_id = $1 AND number = $2 AND state = 'making'";
    DROP = "UPDATE migration_plans SET state = 'dropped' WHERE customer_id = $1 AND number = $2
        AND state IN ('making', 'ready', 'failed') AND NOT EXISTS (SELECT 1 FROM migration_runs r
            WHERE r.customer_id = $1 AND r.plan = $2 AND r.committed_at IS NOT NULL)";
    SET_OPTIONS = "UPDATE migration_plans SET options = $3 WHERE customer_id = $1 AND number = $2 AND state <> 'failed'";
    SET_REHEARSAL = "UPDATE migration_plans SET rehearsal = $3 WHERE customer_id = $1 AND number = $2 AND state = 'ready'";
    SET_BACKUP = "UPDATE migration_plans SET backup = $3 WHERE customer_id = $1 AND number = $2 AND state = 'ready'";
    FORGET_ENTRIES = "DELETE FROM migration_entries WHERE customer_id = $1 AND plan = $2";
    FORGET_LOOKUPS = "DELETE FROM migration_lookups WHERE customer_id = $1 AND plan = $2";
    // In the order of the keys: each statement writes one place after the other.
    LOOKUPS_BY_PERSON = ["INSERT INTO migration_lookups (customer_id, plan, what, key, account_id)
        SELECT $1, $2, 'person', " (digits "k.row_no") ", k.account_id FROM (
            SELECT e.person AS row_no, e.account_id FROM migration_entries e
            WHERE e.customer_id = $1 AND e.plan = $2 AND e.person IS NOT NULL
            UNION ALL
            SELECT s.row_no, e.account_id FROM migration_plans p
            JOIN migration_entries e ON e.customer_id = $1 AND e.plan = $2 AND e.directory_after = p.directory_id
                AND e.person IS NULL AND e.kind <> 'held'
            JOIN snapshot_users s ON s.customer_id = $1 AND s.directory_id = p.directory_id AND s.object_id = e.link_after
            WHERE p.customer_id = $1 AND p.number = $2) k
        ORDER BY k.row_no, k.account_id"];
    LOOKUPS_BY_NAME = "INSERT INTO migration_lookups (customer_id, plan, what, key, account_id)
        SELECT $1, $2, 'name', key_after, account_id FROM migration_entries
        WHERE customer_id = $1 AND plan = $2 ORDER BY key_after, account_id";
    LOOKUPS_OF_FREED = "INSERT INTO migration_lookups (customer_id, plan, what, key, account_id)
        SELECT $1, $2, 'freed', key_before, account_id FROM migration_entries
        WHERE customer_id = $1 AND plan = $2 AND frees ORDER BY key_before, account_id ON CONFLICT DO NOTHING";
}

/// What a rehearsal came to, and what it was made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rehearsal {
    pub counts: RehearsalCounts,
    pub people_number: i64,
    pub snapshot_number: i64,
    pub settings_version: i64,
    pub at: Timestamp,
}

/// A plan to begin.
#[derive(Clone, Copy, Debug)]
pub struct NewPlan<'a> {
    pub purpose: MigrationPurpose,
    pub undoes: Option<i64>,
    pub only: Option<AccountId>,
    pub mapping_version: i64,
    pub mapping_hash: &'a str,
    pub directory: DirectoryId,
    pub people_number: i64,
    pub snapshot_number: i64,
    pub options: MigrationOptions,
    pub by: &'a str,
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct PlanColumns {
    number: i64,
    purpose: String,
    undoes: Option<i64>,
    only_account: Option<Uuid>,
    state: String,
    mapping_version: i64,
    mapping_hash: String,
    directory_id: Uuid,
    people_number: i64,
    snapshot_number: i64,
    hash: String,
    counts: Json<PlanCounts>,
    options: Json<MigrationOptions>,
    rehearsal: Option<Json<Rehearsal>>,
    backup: Option<Json<String>>,
    made_by: String,
    made_at: Timestamp,
}

/// A plan, its rehearsal, and what was said about the backup.
pub type StoredPlan = (MigrationPlan, Option<Rehearsal>, Option<String>);

impl PlanColumns {
    fn read(self) -> Result<StoredPlan, StoreError> {
        let plan = MigrationPlan {
            number: self.number,
            purpose: code::<MigrationPurpose>("migration_plans", "purpose", &self.purpose)?,
            undoes: self.undoes,
            only: self.only_account.map(AccountId::from_uuid),
            state: code::<PlanState>("migration_plans", "state", &self.state)?,
            mapping_version: self.mapping_version,
            mapping_hash: self.mapping_hash,
            directory: DirectoryId::from_uuid(self.directory_id),
            people_number: self.people_number,
            snapshot_number: self.snapshot_number,
            hash: self.hash,
            counts: self.counts.0,
            options: self.options.0,
            made_by: self.made_by,
            made_at: self.made_at,
        };
        let backup = self.backup.map(|note| note.0);
        Ok((plan, self.rehearsal.map(|rehearsal| rehearsal.0), backup))
    }
}

/// Begins a plan and gives its number. The caller has taken the customer's turn.
pub async fn insert_plan(tx: &mut Tx, customer: CustomerId, new: &NewPlan<'_>) -> Result<i64, StoreError> {
    let number = fetch_value!(tx, i64, NEXT, customer.uuid())?;
    execute!(
        tx,
        INSERT,
        customer.uuid(),
        number,
        new.purpose.code(),
        new.undoes,
        new.only.map(Id::uuid),
        new.mapping_version,
        new.mapping_hash,
        new.directory.uuid(),
        new.people_number,
        new.snapshot_number,
        Json(PlanCounts::default()),
        Json(new.options),
        new.by,
        new.at
    )?;
    Ok(number)
}

/// The newest plan.
pub async fn latest_plan(tx: &mut Tx, customer: CustomerId) -> Result<Option<StoredPlan>, StoreError> {
    let row = fetch_optional!(tx, PlanColumns, LATEST, customer.uuid())?;
    row.map(PlanColumns::read).transpose()
}

/// One plan.
pub async fn find_plan(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
) -> Result<Option<StoredPlan>, StoreError> {
    let row = fetch_optional!(tx, PlanColumns, FIND, customer.uuid(), number)?;
    row.map(PlanColumns::read).transpose()
}

/// All entries of a plan are written.
pub async fn finish_plan(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
    (counts, hash): (&PlanCounts, &str),
) -> Result<(), StoreError> {
    let touched = execute!(tx, FINISH, customer.uuid(), number, hash, Json(counts))?;
    one_row(touched, "the plan")
}

/// The plan could not be made.
pub async fn fail_plan(tx: &mut Tx, customer: CustomerId, number: i64) -> Result<(), StoreError> {
    execute!(tx, FAIL, customer.uuid(), number)?;
    Ok(())
}

/// Nobody wants to carry the plan out. One that was carried out is [`StoreError::Stale`].
pub async fn drop_plan(tx: &mut Tx, customer: CustomerId, number: i64) -> Result<(), StoreError> {
    let touched = execute!(tx, DROP, customer.uuid(), number)?;
    one_row(touched, "the plan")
}

/// What staff decide beside the mapping.
pub async fn set_options(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
    options: MigrationOptions,
) -> Result<(), StoreError> {
    let touched = execute!(tx, SET_OPTIONS, customer.uuid(), number, Json(options))?;
    one_row(touched, "the plan")
}

/// What its rehearsal came to; `None`: it is rehearsed anew.
pub async fn set_rehearsal(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
    rehearsal: Option<&Rehearsal>,
) -> Result<(), StoreError> {
    let touched = execute!(tx, SET_REHEARSAL, customer.uuid(), number, rehearsal.map(Json))?;
    one_row(touched, "the plan")
}

/// What somebody says about the backup.
pub async fn set_backup(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
    note: &str,
) -> Result<(), StoreError> {
    let touched = execute!(tx, SET_BACKUP, customer.uuid(), number, Json(note))?;
    one_row(touched, "the plan")
}

/// Forgets entries that were not finished; making the plan starts over.
pub async fn forget_entries(tx: &mut Tx, customer: CustomerId, number: i64) -> Result<(), StoreError> {
    execute!(tx, FORGET_ENTRIES, customer.uuid(), number)?;
    execute!(tx, FORGET_LOOKUPS, customer.uuid(), number)?;
    Ok(())
}

/// Makes the entries of a plan, which are all there, findable by what they do.
pub async fn fill_lookups(tx: &mut Tx, customer: CustomerId, number: i64) -> Result<(), StoreError> {
    for sql in [LOOKUPS_BY_PERSON, LOOKUPS_BY_NAME] {
        execute!(tx, sql, customer.uuid(), number)?;
    }
    Ok(())
}

/// The same for the usernames that nobody has after a plan: needed once it is carried out, and not before. A plan whose run
/// broke off has them already, and they are the same.
pub async fn fill_freed(tx: &mut Tx, customer: CustomerId, number: i64) -> Result<(), StoreError> {
    execute!(tx, LOOKUPS_OF_FREED, customer.uuid(), number)?;
    Ok(())
}
