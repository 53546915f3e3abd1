//! Misbehaviour on demand (provider section 1.7; G-02 to G-09).

use crate::helpers::{Bench, ids, next_line};
use simulator::{Fault, FaultAction, Kind};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

fn fault(kind: Kind, path: &str, after: u32, times: u32, action: FaultAction) -> Fault {
    Fault {
        kind,
        path_prefix: path.to_owned(),
        after,
        times,
        action,
    }
}

#[tokio::test]
async fn g_06_throttling_with_and_without_retry_after_and_prolonged_by_calling_early() {
    let bench = Bench::new(10).await;
    let control = bench.simulator.control();
    let token = bench.graph_token().await;
    control.fault(fault(
        Kind::Entra,
        "/users",
        1,
        1,
        FaultAction::TooManyRequests {
            retry_after: Some(0.3),
        },
    ));
    assert_eq!(bench.graph(&token, "/users").await.status, 200);
    let throttled = bench.graph(&token, "/users").await;
    assert_eq!(throttled.graph_error(), (429, "TooManyRequests".to_owned()));
    assert_eq!(throttled.header("retry-after"), Some("0.3"));
    assert!(throttled.header("x-ms-throttle-information").is_some());
    assert_eq!(bench.graph(&token, "/users").await.status, 429, "too early");
    assert_eq!(bench.graph(&token, "/groups").await.status, 200, "another family");
    tokio::time::sleep(Duration::from_millis(350)).await;
    assert_eq!(bench.graph(&token, "/users").await.status, 200);
    control.fault(fault(
        Kind::Entra,
        "",
        0,
        1,
        FaultAction::TooManyRequests { retry_after: None },
    ));
    assert_eq!(bench.graph(&token, "/groups").await.header("retry-after"), None);
    assert_eq!(bench.graph(&token, "/groups").await.status, 200);
}

#[tokio::test]
async fn g_06_okta_tells_when_its_bucket_is_full_again() {
    let bench = Bench::new(10).await;
    let control = bench.simulator.control();
    control.fault(fault(
        Kind::Okta,
        "/api/v1/users",
        0,
        1,
        FaultAction::TooManyRequests {
            retry_after: Some(2.0),
        },
    ));
    let answer = bench.okta("/api/v1/users").await;
    assert_eq!(answer.okta_error(), (429, "E0000047".to_owned()));
    let reset: i64 = answer
        .header("x-rate-limit-reset")
        .and_then(|text| text.parse().ok())
        .expect("a number");
    let date = chrono::DateTime::parse_from_rfc2822(answer.header("date").expect("a date")).expect("a date");
    assert!((2..=3).contains(&(reset - date.timestamp())), "{reset}");
    assert_eq!(
        (
            answer.header("x-rate-limit-remaining"),
            answer.header("retry-after")
        ),
        (Some("0"), None)
    );
    control.fault(fault(
        Kind::Okta,
        "",
        0,
        1,
        FaultAction::TooManyRequests { retry_after: None },
    ));
    let answer = bench.okta("/api/v1/groups").await;
    assert_eq!(
        (
            answer.header("x-rate-limit-limit"),
            answer.header("x-rate-limit-remaining")
        ),
        (Some("0"), Some("0"))
    );
}

#[tokio::test]
async fn g_02_empty_pages_with_a_next_link_lose_nobody() {
    let bench = Bench::new(250).await;
    let control = bench.simulator.control();
    let token = bench.graph_token().await;
    for path in ["/users?$select=id", "/users/delta?$select=id"] {
        control.fault(fault(Kind::Entra, "/users", 1, 2, FaultAction::EmptyPageWithNext));
        let page = bench.graph(&token, path).await.json();
        let next = page["@odata.nextLink"].as_str().expect("a link").to_owned();
        let empty = bench.graph(&token, &next).await.json();
        assert_eq!(empty["value"].as_array().map(Vec::len), Some(0));
        assert!(empty.get("@odata.nextLink").is_some());
        let (rest, _) = bench.graph_all(&token, &next).await;
        assert_eq!(rest.len(), 150);
        control.clear_faults();
    }
    control.fault(fault(
        Kind::Okta,
        "/api/v1/users",
        0,
        1,
        FaultAction::EmptyPageWithNext,
    ));
    let empty = bench.okta("/api/v1/users").await;
    assert_eq!(empty.text, "[]");
    let all = bench.okta_all(&next_line(&empty).expect("a next line")).await;
    assert_eq!(all.len(), bench.okta_all("/api/v1/users").await.len());
}

#[tokio::test]
async fn g_09_duplicates_and_g_12_expired_tokens() {
    let bench = Bench::new(150).await;
    let control = bench.simulator.control();
    let token = bench.graph_token().await;
    control.fault(fault(Kind::Entra, "/users", 0, 1, FaultAction::DuplicateObjects));
    let (all, _) = bench.graph_all(&token, "/users").await;
    assert_eq!(
        (all.len(), ids(&all).into_iter().collect::<BTreeSet<_>>().len()),
        (250, 150)
    );
    control.fault(fault(Kind::Entra, "/users", 0, 1, FaultAction::ExpiredPageToken));
    let page = bench.graph(&token, "/users").await.json();
    let next = page["@odata.nextLink"].as_str().expect("a link");
    assert_eq!(
        bench.graph(&token, next).await.graph_error(),
        (400, "Directory_ExpiredPageToken".to_owned())
    );
    let (_, last) = bench.graph_all(&token, "/users/delta?$select=id").await;
    control.fault(fault(
        Kind::Entra,
        "/users/delta",
        0,
        1,
        FaultAction::ExpiredDeltaToken,
    ));
    let gone = bench
        .graph(&token, last["@odata.deltaLink"].as_str().expect("a link"))
        .await;
    assert_eq!(gone.status, 410);
}

#[tokio::test]
async fn g_04_g_07_server_errors_slow_pages_broken_bodies_and_connections() {
    let bench = Bench::new(50).await;
    let control = bench.simulator.control();
    let token = bench.graph_token().await;
    for (status, code) in [
        (500, "InternalServerError"),
        (502, "BadGateway"),
        (503, "ServiceUnavailable"),
        (504, "GatewayTimeout"),
    ] {
        control.fault(fault(
            Kind::Entra,
            "/users",
            0,
            1,
            FaultAction::ServerError(status),
        ));
        assert_eq!(
            bench.graph(&token, "/users").await.graph_error(),
            (status, code.to_owned())
        );
    }
    control.fault(fault(
        Kind::Entra,
        "/users",
        0,
        1,
        FaultAction::Slow(Duration::from_millis(200)),
    ));
    let began = Instant::now();
    assert_eq!(bench.graph(&token, "/users").await.status, 200);
    assert!(began.elapsed() >= Duration::from_millis(200));
    control.fault(fault(Kind::Entra, "/users", 0, 1, FaultAction::TruncatedBody));
    let answer = bench.graph(&token, "/users").await;
    assert!(answer.status == 200 && serde_json::from_str::<serde_json::Value>(&answer.text).is_err());
    control.fault(fault(
        Kind::Okta,
        "/api/v1/users",
        0,
        1,
        FaultAction::CutConnection,
    ));
    let url = format!("{}/api/v1/users", bench.simulator.okta().base_url);
    let request = bench.client.get(url).header(
        "authorization",
        format!("SSWS {}", bench.simulator.okta().api_token),
    );
    let response = request.send().await.expect("headers");
    assert_eq!(response.status().as_u16(), 200);
    assert!(response.bytes().await.is_err(), "the body breaks off");
    control.fault(fault(Kind::Okta, "/api/v1/groups", 0, 1, FaultAction::Forbidden));
    assert_eq!(
        bench.okta("/api/v1/groups").await.okta_error(),
        (403, "E0000006".to_owned())
    );
    assert_eq!(bench.okta("/api/v1/groups").await.status, 200);
}

#[tokio::test]
async fn c_08_the_token_service_throttles() {
    let bench = Bench::new(5).await;
    let tenant = bench.simulator.entra().tenant_id.clone();
    bench.simulator.control().fault(fault(
        Kind::Entra,
        &format!("/{tenant}"),
        0,
        1,
        FaultAction::TooManyRequests { retry_after: None },
    ));
    let answer = bench.entra_token_call(&tenant, &[]).await;
    assert_eq!(
        (answer.status, answer.json()["error_codes"][0].as_u64()),
        (429, Some(90055))
    );
}
