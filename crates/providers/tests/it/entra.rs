//! Graph's recorded shapes: users, delta, groups, members (C-10, C-11, G-02, G-12 to G-16, I-12, I-13).

use domain::ObjectId;
use domain::directory::{AttributeValue, DirectoryStatus as S, DirectoryUser, GroupKind as K};
use providers::{Next, ProviderError, UserEntry};
use serde_json::{Value, json};
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::support::*;

async fn read_users(users: Value, attributes: &[&str]) -> Result<Vec<DirectoryUser>, ProviderError> {
    let server = microsoft().await;
    answer(&server, "/v1.0/users", json_page(&json!({ "value": users }))).await;
    let (entries, _) = all_users(entra(&server).as_ref(), &names(attributes)).await?;
    Ok(entries
        .into_iter()
        .map(|entry| match entry {
            UserEntry::Present(user) => user,
            UserEntry::Removed { .. } => panic!("a full read removes nobody"),
        })
        .collect())
}

#[tokio::test]
async fn g_16_the_first_page_asks_for_everything_the_rules_need() {
    let server = microsoft().await;
    answer(&server, "/v1.0/users", json_page(&json!({"value": []}))).await;
    entra(&server)
        .users(&names(&["department", "extensionAttribute7"]), None)
        .await
        .expect("read");
    let calls = server.received_requests().await.expect("recorded");
    let call = calls
        .iter()
        .find(|call| call.url.path() == "/v1.0/users")
        .expect("a call");
    let query: Vec<(String, String)> = call.url.query_pairs().into_owned().collect();
    let value = |name: &str| {
        query
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(
        value("$select"),
        Some(
            "id,userPrincipalName,mail,displayName,accountEnabled,userType,externalUserState,department,\
             onPremisesExtensionAttributes"
        )
    );
    assert_eq!(value("$expand"), Some("manager($select=id)"));
    assert_eq!(value("$top"), Some("999"));
    assert!(
        call.headers
            .get("user-agent")
            .expect("agent")
            .to_str()
            .expect("text")
            .starts_with("usersync/")
    );
    assert_eq!(call.headers.get("authorization").expect("token"), "Bearer first");
}

#[tokio::test]
async fn g_16_null_and_absent_and_empty_stay_apart() {
    let users = json!([{"id": "u1", "userPrincipalName": "a@x.com", "accountEnabled": true, "department": null,
        "jobTitle": "", "manager": {"@odata.type": "#microsoft.graph.user", "id": "boss"}}]);
    let users = read_users(users, &["department", "jobTitle", "city"])
        .await
        .expect("read");
    let user = &users[0];
    assert_eq!(user.attributes.get("department"), Some(&AttributeValue::Null));
    assert_eq!(
        user.attributes.get("jobTitle"),
        Some(&AttributeValue::Text(String::new()))
    );
    assert_eq!(user.attributes.get("city"), None);
    assert_eq!(user.manager.as_deref(), Some("boss"));
}

#[tokio::test]
async fn i_12_i_13_guests_and_states_are_recognised() {
    let users = json!([
        {"id": "1", "userPrincipalName": "a@x.com", "accountEnabled": true, "userType": "Member"},
        {"id": "2", "userPrincipalName": "b@x.com", "accountEnabled": false, "userType": null},
        {"id": "3", "userPrincipalName": "c_y.com#EXT#@x.onmicrosoft.com", "accountEnabled": true, "userType": "Guest",
         "externalUserState": "PendingAcceptance"},
        {"id": "4", "userPrincipalName": "d_y.com#EXT#@x.onmicrosoft.com", "accountEnabled": true, "userType": null,
         "externalUserState": "Accepted"},
        {"id": "5", "userPrincipalName": "e@x.com", "accountEnabled": null},
        {"id": "6", "userPrincipalName": "f@x.com", "accountEnabled": true, "userType": "SomethingNew"},
    ]);
    let users = read_users(users, &[]).await.expect("read");
    let seen: Vec<_> = users.iter().map(|user| (user.status, user.guest)).collect();
    assert_eq!(
        seen,
        [
            (S::Enabled, false),
            (S::Disabled, false),
            (S::PendingAcceptance, true),
            (S::Enabled, true),
            (S::Unknown, false),
            (S::Enabled, false)
        ]
    );
}

#[tokio::test]
async fn c_11_only_ids_is_a_permission_problem_and_never_nulls() {
    let users =
        json!([{"@odata.type": "#microsoft.graph.user", "id": "1", "displayName": null}, {"id": "2"}]);
    let error = read_users(users, &["department"]).await.expect_err("limited");
    assert!(matches!(error, ProviderError::OnlyIds { .. }));
    assert_eq!(error.advice().permission.as_deref(), Some("User.Read.All"));
    let mixed = json!([{"id": "1", "userPrincipalName": "a@x.com", "accountEnabled": true, "department": null}, {"id": "2"}]);
    let users = read_users(mixed, &["department"]).await.expect("read");
    assert_eq!(users[1].status, S::Unknown);
    assert!(users[1].attributes.is_empty());
}

#[tokio::test]
async fn g_02_empty_page_with_next_link_is_not_the_end() {
    let server = microsoft().await;
    let link = |n: u8| format!("{}/v1.0/users?$skiptoken={n}", server.uri());
    for (token, body) in [
        ("1", json!({"value": [], "@odata.nextLink": link(2)})),
        (
            "2",
            json!({"value": [{"id": "u9", "userPrincipalName": "z@x.com", "accountEnabled": true}]}),
        ),
    ] {
        Mock::given(method("GET"))
            .and(path("/v1.0/users"))
            .and(wiremock::matchers::query_param("$skiptoken", token))
            .respond_with(json_page(&body))
            .with_priority(1)
            .mount(&server)
            .await;
    }
    answer(
        &server,
        "/v1.0/users",
        json_page(&json!({"value": [], "@odata.nextLink": link(1)})),
    )
    .await;
    let (users, pages) = all_users(entra(&server).as_ref(), &[]).await.expect("read");
    assert_eq!((users.len(), pages), (1, 3));
}

#[tokio::test]
async fn an_expired_page_token_restarts_the_read() {
    let server = microsoft().await;
    let expired = graph_error(
        400,
        "Directory_ExpiredPageToken",
        "The specified page token value has expired.",
    );
    answer(&server, "/v1.0/users", expired).await;
    let error = entra(&server).users(&[], None).await.expect_err("expired");
    assert!(error.restart_read() && matches!(error, ProviderError::PageExpired { .. }));
}

#[tokio::test]
async fn g_12_every_form_of_an_expired_delta_token_asks_for_a_full_read() {
    for (status, code) in [
        (410, "SyncStateNotFound"),
        (410, "resyncRequired"),
        (400, "syncStateNotFound"),
        (410, ""),
    ] {
        let server = microsoft().await;
        answer(
            &server,
            "/v1.0/users/delta",
            graph_error(status, code, "The sync state generation is not found."),
        )
        .await;
        let since = providers::Cursor::stored(format!("{}/v1.0/users/delta?$deltatoken=old", server.uri()));
        let error = entra(&server)
            .user_changes(&[], &since)
            .await
            .expect_err("expired");
        assert!(
            matches!(error, ProviderError::ChangesExpired { .. }),
            "{status} {code}: {error:?}"
        );
        assert!(error.restart_read());
    }
}

#[tokio::test]
async fn an_unknown_attribute_is_named() {
    let server = microsoft().await;
    let message = "Could not find a property named 'badgeNo' on type 'microsoft.graph.user'.";
    answer(
        &server,
        "/v1.0/users",
        graph_error(400, "Request_BadRequest", message),
    )
    .await;
    let error = entra(&server)
        .users(&names(&["badgeNo"]), None)
        .await
        .expect_err("unknown");
    assert!(
        matches!(&error, ProviderError::AttributeUnknown { name } if name == "badgeNo"),
        "{error:?}"
    );
    assert_eq!(error.advice().field.as_deref(), Some("mapping"));
}

/// Answers a batch with one user for every part, throttling part "0" the first time.
struct Batch {
    throttle: std::sync::atomic::AtomicBool,
}

impl Respond for Batch {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body: Value = request.body_json().expect("json");
        let parts = body["requests"].as_array().expect("parts");
        assert!(parts.len() <= 20, "Graph takes 20");
        let mut responses: Vec<Value> = parts.iter().map(|part| self.part(part)).collect();
        responses.reverse();
        ResponseTemplate::new(200).set_body_json(json!({ "responses": responses }))
    }
}

impl Batch {
    fn part(&self, part: &Value) -> Value {
        let url = part["url"].as_str().expect("url");
        let id = url.trim_start_matches("/users/").split('?').next().expect("id");
        let number = part["id"].clone();
        if id == "u1" && self.throttle.swap(false, std::sync::atomic::Ordering::SeqCst) {
            return json!({"id": number, "status": 429, "headers": {"Retry-After": "0.05"},
                "body": {"error": {"code": "TooManyRequests", "message": ""}}});
        }
        if id == "gone" {
            return json!({"id": number, "status": 404,
                "body": {"error": {"code": "Request_ResourceNotFound", "message": ""}}});
        }
        assert!(url.contains("$expand=manager($select=id)") && url.contains("accountEnabled"));
        json!({"id": number, "status": 200, "headers": {"Content-Type": "application/json"},
            "body": {"id": id, "userPrincipalName": format!("{id}@x.com"), "accountEnabled": true, "department": null}})
    }
}

async fn with_delta(page: impl Fn(&str) -> Value) -> MockServer {
    let server = microsoft().await;
    answer(&server, "/v1.0/users/delta", json_page(&page(&server.uri()))).await;
    Mock::given(method("POST"))
        .and(path("/v1.0/$batch"))
        .respond_with(Batch {
            throttle: true.into(),
        })
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn g_13_g_14_changed_people_are_read_again_whole_and_leavers_are_told_apart() {
    let server = with_delta(|base| {
        json!({"@odata.deltaLink": format!("{base}/v1.0/users/delta?$deltatoken=new"), "value": [
            {"id": "u1", "displayName": "only what changed"},
            {"id": "soft", "@removed": {"reason": "changed"}},
            {"id": "hard", "@removed": {"reason": "deleted"}},
            {"id": "gone", "displayName": "deleted a moment ago"},
            {"id": "u1", "manager@delta": [{"@odata.type": "#microsoft.graph.user", "id": "boss"}]},
        ]})
    })
    .await;
    let since = providers::Cursor::stored(format!("{}/v1.0/users/delta?$deltatoken=old", server.uri()));
    let page = entra(&server)
        .user_changes(&names(&["department"]), &since)
        .await
        .expect("changes");
    let removed: Vec<_> = page
        .items
        .iter()
        .filter_map(|entry| match entry {
            UserEntry::Removed { object_id, final_ } => Some((object_id.as_str(), *final_)),
            UserEntry::Present(_) => None,
        })
        .collect();
    assert_eq!(removed, [("soft", false), ("hard", true), ("gone", false)]);
    let present: Vec<_> = page
        .items
        .iter()
        .filter_map(|entry| match entry {
            UserEntry::Present(user) => Some((user.object_id.as_str(), user.attributes.get("department"))),
            UserEntry::Removed { .. } => None,
        })
        .collect();
    assert_eq!(present, [("u1", Some(&AttributeValue::Null))]);
    assert!(matches!(page.next, Next::End { changes: Some(_) }));
}

#[tokio::test]
async fn g_04_a_change_list_without_its_link_is_an_error_not_an_end() {
    let server = with_delta(|_| json!({"value": []})).await;
    let since = providers::Cursor::stored(format!("{}/v1.0/users/delta?$deltatoken=old", server.uri()));
    let error = entra(&server)
        .user_changes(&[], &since)
        .await
        .expect_err("no proof");
    assert!(matches!(error, ProviderError::Unexpected { .. }));
}

#[tokio::test]
async fn g_15_the_first_cursor_fixes_the_attributes() {
    let server = microsoft().await;
    let link = format!("{}/v1.0/users/delta?$deltatoken=now", server.uri());
    answer(
        &server,
        "/v1.0/users/delta",
        json_page(&json!({"value": [], "@odata.deltaLink": link})),
    )
    .await;
    let cursor = entra(&server)
        .changes_cursor(&names(&["department"]))
        .await
        .expect("cursor");
    assert_eq!(cursor.as_str(), link);
    let calls = server.received_requests().await.expect("recorded");
    let call = calls
        .iter()
        .find(|call| call.url.path() == "/v1.0/users/delta")
        .expect("a call");
    let query = call.url.query().expect("query");
    assert!(
        query.contains("department,manager") && query.contains("$deltatoken=latest"),
        "{query}"
    );
}

#[tokio::test]
async fn groups_have_their_kind() {
    let server = microsoft().await;
    let group = |id: &str, types: Value, security: bool, mail: bool| json!({"id": id, "displayName": id, "groupTypes": types, "securityEnabled": security, "mailEnabled": mail});
    let mut hidden = group("hidden", json!(["Unified"]), false, true);
    hidden["visibility"] = json!("HiddenMembership");
    let value = json!([
        group("security", json!([]), true, false),
        group("mail", json!([]), true, true),
        group("list", json!([]), false, true),
        group("dynamic", json!(["DynamicMembership", "Unified"]), true, true),
        hidden,
        group("odd", Value::Null, false, false),
    ]);
    answer(&server, "/v1.0/groups", json_page(&json!({ "value": value }))).await;
    let page = entra(&server).groups(None).await.expect("read");
    let kinds: Vec<_> = page
        .items
        .iter()
        .map(|group| (group.kind, group.hidden_membership))
        .collect();
    assert_eq!(
        kinds,
        [
            (K::Security, false),
            (K::MailSecurity, false),
            (K::Distribution, false),
            (K::Dynamic, false),
            (K::Microsoft365, true),
            (K::Unknown, false)
        ]
    );
}

#[tokio::test]
async fn u_06_members_that_are_no_users_are_marked() {
    let server = microsoft().await;
    let value = json!([
        {"@odata.type": "#microsoft.graph.user", "id": "u"}, {"@odata.type": "#microsoft.graph.device", "id": "d"},
        {"@odata.type": "#microsoft.graph.group", "id": "g"}, {"id": "untyped"},
    ]);
    answer(
        &server,
        "/v1.0/groups/g1/transitiveMembers",
        json_page(&json!({ "value": value })),
    )
    .await;
    let page = entra(&server)
        .members(&ObjectId::new("g1"), true, None)
        .await
        .expect("read");
    let users: Vec<_> = page.items.iter().map(|member| member.is_user).collect();
    assert_eq!(users, [true, false, false, true]);
}

/// An access token with these roles: only its middle part matters.
fn token_with_roles(roles: &[&str]) -> Value {
    use base64::Engine as _;
    let claims = json!({ "roles": roles }).to_string();
    let part = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
    token(&format!("e30.{part}.c2ln"))
}

#[tokio::test]
async fn c_10_an_empty_hidden_group_is_not_believed_without_the_permission() {
    for (roles, believed) in [
        (&["User.Read.All"][..], false),
        (&["Member.Read.Hidden"][..], true),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path(format!("/{TENANT}/oauth2/v2.0/token")))
            .respond_with(ResponseTemplate::new(200).set_body_json(token_with_roles(roles)))
            .mount(&server)
            .await;
        answer(
            &server,
            "/v1.0/groups/g1/members",
            json_page(&json!({"value": []})),
        )
        .await;
        let group = json!({"id": "g1", "displayName": "Secret", "visibility": "HiddenMembership"});
        answer(&server, "/v1.0/groups/g1$", json_page(&group)).await;
        let outcome = entra(&server).members(&ObjectId::new("g1"), false, None).await;
        match outcome {
            Ok(page) => assert!(believed && page.items.is_empty()),
            Err(error) => {
                assert!(
                    !believed && matches!(error, ProviderError::HiddenMembers { .. }),
                    "{error:?}"
                );
                assert_eq!(error.advice().permission.as_deref(), Some("Member.Read.Hidden"));
            }
        }
    }
}

#[tokio::test]
async fn g_05_a_group_that_is_gone_is_an_error_not_an_empty_list() {
    let server = microsoft().await;
    answer(
        &server,
        "/v1.0/groups",
        graph_error(404, "Request_ResourceNotFound", "No."),
    )
    .await;
    let reader = entra(&server);
    let group = ObjectId::new("g1");
    let error = reader.members(&group, false, None).await.expect_err("gone");
    assert!(matches!(error, ProviderError::NotFound { id, .. } if id == "g1"));
    assert_eq!(reader.group(&group).await.expect("answered"), None);
}

#[tokio::test]
async fn u_04_u_06_counts_ask_with_the_header_they_need() {
    let server = microsoft().await;
    for (relation, count) in [
        ("members/microsoft.graph.user", "40"),
        ("transitiveMembers/microsoft.graph.user", "312"),
        ("members", "45"),
    ] {
        Mock::given(method("GET"))
            .and(path(format!("/v1.0/groups/g1/{relation}/$count")))
            .and(header("ConsistencyLevel", "eventual"))
            .respond_with(ResponseTemplate::new(200).set_body_raw(format!("\u{feff}{count}"), "text/plain"))
            .mount(&server)
            .await;
    }
    let counts = entra(&server)
        .member_counts(&ObjectId::new("g1"))
        .await
        .expect("counts");
    assert_eq!(
        (counts.direct, counts.nested, counts.others),
        (Some(40), Some(312), Some(5))
    );
}

#[tokio::test]
async fn a_search_cannot_leave_its_quotes() {
    let server = microsoft().await;
    answer(&server, "/v1.0/groups", json_page(&json!({"value": []}))).await;
    entra(&server)
        .find_groups("O'Brien & co", 10)
        .await
        .expect("found");
    let calls = server.received_requests().await.expect("recorded");
    let call = calls
        .iter()
        .find(|call| call.url.path() == "/v1.0/groups")
        .expect("a call");
    let filter = call
        .url
        .query_pairs()
        .find(|(name, _)| name == "$filter")
        .map(|(_, value)| value.into_owned());
    assert_eq!(filter.as_deref(), Some("startswith(displayName,'O''Brien & co')"));
}

#[tokio::test]
async fn c_22_the_tenant_id_comes_from_discovery_and_needs_no_permission() {
    let server = microsoft().await;
    let document =
        json!({"issuer": format!("https://login.microsoftonline.com/{}/v2.0", TENANT.to_uppercase())});
    answer(
        &server,
        &format!("/{TENANT}/v2.0/.well-known/openid-configuration"),
        json_page(&document),
    )
    .await;
    answer(
        &server,
        "/v1.0/organization",
        graph_error(403, "Authorization_RequestDenied", "No."),
    )
    .await;
    let tenant = entra(&server).tenant().await.expect("tenant");
    assert_eq!(tenant.id, TENANT);
    assert_eq!(tenant.name, TENANT);
}
