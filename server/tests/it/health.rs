//! What monitors ask.

use axum::body::Body;
use http::{Request, StatusCode};
use server::config::Config;
use test_support::{Backend, TestDb};

use crate::app::TestApp;

#[tokio::test]
async fn it_lives_and_is_ready_until_it_stops() {
    let app = TestApp::new().await;
    assert_eq!(app.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(app.get("/readyz").await.status, StatusCode::OK);
    app.stopping.cancel();
    assert_eq!(app.get("/healthz").await.status, StatusCode::OK);
    assert_eq!(app.get("/readyz").await.status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn it_is_not_ready_on_an_old_schema() {
    let empty = TestDb::empty(Backend::Sqlite).await;
    let app = TestApp::new().await;
    let keys = app.config.key_ring().expect("a key");
    let parties = server::wiring::build(&app.config, empty.db.clone(), keys, app.clock.clone());
    let router = server::router::build(&app.config, &parties, app.stopping.clone()).expect("a router");
    let old = TestApp { router, ..app };
    let answer = old.get("/readyz").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.body.contains("usersync migrate"), "{}", answer.body);
}

#[tokio::test]
async fn numbers_are_for_whoever_has_the_token() {
    let closed = TestApp::new().await;
    assert_eq!(closed.get("/metrics").await.status, StatusCode::NOT_FOUND);

    server::http::metrics::start().expect("recording");
    let app = TestApp::with(|config: &mut Config| config.metrics_token = Some("hush".into())).await;
    app.get("/c/contoso/people.csv").await;
    let ask = async |token: &str| {
        let request = Request::get("/metrics")
            .header("authorization", token)
            .body(Body::empty());
        app.send(request.expect("a request")).await
    };
    assert_eq!(app.get("/metrics").await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(ask("Bearer wrong").await.status, StatusCode::UNAUTHORIZED);
    let numbers = ask("Bearer hush").await;
    assert_eq!(numbers.status, StatusCode::OK);
    assert!(
        numbers.body.contains("usersync_http_requests_total"),
        "{}",
        numbers.body
    );
    assert!(
        numbers.body.contains("/c/{customer}/people.csv"),
        "by the pattern of the route"
    );
    assert!(!numbers.body.contains("contoso"), "without names");
}
