//! Error bodies of Graph and of the token service.

use crate::faults::FaultAction;
use crate::wire::{Call, Reply, encode};
use crate::world::World;
use http::StatusCode;
use serde_json::json;

/// Graph's error body: `{"error":{"code","message","innerError":{…}}}` (errors page).
pub(crate) fn graph_error(
    world: &World,
    call: &Call,
    status: StatusCode,
    code: &str,
    message: &str,
) -> Reply {
    let request_id = world.request_guid();
    let client_id = call
        .header("client-request-id")
        .map_or_else(|| request_id.clone(), str::to_owned);
    let body = json!({"error": {
        "code": code,
        "message": message,
        "innerError": {
            "date": world.clock.now().format("%Y-%m-%dT%H:%M:%S").to_string(),
            "request-id": request_id,
            "client-request-id": client_id,
        },
    }});
    with_graph_headers(
        Reply::new(status, "application/json", body.to_string()),
        &request_id,
        &client_id,
    )
}

/// The headers Graph puts on every answer.
pub(crate) fn with_graph_headers(reply: Reply, request_id: &str, client_id: &str) -> Reply {
    let diagnostic = r#"{"ServerInfo":{"DataCenter":"West Europe","Slice":"E","Ring":"5","ScaleUnit":"001","RoleInstance":"AM4PEPF00000001"}}"#;
    reply
        .with("request-id", request_id)
        .with("client-request-id", client_id)
        .with("x-ms-ags-diagnostic", diagnostic)
        .with("strict-transport-security", "max-age=31536000")
}

/// An error of the token service.
#[derive(Debug, Clone)]
pub(crate) struct TokenError {
    pub(crate) status: StatusCode,
    pub(crate) error: &'static str,
    /// The AADSTS number.
    pub(crate) number: u32,
    pub(crate) text: String,
}

impl TokenError {
    pub(crate) fn new(status: u16, error: &'static str, number: u32, text: impl Into<String>) -> TokenError {
        TokenError {
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
            error,
            number,
            text: text.into(),
        }
    }

    /// The body all token errors share (recorded bodies).
    pub(crate) fn reply(&self, world: &World, call: &Call) -> Reply {
        let trace = world.request_guid();
        let correlation = call
            .header("client-request-id")
            .map_or_else(|| world.request_guid(), str::to_owned);
        let time = world.clock.now().format("%Y-%m-%d %H:%M:%SZ").to_string();
        let number = self.number;
        let description = format!(
            "AADSTS{number}: {} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}",
            self.text
        );
        let description = description
            .replace(" Trace ID:", "\r\nTrace ID:")
            .replace(" Correlation ID:", "\r\nCorrelation ID:")
            .replace(" Timestamp:", "\r\nTimestamp:");
        let body = json!({
            "error": self.error,
            "error_description": description,
            "error_codes": [number],
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": format!("{}/error?code={number}", world.entra_base),
        });
        Reply::json(self.status, &body)
            .with("cache-control", "no-store, no-cache")
            .with("pragma", "no-cache")
            .with("x-ms-request-id", trace)
    }
}

/// Whether a path belongs to Graph rather than to the sign-in host.
pub(crate) fn is_graph(path: &str) -> bool {
    path.starts_with("/v1.0/") || path.starts_with("/beta/") || path == "/v1.0" || path == "/beta"
}

/// The answer of a request that meets a fault.
pub(crate) fn failure(world: &World, call: &Call, action: FaultAction) -> Reply {
    if !is_graph(&call.path) {
        return token_failure(world, call, action);
    }
    let error = |status, code, message| graph_error(world, call, status, code, message);
    match action {
        FaultAction::TooManyRequests { retry_after } => {
            let reply = error(
                StatusCode::TOO_MANY_REQUESTS,
                "TooManyRequests",
                "Too many requests",
            )
            .with("x-ms-throttle-scope", throttle_scope(world))
            .with("x-ms-throttle-information", "ResourceUnitLimitExceeded");
            match retry_after {
                Some(seconds) => reply.with("retry-after", seconds.to_string()),
                None => reply,
            }
        }
        FaultAction::ServerError(status) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let (code, message) = match status.as_u16() {
                502 => ("BadGateway", "Bad gateway."),
                503 => ("ServiceUnavailable", "The service is temporarily unavailable."),
                504 => ("GatewayTimeout", "The gateway timed out."),
                _ => ("InternalServerError", "An internal server error occurred."),
            };
            error(status, code, message)
        }
        FaultAction::ExpiredPageToken => expired_page_token(world, call),
        FaultAction::ExpiredDeltaToken => expired_delta_token(world, call),
        _ => error(
            StatusCode::FORBIDDEN,
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation.",
        ),
    }
}

fn throttle_scope(world: &World) -> String {
    format!(
        "Tenant_Application/ReadWrite/{}/{}",
        world.entra_client_id(),
        world.tenant_id()
    )
}

/// `Directory_ExpiredPageToken` (recorded body).
pub(crate) fn expired_page_token(world: &World, call: &Call) -> Reply {
    let message = "The specified page token value has expired and can no longer be included in your request.";
    graph_error(
        world,
        call,
        StatusCode::BAD_REQUEST,
        "Directory_ExpiredPageToken",
        message,
    )
}

/// 410 with the location of a full resynchronisation: the same address with an empty delta token
/// (delta-query overview; code as in recorded bodies).
pub(crate) fn expired_delta_token(world: &World, call: &Call) -> Reply {
    let kept: Vec<String> = call
        .query_pairs()
        .into_iter()
        .filter(|(key, _)| key != "$deltatoken")
        .map(|(key, value)| format!("{key}={}&", encode(&value)))
        .collect();
    let location = format!("{}{}?{}$deltatoken=", world.entra_base, call.path, kept.concat());
    let message = "The sync state generation is not found. The delta token is expired and data must be synchronized again.";
    graph_error(world, call, StatusCode::GONE, "SyncStateNotFound", message).with("location", location)
}

fn token_failure(world: &World, call: &Call, action: FaultAction) -> Reply {
    match action {
        FaultAction::TooManyRequests { retry_after } => {
            let reply = TokenError::new(
                429,
                "temporarily_unavailable",
                90055,
                "TenantThrottlingError - There are too many incoming requests.",
            )
            .reply(world, call);
            match retry_after {
                Some(seconds) => reply.with("retry-after", seconds.to_string()),
                None => reply,
            }
        }
        FaultAction::ServerError(status) => TokenError::new(
            status,
            "temporarily_unavailable",
            90033,
            "A transient error has occurred. Please try again.",
        )
        .reply(world, call),
        _ => TokenError::new(
            400,
            "access_denied",
            53003,
            "Access has been blocked by Conditional Access policies.",
        )
        .reply(world, call),
    }
}
