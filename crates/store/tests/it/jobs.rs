//! The queue: who is given which job.

use chrono::TimeDelta;
use domain::JobId;
use store::Tx;
use store::jobs::NewJob;
use test_support::{TestDb, on_both};

use crate::{id, now};

async fn enqueue(tx: &mut Tx, n: u8, kind: &str) -> JobId {
    let job = NewJob {
        id: id(n),
        customer: None,
        kind,
        subject: "something",
        run_at: now() + TimeDelta::seconds(n.into()),
        max_attempts: 3,
        dedupe_key: None,
    };
    store::jobs::enqueue(tx, &job, now()).await.expect("queued");
    job.id
}

on_both!(
    of_a_kind_that_is_done_alone_one_job_is_claimed_at_a_time,
    async |test: TestDb| {
        let mut tx = test.db.begin().await.expect("a transaction");
        let first = enqueue(&mut tx, 1, "letter").await;
        let second = enqueue(&mut tx, 2, "letter").await;
        let run = enqueue(&mut tx, 3, "run").await;
        let later = now() + TimeDelta::minutes(1);
        let lease = TimeDelta::seconds(30);
        let claim = async |tx: &mut Tx, at| {
            let claimed = store::jobs::claim(tx, "a worker", "letter", at, at + lease).await;
            claimed.expect("a query")
        };
        let letter = claim(&mut tx, later).await.expect("the first letter");
        assert_eq!(letter.id, first);
        let other = claim(&mut tx, later).await.expect("the run");
        assert_eq!(other.id, run, "no second letter meanwhile");
        assert_eq!(claim(&mut tx, later).await, None);
        store::jobs::finish(&mut tx, letter.id, letter.fence, None, later)
            .await
            .expect("sent");
        let next = claim(&mut tx, later).await.expect("the second letter");
        assert_eq!(next.id, second);
        // A worker that died holds nobody up for longer than its lease.
        enqueue(&mut tx, 4, "letter").await;
        assert_eq!(claim(&mut tx, later).await, None);
        let over = later + lease + TimeDelta::seconds(1);
        let again = claim(&mut tx, over).await.expect("the second letter again");
        assert_eq!(again.id, second);
        let again = claim(&mut tx, over).await.expect("the run again");
        assert_eq!(again.id, run);
        assert_eq!(claim(&mut tx, over).await, None, "the third letter waits");
        tx.commit().await.expect("committed");
    }
);
