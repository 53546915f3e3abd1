//! Sign-in of people at the organisation's authorization server.

use super::errors::{invalid_token, oauth};
use super::oauth::client_credentials;
use crate::Kind;
use crate::keys::{base64url, sha256};
use crate::people::ids::mix;
use crate::people::{Attr, Record, Status};
use crate::wire::{Call, Reply, encode};
use crate::world::{Code, Holder, Token, World, one_time};
use chrono::Duration;
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// The nonce of today, or of so many days ago.
pub(super) fn nonce(world: &World, days_ago: i64) -> String {
    let day = world.clock.now().timestamp().div_euclid(86_400) - days_ago;
    base64url(mix(world.seed ^ mix(u64::try_from(day).unwrap_or(0))).to_le_bytes())
}

/// `GET /.well-known/openid-configuration`: the issuer is the organisation's address.
pub(super) fn discovery(world: &World) -> Reply {
    let base = &world.okta_base;
    let methods = [
        "client_secret_basic",
        "client_secret_post",
        "client_secret_jwt",
        "private_key_jwt",
        "none",
    ];
    let body = json!({
        "issuer": base,
        "authorization_endpoint": format!("{base}/oauth2/v1/authorize"),
        "token_endpoint": format!("{base}/oauth2/v1/token"),
        "userinfo_endpoint": format!("{base}/oauth2/v1/userinfo"),
        "registration_endpoint": format!("{base}/oauth2/v1/clients"),
        "jwks_uri": format!("{base}/oauth2/v1/keys"),
        "response_types_supported": ["code", "id_token", "code id_token", "code token", "id_token token", "code id_token token"],
        "response_modes_supported": ["query", "fragment", "form_post", "okta_post_message"],
        "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone", "offline_access", "groups"],
        "token_endpoint_auth_methods_supported": methods,
        "claims_supported": ["iss", "ver", "sub", "aud", "iat", "exp", "jti", "auth_time", "amr", "idp", "nonce", "name", "nickname", "preferred_username", "given_name", "middle_name", "family_name", "email", "email_verified", "profile", "zoneinfo", "locale", "address", "phone_number", "picture", "website", "gender", "birthdate", "updated_at", "at_hash", "c_hash"],
        "code_challenge_methods_supported": ["S256"],
        "introspection_endpoint": format!("{base}/oauth2/v1/introspect"),
        "revocation_endpoint": format!("{base}/oauth2/v1/revoke"),
        "end_session_endpoint": format!("{base}/oauth2/v1/logout"),
        "request_parameter_supported": true,
        "dpop_signing_alg_values_supported": ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"],
    });
    Reply::json(StatusCode::OK, &body)
}

/// `GET /oauth2/v1/keys`.
pub(super) fn keys(world: &World) -> Reply {
    Reply::json(StatusCode::OK, &json!({ "keys": [world.keys.signing.jwk()] }))
}

/// `GET /oauth2/v1/logout`.
pub(super) fn logout(call: &Call) -> Reply {
    match call.query_value("post_logout_redirect_uri") {
        Some(target) => Reply::see_other(&target),
        None => Reply::html(
            "<!doctype html><html lang=en><title>Signed out</title><p>You are signed out.".to_owned(),
        ),
    }
}

/// `GET /oauth2/v1/authorize`: a page that lists people; choosing one comes back here with `as`.
pub(super) fn authorize(world: &World, call: &Call) -> Reply {
    let query: HashMap<String, String> = call.query_pairs().into_iter().collect();
    let value = |name: &str| query.get(name).cloned();
    if query.get("client_id") != Some(&world.okta_client_id(3)) {
        return oauth(400, "invalid_client", "Invalid value for 'client_id' parameter.");
    }
    let Some(redirect) = value("redirect_uri").filter(|uri| uri.starts_with("http")) else {
        return oauth(
            400,
            "invalid_request",
            "The 'redirect_uri' parameter must be a Login redirect URI in the client app settings.",
        );
    };
    let directory = world.tenant(Kind::Okta).read();
    let Some(chosen) = value("as") else {
        let people: Vec<(String, String)> = (0..directory.positions())
            .filter(|index| directory.is_present(*index))
            .take(60)
            .map(|index| directory.person(index))
            .map(|person| (person.shown().to_owned(), person.principal.clone()))
            .collect();
        return crate::control::sign_in_page("Sign in", call, &people);
    };
    let joint = if redirect.contains('?') { '&' } else { '?' };
    let state = encode(&value("state").unwrap_or_default());
    let usable = |person: &Record| {
        !matches!(
            person.status,
            Status::Suspended | Status::Deprovisioned | Status::Staged | Status::LockedOut
        )
    };
    let found = directory
        .find(&chosen)
        .filter(|index| usable(&directory.person(*index)));
    drop(directory);
    let Some(person) = found else {
        let text = encode("User is not assigned to the client application.");
        return Reply::see_other(&format!(
            "{redirect}{joint}state={state}&error=access_denied&error_description={text}"
        ));
    };
    let code = one_time();
    let entry = Code {
        person,
        client_id: world.okta_client_id(3),
        redirect_uri: redirect.clone(),
        scope: value("scope").unwrap_or_default(),
        nonce: value("nonce"),
        challenge: value("code_challenge"),
        expires: world.clock.now() + Duration::minutes(5),
    };
    world
        .tenant(Kind::Okta)
        .access()
        .codes
        .insert(code.clone(), entry);
    Reply::see_other(&format!("{redirect}{joint}code={code}&state={state}"))
}

/// Exchanges a code for tokens.
pub(super) fn redeem(
    world: &World,
    call: &Call,
    form: &HashMap<String, String>,
) -> Result<Reply, Box<Reply>> {
    let refuse = |status, error: &str, text: &str| Box::new(oauth(status, error, text));
    let Some((client, secret)) = client_credentials(call, form) else {
        return Err(refuse(401, "invalid_client", "No client credentials found."));
    };
    if client != world.okta_client_id(3) {
        return Err(refuse(
            401,
            "invalid_client",
            "Invalid value for 'client_id' parameter.",
        ));
    }
    if secret != world.okta_web_secret() {
        return Err(refuse(
            401,
            "invalid_client",
            "The client secret supplied for a confidential client is invalid.",
        ));
    }
    let now = world.clock.now();
    let code = form.get("code").map(String::as_str).unwrap_or_default();
    let entry = world
        .tenant(Kind::Okta)
        .access()
        .codes
        .remove(code)
        .filter(|entry| entry.expires > now);
    let Some(entry) = entry.filter(|entry| form.get("redirect_uri") == Some(&entry.redirect_uri)) else {
        return Err(refuse(
            400,
            "invalid_grant",
            "The authorization code is invalid or has expired.",
        ));
    };
    if let Some(challenge) = &entry.challenge {
        let verifier = form.get("code_verifier").map(String::as_str).unwrap_or_default();
        if base64url(sha256(verifier.as_bytes())) != *challenge {
            return Err(refuse(400, "invalid_grant", "PKCE verification failed."));
        }
    }
    let scopes: BTreeSet<String> = entry.scope.split_whitespace().map(str::to_owned).collect();
    let (access_token, id_token) = tokens(world, &entry, &scopes);
    let expires = now + Duration::hours(1);
    let holder = Holder::Person(entry.person);
    let token = Token {
        holder,
        permissions: scopes.clone(),
        expires,
        thumbprint: None,
    };
    let access_token = world.issue(Kind::Okta, access_token, token);
    let mut body = json!({
        "token_type": "Bearer", "expires_in": 3_600, "access_token": access_token, "scope": entry.scope,
    });
    if scopes.contains("openid") {
        body["id_token"] = json!(id_token);
    }
    Ok(Reply::json(StatusCode::OK, &body).with("cache-control", "no-cache, no-store"))
}

fn tokens(world: &World, entry: &Code, scopes: &BTreeSet<String>) -> (String, String) {
    let directory = world.tenant(Kind::Okta).read();
    let person = directory.person(entry.person);
    let now = world.clock.now().timestamp();
    let base = &world.okta_base;
    let access = json!({
        "ver": 1, "jti": format!("AT.{}", one_time()), "iss": base, "aud": base, "sub": person.principal,
        "iat": now, "exp": now + 3_600, "cid": entry.client_id, "uid": person.id, "scp": scopes,
    });
    let mut id = json!({
        "ver": 1, "jti": format!("ID.{}", one_time()), "iss": base, "aud": entry.client_id, "sub": person.id,
        "iat": now, "exp": now + 3_600, "auth_time": now, "amr": ["pwd"], "idp": "00o1contosoidp000000",
    });
    if let Some(nonce) = &entry.nonce {
        id["nonce"] = json!(nonce);
    }
    if let (Some(id), Value::Object(more)) = (id.as_object_mut(), claims(&person, scopes)) {
        id.extend(more);
    }
    let sign = |claims: &Value| world.keys.signing.sign(&json!({}), claims);
    (sign(&access), sign(&id))
}

/// Claims about a person by scope.
fn claims(person: &Record, scopes: &BTreeSet<String>) -> Value {
    let mut claims = json!({});
    if scopes.contains("profile") {
        claims["name"] = json!(person.shown());
        claims["preferred_username"] = json!(person.principal);
        claims["given_name"] = json!(person.text(Attr::GIVEN_NAME));
        claims["family_name"] = json!(person.text(Attr::SURNAME));
    }
    if scopes.contains("email") {
        claims["email"] = json!(person.text(Attr::MAIL));
        claims["email_verified"] = json!(true);
    }
    claims
}

/// `GET /oauth2/v1/userinfo`.
pub(super) fn user_info(world: &World, call: &Call) -> Reply {
    let text = call
        .header("authorization")
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    let token = world.tenant(Kind::Okta).access().tokens.get(text).cloned();
    match token {
        Some(Token {
            holder: Holder::Person(index),
            permissions,
            ..
        }) => {
            let directory = world.tenant(Kind::Okta).read();
            let person = directory.person(index);
            let mut body = claims(&person, &permissions);
            body["sub"] = json!(person.id);
            Reply::json(StatusCode::OK, &body)
        }
        _ => invalid_token(world),
    }
}
