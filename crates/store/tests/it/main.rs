//! The store's contract, on both databases: statements, schemas, tenant isolation, and each aggregate.

mod audit;
mod changes;
mod console;
mod customers;
mod found;
mod isolation;
mod jobs;
mod managers;
mod mapping;
mod mapping_remarks;
mod migration;
mod plans;
mod schema;
mod sealed;
mod statements;
mod statistics;
mod team;
mod transactions;

use domain::ids::Id;
use domain::{CustomerId, Provider, Timestamp};
use store::{Db, Tx};

/// A moment of the tests, with microseconds.
fn now() -> Timestamp {
    "2026-03-12T09:41:00.123456Z".parse().expect("a moment")
}

/// An id that is the same each time.
fn id<T: Id>(n: u8) -> T {
    T::at(now(), [n; 10])
}

/// Adds a customer with a directory and gives the ids.
async fn customer(tx: &mut Tx, n: u8, slug: &str) -> (CustomerId, domain::DirectoryId) {
    let (customer, directory) = (id(n), id(n));
    store::customers::insert(tx, customer, slug, &format!("The {slug}"), now())
        .await
        .expect("inserted");
    store::directories::insert(tx, customer, directory, Provider::Entra, "Entra", now())
        .await
        .expect("inserted");
    (customer, directory)
}

/// Runs a statement of the test's own.
async fn raw(db: &Db, statement: &str) -> Result<u64, sqlx::Error> {
    let statement = sqlx::AssertSqlSafe(statement.to_owned());
    match db {
        Db::Sqlite { write, .. } => sqlx::query(statement)
            .execute(write)
            .await
            .map(|done| done.rows_affected()),
        Db::Postgres(pool) => sqlx::query(statement)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()),
    }
}
