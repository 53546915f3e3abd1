//! The least that a database can do: one update of as many accounts out of a table, and one insert of what was before and
//! after, in one transaction. Another customer's accounts in the same tables, with the same indexes, from the same usernames to
//! the same, there and back; since a bare update cannot swap them, those of before and those of after end in different signs.

use std::time::{Duration, Instant};

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{Connection, PgConnection, SqliteConnection};

use crate::full::Failure;

const CUSTOMER: &str = "(SELECT id FROM customers WHERE slug = 'limit')";
const BENCH: &str = "(SELECT id FROM customers WHERE slug = 'bench')";

/// A connection beside those of the product.
pub(super) enum Limit {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
}

/// How long a round took.
pub(super) struct Round {
    pub(super) update: Duration,
    /// With history and commit.
    pub(super) all: Duration,
}

impl Limit {
    /// The settings are those of the product.
    pub(super) async fn open(address: &str) -> Result<Self, Failure> {
        let Some(path) = address.strip_prefix("sqlite:") else {
            return Ok(Limit::Postgres(Box::new(PgConnection::connect(address).await?)));
        };
        let options = SqliteConnectOptions::new()
            .filename(path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_mins(1))
            .foreign_keys(true)
            .pragma("cache_size", "-65536")
            .pragma("temp_store", "memory");
        let connection = SqliteConnection::connect_with(&options).await?;
        Ok(Limit::Sqlite(Box::new(connection)))
    }

    pub(super) async fn close(self) -> Result<(), Failure> {
        match self {
            Limit::Sqlite(connection) => connection.close().await?,
            Limit::Postgres(connection) => connection.close().await?,
        }
        Ok(())
    }

    async fn execute(&mut self, statement: &str) -> Result<Duration, Failure> {
        let statement = sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned()));
        let begun = Instant::now();
        match self {
            Limit::Sqlite(connection) => {
                statement.execute(&mut **connection).await?;
            }
            Limit::Postgres(connection) => {
                statement.execute(&mut **connection).await?;
            }
        }
        Ok(begun.elapsed())
    }

    /// Accounts, lines and people together, once: what a dry run cannot do without.
    pub(super) async fn join(&mut self) -> Result<Duration, Failure> {
        self.execute("ANALYZE").await?;
        let join = format!(
            "SELECT COUNT(*), SUM(LENGTH(a.username) + LENGTH(r.new) + LENGTH(u.username)) FROM accounts a
             JOIN mapping_rows r ON r.customer_id = a.customer_id AND r.version = 1 AND r.account_id = a.id
             JOIN snapshot_users u ON u.customer_id = a.customer_id AND u.row_no = r.person
             WHERE a.customer_id = {BENCH}"
        );
        self.execute(&join).await
    }

    /// Copies the accounts, as the plan that was carried out last left them.
    pub(super) async fn prepare(&mut self) -> Result<(), Failure> {
        let columns = "id, username, username_key, directory_id, state, is_administrator, profile, search_key, sort_key,
            version, created_at, updated_at";
        for statement in [
            format!(
                "INSERT INTO directories (customer_id, id, provider, name, created_at)
                 SELECT {CUSTOMER}, id, provider, name, created_at FROM directories WHERE customer_id = {BENCH}"
            ),
            format!(
                "INSERT INTO accounts (customer_id, {columns})
                 SELECT {CUSTOMER}, {columns} FROM accounts WHERE customer_id = {BENCH} ORDER BY accounts.id"
            ),
            format!(
                "CREATE TABLE limit_wishes AS SELECT account_id, username_before, directory_before,
                    username_after || '~~' AS username_a, key_after || '~~' AS key_a, username_before || '~' AS username_b,
                    key_before || '~' AS key_b, directory_after, search_key, sort_key
                 FROM migration_entries WHERE customer_id = {BENCH} AND kind IN ('rename', 'move', 'both')
                 AND plan = (SELECT MAX(plan) FROM migration_runs WHERE customer_id = {BENCH})
                 ORDER BY migration_entries.account_id"
            ),
            "CREATE TABLE limit_history (account_id TEXT NOT NULL, round INTEGER NOT NULL, username_before TEXT NOT NULL,
                username_after TEXT NOT NULL, directory_before TEXT, directory_after TEXT, at TEXT NOT NULL,
                PRIMARY KEY (account_id, round))"
                .to_owned(),
            "ANALYZE".to_owned(),
        ] {
            self.execute(&statement).await?;
        }
        Ok(())
    }

    /// To one username and the old directory, and to another username and the new directory.
    pub(super) async fn round(&mut self) -> Result<Round, Failure> {
        let first = self.once("b").await?;
        let second = self.once("a").await?;
        self.execute("DELETE FROM limit_history").await?;
        Ok(Round {
            update: first.update.min(second.update),
            all: first.all.min(second.all),
        })
    }

    async fn once(&mut self, to: &str) -> Result<Round, Failure> {
        // Of the type the history has.
        let text = match self {
            Limit::Sqlite(_) => ["account_id", "directory_before", "directory_after"].map(ToOwned::to_owned),
            Limit::Postgres(_) => {
                ["account_id", "directory_before", "directory_after"].map(|name| format!("{name}::text"))
            }
        };
        let [account, before, after] = text;
        // There, and back again: the directory changes each time, too.
        let (round, which) = if to == "a" { (0, "after") } else { (1, "before") };
        let begun = Instant::now();
        self.execute("BEGIN").await?;
        let update = self
            .execute(&format!(
                "UPDATE accounts SET username = w.username_{to}, username_key = w.key_{to},
                    directory_id = w.directory_{which}, search_key = w.search_key, sort_key = w.sort_key,
                    version = accounts.version + 1, updated_at = CURRENT_TIMESTAMP
                 FROM limit_wishes w WHERE accounts.customer_id = {CUSTOMER} AND accounts.id = w.account_id"
            ))
            .await?;
        self.execute(&format!(
            "INSERT INTO limit_history (account_id, round, username_before, username_after, directory_before,
                directory_after, at)
             SELECT {account}, {round}, username_before, username_{to}, {before}, {after}, CURRENT_TIMESTAMP
             FROM limit_wishes"
        ))
        .await?;
        self.execute("COMMIT").await?;
        Ok(Round {
            update,
            all: begun.elapsed(),
        })
    }
}

/// A database of this name on a server, made anew.
pub(super) async fn fresh_postgres(server: &str, name: &str) -> Result<String, Failure> {
    let mut connection = PgConnection::connect(server).await?;
    for statement in [
        format!("DROP DATABASE IF EXISTS {name}"),
        format!("CREATE DATABASE {name}"),
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
            .execute(&mut connection)
            .await?;
    }
    let (address, options) = server.split_once('?').unwrap_or((server, ""));
    let base = address.rsplit_once('/').map_or(address, |(base, _)| base);
    Ok(format!("{base}/{name}?{options}"))
}
