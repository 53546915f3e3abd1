//! Text that no database of ours can hold. PostgreSQL stores every character but NUL, so it is refused at the door,
//! for every field there is and will be, and on SQLite alike.

use ::http::header::CONTENT_TYPE;
use ::http::{HeaderMap, Request, Uri};
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::middleware::Next;
use axum::response::Response;
use domain::UserError;
use tokio::time::timeout;
use url::form_urlencoded;

use super::size::Bounds;

/// Refuses NUL in the address and in forms. `bounds`: of forms.
pub async fn storable_text(State(bounds): State<Bounds>, request: Request<Body>, next: Next) -> Response {
    let refusals = &bounds.refusals;
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
    if bounds.are_exceeded(&parts.headers) {
        return bounds.refuse(&parts, body).await;
    }
    let form = match timeout(bounds.answer, to_bytes(body, bounds.bytes)).await {
        Ok(Ok(form)) => form,
        // It did not say how large it is. (Whoever broke off hears no answer.)
        Ok(Err(_)) => return bounds.refusal(&parts),
        Err(_) => return bounds.broke_off(&parts),
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
    use std::io;
    use std::time::Duration;

    use ::http::StatusCode;
    use ::http::header::ACCEPT;
    use axum::routing::post;
    use axum::{Router, middleware};
    use bytes::Bytes;
    use futures::stream;
    use tower::ServiceExt;

    use super::super::assets::Assets;
    use super::super::refused::Refusals;
    use super::*;

    #[tokio::test]
    async fn a_form_that_does_not_arrive_is_answered_in_words() {
        let mut bounds = Bounds::of_forms(&Refusals::new(&Assets::new(None)));
        bounds.answer = Duration::from_millis(20);
        let router: Router = Router::new()
            .route("/form", post(|| async {}))
            .layer(middleware::from_fn_with_state(bounds, storable_text));
        for (accept, part) in [
            ("text/html", "<h1>This took too long</h1>"),
            ("*/*", "nothing was changed"),
        ] {
            let request = Request::post("/form")
                .header(ACCEPT, accept)
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body(Body::from_stream(stream::pending::<io::Result<Bytes>>()));
            let answer = router.clone().oneshot(request.expect("a request")).await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
            let body = to_bytes(answer.into_body(), 10_000).await.expect("a body");
            let text = String::from_utf8_lossy(&body);
            assert!(text.contains(part), "{part} in {text}");
        }
    }

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
