//! Signing in: the first administrator, sessions and their ends, back-off and limits.

use chrono::TimeDelta;
use domain::UserError;
use http::StatusCode;

use crate::app::{Answer, PASSWORD, TestApp};

fn refusal(answer: &Answer) -> UserError {
    serde_json::from_value(answer.json()["User"].clone()).expect("a refusal")
}

async fn name(app: &TestApp, cookie: &str) -> Option<String> {
    let me = app.get_as("/api/auth/me", Some(cookie)).await;
    assert_eq!(me.status, StatusCode::OK, "{}", me.body);
    me.json()["email"].as_str().map(ToOwned::to_owned)
}

#[tokio::test]
async fn the_first_visitor_becomes_staff_and_the_second_does_not() {
    let app = TestApp::new().await;
    let form = [
        ("name", "Sam"),
        ("email", "sam@vendor.example"),
        ("password", PASSWORD),
    ];
    let short = [("name", ""), ("email", "sam"), ("password", "short")];
    let answer = app.post("/api/auth/first-admin", &short, None).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(matches!(refusal(&answer), UserError::Invalid { errors } if errors.len() == 3));
    let answer = app.post("/api/auth/first-admin", &form, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let cookie = answer.cookie().expect("signed in");
    assert_eq!(name(&app, &cookie).await.as_deref(), Some("sam@vendor.example"));
    let again = app.post("/api/auth/first-admin", &form, None).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_sign_in_begins_a_new_session_and_a_sign_out_ends_it() {
    let app = TestApp::new().await.with_people().await;
    let planted = app.sign_in("viewer@contoso.example").await;
    let form = [
        ("email", "ADMIN@contoso.example "),
        ("password", PASSWORD),
        ("next", "/"),
    ];
    let answer = app.post("/api/auth/sign-in", &form, Some(&planted)).await;
    let cookie = answer.cookie().expect("a cookie");
    assert_ne!(
        cookie, planted,
        "a session from before the sign-in is worth nothing"
    );
    assert_eq!(name(&app, &planted).await, None);
    assert_eq!(
        name(&app, &cookie).await.as_deref(),
        Some("admin@contoso.example")
    );
    assert_eq!(
        app.post("/api/auth/sign-out", &[], Some(&cookie)).await.status,
        StatusCode::OK
    );
    assert_eq!(name(&app, &cookie).await, None);
}

#[tokio::test]
async fn a_session_ends_after_eight_idle_hours_and_after_seven_days() {
    let app = TestApp::new().await.with_people().await;
    let idle = app.sign_in("staff@vendor.example").await;
    app.clock.advance(TimeDelta::minutes(8 * 60 - 1));
    assert!(name(&app, &idle).await.is_some());
    app.clock.advance(TimeDelta::minutes(8 * 60 - 1));
    assert!(name(&app, &idle).await.is_some(), "looking at a page is use");
    app.clock.advance(TimeDelta::minutes(8 * 60 + 1));
    assert!(name(&app, &idle).await.is_none());
    let busy = app.sign_in("staff@vendor.example").await;
    for _ in 0..(7 * 24 / 6 - 1) {
        app.clock.advance(TimeDelta::hours(6));
        assert!(name(&app, &busy).await.is_some());
    }
    app.clock.advance(TimeDelta::hours(6));
    assert!(name(&app, &busy).await.is_none(), "the seventh day is the last");
}

#[tokio::test]
async fn guessing_gets_slower_and_slower() {
    let app = TestApp::new().await.with_people().await;
    for email in ["staff@vendor.example", "nobody@vendor.example"] {
        for attempt in 1..=5 {
            let answer = app.try_sign_in(email, "wrong password 123").await;
            assert_eq!(
                refusal(&answer),
                UserError::WrongCredentials,
                "{email}, attempt {attempt}"
            );
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
        // Known or not: the answer is the same.
        let answer = app.try_sign_in(email, PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refusal(&answer), UserError::TooManyAttempts { seconds: 15 });
    }
    app.clock.advance(TimeDelta::seconds(16));
    app.sign_in("staff@vendor.example").await;
    let answer = app
        .try_sign_in("staff@vendor.example", "wrong password 123")
        .await;
    assert_eq!(
        refusal(&answer),
        UserError::WrongCredentials,
        "a success forgives"
    );
}

#[tokio::test]
async fn attempts_at_the_same_time_buy_no_more_guesses() {
    let app = TestApp::new().await.with_people().await;
    let attempts = (0..12).map(|n| {
        let wrong = format!("wrong password {n}");
        let app = &app;
        async move { app.try_sign_in("staff@vendor.example", &wrong).await.status }
    });
    let answers = futures::future::join_all(attempts).await;
    let looked_at = answers
        .iter()
        .filter(|status| **status == StatusCode::UNAUTHORIZED)
        .count();
    assert!(looked_at <= 5, "{answers:?}");
}

#[tokio::test]
async fn one_address_may_try_only_so_often() {
    let app = TestApp::with(|config| config.sign_ins_per_minute = 3)
        .await
        .with_people()
        .await;
    for n in 0..3 {
        let answer = app
            .try_sign_in(&format!("{n}@vendor.example"), "wrong password 123")
            .await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
    let answer = app.try_sign_in("other@vendor.example", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(matches!(refusal(&answer), UserError::TooManyAttempts { .. }));
    assert!(!answer.header("retry-after").is_empty());
    assert_eq!(
        app.get("/sign-in").await.status,
        StatusCode::OK,
        "pages are not limited"
    );
}

#[tokio::test]
async fn a_redirect_stays_on_this_site() {
    let app = TestApp::new().await.with_people().await;
    let form = [
        ("email", "staff@vendor.example"),
        ("password", PASSWORD),
        ("next", "//evil.example/"),
    ];
    let answer = app.post("/api/auth/sign-in", &form, None).await;
    assert_eq!(answer.header("location"), "/");
}
