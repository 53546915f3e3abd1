//! Both schemas are one: the same migrations, tables, columns, kinds, nullability, keys and indexes. Foreign keys are the same but
//! for those that cost PostgreSQL too much.

use std::collections::{BTreeMap, BTreeSet};

use store::Db;
use test_support::{Backend, TestDb};

/// Kind of value, whether it may be NULL, and its place in the primary key (0: none).
type Column = (&'static str, bool, i64);
type Tables = BTreeMap<String, BTreeMap<String, Column>>;

fn kind(declared: &str) -> &'static str {
    match declared {
        "BLOB" | "uuid" | "bytea" => "bytes",
        "TEXT" | "text" | "timestamp with time zone" | "jsonb" => "text",
        "INTEGER" | "bigint" | "boolean" | "integer" => "integer",
        other => panic!("a type nobody has thought of: {other}"),
    }
}

async fn tables(db: &Db) -> Tables {
    let rows: Vec<(String, String, String, bool, i64)> = match db {
        Db::Sqlite { read, .. } => sqlx::query_as(
            "SELECT m.name, p.name, p.type, p.\"notnull\" = 0, p.pk FROM sqlite_master m \
             JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' \
             AND m.name NOT LIKE 'sqlite%'",
        )
        .fetch_all(read)
        .await
        .expect("the tables"),
        Db::Postgres(pool) => sqlx::query_as(
            "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'YES', \
             COALESCE((SELECT k.ordinal_position::bigint FROM information_schema.table_constraints t \
             JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name) \
             WHERE t.constraint_type = 'PRIMARY KEY' AND t.table_name = c.table_name \
             AND k.column_name = c.column_name), 0) \
             FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\\_sqlx%'",
        )
        .fetch_all(pool)
        .await
        .expect("the tables"),
    };
    let mut tables = Tables::new();
    for (table, column, declared, nullable, key) in rows {
        tables
            .entry(table)
            .or_default()
            .insert(column, (kind(&declared), nullable, key));
    }
    tables
}

/// Indexes with names of our own, without those behind keys.
async fn indexes(db: &Db) -> BTreeSet<String> {
    let names: Vec<String> = match db {
        Db::Sqlite { read, .. } => sqlx::query_scalar(
            "SELECT tbl_name || '.' || name FROM sqlite_master WHERE type = 'index' AND name NOT LIKE 'sqlite%'",
        )
        .fetch_all(read)
        .await
        .expect("the indexes"),
        Db::Postgres(pool) => sqlx::query_scalar(
            "SELECT tablename || '.' || indexname FROM pg_indexes WHERE schemaname = 'public' \
             AND indexname NOT LIKE '%\\_pkey' AND indexname NOT LIKE '%\\_key'",
        )
        .fetch_all(pool)
        .await
        .expect("the indexes"),
    };
    names.into_iter().collect()
}

/// `table(column, …) → parent`.
async fn foreign_keys(db: &Db) -> BTreeSet<String> {
    let keys: Vec<String> = match db {
        Db::Sqlite { read, .. } => sqlx::query_scalar(
            "SELECT name || '(' || group_concat(child, ', ' ORDER BY seq) || ') → ' || parent \
             FROM (SELECT m.name, k.id, k.seq, k.\"from\" AS child, k.\"table\" AS parent FROM sqlite_master m \
             JOIN pragma_foreign_key_list(m.name) k WHERE m.type = 'table') GROUP BY name, id, parent",
        )
        .fetch_all(read)
        .await
        .expect("the foreign keys"),
        Db::Postgres(pool) => sqlx::query_scalar(
            "SELECT c.conrelid::regclass || '(' || string_agg(a.attname, ', ' ORDER BY k.place) || ') → ' \
             || c.confrelid::regclass FROM pg_constraint c CROSS JOIN unnest(c.conkey) WITH ORDINALITY k (column_no, place) \
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.column_no \
             WHERE c.contype = 'f' GROUP BY c.oid, c.conrelid, c.confrelid",
        )
        .fetch_all(pool)
        .await
        .expect("the foreign keys"),
    };
    keys.into_iter().collect()
}

/// What migration 0022 dropped on PostgreSQL, and why.
const DROPPED: [&str; 2] = [
    "migration_entries(customer_id, plan) → migration_plans",
    "migration_rehearsed(customer_id, plan) → migration_plans",
];

#[tokio::test]
async fn both_schemas_have_the_same_foreign_keys() {
    let sqlite = foreign_keys(&TestDb::open(Backend::Sqlite).await.db).await;
    let postgres = foreign_keys(&TestDb::open(Backend::Postgres).await.db).await;
    assert!(sqlite.len() > 15, "{sqlite:?}");
    assert!(postgres.is_subset(&sqlite), "{postgres:?}");
    let dropped: Vec<_> = sqlite.difference(&postgres).map(String::as_str).collect();
    assert_eq!(dropped, DROPPED);
}

#[tokio::test]
async fn both_schemas_are_the_same() {
    let sqlite = TestDb::open(Backend::Sqlite).await;
    let postgres = TestDb::open(Backend::Postgres).await;
    let (left, right) = (tables(&sqlite.db).await, tables(&postgres.db).await);
    assert!(left.len() > 15, "{left:?}");
    let names = |tables: &Tables| tables.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&left), names(&right));
    for (table, columns) in &left {
        assert_eq!(Some(columns), right.get(table), "{table}");
    }
    assert_eq!(indexes(&sqlite.db).await, indexes(&postgres.db).await);
}

#[tokio::test]
async fn rows_of_a_customer_are_kept_together() {
    let test = TestDb::open(Backend::Sqlite).await;
    for (table, columns) in tables(&test.db).await {
        if let Some((_, false, place)) = columns.get("customer_id") {
            assert_eq!(*place, 1, "the primary key of {table} leads with customer_id");
        }
    }
}

#[tokio::test]
async fn nothing_is_deleted_by_a_cascade() {
    for folder in ["sqlite", "postgres"] {
        for (name, text) in migrations(folder) {
            assert!(!text.to_uppercase().contains("CASCADE"), "{folder}/{name}");
            assert!(
                text.starts_with("-- "),
                "{folder}/{name}: the first line says why"
            );
        }
    }
}

#[test]
fn both_folders_hold_the_same_migrations() {
    let names = |folder| {
        migrations(folder)
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

fn migrations(folder: &str) -> Vec<(String, String)> {
    let folder = format!("{}/../../migrations/{folder}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the migrations")
        .map(|entry| {
            let path = entry.expect("a file").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).expect("readable"))
        })
        .collect();
    files.sort();
    files
}

#[tokio::test]
async fn migrations_are_pending_until_they_are_run() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let test = TestDb::empty(backend).await;
        assert!(test.db.pending_migrations().await.expect("counted") > 0);
        // Two processes that start at the same moment.
        let (a, b) = tokio::join!(test.db.migrate(), test.db.migrate());
        a.and(b).expect("migrated");
        assert_eq!(test.db.pending_migrations().await.expect("counted"), 0);
    }
}
