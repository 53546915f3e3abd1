//! Okta's error bodies.

use crate::faults::{FaultAction, seconds_span};
use crate::wire::{Call, Reply};
use crate::world::World;
use http::StatusCode;
use serde_json::json;

/// `{"errorCode","errorSummary","errorLink","errorId","errorCauses"}` (core Okta API, errors).
pub(crate) fn error(world: &World, status: u16, code: &str, summary: &str, causes: &[&str]) -> Reply {
    let causes: Vec<_> = causes
        .iter()
        .map(|cause| json!({"errorSummary": cause}))
        .collect();
    let body = json!({
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": world.okta_request_id("oae"),
        "errorCauses": causes,
    });
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Reply::new(status, "application/json", body.to_string())
}

/// E0000007.
pub(crate) fn not_found(world: &World, what: &str) -> Reply {
    error(
        world,
        404,
        "E0000007",
        &format!("Not found: Resource not found: {what}"),
        &[],
    )
}

/// E0000011: the API token or access token does not work.
pub(crate) fn invalid_token(world: &World) -> Reply {
    error(world, 401, "E0000011", "Invalid token provided", &[])
}

/// E0000006.
pub(crate) fn forbidden(world: &World) -> Reply {
    error(
        world,
        403,
        "E0000006",
        "You do not have permission to perform the requested action",
        &[],
    )
}

/// E0000031: bad `search` or `filter`.
pub(crate) fn bad_search(world: &World, cause: &str) -> Reply {
    error(world, 400, "E0000031", "Invalid search criteria.", &[cause])
}

/// E0000001.
pub(crate) fn validation(world: &World, field: &str, cause: &str) -> Reply {
    error(
        world,
        400,
        "E0000001",
        &format!("Api validation failed: {field}"),
        &[cause],
    )
}

/// An OAuth error: `{"error","error_description"}`.
pub(crate) fn oauth(status: u16, error: &str, description: &str) -> Reply {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    Reply::new(
        status,
        "application/json",
        json!({"error": error, "error_description": description}).to_string(),
    )
    .with("cache-control", "no-cache, no-store")
    .with("pragma", "no-cache")
}

/// The answer of a request that meets a fault.
pub(crate) fn failure(world: &World, call: &Call, action: FaultAction) -> Reply {
    let now = world.clock.now();
    let token_call = call.path.starts_with("/oauth2/");
    let reply = match action {
        FaultAction::TooManyRequests { retry_after } => {
            let summary = "API call exceeded rate limit due to too many requests.";
            let reply = error(world, 429, "E0000047", summary, &[]);
            // A used-up bucket, or too many requests at a time: then limit and remaining are 0 (rl2-monitor).
            let (limit, wait) = match retry_after {
                Some(seconds) => ("600", seconds_span(seconds)),
                None => ("0", chrono::Duration::zero()),
            };
            // Rounded up: never a moment at which the bucket is not full yet.
            let reset = (now + wait)
                .timestamp_millis()
                .saturating_add(999)
                .div_euclid(1_000);
            return super::with_common_headers(world, reply, None)
                .with("x-rate-limit-limit", limit)
                .with("x-rate-limit-remaining", "0")
                .with("x-rate-limit-reset", reset.to_string());
        }
        FaultAction::ServerError(status) => error(world, status, "E0000009", "Internal Server Error", &[]),
        FaultAction::ExpiredPageToken | FaultAction::ExpiredDeltaToken => {
            validation(world, "after", "after: The cursor is invalid or has expired.")
        }
        _ if token_call => oauth(
            403,
            "access_denied",
            "Policy evaluation failed for this request, please check the policy configurations.",
        ),
        _ => forbidden(world),
    };
    super::with_common_headers(world, reply, Some(&call.path))
}
