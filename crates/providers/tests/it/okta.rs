//! Okta's recorded shapes: users, groups, incremental reads, service applications and `DPoP` (C-16, G-17, G-18).

use std::sync::Mutex;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::directory::{AttributeValue, DirectoryStatus as S, GroupKind};
use domain::provider::{AuthMethod, ProviderValues, SecretKind};
use domain::{ObjectId, Provider};
use providers::{Cursor, DirectoryReader, Next, ProviderError, Secrets, UserEntry};
use serde_json::{Value, json};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::support::*;

fn user(id: &str, status: &str) -> Value {
    json!({"id": id, "status": status, "created": "2020-01-01T00:00:00.000Z", "lastUpdated": "2020-01-01T00:00:00.000Z",
        "type": {"id": "oty1"}, "profile": {"login": format!("{id}@x.com"), "email": format!("{id}@x.com"),
        "firstName": "A", "lastName": "B", "managerId": "00u9"}, "_links": {}})
}

#[tokio::test]
async fn g_01_separate_link_lines_are_followed_to_the_end() {
    let server = MockServer::start().await;
    let next = format!(
        "<{}/api/v1/users?after=00u1&limit=200>; rel=\"next\"",
        server.uri()
    );
    let own = format!("<{}/api/v1/users?limit=200>; rel=\"self\"", server.uri());
    Mock::given(method("GET"))
        .and(query_param("after", "00u1"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([user("00u2", "ACTIVE")])))
        .with_priority(1)
        .mount(&server)
        .await;
    let first = ResponseTemplate::new(200)
        .set_body_json(json!([user("00u1", "ACTIVE")]))
        .append_header("link", own.as_str())
        .append_header("link", next.as_str());
    answer(&server, "/api/v1/users", first).await;
    let (users, pages) = all_users(okta(&server).as_ref(), &[]).await.expect("read");
    assert_eq!(users.iter().map(id_of).collect::<Vec<_>>(), ["00u1", "00u2"]);
    assert_eq!(pages, 2);
    let calls = server.received_requests().await.expect("recorded");
    assert_eq!(
        calls[0].headers.get("authorization").expect("token"),
        "SSWS 00token"
    );
    // G-17: the plain list, which leaves out deactivated people; never mixed with a search.
    assert!(!calls[0].url.query().unwrap_or_default().contains("search"));
}

#[tokio::test]
async fn g_18_absent_is_null() {
    let server = MockServer::start().await;
    answer(
        &server,
        "/api/v1/users",
        ResponseTemplate::new(200).set_body_json(json!([user("00u1", "ACTIVE")])),
    )
    .await;
    let page = okta(&server)
        .users(&names(&["department", "login"]), None)
        .await
        .expect("read");
    let UserEntry::Present(found) = &page.items[0] else {
        panic!("present")
    };
    assert_eq!(found.attributes.get("department"), Some(&AttributeValue::Null));
    assert_eq!(
        found.attributes.get("login"),
        Some(&AttributeValue::Text("00u1@x.com".to_owned()))
    );
    assert_eq!(found.manager.as_deref(), Some("00u9"));
    assert_eq!(found.display_name.as_deref(), Some("A B"));
}

#[tokio::test]
async fn l_07_every_status_is_read_and_an_unknown_one_changes_nothing() {
    let words = [
        "STAGED",
        "PROVISIONED",
        "ACTIVE",
        "RECOVERY",
        "PASSWORD_EXPIRED",
        "LOCKED_OUT",
        "SUSPENDED",
        "DEPROVISIONED",
        "BRAND_NEW",
    ];
    let server = MockServer::start().await;
    let users: Vec<Value> = words.iter().map(|word| user(word, word)).collect();
    answer(
        &server,
        "/api/v1/users",
        ResponseTemplate::new(200).set_body_json(users),
    )
    .await;
    let page = okta(&server).users(&[], None).await.expect("read");
    let seen: Vec<_> = page
        .items
        .iter()
        .map(|entry| match entry {
            UserEntry::Present(user) => user.status,
            UserEntry::Removed { .. } => panic!("present"),
        })
        .collect();
    let expected = [
        S::Staged,
        S::Provisioned,
        S::Active,
        S::Recovery,
        S::PasswordExpired,
        S::LockedOut,
        S::Suspended,
        S::Deprovisioned,
        S::Unknown,
    ];
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn c_11_users_without_profile_are_a_permission_problem() {
    let server = MockServer::start().await;
    answer(
        &server,
        "/api/v1/users",
        ResponseTemplate::new(200).set_body_json(json!([{"id": "00u1"}])),
    )
    .await;
    let error = okta(&server).users(&[], None).await.expect_err("limited");
    assert!(matches!(
        error,
        ProviderError::OnlyIds {
            provider: Provider::Okta,
            ..
        }
    ));
}

#[tokio::test]
async fn incremental_reads_go_by_oktas_clock_with_an_overlap() {
    let server = MockServer::start().await;
    answer(
        &server,
        "/.well-known/okta-organization",
        ResponseTemplate::new(200)
            .set_body_json(json!({"id": "00o1", "pipeline": "idx"}))
            .insert_header("date", "Mon, 23 Nov 2026 09:00:00 GMT"),
    )
    .await;
    let changed = ResponseTemplate::new(200)
        .set_body_json(json!([user("00u1", "DEPROVISIONED")]))
        .insert_header("date", "Mon, 23 Nov 2026 09:30:00 GMT");
    answer(&server, "/api/v1/users", changed).await;
    let reader = okta(&server);
    let since = reader.changes_cursor(&[]).await.expect("cursor");
    let page = reader
        .user_changes(&[], &Cursor::stored(since.as_str()))
        .await
        .expect("changes");
    let Next::End { changes: Some(next) } = page.next else {
        panic!("one page")
    };
    reader.user_changes(&[], &next).await.expect("changes");
    let calls = server.received_requests().await.expect("recorded");
    let searches: Vec<String> = calls
        .iter()
        .filter_map(|call| {
            call.url
                .query_pairs()
                .find(|(name, _)| name == "search")
                .map(|(_, text)| text.into_owned())
        })
        .collect();
    assert_eq!(
        searches,
        [
            r#"lastUpdated gt "2026-11-23T08:55:00.000Z""#,
            r#"lastUpdated gt "2026-11-23T09:25:00.000Z""#
        ]
    );
}

#[tokio::test]
async fn a_cursor_that_is_not_ours_asks_for_a_full_read() {
    let server = MockServer::start().await;
    let error = okta(&server)
        .user_changes(&[], &Cursor::stored("nonsense"))
        .await
        .expect_err("broken");
    assert!(error.restart_read());
}

#[tokio::test]
async fn a_forgotten_page_position_restarts_the_read() {
    let server = MockServer::start().await;
    answer(
        &server,
        "/api/v1/users",
        okta_error(400, "E0000001", "Api validation failed: after"),
    )
    .await;
    let cursor = Cursor::stored(format!("{}/api/v1/users?after=old", server.uri()));
    let error = okta(&server)
        .users(&[], Some(&cursor))
        .await
        .expect_err("expired");
    assert!(matches!(error, ProviderError::PageExpired { .. }), "{error:?}");
}

#[tokio::test]
async fn groups_their_kind_and_their_members() {
    let server = MockServer::start().await;
    let group = |id: &str, kind: &str| json!({"id": id, "type": kind, "profile": {"name": id}});
    let list = json!([
        group("a", "OKTA_GROUP"),
        group("b", "APP_GROUP"),
        group("c", "BUILT_IN"),
        group("d", "NEW")
    ]);
    answer(
        &server,
        "/api/v1/groups$",
        ResponseTemplate::new(200).set_body_json(list),
    )
    .await;
    answer(
        &server,
        "/api/v1/groups/a/users",
        ResponseTemplate::new(200).set_body_json(json!([user("00u1", "ACTIVE"), user("00u2", "STAGED")])),
    )
    .await;
    let mut counted = group("a", "OKTA_GROUP");
    counted["_embedded"] = json!({"stats": {"usersCount": 17}});
    Mock::given(method("GET"))
        .and(path("/api/v1/groups"))
        .and(query_param("expand", "stats"))
        .and(query_param("filter", r#"id eq "a""#))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!([counted])))
        .with_priority(1)
        .mount(&server)
        .await;
    let reader = okta(&server);
    let kinds: Vec<_> = reader
        .groups(None)
        .await
        .expect("read")
        .items
        .iter()
        .map(|group| group.kind)
        .collect();
    assert_eq!(
        kinds,
        [
            GroupKind::Okta,
            GroupKind::App,
            GroupKind::BuiltIn,
            GroupKind::Unknown
        ]
    );
    let members = reader
        .members(&ObjectId::new("a"), true, None)
        .await
        .expect("read");
    assert_eq!(members.items.len(), 2);
    let counts = reader.member_counts(&ObjectId::new("a")).await.expect("count");
    assert_eq!(
        (counts.direct, counts.nested, counts.others),
        (Some(17), None, None)
    );
}

#[tokio::test]
async fn the_schema_gives_custom_attributes_and_is_optional() {
    let server = MockServer::start().await;
    let schema = json!({"definitions": {"base": {"properties": {"login": {}}}, "custom": {"properties": {"badge": {}}}}});
    answer(
        &server,
        "/api/v1/meta/schemas/user/default",
        ResponseTemplate::new(200).set_body_json(schema),
    )
    .await;
    let known = okta(&server).attribute_names().await.expect("names");
    assert!(known.unlisted.is_none() && known.names.contains(&"badge".to_owned()));
    let server = MockServer::start().await;
    answer(&server, "/api/v1/meta", okta_error(403, "E0000006", "No")).await;
    let known = okta(&server).attribute_names().await.expect("names");
    assert!(
        known.may_have("badge") && known.names.contains(&"department".to_owned()) && known.names.len() == 31
    );
}

#[tokio::test]
async fn an_id_is_not_taken_for_a_login() {
    let server = MockServer::start().await;
    answer(
        &server,
        "/api/v1/users/",
        ResponseTemplate::new(200).set_body_json(user("00u1", "ACTIVE")),
    )
    .await;
    let reader = okta(&server);
    assert!(
        reader
            .user(&[], &ObjectId::new("00u1"))
            .await
            .expect("read")
            .is_some()
    );
    assert!(
        reader
            .user(&[], &ObjectId::new("00u1@x.com"))
            .await
            .expect("read")
            .is_none()
    );
}

/// An org that gives tokens only against proofs with its nonce, and checks every proof.
struct ProofOrg {
    /// `jti`s seen: none may come twice.
    seen: Mutex<Vec<String>>,
    base: String,
}

const NONCE: &str = "nonce-1";

impl ProofOrg {
    fn claims(&self, request: &Request, target: &str) -> Option<Value> {
        let proof = request.headers.get("dpop")?.to_str().expect("text").to_owned();
        let part = |index: usize| -> Value {
            let text = proof.split('.').nth(index).expect("three parts");
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64url")).expect("json")
        };
        let (header, claims) = (part(0), part(1));
        assert_eq!(header["typ"], "dpop+jwt");
        assert_eq!(header["alg"], "ES256");
        assert!(header["jwk"]["d"].is_null(), "the private half stays here");
        assert_eq!(claims["htm"], request.method.as_str());
        assert_eq!(claims["htu"], format!("{}{target}", self.base));
        let id = claims["jti"].as_str().expect("jti").to_owned();
        let mut seen = self.seen.lock().expect("lock");
        assert!(!seen.contains(&id), "a proof is used once");
        seen.push(id);
        Some(claims)
    }
}

impl Respond for ProofOrg {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let target = request.url.path();
        let refuse = |error: &str| {
            ResponseTemplate::new(400).set_body_json(json!({"error": error, "error_description": "DPoP"}))
        };
        let Some(claims) = self.claims(request, target) else {
            return refuse("invalid_dpop_proof");
        };
        if target.ends_with("/token") {
            if claims["nonce"] != NONCE {
                return refuse("use_dpop_nonce").insert_header("dpop-nonce", NONCE);
            }
            return ResponseTemplate::new(200).set_body_json(
                json!({"token_type": "DPoP", "expires_in": 3600, "access_token": "bound", "scope": "okta.users.read"}),
            );
        }
        assert_eq!(request.headers.get("authorization").expect("token"), "DPoP bound");
        // base64url(SHA-256("bound"))
        assert_eq!(claims["ath"], sha256("bound"));
        ResponseTemplate::new(200).set_body_json(json!([user("00u1", "ACTIVE")]))
    }
}

fn sha256(text: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    URL_SAFE_NO_PAD.encode(digest)
}

fn service() -> (ProviderValues, Secrets) {
    let values = ProviderValues {
        auth: AuthMethod::PrivateKey,
        client_id: "0oa1".to_owned(),
        ..okta_values()
    };
    let key = rcgen::KeyPair::generate().expect("a key").serialize_pem();
    (values, Secrets::new().with(SecretKind::PrivateKey, key))
}

fn service_app(server: &MockServer) -> Box<dyn DirectoryReader> {
    let (values, secrets) = service();
    providers(&server.uri())
        .connect(&values, &secrets)
        .expect("connection")
}

#[tokio::test]
async fn c_16_an_org_that_demands_proofs_gets_them_with_its_nonce() {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any())
        .respond_with(ProofOrg {
            seen: Mutex::default(),
            base: server.uri(),
        })
        .mount(&server)
        .await;
    let reader = service_app(&server);
    let page = reader.users(&[], None).await.expect("read");
    assert_eq!(page.items.len(), 1);
    reader
        .users(&[], None)
        .await
        .expect("read again with the same token");
    let calls = server.received_requests().await.expect("recorded");
    assert_eq!(
        calls
            .iter()
            .filter(|call| call.url.path().ends_with("/token"))
            .count(),
        3
    );
}

async fn token_endpoint(server: &MockServer, template: ResponseTemplate) {
    Mock::given(method("POST"))
        .and(path("/oauth2/v1/token"))
        .respond_with(template)
        .mount(server)
        .await;
}

fn oauth_error(status: u16, error: &str, description: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"error": error, "error_description": description}))
}

#[tokio::test]
async fn c_16_an_unknown_client_names_the_client_id() {
    let server = MockServer::start().await;
    token_endpoint(
        &server,
        oauth_error(
            401,
            "invalid_client",
            "Invalid value for the 'client_id' parameter.",
        ),
    )
    .await;
    let error = service_app(&server).users(&[], None).await.expect_err("refused");
    assert_eq!(error.advice().field.as_deref(), Some("client_id"), "{error:?}");
}

#[tokio::test]
async fn c_16_a_wrong_key_names_the_private_key() {
    let server = MockServer::start().await;
    token_endpoint(
        &server,
        oauth_error(
            401,
            "invalid_client",
            "The client_assertion signature is invalid.",
        ),
    )
    .await;
    let error = service_app(&server).users(&[], None).await.expect_err("refused");
    assert_eq!(error.advice().field.as_deref(), Some("private_key"), "{error:?}");
}

#[tokio::test]
async fn c_16_scopes_that_were_not_granted_are_named() {
    let server = MockServer::start().await;
    token_endpoint(
        &server,
        oauth_error(400, "invalid_scope", "One or more scopes are not configured."),
    )
    .await;
    let error = service_app(&server).users(&[], None).await.expect_err("refused");
    assert_eq!(
        error.advice().permission.as_deref(),
        Some("okta.users.read okta.groups.read"),
        "{error:?}"
    );
}

/// Grants only `okta.users.read`.
struct UsersOnly;

impl Respond for UsersOnly {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let form = String::from_utf8_lossy(&request.body).into_owned();
        if form.contains("okta.groups.read") || form.contains("okta.schemas.read") {
            return oauth_error(400, "invalid_scope", "One or more scopes are not configured.");
        }
        ResponseTemplate::new(200).set_body_json(token("users-only"))
    }
}

#[tokio::test]
async fn c_09_what_was_granted_is_used() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/oauth2/v1/token"))
        .respond_with(UsersOnly)
        .mount(&server)
        .await;
    answer(
        &server,
        "/api/v1/users",
        ResponseTemplate::new(200).set_body_json(json!([user("00u1", "ACTIVE")])),
    )
    .await;
    answer(&server, "/api/v1/groups", okta_error(403, "E0000006", "No")).await;
    let reader = service_app(&server);
    reader.users(&[], None).await.expect("users are readable");
    let error = reader.groups(None).await.expect_err("groups are not");
    assert_eq!(error.advice().permission.as_deref(), Some("okta.groups.read"));
}

#[tokio::test]
async fn keys_are_read_in_every_form_or_refused_with_the_reason() {
    let pem = rcgen::KeyPair::generate().expect("a key").serialize_pem();
    let (values, _) = service();
    let providers = providers("http://127.0.0.1:9");
    let connect = |text: &str| {
        providers.connect(
            &values,
            &Secrets::new().with(SecretKind::PrivateKey, text.to_owned()),
        )
    };
    assert!(connect(&pem).is_ok());
    assert!(connect(&format!("\n  {}\n", pem.trim())).is_ok());
    for (text, why) in [
        ("hello", "not the text of a PEM file"),
        (
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----",
            "password",
        ),
        (
            "-----BEGIN PRIVATE KEY-----\nMAA=\n-----END PRIVATE KEY-----",
            "neither an RSA key",
        ),
        (
            "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----",
            "no private key",
        ),
        (r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#, "complete private key"),
    ] {
        let error = connect(text).err().expect("refused");
        let advice = error.advice();
        assert_eq!(advice.field.as_deref(), Some("private_key"));
        assert!(advice.problem.contains(why), "{text}: {}", advice.problem);
    }
}
