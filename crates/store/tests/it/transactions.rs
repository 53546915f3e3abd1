//! What a transaction leaves behind when whoever asked for it is gone.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use store::{Db, DbOptions};
use test_support::{TestDb, on_both};

use crate::customer;

/// Polls a future as often as this, with time for the database to answer in between, and drops it.
async fn abandon<F: Future>(future: F, polls: u8) {
    let mut future = pin!(future);
    for _ in 0..polls {
        let done = poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if done {
            return;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

on_both!(
    a_transaction_given_up_while_it_begins_is_not_the_next_ones,
    async |test: TestDb| {
        // With one connection, the next unit of work gets the one that was given up.
        let db = Db::open(&DbOptions {
            url: test.url.clone(),
            max_connections: 1,
        })
        .await
        .expect("the database opens");
        for polls in 1..8 {
            abandon(db.read(), polls).await;
            let slug = format!("given-up-{polls}");
            let mut tx = db.begin().await.expect("a transaction");
            customer(&mut tx, polls, &slug).await;
            tx.commit().await.expect("committed");

            abandon(db.begin(), polls).await;
            let mut tx = db.read().await.expect("a transaction");
            let found = store::customers::by_slug(&mut tx, &slug).await.expect("read");
            assert!(found.is_some(), "{slug}");
        }
        db.close().await;
    }
);
