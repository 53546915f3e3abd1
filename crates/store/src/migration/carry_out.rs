//! Carrying a plan out: a few statements over all entries at once, in one unit of work, so that many renames cost little more
//! than an update of as many rows. Swaps are possible since whoever hands a username on steps aside first (M-03).

use domain::ids::Id;
use domain::{AccountId, CustomerId, DirectoryId, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    // Everybody else who changes accounts waits from here on, since they count changes first, too (P-17).
    BEGIN_CHANGE = "UPDATE customers SET people_number = people_number + 1 WHERE id = $1 AND people_number = $2";
    CHANGED = "SELECT a.username FROM accounts a
        LEFT JOIN migration_entries e ON e.customer_id = $1 AND e.plan = $2 AND e.account_id = a.id
        WHERE a.customer_id = $1 AND a.updated_at > $3 AND (e.account_id IS NULL OR a.version <> e.account_version)
        ORDER BY a.updated_at DESC, a.id LIMIT $4";
    // A name nobody can have (no username contains U+0001), inside one transaction only (M-03, M-04).
    STEP_ASIDE = {
        sqlite: "UPDATE accounts SET username_key = char(1) || hex(id)
            WHERE customer_id = $1 AND id IN (SELECT e.account_id FROM migration_entries AS e INDEXED BY migration_entries_aside
                WHERE e.customer_id = $1 AND e.plan = $2 AND e.steps_aside)",
        postgres: "UPDATE accounts SET username_key = chr(1) || id::text
            WHERE customer_id = $1 AND id IN (SELECT e.account_id FROM migration_entries e
                WHERE e.customer_id = $1 AND e.plan = $2 AND e.steps_aside)",
    };
    NEXT_BOUND = "SELECT account_id FROM migration_entries WHERE customer_id = $1 AND plan = $2 AND account_id > $3
        ORDER BY account_id LIMIT 1 OFFSET $4";
    LAST_BOUND = "SELECT account_id FROM migration_entries WHERE customer_id = $1 AND plan = $2 AND account_id > $3
        ORDER BY account_id DESC LIMIT 1";
    // The version is repeated, so that nothing is written over what changed since the plan was made; the range, since
    // PostgreSQL would walk through all accounts each time.
    WRITE = "UPDATE accounts SET username = e.username_after, username_key = e.key_after,
            directory_id = e.directory_after, search_key = e.search_key, sort_key = e.sort_key,
            version = accounts.version + 1, updated_at = $5
        FROM migration_entries e
        WHERE e.customer_id = $1 AND e.plan = $2 AND e.account_id > $3 AND e.account_id <= $4
        AND e.kind IN ('rename', 'move', 'both')
        AND accounts.customer_id = $1 AND accounts.id > $3 AND accounts.id <= $4
        AND accounts.id = e.account_id AND accounts.version = e.account_version";
    UNLINK = "DELETE FROM identity_links WHERE customer_id = $1 AND account_id IN (SELECT e.account_id
        FROM migration_entries e WHERE e.customer_id = $1 AND e.plan = $2 AND e.relinks AND e.link_before IS NOT NULL)";
    LINK = "INSERT INTO identity_links (customer_id, directory_id, object_id, account_id, linked_at)
        SELECT $1, e.directory_after, e.link_after, e.account_id, $3 FROM migration_entries e
        WHERE e.customer_id = $1 AND e.plan = $2 AND e.relinks AND e.directory_after IS NOT NULL
        AND e.link_after IS NOT NULL";
    TEMPORARY = {
        sqlite: "SELECT COUNT(*) FROM accounts WHERE customer_id = $1 AND username_key >= char(1) AND username_key < char(2)",
        postgres: "SELECT COUNT(*) FROM accounts WHERE customer_id = $1 AND username_key >= chr(1) AND username_key < chr(2)",
    };
    MISMATCHES = "SELECT COUNT(*) FROM migration_entries e
        LEFT JOIN accounts a ON a.customer_id = $1 AND a.id = e.account_id
        LEFT JOIN identity_links l ON l.customer_id = $1 AND l.account_id = e.account_id
        WHERE e.customer_id = $1 AND e.plan = $2 AND e.kind <> 'held'
        AND (a.id IS NULL OR a.username <> e.username_after OR a.username_key <> e.key_after
            OR a.directory_id IS DISTINCT FROM e.directory_after OR l.object_id IS DISTINCT FROM e.link_after
            OR (e.link_after IS NOT NULL AND l.directory_id IS DISTINCT FROM e.directory_after))";
    OLD_SYNCS = "SELECT id FROM directories WHERE customer_id = $1 AND provider NOT IN ('entra', 'okta')
        AND sync_off_at IS NULL ORDER BY id";
    OLD_SYNC_OFF = ["UPDATE directories SET sync_off_at = $3 WHERE customer_id = $1 AND id IN " (ids "$2")];
    OLD_SYNC_ON = ["UPDATE directories SET sync_off_at = NULL WHERE customer_id = $1 AND id IN " (ids "$2")];
    PASSWORD_POLICY = "SELECT password_policy FROM directories WHERE customer_id = $1 AND id = $2";
    SET_PASSWORD_POLICY = "UPDATE directories SET password_policy = $3 WHERE customer_id = $1 AND id = $2";
}

/// What a run switched, to be switched back by its undo.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchedOff {
    /// Directories whose sync it switched off, as hexadecimal digits.
    pub old_syncs: Vec<String>,
    /// The password policy of the new directory as it was before; `None`: it was left alone (M-16).
    pub password_policy: Option<bool>,
}

/// Begins to change People, if it is as it was when its number was read; everybody else who would change it waits until this
/// unit of work ends.
pub async fn begin_change(tx: &mut Tx, customer: CustomerId, people_number: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, BEGIN_CHANGE, customer.uuid(), people_number)? == 1)
}

/// Usernames of accounts that came or changed after a plan was made, the newest first, at most `limit`.
pub async fn changed_accounts(
    tx: &mut Tx,
    customer: CustomerId,
    (plan, since): (i64, Timestamp),
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let rows = fetch_all!(tx, (String,), CHANGED, customer.uuid(), plan, since, limit)?;
    Ok(rows.into_iter().map(|(username,)| username).collect())
}

/// Makes the usernames free that are handed on.
pub async fn step_aside(tx: &mut Tx, customer: CustomerId, plan: i64) -> Result<u64, StoreError> {
    execute!(tx, STEP_ASIDE, customer.uuid(), plan)
}

/// The last account of the next `size` entries behind `after`; `None`: there are no more.
pub async fn next_bound(
    tx: &mut Tx,
    customer: CustomerId,
    plan: i64,
    after: Option<AccountId>,
    size: i64,
) -> Result<Option<AccountId>, StoreError> {
    let (c, after) = (customer.uuid(), after.map_or(Uuid::nil(), Id::uuid));
    let bound: Option<(Uuid,)> = fetch_optional!(tx, (Uuid,), NEXT_BOUND, c, plan, after, size - 1)?;
    let bound = match bound {
        Some(bound) => Some(bound),
        None => fetch_optional!(tx, (Uuid,), LAST_BOUND, c, plan, after)?,
    };
    Ok(bound.map(|(id,)| AccountId::from_uuid(id)))
}

/// Writes usernames and directories of the accounts behind `after` up to `last`; gives how many. Everybody who hands a
/// username on must have stepped aside.
pub async fn write(
    tx: &mut Tx,
    customer: CustomerId,
    plan: i64,
    (after, last): (Option<AccountId>, AccountId),
    now: Timestamp,
) -> Result<u64, StoreError> {
    let (c, after) = (customer.uuid(), after.map_or(Uuid::nil(), Id::uuid));
    execute!(tx, WRITE, c, plan, after, last.uuid(), now)
}

/// Takes links away that are others, or none, afterwards.
pub async fn unlink(tx: &mut Tx, customer: CustomerId, plan: i64) -> Result<u64, StoreError> {
    execute!(tx, UNLINK, customer.uuid(), plan)
}

/// Links accounts to people of the directory, so that the first sync recognises them.
pub async fn link(tx: &mut Tx, customer: CustomerId, plan: i64, now: Timestamp) -> Result<u64, StoreError> {
    execute!(tx, LINK, customer.uuid(), plan, now)
}

/// How many accounts have a temporary username (M-04).
pub async fn count_temporary(tx: &mut Tx, customer: CustomerId) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, TEMPORARY, customer.uuid())
}

/// How many accounts are not as planned (M-25).
pub async fn mismatches(tx: &mut Tx, customer: CustomerId, plan: i64) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, MISMATCHES, customer.uuid(), plan)
}

/// Switches the syncs off of all directories that the intranet followed before; gives those that were on.
pub async fn switch_old_sync_off(
    tx: &mut Tx,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Vec<String>, StoreError> {
    let rows = fetch_all!(tx, (Uuid,), OLD_SYNCS, customer.uuid())?;
    let ids: Vec<String> = rows.into_iter().map(|(id,)| id.simple().to_string()).collect();
    execute!(tx, OLD_SYNC_OFF, customer.uuid(), Json(&ids), now)?;
    Ok(ids)
}

/// Switches syncs on again.
pub async fn switch_old_sync_on(tx: &mut Tx, customer: CustomerId, ids: &[String]) -> Result<(), StoreError> {
    execute!(tx, OLD_SYNC_ON, customer.uuid(), Json(ids))?;
    Ok(())
}

/// Says whether the local password policy holds for the accounts of a directory; gives what was before (M-16).
pub async fn switch_password_policy(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    holds: bool,
) -> Result<bool, StoreError> {
    let (c, d) = (customer.uuid(), directory.uuid());
    let before = fetch_value!(tx, bool, PASSWORD_POLICY, c, d)?;
    execute!(tx, SET_PASSWORD_POLICY, c, d, holds)?;
    Ok(before)
}
