//! Every statement is understood by the database it is meant for.

use std::collections::BTreeSet;

use sqlx::{Executor, SqlSafeStr};
use store::Db;
use test_support::{TestDb, on_both};

on_both!(every_statement_can_be_prepared, async |test: TestDb| {
    let mut refused = Vec::new();
    for sql in store::statements() {
        let prepared = match &test.db {
            Db::Sqlite { write, .. } => write.prepare(sql.sqlite.into_sql_str()).await.map(drop),
            Db::Postgres(pool) => pool.prepare(sql.postgres.into_sql_str()).await.map(drop),
        };
        if let Err(error) = prepared {
            refused.push(format!("{}: {error}", sql.name));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
});

#[test]
fn statements_have_names_of_their_own() {
    let statements = store::statements();
    let names: BTreeSet<_> = statements.iter().map(|sql| sql.name).collect();
    assert_eq!(names.len(), statements.len());
    assert!(statements.len() > 50, "the list is not empty by accident");
}
