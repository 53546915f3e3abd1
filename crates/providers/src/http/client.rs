//! One HTTP client, and the loop around each call.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use domain::{Clock, Provider};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::guard::{NotPublic, PublicOnly};
use super::{Answer, Pace, nul, retry};
use crate::error::ProviderError;
use crate::settings::Limits;

/// One call. Every call of this crate only reads (or asks for a token), so each may be repeated.
pub(crate) struct Call {
    /// The kind, for pace, metrics and logs: `users`, `groups`, `token`. Never holds an id.
    pub(crate) kind: &'static str,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
}

/// No `Debug`: a form holds secrets.
pub(crate) enum Body {
    Empty,
    Form(Vec<(&'static str, String)>),
    Json(Bytes),
}

impl Call {
    pub(crate) fn get(kind: &'static str, url: Url) -> Self {
        Self {
            kind,
            method: Method::GET,
            url,
            headers: HeaderMap::new(),
            body: Body::Empty,
        }
    }

    pub(crate) fn post(kind: &'static str, url: Url, body: Body) -> Self {
        Self {
            method: Method::POST,
            body,
            ..Self::get(kind, url)
        }
    }

    #[must_use]
    pub(crate) fn header(mut self, name: &'static str, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    pub(crate) fn host(&self) -> String {
        self.url.host_str().unwrap_or_default().to_owned()
    }
}

/// Puts the proof of who we are on a call.
#[async_trait]
pub(crate) trait Sign: Send + Sync {
    /// The headers for one attempt. Asks the provider for a token when there is none, or none that lasts.
    async fn headers(&self, call: &Call) -> Result<HeaderMap, ProviderError>;
    /// The provider answered 400 or 401 to a signed call. Whether signing again, with a new token or nonce, may help.
    async fn refused(&self, answer: &Answer) -> bool;
}

/// Builds the HTTP client for one circle of trust.
///
/// `ca_pem` is then the only authority trusted. `guarded` refuses every address that is not public (C-18). There is no
/// proxy: it would resolve names by itself and so lead around the guard.
pub(crate) fn build_http(
    ca_pem: Option<&str>,
    guarded: bool,
    tls: bool,
    limits: &Limits,
) -> Result<reqwest::Client, ProviderError> {
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("usersync/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(limits.connect)
        .timeout(limits.attempt)
        .pool_idle_timeout(Duration::from_mins(1))
        .https_only(tls);
    if guarded {
        builder = builder.dns_resolver(PublicOnly);
    }
    if let Some(pem) = ca_pem {
        let certificates = reqwest::Certificate::from_pem_bundle(pem.as_bytes()).map_err(no_client)?;
        builder = builder.tls_certs_only(certificates);
    } else if !tls {
        // Plain HTTP needs no authorities, and a machine without a list of them must still be able to run the demo.
        builder = builder.tls_certs_only([]);
    }
    builder.build().map_err(no_client)
}

fn no_client(error: reqwest::Error) -> ProviderError {
    ProviderError::Tls {
        host: "any host".to_owned(),
        source: error.into(),
    }
}

/// What a [`Transport`] is made of.
pub(crate) struct TransportParts {
    pub(crate) provider: Provider,
    pub(crate) http: reqwest::Client,
    pub(crate) pace: Arc<Pace>,
    pub(crate) limits: Limits,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) cancel: CancellationToken,
    pub(crate) deadline: Option<Instant>,
}

/// Sends calls: paced, retried, bounded in time and size.
pub(crate) struct Transport(TransportParts);

impl Transport {
    pub(crate) fn new(parts: TransportParts) -> Self {
        Self(parts)
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        self.0.clock.as_ref()
    }

    pub(crate) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// All calls of this kind wait.
    pub(crate) fn pause(&self, kind: &'static str, wait: Duration) {
        self.0.pace.pause(kind, wait);
    }

    /// The wait before attempt `attempt + 1` after an answer with these headers.
    pub(crate) fn wait_after(&self, headers: &HeaderMap, attempt: u32) -> Duration {
        retry::wait(
            headers,
            self.0.clock.now(),
            attempt,
            rand::random(),
            &self.0.limits,
        )
    }

    /// Sends a call until it is answered for good: any status that waiting will not change.
    pub(crate) async fn send(&self, call: &Call, signer: Option<&dyn Sign>) -> Result<Answer, ProviderError> {
        let call_ends = Instant::now() + self.0.limits.call;
        let ends = self
            .0
            .deadline
            .map_or(call_ends, |run_ends| run_ends.min(call_ends));
        tokio::select! {
            biased;
            () = self.0.cancel.cancelled() => Err(ProviderError::Cancelled),
            outcome = tokio::time::timeout_at(ends, self.attempts(call, signer, ends)) => {
                outcome.unwrap_or_else(|_| Err(self.out_of_time(call)))
            }
        }
    }

    fn out_of_time(&self, call: &Call) -> ProviderError {
        if self.0.deadline.is_some_and(|run_ends| run_ends <= Instant::now()) {
            ProviderError::DeadlinePassed
        } else {
            ProviderError::Timeout { host: call.host() }
        }
    }

    async fn attempts(
        &self,
        call: &Call,
        signer: Option<&dyn Sign>,
        ends: Instant,
    ) -> Result<Answer, ProviderError> {
        let mut attempt = 1;
        let mut renewals = 0;
        loop {
            let outcome = self.attempt(call, signer).await;
            let wait = match &outcome {
                Ok(answer) if retry::is_transient(answer.status) => self.wait_after(&answer.headers, attempt),
                Ok(answer) => {
                    // A refused token is renewed once; a DPoP nonce may be asked for on top of that (G-08).
                    if let Some(signer) = signer
                        && matches!(answer.status.as_u16(), 400 | 401)
                        && renewals < 2
                        && signer.refused(answer).await
                    {
                        renewals += 1;
                        continue;
                    }
                    return outcome;
                }
                Err(error) if heals(error) => self.wait_after(&HeaderMap::new(), attempt),
                Err(_) => return outcome,
            };
            let longest = self.0.limits.longest_wait + self.0.limits.floor;
            if attempt >= self.0.limits.attempts || wait > longest || Instant::now() + wait > ends {
                return outcome.and_then(|answer| Err(given_up(&answer, wait)));
            }
            self.count_retry(call, attempt, &outcome);
            match &outcome {
                Ok(answer) if answer.status.as_u16() == 429 => self.pause(call.kind, wait),
                _ => tokio::time::sleep(wait).await,
            }
            attempt += 1;
        }
    }

    fn count_retry(&self, call: &Call, attempt: u32, outcome: &Result<Answer, ProviderError>) {
        let reason = match outcome {
            Ok(answer) if answer.status.as_u16() == 429 => "throttled",
            Ok(_) => "unavailable",
            Err(_) => "connection",
        };
        tracing::info!(provider = %self.0.provider, call = call.kind, attempt, reason, "provider call will be repeated");
        metrics::counter!("provider_retries_total", "provider" => self.0.provider.code(), "reason" => reason)
            .increment(1);
    }

    /// One attempt: sign, wait for the turn, send, read the whole body.
    async fn attempt(&self, call: &Call, signer: Option<&dyn Sign>) -> Result<Answer, ProviderError> {
        let signature = match signer {
            Some(signer) => signer.headers(call).await?,
            None => HeaderMap::new(),
        };
        let _place = self.0.pace.turn(call.kind).await;
        let begun = Instant::now();
        let outcome = self.exchange(call, signature).await;
        self.record(call, begun.elapsed(), &outcome);
        if let Ok(answer) = &outcome
            && let Some(wait) = retry::used_up(&answer.headers)
        {
            self.pause(call.kind, wait.min(self.0.limits.longest_wait));
        }
        outcome
    }

    async fn exchange(&self, call: &Call, signature: HeaderMap) -> Result<Answer, ProviderError> {
        let mut request = self
            .0
            .http
            .request(call.method.clone(), call.url.clone())
            .timeout(self.0.limits.attempt)
            .header(ACCEPT, "application/json")
            .headers(call.headers.clone())
            .headers(signature);
        request = match &call.body {
            Body::Empty => request,
            Body::Form(form) => request.form(form),
            Body::Json(json) => request
                .header(CONTENT_TYPE, "application/json")
                .body(json.clone()),
        };
        let host = call.host();
        let mut response = request.send().await.map_err(|error| translate(&host, error))?;
        let limit = self.0.limits.answer_bytes;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| translate(&host, error))? {
            if body.len() + chunk.len() > limit {
                return Err(ProviderError::TooLarge { host, limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer {
            host,
            status: response.status(),
            headers: std::mem::take(response.headers_mut()),
            body: nul::dropped(body.freeze()),
        })
    }

    /// Metrics and the log line of one attempt: kinds, numbers, codes and request ids; no URL, no name, no token.
    fn record(&self, call: &Call, took: Duration, outcome: &Result<Answer, ProviderError>) {
        let provider = self.0.provider.code();
        let status = outcome
            .as_ref()
            .map_or("none".to_owned(), |answer| answer.status.as_str().to_owned());
        metrics::counter!("provider_requests_total", "provider" => provider, "call" => call.kind, "status" => status)
            .increment(1);
        metrics::histogram!("provider_request_seconds", "provider" => provider, "call" => call.kind)
            .record(took.as_secs_f64());
        match outcome {
            Ok(answer) if answer.status.is_success() => tracing::debug!(
                provider,
                call = call.kind,
                status = answer.status.as_u16(),
                bytes = answer.body.len(),
                request_id = answer.request_id(),
                "provider call"
            ),
            Ok(answer) => tracing::warn!(
                provider,
                call = call.kind,
                status = answer.status.as_u16(),
                code = crate::codes::code_of(&answer.body).unwrap_or_default(),
                request_id = answer.request_id(),
                "provider call refused"
            ),
            Err(error) => tracing::warn!(provider, call = call.kind, error = %error, "provider call failed"),
        }
    }
}

/// Failures of the way that another attempt may not meet.
fn heals(error: &ProviderError) -> bool {
    matches!(
        error,
        ProviderError::Unreachable { .. } | ProviderError::Timeout { .. } | ProviderError::CutOff { .. }
    )
}

/// All attempts are used up (C-08, G-06, G-07).
fn given_up(answer: &Answer, wait: Duration) -> ProviderError {
    let status = answer.status.as_u16();
    let code = crate::codes::code_of(&answer.body).unwrap_or_else(|| status.to_string());
    if status == 429 {
        ProviderError::Throttled {
            code,
            wait: Some(wait),
        }
    } else {
        ProviderError::Unavailable { status, code }
    }
}

/// Says what kind of failure it was. The URL is dropped: it may hold ids and tokens.
fn translate(host: &str, error: reqwest::Error) -> ProviderError {
    let error = error.without_url();
    let host = host.to_owned();
    if in_chain::<NotPublic>(&error) {
        ProviderError::HostRefused { host }
    } else if error.is_timeout() {
        ProviderError::Timeout { host }
    } else if in_chain::<rustls::Error>(&error) {
        ProviderError::Tls {
            host,
            source: error.into(),
        }
    } else if error.is_dns() {
        ProviderError::NameNotFound {
            host,
            source: error.into(),
        }
    } else if error.is_connect() {
        ProviderError::Unreachable {
            host,
            source: error.into(),
        }
    } else {
        ProviderError::CutOff {
            host,
            source: error.into(),
        }
    }
}

/// Whether an error of this type is among the causes, also where an `io::Error` wraps it.
fn in_chain<E: Error + 'static>(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(current) = next {
        if current.is::<E>() {
            return true;
        }
        let wrapped = current
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref);
        next = match wrapped {
            Some(inner) => Some(inner),
            None => current.source(),
        };
    }
    false
}
