//! Identity links: which directory object an account is (I-01). The one place that holds it.

use domain::ids::Id;
use domain::{AccountId, CustomerId, DirectoryId, ObjectId, Timestamp};
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::one_row;
use crate::sql::{execute, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = {
        sqlite: "INSERT INTO identity_links (customer_id, directory_id, object_id, account_id, linked_at)
            SELECT $1, $2, value->>'object_id', unhex(value->>'account_id'), $4 FROM json_each($3)",
        postgres: "INSERT INTO identity_links (customer_id, directory_id, object_id, account_id, linked_at)
            SELECT $1, $2, r.object_id, r.account_id, $4
            FROM jsonb_to_recordset($3) AS r(object_id text, account_id uuid)",
    };
    OF_ACCOUNT = "SELECT directory_id, object_id, linked_at FROM identity_links
        WHERE customer_id = $1 AND account_id = $2";
    OF_OBJECT = "SELECT account_id FROM identity_links
        WHERE customer_id = $1 AND directory_id = $2 AND object_id = $3";
    RELINK = "UPDATE identity_links SET object_id = $5, linked_at = $6
        WHERE customer_id = $1 AND directory_id = $2 AND account_id = $3 AND object_id = $4";
    HAND_ON = "UPDATE identity_links SET account_id = $3, linked_at = $4 WHERE customer_id = $1 AND account_id = $2";
    COUNT = "SELECT COUNT(*) FROM identity_links WHERE customer_id = $1 AND directory_id = $2";
}

/// A link of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkRow {
    pub directory: DirectoryId,
    pub object_id: ObjectId,
    pub linked_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    directory_id: Uuid,
    object_id: String,
    linked_at: Timestamp,
}

#[derive(Serialize)]
struct NewLink<'a> {
    object_id: &'a str,
    account_id: String,
}

/// Links accounts to directory objects. An object or an account that is linked already is a conflict.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    links: &[(&ObjectId, AccountId)],
    now: Timestamp,
) -> Result<(), StoreError> {
    if links.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = links
        .iter()
        .map(|(object, account)| NewLink {
            object_id: object.as_str(),
            account_id: account.uuid().simple().to_string(),
        })
        .collect();
    execute!(tx, INSERT, customer.uuid(), directory.uuid(), Json(rows), now)?;
    Ok(())
}

/// The link of an account, if it has one.
pub async fn of_account(
    tx: &mut Tx,
    customer: CustomerId,
    account: AccountId,
) -> Result<Option<LinkRow>, StoreError> {
    Ok(
        fetch_optional!(tx, Row, OF_ACCOUNT, customer.uuid(), account.uuid())?.map(|row| LinkRow {
            directory: DirectoryId::from_uuid(row.directory_id),
            object_id: ObjectId(row.object_id),
            linked_at: row.linked_at,
        }),
    )
}

/// The account that is linked to an object, if there is one.
pub async fn of_object(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    object: &ObjectId,
) -> Result<Option<AccountId>, StoreError> {
    let row = fetch_optional!(
        tx,
        (Uuid,),
        OF_OBJECT,
        customer.uuid(),
        directory.uuid(),
        object.as_str()
    )?;
    Ok(row.map(|row| AccountId::from_uuid(row.0)))
}

/// Links an account to another object of its directory (I-07). [`StoreError::Stale`]: it is not linked as it was.
pub async fn relink(
    tx: &mut Tx,
    customer: CustomerId,
    account: AccountId,
    (old, new): (&LinkRow, &ObjectId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let touched = execute!(
        tx,
        RELINK,
        customer.uuid(),
        old.directory.uuid(),
        account.uuid(),
        old.object_id.as_str(),
        new.as_str(),
        now
    )?;
    one_row(touched, "the link")
}

/// Gives the link of one account to another, which has none. [`StoreError::Stale`]: the first has none either.
pub async fn hand_on(
    tx: &mut Tx,
    customer: CustomerId,
    (from, to): (AccountId, AccountId),
    now: Timestamp,
) -> Result<(), StoreError> {
    let touched = execute!(tx, HAND_ON, customer.uuid(), from.uuid(), to.uuid(), now)?;
    one_row(touched, "the link")
}

/// How many accounts are linked to objects of this directory.
pub async fn count(tx: &mut Tx, customer: CustomerId, directory: DirectoryId) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, COUNT, customer.uuid(), directory.uuid())
}
