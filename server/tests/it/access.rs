//! Nothing is told or done without a session.

use axum::body::Body;
use domain::UserError;
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, REFERER};
use http::{Request, StatusCode};
use leptos::server_fn::axum::server_fn_paths;
use leptos_axum::generate_route_list;

use crate::app::TestApp;

/// Functions anybody may call. The list may only shrink.
const OPEN: &[&str] = &[
    "/api/auth/sign-in",
    "/api/auth/sign-out",
    "/api/auth/first-admin",
    // What a link in somebody's hands is for.
    "/api/auth/accept-invitation",
    "/api/auth/reset-password",
    "/api/auth/forgot-password",
];

/// Something for every argument of every function, so that each gets as far as asking who calls.
const ARGUMENTS: &[(&str, &str)] = &[
    ("customer", "contoso"),
    ("name", "n"),
    ("slug", "s"),
    ("search", ""),
    ("kind", "test_sync"),
    ("state", ""),
    ("number", "1"),
    ("run", "1"),
    ("version", "1"),
    ("shown[version]", "1"),
    ("shown[check]", "1"),
    ("after", ""),
    ("account", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("intent", "test"),
    ("accept", "true"),
    ("directory", ""),
    ("count", "1"),
    ("percent", "1"),
    ("object_id", "o"),
    ("person", "anna.li"),
    ("step", "module"),
    ("done", "true"),
    ("answer", "existing"),
    ("sso", "configured"),
    ("schedule[form]", "every"),
    ("new_account[username]", "admin"),
    ("group", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("mode", "additive"),
    ("form[provider]", "entra"),
    ("mapping[username_attribute]", "userPrincipalName"),
    ("limits[count]", "20"),
    ("email", "e"),
    ("role", "viewer"),
    ("user", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("invitation", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("session", "s"),
    ("current_password", "p"),
    ("new_password", "p"),
    ("notice", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("latest", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("path", "/"),
    ("contact[name]", "n"),
    ("field[title]", "t"),
    ("key", "k"),
    ("id", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("letter", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("secret[client_secret]", "s"),
    ("about", "module-deployment"),
    ("seq", "0"),
    ("appointment[day]", ""),
    ("act", "agree"),
    ("time_zone", "UTC"),
    ("code", "trimmed"),
    ("severity", "error"),
    ("fix", "clean"),
    ("line", "2"),
    ("decision", "local"),
    ("everybody", "true"),
    ("to", "1"),
    ("verdict", "approve"),
    ("remark", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("plan", "1"),
    ("username", "old.name"),
    ("newcomer", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("older", "01890a5d-ac96-774b-bcce-b302099a8057"),
    ("earlier", "1"),
    ("outcome", "lost"),
    ("columns[said]", "true"),
];

#[tokio::test]
async fn every_server_function_asks_who_calls() {
    let app = TestApp::new().await.with_people().await;
    let mut seen = 0;
    let mut open = Vec::new();
    for (path, method) in server_fn_paths() {
        assert_eq!(
            method,
            http::Method::POST,
            "{path}: pages read by themselves, without an address"
        );
        if OPEN.contains(&path) {
            continue;
        }
        seen += 1;
        let answer = app.post(path, ARGUMENTS, None).await;
        if answer.status != StatusCode::UNAUTHORIZED {
            open.push(format!("{path}: {} {}", answer.status, answer.body));
        }
    }
    assert!(seen > 10, "the functions are registered");
    assert!(open.is_empty(), "{}", open.join("\n"));
}

#[tokio::test]
async fn a_call_that_is_not_understood_is_the_callers_mistake() {
    let app = TestApp::new().await.with_people().await;
    let cookie = app.sign_in("admin@contoso.example").await;
    for form in [&[][..], &[("customer", "contoso"), ("number", "many")][..]] {
        let answer = app.post("/api/runs/cancel", form, Some(&cookie)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{form:?}");
        assert_eq!(answer.json(), "Malformed", "{form:?}");
    }
}

#[tokio::test]
async fn a_form_that_is_not_understood_is_led_back_with_a_sentence() {
    let app = TestApp::new().await.with_people().await;
    let cookie = app.sign_in("admin@contoso.example").await;
    let request = Request::post("/api/runs/cancel")
        .header(ACCEPT, "text/html")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(COOKIE, &cookie)
        .header(REFERER, "http://localhost/c/contoso/runs")
        .header("sec-fetch-site", "same-origin")
        .body(Body::from("customer=contoso"));
    let answer = app.send(request.expect("a request")).await;
    assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.body);
    let to: http::Uri = answer.header("location").parse().expect("an address");
    let page = to.path_and_query().expect("a page").as_str();
    let page = app.get_as(page, Some(&cookie)).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("This page is older than the server"));
}

#[tokio::test]
async fn what_is_open_exists() {
    let paths: Vec<&str> = server_fn_paths().map(|(path, _)| path).collect();
    for open in OPEN {
        assert!(paths.contains(open), "{open} is gone: take it off the list");
    }
}

#[tokio::test]
async fn downloads_and_progress_ask_who_calls() {
    let app = TestApp::new().await.with_people().await;
    for path in [
        "/customers.csv",
        "/customers.json",
        "/c/contoso/people.csv",
        "/c/contoso/people.json",
        "/c/contoso/old-accounts/people.csv",
        "/c/contoso/old-accounts/refused.csv",
        "/c/contoso/found.csv",
        "/c/contoso/user-mapping-template.csv",
        "/c/contoso/user-mapping-lines.csv",
        "/c/contoso/user-mapping/1/file.csv",
        "/c/contoso/migration/1/entries.csv",
        "/c/contoso/migration/1/reconciliation.csv",
        "/c/contoso/migration/1/help-desk.csv",
        "/c/contoso/user-mapping/known",
        "/c/contoso/runs.json",
        "/c/contoso/audit.csv",
        "/c/contoso/runs/1/changes.csv",
        "/c/contoso/runs/1/events",
    ] {
        assert_eq!(app.get(path).await.status, StatusCode::UNAUTHORIZED, "{path}");
        let stranger = app.sign_in("admin@fabrikam.example").await;
        let answer = app.get_as(path, Some(&stranger)).await;
        let refused = [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&answer.status);
        assert!(refused, "{path} for somebody else's admin: {}", answer.status);
    }
}

#[tokio::test]
async fn addresses_that_cannot_be_are_nobodys() {
    let app = TestApp::new().await.with_people().await;
    let admin = app.sign_in("admin@contoso.example").await;
    for path in [
        "/c/contoso/user-mapping/abc/file.csv",
        "/c/contoso/migration/99999999999999999999/entries.csv",
        "/c/contoso/migration/99/entries.csv",
        "/c/contoso/migration/99/reconciliation.json",
        "/c/contoso/runs/first/events",
        // A word that stands there twice; letters that are none.
        "/c/contoso/people.csv?search=a&search=b",
        "/c/contoso/old-accounts/people.csv?state=active&state=active",
        "/c/%FF/people.json",
        "/c/contoso/appointments/%FF",
        "/c/%FF/user-mapping/known",
        "/access/%FF/status",
    ] {
        let answer = app.get_as(path, Some(&admin)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.body, UserError::NotFound.to_string(), "{path}");
    }
}

#[tokio::test]
async fn an_upload_asks_who_calls() {
    let app = TestApp::new().await.with_people().await;
    for (page, address) in [
        ("/c/contoso/user-mapping", "/c/contoso/user-mapping/file"),
        ("/c/contoso/old-accounts", "/c/contoso/old-accounts/file"),
    ] {
        let upload = async |cookie: Option<&str>| {
            let boundary = "----a-form";
            let part = "Content-Disposition: form-data; name=\"file\"; filename=\"mapping.csv\"\r\n\r\nexisting_username,new_username";
            let request = Request::post(address)
                .header(
                    "content-type",
                    format!("multipart/form-data; boundary={boundary}"),
                )
                .header("cookie", cookie.unwrap_or_default())
                .header("sec-fetch-site", "same-origin")
                .body(Body::from(format!(
                    "--{boundary}\r\n{part}\r\n--{boundary}--\r\n"
                )));
            app.send(request.expect("a request")).await
        };
        assert_eq!(upload(None).await.status, StatusCode::UNAUTHORIZED);
        let stranger = app.sign_in("admin@fabrikam.example").await;
        assert_eq!(upload(Some(&stranger)).await.status, StatusCode::NOT_FOUND);
        let viewer = app.sign_in("viewer@contoso.example").await;
        assert_eq!(upload(Some(&viewer)).await.status, StatusCode::FORBIDDEN);
        // Theirs: what is in the way is said on the page.
        let admin = app.sign_in("admin@contoso.example").await;
        let answer = upload(Some(&admin)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        assert_eq!(answer.header("location"), page);
    }
}

#[tokio::test]
async fn f_34_an_upload_that_is_no_form_is_answered_on_its_page() {
    let app = TestApp::new().await.with_people().await;
    let admin = app.sign_in("admin@contoso.example").await;
    for (address, page) in [
        ("/c/contoso/user-mapping/file", "/c/contoso/user-mapping"),
        ("/c/contoso/old-accounts/file", "/c/contoso/old-accounts"),
    ] {
        for (kind, words) in [
            ("text/csv", "The upload arrived damaged"),
            ("multipart/form-data", "The upload arrived damaged"),
            ("multipart/form-data; boundary=b", "The upload broke off"),
        ] {
            let request = Request::post(address)
                .header(CONTENT_TYPE, kind)
                .header(COOKIE, &admin)
                .header("sec-fetch-site", "same-origin")
                .body(Body::from("existing_username,new_username"));
            let answer = app.send(request.expect("a request")).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{kind}: {}", answer.body);
            assert_eq!(answer.header("location"), page);
            // (The mapping of this customer takes no file yet.)
            if page.ends_with("old-accounts") {
                let shown = app.get_as(page, Some(&admin)).await;
                assert!(shown.body.contains(words), "{kind}: {words} in {}", shown.body);
            }
        }
    }
}

#[tokio::test]
async fn invariant_15_somebody_elses_customer_does_not_exist() {
    let app = TestApp::new().await.with_people().await;
    let cookie = app.sign_in("admin@contoso.example").await;
    let overview = async |slug: &str| app.get_as(&format!("/c/{slug}"), Some(&cookie)).await.status;
    assert_eq!(overview("contoso").await, StatusCode::OK);
    assert_eq!(overview("fabrikam").await, StatusCode::NOT_FOUND);
    assert_eq!(overview("nobody").await, StatusCode::NOT_FOUND);
}

/// Pages for whoever cannot sign in yet.
const OPEN_PAGES: &[&str] = &[
    "/sign-in",
    "/welcome",
    "/invitation/",
    "/forgot-password",
    "/reset-password/",
    // Whoever is kept out of the intranet has no session (M-07).
    "/access/",
];

/// Every address of a page of contoso, made from the table of addresses.
fn pages() -> Vec<String> {
    let pages = generate_route_list(app::App)
        .into_iter()
        .map(|route| {
            route
                .path()
                .replace(":customer", "contoso")
                .replace("{customer}", "contoso")
                .replace(":run", "1")
                .replace("{run}", "1")
                .replace(":account", "01890a5d-ac96-774b-bcce-b302099a8057")
                .replace("{account}", "01890a5d-ac96-774b-bcce-b302099a8057")
        })
        .filter(|path| !OPEN_PAGES.iter().any(|open| path.starts_with(open)))
        .collect::<Vec<_>>();
    assert!(pages.len() > 10, "the pages are registered: {pages:?}");
    pages
}

#[tokio::test]
async fn every_page_asks_who_looks() {
    let app = TestApp::new().await.with_people().await;
    let stranger = app.sign_in("admin@fabrikam.example").await;
    for path in pages() {
        let request = Request::get(&path)
            .header(ACCEPT, "text/html")
            .body(Body::empty());
        let answer = app.send(request.expect("a request")).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{path}");
        let to = answer.headers[LOCATION].to_str().expect("an address");
        assert!(to.starts_with("/sign-in"), "{path} leads to {to}");
        if path.starts_with("/c/") {
            let answer = app.get_as(&path, Some(&stranger)).await;
            assert_eq!(
                answer.status,
                StatusCode::NOT_FOUND,
                "{path} for somebody else's admin"
            );
            assert!(
                !answer.body.contains("Contoso"),
                "{path} names the customer to a stranger"
            );
        }
    }
}

#[tokio::test]
async fn m_07_whoever_is_kept_out_is_told_until_when() {
    let app = TestApp::new().await.with_people().await;
    let open = app.get("/access/contoso/status").await;
    assert_eq!(open.json()["paused"], false);
    let page = app.get("/access/contoso").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("Access is open"), "{}", page.body);
    {
        let now = app.parties.services.now();
        let mut tx = app.db.db.begin().await.expect("a transaction");
        let customer = store::customers::by_slug(&mut tx, "contoso")
            .await
            .expect("a query");
        let customer = customer.expect("the customer").id;
        let until = now + chrono::TimeDelta::hours(1);
        store::migration::pause_access(&mut tx, customer, now, until)
            .await
            .expect("paused");
        tx.commit().await.expect("written");
    }
    let paused = app.get("/access/contoso/status").await;
    assert_eq!(paused.json()["paused"], true);
    let message = paused.json()["message"].to_string();
    assert!(
        message.contains("Access paused until") && message.contains("Local administrators may enter."),
        "{message}"
    );
    let page = app.get("/access/contoso").await;
    assert_eq!(page.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(page.header("retry-after"), "60");
    assert!(page.body.contains("Access is paused"), "{}", page.body);
    // Somebody else's, and nobody's, are open; no customer is named.
    for path in ["/access/fabrikam/status", "/access/nobody/status"] {
        assert_eq!(app.get(path).await.json()["paused"], false, "{path}");
    }
    assert!(!page.body.contains("Contoso"));
}
