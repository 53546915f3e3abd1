//! The one way out of this crate. Everything that is true for every call to a provider is here: pace, retries,
//! deadlines, sizes, redaction, metrics. Nothing here knows what the calls are about.

mod client;
mod guard;
mod links;
mod nul;
mod pace;
mod retry;

pub(crate) use client::{Body, Call, Sign, Transport, TransportParts, build_http};
pub(crate) use guard::{is_public_name, same_origin};
pub(crate) use links::next_link;
pub(crate) use pace::Pace;
pub(crate) use retry::server_time;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

/// What came back: any status, the whole body, without U+0000 in its texts.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) host: String,
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The provider's id of this request, for a support call.
    pub(crate) fn request_id(&self) -> &str {
        ["request-id", "x-ms-request-id", "x-okta-request-id"]
            .iter()
            .find_map(|name| self.headers.get(*name)?.to_str().ok())
            .unwrap_or("-")
    }
}
