//! In which time zone each console user reads times.

use domain::ConsoleUserId;
use domain::ids::Id;

use crate::error::one_row;
use crate::sql::{execute, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    OF = "SELECT time_zone FROM console_users WHERE id = $1";
    SET = "UPDATE console_users SET time_zone = $2 WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct Row {
    time_zone: Option<String>,
}

/// The name of the zone this user has chosen; `None` until they choose.
pub async fn of(tx: &mut Tx, user: ConsoleUserId) -> Result<Option<String>, StoreError> {
    let row = fetch_optional!(tx, Row, OF, user.uuid())?;
    Ok(row.and_then(|row| row.time_zone))
}

/// Remembers the zone this user has chosen.
pub async fn set(tx: &mut Tx, user: ConsoleUserId, time_zone: &str) -> Result<(), StoreError> {
    one_row(execute!(tx, SET, user.uuid(), time_zone)?, "the console user")
}
