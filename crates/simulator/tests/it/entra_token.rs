//! The token endpoint (provider section 1.1; C-01 to C-08).

use crate::helpers::{Answer, Bench};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use simulator::Kind;

const SCOPE: &str = "https://graph.microsoft.com/.default";

fn pem_body(pem: &str) -> Vec<u8> {
    let text: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    STANDARD.decode(text).expect("base64")
}

pub(crate) fn sign(pem: &str, encoding: &'static dyn RsaEncoding, header: &Value, claims: &Value) -> String {
    let key = RsaKeyPair::from_pkcs8(&pem_body(pem)).expect("a key");
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(encoding, &SystemRandom::new(), message.as_bytes(), &mut signature)
        .expect("a signature");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

/// AADSTS number of a refusal, after checking the body's form.
fn number(answer: &Answer) -> (u16, String, u64) {
    let body = answer.json();
    let number = body["error_codes"][0].as_u64().expect("a number");
    let text = body["error_description"].as_str().expect("a text");
    assert!(text.starts_with(&format!("AADSTS{number}: ")), "{text}");
    for mark in ["\r\nTrace ID: ", "\r\nCorrelation ID: ", "\r\nTimestamp: "] {
        assert!(text.contains(mark), "{text}");
    }
    assert!(
        body["trace_id"].is_string() && body["timestamp"].as_str().is_some_and(|time| time.ends_with('Z'))
    );
    (
        answer.status,
        body["error"].as_str().expect("an error").to_owned(),
        number,
    )
}

async fn with_secret(bench: &Bench, tenant: &str, client: &str, secret: &str, scope: &str) -> Answer {
    let form = [
        ("client_id", client),
        ("client_secret", secret),
        ("scope", scope),
        ("grant_type", "client_credentials"),
    ];
    bench.entra_token_call(tenant, &form).await
}

#[tokio::test]
async fn secret_works_by_tenant_id_and_domain_and_in_http_basic() {
    let bench = Bench::new(5).await;
    let entra = bench.simulator.entra().clone();
    for tenant in [&entra.tenant_id, &entra.tenant_domain] {
        let body = with_secret(&bench, tenant, &entra.client_id, &entra.client_secret, SCOPE)
            .await
            .json();
        assert_eq!(
            (&body["token_type"], &body["expires_in"], &body["ext_expires_in"]),
            (&json!("Bearer"), &json!(3599), &json!(3599))
        );
        assert!(body.get("refresh_token").is_none());
    }
    let url = format!("{}/{}/oauth2/v2.0/token", entra.login_base, entra.tenant_id);
    let form = [("scope", SCOPE), ("grant_type", "client_credentials")];
    let request = bench
        .client
        .post(url)
        .basic_auth(&entra.client_id, Some(&entra.client_secret))
        .form(&form);
    assert_eq!(bench.send(request).await.status, 200);
}

#[tokio::test]
async fn c_01_to_c_05_every_wrong_value_has_its_own_number() {
    let bench = Bench::new(5).await;
    let control = bench.simulator.control();
    let entra = bench.simulator.entra().clone();
    let (tenant, client, secret) = (
        entra.tenant_id.as_str(),
        entra.client_id.as_str(),
        entra.client_secret.as_str(),
    );
    let stranger = "11111111-2222-3333-4444-555555555555";
    let told = |status, error: &str, number| (status, error.to_owned(), number);

    let answer = with_secret(&bench, stranger, client, secret, SCOPE).await;
    assert_eq!(number(&answer), told(400, "invalid_request", 90002));
    let answer = with_secret(&bench, tenant, stranger, secret, SCOPE).await;
    assert_eq!(number(&answer), told(400, "unauthorized_client", 700_016));
    let answer = with_secret(&bench, tenant, client, "wrong", SCOPE).await;
    assert_eq!(number(&answer), told(401, "invalid_client", 7_000_215));
    let answer = with_secret(&bench, tenant, client, "", SCOPE).await;
    assert_eq!(number(&answer), told(401, "invalid_client", 7_000_218));
    let answer = with_secret(&bench, tenant, client, secret, "User.Read").await;
    assert_eq!(number(&answer), told(400, "invalid_scope", 70011));
    let answer = with_secret(&bench, "common", client, secret, SCOPE).await;
    assert_eq!(number(&answer), told(400, "invalid_request", 9_001_023));

    control.expire_secret(Kind::Entra);
    let answer = with_secret(&bench, tenant, client, secret, SCOPE).await;
    assert_eq!(number(&answer), told(401, "invalid_client", 7_000_222));
    let second = control.add_secret(Kind::Entra);
    assert_eq!(
        with_secret(&bench, tenant, client, &second, SCOPE).await.status,
        200
    );
    let fresh = control.rotate_secret(Kind::Entra);
    assert_eq!(
        number(&with_secret(&bench, tenant, client, secret, SCOPE).await).2,
        7_000_215
    );
    assert_eq!(
        with_secret(&bench, tenant, client, &fresh, SCOPE).await.status,
        200
    );
    control.set_app_enabled(Kind::Entra, false);
    let answer = with_secret(&bench, tenant, client, &fresh, SCOPE).await;
    assert_eq!(number(&answer), told(400, "unauthorized_client", 7_000_112));
}

#[expect(clippy::too_many_lines, reason = "one story, told from beginning to end")]
#[tokio::test]
async fn certificate_assertions_in_all_forms_the_vendors_libraries_send() {
    let bench = Bench::new(5).await;
    let entra = bench.simulator.entra().clone();
    let der = pem_body(&entra.certificate_pem);
    let digest = |algorithm| URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(algorithm, &der));
    let sha256 = digest(&aws_lc_rs::digest::SHA256);
    let sha1 = digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY);
    let url = format!("{}/{}/oauth2/v2.0/token", entra.login_base, entra.tenant_id);
    let now = bench.simulator.control().now().timestamp();
    let whole = json!({"aud": url, "iss": entra.client_id, "sub": entra.client_id, "jti": "1", "nbf": now, "exp": now + 600, "iat": now});
    // msal-python: no nbf, fractional times, a chain with line breaks inside.
    let fractional: Value = serde_json::from_str(&format!(
        r#"{{"aud":"{url}","iss":"{0}","sub":"{0}","jti":"2","exp":{1}.87,"iat":{2}.25}}"#,
        entra.client_id,
        now + 600,
        now
    ))
    .expect("JSON");
    let lines: Vec<&str> = entra
        .certificate_pem
        .lines()
        .filter(|line| !line.contains("-----"))
        .collect();
    let chain = lines.join(
        "
",
    );
    let key = &entra.private_key_pem;
    let good = [
        sign(
            key,
            &RSA_PSS_SHA256,
            &json!({"alg": "PS256", "typ": "JWT", "x5t#S256": sha256}),
            &whole,
        ),
        sign(
            key,
            &RSA_PKCS1_SHA256,
            &json!({"alg": "RS256", "typ": "JWT", "x5t": sha1}),
            &whole,
        ),
        sign(
            key,
            &RSA_PSS_SHA256,
            &json!({"alg": "PS256", "typ": "JWT", "x5c": [chain]}),
            &fractional,
        ),
    ];
    for assertion in &good {
        assert_eq!(assert_call(&bench, assertion).await.status, 200);
    }

    let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": sha256});
    let changed = |name: &str, value: Value| {
        let mut claims = whole.clone();
        claims[name] = value;
        sign(key, &RSA_PSS_SHA256, &header, &claims)
    };
    let stranger = &bench.simulator.okta().private_key_pem;
    let bad = [
        (sign(stranger, &RSA_PSS_SHA256, &header, &whole), 700_027),
        (
            sign(
                key,
                &RSA_PSS_SHA256,
                &json!({"alg": "PS256", "x5t#S256": "AAAA"}),
                &whole,
            ),
            700_027,
        ),
        (changed("exp", json!(now - 3_600)), 700_024),
        (changed("nbf", json!(now + 3_600)), 700_024),
        (changed("aud", json!("https://example.com")), 700_023),
        (changed("sub", json!("somebody")), 700_021),
    ];
    for (assertion, wanted) in &bad {
        let answer = assert_call(&bench, assertion).await;
        assert_eq!(number(&answer), (401, "invalid_client".to_owned(), *wanted));
    }
    bench.simulator.control().remove_certificate(Kind::Entra);
    assert_eq!(number(&assert_call(&bench, &good[0]).await).2, 700_027);
}

async fn assert_call(bench: &Bench, assertion: &str) -> Answer {
    let entra = bench.simulator.entra();
    let form = [
        ("client_id", entra.client_id.as_str()),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", assertion),
        ("scope", SCOPE),
        ("grant_type", "client_credentials"),
    ];
    bench.entra_token_call(&entra.tenant_id, &form).await
}

#[tokio::test]
async fn c_06_roles_are_the_granted_permissions_and_absent_when_there_are_none() {
    let bench = Bench::new(5).await;
    let control = bench.simulator.control();
    let claims = |token: &str| -> Value {
        let middle = token.split('.').nth(1).expect("claims");
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(middle).expect("base64")).expect("JSON")
    };
    let token = bench.graph_token().await;
    assert_eq!(
        claims(&token)["roles"],
        json!(["GroupMember.Read.All", "User.Read.All"])
    );
    assert_eq!(claims(&token)["tid"], json!(bench.simulator.entra().tenant_id));
    control.revoke_permission(Kind::Entra, "User.Read.All");
    control.revoke_permission(Kind::Entra, "GroupMember.Read.All");
    let bare = bench.graph_token().await;
    assert!(claims(&bare).get("roles").is_none());
    let answer = bench.graph(&bare, "/users").await;
    assert_eq!(
        answer.graph_error(),
        (403, "Authorization_RequestDenied".to_owned())
    );
    // C-09: users readable, groups not.
    control.grant_permission(Kind::Entra, "User.Read.All");
    assert_eq!(
        bench.graph(&bare, "/users").await.status,
        403,
        "an old token has no new role"
    );
    let fresh = bench.graph_token().await;
    assert_eq!(bench.graph(&fresh, "/users").await.status, 200);
    assert_eq!(bench.graph(&fresh, "/groups").await.status, 403);
}

#[tokio::test]
async fn g_08_tokens_expire_and_missing_ones_have_their_own_message() {
    let bench = Bench::new(5).await;
    let token = bench.graph_token().await;
    assert_eq!(bench.graph(&token, "/users").await.status, 200);
    bench
        .simulator
        .control()
        .advance(chrono::Duration::seconds(3_600));
    let answer = bench.graph(&token, "/users").await;
    assert_eq!(
        answer.graph_error(),
        (401, "InvalidAuthenticationToken".to_owned())
    );
    assert!(
        answer
            .text
            .contains("Access token has expired or is not yet valid.")
    );
    assert!(answer.header("www-authenticate").is_some());
    let answer = bench.send(bench.client.get(bench.graph_url("/users"))).await;
    assert!(answer.status == 401 && answer.text.contains("Access token is empty."));
    assert!(bench.graph("nonsense", "/users").await.text.contains("80049217"));
}
