//! Console sessions, shared by every server process. Kept under the SHA-256 of their id, so that a copy of this table
//! signs nobody in.

use domain::ids::Id;
use domain::{ConsoleUserId, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::sql::{execute, fetch_all, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    CREATE = "INSERT INTO console_sessions (id_hash, user_id, data, created_at, last_seen_at, expires_at, browser) VALUES ($1, $2, $3, $4, $4, $5, $6) ON CONFLICT (id_hash) DO NOTHING";
    // Only what exists is written: a session that was ended elsewhere does not come back.
    SAVE = "UPDATE console_sessions SET user_id = $2, data = $3, last_seen_at = $4, browser = $5 WHERE id_hash = $1";
    LOAD = "SELECT user_id, data, last_seen_at, expires_at FROM console_sessions WHERE id_hash = $1 AND expires_at > $2 AND last_seen_at > $3";
    TOUCH = "UPDATE console_sessions SET last_seen_at = $2 WHERE id_hash = $1 AND last_seen_at < $2";
    DELETE = "DELETE FROM console_sessions WHERE id_hash = $1";
    OF_USER = "SELECT id_hash, browser, created_at, last_seen_at FROM console_sessions WHERE user_id = $1 AND expires_at > $2 AND last_seen_at > $3 ORDER BY last_seen_at DESC, id_hash LIMIT $4";
    DELETE_ONE = "DELETE FROM console_sessions WHERE user_id = $1 AND id_hash = $2";
    DELETE_OTHERS = "DELETE FROM console_sessions WHERE user_id = $1 AND id_hash <> $2";
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

/// What is written of a session.
#[derive(Clone, Copy, Debug)]
pub struct SessionData<'a> {
    /// Nobody has signed in yet: `None`.
    pub user: Option<ConsoleUserId>,
    /// In plain words; empty when nobody has signed in yet.
    pub browser: &'a str,
    /// As JSON, without secrets.
    pub data: &'a str,
}

/// One of a user's sessions, in a list of them.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ListedSession {
    pub id_hash: Vec<u8>,
    pub browser: String,
    pub created_at: Timestamp,
    pub last_seen_at: Timestamp,
}

/// What a session is kept under: the SHA-256 of the id in its cookie.
pub fn key(id: i128) -> Vec<u8> {
    Sha256::digest(id.to_le_bytes()).to_vec()
}

/// Begins a session that ends at `expires_at` at the latest. False when the id is taken.
pub async fn create(
    tx: &mut Tx,
    id_hash: &[u8],
    session: SessionData<'_>,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    let SessionData { user, browser, data } = session;
    let user = user.map(Id::uuid);
    Ok(execute!(tx, CREATE, id_hash, user, data, now, expires_at, browser)? == 1)
}

/// Writes what is in a session. False when it has been ended.
pub async fn save(
    tx: &mut Tx,
    id_hash: &[u8],
    session: SessionData<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let SessionData { user, browser, data } = session;
    Ok(execute!(tx, SAVE, id_hash, user.map(Id::uuid), data, now, browser)? == 1)
}

/// The sessions of a user that have not ended, the last used first.
pub async fn of_user(
    tx: &mut Tx,
    user: ConsoleUserId,
    now: Timestamp,
    idle_since: Timestamp,
    limit: i64,
) -> Result<Vec<ListedSession>, StoreError> {
    fetch_all!(tx, ListedSession, OF_USER, user.uuid(), now, idle_since, limit)
}

/// Ends one session of a user. False when it is none of theirs, or has ended.
pub async fn delete_one(tx: &mut Tx, user: ConsoleUserId, id_hash: &[u8]) -> Result<bool, StoreError> {
    Ok(execute!(tx, DELETE_ONE, user.uuid(), id_hash)? == 1)
}

/// Ends every session of a user but this one.
pub async fn delete_others(tx: &mut Tx, user: ConsoleUserId, id_hash: &[u8]) -> Result<u64, StoreError> {
    execute!(tx, DELETE_OTHERS, user.uuid(), id_hash)
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
