//! Whether an intranet lets its people in (M-07): for its sign-in, which asks before it takes a password, and leads whoever is
//! kept out to the page `/access/{customer}`.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use serde::Serialize;

use super::signed_in::{Address, Reference, refusal};
use crate::router::AppState;

/// The answer, for programs.
#[derive(Debug, Serialize)]
struct Access {
    paused: bool,
    /// RFC 3339; absent where access is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    message: String,
}

/// `GET /access/{customer}/status`
pub async fn status(
    State(state): State<AppState>,
    Address(slug): Address<String>,
    Reference(reference): Reference,
) -> Response {
    let access = match state.services.access(&slug).await {
        Ok(access) => access,
        Err(error) => return refusal(error, &reference),
    };
    let answer = match access.paused_until {
        Some(until) => Access {
            paused: true,
            message: format!(
                "Access paused until {}. Local administrators may enter.",
                until.words
            ),
            until: Some(until.iso),
        },
        None => Access {
            paused: false,
            until: None,
            message: "Access is open.".to_owned(),
        },
    };
    ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}
