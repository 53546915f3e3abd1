//! What the database does once much was written at once.

use std::path::Path;

use store::statistics::{Filled, look};
use test_support::{Backend, TestDb, on_both};

on_both!(any_table_is_looked_at_anew, |test: TestDb| async move {
    // Wholly, with the folder it lives in.
    let test = test;
    for filled in Filled::ALL {
        assert!(look(&test.db, *filled).await.expect("looked at"));
    }
});

/// The length of SQLite's log; PostgreSQL's is its own affair.
fn log_of(test: &TestDb) -> Option<u64> {
    let path = test.url.strip_prefix("sqlite:")?;
    let log = Path::new(path).with_extension("db-wal");
    Some(log.metadata().expect("a log").len())
}

on_both!(
    the_log_is_put_into_the_file_although_somebody_reads,
    |test: TestDb| async move {
        assert_ne!(log_of(&test), Some(0), "the migrations stand there");
        look(&test.db, Filled::Plan).await.expect("looked at");
        assert!(log_of(&test).is_none_or(|length| length == 0));
        let mut tx = test.db.begin().await.expect("begun");
        let slug = "acme";
        crate::customer(&mut tx, 1, slug).await;
        tx.commit().await.expect("committed");
        let mut reader = test.db.read().await.expect("reading");
        store::customers::by_slug(&mut reader, slug).await.expect("read");
        // Somebody who goes on reading is waited for no longer than a moment, and nothing is lost.
        let looked = look(&test.db, Filled::Plan).await.expect("looked at");
        assert_eq!(looked, test.backend == Backend::Postgres);
        drop(reader);
        assert!(look(&test.db, Filled::Plan).await.expect("looked at"));
        assert!(log_of(&test).is_none_or(|length| length == 0));
        let mut tx = test.db.read().await.expect("reading");
        let found = store::customers::by_slug(&mut tx, slug).await.expect("read");
        assert!(found.is_some());
    }
);
