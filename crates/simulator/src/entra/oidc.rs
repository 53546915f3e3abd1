//! Sign-in of people: discovery, keys, the page to sign in, the exchange of the code.

use super::errors::TokenError;
use super::token::{graph_claims, is_our_tenant, is_shared, issue_graph, unknown_tenant};
use crate::Kind;
use crate::keys::{base64url, sha256};
use crate::people::Attr;
use crate::wire::{Call, Reply, encode, escape};
use crate::world::{Code, Holder, World, one_time};
use chrono::Duration;
use http::StatusCode;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// How many people the sign-in page lists.
const LISTED: usize = 60;

/// `GET /common/discovery/instance`: what MSAL asks before it trusts a host.
pub(super) fn instance_discovery(world: &World, call: &Call) -> Reply {
    let endpoint = call.query_value("authorization_endpoint").unwrap_or_default();
    let tenant = url::Url::parse(&endpoint)
        .ok()
        .and_then(|url| {
            url.path_segments()
                .and_then(|mut parts| parts.next().map(str::to_owned))
        })
        .unwrap_or_else(|| "common".to_owned());
    let base = &world.entra_base;
    let host = base.split("//").nth(1).unwrap_or_default();
    let body = json!({
        "tenant_discovery_endpoint": format!("{base}/{tenant}/v2.0/.well-known/openid-configuration"),
        "api-version": "1.1",
        "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
    });
    Reply::json(StatusCode::OK, &body)
}

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`.
pub(super) fn discovery(world: &World, call: &Call, tenant: &str) -> Reply {
    let shared = is_shared(tenant);
    if !shared && !is_our_tenant(world, tenant) {
        return unknown_tenant(tenant, "invalid_tenant").reply(world, call);
    }
    let base = &world.entra_base;
    let issuer = if shared {
        "{tenantid}".to_owned()
    } else {
        world.tenant_id()
    };
    let segment = if shared {
        tenant.to_owned()
    } else {
        world.tenant_id()
    };
    let body = json!({
        "token_endpoint": format!("{base}/{segment}/oauth2/v2.0/token"),
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "jwks_uri": format!("{base}/{segment}/discovery/v2.0/keys"),
        "response_modes_supported": ["query", "fragment", "form_post"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "issuer": format!("{base}/{issuer}/v2.0"),
        "request_uri_parameter_supported": false,
        "userinfo_endpoint": format!("{base}/oidc/userinfo"),
        "authorization_endpoint": format!("{base}/{segment}/oauth2/v2.0/authorize"),
        "device_authorization_endpoint": format!("{base}/{segment}/oauth2/v2.0/devicecode"),
        "http_logout_supported": true,
        "frontchannel_logout_supported": true,
        "end_session_endpoint": format!("{base}/{segment}/oauth2/v2.0/logout"),
        "claims_supported": ["sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "cloud_graph_host_name": "graph.windows.net",
        "msgraph_host": "graph.microsoft.com",
        "rbac_url": "https://pas.windows.net",
    });
    Reply::json(StatusCode::OK, &body).with("access-control-allow-origin", "*")
}

/// `GET /{tenant}/discovery/v2.0/keys`.
pub(super) fn keys(world: &World) -> Reply {
    let mut key = world.keys.signing.jwk();
    key["x5t"] = json!(world.keys.signing.kid);
    Reply::json(StatusCode::OK, &json!({ "keys": [key] }))
}

/// `GET /{tenant}/adminconsent`: consents at once.
pub(super) fn admin_consent(world: &World, call: &Call, tenant: &str) -> Reply {
    if !is_shared(tenant) && !is_our_tenant(world, tenant) {
        return unknown_tenant(tenant, "invalid_request").reply(world, call);
    }
    let redirect = call.query_value("redirect_uri").unwrap_or_default();
    let state = call.query_value("state").unwrap_or_default();
    let joint = if redirect.contains('?') { '&' } else { '?' };
    Reply::see_other(&format!(
        "{redirect}{joint}admin_consent=True&tenant={}&state={}",
        world.tenant_id(),
        encode(&state)
    ))
}

/// `GET /{tenant}/oauth2/v2.0/logout`.
pub(super) fn logout(call: &Call) -> Reply {
    match call.query_value("post_logout_redirect_uri") {
        Some(target) => Reply::see_other(&target),
        None => Reply::html(
            "<!doctype html><html lang=en><title>Signed out</title><p>You signed out of your account."
                .to_owned(),
        ),
    }
}

/// `/{tenant}/oauth2/v2.0/authorize`: a page that lists people; choosing one comes back here with `as`.
pub(super) fn authorize(world: &World, call: &Call, tenant: &str) -> Reply {
    if !is_shared(tenant) && !is_our_tenant(world, tenant) {
        return unknown_tenant(tenant, "invalid_request").reply(world, call);
    }
    let query: HashMap<String, String> = call.query_pairs().into_iter().chain(call.form()).collect();
    let value = |name: &str| query.get(name).cloned();
    let client = value("client_id").unwrap_or_default();
    let installed = world.tenant(Kind::Entra).access().installed;
    if client != world.entra_client_id() || !installed {
        let text =
            format!("Application with identifier '{client}' was not found in the directory 'Contoso'.");
        return TokenError::new(400, "unauthorized_client", 700_016, text).reply(world, call);
    }
    let Some(redirect) = value("redirect_uri").filter(|uri| uri.starts_with("http")) else {
        let text = "The redirect URI specified in the request does not match the redirect URIs configured for the application.";
        return TokenError::new(400, "invalid_request", 50011, text).reply(world, call);
    };
    let Some(chosen) = value("as") else {
        return sign_in_page(world, call, query.get("login_hint").map(String::as_str));
    };
    let back = |pairs: &[(&str, &str)]| {
        answer(
            &redirect,
            value("response_mode").as_deref(),
            value("state").as_deref(),
            pairs,
        )
    };
    let directory = world.tenant(Kind::Entra).read();
    let Some(index) = directory.find(&chosen) else {
        return back(&[
            ("error", "access_denied"),
            (
                "error_description",
                "AADSTS50034: The user account does not exist.",
            ),
        ]);
    };
    if directory.person(index).enabled == Some(false) {
        return back(&[
            ("error", "access_denied"),
            ("error_description", "AADSTS50057: The user account is disabled."),
        ]);
    }
    drop(directory);
    let code = one_time();
    let entry = Code {
        person: index,
        client_id: client,
        redirect_uri: redirect.clone(),
        scope: value("scope").unwrap_or_default(),
        nonce: value("nonce"),
        challenge: value("code_challenge"),
        expires: world.clock.now() + Duration::minutes(10),
    };
    world
        .tenant(Kind::Entra)
        .access()
        .codes
        .insert(code.clone(), entry);
    back(&[("code", &code), ("session_state", &world.request_guid())])
}

/// Brings the browser back to the application, in the way it asked for.
fn answer(redirect: &str, mode: Option<&str>, state: Option<&str>, pairs: &[(&str, &str)]) -> Reply {
    let state = state.map(|state| ("state", state));
    let all = pairs.iter().copied().chain(state);
    if mode == Some("form_post") {
        let inputs: Vec<String> = all
            .map(|(name, value)| format!("<input type=hidden name=\"{name}\" value=\"{}\">", escape(value)))
            .collect();
        let inputs = inputs.concat();
        return Reply::html(format!(
            "<!doctype html><html lang=en><title>Working…</title><form method=post action=\"{}\">{inputs}<button>Continue</button></form><script>document.forms[0].submit()</script>",
            escape(redirect)
        ));
    }
    let encoded: Vec<String> = all
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    let joint = match mode {
        Some("fragment") => '#',
        _ if redirect.contains('?') => '&',
        _ => '?',
    };
    Reply::see_other(&format!("{redirect}{joint}{}", encoded.join("&")))
}

fn sign_in_page(world: &World, call: &Call, hint: Option<&str>) -> Reply {
    let directory = world.tenant(Kind::Entra).read();
    let hinted = hint.and_then(|hint| directory.find(hint));
    let people = hinted.into_iter().chain(
        (0..directory.positions()).filter(|index| directory.is_present(*index) && Some(*index) != hinted),
    );
    let entries: Vec<(String, String)> = people
        .take(LISTED)
        .map(|index| {
            let record = directory.person(index);
            (record.shown().to_owned(), record.principal.clone())
        })
        .collect();
    crate::control::sign_in_page("Sign in to your account", call, &entries)
}

/// Exchanges an authorisation code for tokens.
pub(super) fn redeem(
    world: &World,
    client_id: &str,
    form: &HashMap<String, String>,
) -> Result<Value, TokenError> {
    let invalid = |number, text: &str| TokenError::new(400, "invalid_grant", number, text);
    let code = form
        .get("code")
        .ok_or_else(|| invalid(9_002_313, "Invalid request. Request is malformed or invalid."))?;
    let entry = world
        .tenant(Kind::Entra)
        .access()
        .codes
        .remove(code)
        .ok_or_else(|| invalid(54_005, "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."))?;
    let now = world.clock.now();
    if entry.expires < now || entry.client_id != client_id {
        return Err(invalid(
            70_008,
            "The provided authorization code or refresh token has expired due to inactivity.",
        ));
    }
    if form.get("redirect_uri") != Some(&entry.redirect_uri) {
        return Err(invalid(
            500_112,
            "The reply address does not match the reply address provided when requesting Authorization code.",
        ));
    }
    match (&entry.challenge, form.get("code_verifier")) {
        (None, _) => {}
        (Some(_), None) => return Err(invalid(50_147, "Missing code_verifier.")),
        (Some(challenge), Some(verifier)) if base64url(sha256(verifier.as_bytes())) != *challenge => {
            return Err(invalid(
                501_481,
                "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
            ));
        }
        (Some(_), Some(_)) => {}
    }
    let scopes: BTreeSet<String> = entry.scope.split_whitespace().map(str::to_owned).collect();
    let mut body = json!({
        "token_type": "Bearer",
        "scope": entry.scope,
        "expires_in": 3_599,
        "ext_expires_in": 3_599,
        "access_token": access_token(world, &entry, scopes.clone()),
    });
    if scopes.contains("openid") {
        body["id_token"] = json!(id_token(world, &entry, &scopes));
    }
    Ok(body)
}

fn access_token(world: &World, entry: &Code, scopes: BTreeSet<String>) -> String {
    let now = world.clock.now();
    let id = world.tenant(Kind::Entra).read().generator.id(entry.person);
    let mut claims = graph_claims(world, now, &id);
    claims["scp"] = json!(entry.scope);
    claims["idtyp"] = json!("user");
    let text = world.keys.signing.sign(&json!({}), &claims);
    issue_graph(world, text, Holder::Person(entry.person), scopes, now)
}

/// The ID token: `oid` and `tid` are the stable pair, `sub` is pairwise (id-token claims reference).
fn id_token(world: &World, entry: &Code, scopes: &BTreeSet<String>) -> String {
    let directory = world.tenant(Kind::Entra).read();
    let person = directory.person(entry.person);
    let now = world.clock.now().timestamp();
    let tenant = world.tenant_id();
    let pairwise = base64url(sha256(format!("{}{}", person.id, entry.client_id).as_bytes()));
    let mut claims = json!({
        "aud": entry.client_id,
        "iss": format!("{}/{tenant}/v2.0", world.entra_base),
        "iat": now,
        "nbf": now,
        "exp": now + 3_600,
        "sub": pairwise,
        "tid": tenant,
        "uti": one_time(),
        "ver": "2.0",
    });
    if let Some(nonce) = &entry.nonce {
        claims["nonce"] = json!(nonce);
    }
    if scopes.contains("profile") {
        claims["oid"] = json!(person.id);
        claims["name"] = json!(person.shown());
        claims["preferred_username"] = json!(person.principal);
    }
    // The mail is an optional claim, but guests always have it.
    if scopes.contains("email") && person.user_type == Some("Guest") {
        claims["email"] = json!(person.text(Attr::MAIL));
    }
    world.keys.signing.sign(&json!({}), &claims)
}
