use std::fmt::Write;

use sqlx::{Connection, Executor, PgConnection};
use store::{Db, DbOptions};
use tempfile::TempDir;

/// Where a throw-away PostgreSQL listens; `cargo xtask test` starts one and sets this.
const POSTGRES: &str = "USERSYNC_TEST_POSTGRES";

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A fresh, migrated database of a test's own.
pub struct TestDb {
    pub db: Db,
    /// Its address, to open it a second time.
    pub url: String,
    pub backend: Backend,
    _dir: Option<TempDir>,
}

impl TestDb {
    /// A fresh, migrated database. Panics with the cure when PostgreSQL is not there.
    pub async fn open(backend: Backend) -> Self {
        let test = Self::empty(backend).await;
        test.db.migrate().await.expect("the migrations run");
        test
    }

    /// A fresh database without any table.
    pub async fn empty(backend: Backend) -> Self {
        let (url, dir) = match backend {
            Backend::Sqlite => {
                let dir = TempDir::new().expect("a temporary folder");
                (
                    format!("sqlite:{}", dir.path().join("test.db").display()),
                    Some(dir),
                )
            }
            Backend::Postgres => (fresh_postgres().await, None),
        };
        let db = Db::open(&DbOptions {
            url: url.clone(),
            max_connections: 5,
        })
        .await
        .expect("the database opens");
        Self {
            db,
            url,
            backend,
            _dir: dir,
        }
    }
}

impl TestDb {
    /// Rewrites an entry of the audit log, past the database's own guard, as somebody with all rights could.
    pub async fn tamper_with_audit(&self, seq: i64) {
        let drop = match &self.db {
            Db::Sqlite { .. } => "DROP TRIGGER audit_log_no_update",
            Db::Postgres(_) => "DROP TRIGGER audit_log_no_change ON audit_log",
        };
        for statement in [
            drop.to_owned(),
            format!("UPDATE audit_log SET details = '{{}}' WHERE seq = {seq}"),
        ] {
            let statement = sqlx::AssertSqlSafe(statement);
            let done = match &self.db {
                Db::Sqlite { write, .. } => sqlx::query(statement).execute(write).await.map(|_| ()),
                Db::Postgres(pool) => sqlx::query(statement).execute(pool).await.map(|_| ()),
            };
            done.expect("the entry is rewritten");
        }
    }

    /// Everything in these tables, as text: to prove that something wrote nothing.
    pub async fn dump(&self, tables: &[&str]) -> String {
        let mut text = String::new();
        for table in tables {
            let rows: Vec<String> = match &self.db {
                Db::Sqlite { read, .. } => {
                    let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info($1)")
                        .bind(*table)
                        .fetch_all(read)
                        .await
                        .expect("the table's columns");
                    assert!(!columns.is_empty(), "there is no table {table}");
                    let quoted: Vec<_> = columns.iter().map(|column| format!("quote({column})")).collect();
                    let query = format!(
                        "SELECT {} AS row FROM {table} ORDER BY 1",
                        quoted.join(" || ',' || ")
                    );
                    sqlx::query_scalar(sqlx::AssertSqlSafe(query))
                        .fetch_all(read)
                        .await
                        .expect("the rows")
                }
                Db::Postgres(pool) => {
                    let query = format!("SELECT row_to_json(t)::text FROM {table} t ORDER BY 1");
                    sqlx::query_scalar(sqlx::AssertSqlSafe(query))
                        .fetch_all(pool)
                        .await
                        .expect("the rows")
                }
            };
            let _ = writeln!(text, "{table}: {}", rows.len());
            for row in rows {
                let _ = writeln!(text, "  {row}");
            }
        }
        text
    }
}

async fn fresh_postgres() -> String {
    let server = std::env::var(POSTGRES).unwrap_or_else(|_| {
        panic!(
            "{POSTGRES} is not set. Run `cargo xtask test`, which starts a throw-away PostgreSQL and sets it."
        )
    });
    let mut connection = PgConnection::connect(&server)
        .await
        .expect("the test server of PostgreSQL answers");
    let name = format!("t_{}", uuid::Uuid::from_bytes(rand::random()).simple());
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    connection
        .execute(sqlx::raw_sql(create))
        .await
        .expect("a test database can be made");
    with_database(&server, &name)
}

/// The same server, another database. The name stands between the last `/` and the `?`.
fn with_database(server: &str, name: &str) -> String {
    let (address, options) = server
        .split_once('?')
        .map_or((server, None), |(a, o)| (a, Some(o)));
    let base = address.rsplit_once('/').map_or(address, |(base, _)| base);
    match options {
        Some(options) => format!("{base}/{name}?{options}"),
        None => format!("{base}/{name}"),
    }
}
