//! Signing in: the first administrator, sessions and their ends, back-off and limits.

use chrono::TimeDelta;
use domain::UserError;
use http::StatusCode;
use http::header::ACCEPT;
use server::config::KeyFile;
use test_support::{TestDb, on_both};

use crate::app::{Answer, PASSWORD, TestApp, form_request};

fn refusal(answer: &Answer) -> UserError {
    serde_json::from_value(answer.json()["User"].clone()).expect("a refusal")
}

/// Whether the session is anybody's. Staff may have this list, others are told that they may not.
async fn is_signed_in(app: &TestApp, cookie: &str) -> bool {
    let list = app.get_as("/customers.json", Some(cookie)).await;
    match list.status {
        StatusCode::OK | StatusCode::FORBIDDEN => true,
        StatusCode::UNAUTHORIZED => false,
        other => panic!("{other}: {}", list.body),
    }
}

async fn is_staff(app: &TestApp, cookie: &str) -> bool {
    app.get_as("/customers.json", Some(cookie)).await.status == StatusCode::OK
}

on_both!(
    the_first_visitor_with_the_set_up_code_becomes_staff,
    |db: TestDb| async move {
        let app = TestApp::over(db, |_| {}).await;
        let code = app.parties.services.setup_code().await.expect("asked");
        let code = code.expect("nobody can sign in yet");
        // However it was copied.
        let typed = format!(" {} ", code.to_uppercase().replace('-', " "));
        let form = [
            ("setup_code", typed.as_str()),
            ("name", "Sam"),
            ("email", "sam@vendor.example"),
            ("password", PASSWORD),
        ];
        let wrong = [
            ("setup_code", "0000-0000-0000-0000-0000"),
            ("name", ""),
            ("email", "sam"),
            ("password", "short"),
        ];
        let answer = app.post("/api/auth/first-admin", &wrong, None).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let UserError::Invalid { errors } = refusal(&answer) else {
            panic!("{}", answer.body)
        };
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["setup_code", "name", "email", "password"]);
        for guess in ["", &code[..code.len() - 1], &format!("{code}0")] {
            let mut guessed = form;
            guessed[0].1 = guess;
            let answer = app.post("/api/auth/first-admin", &guessed, None).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{guess:?}");
            assert!(answer.cookie().is_none());
        }
        let answer = app.post("/api/auth/first-admin", &form, None).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert!(is_staff(&app, &answer.cookie().expect("signed in")).await);
        let again = app.post("/api/auth/first-admin", &form, None).await;
        assert_eq!(again.status, StatusCode::FORBIDDEN);
        assert_eq!(app.parties.services.setup_code().await.expect("asked"), None);
    }
);

#[tokio::test]
async fn every_server_on_the_same_keys_takes_the_same_set_up_code() {
    let (one, other) = (TestApp::new().await, TestApp::new().await);
    let code = async |app: &TestApp| app.parties.services.setup_code().await.expect("asked");
    assert_eq!(code(&one).await, code(&other).await);
    // While keys are rotated: printed by a server that does not know the new key yet.
    let rotated = TestApp::with(|config| {
        let old = config.keys[0].clone();
        let new = old.file.with_file_name("new-key");
        std::fs::write(&new, [9_u8; 32]).expect("written");
        config.keys = vec![
            KeyFile {
                id: "new".into(),
                file: new,
            },
            old,
        ];
    })
    .await;
    assert_ne!(code(&rotated).await, code(&one).await);
    let printed = code(&one).await.expect("a code");
    let form = [
        ("setup_code", printed.as_str()),
        ("name", "Sam"),
        ("email", "sam@vendor.example"),
        ("password", PASSWORD),
    ];
    let answer = rotated.post("/api/auth/first-admin", &form, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
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
    assert!(!is_signed_in(&app, &planted).await);
    assert!(is_signed_in(&app, &cookie).await && !is_staff(&app, &cookie).await);
    let people = app.get_as("/c/contoso/people.json", Some(&cookie)).await;
    assert_eq!(people.status, StatusCode::OK, "{}", people.body);
    assert_eq!(
        app.post("/api/auth/sign-out", &[], Some(&cookie)).await.status,
        StatusCode::OK
    );
    assert!(!is_signed_in(&app, &cookie).await);
}

#[tokio::test]
async fn a_session_ends_after_eight_idle_hours_and_after_seven_days() {
    let app = TestApp::new().await.with_people().await;
    let idle = app.sign_in("staff@vendor.example").await;
    app.clock.advance(TimeDelta::minutes(8 * 60 - 1));
    assert!(is_signed_in(&app, &idle).await);
    app.clock.advance(TimeDelta::minutes(8 * 60 - 1));
    assert!(is_signed_in(&app, &idle).await, "looking at a page is use");
    app.clock.advance(TimeDelta::minutes(8 * 60 + 1));
    assert!(!is_signed_in(&app, &idle).await);
    let busy = app.sign_in("staff@vendor.example").await;
    for _ in 0..(7 * 24 / 6 - 1) {
        app.clock.advance(TimeDelta::hours(6));
        assert!(is_signed_in(&app, &busy).await);
    }
    app.clock.advance(TimeDelta::hours(6));
    assert!(!is_signed_in(&app, &busy).await, "the seventh day is the last");
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
        assert_eq!(answer.header("retry-after"), "15");
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
    // One of three a minute comes back after twenty seconds.
    let wait: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((15..=21).contains(&wait), "{wait}");
    assert_eq!(
        app.get("/sign-in").await.status,
        StatusCode::OK,
        "pages are not limited"
    );
}

#[tokio::test]
async fn without_scripts_the_limit_is_a_page() {
    let app = TestApp::with(|config| config.sign_ins_per_minute = 1).await;
    app.try_sign_in("staff@vendor.example", PASSWORD).await;
    let form = [("email", "staff@vendor.example"), ("password", PASSWORD)];
    let mut request = form_request("/api/auth/sign-in", &form, None);
    let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
    request
        .headers_mut()
        .insert(ACCEPT, browser.parse().expect("a header"));
    let page = app.send(request).await;
    assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(
        page.header("content-security-policy")
            .contains("style-src 'self'")
    );
    let wait = page.header("retry-after");
    let sentence = format!("Too many attempts. Try again in {wait} seconds.");
    for part in ["<!DOCTYPE html>", "<title>", "<h1>", "/usersync.css\"", &sentence] {
        assert!(page.body.contains(part), "{part} in {}", page.body);
    }
}

/// A sign-in as it comes from this client, through the proxy of the test.
async fn guess_from(app: &TestApp, client: &str, account: &str) -> Answer {
    let form = [
        ("email", account),
        ("password", "wrong password 123"),
        ("next", "/"),
    ];
    let mut request = form_request("/api/auth/sign-in", &form, None);
    request
        .headers_mut()
        .insert("x-forwarded-for", client.parse().expect("a header"));
    app.send(request).await
}

#[tokio::test]
async fn a_thousand_clients_are_limited_together() {
    let app = TestApp::with(|config| {
        // A test has no connection, so its peer is this.
        config.trusted_proxies = vec!["0.0.0.0/32".parse().expect("a network")];
        config.sign_ins_per_minute = 2;
        config.sign_ins_per_minute_in_all = 5;
    })
    .await;
    for n in 1..=5 {
        let answer = guess_from(&app, &format!("198.51.100.{n}"), &format!("{n}@vendor.example")).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{n}");
    }
    let answer = guess_from(&app, "198.51.100.6", "6@vendor.example").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = answer.header("retry-after").parse().expect("seconds");
    assert!((8..=13).contains(&wait), "{wait}");
}

#[tokio::test]
async fn one_client_does_not_use_up_what_all_have() {
    let app = TestApp::with(|config| {
        config.trusted_proxies = vec!["0.0.0.0/32".parse().expect("a network")];
        config.sign_ins_per_minute = 2;
        config.sign_ins_per_minute_in_all = 5;
    })
    .await;
    for n in 0..10 {
        guess_from(&app, "198.51.100.1", &format!("{n}@vendor.example")).await;
    }
    let answer = guess_from(&app, "198.51.100.2", "staff@vendor.example").await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.body);
}

#[tokio::test]
async fn who_forwards_is_believed_only_when_configured() {
    let app = TestApp::with(|config| config.sign_ins_per_minute = 2).await;
    let mut last = StatusCode::OK;
    for n in 0..3 {
        last = guess_from(&app, &format!("198.51.100.{n}"), "staff@vendor.example")
            .await
            .status;
    }
    assert_eq!(
        last,
        StatusCode::TOO_MANY_REQUESTS,
        "the header is the client's own"
    );
}

/// An address, what is posted to it, and the field that is refused.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

on_both!(no_text_that_cannot_be_stored_comes_in, |db: TestDb| async move {
    let app = TestApp::over(db, |_| {}).await.with_people().await;
    let staff = app.sign_in("staff@vendor.example").await;
    let forms: [Case; 6] = [
        (
            "/api/auth/sign-in",
            &[("email", "a\0b@x.example"), ("password", "p"), ("next", "/")],
            "email",
        ),
        (
            "/api/customers/create",
            &[("name", "North\0wind"), ("slug", "northwind")],
            "name",
        ),
        (
            "/api/customers/create",
            &[("name", "Northwind"), ("slug", "north\0wind")],
            "slug",
        ),
        (
            "/api/settings/save-limits",
            &[("customer", "contoso\0"), ("limits", "1")],
            "customer",
        ),
        (
            "/api/settings/create-group",
            &[("customer", "contoso"), ("name", "\0")],
            "name",
        ),
        ("/api/anything", &[("na\0me", "x")], "name"),
    ];
    for (path, form, field) in forms {
        let answer = app.post(path, form, Some(&staff)).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{path}: {}",
            answer.body
        );
        let UserError::Invalid { errors } = refusal(&answer) else {
            panic!("{path}: {}", answer.body)
        };
        assert_eq!((errors.len(), errors[0].field.as_str()), (1, field), "{path}");
    }
    for path in [
        "/customers.json?search=%00",
        "/c/contoso/people.csv?search=a%00",
        "/c/contoso/people?search=%00",
        "/c/contoso/runs.csv?state=%00",
    ] {
        let answer = app.get_as(path, Some(&staff)).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{path}: {}",
            answer.body
        );
        assert!(answer.body.contains("invisible character"), "{}", answer.body);
    }
    for path in ["/c/contoso%00/people.csv", "/c/%00", "/c/contoso/people/%00"] {
        let answer = app.get_as(path, Some(&staff)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}: {}", answer.body);
    }
});

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
