//! Sign-in of people (provider section 3).

use crate::helpers::{Answer, Bench};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use std::collections::HashMap;

const BACK: &str = "http://localhost:9/callback";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-characters-long";

fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA256,
        VERIFIER.as_bytes(),
    ))
}

fn claims(token: &str) -> Value {
    serde_json::from_slice(
        &URL_SAFE_NO_PAD
            .decode(token.split('.').nth(1).expect("claims"))
            .expect("base64"),
    )
    .expect("JSON")
}

fn back(answer: &Answer) -> HashMap<String, String> {
    assert_eq!(answer.status, 303, "{}", answer.text);
    let url = reqwest::Url::parse(answer.header("location").expect("a location")).expect("an address");
    url.query_pairs().into_owned().collect()
}

async fn get_json(bench: &Bench, url: &str) -> Value {
    bench.send(bench.client.get(url)).await.json()
}

#[expect(clippy::too_many_lines, reason = "one story, told from beginning to end")]
#[tokio::test]
async fn entra_signs_a_person_in_with_pkce() {
    let bench = Bench::new(60).await;
    let entra = bench.simulator.entra().clone();
    let document = get_json(
        &bench,
        &format!(
            "{}/{}/v2.0/.well-known/openid-configuration",
            entra.login_base, entra.tenant_domain
        ),
    )
    .await;
    assert_eq!(
        document["issuer"],
        json!(format!("{}/{}/v2.0", entra.login_base, entra.tenant_id))
    );
    let common = get_json(
        &bench,
        &format!(
            "{}/common/v2.0/.well-known/openid-configuration",
            entra.login_base
        ),
    )
    .await;
    assert!(
        common["issuer"]
            .as_str()
            .is_some_and(|issuer| issuer.ends_with("/{tenantid}/v2.0"))
    );
    let unknown = bench
        .send(bench.client.get(format!(
            "{}/nowhere/v2.0/.well-known/openid-configuration",
            entra.login_base
        )))
        .await;
    assert_eq!(
        (unknown.status, unknown.json()["error"].clone()),
        (400, json!("invalid_tenant"))
    );

    let start = format!(
        "{}?client_id={}&response_type=code&redirect_uri={BACK}&scope=openid%20profile%20email&state=s%26t&nonce=n1&code_challenge={}&code_challenge_method=S256",
        document["authorization_endpoint"].as_str().expect("an address"),
        entra.client_id,
        challenge()
    );
    let page = bench.send(bench.client.get(&start)).await;
    assert!(
        page.status == 200
            && page.text.contains("Margaret Ashworth")
            && page.text.contains("as=john.smith%40contoso.com")
    );
    let chosen = back(
        &bench
            .send(bench.client.get(format!("{start}&as=john.smith@contoso.com")))
            .await,
    );
    assert_eq!(chosen.get("state").map(String::as_str), Some("s&t"));
    let redeem = |code: String, verifier: &'static str| {
        let form = [
            ("client_id", entra.client_id.clone()),
            ("client_secret", entra.client_secret.clone()),
            ("code", code),
            ("grant_type", "authorization_code".to_owned()),
            ("redirect_uri", BACK.to_owned()),
            ("code_verifier", verifier.to_owned()),
        ];
        bench.send(
            bench
                .client
                .post(document["token_endpoint"].as_str().expect("an address"))
                .form(&form),
        )
    };
    let tokens = redeem(chosen["code"].clone(), VERIFIER).await.json();
    let id = claims(tokens["id_token"].as_str().expect("a token"));
    let john = bench
        .simulator
        .control()
        .find(simulator::Kind::Entra, "john.smith@contoso.com")
        .expect("john");
    assert_eq!(
        (&id["oid"], &id["tid"], &id["nonce"], &id["aud"]),
        (
            &json!(john.id),
            &json!(entra.tenant_id),
            &json!("n1"),
            &json!(entra.client_id)
        )
    );
    assert_eq!(id["iss"], document["issuer"]);
    assert_ne!(id["sub"], id["oid"]);
    let keys = get_json(&bench, document["jwks_uri"].as_str().expect("an address")).await;
    assert_eq!(keys["keys"][0]["kty"], json!("RSA"));
    let me = bench
        .graph(tokens["access_token"].as_str().expect("a token"), "/me")
        .await
        .json();
    assert_eq!(me["id"], json!(john.id));
    let again = redeem(chosen["code"].clone(), VERIFIER).await.json();
    assert_eq!(again["error"], json!("invalid_grant"));
    let other = back(
        &bench
            .send(bench.client.get(format!("{start}&as=john.smith@contoso.com")))
            .await,
    );
    assert_eq!(
        redeem(other["code"].clone(), "wrong").await.json()["error_codes"][0],
        json!(501_481)
    );
    let disabled = back(
        &bench
            .send(bench.client.get(format!("{start}&as=colin.baxter@contoso.com")))
            .await,
    );
    assert_eq!(disabled["error"], "access_denied");
}

#[expect(clippy::too_many_lines, reason = "one story, told from beginning to end")]
#[tokio::test]
async fn okta_signs_a_person_in_and_the_subject_is_the_users_id() {
    let bench = Bench::new(60).await;
    let okta = bench.simulator.okta().clone();
    let document = get_json(
        &bench,
        &format!("{}/.well-known/openid-configuration", okta.base_url),
    )
    .await;
    assert_eq!(document["issuer"], json!(okta.base_url));
    let start = format!(
        "{}/oauth2/v1/authorize?client_id={}&response_type=code&redirect_uri={BACK}&scope=openid%20profile%20email&state=x&nonce=n2&code_challenge={}&code_challenge_method=S256",
        okta.base_url,
        okta.web_client_id,
        challenge()
    );
    assert!(
        bench
            .send(bench.client.get(&start))
            .await
            .text
            .contains("Suharto")
    );
    let chosen = back(
        &bench
            .send(bench.client.get(format!("{start}&as=john.smith@contoso.com")))
            .await,
    );
    let form = [
        ("code", chosen["code"].as_str()),
        ("grant_type", "authorization_code"),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    let request = bench
        .client
        .post(format!("{}/oauth2/v1/token", okta.base_url))
        .basic_auth(&okta.web_client_id, Some(&okta.web_client_secret))
        .form(&form);
    let tokens = bench.send(request).await.json();
    let id = claims(tokens["id_token"].as_str().expect("a token"));
    let john = bench
        .simulator
        .control()
        .find(simulator::Kind::Okta, "john.smith@contoso.com")
        .expect("john");
    assert_eq!(
        (&id["sub"], &id["email_verified"], &id["nonce"]),
        (&json!(john.id), &json!(true), &json!("n2"))
    );
    let info = bench
        .send(
            bench
                .client
                .get(format!("{}/oauth2/v1/userinfo", okta.base_url))
                .bearer_auth(tokens["access_token"].as_str().expect("a token")),
        )
        .await;
    assert_eq!(info.json()["sub"], json!(john.id));
    let suspended = back(
        &bench
            .send(bench.client.get(format!("{start}&as=colin.baxter@contoso.com")))
            .await,
    );
    assert_eq!(suspended["error"], "access_denied");
}
