//! The two databases behind one door.

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Postgres, Sqlite, Transaction};

use crate::StoreError;

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

/// How to open the database.
#[derive(Clone, Debug)]
pub struct DbOptions {
    /// `sqlite:path/to/file.db` or `postgres://user@host/name`. Holds a password, so it is never logged.
    pub url: String,
    /// Connections of this process to PostgreSQL. SQLite has its own: one writer, four readers.
    pub max_connections: u32,
}

/// The database. Cheap to clone.
#[derive(Clone, Debug)]
pub enum Db {
    /// One writer, since SQLite has one anyway and waiting in a queue is fairer than polling; readers beside it.
    Sqlite {
        write: SqlitePool,
        read: SqlitePool,
    },
    Postgres(PgPool),
}

/// A transaction. Commit it, or drop it to roll back.
#[derive(Debug)]
pub enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens the database; a SQLite file that is not there is made.
    pub async fn open(options: &DbOptions) -> Result<Self, StoreError> {
        let url = options.url.as_str();
        if let Some(path) = url.strip_prefix("sqlite:") {
            Self::open_sqlite(Path::new(path.trim_start_matches("//"))).await
        } else if url.starts_with("postgres:") || url.starts_with("postgresql:") {
            Self::open_postgres(options).await
        } else {
            let shown = url.split(':').next().unwrap_or_default().to_owned();
            Err(StoreError::Address { shown })
        }
    }

    /// Tries once to reach PostgreSQL, and says why not: opening waits for a database that is starting, and ends with
    /// nothing but a time-out. SQLite has nothing to reach.
    pub async fn reach(url: &str) -> Result<(), StoreError> {
        let failed = |source| StoreError::Driver {
            statement: "reach",
            source,
        };
        if url.starts_with("sqlite:") {
            return Ok(());
        }
        let options: PgConnectOptions = url.parse().map_err(failed)?;
        let connection = PgConnection::connect_with(&options).await.map_err(failed)?;
        connection.close().await.map_err(failed)
    }

    async fn open_sqlite(path: &Path) -> Result<Self, StoreError> {
        let opened = |source| StoreError::Driver {
            statement: "open",
            source,
        };
        keep_private(path);
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory")
            // Pages (64 MiB) before they are copied into the file. What is written at random places, as by an index, is written
            // again and again: the more of it is copied at once, the less there is to copy.
            .pragma("wal_autocheckpoint", "16384")
            // Rows cross from a thread to another one: so many before they wait for each other.
            .row_buffer_size(1_000)
            .optimize_on_close(true, None);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_mins(1))
            .connect_with(options.clone())
            .await
            .map_err(opened)?;
        let read = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_with(options.read_only(true).create_if_missing(false))
            .await
            .map_err(opened)?;
        Ok(Db::Sqlite { write, read })
    }

    async fn open_postgres(options: &DbOptions) -> Result<Self, StoreError> {
        let opened = |source| StoreError::Driver {
            statement: "open",
            source,
        };
        let connect: PgConnectOptions = options.url.parse().map_err(opened)?;
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(connect.application_name("usersync"))
            .await
            .map_err(opened)?;
        Ok(Db::Postgres(pool))
    }

    /// Brings the schema up to date. Safe to call from several processes at once.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        match self {
            Db::Sqlite { write, .. } => SQLITE.run(write).await,
            Db::Postgres(pool) => POSTGRES.run(pool).await,
        }
        .map_err(StoreError::Migrate)
    }

    /// How many migrations are still to be run; 0 means the schema is what this program expects.
    pub async fn pending_migrations(&self) -> Result<usize, StoreError> {
        let failed = |source| StoreError::Driver {
            statement: "pending_migrations",
            source,
        };
        let (all, applied): (usize, i64) = match self {
            Db::Sqlite { read, .. } => {
                let known: i64 =
                    sqlx::query_scalar("SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'")
                        .fetch_one(read)
                        .await
                        .map_err(failed)?;
                let applied = if known == 0 {
                    0
                } else {
                    sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations")
                        .fetch_one(read)
                        .await
                        .map_err(failed)?
                };
                (SQLITE.iter().count(), applied)
            }
            Db::Postgres(pool) => {
                let known: bool = sqlx::query_scalar("SELECT to_regclass('_sqlx_migrations') IS NOT NULL")
                    .fetch_one(pool)
                    .await
                    .map_err(failed)?;
                let applied = if known {
                    sqlx::query_scalar("SELECT COUNT(*) FROM _sqlx_migrations")
                        .fetch_one(pool)
                        .await
                        .map_err(failed)?
                } else {
                    0
                };
                (POSTGRES.iter().count(), applied)
            }
        };
        Ok(all.saturating_sub(usize::try_from(applied).unwrap_or(0)))
    }

    /// Begins a unit of work that writes.
    pub async fn begin(&self) -> Result<Tx, StoreError> {
        let failed = |source| StoreError::Driver {
            statement: "begin",
            source,
        };
        match self {
            // A deferred transaction that reads first and writes later fails at once when somebody wrote meanwhile.
            Db::Sqlite { write, .. } => write
                .begin_with("BEGIN IMMEDIATE")
                .await
                .map(Tx::Sqlite)
                .map_err(failed),
            Db::Postgres(pool) => begin_postgres(pool, "BEGIN")
                .await
                .map(Tx::Postgres)
                .map_err(failed),
        }
    }

    /// Begins a unit of work that only reads, on one consistent picture.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let failed = |source| StoreError::Driver {
            statement: "read",
            source,
        };
        match self {
            Db::Sqlite { read, .. } => read.begin().await.map(Tx::Sqlite).map_err(failed),
            Db::Postgres(pool) => begin_postgres(pool, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                .await
                .map(Tx::Postgres)
                .map_err(failed),
        }
    }

    /// Closes all connections; SQLite writes its log back.
    pub async fn close(&self) {
        match self {
            Db::Sqlite { write, read } => {
                read.close().await;
                write.close().await;
            }
            Db::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes everything done in this unit of work visible at once.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        }
        .map_err(|source| StoreError::Driver {
            statement: "commit",
            source,
        })
    }
}

/// Begins a transaction in a task of its own, which goes on when the caller is dropped. sqlx counts a transaction only
/// once its BEGIN was answered; dropped before that, the connection would go back to the pool with the transaction
/// open, and the next unit of work would run inside it, perhaps read-only.
async fn begin_postgres(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    tokio::spawn(async move { pool.begin_with(statement).await })
        .await
        .map_err(|_| sqlx::Error::WorkerCrashed)?
}

/// Makes the file of a new database readable for its owner only, which SQLite's other files follow: it holds people and
/// password hashes. A file that cannot be made is SQLite's to explain.
fn keep_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let mut private = std::fs::OpenOptions::new();
        let made = private.write(true).create_new(true).mode(0o600).open(path);
        drop(made);
    }
    #[cfg(not(unix))]
    let _ = path;
}
