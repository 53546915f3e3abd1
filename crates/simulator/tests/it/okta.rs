//! Okta's users, groups and schemas (provider sections 2.2 to 2.5; C-12 to C-14, G-17, G-18).

use crate::helpers::{Bench, ids, next_line};
use serde_json::{Value, json};
use simulator::{Kind, NewPerson, Status};
use std::collections::BTreeSet;

#[tokio::test]
async fn g_17_the_plain_list_omits_the_deactivated_and_search_includes_them() {
    let bench = Bench::new(250).await;
    let plain = bench.okta_all("/api/v1/users?limit=40").await;
    let statuses: BTreeSet<&str> = plain
        .iter()
        .map(|user| user["status"].as_str().expect("a status"))
        .collect();
    let wanted = [
        "ACTIVE",
        "LOCKED_OUT",
        "PASSWORD_EXPIRED",
        "PROVISIONED",
        "RECOVERY",
        "STAGED",
        "SUSPENDED",
    ];
    assert_eq!(statuses, BTreeSet::from(wanted));
    let every = bench.okta_all("/api/v1/users?limit=60&search=%28status%20lt%20%22STAGED%22%20or%20status%20gt%20%22STAGED%22%29%20or%20status%20eq%20%22STAGED%22").await;
    assert_eq!(every.len(), 250);
    let gone = bench
        .okta_all("/api/v1/users?filter=status%20eq%20%22DEPROVISIONED%22")
        .await;
    assert_eq!(plain.len() + gone.len(), 250);
    assert_eq!(
        ids(&plain).into_iter().collect::<BTreeSet<_>>().len(),
        plain.len()
    );
}

#[tokio::test]
async fn g_01_link_lines_are_separate_and_headers_are_on_every_answer() {
    let bench = Bench::new(30).await;
    let answer = bench.okta("/api/v1/users?limit=5").await;
    let lines: Vec<&str> = answer
        .headers
        .get_all("link")
        .iter()
        .map(|line| line.to_str().expect("text"))
        .collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].ends_with("rel=\"self\"") && lines[1].ends_with("rel=\"next\""));
    for name in [
        "x-okta-request-id",
        "x-rate-limit-limit",
        "x-rate-limit-remaining",
        "x-rate-limit-reset",
        "date",
    ] {
        assert_eq!(answer.headers.get_all(name).iter().count(), 1, "{name}");
    }
    let last = bench.okta("/api/v1/users?limit=200").await;
    assert_eq!(next_line(&last), None);
    assert_eq!(
        bench.okta("/api/v1/users?limit=0").await.okta_error().1,
        "E0000001"
    );
    assert_eq!(bench.okta("/api/v1/users?after=nonsense").await.status, 400);
}

#[tokio::test]
async fn g_18_users_have_the_documented_shape_and_leave_nulls_out() {
    let bench = Bench::new(60).await;
    let user = bench
        .okta("/api/v1/users/zoe.mueller-luedenscheid@contoso.com")
        .await
        .json();
    for name in [
        "id",
        "status",
        "created",
        "activated",
        "statusChanged",
        "lastLogin",
        "lastUpdated",
        "passwordChanged",
        "type",
        "profile",
        "credentials",
        "_links",
    ] {
        assert!(user.get(name).is_some(), "{name}");
    }
    assert!(
        user["id"]
            .as_str()
            .is_some_and(|id| id.starts_with("00u") && id.len() == 20)
    );
    assert!(
        user["lastUpdated"]
            .as_str()
            .is_some_and(|time| time.len() == 24 && time.ends_with('Z'))
    );
    assert_eq!(user["profile"]["manager"], json!("Margaret Ashworth"));
    let mononym = bench.okta("/api/v1/users/bjork@contoso.com").await.json();
    assert!(
        mononym["profile"].get("lastName").is_none() && mononym["profile"]["firstName"] == json!("Björk")
    );
    let staged = bench.okta("/api/v1/users/stella.staged@contoso.com").await.json();
    assert_eq!(
        (&staged["activated"], &staged["lastLogin"]),
        (&Value::Null, &Value::Null)
    );
    // G-20: no character of four bytes.
    let robin = bench.okta("/api/v1/users/robin.park@contoso.com").await.json();
    assert_eq!(robin["profile"]["displayName"], json!("Robin Park"));
    let short = bench
        .okta("/api/v1/users?limit=1&fields=id,profile:(firstName,city)")
        .await
        .json();
    assert_eq!(short[0]["profile"].as_object().map(serde_json::Map::len), Some(2));
    let long = bench
        .okta("/api/v1/users/maximiliana.hohenzollern@contoso.com")
        .await
        .json();
    for name in ["firstName", "lastName"] {
        let length = long["profile"][name].as_str().map(|text| text.chars().count());
        assert!(length.is_some_and(|length| (45..=50).contains(&length)), "{name}");
    }
    assert_eq!(
        bench.okta("/api/v1/users/nobody").await.okta_error(),
        (404, "E0000007".to_owned())
    );
}

#[tokio::test]
async fn filters_and_searches_follow_their_rules() {
    let bench = Bench::new(60).await;
    let control = bench.simulator.control();
    let find = |query: &str| {
        let encoded: String = url_encode(query);
        let bench = &bench;
        async move { bench.okta(&format!("/api/v1/users?{encoded}")).await }
    };
    let count = |answer: crate::helpers::Answer| answer.json().as_array().map(Vec::len);
    assert_eq!(
        count(find("filter=profile.login eq \"john.smith@contoso.com\"").await),
        Some(1)
    );
    assert_eq!(
        count(find("search=profile.department eq \"sales\" and profile.lastName sw \"M\"").await)
            .map(|n| n >= 1),
        Some(true)
    );
    assert_eq!(count(find("q=john").await), Some(2));
    for bad in [
        "filter=profile.city eq \"x\"",
        "filter=status ne \"ACTIVE\"",
        "search=status ne \"ACTIVE\"",
        "search=status eq",
        "filter=profile.login sw \"a\"",
    ] {
        assert_eq!(
            find(bad).await.okta_error(),
            (400, "E0000031".to_owned()),
            "{bad}"
        );
    }
    let before = control.now();
    let since = before.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let john = control
        .find(Kind::Okta, "john.smith@contoso.com")
        .expect("john")
        .id;
    control
        .update(Kind::Okta, &john, "title", Some("Captain"))
        .expect("promoted");
    let ivy = control
        .find(Kind::Okta, "ivy.thornton@contoso.com")
        .expect("ivy")
        .id;
    control
        .set_status(&ivy, Status::Deprovisioned)
        .expect("deactivated");
    let recent = find(&format!("search=lastUpdated gt \"{since}\"")).await.json();
    let found: BTreeSet<String> = ids(recent.as_array().expect("a list")).into_iter().collect();
    assert_eq!(found, BTreeSet::from([john.clone(), ivy]));
    control.purge(Kind::Okta, &john).expect("gone");
    assert_eq!(bench.okta(&format!("/api/v1/users/{john}")).await.status, 404);
}

fn url_encode(query: &str) -> String {
    query.replace(' ', "%20").replace('"', "%22")
}

#[tokio::test]
async fn groups_their_types_counts_and_members() {
    let bench = Bench::new(250).await;
    let control = bench.simulator.control();
    let groups = bench.okta_all("/api/v1/groups?limit=10&expand=stats").await;
    let by = |name: &str| {
        groups
            .iter()
            .find(|group| group["profile"]["name"] == json!(name))
            .expect(name)
    };
    assert_eq!(by("Everyone")["type"], json!("BUILT_IN"));
    assert_eq!(
        (&by("Domain Users")["type"], &by("Domain Users")["objectClass"][0]),
        (&json!("APP_GROUP"), &json!("okta:windows_security_principal"))
    );
    assert!(by("Domain Users")["profile"]["samAccountName"].is_string());
    let scope = by("Intranet users");
    let path = format!(
        "/api/v1/groups/{}/users?limit=30",
        scope["id"].as_str().expect("an id")
    );
    let members = bench.okta_all(&path).await;
    assert_eq!(scope["_embedded"]["stats"]["usersCount"], json!(members.len()));
    assert!(
        members.len() > 180
            && members
                .iter()
                .all(|user| user["status"] != json!("DEPROVISIONED"))
    );

    let since = control.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let scope_id = scope["id"].as_str().expect("an id");
    let new = NewPerson {
        principal_name: "new.joiner@contoso.com".to_owned(),
        groups: vec![scope_id.to_owned()],
        ..NewPerson::default()
    };
    let id = control.add_person(Kind::Okta, new).expect("added");
    let filter = url_encode(&format!(
        "filter=lastUpdated gt \"{since}\" or lastMembershipUpdated gt \"{since}\""
    ));
    let changed = bench.okta_all(&format!("/api/v1/groups?{filter}")).await;
    assert_eq!(ids(&changed), [scope_id.to_owned()]);
    assert!(changed[0]["lastMembershipUpdated"].as_str() > changed[0]["lastUpdated"].as_str());
    assert!(ids(&bench.okta_all(&path).await).contains(&id));
    let own = bench.okta(&format!("/api/v1/users/{id}/groups")).await.json();
    assert_eq!(ids(own.as_array().expect("a list")), [scope_id.to_owned()]);
}

#[tokio::test]
async fn schemas_types_and_organisation() {
    let bench = Bench::new(5).await;
    let schema = bench.okta("/api/v1/meta/schemas/user/default").await.json();
    assert_eq!(
        schema["definitions"]["base"]["properties"]
            .as_object()
            .map(serde_json::Map::len),
        Some(31)
    );
    assert!(
        schema["definitions"]["custom"]["properties"]
            .get("badgeColour")
            .is_some()
    );
    let types = bench.okta("/api/v1/meta/types/user").await.json();
    let link = types[0]["_links"]["schema"]["href"]
        .as_str()
        .expect("a link")
        .to_owned();
    assert_eq!(bench.okta(&link).await.status, 200);
    let url = format!(
        "{}/.well-known/okta-organization",
        bench.simulator.okta().base_url
    );
    let open = bench.send(bench.client.get(url)).await;
    assert!(
        open.json()["id"].as_str().is_some_and(|id| id.starts_with("00o"))
            && open.header("x-rate-limit-limit").is_none()
    );
}

#[tokio::test]
async fn c_12_c_13_c_14_tokens_wrong_without_rights_and_limited_to_groups() {
    let bench = Bench::new(60).await;
    let control = bench.simulator.control();
    let okta = bench.simulator.okta().clone();
    let url = format!("{}/api/v1/users", okta.base_url);
    let with = |value: String| bench.send(bench.client.get(&url).header("authorization", value));
    // The vendor's SDK for Python leaves the space out.
    assert_eq!(with(format!("SSWS{}", okta.api_token)).await.status, 200);
    assert_eq!(
        with("SSWS wrong".to_owned()).await.okta_error(),
        (401, "E0000011".to_owned())
    );
    assert_eq!(bench.send(bench.client.get(&url)).await.status, 403);
    let leadership = control.group(Kind::Okta, "Leadership team").expect("a group").id;
    control.limit_to_groups(Some(vec![leadership]));
    assert_eq!(bench.okta_all("/api/v1/users").await.len(), 13);
    assert_eq!(bench.okta_all("/api/v1/groups").await.len(), 1);
    control.limit_to_groups(None);
    control.set_admin_role(false);
    assert_eq!(
        bench.okta("/api/v1/users").await.okta_error(),
        (403, "E0000006".to_owned())
    );
    control.set_admin_role(true);
    control.expire_secret(Kind::Okta);
    assert_eq!(
        bench.okta("/api/v1/users").await.okta_error(),
        (401, "E0000011".to_owned())
    );
    let second = control.add_secret(Kind::Okta);
    assert_eq!(with(format!("SSWS {second}")).await.status, 200);
    let fresh = control.rotate_secret(Kind::Okta);
    assert_eq!(with(format!("SSWS {fresh}")).await.status, 200);
}
