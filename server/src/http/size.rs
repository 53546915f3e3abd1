//! Requests that bring more than they may, or take longer: refused in words.

use std::time::Duration;

use ::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use ::http::request::Parts;
use ::http::{HeaderMap, Request};
use axum::body::Body;
use axum::extract::State;
use axum::middleware::Next;
use axum::response::Response;
use domain::{Slow, UserError};
use futures::StreamExt;
use rules::user_mapping::MAX_BYTES;
use tokio::time::timeout;

use super::refused::{Asker, Refusals};
use super::upload;
use crate::router::{ANSWER, BODY, BODY_MEGABYTES};

/// The heading of what is said of a request that takes too long.
const SLOW: &str = "This took too long";

/// How much a request may bring and how long it may take, and what is said of one that goes beyond.
#[derive(Clone, Debug)]
pub struct Bounds {
    pub refusals: Refusals,
    /// Bytes of the whole request.
    pub bytes: usize,
    /// How long its answer may take to begin.
    pub answer: Duration,
    refusal: UserError,
}

impl Bounds {
    /// What is typed.
    pub fn of_forms(refusals: &Refusals) -> Self {
        Self {
            refusals: refusals.clone(),
            bytes: BODY,
            answer: ANSWER,
            refusal: UserError::TooLarge {
                megabytes: BODY_MEGABYTES,
                is_file: false,
            },
        }
    }

    /// A file. Named is the most a file may have: whoever keeps to that never meets the limit of the request.
    pub fn of_files(refusals: &Refusals) -> Self {
        Self {
            refusals: refusals.clone(),
            bytes: upload::BODY,
            answer: upload::ANSWER,
            refusal: file_too_large(),
        }
    }

    /// Whether a request says that it is larger. One that does not say how large it is, is cut off where it is read.
    pub fn are_exceeded(&self, headers: &HeaderMap) -> bool {
        length(headers).is_some_and(|length| length > self.bytes)
    }

    /// Waits for what a browser still sends, and refuses it: one that is answered before shows a broken connection instead
    /// of the answer. What is far too large is not waited for.
    pub async fn refuse(&self, parts: &Parts, body: Body) -> Response {
        if length(&parts.headers).is_some_and(|length| length <= self.bytes.saturating_mul(2)) {
            let mut rest = body.into_data_stream();
            let all = async { while let Some(Ok(_)) = rest.next().await {} };
            _ = timeout(self.answer, all).await;
        }
        self.refusal(parts)
    }

    /// The answer to a request that is larger.
    pub fn refusal(&self, parts: &Parts) -> Response {
        self.refusals
            .answer(parts, "This is too large", self.refusal.clone())
    }

    /// The answer to a request of which not all came in time: nothing was done.
    pub fn broke_off(&self, parts: &Parts) -> Response {
        let error = UserError::TooSlow { what: Slow::Arrival };
        self.refusals.answer(parts, SLOW, error)
    }
}

/// What is said of a file that is larger than one may be (F-27).
pub fn file_too_large() -> UserError {
    UserError::TooLarge {
        megabytes: MAX_BYTES / 1_000_000,
        is_file: true,
    }
}

fn length(headers: &HeaderMap) -> Option<usize> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// Refuses a request that says that it is too large.
pub async fn not_too_large(State(bounds): State<Bounds>, request: Request<Body>, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if bounds.are_exceeded(&parts.headers) {
        return bounds.refuse(&parts, body).await;
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Answers a request whose answer takes too long to begin. What it asked for may be done all the same.
pub async fn in_time(State(bounds): State<Bounds>, request: Request<Body>, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let (asker, what) = (Asker::of(&parts), slow(&parts));
    let answer = timeout(bounds.answer, next.run(Request::from_parts(parts, body))).await;
    answer.unwrap_or_else(|_| {
        let error = UserError::TooSlow { what };
        bounds.refusals.answer_to(asker, SLOW, error)
    })
}

/// What it is that takes too long, by its request.
fn slow(parts: &Parts) -> Slow {
    let kind = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    if parts.method.is_safe() {
        Slow::Page
    } else if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
        // Files alone come so; what is typed is not sent in parts.
        Slow::Upload
    } else {
        Slow::Answer
    }
}

#[cfg(test)]
mod tests {
    use ::http::header::ACCEPT;
    use ::http::{Method, StatusCode};
    use axum::body::to_bytes;
    use axum::routing::any;
    use axum::{Router, middleware};
    use tower::ServiceExt;

    use super::super::assets::Assets;
    use super::*;

    #[tokio::test]
    async fn an_answer_that_takes_too_long_is_given_in_words() {
        let mut bounds = Bounds::of_forms(&Refusals::new(&Assets::new(None)));
        bounds.answer = Duration::from_millis(20);
        let router: Router = Router::new()
            .route("/slow", any(std::future::pending::<()>))
            .layer(middleware::from_fn_with_state(bounds, in_time));
        let (form, file) = (
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=b",
        );
        for (method, kind, accept, part) in [
            (Method::POST, form, "text/html", "<h1>This took too long</h1>"),
            (Method::POST, form, "*/*", "Look whether"),
            // F-34: a file that is not taken whole is not taken at all; whoever only looks has done nothing.
            (Method::POST, file, "application/json", "so nothing was stored"),
            (
                Method::GET,
                "",
                "text/html",
                "This page took too long. Try again.",
            ),
            (Method::GET, "", "*/*", "This page took too long. Try again."),
        ] {
            let request = Request::builder().method(method).uri("/slow");
            let request = request.header(CONTENT_TYPE, kind).header(ACCEPT, accept);
            let request = request.body(Body::empty()).expect("a request");
            let answer = router.clone().oneshot(request).await;
            let answer = answer.expect("an answer");
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            let body = to_bytes(answer.into_body(), 10_000).await.expect("a body");
            let text = String::from_utf8_lossy(&body);
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
