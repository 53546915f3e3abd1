//! `$batch` (provider section 1.6).

use crate::helpers::{Answer, Bench};
use serde_json::{Value, json};
use simulator::{Fault, FaultAction, Kind};

async fn post(bench: &Bench, token: &str, body: &Value) -> Answer {
    bench
        .send(
            bench
                .client
                .post(bench.graph_url("/$batch"))
                .bearer_auth(token)
                .json(body),
        )
        .await
}

#[tokio::test]
async fn parts_succeed_and_fail_on_their_own() {
    let bench = Bench::new(60).await;
    let token = bench.graph_token().await;
    let fault = Fault {
        kind: Kind::Entra,
        path_prefix: "/groups".to_owned(),
        after: 0,
        times: 1,
        action: FaultAction::TooManyRequests {
            retry_after: Some(0.249),
        },
    };
    bench.simulator.control().fault(fault);
    let get = |id: &str, url: &str| json!({"id": id, "method": "GET", "url": url});
    let requests = json!({"requests": [
        get("1", "/users?$top=2&$select=id"),
        get("2", "/groups?$top=1"),
        get("3", "/users/nobody"),
        {"id": "4", "method": "GET", "url": "/users/$count", "headers": {"ConsistencyLevel": "eventual"}},
        {"id": "5", "method": "GET", "url": "/users?$top=1", "dependsOn": ["3"]},
    ]});
    let answer = post(&bench, &token, &requests).await;
    assert_eq!(answer.status, 200);
    let body = answer.json();
    let part = |id: &str| {
        body["responses"]
            .as_array()
            .expect("parts")
            .iter()
            .find(|part| part["id"] == json!(id))
            .expect(id)
            .clone()
    };
    assert_eq!(part("1")["body"]["value"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        (
            part("2")["status"].clone(),
            part("2")["headers"]["Retry-After"].clone()
        ),
        (json!(429), json!("0.249"))
    );
    assert_eq!(part("3")["status"], json!(404));
    assert_eq!(part("4")["body"], json!(60));
    assert_eq!(part("5")["status"], json!(424));
    assert_eq!(
        body["responses"][0]["id"],
        json!("5"),
        "the order is not that of the requests"
    );
}

#[tokio::test]
async fn more_than_twenty_parts_or_the_same_id_twice_are_refused() {
    let bench = Bench::new(5).await;
    let token = bench.graph_token().await;
    let parts = |ids: Vec<u32>| -> Value {
        let requests: Vec<Value> = ids
            .iter()
            .map(|id| json!({"id": id.to_string(), "method": "GET", "url": "/users"}))
            .collect();
        json!({ "requests": requests })
    };
    assert_eq!(post(&bench, &token, &parts((0..20).collect())).await.status, 200);
    assert_eq!(post(&bench, &token, &parts((0..21).collect())).await.status, 400);
    assert_eq!(post(&bench, &token, &parts(vec![1, 1])).await.status, 400);
}
