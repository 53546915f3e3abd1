//! tower-sessions on our database. The id in the cookie is stored hashed. A session ends after 8 hours without use
//! and 7 days after its sign-in at the latest; both are kept here, because tower-sessions' own expiry counts
//! modifications only.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use domain::{Clock, ConsoleUserId, Timestamp};
use services::sessions::IDLE;
use store::sessions::SessionData;
use store::{Db, StoreError, sessions};
use tower_sessions::SessionStore;
use tower_sessions::cookie::time::OffsetDateTime;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};

use domain::text::chain;

/// A session ends this long after its beginning.
pub const ABSOLUTE: TimeDelta = TimeDelta::days(7);
/// Use is noted once in this long, so that reading a page does not write each time.
const TOUCH: TimeDelta = TimeDelta::minutes(1);
/// The session's key of who is signed in; `app::api` writes it.
pub const USER: &str = "user";
/// And of the browser they signed in with, in plain words.
const BROWSER: &str = "browser";

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
    sessions::key(id.0)
}

fn failed(error: &StoreError) -> Error {
    Error::Backend(chain(error))
}

/// What is written of a record: all of it, and apart what is asked for by itself.
struct Written {
    user: Option<ConsoleUserId>,
    browser: String,
    data: String,
}

impl Written {
    fn row(&self) -> SessionData<'_> {
        SessionData {
            user: self.user,
            browser: &self.browser,
            data: &self.data,
        }
    }
}

fn written(record: &Record) -> Result<Written> {
    let text = |key| record.data.get(key).and_then(|value| value.as_str());
    Ok(Written {
        user: text(USER).and_then(|text| text.parse().ok()),
        browser: text(BROWSER).unwrap_or_default().to_owned(),
        data: serde_json::to_string(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
    })
}

fn offset(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.timestamp()).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

#[async_trait]
impl SessionStore for DbSessionStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        let now = self.clock.now();
        let written = written(record)?;
        let mut tx = self.db.begin().await.map_err(|error| failed(&error))?;
        while !sessions::create(&mut tx, &hash(record.id), written.row(), now, now + ABSOLUTE)
            .await
            .map_err(|error| failed(&error))?
        {
            record.id = Id::default();
        }
        tx.commit().await.map_err(|error| failed(&error))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let written = written(record)?;
        let mut tx = self.db.begin().await.map_err(|error| failed(&error))?;
        // False: ended elsewhere meanwhile, and it stays ended.
        sessions::save(&mut tx, &hash(record.id), written.row(), self.clock.now())
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
