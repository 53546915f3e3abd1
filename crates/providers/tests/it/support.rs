//! Connections to a mock server or to the simulator, with short waits.

use std::sync::Arc;
use std::time::Duration;

use domain::provider::{AuthMethod, ProviderValues, SecretKind};
use domain::{Clock, Provider, Timestamp};
use providers::{Cloud, DirectoryReader, Limits, Next, OktaOrg, Page, ProviderError, Providers, Secrets};
use serde_json::{Value, json};
use url::Url;
use wiremock::matchers::{method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub(crate) const TENANT: &str = "3f1c2d9a-0b6e-4c53-9c1d-5d3b1a2c4e5f";
pub(crate) const CLIENT: &str = "8b7a6c5d-1111-4222-8333-944455556666";
pub(crate) const ORG: &str = "contoso.okta.test";

/// A clock that stands still.
pub(crate) struct Still(pub(crate) Timestamp);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        self.0
    }
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

pub(crate) fn now() -> Timestamp {
    at("2026-11-23T10:00:00Z")
}

/// Waits of milliseconds instead of seconds.
pub(crate) fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(2),
        attempt: Duration::from_secs(5),
        call: Duration::from_secs(20),
        attempts: 3,
        backoff: Duration::from_millis(5),
        floor: Duration::from_millis(2),
        longest_wait: Duration::from_secs(3),
        answer_bytes: 2_000_000,
        per_second: 1_000,
        concurrent: 8,
    }
}

pub(crate) fn cloud(base: &str, ca_pem: Option<String>) -> Cloud {
    let base = Url::parse(base).expect("base");
    Cloud {
        id: "test".to_owned(),
        name: "Test".to_owned(),
        login_base: base.clone(),
        graph_base: base,
        ca_pem,
        loopback_allowed: true,
    }
}

pub(crate) fn org(base: &str, domain: &str, ca_pem: Option<String>) -> OktaOrg {
    OktaOrg {
        domain: domain.to_owned(),
        base: Url::parse(base).expect("base"),
        ca_pem,
    }
}

pub(crate) fn providers(base: &str) -> Providers {
    providers_with(base, limits())
}

pub(crate) fn providers_with(base: &str, limits: Limits) -> Providers {
    Providers::with_limits(
        vec![cloud(base, None)],
        vec![org(base, ORG, None)],
        Arc::new(Still(now())),
        limits,
    )
}

pub(crate) fn entra_values() -> ProviderValues {
    ProviderValues {
        provider: Provider::Entra,
        auth: AuthMethod::ClientSecret,
        cloud: "test".to_owned(),
        tenant: TENANT.to_owned(),
        client_id: CLIENT.to_owned(),
        key_id: String::new(),
    }
}

pub(crate) fn entra_secrets() -> Secrets {
    Secrets::new().with(SecretKind::ClientSecret, "the-secret-value")
}

pub(crate) fn okta_values() -> ProviderValues {
    ProviderValues {
        provider: Provider::Okta,
        auth: AuthMethod::ApiToken,
        cloud: String::new(),
        tenant: ORG.to_owned(),
        client_id: String::new(),
        key_id: String::new(),
    }
}

pub(crate) fn okta_secrets() -> Secrets {
    Secrets::new().with(SecretKind::ApiToken, "00token")
}

pub(crate) fn entra(server: &MockServer) -> Box<dyn DirectoryReader> {
    providers(&server.uri())
        .connect(&entra_values(), &entra_secrets())
        .expect("a connection")
}

pub(crate) fn okta(server: &MockServer) -> Box<dyn DirectoryReader> {
    providers(&server.uri())
        .connect(&okta_values(), &okta_secrets())
        .expect("a connection")
}

/// A Microsoft that hands out tokens.
pub(crate) async fn microsoft() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/{TENANT}/oauth2/v2.0/token")))
        .respond_with(ResponseTemplate::new(200).set_body_json(token("first")))
        .mount(&server)
        .await;
    server
}

pub(crate) fn token(text: &str) -> Value {
    json!({"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": text})
}

/// One answer for every GET below a path.
pub(crate) async fn answer(server: &MockServer, below: &str, template: ResponseTemplate) {
    Mock::given(method("GET"))
        .and(path_regex(format!("^{below}")))
        .respond_with(template)
        .mount(server)
        .await;
}

pub(crate) fn json_page(value: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(value)
}

pub(crate) fn graph_error(status: u16, code: &str, message: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(json!({"error": {"code": code, "message": message,
        "innerError": {"date": "2026-11-23T10:00:00", "request-id": "r", "client-request-id": "r"}}}))
}

pub(crate) fn okta_error(status: u16, code: &str, summary: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_json(
        json!({"errorCode": code, "errorSummary": summary, "errorLink": code, "errorId": "oae1", "errorCauses": []}),
    )
}

pub(crate) fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

/// The users of a whole full read, and how many pages it had.
pub(crate) async fn all_users(
    reader: &dyn DirectoryReader,
    attributes: &[String],
) -> Result<(Vec<providers::UserEntry>, usize), ProviderError> {
    let (mut all, mut cursor, mut pages) = (Vec::new(), None, 0);
    loop {
        let Page { items, next } = reader.users(attributes, cursor.as_ref()).await?;
        all.extend(items);
        pages += 1;
        match next {
            Next::Page(next) => cursor = Some(next),
            Next::End { .. } => return Ok((all, pages)),
        }
    }
}

pub(crate) fn id_of(entry: &providers::UserEntry) -> &str {
    match entry {
        providers::UserEntry::Present(user) => user.object_id.as_str(),
        providers::UserEntry::Removed { object_id, .. } => object_id.as_str(),
    }
}
