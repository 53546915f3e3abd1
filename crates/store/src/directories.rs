//! The external directories of a customer.

use domain::ids::Id;
use domain::people::OldDirectory;
use domain::{CustomerId, DirectoryId, Provider, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::sql::{execute, fetch_all, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    CHANGES = "SELECT changes_cursor, changes_attributes, full_read_at FROM directories
        WHERE customer_id = $1 AND id = $2";
    SET_CHANGES = "UPDATE directories SET changes_cursor = $3, changes_attributes = $4, full_read_at = $5
        WHERE customer_id = $1 AND id = $2";
    INSERT = "INSERT INTO directories (customer_id, id, provider, name, created_at) VALUES ($1, $2, $3, $4, $5)";
    // What the intranet followed before is no directory of ours.
    CURRENT = "SELECT id, provider, name, tenant_id FROM directories
        WHERE customer_id = $1 AND provider IN ('entra', 'okta') ORDER BY created_at DESC LIMIT 1";
    NAME = "SELECT name FROM directories WHERE customer_id = $1 AND id = $2";
    OLD = "SELECT d.id, d.provider, d.name, d.sync_off_at, (SELECT COUNT(*) FROM accounts a WHERE a.customer_id = $1 AND a.directory_id = d.id) AS accounts
        FROM directories d WHERE d.customer_id = $1 AND d.provider NOT IN ('entra', 'okta') ORDER BY d.created_at, d.id";
    BY_ID = "SELECT id, provider, name, tenant_id FROM directories WHERE customer_id = $1 AND id = $2";
    SET_TENANT = "UPDATE directories SET tenant_id = $3 WHERE customer_id = $1 AND id = $2";
    FORGET_TENANT = "UPDATE directories SET tenant_id = NULL, changes_cursor = NULL, snapshot_number = snapshot_number + 1
        WHERE customer_id = $1 AND id = $2";
}

/// An external directory that owns accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryRow {
    pub id: DirectoryId,
    pub provider: Provider,
    pub name: String,
    /// The provider's own immutable id of the tenant or org; `None` before the first read (C-22).
    pub tenant_id: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    provider: String,
    name: String,
    tenant_id: Option<String>,
}

impl Row {
    fn read(self) -> Result<DirectoryRow, StoreError> {
        Ok(DirectoryRow {
            id: DirectoryId::from_uuid(self.id),
            provider: code("directories", "provider", &self.provider)?,
            name: self.name,
            tenant_id: self.tenant_id,
        })
    }
}

/// Adds a directory. The newest one of a customer is the one the sync follows.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    provider: Provider,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        customer.uuid(),
        directory.uuid(),
        provider.code(),
        name,
        now
    )?;
    Ok(())
}

/// Adds a directory that the intranet followed before.
pub async fn insert_old(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    kind: OldDirectory,
    name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        customer.uuid(),
        directory.uuid(),
        kind.code(),
        name,
        now
    )?;
    Ok(())
}

/// A directory the intranet followed before, and how many accounts it owns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OldDirectoryRow {
    pub id: DirectoryId,
    pub kind: OldDirectory,
    pub name: String,
    /// When a migration switched its sync off; `None`: it goes on.
    pub sync_off_at: Option<Timestamp>,
    pub accounts: i64,
}

#[derive(sqlx::FromRow)]
struct OldColumns {
    id: Uuid,
    provider: String,
    name: String,
    sync_off_at: Option<Timestamp>,
    accounts: i64,
}

/// The directories the customer's intranet followed before.
pub async fn old(tx: &mut Tx, customer: CustomerId) -> Result<Vec<OldDirectoryRow>, StoreError> {
    let rows = fetch_all!(tx, OldColumns, OLD, customer.uuid())?;
    let read = |row: OldColumns| {
        Ok(OldDirectoryRow {
            id: DirectoryId::from_uuid(row.id),
            kind: code("directories", "provider", &row.provider)?,
            name: row.name,
            sync_off_at: row.sync_off_at,
            accounts: row.accounts,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The name of a directory, whether it is read or not.
pub async fn name(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = fetch_optional!(tx, (String,), NAME, customer.uuid(), directory.uuid())?;
    Ok(row.map(|(name,)| name))
}

/// The directory the customer's sync follows now.
pub async fn current(tx: &mut Tx, customer: CustomerId) -> Result<Option<DirectoryRow>, StoreError> {
    fetch_optional!(tx, Row, CURRENT, customer.uuid())?
        .map(Row::read)
        .transpose()
}

/// One directory.
pub async fn find(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<Option<DirectoryRow>, StoreError> {
    fetch_optional!(tx, Row, BY_ID, customer.uuid(), directory.uuid())?
        .map(Row::read)
        .transpose()
}

/// Remembers which tenant or org this directory really is (C-22).
pub async fn set_tenant(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    tenant_id: &str,
) -> Result<(), StoreError> {
    execute!(tx, SET_TENANT, customer.uuid(), directory.uuid(), tenant_id)?;
    Ok(())
}

/// Forgets which tenant or org this directory is: other credentials were saved before anybody was linked, so the next
/// read learns it anew.
pub async fn forget_tenant(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<(), StoreError> {
    execute!(tx, FORGET_TENANT, customer.uuid(), directory.uuid())?;
    Ok(())
}

/// Where the next incremental read goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The provider's own cursor.
    pub cursor: String,
    /// The attributes it was made for: others need a full read (G-15).
    pub attributes: Vec<String>,
    /// The last full read: only that finds everybody who is gone.
    pub full_read_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct ChangesColumns {
    changes_cursor: Option<String>,
    changes_attributes: Option<Json<Vec<String>>>,
    full_read_at: Option<Timestamp>,
}

/// Where the next incremental read goes on; `None` when only a full read will do.
pub async fn changes(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<Option<Changes>, StoreError> {
    let row = fetch_optional!(tx, ChangesColumns, CHANGES, customer.uuid(), directory.uuid())?;
    Ok(row.and_then(|row| {
        Some(Changes {
            cursor: row.changes_cursor?,
            attributes: row.changes_attributes?.0,
            full_read_at: row.full_read_at?,
        })
    }))
}

/// Notes where the next incremental read goes on, in the unit of work that ends a complete read.
pub async fn set_changes(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    changes: Option<&Changes>,
) -> Result<(), StoreError> {
    let cursor = changes.map(|changes| changes.cursor.as_str());
    let attributes = changes.map(|changes| Json(changes.attributes.clone()));
    let full_read_at = changes.map(|changes| changes.full_read_at);
    execute!(
        tx,
        SET_CHANGES,
        customer.uuid(),
        directory.uuid(),
        cursor,
        attributes,
        full_read_at
    )?;
    Ok(())
}
