//! Who is whose manager (domain 3.9): what the directory says, beside what the accounts say.
//!
//! Entra names a manager by object id. Okta's `managerId` is free text; [`resolve`] keeps whom it means in
//! `snapshot_users.manager_object_id`, beside the text.

use domain::ids::Id;
use domain::people::BlockedBy;
use domain::{AccountId, CustomerId, DirectoryId, ObjectId, RunId, Timestamp};
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::sql::{execute, fetch_all, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    // Texts that are nobody's object id.
    NAMED = "SELECT DISTINCT s.manager FROM snapshot_users s
        WHERE s.customer_id = $1 AND s.directory_id = $2 AND s.present AND s.in_scope AND s.manager IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM snapshot_users m
            WHERE m.customer_id = $1 AND m.directory_id = $2 AND m.object_id = s.manager)";
    NAMES = "SELECT row_no, object_id, principal_name, mail,
            CAST(attributes->>'employeeNumber' AS TEXT) AS employee_number, present
        FROM snapshot_users WHERE customer_id = $1 AND directory_id = $2 AND row_no > $3 ORDER BY row_no LIMIT $4";
    UNRESOLVE = ["UPDATE snapshot_users SET manager_object_id = NULL
        WHERE customer_id = $1 AND directory_id = $2 AND manager_object_id IS NOT NULL
        AND (manager IS NULL OR manager NOT IN " (list "$3") ")"];
    RESOLVE = {
        // With an affinity, so that SQLite makes an index of the list instead of walking through it for each person.
        sqlite: "WITH r AS MATERIALIZED (SELECT CAST(value->>'named' AS TEXT) AS named, value->>'object_id' AS object_id
                FROM json_each($3))
            UPDATE snapshot_users SET manager_object_id = r.object_id FROM r
            WHERE customer_id = $1 AND directory_id = $2 AND manager = r.named
            AND manager_object_id IS DISTINCT FROM r.object_id",
        postgres: "UPDATE snapshot_users SET manager_object_id = r.object_id
            FROM jsonb_to_recordset($3) AS r(named text, object_id text)
            WHERE customer_id = $1 AND directory_id = $2 AND manager = r.named
            AND manager_object_id IS DISTINCT FROM r.object_id",
    };
    // The account an object has, or will have once this run's creations and links are applied. A linked account is
    // there already, whether the link is old or of this run, and so is the manager it has now.
    DIFFERENCES = ["SELECT s.row_no, s.object_id, COALESCE(l.account_id, c.account_id) AS account_id,
            a.manager_id AS current_manager, COALESCE(ml.account_id, mc.account_id) AS wanted_manager,
            a.state, a.blocked_by, c.seq, c.kind, COALESCE(s.display_name, s.principal_name) AS name,
            COALESCE(a.username, s.username, s.principal_name) AS username,
            COALESCE(ma.username, mc.username) AS wanted_username, cma.username AS current_username
        FROM snapshot_users s
        LEFT JOIN identity_links l ON l.customer_id = $1 AND l.directory_id = $2 AND l.object_id = s.object_id
        LEFT JOIN sync_changes c" (index "sync_changes_by_object") " ON c.customer_id = $1 AND c.run_id = $3
            AND c.object_id = s.object_id AND c.kind NOT IN ('group_add', 'group_remove', 'skip', 'flag', 'dispute')
        LEFT JOIN accounts a ON a.customer_id = $1 AND a.id = COALESCE(l.account_id, c.account_id)
        LEFT JOIN accounts cma ON cma.customer_id = $1 AND cma.id = a.manager_id
        LEFT JOIN identity_links ml ON ml.customer_id = $1 AND ml.directory_id = $2
            AND ml.object_id = COALESCE(s.manager_object_id, s.manager)
        LEFT JOIN accounts ma ON ma.customer_id = $1 AND ma.id = ml.account_id
        LEFT JOIN sync_changes mc" (index "sync_changes_by_object") " ON mc.customer_id = $1 AND mc.run_id = $3
            AND mc.object_id = COALESCE(s.manager_object_id, s.manager) AND mc.kind IN ('create', 'link')
        WHERE s.customer_id = $1 AND s.directory_id = $2 AND s.present AND s.in_scope
        AND s.manager_object_id IS DISTINCT FROM ''
        AND s.status NOT IN ('unknown', 'activating') AND s.row_no > $4
        AND COALESCE(l.account_id, c.account_id) IS NOT NULL
        AND COALESCE(ml.account_id, mc.account_id) IS DISTINCT FROM a.manager_id
        ORDER BY s.row_no LIMIT $5"];
    LAST_CHANGE = "SELECT COALESCE(MAX(seq), 0) FROM sync_changes WHERE customer_id = $1 AND run_id = $2";
    // P-17: before the change itself, and only where there is one.
    COUNT_APPOINTED = "UPDATE customers SET people_number = people_number + 1 WHERE id = $1 AND EXISTS (
        SELECT 1 FROM sync_changes c JOIN accounts a ON a.customer_id = $1 AND a.id = c.account_id
        WHERE c.customer_id = $1 AND c.run_id = $3 AND c.seq > $4 AND c.seq <= $5
        AND c.state = 'applied' AND c.manager_id IS NOT NULL
        AND a.directory_id = $2 AND a.manager_id IS DISTINCT FROM c.manager_id
        AND EXISTS (SELECT 1 FROM accounts m WHERE m.customer_id = $1 AND m.id = c.manager_id))";
    APPOINT = "UPDATE accounts SET manager_id = c.manager_id, version = accounts.version + 1, updated_at = $6
        FROM sync_changes c
        WHERE c.customer_id = $1 AND c.run_id = $3 AND c.seq > $4 AND c.seq <= $5
        AND c.state = 'applied' AND c.manager_id IS NOT NULL
        AND accounts.customer_id = $1 AND accounts.id = c.account_id AND accounts.directory_id = $2
        AND accounts.manager_id IS DISTINCT FROM c.manager_id
        AND EXISTS (SELECT 1 FROM accounts m WHERE m.customer_id = $1 AND m.id = c.manager_id)";
}

/// The names of one person by which somebody may call them in `managerId`.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Names {
    pub row_no: i64,
    pub object_id: String,
    /// Okta: the login.
    pub principal_name: String,
    pub mail: Option<String>,
    pub employee_number: Option<String>,
    /// False: gone, or deactivated in Okta.
    pub present: bool,
}

#[derive(Serialize)]
struct Resolved<'a> {
    named: &'a str,
    /// Empty: several.
    object_id: &'a str,
}

/// What people in scope have as their manager and what is nobody's object id, each text once.
pub async fn named(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<Vec<String>, StoreError> {
    let rows = fetch_all!(tx, (String,), NAMED, customer.uuid(), directory.uuid())?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// The names of the next people of the snapshot after row `after`.
pub async fn names(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    after: i64,
    limit: i64,
) -> Result<Vec<Names>, StoreError> {
    fetch_all!(tx, Names, NAMES, customer.uuid(), directory.uuid(), after, limit)
}

/// Keeps whom texts of `managerId` mean; `None` fits several people. A text that is not among them means the person
/// with that object id, or nobody.
pub async fn resolve(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    meant: &[(String, Option<ObjectId>)],
) -> Result<(), StoreError> {
    let texts: Vec<&str> = meant.iter().map(|(named, _)| named.as_str()).collect();
    execute!(tx, UNRESOLVE, customer.uuid(), directory.uuid(), Json(texts))?;
    if !meant.is_empty() {
        let rows: Vec<_> = meant
            .iter()
            .map(|(named, meant)| Resolved {
                named,
                object_id: meant.as_ref().map_or("", ObjectId::as_str),
            })
            .collect();
        execute!(tx, RESOLVE, customer.uuid(), directory.uuid(), Json(rows))?;
    }
    Ok(())
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct ManagerColumns {
    row_no: i64,
    object_id: String,
    account_id: Uuid,
    current_manager: Option<Uuid>,
    wanted_manager: Option<Uuid>,
    state: Option<String>,
    blocked_by: Option<String>,
    seq: Option<i64>,
    kind: Option<String>,
    name: String,
    username: String,
    wanted_username: Option<String>,
    current_username: Option<String>,
}

/// A person whose manager is not who the directory says (3.9).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagerDifference {
    pub row_no: i64,
    pub object_id: ObjectId,
    pub account: AccountId,
    pub current: Option<(AccountId, Option<String>)>,
    pub wanted: Option<(AccountId, Option<String>)>,
    /// The account is blocked, and this run does not bring it back: an administrator's block outlives a link (L-06,
    /// L-09).
    pub stays_blocked: bool,
    /// The change this run already plans for the person.
    pub planned: Option<i64>,
    /// This run blocks the account.
    pub blocks: bool,
    pub name: String,
    pub username: String,
}

/// People whose manager differs, after row `after`; managers that this run creates or links count as there, without a
/// run only those who are. People whose manager fits several are left out.
pub async fn differences(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    run: Option<RunId>,
    after: i64,
    limit: i64,
) -> Result<Vec<ManagerDifference>, StoreError> {
    let (c, d, r) = (customer.uuid(), directory.uuid(), run.map(Id::uuid));
    let rows = fetch_all!(tx, ManagerColumns, DIFFERENCES, c, d, r, after, limit)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let kind = row.kind.as_deref();
            let by_sync = row.blocked_by.as_deref() == Some(BlockedBy::Sync.code());
            let comes_back = kind == Some("unblock") || (kind == Some("link") && by_sync);
            ManagerDifference {
                row_no: row.row_no,
                object_id: ObjectId(row.object_id),
                account: AccountId::from_uuid(row.account_id),
                current: row
                    .current_manager
                    .map(|id| (AccountId::from_uuid(id), row.current_username)),
                wanted: row
                    .wanted_manager
                    .map(|id| (AccountId::from_uuid(id), row.wanted_username)),
                stays_blocked: row.state.as_deref() == Some("blocked") && !comes_back,
                planned: row.seq,
                blocks: kind == Some("block"),
                name: row.name,
                username: row.username,
            }
        })
        .collect())
}

/// The number of a run's last change.
pub async fn last_change(tx: &mut Tx, customer: CustomerId, run: RunId) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, LAST_CHANGE, customer.uuid(), run.uuid())
}

/// Gives people the managers that the applied changes after `after`, up to and including `last`, promised them and that
/// were not there yet when those were applied. A manager whose account was never made stays away. Can be repeated.
pub async fn appoint(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    run: RunId,
    (after, last): (i64, i64),
    now: Timestamp,
) -> Result<u64, StoreError> {
    let (c, d, r) = (customer.uuid(), directory.uuid(), run.uuid());
    execute!(tx, COUNT_APPOINTED, c, d, r, after, last)?;
    execute!(tx, APPOINT, c, d, r, after, last, now)
}
