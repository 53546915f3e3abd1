//! The id of a request: in the log, in the answer's `x-request-id`, and quoted as the reference of a failure.

use ::http::{HeaderValue, Request};
use rand::distr::{Alphanumeric, SampleString};
use tower_http::request_id::{MakeRequestId, RequestId};

/// Twelve random letters and digits. An id sent by the client is not taken over: it would be written to the log.
#[derive(Clone, Copy, Debug, Default)]
pub struct MakeId;

impl MakeRequestId for MakeId {
    fn make_request_id<B>(&mut self, _request: &Request<B>) -> Option<RequestId> {
        let id = Alphanumeric.sample_string(&mut rand::rng(), 12).to_lowercase();
        HeaderValue::from_str(&id).ok().map(RequestId::new)
    }
}
