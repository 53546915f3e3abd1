//! Text that no database of ours can hold. PostgreSQL stores every character but NUL, so it is refused at the door,
//! for every field there is and will be, and on SQLite alike.

use ::http::header::CONTENT_TYPE;
use ::http::{HeaderMap, Request, StatusCode, Uri};
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::UserError;
use tokio::time::timeout;
use url::form_urlencoded;

use super::refused::Refusals;
use super::size::Bounds;
use crate::router::{ANSWER, BODY};

/// Refuses NUL in the address and in forms.
pub async fn storable_text(State(refusals): State<Refusals>, request: Request<Body>, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if path_holds_nul(&parts.uri) {
        return refusals.answer(&parts, "No such page", UserError::NotFound);
    }
    let query = parts.uri.query().unwrap_or_default();
    if let Some(field) = field_with_nul(query.as_bytes()) {
        return refusals.answer(&parts, "This cannot be stored", unstorable(field));
    }
    if !is_form(&parts.headers) {
        return next.run(Request::from_parts(parts, body)).await;
    }
    let bounds = Bounds::of_forms(&refusals);
    if bounds.are_exceeded(&parts.headers) {
        return bounds.refuse(&parts, body).await;
    }
    let form = match timeout(ANSWER, to_bytes(body, BODY)).await {
        Ok(Ok(form)) => form,
        // It did not say how large it is. (Whoever broke off hears no answer.)
        Ok(Err(_)) => return bounds.refusal(&parts),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    if let Some(field) = field_with_nul(&form) {
        return refusals.answer(&parts, "This cannot be stored", unstorable(field));
    }
    next.run(Request::from_parts(parts, Body::from(form))).await
}

fn unstorable(field: String) -> UserError {
    UserError::field(
        field,
        "This holds an invisible character (NUL) that cannot be stored. Delete the text and type it again.",
    )
}

fn path_holds_nul(uri: &Uri) -> bool {
    uri.path().contains("%00")
}

fn is_form(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"))
}

/// The first field whose name or value holds NUL.
fn field_with_nul(form: &[u8]) -> Option<String> {
    // Decoding costs more than looking, and hardly any form has to be decoded.
    let suspect = form.contains(&0) || form.windows(3).any(|bytes| bytes == b"%00");
    if !suspect {
        return None;
    }
    form_urlencoded::parse(form)
        .find(|(name, value)| name.contains('\0') || value.contains('\0'))
        .map(|(name, _)| name.replace('\0', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_field_is_named() {
        assert_eq!(field_with_nul(b"name=a%00b"), Some("name".to_owned()));
        assert_eq!(field_with_nul(b"a=1&na%00me=b"), Some("name".to_owned()));
        assert_eq!(field_with_nul(b"a=\0"), Some("a".to_owned()));
        // A per cent sign that was typed, with digits after it.
        assert_eq!(field_with_nul(b"a=100%2500"), None);
        assert_eq!(field_with_nul(b"a=%20&b=%C3%A9"), None);
    }
}
