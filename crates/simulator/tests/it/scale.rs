//! A million people (G-21).

use crate::helpers::Bench;
use simulator::{Kind, NewPerson};
use std::time::{Duration, Instant};

#[tokio::test]
async fn g_21_a_million_people_are_served_from_anywhere_without_delay() {
    let bench = Bench::new(1_000_000).await;
    let control = bench.simulator.control();
    let token = bench.graph_token().await;
    let began = Instant::now();
    let page = bench.graph(&token, "/users?$top=999").await.json();
    let next = page["@odata.nextLink"].as_str().expect("a link").to_owned();
    assert_eq!(
        bench.graph(&token, &next).await.json()["value"]
            .as_array()
            .map(Vec::len),
        Some(999)
    );
    let id = control.people(Kind::Entra, 900_000..900_001)[0].id.clone();
    assert_eq!(bench.graph(&token, &format!("/users/{id}")).await.status, 200);
    let filtered = bench
        .graph(&token, &format!("/users?$filter=id eq '{id}'"))
        .await
        .json();
    assert_eq!(filtered["value"].as_array().map(Vec::len), Some(1));
    assert_eq!(bench.okta("/api/v1/users?limit=200").await.status, 200);
    let since = control.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    tokio::time::sleep(Duration::from_millis(5)).await;
    let group = control.groups(Kind::Okta)[2].id.clone();
    let new = NewPerson {
        principal_name: "late@contoso.com".to_owned(),
        ..NewPerson::default()
    };
    // Look-ups by name need a table of all names, which is made once: measured apart.
    let paused = Instant::now();
    control.add_person(Kind::Okta, new).expect("added");
    let paused = paused.elapsed();
    let recent = bench
        .okta(&format!("/api/v1/users?search=lastUpdated%20gt%20%22{since}%22"))
        .await
        .json();
    assert_eq!(recent.as_array().map(Vec::len), Some(1));
    assert_eq!(
        bench
            .okta(&format!("/api/v1/groups/{group}/users?limit=200"))
            .await
            .json()
            .as_array()
            .map(Vec::len),
        Some(200)
    );
    let spent = began.elapsed().saturating_sub(paused);
    assert!(spent < Duration::from_secs(5), "{spent:?}");
}
