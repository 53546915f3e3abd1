//! The control interface, by handle and over HTTP.

use crate::helpers::Bench;
use serde_json::{Value, json};
use simulator::{ControlError, Kind, NewPerson, Options, Status};

#[tokio::test]
async fn i_07_i_08_recreated_people_have_new_ids_and_restored_ones_the_old() {
    let bench = Bench::new(60).await;
    let control = bench.simulator.control();
    let token = bench.graph_token().await;
    let old = control
        .find(Kind::Entra, "john.smith@contoso.com")
        .expect("john")
        .id;
    let new = control.recreate(Kind::Entra, &old).expect("recreated");
    assert_ne!(old, new);
    let found = bench.graph(&token, "/users/john.smith@contoso.com").await.json();
    assert_eq!(
        (found["id"].clone(), found["displayName"].clone()),
        (json!(new), json!("John Smith"))
    );
    let scope = control.group(Kind::Entra, "Intranet users").expect("a group");
    assert!(scope.members.contains(&new) && !scope.members.contains(&old));
    let deleted = bench
        .graph(&token, "/directory/deletedItems/microsoft.graph.user")
        .await
        .json();
    assert_eq!(deleted["value"][0]["id"], json!(old));
    let refused = control.restore(Kind::Entra, &old).expect_err("the name is taken");
    assert_eq!(
        refused,
        ControlError::PrincipalTaken {
            principal: "john.smith@contoso.com".to_owned()
        }
    );
    control.purge(Kind::Entra, &new).expect("purged");
    control.restore(Kind::Entra, &old).expect("restored");
    assert_eq!(
        control
            .find(Kind::Entra, "john.smith@contoso.com")
            .expect("john")
            .id,
        old
    );
    assert_eq!(control.count(Kind::Entra), 60);
}

#[tokio::test]
async fn u_02_groups_are_added_renamed_and_filled() {
    let bench = Bench::new(60).await;
    let control = bench.simulator.control();
    let token = bench.graph_token().await;
    let group = control.add_group(Kind::Entra, "Choir");
    let sales = control.group(Kind::Entra, "Sales").expect("a group").id;
    control
        .add_to_group(Kind::Entra, &group, "john.smith@contoso.com")
        .expect("added");
    control.add_to_group(Kind::Entra, &group, &sales).expect("nested");
    control
        .rename_group(Kind::Entra, &group, "Choir and orchestra")
        .expect("renamed");
    let found = bench.graph(&token, &format!("/groups/{group}")).await.json();
    assert_eq!(found["displayName"], json!("Choir and orchestra"));
    assert_eq!(
        bench
            .graph_all(&token, &format!("/groups/{group}/members"))
            .await
            .0
            .len(),
        2
    );
    let refused = control.add_to_group(Kind::Okta, "Everyone", &sales);
    assert!(
        matches!(refused, Err(ControlError::NoPerson { .. })),
        "Okta's groups hold people only"
    );
    let added = control.add_person(
        Kind::Okta,
        NewPerson {
            principal_name: "john.smith@contoso.com".to_owned(),
            ..NewPerson::default()
        },
    );
    assert!(matches!(added, Err(ControlError::PrincipalTaken { .. })));
    control
        .set_status("john.smith@contoso.com", Status::Suspended)
        .expect("suspended");
    assert_eq!(
        control
            .find(Kind::Okta, "john.smith@contoso.com")
            .expect("john")
            .status,
        Status::Suspended
    );
}

#[expect(clippy::too_many_lines, reason = "one story, told from beginning to end")]
#[tokio::test]
async fn the_same_over_http_with_json_and_with_forms() {
    let bench = Bench::new(60).await;
    let base = bench.simulator.okta().base_url.clone();
    let post = |action: &str, body: Value| {
        bench.send(bench.client.post(format!("{base}/control/{action}")).json(&body))
    };
    let added = post(
        "person",
        json!({"principal_name": "curl@contoso.com", "first_name": "Curl", "groups": ["Intranet users"], "kind": "entra"}),
    )
    .await
    .json();
    let id = added["id"].as_str().expect("an id").to_owned();
    let entra = bench.simulator.control().find(Kind::Entra, &id).expect("curl");
    assert_eq!(entra.first_name.as_deref(), Some("Curl"));
    assert_eq!(
        post(
            "rename",
            json!({"id": id, "principal_name": "c@contoso.com", "kind": "entra"})
        )
        .await
        .status,
        200
    );
    assert_eq!(
        post("rename", json!({"id": "nobody", "principal_name": "x"}))
            .await
            .status,
        404
    );
    assert_eq!(post("dance", json!({})).await.status, 404);
    let fault =
        json!({"path_prefix": "/api/v1/users", "action": {"too_many_requests": {"retry_after": 1.0}}});
    assert_eq!(post("fault", fault).await.status, 200);
    assert_eq!(bench.okta("/api/v1/users").await.status, 429);
    let slow = json!({"times": 2, "action": {"slow": 5}});
    assert_eq!(post("fault", slow).await.status, 200);
    assert_eq!(post("clear-faults", json!({})).await.status, 200);
    let requests = bench
        .send(bench.client.get(format!("{base}/control/requests")))
        .await
        .json();
    assert_eq!(
        (
            &requests["requests"][0]["target"],
            &requests["requests"][0]["status"]
        ),
        (&json!("/api/v1/users"), &json!(429))
    );

    let page = bench
        .send(bench.client.get(format!("{base}/control?q=tables")))
        .await;
    assert!(page.text.contains("Robert Tables") && !page.text.contains("<script>alert"));
    let robert = bench
        .simulator
        .control()
        .find(Kind::Okta, "robert.tables@contoso.com")
        .expect("robert")
        .id;
    let form = bench
        .client
        .post(format!("{base}/control/disable"))
        .form(&[("id", robert.as_str())]);
    assert_eq!(bench.send(form).await.status, 303);
    assert_eq!(
        bench
            .simulator
            .control()
            .find(Kind::Okta, &robert)
            .expect("robert")
            .status,
        Status::Suspended
    );
}

#[tokio::test]
async fn tls_is_served_with_the_own_authority_and_a_dropped_simulator_is_gone() {
    let bench = Bench::with(Options {
        users: 5,
        tls: true,
        ..Options::default()
    })
    .await;
    let token = bench.graph_token().await;
    assert!(bench.simulator.entra().login_base.starts_with("https://"));
    assert_eq!(bench.graph(&token, "/users").await.status, 200);
    assert_eq!(bench.okta("/api/v1/users").await.status, 200);
    let Bench { simulator, client } = bench;
    let url = simulator.entra().login_base.clone();
    simulator.shutdown().await;
    assert!(client.get(url).send().await.is_err());
}

#[tokio::test]
async fn the_same_seed_serves_the_same_directories() {
    let (one, two) = (Bench::new(80).await, Bench::new(80).await);
    let people = |bench: &Bench, kind| bench.simulator.control().people(kind, 0..80);
    for kind in [Kind::Entra, Kind::Okta] {
        assert_eq!(people(&one, kind), people(&two, kind));
        assert_eq!(
            one.simulator.control().groups(kind),
            two.simulator.control().groups(kind)
        );
    }
    let other = Bench::with(Options {
        users: 80,
        seed: 2,
        ..Options::default()
    })
    .await;
    assert_ne!(people(&one, Kind::Entra), people(&other, Kind::Entra));
}
