//! Okta's service applications: `private_key_jwt` and `DPoP` (provider section 2.1; C-16).

use crate::entra_token::sign;
use crate::helpers::{Answer, Bench};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use simulator::Kind;

const SCOPE: &str = "okta.users.read okta.groups.read";

fn assertion(bench: &Bench, client: &str, change: impl FnOnce(&mut Value)) -> String {
    let okta = bench.simulator.okta();
    let now = bench.simulator.control().now().timestamp();
    let jti = format!("{}", rand_number());
    let mut claims = json!({
        "aud": format!("{}/oauth2/v1/token", okta.base_url), "iss": client, "sub": client,
        "iat": now, "exp": now + 300, "jti": jti,
    });
    change(&mut claims);
    sign(
        &okta.private_key_pem,
        &RSA_PKCS1_SHA256,
        &json!({"alg": "RS256"}),
        &claims,
    )
}

fn rand_number() -> u64 {
    let mut bytes = [0; 8];
    aws_lc_rs::rand::fill(&mut bytes).expect("randomness");
    u64::from_le_bytes(bytes)
}

async fn token_call(bench: &Bench, assertion: &str, scope: &str, proof: Option<&str>) -> Answer {
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", scope),
        (
            "client_assertion_type",
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        ),
        ("client_assertion", assertion),
    ];
    let mut request = bench
        .client
        .post(format!("{}/oauth2/v1/token", bench.simulator.okta().base_url))
        .form(&form);
    if let Some(proof) = proof {
        request = request.header("DPoP", proof);
    }
    bench.send(request).await
}

#[expect(clippy::too_many_lines, reason = "one story, told from beginning to end")]
#[tokio::test]
async fn private_key_jwt_works_and_each_flaw_is_told() {
    let bench = Bench::new(30).await;
    let client = bench.simulator.okta().client_id.clone();
    let good = assertion(&bench, &client, |_| {});
    let answer = token_call(&bench, &good, SCOPE, None).await.json();
    assert_eq!(
        (&answer["token_type"], &answer["expires_in"], &answer["scope"]),
        (&json!("Bearer"), &json!(3600), &json!(SCOPE))
    );
    let token = answer["access_token"].as_str().expect("a token");
    let url = format!("{}/api/v1/users", bench.simulator.okta().base_url);
    assert_eq!(
        bench.send(bench.client.get(&url).bearer_auth(token)).await.status,
        200
    );
    let schema = format!(
        "{}/api/v1/meta/schemas/user/default",
        bench.simulator.okta().base_url
    );
    assert_eq!(
        bench
            .send(bench.client.get(schema).bearer_auth(token))
            .await
            .okta_error()
            .1,
        "E0000006"
    );

    let now = bench.simulator.control().now().timestamp();
    let refused = [
        good.clone(),
        assertion(&bench, &client, |claims| claims["exp"] = json!(now - 10)),
        assertion(&bench, &client, |claims| claims["exp"] = json!(now + 7_200)),
        assertion(&bench, &client, |claims| {
            claims["aud"] = json!("https://example.com");
        }),
        assertion(&bench, "0oaUnknownClientId00", |_| {}),
    ];
    for assertion in &refused {
        let answer = token_call(&bench, assertion, SCOPE, None).await;
        assert_eq!(
            (answer.status, answer.json()["error"].clone()),
            (401, json!("invalid_client"))
        );
    }
    let answer = token_call(
        &bench,
        &assertion(&bench, &client, |_| {}),
        "okta.users.manage",
        None,
    )
    .await;
    assert_eq!(
        (answer.status, answer.json()["error"].clone()),
        (400, json!("invalid_scope"))
    );
    bench.simulator.control().remove_certificate(Kind::Okta);
    assert_eq!(
        token_call(&bench, &assertion(&bench, &client, |_| {}), SCOPE, None)
            .await
            .status,
        401
    );
}

struct Prover {
    key: EcdsaKeyPair,
}

impl Prover {
    fn new() -> Prover {
        Prover {
            key: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key"),
        }
    }

    fn proof(&self, bench: &Bench, method: &str, url: &str, more: &Value) -> String {
        let point = self.key.public_key().as_ref();
        let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": part(&point[1..33]), "y": part(&point[33..])});
        let header = json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk});
        let now = bench.simulator.control().now().timestamp();
        let mut claims = json!({"htm": method, "htu": url, "iat": now, "jti": rand_number().to_string()});
        claims
            .as_object_mut()
            .expect("claims")
            .extend(more.as_object().expect("more").clone());
        let message = format!(
            "{}.{}",
            part(header.to_string().as_bytes()),
            part(claims.to_string().as_bytes())
        );
        let signature = self
            .key
            .sign(&SystemRandom::new(), message.as_bytes())
            .expect("a signature");
        format!("{message}.{}", part(signature.as_ref()))
    }
}

#[tokio::test]
async fn dpop_asks_for_a_nonce_and_binds_the_token() {
    let bench = Bench::new(30).await;
    let okta = bench.simulator.okta().clone();
    let client = &okta.dpop_client_id;
    let token_url = format!("{}/oauth2/v1/token", okta.base_url);
    let prover = Prover::new();
    let without = token_call(&bench, &assertion(&bench, client, |_| {}), SCOPE, None).await;
    assert_eq!(
        (without.status, without.json()["error"].clone()),
        (400, json!("invalid_dpop_proof"))
    );
    assert!(without.text.contains("The DPoP proof JWT header is missing."));
    let first = prover.proof(&bench, "POST", &token_url, &json!({}));
    let asked = token_call(&bench, &assertion(&bench, client, |_| {}), SCOPE, Some(&first)).await;
    assert_eq!(
        (asked.status, asked.json()["error"].clone()),
        (400, json!("use_dpop_nonce"))
    );
    let nonce = asked.header("dpop-nonce").expect("a nonce").to_owned();
    let second = prover.proof(&bench, "POST", &token_url, &json!({"nonce": nonce}));
    let answer = token_call(&bench, &assertion(&bench, client, |_| {}), SCOPE, Some(&second)).await;
    assert_eq!(answer.json()["token_type"], json!("DPoP"), "{}", answer.text);
    let token = answer.json()["access_token"]
        .as_str()
        .expect("a token")
        .to_owned();

    let users = format!("{}/api/v1/users", okta.base_url);
    let hash = URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        token.as_bytes(),
    ));
    let call = |proof: String, scheme: &str| {
        let request = bench
            .client
            .get(format!("{users}?limit=3"))
            .header("authorization", format!("{scheme} {token}"));
        bench.send(request.header("DPoP", proof))
    };
    let good = prover.proof(&bench, "GET", &users, &json!({"ath": hash}));
    assert_eq!(call(good.clone(), "DPoP").await.status, 200);
    assert_eq!(call(good, "DPoP").await.status, 400, "a proof is good once");
    let good = prover.proof(&bench, "GET", &users, &json!({"ath": hash}));
    assert_eq!(call(good, "Bearer").await.status, 401, "the token is bound");
    let stranger = Prover::new().proof(&bench, "GET", &users, &json!({"ath": hash}));
    assert_eq!(call(stranger, "DPoP").await.status, 400);
    let slash = prover.proof(
        &bench,
        "GET",
        &format!("{}//api/v1/users", okta.base_url),
        &json!({"ath": hash}),
    );
    let answer = call(slash, "DPoP").await;
    assert!(
        answer
            .header("www-authenticate")
            .is_some_and(|text| text.contains("'htu' claim in the DPoP proof JWT is invalid."))
    );
}

#[tokio::test]
async fn c_16_scopes_without_an_administrator_role_are_refused_by_the_api() {
    let bench = Bench::new(10).await;
    let client = bench.simulator.okta().client_id.clone();
    let answer = token_call(&bench, &assertion(&bench, &client, |_| {}), SCOPE, None)
        .await
        .json();
    let token = answer["access_token"].as_str().expect("a token");
    bench.simulator.control().set_admin_role(false);
    let url = format!("{}/api/v1/users", bench.simulator.okta().base_url);
    assert_eq!(
        bench
            .send(bench.client.get(url).bearer_auth(token))
            .await
            .okta_error(),
        (403, "E0000006".to_owned())
    );
}
