//! What a database does once much was written at once, so that whoever reads and writes next is as quick as ever.

use std::time::Duration;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, PgPool, SqliteConnection, SqlitePool};

use crate::{Db, StoreError};

/// Rows that are much at once: fewer change little of what is known of a table.
const MANY: u64 = 5_000;

/// Tables that are filled together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filled {
    /// Links of accounts.
    Links,
    /// What was read of a directory, to be compared with People.
    Snapshot,
    /// Changes of a run.
    Changes,
    /// Lines of a user mapping, and what was found about them.
    Mapping,
    /// Entries of a plan of the migration.
    Plan,
    /// What its entries are looked up by, which is made of them.
    Lookups,
    /// What becomes of people by a plan.
    Rehearsal,
}

impl Filled {
    pub const ALL: &[Filled] = &[
        Filled::Links,
        Filled::Snapshot,
        Filled::Changes,
        Filled::Mapping,
        Filled::Plan,
        Filled::Lookups,
        Filled::Rehearsal,
    ];

    /// None for what is read by its key alone.
    const fn statement(self) -> Option<&'static str> {
        Some(match self {
            Filled::Links => "ANALYZE identity_links",
            Filled::Snapshot => "ANALYZE snapshot_users, snapshot_members, accounts, identity_links",
            Filled::Changes => "ANALYZE sync_changes",
            Filled::Mapping => "ANALYZE mapping_rows, mapping_findings, mapping_proposals, accounts",
            Filled::Plan => "ANALYZE migration_entries",
            Filled::Lookups => "ANALYZE migration_lookups",
            Filled::Rehearsal => return None,
        })
    }
}

/// How long somebody else is waited for: who works on the same tables, such as a vacuum, or who reads the log. Whoever wants to
/// write waits meanwhile.
const PATIENCE: Duration = Duration::from_secs(2);

/// Keeps the database quick after `rows` were written, if those are many. Where it cannot be had, everything still works, slower.
///
/// PostgreSQL looks at the tables anew: its own look comes up to a minute later, and until then it takes them for as good as
/// empty, and compares each row of one with each row of the other. SQLite reads by its indexes, whatever is in them, but looks
/// each page up in its log first, which grows for as long as one reader begins before another one ends: it is put into the file.
pub async fn refresh(db: &Db, filled: Filled, rows: u64) {
    if rows >= MANY
        && let Err(error) = look(db, filled).await
    {
        tracing::warn!(?filled, %error, "the database was not kept quick");
    }
}

/// The same, however many rows; whether it was done. It is not while somebody goes on reading SQLite's log.
pub async fn look(db: &Db, filled: Filled) -> Result<bool, StoreError> {
    let looked = match (db, filled.statement()) {
        (Db::Sqlite { write, .. }, _) => empty_log(write).await,
        (Db::Postgres(pool), Some(statement)) => analyze(pool, statement).await.map(|()| true),
        (Db::Postgres(_), None) => Ok(true),
    };
    looked.map_err(|source| StoreError::Driver {
        statement: "statistics",
        source,
    })
}

/// On a connection of its own: those of the pool wait longer than this should.
async fn empty_log(write: &SqlitePool) -> Result<bool, sqlx::Error> {
    let options = SqliteConnectOptions::clone(&write.connect_options())
        .busy_timeout(PATIENCE)
        .optimize_on_close(false, None);
    let mut connection = SqliteConnection::connect_with(&options).await?;
    let busy: i64 = sqlx::query_scalar("PRAGMA wal_checkpoint(TRUNCATE)")
        .fetch_one(&mut connection)
        .await?;
    connection.close().await?;
    Ok(busy == 0)
}

async fn analyze(pool: &PgPool, statement: &'static str) -> Result<(), sqlx::Error> {
    let mut tx = pool.begin().await?;
    sqlx::query("SELECT set_config('lock_timeout', $1, true)")
        .bind(format!("{}ms", PATIENCE.as_millis()))
        .execute(&mut *tx)
        .await?;
    sqlx::query(statement).execute(&mut *tx).await?;
    tx.commit().await
}
