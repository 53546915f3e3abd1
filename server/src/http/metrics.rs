//! Numbers for Prometheus. Routes are labelled by their pattern, so there is no personal data in them and not more
//! series than routes.

use std::sync::OnceLock;
use std::time::{Duration, Instant};

use ::http::header::AUTHORIZATION;
use ::http::{HeaderMap, Method, Request, StatusCode};
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::errors::Failure;

/// The recorder of this process; there can be one only.
static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
/// Seconds; from a cached file to a slow report.
const BUCKETS: &[f64] = &[0.005, 0.02, 0.1, 0.5, 2.0, 10.0];

const UPKEEP: Duration = Duration::from_secs(5);

/// Starts recording, if nothing does yet.
pub fn start() -> Result<(), Failure> {
    if RECORDER.get().is_some() {
        return Ok(());
    }
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), BUCKETS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| Failure::new("metrics could not be started", error))?;
    // A test may have been quicker; then its recorder is the one.
    let _ = RECORDER.set(handle);
    // Samples are kept until somebody looks; where nobody does, they are folded away now and then.
    if let Ok(runtime) = tokio::runtime::Handle::try_current() {
        runtime.spawn(async {
            loop {
                tokio::time::sleep(UPKEEP).await;
                if let Some(recorder) = RECORDER.get() {
                    recorder.run_upkeep();
                }
            }
        });
    }
    Ok(())
}

fn render() -> String {
    RECORDER.get().map(PrometheusHandle::render).unwrap_or_default()
}

/// `/metrics` for a listener of its own.
pub fn router() -> Router {
    Router::new().route("/metrics", get(async || render()))
}

/// `/metrics` on the main address, for whoever has the token.
pub async fn guarded(State(token): State<SecretString>, headers: HeaderMap) -> Response {
    let given = headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "));
    let Some(given) = given else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    // Compared by their hashes, so that the time taken tells nothing about the token.
    if Sha256::digest(given.as_bytes()) == Sha256::digest(token.expose_secret().as_bytes()) {
        render().into_response()
    } else {
        StatusCode::UNAUTHORIZED.into_response()
    }
}

/// Counts and times every request by the pattern of its route.
pub async fn measure(request: Request<Body>, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    // A method can be any word, so only the usual ones make a series.
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    };
    let begun = Instant::now();
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::histogram!("usersync_http_seconds", "route" => route.clone()).record(begun.elapsed());
    metrics::counter!("usersync_http_requests_total", "route" => route, "method" => method, "status" => status)
        .increment(1);
    response
}
