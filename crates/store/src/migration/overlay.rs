//! People as a plan would leave it, for the rehearsal: nothing is written.

use std::collections::HashMap;

use domain::ids::Id;
use domain::migration::MigrationEntry;
use domain::people::PeopleAccount;
use domain::{AccountId, CustomerId, DirectoryId, ObjectId, UsernameKey};
use sqlx::types::Json;
use uuid::Uuid;

use super::entries::EntryColumns;
use crate::accounts::{AccountColumns, hex_ids};
use crate::sql::{digits, fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    // Whoever is one of the accounts, or gets one of the usernames.
    ENTRIES = ["SELECT e.account_id, e.account_version, e.line, e.kind, e.held, e.username_before, e.directory_before,
            e.link_before, e.username_after, e.directory_after, e.link_after, e.steps_aside, e.frees
        FROM (SELECT value FROM " (ids "$3") " k
            UNION SELECT p.account_id FROM " (list "$4") " k CROSS JOIN migration_lookups p
                WHERE p.customer_id = $1 AND p.plan = $2 AND p.what = 'name' AND p.key = k.value) k
        CROSS JOIN migration_entries AS e
        WHERE e.customer_id = $1 AND e.plan = $2 AND e.account_id = k.value AND e.kind <> 'held'"];
    OF_PEOPLE = "SELECT e.account_id, e.account_version, e.line, e.kind, e.held, e.username_before, e.directory_before,
            e.link_before, e.username_after, e.directory_after, e.link_after, e.steps_aside, e.frees,
            a.id, a.username, a.username_key, a.directory_id, a.state, a.blocked_by, a.block_reason, a.is_administrator,
            a.profile, a.manager_id, a.version, a.created_at, a.updated_at, a.last_sign_in_at
        FROM migration_lookups p CROSS JOIN migration_entries e CROSS JOIN accounts a
        WHERE p.customer_id = $1 AND p.plan = $2 AND p.what = 'person' AND p.key > $3 AND p.key <= $4
        AND e.customer_id = $1 AND e.plan = $2 AND e.account_id = p.account_id
        AND a.customer_id = $1 AND a.id = p.account_id";
    CLAIMED = ["SELECT s.object_id FROM (SELECT DISTINCT value FROM " (list "$4") " k) k
        CROSS JOIN snapshot_users s
        WHERE s.customer_id = $1 AND s.directory_id = $2 AND s.object_id = k.value
        AND EXISTS (SELECT 1 FROM migration_lookups p
            WHERE p.customer_id = $1 AND p.plan = $3 AND p.what = 'person' AND p.key = " (digits "s.row_no") ")"];
    // Active accounts that nobody of the directory would claim: those of the directory, as in `compare`, and those that are
    // not in it although they follow another directory now (P-13: those who are left, and those who are held).
    UNCLAIMED = ["SELECT a.id, a.username, a.username_key, a.directory_id, a.state, a.blocked_by, a.block_reason,
            a.is_administrator, a.profile, a.manager_id, a.version, a.created_at, a.updated_at, a.last_sign_in_at
        FROM accounts a
        LEFT JOIN migration_entries e ON e.customer_id = $1 AND e.plan = $3 AND e.account_id = a.id AND e.kind <> 'held'
        WHERE a.customer_id = $1 AND a.id > $4 AND a.state <> 'blocked'
        AND CASE WHEN e.account_id IS NULL THEN a.directory_id ELSE e.directory_after END IS NOT NULL
        AND (CASE WHEN e.account_id IS NULL THEN a.directory_id ELSE e.directory_after END IS DISTINCT FROM $2
            OR (CASE WHEN e.account_id IS NULL THEN NOT EXISTS (SELECT 1 FROM identity_links l
                    WHERE l.customer_id = $1 AND l.account_id = a.id) ELSE e.link_after IS NULL END
                AND NOT EXISTS (SELECT 1 FROM snapshot_users s" (index "snapshot_users_by_username") "
                    WHERE s.customer_id = $1 AND s.directory_id = $2 AND s.username_key = COALESCE(e.key_after, a.username_key)
                    AND s.present AND s.in_scope)))
        ORDER BY a.id LIMIT $5"];
    PROBABLE = ["SELECT s.object_id, a.username FROM (SELECT DISTINCT value FROM " (list "$3") " k) k
        CROSS JOIN snapshot_users s
        CROSS JOIN mapping_proposals AS p" (index "mapping_proposals_by_person") "
        CROSS JOIN accounts a
        WHERE s.customer_id = $1 AND s.directory_id = $2 AND s.object_id = k.value
        AND p.customer_id = $1 AND p.person = s.row_no AND a.customer_id = $1 AND a.id = p.account_id
        AND a.state <> 'blocked'"];
    FREED = ["SELECT e.key_before FROM (SELECT DISTINCT value FROM " (list "$3") " k) k
        CROSS JOIN accounts a CROSS JOIN migration_entries e
        WHERE a.customer_id = $1 AND a.username_key = k.value
        AND e.customer_id = $1 AND e.plan = $2 AND e.account_id = a.id AND e.frees"];
}

/// Entries of these accounts, and of those that get one of the usernames; none that are held.
pub async fn entries_about(
    tx: &mut Tx,
    (customer, plan): (CustomerId, i64),
    accounts: &[AccountId],
    keys: &[&UsernameKey],
) -> Result<Vec<MigrationEntry>, StoreError> {
    if accounts.is_empty() && keys.is_empty() {
        return Ok(Vec::new());
    }
    let (c, ids) = (customer.uuid(), hex_ids(accounts));
    fetch_all!(tx, EntryColumns, ENTRIES, c, plan, ids, Json(keys))?
        .into_iter()
        .map(EntryColumns::read)
        .collect()
}

#[derive(sqlx::FromRow)]
struct WithAccount {
    #[sqlx(flatten)]
    entry: EntryColumns,
    #[sqlx(flatten)]
    account: AccountColumns,
}

/// The accounts, as they are, that get a link to somebody of the directory's snapshot behind row `after` up to row `last`, and
/// their entries.
pub async fn entries_of_people(
    tx: &mut Tx,
    (customer, plan): (CustomerId, i64),
    (after, last): (i64, i64),
) -> Result<Vec<(MigrationEntry, PeopleAccount)>, StoreError> {
    let (c, after, last) = (customer.uuid(), digits(after), digits(last));
    fetch_all!(tx, WithAccount, OF_PEOPLE, c, plan, after, last)?
        .into_iter()
        .map(|row| Ok((row.entry.read()?, row.account.read()?)))
        .collect()
}

/// To which of these people a plan links somebody.
pub async fn claimed(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    plan: i64,
    people: &[&ObjectId],
) -> Result<Vec<ObjectId>, StoreError> {
    let (c, d) = (customer.uuid(), directory.uuid());
    let rows = fetch_all!(tx, (String,), CLAIMED, c, d, plan, Json(people))?;
    Ok(rows.into_iter().map(|(id,)| ObjectId(id)).collect())
}

/// Which of these usernames nobody would have any more after a plan.
pub async fn freed(
    tx: &mut Tx,
    (customer, plan): (CustomerId, i64),
    keys: &[&UsernameKey],
) -> Result<Vec<UsernameKey>, StoreError> {
    let rows = fetch_all!(tx, (String,), FREED, customer.uuid(), plan, Json(keys))?;
    let read = |(key,)| UsernameKey::from_stored(key);
    Ok(rows.into_iter().map(read).collect())
}

/// Active accounts that no directory object would claim after a plan, behind `after`, by id: with the directory and username
/// they have now.
pub async fn unclaimed_after(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    plan: i64,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<PeopleAccount>, StoreError> {
    let after = after.map_or(Uuid::nil(), Id::uuid);
    let (c, d) = (customer.uuid(), directory.uuid());
    let rows = fetch_all!(tx, AccountColumns, UNCLAIMED, c, d, plan, after, limit)?;
    rows.into_iter().map(AccountColumns::read).collect()
}

/// Active accounts that are probably those of people: their usernames.
pub async fn probable_accounts(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    people: &[&ObjectId],
) -> Result<HashMap<ObjectId, String>, StoreError> {
    let (c, d) = (customer.uuid(), directory.uuid());
    let rows = fetch_all!(tx, (String, String), PROBABLE, c, d, Json(people))?;
    Ok(rows
        .into_iter()
        .map(|(object, username)| (ObjectId(object), username))
        .collect())
}
