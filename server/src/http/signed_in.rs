//! Who asks, for the plain routes. The pages and their functions have their own (`app::api`).

use std::convert::Infallible;

use ::http::StatusCode;
use ::http::header::{ACCEPT, HeaderMap};
use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{Actor, ConsoleUserId, UserError};
use services::{ServiceError, Services};
use tower_sessions::Session;

use crate::errors::chain;
use crate::router::AppState;
use crate::session_store::USER;

/// The signed-in actor; without one the answer is 401, or the sign-in page for a browser.
pub struct SignedIn {
    pub actor: Actor,
    pub user: ConsoleUserId,
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(
        parts: &mut ::http::request::Parts,
        state: &AppState,
    ) -> Result<Self, Self::Rejection> {
        let session = parts.extensions.get::<Session>().cloned();
        let reference = reference(&parts.headers);
        match identify(session, &state.services).await {
            Ok(Some((user, actor))) => Ok(Self { actor, user }),
            Ok(None) => Err(sign_in(&parts.headers)),
            Err(error) => Err(refusal(error, &reference)),
        }
    }
}

async fn identify(
    session: Option<Session>,
    services: &Services,
) -> Result<Option<(ConsoleUserId, Actor)>, ServiceError> {
    let Some(session) = session else { return Ok(None) };
    let user: Option<ConsoleUserId> = session
        .get(USER)
        .await
        .map_err(|error| ServiceError::internal("read session", error))?;
    let Some(user) = user else { return Ok(None) };
    Ok(services.identify(user).await?.map(|(actor, _)| (user, actor)))
}

fn sign_in(headers: &HeaderMap) -> Response {
    let accept = headers
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if accept.contains("text/html") {
        Redirect::to("/sign-in").into_response()
    } else {
        (StatusCode::UNAUTHORIZED, UserError::SignInRequired.to_string()).into_response()
    }
}

/// The request's id, which is the reference of whatever goes wrong in it.
pub struct Reference(pub String);

impl<S: Sync> FromRequestParts<S> for Reference {
    type Rejection = Infallible;

    async fn from_request_parts(
        parts: &mut ::http::request::Parts,
        _state: &S,
    ) -> Result<Self, Self::Rejection> {
        Ok(Self(reference(&parts.headers)))
    }
}

fn reference(headers: &HeaderMap) -> String {
    headers
        .get("x-request-id")
        .and_then(|id| id.to_str().ok())
        .unwrap_or("unknown")
        .to_owned()
}

/// The answer to a failed use case, in words; what the user may not read goes to the log under the reference.
pub fn refusal(error: ServiceError, reference: &str) -> Response {
    let error = error.into_user(|error| {
        tracing::error!(reference, error = %chain(error), "request failed");
        reference.to_owned()
    });
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, error.to_string()).into_response()
}
