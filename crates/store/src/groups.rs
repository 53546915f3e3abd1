//! Groups of the People directory and who is in them.

use domain::ids::Id;
use domain::{AccountId, CustomerId, GroupId, Timestamp};
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::sql::{execute, fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = "INSERT INTO people_groups (customer_id, id, name, name_key, created_at) VALUES ($1, $2, $3, $4, $5)";
    OF_CUSTOMER = "SELECT id, name FROM people_groups WHERE customer_id = $1 ORDER BY name_key";
    NAMES = ["SELECT id, name FROM people_groups WHERE customer_id = $1 AND id IN " (ids "$2")];
    OF_ACCOUNT = "SELECT g.id, g.name FROM memberships m
        JOIN people_groups g ON g.customer_id = m.customer_id AND g.id = m.group_id
        WHERE m.customer_id = $1 AND m.account_id = $2 ORDER BY g.name_key";
    ADD = {
        sqlite: "INSERT INTO memberships (customer_id, group_id, account_id, by_sync)
            SELECT $1, unhex(value->>'group_id'), unhex(value->>'account_id'), $3 FROM json_each($2)
            WHERE true ON CONFLICT DO NOTHING",
        postgres: "INSERT INTO memberships (customer_id, group_id, account_id, by_sync)
            SELECT $1, r.group_id, r.account_id, $3
            FROM jsonb_to_recordset($2) AS r(group_id uuid, account_id uuid) ON CONFLICT DO NOTHING",
    };
    REMOVE = {
        sqlite: "DELETE FROM memberships WHERE customer_id = $1 AND (group_id, account_id) IN
            (SELECT unhex(value->>'group_id'), unhex(value->>'account_id') FROM json_each($2))",
        postgres: "DELETE FROM memberships WHERE customer_id = $1 AND (group_id, account_id) IN
            (SELECT r.group_id, r.account_id
            FROM jsonb_to_recordset($2) AS r(group_id uuid, account_id uuid))",
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
}

#[derive(Serialize)]
struct Member {
    group_id: String,
    account_id: String,
}

fn members(pairs: &[(GroupId, AccountId)]) -> Json<Vec<Member>> {
    Json(
        pairs
            .iter()
            .map(|(group, account)| Member {
                group_id: group.uuid().simple().to_string(),
                account_id: account.uuid().simple().to_string(),
            })
            .collect(),
    )
}

/// Adds a group; a name that is taken is [`StoreError::Conflict`]. `name_key` is `rules::username::search_key`.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    group: GroupId,
    name: &str,
    name_key: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, INSERT, customer.uuid(), group.uuid(), name, name_key, now)?;
    Ok(())
}

/// All groups of a customer, by name.
pub async fn all(tx: &mut Tx, customer: CustomerId) -> Result<Vec<(GroupId, String)>, StoreError> {
    let rows = fetch_all!(tx, Row, OF_CUSTOMER, customer.uuid())?;
    Ok(rows
        .into_iter()
        .map(|row| (GroupId::from_uuid(row.id), row.name))
        .collect())
}

/// What these groups are called, in no order.
pub async fn names(
    tx: &mut Tx,
    customer: CustomerId,
    groups: &[GroupId],
) -> Result<Vec<(GroupId, String)>, StoreError> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<String> = groups.iter().map(|id| id.uuid().simple().to_string()).collect();
    let rows = fetch_all!(tx, Row, NAMES, customer.uuid(), Json(ids))?;
    Ok(rows
        .into_iter()
        .map(|row| (GroupId::from_uuid(row.id), row.name))
        .collect())
}

/// The groups an account is in, by name.
pub async fn of_account(
    tx: &mut Tx,
    customer: CustomerId,
    account: AccountId,
) -> Result<Vec<(GroupId, String)>, StoreError> {
    let rows = fetch_all!(tx, Row, OF_ACCOUNT, customer.uuid(), account.uuid())?;
    Ok(rows
        .into_iter()
        .map(|row| (GroupId::from_uuid(row.id), row.name))
        .collect())
}

/// Puts accounts into groups; who is in already stays as they are.
pub async fn add_members(
    tx: &mut Tx,
    customer: CustomerId,
    pairs: &[(GroupId, AccountId)],
    by_sync: bool,
) -> Result<(), StoreError> {
    if !pairs.is_empty() {
        execute!(tx, ADD, customer.uuid(), members(pairs), by_sync)?;
    }
    Ok(())
}

/// Takes accounts out of groups.
pub async fn remove_members(
    tx: &mut Tx,
    customer: CustomerId,
    pairs: &[(GroupId, AccountId)],
) -> Result<(), StoreError> {
    if !pairs.is_empty() {
        execute!(tx, REMOVE, customer.uuid(), members(pairs))?;
    }
    Ok(())
}
