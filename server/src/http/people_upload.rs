//! A People file on its way in: a plain form with the directory whose accounts it holds, read piece by piece.

use app::api::leave;
use app::api::people_file::PEOPLE_FILE;
use axum::Extension;
use axum::extract::multipart::{Field, MultipartRejection};
use axum::extract::{Multipart, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::people_file::PeopleFileReceived;
use domain::{Actor, UserError};
use services::people_file::PeopleUpload;
use services::{ServiceError, Services, TypedPeopleFile};
use tower_sessions::Session;

use super::signed_in::{Address, Reference, SignedIn, refusal};
use super::upload::{Arriving, begins, broken, no_file, no_form, take};
use crate::router::AppState;

/// The longest text that is typed beside the file, in bytes.
const TYPED: usize = 1_000;

pub(super) async fn upload(
    State(state): State<AppState>,
    Address(customer): Address<String>,
    Extension(session): Extension<Session>,
    Reference(reference): Reference,
    SignedIn { actor, .. }: SignedIn,
    form: Result<Multipart, MultipartRejection>,
) -> Response {
    let mut typed = TypedPeopleFile::default();
    let received = match form {
        Ok(mut form) => receive(&state.services, &actor, &customer, (&mut form, &mut typed)).await,
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
    leave(&session, PEOPLE_FILE, &typed, result).await;
    Redirect::to(&format!("/c/{customer}/old-accounts")).into_response()
}

async fn receive(
    services: &Services,
    actor: &Actor,
    customer: &str,
    (form, typed): (&mut Multipart, &mut TypedPeopleFile),
) -> Result<PeopleFileReceived, ServiceError> {
    while let Some(mut field) = form.next_field().await.map_err(|error| broken(&error))? {
        let into = match field.name() {
            Some("directory") => &mut typed.directory,
            Some("kind") => &mut typed.kind,
            Some("name") => &mut typed.name,
            Some("encoding") => &mut typed.encoding,
            Some("file") => {
                let (name, first) = begins(&mut field).await?;
                let begun = services.begin_people_upload(actor, customer, typed.clone(), &name);
                return take(begun.await, first, field).await;
            }
            _ => continue,
        };
        *into = short(field).await?;
    }
    Err(no_file())
}

/// What was typed; of something longer its beginning, which is refused as any other wrong value.
async fn short(mut field: Field<'_>) -> Result<String, ServiceError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
        let room = TYPED.saturating_sub(bytes.len()).min(chunk.len());
        bytes.extend_from_slice(chunk.get(..room).unwrap_or_default());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

impl Arriving for PeopleUpload {
    type Received = PeopleFileReceived;

    async fn push(&mut self, bytes: &[u8]) -> Result<(), ServiceError> {
        self.push(bytes).await
    }

    async fn abandon(&self) -> Result<(), ServiceError> {
        self.abandon().await
    }

    async fn finish(self) -> Result<PeopleFileReceived, ServiceError> {
        self.finish().await
    }
}
