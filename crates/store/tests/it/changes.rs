//! The plan in chunks: what belongs together is never cut, and the end of a component is found without reading on.

use domain::sync::{ChangeKind, PlannedChange, Reason, RunKind};
use domain::{ObjectId, RunId};
use sqlx::Row;
use store::changes::{NewChange, insert, left_to_apply};
use store::runs::NewRun;
use store::{Db, Tx};
use test_support::{Backend, TestDb, on_both};

use crate::{customer, id, now};

/// Changes of a run: components of `size`, 1 being none at all.
async fn plan(tx: &mut Tx, count: i64, size: i64) -> (domain::CustomerId, RunId) {
    let (customer, directory) = customer(tx, 1, "contoso").await;
    let run = NewRun {
        id: id(1),
        number: 1,
        directory,
        kind: RunKind::Manual,
        settings_version: 1,
        started_by: "Anna",
        person: None,
    };
    store::runs::insert(tx, customer, &run, now())
        .await
        .expect("a run");
    let changes: Vec<_> = (1..=count)
        .map(|seq| NewChange {
            seq,
            component: (size > 1).then_some(seq / size),
            change: PlannedChange {
                kind: ChangeKind::Rename,
                object_id: Some(ObjectId::new(seq.to_string())),
                account: None,
                account_version: None,
                reason: Reason::UsernameChanged,
                fields: Vec::new(),
            },
            group: None,
            manager: None,
            name: String::new(),
            username: String::new(),
            search_key: String::new(),
        })
        .collect();
    insert(tx, customer, run.id, &changes, now())
        .await
        .expect("a plan");
    (customer, run.id)
}

on_both!(
    x_08_chunks_never_cut_what_belongs_together,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        let (customer, run) = plan(&mut tx, 3_000, 7).await;
        let (mut after, mut seen) = (0, Vec::new());
        loop {
            let chunk = left_to_apply(&mut tx, customer, run, after, 100)
                .await
                .expect("a chunk");
            let Some(last) = chunk.last() else { break };
            after = last.seq;
            assert!((100..107).contains(&chunk.len()), "{}", chunk.len());
            seen.extend(chunk.iter().map(|change| (change.seq, change.component)));
            assert_ne!(last.component, Some((last.seq + 1) / 7), "cut after {}", last.seq);
            if seen.len() > 2_900 {
                break;
            }
        }
        assert!(seen.iter().zip(1..).all(|((seq, _), expected)| *seq == expected));
    }
);

/// Ten thousand renames at once must not make every chunk read the rest of the plan.
#[tokio::test]
async fn x_12_the_end_of_a_component_is_found_without_reading_on() {
    let test = TestDb::open(Backend::Sqlite).await;
    let Db::Sqlite { write, .. } = &test.db else {
        panic!("SQLite was asked for")
    };
    let sql = store::statements()
        .into_iter()
        .find(|sql| sql.name.ends_with("changes::REST_OF_COMPONENT"))
        .expect("the statement");
    let explain = sqlx::AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", sql.sqlite));
    let steps = sqlx::query(explain).fetch_all(write).await.expect("a plan");
    let steps: Vec<String> = steps.iter().map(|step| step.get("detail")).collect();
    let bounded = steps.iter().any(|step| step.contains("seq>? AND seq<?"));
    let sorted = steps.iter().any(|step| step.contains("TEMP B-TREE"));
    assert!(bounded && !sorted, "{steps:#?}");
}
