//! The progress stream of a run, and its ends.

use std::time::{Duration, Instant};

use axum::body::{Body, BodyDataStream};
use chrono::TimeDelta;
use domain::ConsoleUserId;
use futures::StreamExt;
use http::header::COOKIE;
use http::{Request, StatusCode};
use tower::ServiceExt;

use crate::app::TestApp;

/// Longer than several looks at the run.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open stream, of which the first event has been read.
struct Listening(BodyDataStream);

impl Listening {
    async fn to(app: &TestApp, run: i64, cookie: &str) -> Self {
        let request = Request::get(format!("/c/contoso/runs/{run}/events"))
            .header(COOKIE, cookie)
            .body(Body::empty())
            .expect("a request");
        let response = app.router.clone().oneshot(request).await.expect("answered");
        assert_eq!(response.status(), StatusCode::OK);
        let mut stream = response.into_body().into_data_stream();
        let first = stream.next().await.expect("an event").expect("whole");
        assert!(first.starts_with(b"data: {"), "{first:?}");
        Self(stream)
    }

    /// Whether the stream goes on for several looks.
    async fn goes_on(&mut self) -> bool {
        let next = tokio::time::timeout(Duration::from_secs(2), self.0.next()).await;
        !matches!(next, Ok(None))
    }

    async fn ends(mut self) -> bool {
        let begun = Instant::now();
        while let Ok(next) = tokio::time::timeout(PATIENCE, self.0.next()).await {
            if next.is_none() {
                return true;
            }
            assert!(begun.elapsed() < PATIENCE, "events without end");
        }
        false
    }
}

async fn listening(email: &str) -> (TestApp, String, Listening) {
    let app = TestApp::new().await.with_people().await;
    let run = app.waiting_run().await;
    let cookie = app.sign_in(email).await;
    let stream = Listening::to(&app, run, &cookie).await;
    (app, cookie, stream)
}

#[tokio::test]
async fn a_sign_out_ends_the_stream() {
    let (app, cookie, mut stream) = listening("viewer@contoso.example").await;
    assert!(stream.goes_on().await);
    app.post("/api/auth/sign-out", &[], Some(&cookie)).await;
    assert!(stream.ends().await);
}

#[tokio::test]
async fn the_end_of_a_session_ends_the_stream_and_listening_does_not_put_it_off() {
    let (app, _, mut stream) = listening("viewer@contoso.example").await;
    app.clock.advance(TimeDelta::minutes(7 * 60 + 59));
    assert!(stream.goes_on().await);
    app.clock.advance(TimeDelta::minutes(2));
    assert!(stream.ends().await);
}

#[tokio::test]
async fn the_session_of_somebody_else_does_not_keep_the_stream() {
    let (app, cookie, stream) = listening("viewer@contoso.example").await;
    let form = [
        ("email", "admin@fabrikam.example"),
        ("password", crate::app::PASSWORD),
        ("next", "/"),
    ];
    app.post("/api/auth/sign-in", &form, Some(&cookie)).await;
    assert!(stream.ends().await);
}

#[tokio::test]
async fn ended_sessions_of_a_user_end_their_streams() {
    let (app, _, stream) = listening("viewer@contoso.example").await;
    let user = app
        .parties
        .services
        .sign_in("viewer@contoso.example", crate::app::PASSWORD)
        .await
        .expect("known");
    end_sessions(&app, user).await;
    assert!(stream.ends().await);
}

async fn end_sessions(app: &TestApp, user: ConsoleUserId) {
    let mut tx = app.parties.db.begin().await.expect("a transaction");
    let ended = store::sessions::delete_of_user(&mut tx, user)
        .await
        .expect("ended");
    tx.commit().await.expect("committed");
    assert!(ended > 0);
}
