//! What both readers do with a signed call and its answer.

use std::sync::Arc;

use serde::de::DeserializeOwned;
use url::Url;

use crate::error::{Cause, ProviderError, Reading};
use crate::http::{Answer, Call, Sign, Transport, same_origin};

/// How often a body that ends too early is asked for again.
const CUT_OFF_ATTEMPTS: u32 = 3;

/// A transport, the signature, and the place calls go to.
pub(crate) struct Fetch<S> {
    pub(crate) transport: Arc<Transport>,
    pub(crate) sign: S,
    /// The root of the API; every call and every next link lies below it (G-01).
    pub(crate) base: Url,
    /// Turns a refusal into the error that is documented for it.
    pub(crate) refusal: fn(&Answer, Reading) -> ProviderError,
}

impl<S: Sign> Fetch<S> {
    /// An address below the API's root. `path` has no leading slash; `query` is put as it is, so encode values.
    pub(crate) fn url(&self, path: &str, query: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{path}", self.base.path()));
        url.set_query(Some(query).filter(|query| !query.is_empty()));
        url
    }

    /// A next link or a stored cursor, verbatim, if it leads to the same API (G-01).
    pub(crate) fn follow(&self, link: &str) -> Result<Url, ProviderError> {
        let foreign = |host: &str| ProviderError::ForeignLink {
            host: host.to_owned(),
        };
        let url = Url::parse(link).map_err(|_| foreign("an address that cannot be read"))?;
        if same_origin(&self.base, &url) && url.path().starts_with(self.base.path()) {
            Ok(url)
        } else {
            Err(foreign(url.host_str().unwrap_or_default()))
        }
    }

    /// The answer of a signed call, if it is a success.
    pub(crate) async fn answer(&self, call: &Call, what: Reading) -> Result<Answer, ProviderError> {
        let answer = self.transport.send(call, Some(&self.sign)).await?;
        if answer.status.is_success() {
            Ok(answer)
        } else {
            Err((self.refusal)(&answer, what))
        }
    }

    /// The answer and its JSON. A body that ends in the middle is asked for again (G-07).
    pub(crate) async fn json<T: DeserializeOwned>(
        &self,
        call: &Call,
        what: Reading,
    ) -> Result<(T, Answer), ProviderError> {
        let mut attempt = 1;
        loop {
            let answer = self.answer(call, what).await?;
            match serde_json::from_slice(&answer.body) {
                Ok(parsed) => return Ok((parsed, answer)),
                Err(error) if error.is_eof() && attempt < CUT_OFF_ATTEMPTS => {
                    tokio::time::sleep(self.transport.wait_after(&answer.headers, attempt)).await;
                    attempt += 1;
                }
                Err(error) => return Err(unreadable(&answer, &error)),
            }
        }
    }
}

/// A success whose body is not what is documented. The parser's text is not kept: it may quote personal data.
pub(crate) fn unreadable(answer: &Answer, error: &serde_json::Error) -> ProviderError {
    let host = answer.host.clone();
    if error.is_eof() {
        let source: Cause = "the body ended in the middle".into();
        return ProviderError::CutOff { host, source };
    }
    ProviderError::Unexpected {
        host,
        status: answer.status.as_u16(),
        what: "the body is not the documented JSON",
    }
}

/// Percent-encodes a value for a path segment or a query.
pub(crate) fn encoded(text: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// Puts the group's id on a [`ProviderError::NotFound`], for the log.
pub(crate) fn name_missing(error: ProviderError, group: &domain::ObjectId) -> ProviderError {
    match error {
        ProviderError::NotFound { what, .. } => ProviderError::NotFound {
            what,
            id: group.to_string(),
        },
        other => other,
    }
}
