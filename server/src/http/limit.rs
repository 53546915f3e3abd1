//! How often one client address may try to sign in. In this process only: what protects one account is its back-off
//! in the database; this protects the server's processors from argon2.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ::http::header::{ACCEPT, CONTENT_TYPE, RETRY_AFTER};
use ::http::{HeaderMap, HeaderValue, Request, StatusCode};
use app::api::ApiError;
use axum::body::Body;
use axum::extract::State;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use domain::UserError;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;
use leptos::server_fn::error::FromServerFnError;

use super::client;

/// Addresses whose calls are counted.
const COUNTED: &[&str] = &["/api/auth/sign-in", "/api/auth/first-admin"];

/// The limit on sign-ins.
#[derive(Clone)]
pub struct SignInLimit(Arc<Inner>);

struct Inner {
    limiter: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
    trusted: Vec<IpNet>,
    calls: AtomicU32,
}

impl SignInLimit {
    pub fn new(per_minute: u32, trusted: Vec<IpNet>) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        Self(Arc::new(Inner {
            limiter: RateLimiter::keyed(quota),
            clock: DefaultClock::default(),
            trusted,
            calls: AtomicU32::new(0),
        }))
    }

    /// The seconds to wait, if this address has tried too often.
    fn refuse(&self, address: IpAddr) -> Option<u64> {
        // Addresses that may try again are forgotten now and then, so that the table does not grow for ever.
        if self.0.calls.fetch_add(1, Ordering::Relaxed) % 1000 == 999 {
            self.0.limiter.retain_recent();
        }
        let not_until = self.0.limiter.check_key(&client::bucket(address)).err()?;
        Some(not_until.wait_time_from(self.0.clock.now()).as_secs() + 1)
    }
}

/// Refuses sign-ins of an address that has tried too often.
pub async fn sign_ins(State(limit): State<SignInLimit>, request: Request<Body>, next: Next) -> Response {
    let path = request.uri().path();
    if !COUNTED.contains(&path) {
        return next.run(request).await;
    }
    let peer = client::peer(request.extensions());
    let address = client::address(peer, request.headers(), &limit.0.trusted);
    match limit.refuse(address) {
        None => next.run(request).await,
        Some(seconds) => too_many(request.headers(), seconds),
    }
}

fn too_many(headers: &HeaderMap, seconds: u64) -> Response {
    metrics::counter!("usersync_sign_ins_total", "result" => "limited").increment(1);
    let error = UserError::TooManyAttempts { seconds };
    let html = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"));
    let (kind, body) = if html {
        ("text/plain; charset=utf-8", error.to_string().into_bytes())
    } else {
        ("application/json", ApiError::User(error).ser().to_vec())
    };
    let mut response = (StatusCode::TOO_MANY_REQUESTS, body).into_response();
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}
