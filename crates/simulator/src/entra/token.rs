//! `POST /{tenant}/oauth2/v2.0/token`: client credentials by secret or certificate, and authorisation codes.

use super::errors::TokenError;
use crate::Kind;
use crate::jwt::Jwt;
use crate::keys::{base64url, sha256};
use crate::tables::company::{DOMAIN, INITIAL_DOMAIN};
use crate::wire::{Call, Reply, pairs};
use crate::world::{Access, Credential, Holder, Token, World, one_time};
use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};

/// How long access tokens live, in seconds (client-credentials page).
const LIFETIME: i64 = 3_599;
/// The service principal's object id has its own number below the tenant.
const SERVICE_PRINCIPAL: &str = "5b1c6a4e-0f4f-4d0b-9a37-2f6d2c1b7e55";
/// How far a client's clock may differ, in seconds.
const SKEW: f64 = 300.0;

type Form = HashMap<String, String>;

/// Answers the token endpoint.
pub(super) fn token(world: &World, call: &Call, tenant: &str) -> Reply {
    match answer(world, call, tenant) {
        Ok(body) => Reply::json(http::StatusCode::OK, &body)
            .with("cache-control", "no-store, no-cache")
            .with("pragma", "no-cache"),
        Err(error) => error.reply(world, call),
    }
}

/// Whether a path segment names our tenant: by id or by one of its domains.
pub(super) fn is_our_tenant(world: &World, tenant: &str) -> bool {
    let tenant = tenant.to_ascii_lowercase();
    tenant == world.tenant_id() || tenant == DOMAIN || tenant == INITIAL_DOMAIN
}

/// Whether a segment stands for several tenants.
pub(super) fn is_shared(tenant: &str) -> bool {
    matches!(tenant, "common" | "organizations" | "consumers")
}

/// AADSTS90002 (C-01).
pub(super) fn unknown_tenant(tenant: &str, error: &'static str) -> TokenError {
    TokenError::new(
        400,
        error,
        90002,
        format!(
            "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."
        ),
    )
}

fn answer(world: &World, call: &Call, tenant: &str) -> Result<Value, TokenError> {
    let form = call.form();
    let missing = |name: &str| {
        TokenError::new(
            400,
            "invalid_request",
            900_144,
            format!("The request body must contain the following parameter: '{name}'."),
        )
    };
    if !is_shared(tenant) && !is_our_tenant(world, tenant) {
        return Err(unknown_tenant(tenant, "invalid_request"));
    }
    let grant = form.get("grant_type").ok_or_else(|| missing("grant_type"))?;
    let basic = basic_credentials(call);
    let client_id = basic
        .as_ref()
        .map(|(id, _)| id.clone())
        .or_else(|| form.get("client_id").cloned())
        .filter(|id| !id.is_empty())
        .ok_or_else(|| missing("client_id"))?;
    match grant.as_str() {
        "client_credentials" if is_shared(tenant) => return Err(shared_tenant(tenant)),
        "client_credentials" | "authorization_code" => {}
        other => {
            let text = format!("The app requested an unsupported grant type '{other}'.");
            return Err(TokenError::new(400, "unsupported_grant_type", 70003, text));
        }
    }
    check_client(
        world,
        call,
        tenant,
        &client_id,
        &form,
        basic.map(|(_, secret)| secret),
    )?;
    if grant == "authorization_code" {
        return super::oidc::redeem(world, &client_id, &form);
    }
    let scope = form.get("scope").ok_or_else(|| missing("scope"))?;
    check_scope(world, scope)?;
    Ok(application_token(world))
}

fn shared_tenant(tenant: &str) -> TokenError {
    if tenant == "organizations" {
        let text = "Application isn't configured as a multi-tenant application. Usage of the /common endpoint isn't supported for such applications. Use a tenant-specific endpoint or configure the application to be multi-tenant.";
        return TokenError::new(400, "invalid_request", 50194, text);
    }
    let text = "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.";
    TokenError::new(400, "invalid_request", 9_001_023, text)
}

/// `Authorization: Basic`, both halves form-encoded (RFC 6749 section 2.3.1).
fn basic_credentials(call: &Call) -> Option<(String, String)> {
    let encoded = call.header("authorization")?.strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |half: &str| {
        pairs(half.as_bytes())
            .into_iter()
            .next()
            .map(|(key, _)| key)
            .unwrap_or_default()
    };
    Some((plain(id), plain(secret)))
}

fn check_client(
    world: &World,
    call: &Call,
    tenant: &str,
    client_id: &str,
    form: &Form,
    basic: Option<String>,
) -> Result<(), TokenError> {
    let ours = world.entra_client_id();
    let access = world.tenant(Kind::Entra).access();
    if !client_id.eq_ignore_ascii_case(&ours) || !access.installed {
        let text = format!(
            "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant."
        );
        return Err(TokenError::new(400, "unauthorized_client", 700_016, text));
    }
    if !access.enabled {
        let text = format!("Application '{ours}'(User Sync) is disabled.");
        return Err(TokenError::new(400, "unauthorized_client", 7_000_112, text));
    }
    if let Some(assertion) = form.get("client_assertion") {
        drop(access);
        return check_assertion(world, call, client_id, form, assertion);
    }
    let secret = basic
        .or_else(|| form.get("client_secret").cloned())
        .filter(|secret| !secret.is_empty());
    check_secret(&access, &ours, secret.as_deref())
}

fn check_secret(access: &Access, client_id: &str, secret: Option<&str>) -> Result<(), TokenError> {
    let refused = |number, text: String| Err(TokenError::new(401, "invalid_client", number, text));
    let Some(secret) = secret else {
        return refused(
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
                .to_owned(),
        );
    };
    match access.credential(secret) {
        None => refused(
            7_000_215,
            format!(
                "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client_id}'."
            ),
        ),
        Some(Credential::Expired) => refused(
            7_000_222,
            format!(
                "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds."
            ),
        ),
        Some(Credential::Valid) => Ok(()),
    }
}

/// Certificate credentials: PS256 or RS256; the certificate named by `x5t#S256`, `x5t` or `x5c`.
fn check_assertion(
    world: &World,
    call: &Call,
    client_id: &str,
    form: &Form,
    text: &str,
) -> Result<(), TokenError> {
    let refused = |number, text: &str| Err(TokenError::new(401, "invalid_client", number, text));
    let kind = form.get("client_assertion_type").map(String::as_str);
    if kind != Some("urn:ietf:params:oauth:client-assertion-type:jwt-bearer") {
        return refused(
            50_027,
            "JWT token is invalid or malformed: client_assertion_type is not supported.",
        );
    }
    let Some(jwt) = Jwt::parse(text) else {
        return refused(50_027, "JWT token is invalid or malformed.");
    };
    if !names_certificate(world, &jwt) || !world.tenant(Kind::Entra).access().key_registered {
        return refused(
            700_027,
            "Client assertion contains an invalid signature. [Reason - The key was not found.] Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for the app.",
        );
    }
    if !jwt.signed_by(&world.keys.entra_client, &["PS256", "RS256"]) {
        return refused(
            700_027,
            "Client assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value.]",
        );
    }
    let same = |claim: &str| {
        jwt.text(claim)
            .is_some_and(|value| value.eq_ignore_ascii_case(client_id))
    };
    if !same("iss") || !same("sub") {
        return refused(
            700_021,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        );
    }
    if !audience_fits(world, call, &jwt) {
        return refused(
            700_023,
            "Client assertion audience claim does not match Realm issuer.",
        );
    }
    check_times(&jwt, world.clock.now())
}

fn check_times(jwt: &Jwt, now: DateTime<Utc>) -> Result<(), TokenError> {
    let now_seconds = f64::from(u32::try_from(now.timestamp()).unwrap_or(u32::MAX));
    let expired = jwt.time("exp").is_none_or(|exp| exp + SKEW < now_seconds);
    let early = jwt.time("nbf").is_some_and(|nbf| nbf - SKEW > now_seconds);
    if expired || early {
        let text = format!(
            "Client assertion is not within its valid time range. Current time: {}, assertion valid from {} to {}.",
            now.format("%Y-%m-%dT%H:%M:%S%.6f0Z"),
            jwt.claims.get("nbf").unwrap_or(&Value::Null),
            jwt.claims.get("exp").unwrap_or(&Value::Null),
        );
        return Err(TokenError::new(401, "invalid_client", 700_024, text));
    }
    Ok(())
}

/// The token endpoint by tenant id or domain, with or without `v2.0`, or the issuer.
fn audience_fits(world: &World, call: &Call, jwt: &Jwt) -> bool {
    let own = format!("{}{}", world.entra_base, call.path);
    let tenant = world.tenant_id();
    let base = &world.entra_base;
    let accepted = [
        own,
        format!("{base}/{tenant}/oauth2/v2.0/token"),
        format!("{base}/{tenant}/oauth2/token"),
        format!("{base}/{tenant}/v2.0"),
        format!("https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"),
    ];
    accepted.iter().any(|audience| jwt.is_for(audience))
}

fn names_certificate(world: &World, jwt: &Jwt) -> bool {
    let der = &world.keys.certificate_der;
    let thumbprint = |name: &str, wanted: &[u8]| {
        jwt.header_text(name)
            .map(|text| text.trim_end_matches('=') == base64url(wanted))
    };
    let sha1 = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, der);
    let by_thumbprint = thumbprint("x5t#S256", &sha256(der)).or_else(|| thumbprint("x5t", sha1.as_ref()));
    let by_chain = || {
        let first = match jwt.header.get("x5c") {
            Some(Value::Array(chain)) => chain.first().and_then(Value::as_str),
            Some(Value::String(text)) => Some(text.as_str()),
            _ => None,
        };
        // msal-python leaves the PEM's line breaks inside the string (observed).
        let compact: String = first
            .unwrap_or_default()
            .chars()
            .filter(|letter| !letter.is_whitespace())
            .collect();
        STANDARD.decode(compact).is_ok_and(|sent| sent == *der)
    };
    by_thumbprint.unwrap_or_else(by_chain)
}

/// One resource, with `/.default`: the scope rule of client credentials.
fn check_scope(world: &World, scope: &str) -> Result<(), TokenError> {
    let invalid = || {
        let text = format!(
            "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
        );
        TokenError::new(400, "invalid_scope", 70011, text)
    };
    let resource = scope.trim().strip_suffix("/.default").ok_or_else(invalid)?;
    if resource.contains(char::is_whitespace) {
        return Err(invalid());
    }
    let resource = resource.trim_end_matches('/');
    let known = [
        "https://graph.microsoft.com",
        "00000003-0000-0000-c000-000000000000",
        world.entra_base.as_str(),
    ];
    if known.contains(&resource) {
        return Ok(());
    }
    let text = format!(
        "The resource principal named {resource} was not found in the tenant named Contoso. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."
    );
    Err(TokenError::new(400, "invalid_resource", 500_011, text))
}

/// The application's token: permissions in `roles`, which is absent when nothing was consented.
fn application_token(world: &World) -> Value {
    let roles = world.tenant(Kind::Entra).access().grants.clone();
    let now = world.clock.now();
    let mut claims = graph_claims(world, now, SERVICE_PRINCIPAL);
    claims["idtyp"] = json!("app");
    if !roles.is_empty() {
        claims["roles"] = json!(roles);
    }
    let text = world
        .keys
        .signing
        .sign(&json!({"x5t": world.keys.signing.kid}), &claims);
    let text = issue_graph(world, text, Holder::Application, roles, now);
    json!({"token_type": "Bearer", "expires_in": LIFETIME, "ext_expires_in": LIFETIME, "access_token": text})
}

/// Claims every Graph token has.
pub(super) fn graph_claims(world: &World, now: DateTime<Utc>, subject: &str) -> Value {
    let tenant = world.tenant_id();
    let issued = now.timestamp() - 300;
    json!({
        "aud": "https://graph.microsoft.com",
        "iss": format!("https://sts.windows.net/{tenant}/"),
        "iat": issued,
        "nbf": issued,
        "exp": now.timestamp() + LIFETIME,
        "app_displayname": "User Sync",
        "appid": world.entra_client_id(),
        "oid": subject,
        "sub": subject,
        "tid": tenant,
        "uti": one_time(),
        "ver": "1.0",
    })
}

/// Remembers a Graph token.
pub(super) fn issue_graph(
    world: &World,
    text: String,
    holder: Holder,
    permissions: BTreeSet<String>,
    now: DateTime<Utc>,
) -> String {
    let expires = now + Duration::seconds(LIFETIME);
    world.issue(
        Kind::Entra,
        text,
        Token {
            holder,
            permissions,
            expires,
            thumbprint: None,
        },
    )
}
