//! Okta: the management API and the organisation's authorization server.

mod errors;

use crate::faults::FaultAction;
use crate::wire::{Call, Reply};
use crate::world::World;

/// Answers a request.
pub(crate) fn handle(world: &World, call: &Call) -> Reply {
    errors::not_found(world, &format!("{} (path)", call.path))
}

/// The answer of a request that meets a fault.
pub(crate) fn failure(world: &World, call: &Call, action: FaultAction) -> Reply {
    errors::failure(world, call, action)
}

/// The headers every answer has: request id, `Date` of the simulated clock, and the endpoint's rate limit.
pub(crate) fn with_common_headers(world: &World, reply: Reply, path: Option<&str>) -> Reply {
    let now = world.clock.now();
    let reply = reply
        .with("x-okta-request-id", world.okta_request_id("req"))
        .with("date", now.format("%a, %d %b %Y %H:%M:%S GMT").to_string());
    let Some((family, limit)) = path.and_then(bucket) else {
        return reply;
    };
    let minute = now.timestamp().div_euclid(60);
    let mut access = world.tenant(crate::Kind::Okta).access();
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

/// The rate-limit bucket of a path; discovery and keys have none. The limits are those of a large
/// organisation, and are shown but not enforced: a fault does that.
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
