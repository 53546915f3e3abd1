//! Okta: the management API and the organisation's authorization server.

mod access;
mod errors;
mod groups;
mod meta;
mod oauth;
mod oidc;
mod paging;
mod users;

use crate::Kind;
use crate::faults::FaultAction;
use crate::wire::{Call, Reply};
use crate::world::World;
use access::{Caller, authenticate};
use http::Method;

/// Answers a request.
pub(crate) fn handle(world: &World, call: &Call) -> Reply {
    let reply = if call.path.starts_with("/api/") {
        match authenticate(world, call) {
            Ok(caller) => api(world, call, &caller),
            Err(reply) => *reply,
        }
    } else {
        authorization_server(world, call)
    };
    with_common_headers(world, reply, Some(&call.path))
}

/// The answer of a request that meets a fault.
pub(crate) fn failure(world: &World, call: &Call, action: FaultAction) -> Reply {
    errors::failure(world, call, action)
}

fn api(world: &World, call: &Call, caller: &Caller) -> Reply {
    let segments = call.segments();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    if call.method != Method::GET {
        return errors::error(
            world,
            405,
            "E0000022",
            "The endpoint does not support the provided HTTP method",
            &[],
        );
    }
    let need = |scope: &str, work: &dyn Fn() -> Reply| {
        if caller.may(scope) {
            work()
        } else {
            access::missing_scope(world, caller)
        }
    };
    match parts.as_slice() {
        ["api", "v1", "users"] => need("okta.users.read", &|| users::list(world, call, caller)),
        ["api", "v1", "users", id] => need("okta.users.read", &|| users::one(world, call, caller, id)),
        ["api", "v1", "users", id, "groups"] => {
            need("okta.groups.read", &|| users::groups(world, caller, id))
        }
        ["api", "v1", "groups"] => need("okta.groups.read", &|| groups::list(world, call, caller)),
        ["api", "v1", "groups", id] => need("okta.groups.read", &|| groups::one(world, caller, id)),
        ["api", "v1", "groups", id, "users"] => {
            need("okta.groups.read", &|| groups::members(world, call, caller, id))
        }
        ["api", "v1", "meta", "schemas", "user", id] => {
            need("okta.schemas.read", &|| meta::schema(world, id))
        }
        ["api", "v1", "meta", "types", "user"] => need("okta.userTypes.read", &|| meta::types(world)),
        ["api", "v1", "meta", "types", "user", id] => {
            need("okta.userTypes.read", &|| meta::user_type(world, id))
        }
        ["api", "v1", "org"] => need("okta.orgs.read", &|| meta::organisation(world)),
        _ => errors::not_found(world, &call.path),
    }
}

fn authorization_server(world: &World, call: &Call) -> Reply {
    let segments = call.segments();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let post = call.method == Method::POST;
    match parts.as_slice() {
        [".well-known", "okta-organization"] => meta::well_known(world),
        [
            ".well-known",
            "openid-configuration" | "oauth-authorization-server",
        ] => oidc::discovery(world),
        ["oauth2", "v1", "keys"] => oidc::keys(world),
        ["oauth2", "v1", "token"] if post => oauth::token(world, call),
        ["oauth2", "v1", "authorize"] => oidc::authorize(world, call),
        ["oauth2", "v1", "userinfo"] => oidc::user_info(world, call),
        ["oauth2", "v1", "logout"] => oidc::logout(call),
        _ => errors::not_found(world, &call.path),
    }
}

/// The headers every answer has: request id, `Date` of the simulated clock, and the endpoint's rate limit.
fn with_common_headers(world: &World, reply: Reply, path: Option<&str>) -> Reply {
    let now = world.clock.now();
    let reply = reply
        .with("x-okta-request-id", world.okta_request_id("req"))
        .with("date", now.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    let Some((family, limit)) = path.and_then(bucket) else {
        return reply;
    };
    let minute = now.timestamp().div_euclid(60);
    let mut access = world.tenant(Kind::Okta).access();
    let entry = access.buckets.entry(family).or_insert((minute, 0));
    if entry.0 != minute {
        *entry = (minute, 0);
    }
    entry.1 = entry.1.saturating_add(1);
    let remaining = limit.saturating_sub(entry.1);
    reply
        .with("x-rate-limit-limit", limit.to_string())
        .with("x-rate-limit-remaining", remaining.to_string())
        .with("x-rate-limit-reset", ((minute + 1) * 60).to_string())
}

/// The rate-limit bucket of a path; discovery and keys have none. The limits are generous, shown, and not
/// enforced: a fault does that.
fn bucket(path: &str) -> Option<(&'static str, u32)> {
    if path.contains(".well-known") || path.ends_with("/keys") {
        return None;
    }
    Some(match path {
        _ if path.starts_with("/api/v1/users/") => ("user", 100_000),
        _ if path.starts_with("/api/v1/users") => ("users", 100_000),
        _ if path.starts_with("/api/v1/groups") => ("groups", 100_000),
        _ if path.starts_with("/api/v1/meta") => ("meta", 10_000),
        _ if path.starts_with("/oauth2/") => ("oauth2", 10_000),
        _ => ("other", 12_000),
    })
}
