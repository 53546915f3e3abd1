//! Usernames that a migration freed, kept from newcomers for a while.

use domain::ids::Id;
use domain::people::Profile;
use domain::{AccountId, CustomerId, Timestamp, UsernameKey};
use sqlx::types::Json;
use uuid::Uuid;

use crate::people_list::contains;
use crate::sql::{execute, fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    // As long as nobody has one again, by an undo or otherwise, and staff did not give it free.
    AMONG = ["SELECT p.key FROM (SELECT DISTINCT value FROM " (list "$2") " k) k
        CROSS JOIN migration_runs r
        CROSS JOIN migration_lookups p
        WHERE r.customer_id = $1 AND r.state IN ('verifying', 'done', 'rolled_back') AND r.reserved_until > $3
        AND p.customer_id = $1 AND p.plan = r.plan AND p.what = 'freed' AND p.key = k.value
        AND NOT EXISTS (SELECT 1 FROM released_usernames f WHERE f.customer_id = $1 AND f.plan = r.plan
            AND f.username_key = p.key)
        AND NOT EXISTS (SELECT 1 FROM accounts h WHERE h.customer_id = $1 AND h.username_key = p.key)"];
    LIST = "SELECT p.key, e.username_before, p.account_id, a.username, a.profile, r.reserved_until
        FROM migration_runs r
        CROSS JOIN migration_lookups p
        CROSS JOIN migration_entries e
        CROSS JOIN accounts a
        WHERE r.customer_id = $1 AND r.state IN ('verifying', 'done', 'rolled_back') AND r.reserved_until > $3
        AND p.customer_id = $1 AND p.plan = r.plan AND p.what = 'freed' AND p.key > $2
        AND e.customer_id = $1 AND e.plan = r.plan AND e.account_id = p.account_id
        AND a.customer_id = $1 AND a.id = p.account_id
        AND NOT EXISTS (SELECT 1 FROM released_usernames f WHERE f.customer_id = $1 AND f.plan = r.plan
            AND f.username_key = p.key)
        AND NOT EXISTS (SELECT 1 FROM accounts h WHERE h.customer_id = $1 AND h.username_key = p.key)
        AND NOT EXISTS (SELECT 1 FROM migration_runs n CROSS JOIN migration_lookups m
            WHERE n.customer_id = $1 AND n.number > r.number AND n.reserved_until > $3
            AND m.customer_id = $1 AND m.plan = n.plan AND m.what = 'freed' AND m.key = p.key)
        AND ($4 = '' OR a.search_key LIKE $4 ESCAPE '!' OR p.key LIKE $6 ESCAPE '!')
        ORDER BY p.key LIMIT $5";
    RELEASE = "INSERT INTO released_usernames (customer_id, plan, username_key)
        SELECT $1, r.plan, p.key FROM migration_runs r
        CROSS JOIN migration_lookups p
        WHERE r.customer_id = $1 AND r.state IN ('verifying', 'done', 'rolled_back') AND r.reserved_until > $3
        AND p.customer_id = $1 AND p.plan = r.plan AND p.what = 'freed' AND p.key = $2
        AND NOT EXISTS (SELECT 1 FROM accounts h WHERE h.customer_id = $1 AND h.username_key = p.key)
        ON CONFLICT DO NOTHING";
}

/// A reserved username, and whose it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reserved {
    pub key: UsernameKey,
    /// As it was written.
    pub username: String,
    pub account: AccountId,
    /// What the account is called now.
    pub now: String,
    pub profile: Profile,
    pub until: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Columns {
    key: String,
    username_before: String,
    account_id: Uuid,
    username: String,
    profile: Json<Profile>,
    reserved_until: Timestamp,
}

/// Which of these usernames are kept from newcomers.
pub async fn reserved(
    tx: &mut Tx,
    customer: CustomerId,
    keys: &[&UsernameKey],
    now: Timestamp,
) -> Result<Vec<UsernameKey>, StoreError> {
    let rows = fetch_all!(tx, (String,), AMONG, customer.uuid(), Json(keys), now)?;
    let read = |(key,)| UsernameKey::from_stored(key);
    Ok(rows.into_iter().map(read).collect())
}

/// Reserved usernames behind `after`, at most `limit`; `search` is part of the name of whose it was, folded, and
/// part of one, as in its key.
pub async fn list_reserved(
    tx: &mut Tx,
    customer: CustomerId,
    search: (&str, &str),
    now: Timestamp,
    (after, limit): (&str, i64),
) -> Result<Vec<Reserved>, StoreError> {
    let (c, search, key) = (customer.uuid(), contains(search.0), contains(search.1));
    let rows = fetch_all!(tx, Columns, LIST, c, after, now, &search, limit, &key)?;
    let read = |row: Columns| Reserved {
        key: UsernameKey::from_stored(row.key),
        username: row.username_before,
        account: AccountId::from_uuid(row.account_id),
        now: row.username,
        profile: row.profile.0,
        until: row.reserved_until,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Lets newcomers have a username; whether it was reserved.
pub async fn release_username(
    tx: &mut Tx,
    customer: CustomerId,
    key: &UsernameKey,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(execute!(tx, RELEASE, customer.uuid(), key.as_str(), now)? > 0)
}
