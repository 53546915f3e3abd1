//! Delta queries (provider section 1.4; G-12 to G-15).

use crate::helpers::{Bench, ids};
use serde_json::{Value, json};
use simulator::Kind;
use std::collections::BTreeSet;

fn delta_link(page: &Value) -> String {
    assert!(page.get("@odata.nextLink").is_none(), "never both links");
    page["@odata.deltaLink"]
        .as_str()
        .expect("a delta link")
        .to_owned()
}

#[tokio::test]
async fn all_three_paths_page_through_everybody_and_end_with_a_delta_link() {
    let bench = Bench::new(230).await;
    let token = bench.graph_token().await;
    for path in ["/users/delta", "/users/delta()", "/users/microsoft.graph.delta()"] {
        let (all, last) = bench
            .graph_all(&token, &format!("{path}?$select=displayName,accountEnabled"))
            .await;
        assert_eq!(ids(&all).into_iter().collect::<BTreeSet<_>>().len(), 230);
        let (none, _) = bench.graph_all(&token, &delta_link(&last)).await;
        assert!(none.is_empty());
    }
    for bad in [
        "/users/delta?$top=5",
        "/users/delta?$expand=manager",
        "/users/delta?$filter=displayName eq 'x'",
    ] {
        assert_eq!(bench.graph(&token, bad).await.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn g_13_changes_removals_and_restorations_show_up() {
    let bench = Bench::new(60).await;
    let control = bench.simulator.control();
    let token = bench.graph_token().await;
    let id = |name: &str| {
        control
            .find(Kind::Entra, &format!("{name}@contoso.com"))
            .expect(name)
            .id
    };
    let (john, ivy, colin, zoe) = (
        id("john.smith"),
        id("ivy.thornton"),
        id("colin.baxter"),
        id("zoe.mueller-luedenscheid"),
    );
    let (_, last) = bench
        .graph_all(
            &token,
            "/users/delta?$select=id,displayName,userPrincipalName,accountEnabled,department,manager",
        )
        .await;
    let link = delta_link(&last);
    control
        .rename(Kind::Entra, &john, "john.smythe@contoso.com")
        .expect("renamed");
    control.delete(Kind::Entra, &ivy).expect("deleted");
    control.purge(Kind::Entra, &colin).expect("purged");
    control
        .update(Kind::Entra, &zoe, "department", None)
        .expect("cleared");
    control
        .update(Kind::Entra, &zoe, "manager", Some(&john))
        .expect("moved");
    let (changes, last) = bench.graph_all(&token, &link).await;
    let by = |id: &str| {
        changes
            .iter()
            .find(|change| change["id"] == json!(id))
            .expect("a change")
    };
    assert_eq!(changes.len(), 4);
    assert_eq!(by(&john)["userPrincipalName"], json!("john.smythe@contoso.com"));
    assert_eq!(by(&ivy)["@removed"]["reason"], json!("changed"));
    assert_eq!(by(&colin)["@removed"]["reason"], json!("deleted"));
    assert_eq!(
        by(&zoe).get("department"),
        Some(&Value::Null),
        "set to null is null"
    );
    assert_eq!(by(&zoe)["manager@delta"][0]["id"], json!(john));
    control.restore(Kind::Entra, &ivy).expect("restored");
    let (changes, _) = bench.graph_all(&token, &delta_link(&last)).await;
    assert_eq!(changes.len(), 1);
    assert!(changes[0].get("@removed").is_none() && changes[0]["id"] == json!(ivy));
    assert_eq!(changes[0]["userPrincipalName"], json!("ivy.thornton@contoso.com"));
    // The same link again: the same changes (replay).
    assert_eq!(bench.graph_all(&token, &link).await.0.len(), 4);
}

#[tokio::test]
async fn only_selected_properties_are_tracked_and_minimal_answers_hold_only_changes() {
    let bench = Bench::new(60).await;
    let control = bench.simulator.control();
    let token = bench.graph_token().await;
    let john = control
        .find(Kind::Entra, "john.smith@contoso.com")
        .expect("john")
        .id;
    let (all, last) = bench
        .graph_all(&token, "/users/delta?$select=displayName,jobTitle,mail,faxNumber")
        .await;
    let someone = all.iter().find(|user| user["id"] == json!(john)).expect("john");
    assert!(someone.get("faxNumber").is_none(), "never set is absent");
    let link = delta_link(&last);
    control
        .update(Kind::Entra, &john, "city", Some("Hove"))
        .expect("moved");
    assert!(bench.graph_all(&token, &link).await.0.is_empty());
    control
        .update(Kind::Entra, &john, "jobTitle", Some("Captain"))
        .expect("promoted");
    let request = bench
        .client
        .get(&link)
        .bearer_auth(&token)
        .header("Prefer", "return=minimal");
    let minimal = bench.send(request).await.json();
    assert_eq!(minimal["value"], json!([{"id": john, "jobTitle": "Captain"}]));
    let (full, _) = bench.graph_all(&token, &link).await;
    assert_eq!(full[0]["displayName"], json!("John Smith"));
    let latest = bench
        .graph(&token, "/users/delta?$deltatoken=latest")
        .await
        .json();
    assert_eq!(latest["value"], json!([]));
    delta_link(&latest);
}

#[tokio::test]
async fn groups_come_with_slices_of_members_and_removals() {
    let bench = Bench::new(250).await;
    let control = bench.simulator.control();
    control.limit_page_size(Kind::Entra, Some(10));
    let token = bench.graph_token().await;
    let (pages, last) = bench
        .graph_all(&token, "/groups/delta?$select=displayName,members")
        .await;
    let scope = control.group(Kind::Entra, "Intranet users").expect("a group");
    let slices: Vec<&Value> = pages
        .iter()
        .filter(|group| group["id"] == json!(scope.id))
        .collect();
    assert!(slices.len() > 1, "a large group is repeated");
    let members: BTreeSet<&str> = slices
        .iter()
        .flat_map(|slice| slice["members@delta"].as_array().expect("members"))
        .map(|member| member["id"].as_str().expect("an id"))
        .collect();
    assert_eq!(members, scope.members.iter().map(String::as_str).collect());
    let (gone, joined) = (
        scope.members[3].clone(),
        control
            .find(Kind::Entra, "test.testsson@contoso.com")
            .expect("test")
            .id,
    );
    control
        .remove_from_group(Kind::Entra, &scope.id, &gone)
        .expect("removed");
    control
        .add_to_group(Kind::Entra, &scope.id, &joined)
        .expect("added");
    let empty = control.group(Kind::Entra, "Empty group").expect("a group").id;
    control.delete_group(Kind::Entra, &empty).expect("deleted");
    let (changes, _) = bench.graph_all(&token, &delta_link(&last)).await;
    let by = |id: &str| {
        changes
            .iter()
            .find(|change| change["id"] == json!(id))
            .expect("a change")
    };
    assert_eq!(
        by(&empty)["@removed"]["reason"],
        json!("deleted"),
        "security groups have no recycle bin"
    );
    let delta = by(&scope.id)["members@delta"].as_array().expect("members");
    let find = |id: &str| {
        delta
            .iter()
            .find(|member| member["id"] == json!(id))
            .expect("a member")
    };
    assert_eq!(find(&gone)["@removed"]["reason"], json!("deleted"));
    assert!(find(&joined).get("@removed").is_none());
    assert_eq!(delta.len(), 2);
    // Without $select the members come along.
    let (pages, _) = bench.graph_all(&token, "/groups/delta()").await;
    assert!(pages.iter().any(|group| group.get("members@delta").is_some()));
}

#[tokio::test]
async fn g_12_a_delta_token_dies_after_seven_days() {
    let bench = Bench::new(20).await;
    let token = bench.graph_token().await;
    let (_, last) = bench.graph_all(&token, "/users/delta?$select=displayName").await;
    let link = delta_link(&last);
    bench.simulator.control().advance(chrono::Duration::days(8));
    let token = bench.graph_token().await;
    let gone = bench.graph(&token, &link).await;
    assert_eq!(gone.graph_error(), (410, "SyncStateNotFound".to_owned()));
    let location = gone.header("location").expect("a location").to_owned();
    assert!(location.ends_with("$deltatoken="), "{location}");
    assert_eq!(bench.graph_all(&token, &location).await.0.len(), 20);
}
