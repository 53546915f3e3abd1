//! Going down: what is open ends, and soon.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use domain::Clock;
use server::commands::serve;
use test_support::{TestDb, on_both};
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_stream_does_not_hold_it_up() {
    let app = TestApp::new().await.with_people().await;
    let cookie = app.sign_in("admin@contoso.example").await;
    let run = app.waiting_run().await;
    hold(&app).await;
    let listener = serve::listen("127.0.0.1:0".parse().expect("an address"))
        .await
        .expect("open");
    let address = listener.local_addr().expect("an address");
    let stop = CancellationToken::new();
    let (config, parties, token) = (app.config.clone(), app.parties.clone(), stop.clone());
    let served = tokio::spawn(async move { serve::serve(&config, &parties, listener, None, token).await });

    let client = reqwest::Client::builder().build().expect("a client");
    let health = client
        .get(format!("http://{address}/healthz"))
        .send()
        .await
        .expect("answered");
    assert!(health.status().is_success());
    let events = |run: i64| {
        client
            .get(format!("http://{address}/c/contoso/runs/{run}/events"))
            .header("cookie", &cookie)
            .send()
    };
    let mut open = events(run).await.expect("answered");
    assert_eq!(open.status(), 200);
    open.chunk().await.expect("whole").expect("the first event");
    assert_eq!(events(run + 1).await.expect("answered").status(), 404);

    let begun = Instant::now();
    stop.cancel();
    served.await.expect("no panic").expect("ended well");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(
        client
            .get(format!("http://{address}/healthz"))
            .send()
            .await
            .is_err(),
        "the address is closed"
    );
}

/// Takes the run's job, as another server would, so that the run stays open.
async fn hold(app: &TestApp) {
    let now = app.clock.now();
    let mut tx = app.parties.db.begin().await.expect("a transaction");
    let job = store::jobs::claim(&mut tx, "another server", "", now, now + TimeDelta::hours(1)).await;
    job.expect("read").expect("the run's job");
    tx.commit().await.expect("committed");
}

on_both!(
    a_connection_that_is_still_in_use_does_not_hold_up_the_end,
    |db: TestDb| async move {
        let held = db.db.begin().await.expect("a transaction");
        let begun = Instant::now();
        assert!(!serve::close(&db.db, Duration::from_millis(300)).await);
        assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
        drop(held);
    }
);
