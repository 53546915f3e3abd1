//! An agreed appointment as a file for calendars.

use ::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use ::http::{HeaderValue, StatusCode};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::UserError;
use domain::appointment::AppointmentKind;

use super::signed_in::{Address, Reference, SignedIn, refusal};
use crate::router::AppState;

/// `/c/{customer}/appointments/{kind}.ics`
pub async fn appointment(
    State(state): State<AppState>,
    Address((customer, file)): Address<(String, String)>,
    Reference(reference): Reference,
    SignedIn { actor, .. }: SignedIn,
) -> Response {
    let kind = file.strip_suffix(".ics").and_then(AppointmentKind::from_code);
    let file = match kind {
        Some(kind) => state.services.appointment_file(&actor, &customer, kind).await,
        None => Err(UserError::NotFound.into()),
    };
    match file {
        Ok(file) => {
            let mut response = (StatusCode::OK, file.text).into_response();
            let headers = response.headers_mut();
            headers.insert(
                CONTENT_TYPE,
                HeaderValue::from_static("text/calendar; charset=utf-8"),
            );
            // A name of ours: letters, digits and hyphens.
            if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{}\"", file.name)) {
                headers.insert(CONTENT_DISPOSITION, name);
            }
            response
        }
        Err(error) => refusal(error, &reference),
    }
}
