//! What a rehearsal says of each person, and who is waived.

use domain::ids::Id;
use domain::migration::RehearsalOutcome;
use domain::{AccountId, CustomerId, ObjectId, Timestamp};
use uuid::Uuid;

use crate::error::code;
use crate::people_list::contains;
use crate::sql::{execute, fetch_all, fetch_value, insert_rows, statements};
use crate::{StoreError, Tx};

statements! {
    FORGET = "DELETE FROM migration_rehearsed WHERE customer_id = $1 AND plan = $2";
    INSERT = {
        sqlite: "INSERT INTO migration_rehearsed (customer_id, plan, outcome, seq, subject, account_id, object_id, name,
                username, search_key, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        postgres: "INSERT INTO migration_rehearsed (customer_id, plan, outcome, seq, subject, account_id, object_id, name,
                username, search_key, reason)
            SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $3::text[], $4::bigint[], $5::text[], $6::uuid[], $7::text[],
                $8::text[], $9::text[], $10::text[], $11::text[])",
    };
    LIST = "SELECT r.outcome, r.seq, r.subject, r.account_id, r.object_id, r.name, r.username, r.search_key, r.reason,
            w.reason AS waiver, w.waived_by
        FROM migration_rehearsed r
        LEFT JOIN migration_waivers w ON w.customer_id = $1 AND w.outcome = r.outcome AND w.subject = r.subject
        WHERE r.customer_id = $1 AND r.plan = $2 AND r.outcome = $3 AND r.seq > $4
        AND ($5 = '' OR r.search_key LIKE $5 ESCAPE '!') ORDER BY r.seq LIMIT $6";
    UNWAIVED = "SELECT COUNT(*) FROM migration_rehearsed r
        WHERE r.customer_id = $1 AND r.plan = $2 AND r.outcome IN ('duplicated', 'lost')
        AND NOT EXISTS (SELECT 1 FROM migration_waivers w WHERE w.customer_id = $1 AND w.outcome = r.outcome
            AND w.subject = r.subject)";
    WAIVE = "INSERT INTO migration_waivers (customer_id, outcome, subject, reason, waived_by, waived_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (customer_id, outcome, subject) DO UPDATE SET reason = excluded.reason,
            waived_by = excluded.waived_by, waived_at = excluded.waived_at";
    WITHDRAW = "DELETE FROM migration_waivers WHERE customer_id = $1 AND outcome = $2 AND subject = $3";
}

/// What becomes of somebody at the first sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsed {
    pub outcome: RehearsalOutcome,
    pub seq: i64,
    /// Whom a waiver names: the account, else the person.
    pub subject: String,
    pub account: Option<AccountId>,
    pub object: Option<ObjectId>,
    pub name: String,
    pub username: String,
    pub search_key: String,
    pub reason: String,
    /// Why it is accepted, and by whom.
    pub waiver: Option<(String, String)>,
}

/// Forgets what the rehearsal before said.
pub async fn forget_rehearsed(tx: &mut Tx, customer: CustomerId, plan: i64) -> Result<(), StoreError> {
    execute!(tx, FORGET, customer.uuid(), plan)?;
    Ok(())
}

/// Writes what becomes of people.
pub async fn insert_rehearsed(
    tx: &mut Tx,
    customer: CustomerId,
    plan: i64,
    people: &[Rehearsed],
) -> Result<(), StoreError> {
    insert_rows!(tx, INSERT, people, |person| [
        customer.uuid(),
        plan,
        person.outcome.code(),
        person.seq,
        person.subject.as_str(),
        person.account.map(Id::uuid),
        person.object.as_ref().map(|id| id.as_str().to_owned()),
        person.name.as_str(),
        person.username.as_str(),
        person.search_key.as_str(),
        person.reason.as_str(),
    ])
}

#[derive(sqlx::FromRow)]
struct Columns {
    outcome: String,
    seq: i64,
    subject: String,
    account_id: Option<Uuid>,
    object_id: Option<String>,
    name: String,
    username: String,
    search_key: String,
    reason: String,
    waiver: Option<String>,
    waived_by: Option<String>,
}

/// People of one outcome behind `after`, at most `limit`; `search` is part of the search key, folded.
pub async fn list_rehearsed(
    tx: &mut Tx,
    customer: CustomerId,
    (plan, outcome): (i64, RehearsalOutcome),
    search: &str,
    (after, limit): (i64, i64),
) -> Result<Vec<Rehearsed>, StoreError> {
    let search = contains(search);
    let (c, outcome) = (customer.uuid(), outcome.code());
    fetch_all!(tx, Columns, LIST, c, plan, outcome, after, &search, limit)?
        .into_iter()
        .map(|row| {
            Ok(Rehearsed {
                outcome: code("migration_rehearsed", "outcome", &row.outcome)?,
                seq: row.seq,
                subject: row.subject,
                account: row.account_id.map(AccountId::from_uuid),
                object: row.object_id.map(ObjectId),
                name: row.name,
                username: row.username,
                search_key: row.search_key,
                reason: row.reason,
                waiver: row.waiver.zip(row.waived_by),
            })
        })
        .collect()
}

/// How many duplicates and lost accounts nobody accepted.
pub async fn unwaived(tx: &mut Tx, customer: CustomerId, plan: i64) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, UNWAIVED, customer.uuid(), plan)
}

/// Accepts what becomes of somebody.
pub async fn waive(
    tx: &mut Tx,
    customer: CustomerId,
    (outcome, subject): (RehearsalOutcome, &str),
    (reason, by): (&str, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        WAIVE,
        customer.uuid(),
        outcome.code(),
        subject,
        reason,
        by,
        now
    )?;
    Ok(())
}

/// Accepts it no more.
pub async fn withdraw_waiver(
    tx: &mut Tx,
    customer: CustomerId,
    (outcome, subject): (RehearsalOutcome, &str),
) -> Result<(), StoreError> {
    execute!(tx, WITHDRAW, customer.uuid(), outcome.code(), subject)?;
    Ok(())
}
