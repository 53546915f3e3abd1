//! Who asks, for the plain routes. The pages and their functions have their own (`app::api`).

use std::convert::Infallible;
use std::fmt::Display;

use ::http::StatusCode;
use ::http::header::{ACCEPT, HeaderMap};
use ::http::request::Parts;
use axum::extract::{FromRequestParts, Path, Query};
use axum::response::{IntoResponse, Redirect, Response};
use domain::{Actor, ConsoleUserId, UserError};
use serde::de::DeserializeOwned;
use services::{ServiceError, Services};
use tower_sessions::Session;
use tower_sessions::session::Id;

use crate::router::AppState;
use crate::session_store::USER;
use domain::text::chain;

/// The signed-in actor; without one the answer is 401, or the sign-in page for a browser.
pub struct SignedIn {
    pub actor: Actor,
    user: ConsoleUserId,
    session: Id,
}

impl SignedIn {
    /// Looks again who this is, for answers that last. False when the session has ended or its user is gone.
    pub async fn renew(&mut self, state: &AppState) -> Result<bool, ServiceError> {
        if !state.sessions.is_of(&self.session, self.user).await? {
            return Ok(false);
        }
        let Some((actor, _)) = state.services.identify(self.user).await? else {
            return Ok(false);
        };
        self.actor = actor;
        Ok(true)
    }
}

/// The parts of an address. One whose parts cannot be, such as a number in letters, is nobody's.
pub struct Address<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for Address<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let place = Path::from_request_parts(parts, state).await;
        place
            .map(|Path(place)| Self(place))
            .map_err(|rejection| nobodys(&rejection))
    }
}

/// What stands behind the question mark of an address. What cannot be, such as a word that stands there twice, is nobody's,
/// too.
pub struct Arguments<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<AppState> for Arguments<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let arguments = Query::from_request_parts(parts, state).await;
        arguments
            .map(|Query(arguments)| Self(arguments))
            .map_err(|rejection| nobodys(&rejection))
    }
}

/// The answer to an address that cannot be, in our words.
fn nobodys(rejection: &dyn Display) -> Response {
    tracing::debug!(%rejection, "an address that cannot be");
    let error = UserError::NotFound;
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::NOT_FOUND);
    (status, error.to_string()).into_response()
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let session = parts.extensions.get::<Session>().cloned();
        let reference = reference(&parts.headers);
        match identify(session, &state.services).await {
            Ok(Some(who)) => Ok(who),
            Ok(None) => Err(sign_in(&parts.headers)),
            Err(error) => Err(refusal(error, &reference)),
        }
    }
}

async fn identify(session: Option<Session>, services: &Services) -> Result<Option<SignedIn>, ServiceError> {
    let Some(session) = session else { return Ok(None) };
    let user: Option<ConsoleUserId> = session
        .get(USER)
        .await
        .map_err(|error| ServiceError::internal("read session", error))?;
    let (Some(user), Some(session)) = (user, session.id()) else {
        return Ok(None);
    };
    let known = services.identify(user).await?;
    Ok(known.map(|(actor, _)| SignedIn { actor, user, session }))
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

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
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
