//! Users, groups and members of Graph (provider sections 1.2, 1.3, 1.5).

use crate::helpers::{Bench, ids};
use serde_json::{Value, json};
use simulator::Kind;
use std::collections::BTreeSet;

#[tokio::test]
async fn g_01_pages_follow_whole_next_links_and_reach_everybody_once() {
    let bench = Bench::new(250).await;
    let token = bench.graph_token().await;
    let first = bench.graph(&token, "/users").await;
    let page = first.json();
    assert_eq!(page["value"].as_array().map(Vec::len), Some(100));
    assert!(
        first
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/json;odata.metadata=minimal"))
    );
    for name in [
        "request-id",
        "client-request-id",
        "odata-version",
        "x-ms-ags-diagnostic",
        "x-ms-resource-unit",
    ] {
        assert!(first.header(name).is_some(), "{name}");
    }
    let (all, _) = bench
        .graph_all(&token, "/users?$select=id,userPrincipalName&$top=60")
        .await;
    let distinct: BTreeSet<String> = ids(&all).into_iter().collect();
    assert_eq!((all.len(), distinct.len()), (250, 250));
    for bad in ["/users?$top=1000", "/users?$top=0", "/users?$skip=10"] {
        assert_eq!(
            bench.graph(&token, bad).await.graph_error(),
            (400, "Request_BadRequest".to_owned())
        );
    }
}

#[expect(clippy::too_many_lines, reason = "one story, told from beginning to end")]
#[tokio::test]
async fn g_16_default_properties_only_and_account_enabled_on_select() {
    let bench = Bench::new(60).await;
    let token = bench.graph_token().await;
    let page = bench.graph(&token, "/users?$top=1").await.json();
    let names: BTreeSet<&str> = page["value"][0]
        .as_object()
        .expect("a user")
        .keys()
        .map(String::as_str)
        .collect();
    let wanted = [
        "businessPhones",
        "displayName",
        "givenName",
        "id",
        "jobTitle",
        "mail",
        "mobilePhone",
        "officeLocation",
        "preferredLanguage",
        "surname",
        "userPrincipalName",
    ];
    assert_eq!(names, BTreeSet::from(wanted));
    let select = "/users?$top=999&$select=id,userPrincipalName,accountEnabled,userType,externalUserState,creationType,mail,surname,givenName,onPremisesExtensionAttributes,employeeOrgData,createdDateTime,department";
    let users = bench.graph(&token, select).await.json()["value"]
        .as_array()
        .cloned()
        .expect("users");
    let by = |name: &str| {
        users
            .iter()
            .find(|user| {
                user["userPrincipalName"]
                    .as_str()
                    .is_some_and(|upn| upn.starts_with(name))
            })
            .expect(name)
    };
    assert_eq!(by("colin.baxter")["accountEnabled"], json!(false));
    assert_eq!(by("nola.null")["accountEnabled"], Value::Null);
    let guest = by("lena.vogt_fabrikam.com#EXT#@");
    assert_eq!(
        (
            &guest["userType"],
            &guest["externalUserState"],
            &guest["creationType"]
        ),
        (&json!("Guest"), &json!("Accepted"), &json!("Invitation"))
    );
    assert_eq!(
        by("r.okafor_northwind.example#EXT#@")["externalUserState"],
        json!("PendingAcceptance")
    );
    assert_eq!(by("ivy.thornton")["mail"], Value::Null);
    assert_eq!(by("bjork")["surname"], Value::Null);
    assert_eq!(by("okonkwo.c")["mail"], json!("chidi.okonkwo@contoso.com"));
    assert_eq!(
        by("vera.")["onPremisesExtensionAttributes"]["extensionAttribute1"],
        json!("blue")
    );
    assert_eq!(
        by("vera.")["onPremisesExtensionAttributes"]["extensionAttribute15"],
        Value::Null
    );
    assert_eq!(by("vera.")["employeeOrgData"]["division"], json!("Europe"));
}

#[tokio::test]
async fn bad_selects_are_refused_as_documented() {
    let bench = Bench::new(5).await;
    let token = bench.graph_token().await;
    let answer = bench.graph(&token, "/users?$select=id,shoeSize").await;
    assert_eq!(answer.graph_error(), (400, "BadRequest".to_owned()));
    assert!(answer.text.contains("Could not find a property named 'shoeSize'"));
    for path in [
        "/users?$filter=shoeSize eq '44'",
        "/groups?$filter=shoeSize eq '44'",
    ] {
        assert_eq!(
            bench.graph(&token, path).await.graph_error(),
            (400, "BadRequest".to_owned())
        );
    }
    let answer = bench.graph(&token, "/users?$select=aboutMe").await;
    assert_eq!(answer.graph_error(), (501, "NotImplemented".to_owned()));
    let error = answer.json();
    assert!(
        error["error"]["innerError"]["request-id"].is_string()
            && error["error"]["innerError"]["date"].is_string()
    );
}

#[expect(clippy::too_many_lines, reason = "one story, told from beginning to end")]
#[tokio::test]
async fn filters_and_the_consistency_level_rules() {
    let bench = Bench::new(120).await;
    let token = bench.graph_token().await;
    let count = |path: &'static str| {
        let (bench, token) = (&bench, token.clone());
        async move {
            bench.graph_eventual(&token, path).await.json()["value"]
                .as_array()
                .map(Vec::len)
        }
    };
    assert_eq!(
        count("/users?$filter=userPrincipalName eq 'MARGARET.ashworth@contoso.com'").await,
        Some(1)
    );
    assert_eq!(
        count("/users?$filter=startswith(displayName,'John Sm')").await,
        Some(2)
    );
    assert_eq!(
        count("/users?$filter=userType eq 'Guest' and externalUserState eq 'PendingAcceptance'&$top=999")
            .await
            .map(|n| n >= 1),
        Some(true)
    );
    assert_eq!(
        count(
            "/users?$count=true&$filter=endsWith(mail,'@fabrikam.com') and mail eq 'lena.vogt@fabrikam.com'"
        )
        .await,
        Some(1)
    );
    assert_eq!(
        count("/users?$filter=displayName in ('Björk','Suharto')").await,
        Some(2)
    );
    assert_eq!(
        count("/groups?$filter=displayName eq 'Newsletter readers'").await,
        Some(2)
    );
    assert_eq!(
        count("/groups?$filter=groupTypes/any(c:c eq 'Unified')&$top=999").await,
        Some(3)
    );
    assert_eq!(
        count("/users?$search=\"displayName:Siob\"&$count=true").await,
        Some(1)
    );

    for path in [
        "/users?$filter=userType ne 'Guest'",
        "/users?$filter=endsWith(mail,'x')",
        "/users?$search=\"displayName:a\"",
        "/users?$filter=startswith(mail,'a')&$orderby=displayName",
    ] {
        assert_eq!(
            bench.graph(&token, path).await.graph_error(),
            (400, "Request_UnsupportedQuery".to_owned()),
            "{path}"
        );
    }
    let silent = bench.graph(&token, "/users?$count=true&$top=1").await.json();
    assert!(
        silent.get("@odata.count").is_none(),
        "silently ignored without the header"
    );
    let counted = bench
        .graph_eventual(&token, "/users?$count=true&$top=1")
        .await
        .json();
    assert_eq!(counted["@odata.count"], json!(120));
    let next = counted["@odata.nextLink"].as_str().expect("a link").to_owned();
    assert!(
        bench
            .graph_eventual(&token, &next)
            .await
            .json()
            .get("@odata.count")
            .is_none(),
        "on the first page only"
    );
    let refused = bench.graph(&token, "/users/$count").await;
    assert!(refused.status == 400 && refused.text.contains("$count is not currently supported."));
    let plain = bench.graph_eventual(&token, "/users/$count").await;
    assert_eq!(
        (plain.text.as_str(), plain.header("content-type")),
        ("120", Some("text/plain"))
    );
}

#[tokio::test]
async fn one_user_by_id_or_encoded_principal_name() {
    let bench = Bench::new(60).await;
    let token = bench.graph_token().await;
    let guest = "lena.vogt_fabrikam.com%23EXT%23%40contoso.onmicrosoft.com";
    let user = bench
        .graph(&token, &format!("/users/{guest}?$select=id,displayName"))
        .await
        .json();
    assert_eq!(user["displayName"], json!("Lena Vogt (Fabrikam)"));
    let id = user["id"].as_str().expect("an id");
    assert_eq!(
        bench.graph(&token, &format!("/users/{id}")).await.json()["id"],
        json!(id)
    );
    assert_eq!(
        bench.graph(&token, &format!("/users('{id}')")).await.json()["id"],
        json!(id)
    );
    let missing = bench.graph(&token, "/users/nobody@contoso.com").await;
    assert_eq!(
        missing.graph_error(),
        (404, "Request_ResourceNotFound".to_owned())
    );
    assert_eq!(
        bench
            .graph(&token, &format!("/users/{id}/photo/$value"))
            .await
            .status,
        404
    );
    assert_eq!(
        bench.graph(&token, &format!("/users/{id}/photo")).await.json()["id"],
        json!("1x1")
    );
}

#[tokio::test]
async fn lists_are_ordered_where_asked_for() {
    let bench = Bench::new(60).await;
    let token = bench.graph_token().await;
    let (all, _) = bench
        .graph_all(
            &token,
            "/users?$orderby=userPrincipalName desc&$top=25&$select=userPrincipalName",
        )
        .await;
    let names: Vec<String> = all
        .iter()
        .map(|user| user["userPrincipalName"].as_str().expect("a name").to_lowercase())
        .collect();
    assert_eq!(names.len(), 60);
    assert!(names.is_sorted_by(|left, right| left > right), "{names:?}");
    let answer = bench.graph(&token, "/users?$orderby=city").await;
    assert_eq!(answer.graph_error(), (400, "Request_UnsupportedQuery".to_owned()));
}

#[tokio::test]
async fn managers_expand_and_stand_alone() {
    let bench = Bench::new(60).await;
    let token = bench.graph_token().await;
    let page = bench
        .graph(
            &token,
            "/users?$top=999&$select=id,userPrincipalName&$expand=manager($select=id)",
        )
        .await
        .json();
    let users = page["value"].as_array().expect("users");
    let by = |name: &str| {
        users
            .iter()
            .find(|user| {
                user["userPrincipalName"]
                    .as_str()
                    .is_some_and(|upn| upn.starts_with(name))
            })
            .expect(name)
    };
    assert!(by("margaret.ashworth@").get("manager").is_none());
    assert_eq!(by("zoe.")["manager"]["id"], by("margaret.ashworth@")["id"]);
    assert_eq!(by("ludo.ownman")["manager"]["id"], by("ludo.ownman")["id"]);
    assert_eq!(by("cyril.circle")["manager"]["id"], by("cora.circle")["id"]);
    assert_eq!(by("cora.circle")["manager"]["id"], by("cyril.circle")["id"]);
    assert_eq!(
        by("emil.extern")["manager"]["@odata.type"],
        json!("#microsoft.graph.orgContact")
    );
    let top = by("margaret.ashworth@")["id"].as_str().expect("an id");
    assert_eq!(
        bench.graph(&token, &format!("/users/{top}/manager")).await.status,
        404
    );
    let deep = "/users/robert.tables@contoso.com?$expand=manager($levels=max;$select=id,displayName)&$count=true&$select=id";
    assert_eq!(
        bench.graph(&token, deep).await.status,
        400,
        "levels need the header"
    );
    let chain = bench.graph_eventual(&token, deep).await.json();
    assert_eq!(chain["manager"]["manager"]["id"], json!(top));
}

#[tokio::test]
async fn u_04_u_05_nested_members_are_counted_once() {
    let bench = Bench::new(250).await;
    let token = bench.graph_token().await;
    let group = |name: &str| {
        bench
            .simulator
            .control()
            .group(Kind::Entra, name)
            .expect("a group")
            .id
    };
    let all = group("All departments");
    let (direct, _) = bench
        .graph_all(&token, &format!("/groups/{all}/members?$select=id,displayName"))
        .await;
    assert_eq!(direct.len(), 12);
    assert!(
        direct
            .iter()
            .all(|member| member["@odata.type"] == json!("#microsoft.graph.group"))
    );
    let (nested, _) = bench
        .graph_all(
            &token,
            &format!("/groups/{}/transitiveMembers?$top=50", group("Whole company")),
        )
        .await;
    let distinct: BTreeSet<String> = ids(&nested).into_iter().collect();
    assert_eq!(nested.len(), distinct.len());
    let users = nested
        .iter()
        .filter(|member| member["@odata.type"] == json!("#microsoft.graph.user"))
        .count();
    assert!(users > 200, "{users}");
    let cast = format!(
        "/groups/{}/transitiveMembers/microsoft.graph.user",
        group("Whole company")
    );
    assert_eq!(
        bench.graph(&token, &cast).await.graph_error().1,
        "Request_UnsupportedQuery"
    );
    let counted = bench
        .graph_eventual(&token, &format!("{cast}?$count=true&$top=5"))
        .await
        .json();
    assert_eq!(counted["@odata.count"], json!(users));
    assert_eq!(
        bench.graph_eventual(&token, &format!("{cast}/$count")).await.text,
        users.to_string()
    );
    // A cycle of nesting ends.
    let (cycle, _) = bench
        .graph_all(
            &token,
            &format!("/groups/{}/transitiveMembers", group("Project Aurora")),
        )
        .await;
    assert_eq!(cycle.len(), 1 + 4 + 6, "{cycle:?}");
}

#[tokio::test]
async fn c_10_c_11_hidden_membership_and_limited_information() {
    let bench = Bench::new(60).await;
    let control = bench.simulator.control();
    let token = bench.graph_token().await;
    let hidden = control.group(Kind::Entra, "Board matters").expect("a group").id;
    assert_eq!(
        bench
            .graph(&token, &format!("/groups/{hidden}?$select=visibility"))
            .await
            .json()["visibility"],
        json!("HiddenMembership")
    );
    assert_eq!(
        bench
            .graph_all(&token, &format!("/groups/{hidden}/members"))
            .await
            .0
            .len(),
        0
    );
    control.grant_permission(Kind::Entra, "Member.Read.Hidden");
    let allowed = bench.graph_token().await;
    assert_eq!(
        bench
            .graph_all(&allowed, &format!("/groups/{hidden}/members"))
            .await
            .0
            .len(),
        6
    );

    let mixed = control.group(Kind::Entra, "Mixed objects").expect("a group").id;
    let (members, _) = bench
        .graph_all(&token, &format!("/groups/{mixed}/members?$select=id,displayName"))
        .await;
    let device = members
        .iter()
        .find(|member| member["@odata.type"] == json!("#microsoft.graph.device"))
        .expect("a device");
    assert_eq!(device["displayName"], Value::Null, "not allowed to read devices");
    assert_eq!(members.len(), 6);
    control.revoke_permission(Kind::Entra, "User.Read.All");
    let (members, _) = bench
        .graph_all(
            &token,
            &format!("/groups/{mixed}/members?$select=id,displayName,mail"),
        )
        .await;
    let people: Vec<&Value> = members
        .iter()
        .filter(|member| member["@odata.type"] == json!("#microsoft.graph.user"))
        .collect();
    assert_eq!(people.len(), 3);
    assert!(people.iter().all(|person| person["id"].is_string()
        && person["displayName"].is_null()
        && person["mail"].is_null()));
}
