//! The settings of a directory's sync: one row a directory, replaced as a whole, guarded by its version.

use domain::ids::Id;
use domain::settings::SyncSettings;
use domain::{CustomerId, DirectoryId, Timestamp};
use sqlx::types::Json;

use crate::error::one_row;
use crate::sql::{execute, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = "INSERT INTO sync_settings (customer_id, directory_id, version, settings, saved_by, saved_at) VALUES ($1, $2, $3, $4, $5, $6)";
    FIND = "SELECT version, settings, accepted_version, saved_by, saved_at FROM sync_settings WHERE customer_id = $1 AND directory_id = $2";
    SAVE = "UPDATE sync_settings SET version = $4, settings = $5, saved_by = $6, saved_at = $7 WHERE customer_id = $1 AND directory_id = $2 AND version = $3";
    ACCEPT = "UPDATE sync_settings SET accepted_version = $3 WHERE customer_id = $1 AND directory_id = $2";
}

/// The stored settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsRow {
    pub settings: SyncSettings,
    /// The version under which a writing run was last accepted (S-03, S-06); `None` before the first one.
    pub accepted_version: Option<i64>,
    /// The name of whoever saved them.
    pub saved_by: String,
    pub saved_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    version: i64,
    settings: Json<SyncSettings>,
    accepted_version: Option<i64>,
    saved_by: String,
    saved_at: Timestamp,
}

/// Adds the first settings of a directory.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    settings: &SyncSettings,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        customer.uuid(),
        directory.uuid(),
        settings.version,
        Json(settings),
        by,
        now
    )?;
    Ok(())
}

/// The settings of a directory.
pub async fn find(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<Option<SettingsRow>, StoreError> {
    let row = fetch_optional!(tx, Row, FIND, customer.uuid(), directory.uuid())?;
    Ok(row.map(|row| SettingsRow {
        // The column decides: it is what the guard of `save` compares.
        settings: SyncSettings {
            version: row.version,
            ..row.settings.0
        },
        accepted_version: row.accepted_version,
        saved_by: row.saved_by,
        saved_at: row.saved_at,
    }))
}

/// Replaces the settings whose version is `expected` by `settings`, whose version must be a higher one. Somebody else
/// was quicker: [`StoreError::Stale`].
pub async fn save(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    expected: i64,
    settings: &SyncSettings,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let touched = execute!(
        tx,
        SAVE,
        customer.uuid(),
        directory.uuid(),
        expected,
        settings.version,
        Json(settings),
        by,
        now
    )?;
    one_row(touched, "the settings")
}

/// Remembers that a writing run under `version` was accepted (S-06).
pub async fn accept(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    version: i64,
) -> Result<(), StoreError> {
    let touched = execute!(tx, ACCEPT, customer.uuid(), directory.uuid(), version)?;
    one_row(touched, "the settings")
}
