//! Accounts of the People directory. Written in bulk: one statement for a chunk of people.

use std::collections::HashSet;

use domain::ids::Id;
use domain::people::{AccountState, Block, Directory, PeopleAccount, Profile};
use domain::{AccountId, CustomerId, DirectoryId, Timestamp, Username, UsernameKey};
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = {
        sqlite: "INSERT INTO accounts (customer_id, id, username, username_key, directory_id, state, blocked_by,
                block_reason, is_administrator, profile, manager_id, search_key, sort_key, version, created_at, updated_at)
            SELECT $1, unhex(r.value->>'id'), r.value->>'username', r.value->>'username_key',
                unhex(r.value->>'directory_id'), r.value->>'state', r.value->>'blocked_by', r.value->>'block_reason',
                r.value->>'is_administrator', r.value->'profile', unhex(r.value->>'manager_id'),
                r.value->>'search_key', r.value->>'sort_key', 1, $3, $3
            FROM json_each($2) AS r",
        postgres: "INSERT INTO accounts (customer_id, id, username, username_key, directory_id, state, blocked_by,
                block_reason, is_administrator, profile, manager_id, search_key, sort_key, version, created_at, updated_at)
            SELECT $1, r.id, r.username, r.username_key, r.directory_id, r.state, r.blocked_by, r.block_reason,
                r.is_administrator, r.profile, r.manager_id, r.search_key, r.sort_key, 1, $3, $3
            FROM jsonb_to_recordset($2) AS r(id uuid, username text, username_key text, directory_id uuid, state text,
                blocked_by text, block_reason text, is_administrator boolean, profile jsonb, manager_id uuid,
                search_key text, sort_key text)",
    };
    // The version is repeated, so that nothing is written over what changed since it was read.
    UPDATE = {
        // The second list makes SQLite look the accounts up; by the join alone it walks through all of them.
        sqlite: "WITH r AS MATERIALIZED (SELECT unhex(value->>'id') AS id, value->>'username' AS username,
                value->>'username_key' AS username_key, unhex(value->>'directory_id') AS directory_id,
                value->>'state' AS state, value->>'blocked_by' AS blocked_by, value->>'block_reason' AS block_reason,
                value->'profile' AS profile, unhex(value->>'manager_id') AS manager_id,
                value->>'search_key' AS search_key, value->>'sort_key' AS sort_key, value->>'version' AS version
                FROM json_each($2))
            UPDATE accounts SET username = r.username, username_key = r.username_key,
                directory_id = r.directory_id, state = r.state, blocked_by = r.blocked_by,
                block_reason = r.block_reason, profile = r.profile, manager_id = r.manager_id,
                search_key = r.search_key, sort_key = r.sort_key, version = accounts.version + 1, updated_at = $3
            FROM r WHERE accounts.customer_id = $1 AND accounts.id = r.id AND accounts.id IN (SELECT id FROM r)
            AND accounts.version = CAST(r.version AS INTEGER)",
        postgres: "UPDATE accounts SET username = r.username, username_key = r.username_key,
                directory_id = r.directory_id, state = r.state, blocked_by = r.blocked_by,
                block_reason = r.block_reason, profile = r.profile, manager_id = r.manager_id,
                search_key = r.search_key, sort_key = r.sort_key, version = accounts.version + 1, updated_at = $3
            FROM jsonb_to_recordset($2) AS r(id uuid, username text, username_key text, directory_id uuid, state text,
                blocked_by text, block_reason text, profile jsonb, manager_id uuid, search_key text, sort_key text,
                version bigint)
            WHERE accounts.customer_id = $1 AND accounts.id = r.id AND accounts.version = r.version",
    };
    // Whoever compares with People sees that it changed (P-17). The customer before its accounts: always in this order.
    COUNT_CHANGE = "UPDATE customers SET people_number = people_number + 1 WHERE id = $1";
    // A name nobody can have (no username contains U+0001), inside one transaction only (M-03, M-04).
    STEP_ASIDE = {
        sqlite: "UPDATE accounts SET username_key = char(1) || hex(id)
            WHERE customer_id = $1 AND id IN (SELECT unhex(value) FROM json_each($2))",
        postgres: "UPDATE accounts SET username_key = chr(1) || id::text
            WHERE customer_id = $1 AND id IN (SELECT jsonb_array_elements_text($2)::uuid)",
    };
    BY_IDS = ["SELECT id, username, username_key, directory_id, state, blocked_by, block_reason, is_administrator,
            profile, manager_id, version, created_at, updated_at, last_sign_in_at
        FROM accounts WHERE customer_id = $1 AND id IN " (ids "$2")];
    EXISTING = ["SELECT id FROM accounts WHERE customer_id = $1 AND id IN " (ids "$2")];
    BY_ID = "SELECT id, username, username_key, directory_id, state, blocked_by, block_reason, is_administrator,
            profile, manager_id, version, created_at, updated_at, last_sign_in_at
        FROM accounts WHERE customer_id = $1 AND id = $2";
    BY_KEY = "SELECT id, username, username_key, directory_id, state, blocked_by, block_reason, is_administrator,
            profile, manager_id, version, created_at, updated_at, last_sign_in_at
        FROM accounts WHERE customer_id = $1 AND username_key = $2";
    LOCAL_ADMINISTRATORS = ["SELECT id, username, username_key, directory_id, state, blocked_by, block_reason,
            is_administrator, profile, manager_id, version, created_at, updated_at, last_sign_in_at
        FROM accounts" (index "accounts_local_administrators") "
        WHERE customer_id = $1 AND directory_id IS NULL AND is_administrator ORDER BY sort_key, id LIMIT $2"];
    ACTIVE_OF_DIRECTORY = "SELECT COUNT(*) FROM accounts
        WHERE customer_id = $1 AND directory_id = $2 AND state <> 'blocked'";
    UNBLOCKED_ADMINISTRATORS = "SELECT COUNT(*) FROM accounts
        WHERE customer_id = $1 AND is_administrator AND state <> 'blocked'";
    COUNTS = "SELECT COALESCE(SUM(CASE WHEN state <> 'blocked' THEN 1 ELSE 0 END), 0) AS active,
            COALESCE(SUM(CASE WHEN state = 'blocked' THEN 1 ELSE 0 END), 0) AS blocked,
            COALESCE(SUM(CASE WHEN directory_id IS NULL THEN 1 ELSE 0 END), 0) AS local
        FROM accounts WHERE customer_id = $1";
}

/// The columns of an account, as every query reads them.
#[derive(sqlx::FromRow)]
pub(crate) struct AccountColumns {
    pub(crate) id: Uuid,
    username: String,
    username_key: String,
    directory_id: Option<Uuid>,
    state: String,
    blocked_by: Option<String>,
    block_reason: Option<String>,
    is_administrator: bool,
    profile: Json<Profile>,
    manager_id: Option<Uuid>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    last_sign_in_at: Option<Timestamp>,
}

impl AccountColumns {
    pub(crate) fn read(self) -> Result<PeopleAccount, StoreError> {
        let block = match (self.blocked_by, self.block_reason) {
            (Some(by), Some(reason)) => Some(Block {
                by: code("accounts", "blocked_by", &by)?,
                reason: code("accounts", "block_reason", &reason)?,
            }),
            _ => None,
        };
        Ok(PeopleAccount {
            id: AccountId::from_uuid(self.id),
            username: Username::from_stored(self.username),
            username_key: UsernameKey::from_stored(self.username_key),
            directory: Directory::from(self.directory_id.map(DirectoryId::from_uuid)),
            state: code::<AccountState>("accounts", "state", &self.state)?,
            block,
            is_administrator: self.is_administrator,
            profile: self.profile.0,
            manager: self.manager_id.map(AccountId::from_uuid),
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
            last_sign_in_at: self.last_sign_in_at,
        })
    }
}

/// An account to write, with the keys that search and order use (`rules::username::search_key`).
#[derive(Clone, Debug)]
pub struct AccountWrite {
    pub account: PeopleAccount,
    pub search_key: String,
    pub sort_key: String,
}

#[derive(Serialize)]
struct Record<'a> {
    id: String,
    username: &'a str,
    username_key: &'a str,
    directory_id: Option<String>,
    state: &'static str,
    blocked_by: Option<&'static str>,
    block_reason: Option<&'static str>,
    is_administrator: bool,
    profile: &'a Profile,
    manager_id: Option<String>,
    search_key: &'a str,
    sort_key: &'a str,
    version: i64,
}

fn record(write: &AccountWrite) -> Record<'_> {
    let account = &write.account;
    Record {
        id: account.id.uuid().simple().to_string(),
        username: account.username.as_str(),
        username_key: account.username_key.as_str(),
        directory_id: account
            .directory
            .external()
            .map(|id| id.uuid().simple().to_string()),
        state: account.state.code(),
        blocked_by: account.block.map(|block| block.by.code()),
        block_reason: account.block.map(|block| block.reason.code()),
        is_administrator: account.is_administrator,
        profile: &account.profile,
        manager_id: account.manager.map(|id| id.uuid().simple().to_string()),
        search_key: &write.search_key,
        sort_key: &write.sort_key,
        version: account.version,
    }
}

pub(crate) fn hex_ids(accounts: &[AccountId]) -> Json<Vec<String>> {
    Json(accounts.iter().map(|id| id.uuid().simple().to_string()).collect())
}

/// Adds accounts. A username key that is taken is [`StoreError::Conflict`], and then none is added.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    accounts: &[AccountWrite],
    now: Timestamp,
) -> Result<(), StoreError> {
    if !accounts.is_empty() {
        execute!(tx, COUNT_CHANGE, customer.uuid())?;
        let records: Vec<_> = accounts.iter().map(record).collect();
        execute!(tx, INSERT, customer.uuid(), Json(records), now)?;
    }
    Ok(())
}

/// Counts a change of People that is none of an account's own row, such as another link (P-17). Before the change itself.
pub async fn count_change(tx: &mut Tx, customer: CustomerId) -> Result<(), StoreError> {
    execute!(tx, COUNT_CHANGE, customer.uuid())?;
    Ok(())
}

/// Writes accounts whose `version` is still the one read; gives how many that were.
pub async fn update(
    tx: &mut Tx,
    customer: CustomerId,
    accounts: &[AccountWrite],
    now: Timestamp,
) -> Result<u64, StoreError> {
    if accounts.is_empty() {
        return Ok(0);
    }
    execute!(tx, COUNT_CHANGE, customer.uuid())?;
    let records: Vec<_> = accounts.iter().map(record).collect();
    execute!(tx, UPDATE, customer.uuid(), Json(records), now)
}

/// First half of a rename that may be a swap or a cycle: moves the accounts' keys out of the way. The second half is
/// [`update`] in the same unit of work; nobody ever sees these names (M-04).
pub async fn step_aside(tx: &mut Tx, customer: CustomerId, accounts: &[AccountId]) -> Result<(), StoreError> {
    if !accounts.is_empty() {
        execute!(tx, STEP_ASIDE, customer.uuid(), hex_ids(accounts))?;
    }
    Ok(())
}

/// These accounts, in no order; those that do not exist are left out.
pub async fn by_ids(
    tx: &mut Tx,
    customer: CustomerId,
    accounts: &[AccountId],
) -> Result<Vec<PeopleAccount>, StoreError> {
    if accounts.is_empty() {
        return Ok(Vec::new());
    }
    let rows = fetch_all!(tx, AccountColumns, BY_IDS, customer.uuid(), hex_ids(accounts))?;
    rows.into_iter().map(AccountColumns::read).collect()
}

/// Those of the accounts that exist.
pub async fn existing(
    tx: &mut Tx,
    customer: CustomerId,
    accounts: &[AccountId],
) -> Result<HashSet<AccountId>, StoreError> {
    if accounts.is_empty() {
        return Ok(HashSet::new());
    }
    let rows = fetch_all!(tx, (Uuid,), EXISTING, customer.uuid(), hex_ids(accounts))?;
    Ok(rows.into_iter().map(|row| AccountId::from_uuid(row.0)).collect())
}

/// One account.
pub async fn find(
    tx: &mut Tx,
    customer: CustomerId,
    account: AccountId,
) -> Result<Option<PeopleAccount>, StoreError> {
    let row = fetch_optional!(tx, AccountColumns, BY_ID, customer.uuid(), account.uuid())?;
    row.map(AccountColumns::read).transpose()
}

/// The account with this username key.
pub async fn by_key(
    tx: &mut Tx,
    customer: CustomerId,
    key: &UsernameKey,
) -> Result<Option<PeopleAccount>, StoreError> {
    let row = fetch_optional!(tx, AccountColumns, BY_KEY, customer.uuid(), key.as_str())?;
    row.map(AccountColumns::read).transpose()
}

/// The administrators who belong to no directory, by name (P2).
pub async fn local_administrators(
    tx: &mut Tx,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<PeopleAccount>, StoreError> {
    let rows = fetch_all!(tx, AccountColumns, LOCAL_ADMINISTRATORS, customer.uuid(), limit)?;
    rows.into_iter().map(AccountColumns::read).collect()
}

/// How many accounts of this directory are not blocked: what the safety limit is a percentage of.
pub async fn active_of_directory(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, ACTIVE_OF_DIRECTORY, customer.uuid(), directory.uuid())
}

/// How many administrators could still come in (I-18).
pub async fn unblocked_administrators(tx: &mut Tx, customer: CustomerId) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, UNBLOCKED_ADMINISTRATORS, customer.uuid())
}

/// The make-up of a People directory. `active` counts frozen accounts too; `local` counts blocked ones too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct AccountCounts {
    pub active: i64,
    pub blocked: i64,
    pub local: i64,
}

/// Counts a customer's accounts.
pub async fn counts(tx: &mut Tx, customer: CustomerId) -> Result<AccountCounts, StoreError> {
    Ok(fetch_optional!(tx, AccountCounts, COUNTS, customer.uuid())?.unwrap_or_default())
}
