//! Every documented refusal becomes its error, and its advice names the field or the permission (C-01 to C-16).

use providers::{ProviderError, Reading};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::*;

/// The error of the first call when the token endpoint refuses with this AADSTS number.
async fn refused_by_entra(status: u16, error: &str, number: i64) -> ProviderError {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path(format!("/{TENANT}/oauth2/v2.0/token")))
        .respond_with(ResponseTemplate::new(status).set_body_json(serde_json::json!({
            "error": error,
            "error_description": format!("AADSTS{number}: Some words about anna@contoso.com.\r\nTrace ID: x"),
            "error_codes": [number], "timestamp": "2026-11-23 10:00:00Z", "trace_id": "x", "correlation_id": "y",
        })))
        .mount(&server)
        .await;
    entra(&server).users(&[], None).await.expect_err("refused")
}

async fn expect_field(status: u16, error: &str, number: i64, field: Option<&str>, permission: Option<&str>) {
    let refusal = refused_by_entra(status, error, number).await;
    let advice = refusal.advice();
    assert_eq!(advice.field.as_deref(), field, "{refusal:?}");
    assert_eq!(advice.permission.as_deref(), permission, "{refusal:?}");
    assert_eq!(advice.code, Some(format!("AADSTS{number}")));
    assert!(!advice.problem.contains("anna@") && !refusal.to_string().contains("anna@"));
}

#[tokio::test]
async fn c_01_wrong_tenant_names_the_tenant_field() {
    expect_field(400, "invalid_request", 90_002, Some("tenant"), None).await;
}

#[tokio::test]
async fn c_02_unknown_application_names_the_client_id_and_both_causes() {
    expect_field(400, "unauthorized_client", 700_016, Some("client_id"), None).await;
    let advice = refused_by_entra(400, "unauthorized_client", 700_016)
        .await
        .advice();
    assert!(advice.cure.contains("consent") && advice.cure.contains("ID is wrong"));
}

#[tokio::test]
async fn c_03_wrong_secret_says_value_not_id() {
    expect_field(401, "invalid_client", 7_000_215, Some("client_secret"), None).await;
    let advice = refused_by_entra(401, "invalid_client", 7_000_215).await.advice();
    assert!(advice.cure.contains("Value, not its Secret ID"));
}

#[tokio::test]
async fn c_04_expired_secret_has_its_own_message() {
    expect_field(401, "invalid_client", 7_000_222, Some("client_secret"), None).await;
    let advice = refused_by_entra(401, "invalid_client", 7_000_222).await.advice();
    assert!(advice.problem.contains("expired"));
}

#[tokio::test]
async fn c_05_disabled_application_is_said_so() {
    expect_field(400, "unauthorized_client", 7_000_112, Some("client_id"), None).await;
}

#[tokio::test]
async fn c_06_missing_consent_lists_the_permissions() {
    for number in [90_094, 90_095, 65_001] {
        expect_field(
            400,
            "invalid_grant",
            number,
            None,
            Some("User.Read.All GroupMember.Read.All"),
        )
        .await;
    }
}

#[tokio::test]
async fn c_06_graph_403_names_the_permission_of_what_was_read() {
    let server = microsoft().await;
    let denied = graph_error(
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    );
    answer(&server, "/v1.0/", denied).await;
    let reader = entra(&server);
    let permission = |error: ProviderError| error.advice().permission.expect("a permission");
    assert_eq!(
        permission(reader.users(&[], None).await.expect_err("403")),
        "User.Read.All"
    );
    assert_eq!(
        permission(reader.groups(None).await.expect_err("403")),
        "GroupMember.Read.All"
    );
    let group = domain::ObjectId::new("g1");
    assert_eq!(
        permission(reader.members(&group, true, None).await.expect_err("403")),
        "GroupMember.Read.All"
    );
}

#[tokio::test]
async fn c_07_another_cloud_names_the_cloud_field() {
    for number in [90_038, 900_382] {
        expect_field(400, "invalid_request", number, Some("cloud"), None).await;
    }
}

#[tokio::test]
async fn c_08_a_throttling_token_service_is_no_configuration_fault() {
    for number in [90_055, 90_024] {
        let refusal = refused_by_entra(400, "temporarily_unavailable", number).await;
        assert!(refusal.is_retryable(), "{refusal:?}");
        assert_eq!(refusal.advice().field, None);
    }
}

#[tokio::test]
async fn c_08_transient_trouble_of_the_token_service_is_retryable() {
    for number in [90_033, 90_006] {
        assert!(
            refused_by_entra(400, "temporarily_unavailable", number)
                .await
                .is_retryable()
        );
    }
}

#[tokio::test]
async fn c_19_a_wrong_clock_has_its_own_message() {
    let refusal = refused_by_entra(401, "invalid_client", 700_024).await;
    assert!(refusal.advice().cure.contains("clock"), "{refusal:?}");
}

#[tokio::test]
async fn a_certificate_that_entra_does_not_know_names_its_field() {
    expect_field(401, "invalid_client", 700_027, Some("certificate"), None).await;
}

#[tokio::test]
async fn an_unknown_number_still_shows_its_code() {
    let refusal = refused_by_entra(400, "invalid_request", 999_999).await;
    assert!(matches!(refusal, ProviderError::SignInRefused { .. }));
    assert_eq!(refusal.advice().code.as_deref(), Some("AADSTS999999"));
}

/// The error of a read of users when Okta refuses like this.
async fn refused_by_okta(template: ResponseTemplate) -> ProviderError {
    let server = MockServer::start().await;
    answer(&server, "/api/v1/", template).await;
    okta(&server).users(&[], None).await.expect_err("refused")
}

#[tokio::test]
async fn c_12_an_invalid_api_token_says_30_days() {
    let refusal = refused_by_okta(okta_error(401, "E0000011", "Invalid token provided")).await;
    let advice = refusal.advice();
    assert!(matches!(refusal, ProviderError::TokenInvalid { .. }));
    assert_eq!(advice.field.as_deref(), Some("api_token"));
    assert!(advice.cure.contains("30 days"));
}

#[tokio::test]
async fn c_13_a_token_without_rights_names_scope_and_role() {
    let refusal = refused_by_okta(okta_error(403, "E0000006", "You do not have permission")).await;
    let advice = refusal.advice();
    assert!(matches!(
        refusal,
        ProviderError::PermissionMissing {
            what: Reading::Users,
            ..
        }
    ));
    assert_eq!(advice.permission.as_deref(), Some("okta.users.read"));
    assert!(advice.cure.contains("role of the person who created it"));
}

#[tokio::test]
async fn c_15_another_403_points_to_network_zones() {
    let refusal = refused_by_okta(okta_error(403, "E0000999", "Not from here")).await;
    assert!(matches!(refusal, ProviderError::NetworkZone { .. }));
    assert!(refusal.advice().cure.contains("network zones"));
}

#[tokio::test]
async fn c_16_a_token_without_the_scope_names_it() {
    let challenge = r#"Bearer authorization_uri="http://x", error="insufficient_scope""#;
    let refusal =
        refused_by_okta(ResponseTemplate::new(403).insert_header("www-authenticate", challenge)).await;
    assert_eq!(refusal.advice().permission.as_deref(), Some("okta.users.read"));
}

/// One of each kind whose advice no other test reads.
fn others() -> Vec<ProviderError> {
    let provider = domain::Provider::Okta;
    let code = || "E1".to_owned();
    let host = || "contoso.okta.com".to_owned();
    let mut errors = vec![
        ProviderError::Missing { field: "client_id" },
        ProviderError::UnknownCloud {
            cloud: "x".to_owned(),
        },
        ProviderError::HostRefused { host: host() },
        ProviderError::Timeout { host: host() },
        ProviderError::TooLarge {
            host: host(),
            limit: 1,
        },
        ProviderError::NotTheProvider {
            provider,
            host: host(),
        },
        ProviderError::ForeignLink { host: host() },
        ProviderError::Cancelled,
        ProviderError::DeadlinePassed,
    ];
    errors.extend(refusals(&code));
    errors
}

fn refusals(code: &dyn Fn() -> String) -> Vec<ProviderError> {
    let provider = domain::Provider::Okta;
    vec![
        ProviderError::ScopeNotGranted { code: code() },
        ProviderError::ProofRefused { code: code() },
        ProviderError::SignInRefused {
            provider,
            code: code(),
        },
        ProviderError::Unauthorised {
            provider,
            code: code(),
        },
        ProviderError::OnlyIds {
            provider,
            what: Reading::Groups,
        },
        ProviderError::HiddenMembers {
            group: "g".to_owned(),
        },
        ProviderError::NotFound {
            what: Reading::Groups,
            id: "g".to_owned(),
        },
        ProviderError::AttributeUnknown { name: "x".to_owned() },
        ProviderError::PageExpired { code: code() },
        ProviderError::ChangesExpired { code: code() },
        ProviderError::Throttled {
            code: code(),
            wait: None,
        },
        ProviderError::Unavailable {
            status: 503,
            code: code(),
        },
        ProviderError::Refused {
            status: 400,
            code: code(),
        },
    ]
}

#[test]
fn every_advice_is_a_sentence_without_technical_words() {
    for error in others() {
        let advice = error.advice();
        assert!(
            advice.problem.ends_with('.') && advice.cure.ends_with('.'),
            "{advice:?}"
        );
        assert!(
            !advice.problem.starts_with("The connection failed:"),
            "{error:?} has no advice of its own"
        );
    }
}
