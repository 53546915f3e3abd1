//! Sessions end when they should, and links let somebody in once.

use axum::body::Body;
use domain::{Actor, ConsoleUserId, Role};
use http::header::{ACCEPT, COOKIE, USER_AGENT};
use http::{Request, StatusCode};

use crate::app::{PASSWORD, TestApp, form_request};

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";

/// Whether a session opens this page.
async fn opens(app: &TestApp, cookie: &str, path: &str) -> bool {
    let request = Request::get(path)
        .header(ACCEPT, "text/html")
        .header(COOKIE, cookie)
        .body(Body::empty());
    let answer = app.send(request.expect("a request")).await;
    answer.status == StatusCode::OK
}

/// Signs in with a browser that says what it is.
async fn sign_in_with_firefox(app: &TestApp, email: &str) -> String {
    let form = [("email", email), ("password", PASSWORD), ("next", "/")];
    let mut request = form_request("/api/auth/sign-in", &form, None);
    request
        .headers_mut()
        .insert(USER_AGENT, FIREFOX.parse().expect("a header"));
    app.send(request).await.cookie().expect("signed in")
}

async fn id_of(app: &TestApp, email: &str) -> ConsoleUserId {
    let id = app.parties.services.sign_in(email, PASSWORD).await;
    id.expect("signed in")
}

#[tokio::test]
async fn whoever_is_removed_is_signed_out_at_once() {
    let app = TestApp::new().await.with_people().await;
    let (admin, viewer) = (
        app.sign_in("admin@contoso.example").await,
        app.sign_in("viewer@contoso.example").await,
    );
    assert!(opens(&app, &viewer, "/c/contoso/team").await);
    let user = id_of(&app, "viewer@contoso.example").await.to_string();
    let form = [("customer", "contoso"), ("user", user.as_str())];
    // A viewer is not asked; a stranger finds nothing.
    let refused = app.post("/api/team/remove", &form, Some(&viewer)).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.body);
    let stranger = app.sign_in("admin@fabrikam.example").await;
    let refused = app.post("/api/team/remove", &form, Some(&stranger)).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND, "{}", refused.body);
    let removed = app.post("/api/team/remove", &form, Some(&admin)).await;
    assert_eq!(removed.status, StatusCode::OK, "{}", removed.body);
    assert!(!opens(&app, &viewer, "/c/contoso/team").await);
    let answer = app.try_sign_in("viewer@contoso.example", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    app.post("/api/team/restore", &form, Some(&admin)).await;
    assert!(
        !opens(&app, &viewer, "/c/contoso/team").await,
        "that session is over"
    );
    app.sign_in("viewer@contoso.example").await;
}

#[tokio::test]
async fn nobody_becomes_staff_by_posting_it() {
    let app = TestApp::new().await.with_people().await;
    let admin = app.sign_in("admin@contoso.example").await;
    for (customer, status) in [
        ("contoso", StatusCode::UNPROCESSABLE_ENTITY),
        ("", StatusCode::FORBIDDEN),
        ("fabrikam", StatusCode::NOT_FOUND),
    ] {
        let form = [
            ("customer", customer),
            ("email", "eve@contoso.example"),
            ("role", "staff"),
        ];
        let answer = app.post("/api/team/invite", &form, Some(&admin)).await;
        assert_eq!(answer.status, status, "{customer:?}: {}", answer.body);
    }
}

#[tokio::test]
async fn an_invitation_makes_an_account_and_signs_in_once() {
    let app = TestApp::new().await.with_people().await;
    let system = Actor::system("test");
    let services = &app.parties.services;
    let invited = services
        .invite(
            &system,
            Some("fabrikam"),
            "new@fabrikam.example",
            Role::CustomerAdmin,
        )
        .await
        .expect("invited");
    let link = services.open_link(&system, &invited).expect("a link").url;
    let path = link.strip_prefix(app.config.public_url.as_str().trim_end_matches('/'));
    let path = path.expect("an address of ours");
    // As often as a scanner looks.
    for _ in 0..3 {
        let page = app.get(path).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("The fabrikam") && page.body.contains("new@fabrikam.example"));
        assert_eq!(page.header("referrer-policy"), "same-origin");
        assert_eq!(page.header("cache-control"), "no-store");
    }
    let token = path.rsplit('/').next().expect("a token");
    let form = [("token", token), ("name", "New Admin"), ("password", PASSWORD)];
    let answer = app.post("/api/auth/accept-invitation", &form, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let cookie = answer.cookie().expect("signed in");
    assert!(opens(&app, &cookie, "/c/fabrikam/team").await);
    assert!(!opens(&app, &cookie, "/c/contoso/team").await);
    let again = app.post("/api/auth/accept-invitation", &form, None).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND, "{}", again.body);
    assert!(again.cookie().is_none());
    let page = app.get(path).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("This link does not work any more"));
    assert_eq!(
        app.get("/invitation/nonsense").await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        app.get("/reset-password/nonsense").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_link_that_was_made_is_shown_once_and_waits_sealed() {
    let app = TestApp::new().await.with_people().await;
    let cookie = app.sign_in("admin@contoso.example").await;
    let form = [
        ("customer", "contoso"),
        ("email", "bob@contoso.example"),
        ("role", "viewer"),
    ];
    let mut request = form_request("/api/team/invite", &form, None);
    for (name, value) in [
        ("accept", "text/html"),
        ("referer", "http://localhost/c/contoso/team"),
        ("sec-fetch-site", "same-origin"),
        ("cookie", cookie.as_str()),
    ] {
        request
            .headers_mut()
            .insert(name, value.parse().expect("a header"));
    }
    let answer = app.send(request).await;
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.body);
    let waiting = app.db.dump(&["console_sessions", "invitations"]).await;
    let page = app.get_as("/c/contoso/team", Some(&cookie)).await;
    let at = page.body.find("/invitation/").expect("the link") + "/invitation/".len();
    let token = &page.body[at..at + 43];
    assert!(!waiting.contains(token), "{waiting}");
    assert_eq!(
        app.get(&format!("/invitation/{token}")).await.status,
        StatusCode::OK
    );
    let again = app.get_as("/c/contoso/team", Some(&cookie)).await;
    assert!(!again.body.contains("/invitation/"), "shown once");
    assert!(again.body.contains("bob@contoso.example"));
}

#[tokio::test]
async fn without_scripts_a_page_opens_at_the_refusal() {
    let app = TestApp::new().await.with_people().await;
    let cookie = app.sign_in("admin@contoso.example").await;
    let before = app.get_as("/account", Some(&cookie)).await;
    assert!(!before.body.contains("autofocus"), "{}", before.body);
    // The name of no session.
    let mut request = form_request("/api/account/end-session", &[("session", "?")], None);
    for (name, value) in [
        ("accept", "text/html"),
        ("referer", "http://localhost/account"),
        ("sec-fetch-site", "same-origin"),
        ("cookie", cookie.as_str()),
    ] {
        request
            .headers_mut()
            .insert(name, value.parse().expect("a header"));
    }
    let answer = app.send(request).await;
    assert!(answer.status.is_redirection(), "{}", answer.body);
    let page = app.get_as("/account", Some(&cookie)).await;
    assert!(page.body.contains("This page does not exist"), "{}", page.body);
    assert!(page.body.contains("autofocus"), "{}", page.body);
}

#[tokio::test]
async fn a_new_password_ends_every_other_session() {
    let app = TestApp::new().await.with_people().await;
    let here = sign_in_with_firefox(&app, "admin@contoso.example").await;
    let there = app.sign_in("admin@contoso.example").await;
    let page = app.get_as("/account", Some(&here)).await;
    assert!(page.body.contains("Firefox on Linux") && page.body.contains("Unknown browser"));
    assert!(!page.body.contains("Gecko"), "{}", page.body);
    let new = "another horse battery";
    let form = [("current_password", PASSWORD), ("new_password", new)];
    let answer = app.post("/api/account/password", &form, Some(&here)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let renewed = answer.cookie().expect("a new id");
    assert!(opens(&app, &renewed, "/account").await);
    for old in [&here, &there] {
        assert!(!opens(&app, old, "/account").await);
    }
    let page = app.get_as("/account", Some(&renewed)).await;
    assert!(page.body.contains("Firefox on Linux") && !page.body.contains("Unknown browser"));
}

#[tokio::test]
async fn a_password_set_by_a_link_ends_every_session() {
    let app = TestApp::new().await.with_people().await;
    let viewer = app.sign_in("viewer@contoso.example").await;
    let system = Actor::system("test");
    let services = &app.parties.services;
    let user = id_of(&app, "viewer@contoso.example").await;
    let made = services
        .make_reset_link(&system, Some("contoso"), user)
        .await
        .expect("made");
    let link = services.open_link(&system, &made).expect("a link").url;
    let token = link.rsplit('/').next().expect("a token");
    let page = app.get(&format!("/reset-password/{token}")).await;
    assert!(page.status == StatusCode::OK && page.body.contains("viewer@contoso.example"));
    let new = "another horse battery";
    let form = [("token", token), ("password", new)];
    let answer = app.post("/api/auth/reset-password", &form, None).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(!opens(&app, &viewer, "/account").await);
    assert_eq!(
        app.try_sign_in("viewer@contoso.example", new).await.status,
        StatusCode::OK
    );
    let again = app.post("/api/auth/reset-password", &form, None).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
}
