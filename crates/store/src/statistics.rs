//! What a database does once much was written at once, so that whoever reads and writes next is as quick as ever.

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
    /// Lines of a user mapping.
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
            Filled::Mapping => "ANALYZE mapping_rows, mapping_proposals, accounts",
            Filled::Plan => "ANALYZE migration_entries",
            Filled::Lookups => "ANALYZE migration_lookups",
            Filled::Rehearsal => return None,
        })
    }
}

/// Those who read the log are waited for, and whoever wants to write waits meanwhile: not for long, then.
const CHECKPOINT: &str =
    "PRAGMA busy_timeout = 2000; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 10000";

/// How long somebody else who works on the same tables, such as a vacuum, is waited for.
const PATIENCE: &str = "SET LOCAL lock_timeout = '2s'";

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

/// The same, however many rows; whether it worked.
pub async fn look(db: &Db, filled: Filled) -> Result<(), StoreError> {
    let failed = |source| StoreError::Driver {
        statement: "statistics",
        source,
    };
    let (pool, statement) = match (db, filled.statement()) {
        (Db::Sqlite { write, .. }, _) => {
            sqlx::raw_sql(CHECKPOINT).execute(write).await.map_err(failed)?;
            return Ok(());
        }
        (Db::Postgres(pool), Some(statement)) => (pool, statement),
        (Db::Postgres(_), None) => return Ok(()),
    };
    let mut tx = pool.begin().await.map_err(failed)?;
    sqlx::query(PATIENCE).execute(&mut *tx).await.map_err(failed)?;
    sqlx::query(statement).execute(&mut *tx).await.map_err(failed)?;
    tx.commit().await.map_err(failed)
}
