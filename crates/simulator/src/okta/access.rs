//! Who calls the API: `SSWS` tokens, bearer tokens, `DPoP` tokens with their proofs; and what they may see.

use super::errors::{error, forbidden, invalid_token};
use crate::Kind;
use crate::directory::{Directory, Member};
use crate::jwt::{Jwt, thumbprint};
use crate::keys::{base64url, sha256};
use crate::wire::{Call, Reply};
use crate::world::{Credential, Holder, Token, World};
use chrono::{DateTime, Utc};

/// How far a proof's `iat` may differ, in seconds.
const SKEW: f64 = 300.0;

/// An authenticated caller.
#[derive(Debug)]
pub(super) struct Caller {
    /// `None`: an API token, which has all rights of its administrator.
    scopes: Option<Vec<String>>,
    /// Groups (ids) it is limited to (C-14).
    visible: Option<Vec<String>>,
}

impl Caller {
    /// Whether the caller has a scope.
    pub(super) fn may(&self, scope: &str) -> bool {
        self.scopes
            .as_ref()
            .is_none_or(|scopes| scopes.iter().any(|held| held == scope))
    }

    /// Whether the caller sees a person: everybody, or members of certain groups.
    pub(super) fn sees(&self, directory: &Directory, index: usize) -> bool {
        self.visible.as_ref().is_none_or(|groups| {
            groups
                .iter()
                .filter_map(|id| directory.group(id))
                .any(|group| directory.contains(group, Member::Person(index)))
        })
    }

    /// Whether the caller sees a group.
    pub(super) fn sees_group(&self, id: &str) -> bool {
        self.visible
            .as_ref()
            .is_none_or(|groups| groups.iter().any(|visible| visible == id))
    }

    /// Whether nothing is hidden from the caller.
    pub(super) fn sees_all(&self) -> bool {
        self.visible.is_none()
    }
}

/// 403 for an access token without the scope.
pub(super) fn missing_scope(world: &World, caller: &Caller) -> Reply {
    let reply = forbidden(world);
    if caller.scopes.is_none() {
        return reply;
    }
    let value = "Bearer authorization_uri=\"/oauth2/v1/authorize\", realm=\"/\", scope=\"\", error=\"insufficient_scope\", error_description=\"The access token provided does not contain the required scopes.\"";
    reply.with("www-authenticate", value)
}

/// Recognises the caller or says why not. Boxed, because a reply is large.
pub(super) fn authenticate(world: &World, call: &Call) -> Result<Caller, Box<Reply>> {
    let header = call.header("authorization").unwrap_or_default();
    // The vendor's SDK for Python leaves the space out on generated calls (observed).
    if let Some(token) = header.strip_prefix("SSWS") {
        return api_token(world, token.trim());
    }
    let token = |scheme: &str| header.strip_prefix(scheme).map(str::trim);
    let (text, bound) = match (token("Bearer "), token("DPoP ")) {
        (Some(text), _) => (text, false),
        (_, Some(text)) => (text, true),
        _ => return Err(Box::new(error(world, 403, "E0000005", "Invalid session", &[]))),
    };
    let found = world.tenant(Kind::Okta).access().tokens.get(text).cloned();
    let now = world.clock.now();
    let Some(found) = found.filter(|token| token.expires > now) else {
        return Err(Box::new(bad_bearer(world, bound)));
    };
    if bound != found.thumbprint.is_some() {
        return Err(Box::new(bad_bearer(world, bound)));
    }
    if bound {
        check_proof(world, call, text, &found).map_err(|reason| Box::new(bad_proof(world, call, reason)))?;
    }
    let access = world.tenant(Kind::Okta).access();
    if found.holder == Holder::Application && !access.admin_role {
        // Scopes granted but no administrator role (C-16).
        return Err(Box::new({
            drop(access);
            forbidden(world)
        }));
    }
    let scopes = found.permissions.intersection(&access.grants).cloned().collect();
    Ok(Caller {
        scopes: Some(scopes),
        visible: access.visible_groups.clone(),
    })
}

fn api_token(world: &World, token: &str) -> Result<Caller, Box<Reply>> {
    let access = world.tenant(Kind::Okta).access();
    let (right, role, visible) = (
        access.credential(token) == Some(Credential::Valid),
        access.admin_role,
        access.visible_groups.clone(),
    );
    drop(access);
    match (right, role) {
        (false, _) => Err(Box::new(invalid_token(world))),
        (true, false) => Err(Box::new(forbidden(world))),
        (true, true) => Ok(Caller {
            scopes: None,
            visible,
        }),
    }
}

fn bad_bearer(world: &World, bound: bool) -> Reply {
    let scheme = if bound { "DPoP" } else { "Bearer" };
    let value = format!(
        "{scheme} authorization_uri=\"{}/oauth2/v1/authorize\", realm=\"{}\", scope=\"openid\", error=\"invalid_token\", error_description=\"The access token is invalid or has expired.\"",
        world.okta_base, world.okta_base
    );
    invalid_token(world).with("www-authenticate", value)
}

fn bad_proof(world: &World, call: &Call, reason: &str) -> Reply {
    let value = format!(
        "DPoP algs=\"RS256 RS384 RS512 ES256 ES384 ES512\", authorization_uri=\"{}/oauth2/v1/authorize\", realm=\"{}\", scope=\"\", error=\"invalid_dpop_proof\", error_description=\"{reason}\", resource=\"{}\"",
        world.okta_base, world.okta_base, call.path
    );
    Reply::new(http::StatusCode::BAD_REQUEST, "application/json", "").with("www-authenticate", value)
}

/// The proof that comes with a `DPoP` token: of its key, for this call, over this token.
fn check_proof(world: &World, call: &Call, token: &str, found: &Token) -> Result<(), &'static str> {
    let proof = Proof::parse(world, call)?;
    if proof.jwt.text("ath") != Some(base64url(sha256(token.as_bytes())).as_str()) {
        return Err("'ath' claim in the DPoP proof JWT is invalid.");
    }
    if found.thumbprint.as_deref() != Some(proof.thumbprint.as_str()) {
        return Err("The DPoP proof JWT is not bound to the access token.");
    }
    proof.use_once(world)
}

/// A `DPoP` proof whose signature, method, address and time are right.
#[derive(Debug)]
pub(super) struct Proof {
    pub(super) jwt: Jwt,
    pub(super) thumbprint: String,
}

impl Proof {
    /// Reads the `DPoP` header and checks what does not depend on the endpoint (DPoP guide).
    pub(super) fn parse(world: &World, call: &Call) -> Result<Proof, &'static str> {
        let text = call
            .header("dpop")
            .ok_or("The DPoP proof JWT header is missing.")?;
        let jwt = Jwt::parse(text).ok_or("The DPoP proof JWT is invalid.")?;
        if jwt.header_text("typ") != Some("dpop+jwt") {
            return Err("'typ' in the DPoP proof JWT header is invalid.");
        }
        let jwk = jwt
            .header
            .get("jwk")
            .cloned()
            .ok_or("'jwk' in the DPoP proof JWT header is missing.")?;
        if jwk.get("d").is_some() {
            return Err("'jwk' in the DPoP proof JWT header must not hold a private key.");
        }
        if !jwt.signed_by_jwk(&jwk) {
            return Err("The DPoP proof JWT signature is invalid.");
        }
        if jwt.text("htm") != Some(call.method.as_str()) {
            return Err("'htm' claim in the DPoP proof JWT is invalid.");
        }
        let wanted = format!("{}{}", world.okta_base, call.path);
        if jwt.text("htu") != Some(wanted.as_str()) {
            return Err("'htu' claim in the DPoP proof JWT is invalid.");
        }
        if !is_fresh(&jwt, world.clock.now()) {
            return Err("'iat' claim in the DPoP proof JWT is invalid.");
        }
        let thumbprint = thumbprint(&jwk).ok_or("'jwk' in the DPoP proof JWT header is invalid.")?;
        Ok(Proof { jwt, thumbprint })
    }

    /// Takes the proof's `jti`; a second use is refused.
    pub(super) fn use_once(&self, world: &World) -> Result<(), &'static str> {
        let id = self
            .jwt
            .text("jti")
            .ok_or("'jti' claim in the DPoP proof JWT is missing.")?;
        let fresh = world
            .tenant(Kind::Okta)
            .access()
            .used_ids
            .insert(format!("dpop:{id}"));
        if fresh {
            Ok(())
        } else {
            Err("'jti' claim in the DPoP proof JWT has been used before.")
        }
    }
}

fn is_fresh(jwt: &Jwt, now: DateTime<Utc>) -> bool {
    let now = f64::from(u32::try_from(now.timestamp()).unwrap_or(u32::MAX));
    jwt.time("iat").is_some_and(|iat| (iat - now).abs() <= SKEW)
}
