//! What protects the browser.

use axum::body::Body;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN};
use http::{Request, StatusCode};

use crate::app::{TestApp, form_request};

#[tokio::test]
async fn a_page_has_a_policy_with_the_nonce_of_its_scripts() {
    let app = TestApp::new().await;
    let page = app.get("/sign-in").await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    let policy = page.header("content-security-policy").to_owned();
    let nonce = policy
        .split("'nonce-")
        .nth(1)
        .and_then(|rest| rest.split('\'').next())
        .expect("a nonce");
    assert!(nonce.len() >= 16, "{nonce}");
    assert!(
        page.body.contains(&format!("nonce=\"{nonce}\"")),
        "the scripts carry it"
    );
    for part in [
        "default-src 'self'",
        "'strict-dynamic' 'wasm-unsafe-eval'",
        "style-src 'self'",
        "style-src-attr 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "form-action 'self'",
    ] {
        assert!(policy.contains(part), "{part} in {policy}");
    }
    assert!(!page.body.contains(" style=\""), "no inline styles");
    let again = app.get("/sign-in").await;
    assert_ne!(
        again.header("content-security-policy"),
        policy,
        "a nonce is used once"
    );
}

#[tokio::test]
async fn everything_has_the_headers() {
    let app = TestApp::new().await;
    for path in [
        "/sign-in",
        "/healthz",
        "/nowhere",
        "/no.file",
        "/api/nothing",
        "/c/x/people.csv",
    ] {
        let answer = app.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {path}");
        }
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert_eq!(answer.header("strict-transport-security"), "", "only over TLS");
    }
}

#[tokio::test]
async fn over_tls_the_cookie_is_bound_to_the_host() {
    let secure = TestApp::with(|config| {
        config.public_url = "https://usersync.example.org".parse().expect("an address");
    })
    .await
    .with_people()
    .await;
    let answer = secure
        .try_sign_in("staff@vendor.example", crate::app::PASSWORD)
        .await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-usersync="), "{cookie}");
    for part in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    assert!(!cookie.contains("Domain"), "{cookie}");
    // The cookie that takes it away is refused by browsers unless it has what its name promises.
    let signed_in = answer.cookie().expect("a cookie");
    let gone = secure.post("/api/auth/sign-out", &[], Some(&signed_in)).await;
    let removal = gone.header("set-cookie");
    for part in ["__Host-usersync=;", "Max-Age=0", "Secure", "Path=/", "HttpOnly"] {
        assert!(removal.contains(part), "{part} in {removal}");
    }
    assert!(!removal.contains("Domain"), "{removal}");
    assert!(
        answer
            .header("strict-transport-security")
            .contains("max-age=31536000")
    );

    let plain = TestApp::new().await.with_people().await;
    let answer = plain
        .try_sign_in("staff@vendor.example", crate::app::PASSWORD)
        .await;
    assert!(
        answer.header("set-cookie").starts_with("usersync="),
        "{}",
        answer.header("set-cookie")
    );
}

#[tokio::test]
async fn another_site_cannot_post() {
    let app = TestApp::new().await.with_people().await;
    let form = [
        ("email", "staff@vendor.example"),
        ("password", crate::app::PASSWORD),
        ("next", "/"),
    ];
    let from = |name: &'static str, value: &str| {
        let mut request = form_request("/api/auth/sign-in", &form, None);
        request
            .headers_mut()
            .insert(HOST, "localhost:3000".parse().expect("a host"));
        request
            .headers_mut()
            .insert(name, value.parse().expect("a header"));
        request
    };
    for request in [
        from("sec-fetch-site", "cross-site"),
        from("sec-fetch-site", "same-site"),
        from(ORIGIN.as_str(), "https://evil.example"),
        from(ORIGIN.as_str(), "null"),
    ] {
        let answer = app.send(request).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(answer.cookie().is_none());
    }
    for request in [
        from("sec-fetch-site", "same-origin"),
        from(ORIGIN.as_str(), "http://localhost:3000"),
    ] {
        assert_eq!(app.send(request).await.status, StatusCode::OK);
    }
}

#[tokio::test]
async fn the_request_id_is_ours() {
    let app = TestApp::new().await;
    let request = Request::get("/healthz")
        .header("x-request-id", "planted")
        .body(Body::empty());
    let answer = app.send(request.expect("a request")).await;
    let id = answer.header("x-request-id");
    assert!(id.len() == 12 && id != "planted", "{id}");
}

#[tokio::test]
async fn a_request_has_a_largest_size() {
    let app = TestApp::new().await;
    let big = "x".repeat(2 * 1024 * 1024);
    let answer = app
        .post(
            "/api/auth/sign-in",
            &[("email", &big), ("password", "p"), ("next", "/")],
            None,
        )
        .await;
    assert!(
        answer.status.is_client_error() || answer.status.is_server_error(),
        "{}",
        answer.status
    );
    let request = Request::post("/api/auth/sign-in")
        .header("content-length", "2000000")
        .body(Body::from(big));
    assert_eq!(
        app.send(request.expect("a request")).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
}

#[tokio::test]
async fn f_27_what_is_too_large_is_refused_in_words() {
    let app = TestApp::new().await;
    let (typed, file) = (
        "What was typed is larger than 1 MB",
        "The file is larger than 100 MB, so nothing was stored. Remove columns that are not needed, and upload it again.",
    );
    let (form, parts) = (
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=b",
    );
    for (path, kind, length, words) in [
        ("/api/auth/sign-in", form, "1048577", typed),
        ("/api/auth/sign-in", form, "99000000", typed),
        ("/api/auth/sign-in", parts, "1048577", typed),
        ("/c/contoso/user-mapping/file", parts, "1000000001", file),
        ("/c/contoso/old-accounts/file", parts, "9000000000", file),
    ] {
        let sent = |accept: &str| {
            let request = Request::post(path)
                .header(ACCEPT, accept)
                .header(CONTENT_TYPE, kind)
                .header(CONTENT_LENGTH, length)
                .body(Body::empty());
            app.send(request.expect("a request"))
        };
        let page = sent("text/html").await;
        assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{path}");
        for part in ["<!DOCTYPE html>", "<h1>This is too large</h1>", words] {
            assert!(page.body.contains(part), "{part} in {}", page.body);
        }
        let told = sent("application/json").await;
        assert_eq!(told.status, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        assert!(!told.body.contains("<html"), "{}", told.body);
    }
    // One that does not say how large it is.
    let mut request = form_request("/api/auth/sign-in", &[("email", &"x".repeat(1_048_577))], None);
    let browser = "text/html".parse().expect("a header");
    request.headers_mut().insert(ACCEPT, browser);
    let page = app.send(request).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(page.body.contains(typed), "{}", page.body);
}

#[tokio::test]
async fn what_is_not_there_is_a_page_with_404() {
    let app = TestApp::new().await;
    let request = Request::get("/no/such/page")
        .header(ACCEPT, "text/html")
        .body(Body::empty());
    let page = app.send(request.expect("a request")).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.body.contains("<html"), "{}", page.body);
    assert_eq!(app.get("/no.css").await.status, StatusCode::NOT_FOUND);
    let post = Request::post("/no/such/page")
        .body(Body::empty())
        .expect("a request");
    assert_eq!(app.send(post).await.status, StatusCode::NOT_FOUND);
}
