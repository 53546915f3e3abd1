//! tower-sessions on our database. The id in the cookie is stored hashed. A session ends after 8 hours without use
//! and 7 days after its sign-in at the latest; both are kept here, because tower-sessions' own expiry counts
//! modifications only.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use domain::{Clock, ConsoleUserId, Timestamp};
use sha2::{Digest, Sha256};
use store::{Db, StoreError, sessions};
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use domain::text::chain;

/// A session ends after this long without use.
pub const IDLE: TimeDelta = TimeDelta::hours(8);
/// A session ends this long after its beginning.
pub const ABSOLUTE: TimeDelta = TimeDelta::days(7);
/// Use is noted once in this long, so that reading a page does not write each time.
const TOUCH: TimeDelta = TimeDelta::minutes(1);
/// The session's key of who is signed in; `app::api` writes it.
pub const USER: &str = "user";

/// Sessions in our database.
#[derive(Clone)]
pub struct DbSessionStore {
    db: Db,
    clock: Arc<dyn Clock>,
}

impl DbSessionStore {
    pub fn new(db: Db, clock: Arc<dyn Clock>) -> Self {
        Self { db, clock }
    }

    /// Whether this session has not ended and is `user`'s. Not a use of it: whoever only looks on does not keep a
    /// session alive.
    pub async fn is_of(&self, id: &Id, user: ConsoleUserId) -> std::result::Result<bool, StoreError> {
        let now = self.clock.now();
        let mut tx = self.db.read().await?;
        let row = sessions::load(&mut tx, &hash(*id), now, now - IDLE).await?;
        Ok(row.is_some_and(|row| row.user() == Some(user)))
    }
}

impl fmt::Debug for DbSessionStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DbSessionStore")
    }
}

fn hash(id: Id) -> Vec<u8> {
    Sha256::digest(id.0.to_le_bytes()).to_vec()
}

fn failed(error: &StoreError) -> Error {
    Error::Backend(chain(error))
}

fn data(record: &Record) -> Result<(Option<ConsoleUserId>, String)> {
    let user = record
        .data
        .get(USER)
        .and_then(|value| value.as_str())
        .and_then(|text| text.parse().ok());
    let data = serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    Ok((user, data))
}

fn offset(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.timestamp()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[async_trait]
impl SessionStore for DbSessionStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let now = self.clock.now();
        let (user, data) = data(record)?;
        let mut tx = self.db.begin().await.map_err(|error| failed(&error))?;
        while !sessions::create(&mut tx, &hash(record.id), user, &data, now, now + ABSOLUTE)
            .await
            .map_err(|error| failed(&error))?
        {
            record.id = Id::default();
        }
        tx.commit().await.map_err(|error| failed(&error))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let (user, data) = data(record)?;
        let mut tx = self.db.begin().await.map_err(|error| failed(&error))?;
        // False: ended elsewhere meanwhile, and it stays ended.
        sessions::save(&mut tx, &hash(record.id), user, &data, self.clock.now())
            .await
            .map_err(|error| failed(&error))?;
        tx.commit().await.map_err(|error| failed(&error))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let now = self.clock.now();
        let hash = hash(*id);
        let mut tx = self.db.read().await.map_err(|error| failed(&error))?;
        let row = sessions::load(&mut tx, &hash, now, now - IDLE)
            .await
            .map_err(|error| failed(&error))?;
        drop(tx);
        let Some(row) = row else { return Ok(None) };
        if row.last_seen_at + TOUCH < now {
            let mut tx = self.db.begin().await.map_err(|error| failed(&error))?;
            sessions::touch(&mut tx, &hash, now)
                .await
                .map_err(|error| failed(&error))?;
            tx.commit().await.map_err(|error| failed(&error))?;
        }
        let data = serde_json::from_str(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date: offset(row.expires_at),
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let mut tx = self.db.begin().await.map_err(|error| failed(&error))?;
        sessions::delete(&mut tx, &hash(*id))
            .await
            .map_err(|error| failed(&error))?;
        tx.commit().await.map_err(|error| failed(&error))
    }
}
