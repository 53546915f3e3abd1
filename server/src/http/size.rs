//! Requests that bring more than they may: refused in words, and nothing of them is taken.

use std::time::Duration;

use ::http::header::CONTENT_LENGTH;
use ::http::request::Parts;
use ::http::{HeaderMap, Request};
use axum::body::Body;
use axum::extract::State;
use axum::middleware::Next;
use axum::response::Response;
use domain::UserError;
use futures::StreamExt;
use rules::user_mapping::MAX_BYTES;
use tokio::time::timeout;

use super::refused::Refusals;
use super::upload;
use crate::router::{ANSWER, BODY, BODY_MEGABYTES};

/// How much a request may bring, and what is said of one that brings more.
#[derive(Clone, Debug)]
pub struct Bounds {
    refusals: Refusals,
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
            refusal: UserError::TooLarge {
                megabytes: MAX_BYTES / 1_000_000,
                is_file: true,
            },
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
