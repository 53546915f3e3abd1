//! Answers of the layers, before a page or a server function is reached: in the form the asker understands.

use std::sync::Arc;

use ::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use ::http::request::Parts;
use ::http::{HeaderMap, HeaderValue, StatusCode};
use app::api::ApiError;
use axum::response::{IntoResponse, Response};
use domain::UserError;
use leptos::server_fn::error::FromServerFnError;

use super::assets::Assets;

/// A refusal's page has no script; only our style sheet.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Refuses in words.
#[derive(Clone, Debug)]
pub struct Refusals {
    style: Arc<str>,
}

/// Who asks, by what they understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A browser that goes to a page, or posts a form by itself.
    Page,
    /// A server function's caller.
    Function,
    Other,
}

impl Asker {
    /// Who sent this request.
    pub fn of(request: &Parts) -> Self {
        if wants_page(&request.headers) {
            Asker::Page
        } else if request.uri.path().starts_with("/api/") {
            Asker::Function
        } else {
            Asker::Other
        }
    }
}

/// Whether a person looks at the answer: a browser that goes to a page, or posts a form by itself.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

impl Refusals {
    pub fn new(assets: &Assets) -> Self {
        Self {
            style: format!("/{}/usersync.css", assets.package()).into(),
        }
    }

    /// The answer to this request. `title` is the heading where it is a page.
    pub fn answer(&self, request: &Parts, title: &str, error: UserError) -> Response {
        self.answer_to(Asker::of(request), title, error)
    }

    /// [`Self::answer`] where the request itself is gone.
    pub fn answer_to(&self, asker: Asker, title: &str, error: UserError) -> Response {
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        match asker {
            Asker::Page => {
                let page = self.page(title, &error.to_string());
                let mut response = (status, page).into_response();
                let headers = response.headers_mut();
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
                response
            }
            Asker::Function => {
                let json = [(CONTENT_TYPE, HeaderValue::from_static("application/json"))];
                (status, json, ApiError::User(error).ser().to_vec()).into_response()
            }
            Asker::Other => (status, error.to_string()).into_response(),
        }
    }

    /// Both texts are sentences of ours; nothing that was typed is in them.
    fn page(&self, title: &str, sentence: &str) -> String {
        let style = &self.style;
        format!(
            "<!DOCTYPE html><html lang=\"en-GB\"><head><meta charset=\"utf-8\"/>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\
             <meta name=\"color-scheme\" content=\"light dark\"/><title>{title} · User Sync</title>\
             <link rel=\"stylesheet\" href=\"{style}\"/></head><body><main id=\"content\" class=\"doorway\">\
             <p class=\"mark\">User Sync</p><h1>{title}</h1><p class=\"lede\">{sentence}</p>\
             <p>Your browser’s Back button leads back to where you were.</p>\
             </main></body></html>"
        )
    }
}
