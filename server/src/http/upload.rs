//! A mapping file on its way in: a plain form, read piece by piece, so that a large file needs no more memory than a small
//! one. What came of it waits in the session for the page, as with every form.

use std::time::Duration;

use ::http::header::ACCEPT;
use ::http::{HeaderMap, StatusCode};
use app::api::leave;
use app::api::user_mapping::UPLOAD;
use axum::extract::multipart::{Field, MultipartError, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Extension, Json, Router};
use bytes::Bytes;
use domain::user_mapping::MappingReceived;
use domain::{Actor, UserError};
use services::user_mapping::MappingUpload;
use services::{ServiceError, Services};
use tower_sessions::Session;

use super::people_upload;
use super::signed_in::{Address, Reference, SignedIn, refusal};
use super::size::file_too_large;
use crate::router::AppState;

/// Bytes of the largest request. Far above the largest file (F-27): one that is too large is refused in words, on the page.
pub(crate) const BODY: usize = 1_000_000_000;
/// A hundred megabytes over a slow line.
pub(crate) const ANSWER: Duration = Duration::from_mins(30);

/// Where the form of the user mapping posts to.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/c/{customer}/user-mapping/file", post(upload))
        .route("/c/{customer}/user-mapping/known", get(known))
        .route("/c/{customer}/old-accounts/file", post(people_upload::upload))
        // The router bounds the request already.
        .layer(DefaultBodyLimit::disable())
}

async fn upload(
    State(state): State<AppState>,
    Address(customer): Address<String>,
    Extension(session): Extension<Session>,
    Reference(reference): Reference,
    headers: HeaderMap,
    SignedIn { actor, .. }: SignedIn,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let received = match form {
        Ok(mut form) => receive(&state.services, &actor, &customer, &mut form).await,
        Err(rejection) => Err(no_form(&rejection)),
    };
    let result = match received {
        Ok(received) => Ok(received),
        // They may not be here at all: there is no page to lead back to.
        Err(ServiceError::User(error @ (UserError::Forbidden | UserError::NotFound))) => {
            return refusal(error.into(), &reference);
        }
        Err(error) => Err(error.into_user(|error| {
            tracing::error!(reference, error = %domain::text::chain(error), "an upload failed");
            reference.clone()
        })),
    };
    leave(&session, UPLOAD, &(), result).await;
    if wants_json(&headers) {
        // A script that was led to the page would take the answer from the session before a person saw it.
        return StatusCode::NO_CONTENT.into_response();
    }
    Redirect::to(&format!("/c/{customer}/user-mapping")).into_response()
}

fn wants_json(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .is_some_and(|accept| accept == "application/json")
}

/// What a file is checked against beside itself, for the check in the browser. Asked for once a file is chosen: the domains
/// are looked up among everybody the test sync found.
async fn known(
    State(state): State<AppState>,
    Address(customer): Address<String>,
    Reference(reference): Reference,
    SignedIn { actor, .. }: SignedIn,
) -> Response {
    match state.services.mapping_known(&actor, &customer).await {
        Ok(known) => Json(known).into_response(),
        Err(error) => refusal(error, &reference),
    }
}

async fn receive(
    services: &Services,
    actor: &Actor,
    customer: &str,
    form: &mut Multipart,
) -> Result<MappingReceived, ServiceError> {
    while let Some(field) = form.next_field().await.map_err(|error| broken(&error))? {
        if field.name() == Some("file") {
            return file(services, actor, customer, field).await;
        }
    }
    Err(no_file())
}

async fn file(
    services: &Services,
    actor: &Actor,
    customer: &str,
    mut field: Field<'_>,
) -> Result<MappingReceived, ServiceError> {
    let (name, first) = begins(&mut field).await?;
    let begun = services.begin_mapping_upload(actor, customer, &name).await;
    take(begun, first, field).await
}

/// A file on its way into the services, which is taken whole or not at all (F-34).
pub(super) trait Arriving {
    type Received;

    async fn push(&mut self, bytes: &[u8]) -> Result<(), ServiceError>;
    async fn abandon(&self) -> Result<(), ServiceError>;
    async fn finish(self) -> Result<Self::Received, ServiceError>;
}

impl Arriving for MappingUpload {
    type Received = MappingReceived;

    async fn push(&mut self, bytes: &[u8]) -> Result<(), ServiceError> {
        self.push(bytes).await
    }

    async fn abandon(&self) -> Result<(), ServiceError> {
        self.abandon().await
    }

    async fn finish(self) -> Result<MappingReceived, ServiceError> {
        self.finish().await
    }
}

/// The name of the file in a field, and its first bytes.
pub(super) async fn begins(field: &mut Field<'_>) -> Result<(String, Option<Bytes>), ServiceError> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let first = field.chunk().await.map_err(|error| broken(&error))?;
    if name.is_empty() && first.as_ref().is_none_or(Bytes::is_empty) {
        return Err(no_file());
    }
    Ok((name, first))
}

/// Hands a file on, piece by piece.
pub(super) async fn take<U: Arriving>(
    begun: Result<U, ServiceError>,
    first: Option<Bytes>,
    mut field: Field<'_>,
) -> Result<U::Received, ServiceError> {
    let mut upload = match begun {
        Ok(upload) => upload,
        Err(error) => return Err(after_all(error, field).await),
    };
    let mut next = first;
    while let Some(bytes) = next {
        if let Err(error) = upload.push(&bytes).await {
            return Err(after_all(error, field).await);
        }
        next = match field.chunk().await {
            Ok(next) => next,
            Err(error) => {
                upload.abandon().await?;
                return Err(broken(&error));
            }
        };
    }
    upload.finish().await
}

/// Waits for the rest of the file: a browser that is answered while it still sends shows a broken connection instead of
/// the answer.
async fn after_all(error: ServiceError, mut field: Field<'_>) -> ServiceError {
    while let Ok(Some(_)) = field.chunk().await {}
    error
}

pub(super) fn no_file() -> ServiceError {
    UserError::field("file", "Choose the file to upload.").into()
}

/// What came is no form with a file in it: no browser sends such a thing by itself (F-34).
pub(super) fn no_form(rejection: &MultipartRejection) -> ServiceError {
    tracing::debug!(%rejection, "an upload that is no form");
    let words =
        "The upload arrived damaged, so nothing was stored. Reload the page and upload the file again.";
    UserError::field("file", words).into()
}

/// The upload broke off, or was cut off since it is too large: nothing of it is kept (F-27, F-34).
pub(super) fn broken(error: &MultipartError) -> ServiceError {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        return file_too_large().into();
    }
    let words = "The upload broke off, so nothing was stored. Upload the file again.";
    UserError::field("file", words).into()
}
