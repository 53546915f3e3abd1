//! Console sessions, shared by every server process. Kept under the SHA-256 of their id, so that a copy of this table
//! signs nobody in.

use domain::ids::Id;
use domain::{ConsoleUserId, Timestamp};
use uuid::Uuid;

use crate::sql::{execute, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    CREATE = "INSERT INTO console_sessions (id_hash, user_id, data, created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5) ON CONFLICT (id_hash) DO NOTHING";
    // Only what exists is written: a session that was ended elsewhere does not come back.
    SAVE = "UPDATE console_sessions SET user_id = $2, data = $3, last_seen_at = $4 WHERE id_hash = $1";
    LOAD = "SELECT user_id, data, last_seen_at, expires_at FROM console_sessions WHERE id_hash = $1 AND expires_at > $2 AND last_seen_at > $3";
    TOUCH = "UPDATE console_sessions SET last_seen_at = $2 WHERE id_hash = $1 AND last_seen_at < $2";
    DELETE = "DELETE FROM console_sessions WHERE id_hash = $1";
    DELETE_OF_USER = "DELETE FROM console_sessions WHERE user_id = $1";
    DELETE_ENDED = "DELETE FROM console_sessions WHERE expires_at <= $1 OR last_seen_at <= $2";
}

/// A session as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SessionRow {
    user_id: Option<Uuid>,
    /// What is in it, as JSON: ids and forms to show again, no secrets.
    pub data: String,
    pub last_seen_at: Timestamp,
    pub expires_at: Timestamp,
}

impl SessionRow {
    pub fn user(&self) -> Option<ConsoleUserId> {
        self.user_id.map(ConsoleUserId::from_uuid)
    }
}

/// Begins a session that ends at `expires_at` at the latest. False when the id is taken.
pub async fn create(
    tx: &mut Tx,
    id_hash: &[u8],
    user: Option<ConsoleUserId>,
    data: &str,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(execute!(tx, CREATE, id_hash, user.map(Id::uuid), data, now, expires_at)? == 1)
}

/// Writes what is in a session. False when it has been ended.
pub async fn save(
    tx: &mut Tx,
    id_hash: &[u8],
    user: Option<ConsoleUserId>,
    data: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(execute!(tx, SAVE, id_hash, user.map(Id::uuid), data, now)? == 1)
}

/// A session that has not ended: before its end, and used after `idle_since`.
pub async fn load(
    tx: &mut Tx,
    id_hash: &[u8],
    now: Timestamp,
    idle_since: Timestamp,
) -> Result<Option<SessionRow>, StoreError> {
    fetch_optional!(tx, SessionRow, LOAD, id_hash, now, idle_since)
}

/// Remembers that a session is in use.
pub async fn touch(tx: &mut Tx, id_hash: &[u8], now: Timestamp) -> Result<(), StoreError> {
    execute!(tx, TOUCH, id_hash, now)?;
    Ok(())
}

/// Ends a session.
pub async fn delete(tx: &mut Tx, id_hash: &[u8]) -> Result<(), StoreError> {
    execute!(tx, DELETE, id_hash)?;
    Ok(())
}

/// Ends every session of a user.
pub async fn delete_of_user(tx: &mut Tx, user: ConsoleUserId) -> Result<u64, StoreError> {
    execute!(tx, DELETE_OF_USER, user.uuid())
}

/// Removes sessions that have ended.
pub async fn delete_ended(tx: &mut Tx, now: Timestamp, idle_since: Timestamp) -> Result<u64, StoreError> {
    execute!(tx, DELETE_ENDED, now, idle_since)
}
