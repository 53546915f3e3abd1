//! Microsoft Entra ID (sign-in host) and Microsoft Graph, on one address.

mod batch;
mod delta;
mod errors;
mod graph;
mod group_delta;
mod groups;
mod members;
mod oidc;
mod properties;
mod query;
mod token;
mod users;

use crate::faults::FaultAction;
use crate::wire::{Call, Reply};
use crate::world::World;
use http::{Method, StatusCode};

/// Answers a request.
pub(crate) fn handle(world: &World, call: &Call) -> Reply {
    if errors::is_graph(&call.path) {
        graph::handle(world, call)
    } else {
        login(world, call)
    }
}

/// The answer of a request that meets a fault.
pub(crate) fn failure(world: &World, call: &Call, action: FaultAction) -> Reply {
    errors::failure(world, call, action)
}

/// The sign-in host: `/{tenant}/…`.
fn login(world: &World, call: &Call) -> Reply {
    let segments = call.segments();
    let parts: Vec<&str> = segments.iter().map(String::as_str).collect();
    let post = call.method == Method::POST;
    match parts.as_slice() {
        ["common", "discovery", "instance"] => oidc::instance_discovery(world, call),
        [tenant, "oauth2", "v2.0", "token"] if post => token::token(world, call, tenant),
        [tenant, "v2.0", ".well-known", "openid-configuration"] => oidc::discovery(world, call, tenant),
        [_, "discovery", "v2.0", "keys"] | [_, "discovery", "keys"] => oidc::keys(world),
        [tenant, "oauth2", "v2.0", "authorize"] => oidc::authorize(world, call, tenant),
        [_, "oauth2", "v2.0", "logout"] => oidc::logout(call),
        [tenant, "adminconsent"] => oidc::admin_consent(world, call, tenant),
        _ => Reply::new(
            StatusCode::NOT_FOUND,
            "text/html; charset=utf-8",
            "<!doctype html><title>404</title>",
        ),
    }
}
