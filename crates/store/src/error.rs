//! What can go wrong between us and the database.

/// A failure of the store. Absent rows are not failures: they are `Ok(None)`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or was out of reach.
    #[error("the statement {statement} failed")]
    Driver {
        statement: &'static str,
        #[source]
        source: sqlx::Error,
    },
    /// A uniqueness rule of the schema was hit.
    #[error("the statement {statement} met a row that is already there ({constraint})")]
    Conflict {
        statement: &'static str,
        constraint: String,
    },
    /// A row holds something that no code of ours wrote.
    #[error("{table}.{column} holds {value:?}, which is not understood")]
    Corrupt {
        table: &'static str,
        column: &'static str,
        value: String,
    },
    /// The row is not in the state the caller saw (the UPDATE repeats the old state and demands one row).
    #[error("{what} changed in the meantime")]
    Stale { what: &'static str },
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated")]
    Migrate(#[source] sqlx::migrate::MigrateError),
    /// The address of the database is not one of ours.
    #[error("the database address {shown:?} is neither sqlite: nor postgres:")]
    Address { shown: String },
}

impl StoreError {
    pub(crate) fn driver(statement: &'static str, source: sqlx::Error) -> Self {
        if let sqlx::Error::Database(refusal) = &source
            && refusal.is_unique_violation()
        {
            let constraint = refusal
                .constraint()
                .map_or_else(|| refusal.message().to_owned(), ToOwned::to_owned);
            return StoreError::Conflict {
                statement,
                constraint,
            };
        }
        StoreError::Driver { statement, source }
    }

    /// Whether trying again may help: the database is busy, restarting or out of reach.
    pub fn is_transient(&self) -> bool {
        match self {
            StoreError::Driver { source, .. } => match source {
                sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
                sqlx::Error::Database(refusal) => {
                    // SQLITE_BUSY and its kin; PostgreSQL serialization failure, deadlock, shutdown, cannot connect now.
                    refusal.code().is_some_and(|code| {
                        [
                            "5", "6", "261", "517", "40001", "40P01", "57P01", "57P02", "57P03",
                        ]
                        .contains(&&*code)
                    })
                }
                _ => false,
            },
            _ => false,
        }
    }
}

/// Demands that a transition touched exactly one row; otherwise somebody else was quicker.
pub(crate) fn one_row(touched: u64, what: &'static str) -> Result<(), StoreError> {
    if touched == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale { what })
    }
}

/// Reads a stored code back into its enum.
pub(crate) fn code<T: std::str::FromStr>(
    table: &'static str,
    column: &'static str,
    value: &str,
) -> Result<T, StoreError> {
    value.parse().map_err(|_| StoreError::Corrupt {
        table,
        column,
        value: value.to_owned(),
    })
}
