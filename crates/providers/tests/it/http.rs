//! What is true for every call: retries, waits, sizes, hosts, cancellation (C-18, C-19, C-21, G-01, G-06, G-07).

use std::time::{Duration, Instant};

use domain::provider::{ProviderValues, SecretKind};
use providers::{Limits, Next, ProviderError, RunBudget, Secrets};
use serde_json::json;
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::*;

fn no_users() -> ResponseTemplate {
    json_page(&json!({"value": []}))
}

/// First this answer, then a good one.
async fn first(server: &MockServer, template: ResponseTemplate) {
    Mock::given(method("GET"))
        .and(path("/v1.0/users"))
        .respond_with(template)
        .up_to_n_times(1)
        .with_priority(1)
        .mount(server)
        .await;
    answer(server, "/v1.0/users", no_users()).await;
}

#[tokio::test]
async fn g_06_retry_after_is_waited_for() {
    let server = microsoft().await;
    let throttled =
        graph_error(429, "TooManyRequests", "Too many requests").insert_header("retry-after", "0.4");
    first(&server, throttled).await;
    let begun = Instant::now();
    entra(&server).users(&[], None).await.expect("read");
    assert!(begun.elapsed() >= Duration::from_millis(400));
}

#[tokio::test]
async fn g_06_429_without_retry_after_backs_off() {
    let server = microsoft().await;
    first(&server, graph_error(429, "TooManyRequests", "Too many requests")).await;
    entra(&server).users(&[], None).await.expect("read");
}

#[tokio::test]
async fn g_06_a_wait_longer_than_ours_fails_the_call_with_the_wait() {
    let server = microsoft().await;
    let throttled =
        graph_error(429, "TooManyRequests", "Too many requests").insert_header("retry-after", "3600");
    answer(&server, "/v1.0/users", throttled).await;
    let error = entra(&server).users(&[], None).await.expect_err("throttled");
    assert!(
        matches!(error, ProviderError::Throttled { wait: Some(wait), .. } if wait >= Duration::from_hours(1))
    );
    assert!(error.is_retryable());
    let calls = server.received_requests().await.expect("recorded");
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.url.path() == "/v1.0/users")
            .count(),
        1
    );
}

#[tokio::test]
async fn g_07_server_errors_are_tried_again_and_then_fail() {
    for status in [500, 502, 503, 504] {
        let server = microsoft().await;
        first(&server, ResponseTemplate::new(status)).await;
        entra(&server).users(&[], None).await.expect("read");
    }
    let server = microsoft().await;
    answer(&server, "/v1.0/users", ResponseTemplate::new(503)).await;
    let error = entra(&server).users(&[], None).await.expect_err("unavailable");
    assert!(matches!(error, ProviderError::Unavailable { status: 503, .. }));
    let calls = server.received_requests().await.expect("recorded");
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.url.path() == "/v1.0/users")
            .count(),
        3
    );
}

#[tokio::test]
async fn g_07_a_body_cut_in_the_middle_is_asked_for_again() {
    let server = microsoft().await;
    first(
        &server,
        ResponseTemplate::new(200).set_body_raw(r#"{"value":[{"id":"u1","#, "application/json"),
    )
    .await;
    entra(&server).users(&[], None).await.expect("read");
}

#[tokio::test]
async fn g_08_a_token_refused_mid_run_is_renewed_once() {
    let server = microsoft().await;
    first(
        &server,
        graph_error(
            401,
            "InvalidAuthenticationToken",
            "Access token has expired or is not yet valid.",
        ),
    )
    .await;
    entra(&server).users(&[], None).await.expect("read");
    let calls = server.received_requests().await.expect("recorded");
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.url.path().ends_with("/token"))
            .count(),
        2
    );
}

#[tokio::test]
async fn g_08_a_token_refused_again_fails() {
    let server = microsoft().await;
    answer(
        &server,
        "/v1.0/users",
        graph_error(401, "InvalidAuthenticationToken", "No."),
    )
    .await;
    let error = entra(&server).users(&[], None).await.expect_err("refused");
    assert!(matches!(error, ProviderError::Unauthorised { .. }));
}

#[tokio::test]
async fn tokens_are_kept_between_calls() {
    let server = microsoft().await;
    answer(&server, "/v1.0/users", no_users()).await;
    let reader = entra(&server);
    for _ in 0..3 {
        reader.users(&[], None).await.expect("read");
    }
    let calls = server.received_requests().await.expect("recorded");
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.url.path().ends_with("/token"))
            .count(),
        1
    );
}

#[tokio::test]
async fn g_01_a_next_link_to_another_host_is_never_followed() {
    let server = microsoft().await;
    let page = json!({"value": [], "@odata.nextLink": "https://evil.example/v1.0/users?$skiptoken=x"});
    answer(&server, "/v1.0/users", json_page(&page)).await;
    let error = entra(&server).users(&[], None).await.expect_err("foreign");
    assert!(matches!(error, ProviderError::ForeignLink { host } if host == "evil.example"));
}

#[tokio::test]
async fn g_01_a_stored_cursor_to_another_place_is_refused() {
    let server = microsoft().await;
    let reader = entra(&server);
    for text in [
        "https://evil.example/v1.0/users",
        "not a link",
        &format!("{}/beta/users", server.uri()),
    ] {
        let cursor = providers::Cursor::stored(text);
        let error = reader.users(&[], Some(&cursor)).await.expect_err("foreign");
        assert!(matches!(error, ProviderError::ForeignLink { .. }), "{text}");
    }
}

#[tokio::test]
async fn an_answer_larger_than_the_cap_is_refused() {
    let server = microsoft().await;
    answer(
        &server,
        "/v1.0/users",
        ResponseTemplate::new(200).set_body_bytes(vec![b' '; 60_000]),
    )
    .await;
    let small = Limits {
        answer_bytes: 50_000,
        ..limits()
    };
    let reader = providers_with(&server.uri(), small)
        .connect(&entra_values(), &entra_secrets())
        .expect("connection");
    let error = reader.users(&[], None).await.expect_err("too large");
    assert!(matches!(error, ProviderError::TooLarge { limit: 50_000, .. }));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = microsoft().await;
    let elsewhere =
        ResponseTemplate::new(302).insert_header("location", "http://169.254.169.254/latest/meta-data");
    answer(&server, "/v1.0/users", elsewhere).await;
    let error = entra(&server).users(&[], None).await.expect_err("no redirect");
    assert!(matches!(error, ProviderError::NotTheProvider { .. }));
}

#[tokio::test]
async fn a_slow_answer_times_out() {
    let server = microsoft().await;
    answer(
        &server,
        "/v1.0/users",
        no_users().set_delay(Duration::from_secs(5)),
    )
    .await;
    let quick = Limits {
        attempt: Duration::from_millis(80),
        attempts: 2,
        ..limits()
    };
    let reader = providers_with(&server.uri(), quick)
        .connect(&entra_values(), &entra_secrets())
        .expect("connection");
    let error = reader.users(&[], None).await.expect_err("slow");
    assert!(matches!(error, ProviderError::Timeout { .. }), "{error:?}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn cancelling_ends_a_wait_at_once() {
    let server = microsoft().await;
    let throttled =
        graph_error(429, "TooManyRequests", "Too many requests").insert_header("retry-after", "2");
    answer(&server, "/v1.0/users", throttled).await;
    let budget = RunBudget::default();
    let cancel = budget.cancel.clone();
    let reader = providers(&server.uri())
        .connect_for_run(&entra_values(), &entra_secrets(), &budget)
        .expect("connection");
    let begun = Instant::now();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        cancel.cancel();
    });
    let error = reader.users(&[], None).await.expect_err("cancelled");
    assert!(matches!(error, ProviderError::Cancelled));
    assert!(begun.elapsed() < Duration::from_secs(1));
}

#[tokio::test]
async fn the_time_of_a_run_ends_everything() {
    let server = microsoft().await;
    answer(
        &server,
        "/v1.0/users",
        no_users().set_delay(Duration::from_secs(3)),
    )
    .await;
    let budget = RunBudget {
        time: Some(Duration::from_millis(100)),
        ..RunBudget::default()
    };
    let reader = providers(&server.uri())
        .connect_for_run(&entra_values(), &entra_secrets(), &budget)
        .expect("connection");
    let error = reader.users(&[], None).await.expect_err("over");
    assert!(matches!(error, ProviderError::DeadlinePassed), "{error:?}");
}

#[tokio::test]
async fn g_06_a_used_up_okta_minute_delays_the_next_call() {
    let server = MockServer::start().await;
    let used_up = ResponseTemplate::new(200)
        .set_body_json(json!([]))
        .insert_header("date", "Mon, 23 Nov 2026 10:00:00 GMT")
        .insert_header("x-rate-limit-limit", "600")
        .insert_header("x-rate-limit-remaining", "0")
        .insert_header("x-rate-limit-reset", now().timestamp().to_string());
    answer(&server, "/api/v1/users", used_up).await;
    let reader = okta(&server);
    reader.users(&[], None).await.expect("read");
    let begun = Instant::now();
    reader.users(&[], None).await.expect("read");
    assert!(begun.elapsed() >= Duration::from_millis(900));
}

#[tokio::test]
async fn c_19_nobody_listening_is_unreachable() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("address"));
    drop(listener);
    let reader = providers(&base)
        .connect(&entra_values(), &entra_secrets())
        .expect("connection");
    let error = reader.users(&[], None).await.expect_err("nobody");
    assert!(matches!(error, ProviderError::Unreachable { .. }), "{error:?}");
}

#[tokio::test]
async fn c_18_a_customer_cannot_reach_our_network() {
    let providers = providers("http://127.0.0.1:9");
    for tenant in [
        "127.0.0.1",
        "http://localhost:8080/",
        "169.254.169.254",
        "printer.local",
        "[::1]",
        "10.0.0.1",
    ] {
        let values = ProviderValues {
            tenant: tenant.to_owned(),
            ..okta_values()
        };
        let error = providers
            .connect(&values, &okta_secrets())
            .err()
            .expect("refused");
        assert!(
            matches!(
                error,
                ProviderError::HostRefused { .. } | ProviderError::Malformed { .. }
            ),
            "{tenant}: {error:?}"
        );
    }
}

#[tokio::test]
async fn c_18_what_does_not_answer_as_okta_is_said_so() {
    let server = MockServer::start().await;
    answer(
        &server,
        "/",
        ResponseTemplate::new(200).set_body_string("<html>hello</html>"),
    )
    .await;
    let error = okta(&server).tenant().await.expect_err("not okta");
    assert!(matches!(error, ProviderError::NotTheProvider { .. }), "{error:?}");
    assert_eq!(error.advice().field.as_deref(), Some("tenant"));
}

#[test]
fn c_21_secrets_are_not_in_debug() {
    let secrets = Secrets::new()
        .with(SecretKind::ClientSecret, "hunter2")
        .with(SecretKind::PrivateKey, "-----BEGIN PRIVATE KEY-----");
    let text = format!("{secrets:?}");
    assert!(!text.contains("hunter2") && !text.contains("BEGIN"), "{text}");
    assert!(!format!("{:?}", providers::Cursor::stored("skiptoken")).contains("skiptoken"));
}

#[tokio::test]
async fn what_is_missing_or_malformed_names_its_field() {
    let providers = providers("http://127.0.0.1:9");
    let field = |values: &ProviderValues, secrets: &Secrets| {
        let error: ProviderError = providers.connect(values, secrets).err().expect("refused");
        error.advice().field.expect("a field")
    };
    let values = entra_values();
    assert_eq!(
        field(
            &ProviderValues {
                tenant: " ".to_owned(),
                ..values.clone()
            },
            &entra_secrets()
        ),
        "tenant"
    );
    assert_eq!(
        field(
            &ProviderValues {
                tenant: "common".to_owned(),
                ..values.clone()
            },
            &entra_secrets()
        ),
        "tenant"
    );
    assert_eq!(
        field(
            &ProviderValues {
                tenant: "a/../b.c".to_owned(),
                ..values.clone()
            },
            &entra_secrets()
        ),
        "tenant"
    );
    assert_eq!(
        field(
            &ProviderValues {
                client_id: String::new(),
                ..values.clone()
            },
            &entra_secrets()
        ),
        "client_id"
    );
    assert_eq!(
        field(
            &ProviderValues {
                cloud: "mars".to_owned(),
                ..values.clone()
            },
            &entra_secrets()
        ),
        "cloud"
    );
    assert_eq!(field(&values, &Secrets::new()), "client_secret");
    assert_eq!(field(&okta_values(), &Secrets::new()), "api_token");
}

#[tokio::test]
async fn g_03_reading_ends_only_where_the_provider_says_so() {
    let server = microsoft().await;
    let link = format!("{}/v1.0/users?$skiptoken=2", server.uri());
    Mock::given(path_regex("^/v1.0/users"))
        .and(wiremock::matchers::query_param("$skiptoken", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({"value": []})))
        .with_priority(1)
        .mount(&server)
        .await;
    answer(
        &server,
        "/v1.0/users",
        json_page(&json!({"value": [], "@odata.nextLink": link})),
    )
    .await;
    let reader = entra(&server);
    let page = reader.users(&[], None).await.expect("read");
    let Next::Page(cursor) = page.next else {
        panic!("an empty page with a link is not the end (G-02)")
    };
    let last = reader.users(&[], Some(&cursor)).await.expect("read");
    assert_eq!(last.next, Next::End { changes: None });
}

#[tokio::test]
async fn c_07_the_built_in_clouds_can_be_connected_to() {
    let clouds = providers::built_in_clouds();
    let ids: Vec<String> = clouds.iter().map(|cloud| cloud.id.clone()).collect();
    let providers = providers::Providers::new(clouds, Vec::new(), std::sync::Arc::new(Still(now())));
    for cloud in ids {
        let values = ProviderValues {
            cloud,
            ..entra_values()
        };
        providers
            .connect(&values, &entra_secrets())
            .expect("only checks what was entered");
    }
}
