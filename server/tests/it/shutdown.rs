//! Going down: what is open ends, and soon.

use std::time::{Duration, Instant};

use domain::sync::RunKind;
use server::commands::serve;
use tokio_util::sync::CancellationToken;

use crate::app::TestApp;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_stream_does_not_hold_it_up() {
    let app = TestApp::new().await.with_people().await;
    let cookie = app.sign_in("admin@contoso.example").await;
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
    // A run that waits: nothing is configured, so it cannot even start; the stream of a missing one is refused.
    let actor = domain::Actor::system("test");
    assert!(
        app.parties
            .services
            .start_run(&actor, "contoso", RunKind::TestSync)
            .await
            .is_err()
    );
    let missing = client
        .get(format!("http://{address}/c/contoso/runs/1/events"))
        .header("cookie", &cookie)
        .send()
        .await
        .expect("answered");
    assert_eq!(missing.status(), 404);

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
