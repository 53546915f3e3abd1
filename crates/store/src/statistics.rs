//! What a database knows of its own tables, to choose by how it reads them.

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
}

impl Filled {
    pub const ALL: &[Filled] = &[
        Filled::Links,
        Filled::Snapshot,
        Filled::Changes,
        Filled::Mapping,
        Filled::Plan,
    ];

    const fn statement(self) -> &'static str {
        match self {
            Filled::Links => "ANALYZE identity_links",
            Filled::Snapshot => "ANALYZE snapshot_users, snapshot_members, accounts, identity_links",
            Filled::Changes => "ANALYZE sync_changes",
            Filled::Mapping => "ANALYZE mapping_rows, mapping_proposals, accounts",
            Filled::Plan => "ANALYZE migration_entries, migration_lookups",
        }
    }
}

/// How long somebody else who works on the same tables, such as a vacuum, is waited for.
const PATIENCE: &str = "SET LOCAL lock_timeout = '2s'";

/// Has PostgreSQL look anew at tables into which `rows` were written, if those are many: its own look comes up to a minute
/// later, and until then it takes them for as good as empty, and compares each row of one with each row of the other. SQLite
/// reads by its indexes, whatever is in them. Where it cannot be had, everything still works, slower.
pub async fn refresh(db: &Db, filled: Filled, rows: u64) {
    if rows >= MANY
        && let Err(error) = look(db, filled).await
    {
        tracing::warn!(?filled, %error, "the database did not look at its tables anew");
    }
}

/// The same, however many rows; whether it worked.
pub async fn look(db: &Db, filled: Filled) -> Result<(), StoreError> {
    let Db::Postgres(pool) = db else { return Ok(()) };
    let failed = |source| StoreError::Driver {
        statement: "statistics",
        source,
    };
    let mut tx = pool.begin().await.map_err(failed)?;
    sqlx::query(PATIENCE).execute(&mut *tx).await.map_err(failed)?;
    sqlx::query(filled.statement())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    tx.commit().await.map_err(failed)
}
