//! Links to set a new password. Kept under the SHA-256 of their token, so that a copy of this table opens no account.

use domain::ids::Id;
use domain::{ConsoleUserId, Timestamp};
use uuid::Uuid;

use crate::sql::{execute, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    PUT = "INSERT INTO password_resets (user_id, token_hash, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at";
    BY_TOKEN = "SELECT r.user_id FROM password_resets r JOIN console_users u ON u.id = r.user_id
        WHERE r.token_hash = $1 AND r.expires_at > $2 AND u.deactivated_at IS NULL";
    USE = "DELETE FROM password_resets WHERE token_hash = $1 AND expires_at > $2";
    FORGET = "DELETE FROM password_resets WHERE user_id = $1";
    FORGET_OLD = "DELETE FROM password_resets WHERE expires_at <= $1";
}

/// Keeps a link for a user; an earlier one is worth nothing from now on.
pub async fn put(
    tx: &mut Tx,
    user: ConsoleUserId,
    token_hash: &[u8],
    expires_at: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, PUT, user.uuid(), token_hash, expires_at)?;
    Ok(())
}

/// Whose password a link sets; `None` when it does not work, or they may not sign in.
pub async fn by_token(
    tx: &mut Tx,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<ConsoleUserId>, StoreError> {
    let row: Option<(Uuid,)> = fetch_optional!(tx, (Uuid,), BY_TOKEN, token_hash, now)?;
    Ok(row.map(|(user,)| ConsoleUserId::from_uuid(user)))
}

/// Uses a link up. False when it does not work, or somebody else was quicker.
pub async fn spend(tx: &mut Tx, token_hash: &[u8], now: Timestamp) -> Result<bool, StoreError> {
    Ok(execute!(tx, USE, token_hash, now)? == 1)
}

/// Makes a user's link worth nothing.
pub async fn forget(tx: &mut Tx, user: ConsoleUserId) -> Result<(), StoreError> {
    execute!(tx, FORGET, user.uuid())?;
    Ok(())
}

/// Removes links that are too old.
pub async fn forget_old(tx: &mut Tx, now: Timestamp) -> Result<u64, StoreError> {
    execute!(tx, FORGET_OLD, now)
}
