//! The audit log: append-only, one chain, and what happens to somebody who rewrites it.

use chrono::TimeDelta;
use domain::{ConsoleUserId, CustomerId, Timestamp};
use store::audit::{AuditEntry, Chain, NarrowedAudit, append, of_customer, verify};
use store::{Db, Tx};
use test_support::{TestDb, on_both};

use crate::{customer, id, now, raw};

async fn write(tx: &mut Tx, customer: Option<CustomerId>, object: &str) -> i64 {
    let entry = AuditEntry {
        at: now(),
        customer,
        actor: Some(id::<ConsoleUserId>(9)),
        actor_name: "Anna",
        action: "thing.change",
        object,
        details: "{\"before\":1,\"after\":2}",
    };
    append(tx, &entry).await.expect("appended")
}

async fn chain(db: &Db) -> Chain {
    verify(&mut db.read().await.expect("a transaction"))
        .await
        .expect("verified")
}

/// How many rows an unbroken chain has.
async fn rows(db: &Db) -> Option<u64> {
    match chain(db).await {
        Chain::Whole { rows, .. } => Some(rows),
        Chain::Broken { .. } => None,
    }
}

async fn three_rows(db: &Db) -> CustomerId {
    let mut tx = db.begin().await.expect("a transaction");
    let (contoso, _) = customer(&mut tx, 1, "contoso").await;
    for object in ["a", "b", "c"] {
        write(&mut tx, (object != "b").then_some(contoso), object).await;
    }
    tx.commit().await.expect("committed");
    contoso
}

/// Everything up to a moment.
const fn everything(until: Timestamp) -> NarrowedAudit<'static> {
    NarrowedAudit {
        actor: "",
        action: "",
        object: "",
        named: &[],
        from: Timestamp::UNIX_EPOCH,
        until,
    }
}

on_both!(rows_follow_from_each_other, async |test: TestDb| {
    assert_eq!(rows(&test.db).await, Some(0));
    let contoso = three_rows(&test.db).await;
    assert_eq!(rows(&test.db).await, Some(3));
    let mut tx = test.db.read().await.expect("a transaction");
    let rows = of_customer(
        &mut tx,
        contoso,
        everything(now() + TimeDelta::days(1)),
        i64::MAX,
        10,
    )
    .await
    .expect("rows");
    let objects: Vec<_> = rows.iter().map(|row| (row.seq, row.object.as_str())).collect();
    assert_eq!(objects, [(3, "c"), (1, "a")]);
    let all = everything(now() + TimeDelta::days(1));
    for (narrowed, expected) in [
        (NarrowedAudit { object: "c", ..all }, 1),
        (NarrowedAudit { actor: "ann", ..all }, 2),
        (NarrowedAudit { actor: "%", ..all }, 0),
        (
            NarrowedAudit {
                action: "thing.",
                ..all
            },
            2,
        ),
        (
            NarrowedAudit {
                action: "change",
                ..all
            },
            0,
        ),
        (NarrowedAudit { until: now(), ..all }, 0),
        (NarrowedAudit { from: now(), ..all }, 2),
    ] {
        let found = of_customer(&mut tx, contoso, narrowed, i64::MAX, 10)
            .await
            .expect("rows");
        assert_eq!(found.len(), expected, "{narrowed:?}");
    }
    assert_eq!(
        rows.first().map(|row| (row.at, row.actor())),
        Some((now(), Some(id(9))))
    );
});

on_both!(the_database_refuses_to_change_or_delete, async |test: TestDb| {
    three_rows(&test.db).await;
    for statement in [
        "UPDATE audit_log SET object = 'x' WHERE seq = 2",
        "DELETE FROM audit_log WHERE seq = 3",
    ] {
        let error = raw(&test.db, statement).await.expect_err("refused");
        assert!(error.to_string().contains("append-only"), "{error}");
    }
    assert_eq!(rows(&test.db).await, Some(3));
});

on_both!(a_rewritten_row_breaks_the_chain, async |test: TestDb| {
    three_rows(&test.db).await;
    take_the_guard_away(&test.db).await;
    raw(&test.db, "UPDATE audit_log SET details = '{}' WHERE seq = 2")
        .await
        .expect("tampered");
    assert_eq!(chain(&test.db).await, Chain::Broken { seq: 2 });
});

on_both!(a_missing_row_breaks_the_chain, async |test: TestDb| {
    three_rows(&test.db).await;
    take_the_guard_away(&test.db).await;
    raw(&test.db, "DELETE FROM audit_log WHERE seq = 2")
        .await
        .expect("tampered");
    assert_eq!(chain(&test.db).await, Chain::Broken { seq: 3 });
});

async fn take_the_guard_away(db: &Db) {
    let statements: &[&str] = match db {
        Db::Sqlite { .. } => &[
            "DROP TRIGGER audit_log_no_update",
            "DROP TRIGGER audit_log_no_delete",
        ],
        Db::Postgres(_) => &["DROP TRIGGER audit_log_no_change ON audit_log"],
    };
    for statement in statements {
        raw(db, statement).await.expect("dropped");
    }
}

on_both!(writers_at_the_same_time_make_one_chain, async |test: TestDb| {
    let writers = (0..8).map(|n| {
        let db = test.db.clone();
        tokio::spawn(async move {
            for m in 0..5 {
                let mut tx = db.begin().await.expect("a transaction");
                write(&mut tx, None, &format!("{n}-{m}")).await;
                tx.commit().await.expect("committed");
            }
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.expect("no writer failed");
    }
    assert_eq!(rows(&test.db).await, Some(40));
});

on_both!(a_row_is_gone_with_its_unit_of_work, async |test: TestDb| {
    let mut tx = test.db.begin().await.expect("a transaction");
    write(&mut tx, None, "never").await;
    drop(tx);
    assert_eq!(rows(&test.db).await, Some(0));
});
