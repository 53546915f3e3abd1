//! `POST /oauth2/v1/token` of the organisation's authorization server: service applications by
//! `private_key_jwt`, with or without `DPoP`, and the exchange of sign-in codes.

use super::access::Proof;
use super::errors::oauth;
use crate::Kind;
use crate::jwt::Jwt;
use crate::wire::{Call, Reply, pairs};
use crate::world::{Holder, Token, World, one_time};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::Duration;
use http::StatusCode;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};

/// Access tokens live one hour, which cannot be changed.
const LIFETIME: i64 = 3_600;
/// A nonce is renewed every 24 hours and good for three days.
const NONCE_DAYS: i64 = 3;

type Form = HashMap<String, String>;

/// Answers the token endpoint.
pub(super) fn token(world: &World, call: &Call) -> Reply {
    let form = call.form();
    let outcome = match form.get("grant_type").map(String::as_str) {
        Some("client_credentials") => service(world, call, &form),
        Some("authorization_code") => super::oidc::redeem(world, call, &form),
        Some(_) => Err(Box::new(oauth(
            400,
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server. Configured grant types: [client_credentials, authorization_code].",
        ))),
        None => Err(Box::new(oauth(
            400,
            "invalid_request",
            "The token request must specify a 'grant_type'.",
        ))),
    };
    outcome.unwrap_or_else(|refused| *refused)
}

#[expect(
    clippy::unnecessary_box_returns,
    reason = "every caller puts it into a small `Err`"
)]
fn refuse(status: u16, error: &str, text: &str) -> Box<Reply> {
    Box::new(oauth(status, error, text))
}

fn service(world: &World, call: &Call, form: &Form) -> Result<Reply, Box<Reply>> {
    let client = assertion(world, form)?;
    let bound = client == world.okta_client_id(2);
    let proof = if bound { Some(proof(world, call)?) } else { None };
    let asked = form.get("scope").map(String::as_str).unwrap_or_default();
    if asked.trim().is_empty() {
        return Err(refuse(
            400,
            "invalid_scope",
            "The authorization server resource does not have any configured default scopes, 'scope' must be provided.",
        ));
    }
    let scopes: BTreeSet<String> = asked.split_whitespace().map(str::to_owned).collect();
    let grants = world.tenant(Kind::Okta).access().grants.clone();
    if let Some(missing) = scopes.iter().find(|scope| !grants.contains(*scope)) {
        let text = if missing.starts_with("okta.") {
            "One or more scopes are not configured for the authorization server resource.".to_owned()
        } else {
            format!("The requested scope is invalid, unknown, or malformed: {missing}")
        };
        return Err(refuse(400, "invalid_scope", &text));
    }
    let now = world.clock.now();
    let mut claims = json!({
        "ver": 1,
        "jti": format!("AT.{}", one_time()),
        "iss": world.okta_base,
        "aud": world.okta_base,
        "sub": client,
        "iat": now.timestamp(),
        "exp": now.timestamp() + LIFETIME,
        "cid": client,
        "scp": scopes,
    });
    let thumbprint = proof.map(|proof| proof.thumbprint);
    if let Some(thumbprint) = &thumbprint {
        claims["cnf"] = json!({"jkt": thumbprint});
    }
    let text = world.keys.signing.sign(&json!({}), &claims);
    let kind = if thumbprint.is_some() { "DPoP" } else { "Bearer" };
    let expires = now + Duration::seconds(LIFETIME);
    let text = world.issue(
        Kind::Okta,
        text,
        Token {
            holder: Holder::Application,
            permissions: scopes,
            expires,
            thumbprint,
        },
    );
    let body = json!({"token_type": kind, "expires_in": LIFETIME, "access_token": text, "scope": asked});
    Ok(Reply::json(StatusCode::OK, &body).with("cache-control", "no-cache, no-store"))
}

/// Checks the client's assertion and yields its id. Nothing else authenticates a service application.
fn assertion(world: &World, form: &Form) -> Result<String, Box<Reply>> {
    let invalid = |text: &str| refuse(401, "invalid_client", text);
    let Some(text) = form.get("client_assertion") else {
        return Err(match form.get("client_id") {
            None => invalid("No client credentials found."),
            Some(_) => invalid("The client authentication method is not supported: use 'private_key_jwt'."),
        });
    };
    if form.get("client_assertion_type").map(String::as_str)
        != Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
    {
        return Err(invalid(
            "The 'client_assertion_type' must be 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'.",
        ));
    }
    let jwt = Jwt::parse(text).ok_or_else(|| invalid("The client_assertion token is malformed."))?;
    let client = jwt.text("sub").unwrap_or_default().to_owned();
    let known = [world.okta_client_id(1), world.okta_client_id(2)].contains(&client);
    let access = world.tenant(Kind::Okta).access();
    let (installed, registered) = (access.installed && access.enabled, access.key_registered);
    drop(access);
    if !known || !installed || jwt.text("iss") != Some(client.as_str()) {
        return Err(invalid("Invalid value for the 'client_id' parameter."));
    }
    let algorithms = ["RS256", "RS384", "RS512"];
    if !registered || !jwt.signed_by(&world.keys.okta_client, &algorithms) {
        return Err(invalid("The client_assertion signature is invalid."));
    }
    if !jwt.is_for(&format!("{}/oauth2/v1/token", world.okta_base)) {
        return Err(invalid(
            "The audience claim for client_assertion must be the endpoint invoked for the request.",
        ));
    }
    let now = f64::from(u32::try_from(world.clock.now().timestamp()).unwrap_or(u32::MAX));
    match jwt.time("exp") {
        Some(exp) if exp < now => return Err(invalid("The client_assertion token is expired.")),
        Some(exp) if exp > now + 3_660.0 => {
            return Err(invalid(
                "The client_assertion token has an expiration too far into the future.",
            ));
        }
        Some(_) => {}
        None => return Err(invalid("The client_assertion token must have an expiration.")),
    }
    if let Some(id) = jwt.text("jti")
        && !world
            .tenant(Kind::Okta)
            .access()
            .used_ids
            .insert(format!("assertion:{id}"))
    {
        return Err(invalid("The client_assertion token has been used before."));
    }
    Ok(client)
}

/// The proof on the token call: first without a nonce, which is refused with one, then with it and a new id.
fn proof(world: &World, call: &Call) -> Result<Proof, Box<Reply>> {
    let bad = |reason: &str| refuse(400, "invalid_dpop_proof", reason);
    let proof = Proof::parse(world, call).map_err(bad)?;
    let nonce = |age: i64| super::oidc::nonce(world, age);
    let sent = proof.jwt.text("nonce");
    let good = (0..=NONCE_DAYS).any(|age| sent == Some(nonce(age).as_str()));
    // The id is taken even when the nonce is asked for: the second call needs a new one.
    proof.use_once(world).map_err(bad)?;
    if good {
        return Ok(proof);
    }
    let text = "Authorization server requires nonce in DPoP proof.";
    Err(Box::new(
        oauth(400, "use_dpop_nonce", text).with("dpop-nonce", nonce(0)),
    ))
}

/// Client id and secret from HTTP Basic or from the form.
pub(super) fn client_credentials(call: &Call, form: &Form) -> Option<(String, String)> {
    let basic = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Basic "))
        .and_then(|encoded| {
            let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
            let (id, secret) = text.split_once(':')?;
            let plain = |half: &str| pairs(half.as_bytes()).into_iter().next().map(|(key, _)| key);
            Some((plain(id)?, plain(secret)?))
        });
    basic.or_else(|| Some((form.get("client_id")?.clone(), form.get("client_secret")?.clone())))
}
