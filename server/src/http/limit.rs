//! How often one client address, and all together, may try to sign in, or do what costs as much. In this process only: what protects one
//! account is its back-off in the database; this protects the server's processors from argon2, and accounts from
//! whoever tries one password at each of them.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ::http::header::RETRY_AFTER;
use ::http::{HeaderValue, Request, StatusCode};
use app::api::ApiError;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::middleware::Next;
use axum::response::Response;
use domain::UserError;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, DefaultKeyedRateLimiter, Quota, RateLimiter};
use ipnet::IpNet;
use leptos::server_fn::error::FromServerFnError;

use super::client;
use super::refused::Refusals;
use crate::config::Config;

/// Addresses whose calls are counted.
const COUNTED: &[&str] = &[
    "/api/auth/sign-in",
    "/api/auth/first-admin",
    "/api/auth/accept-invitation",
    "/api/auth/forgot-password",
    "/api/auth/reset-password",
    "/api/account/password",
];
/// Bytes of the largest refusal that is looked at.
const REFUSAL: usize = 64 * 1024;

/// The limit on sign-ins.
#[derive(Clone)]
pub struct SignInLimit(Arc<Inner>);

struct Inner {
    of_address: DefaultKeyedRateLimiter<IpAddr>,
    in_all: DefaultDirectRateLimiter,
    clock: DefaultClock,
    trusted: Vec<IpNet>,
    refusals: Refusals,
    calls: AtomicU32,
}

impl SignInLimit {
    pub fn new(config: &Config, refusals: Refusals) -> Self {
        Self(Arc::new(Inner {
            of_address: RateLimiter::keyed(quota(config.sign_ins_per_minute)),
            in_all: RateLimiter::direct(quota(config.sign_ins_per_minute_in_all)),
            clock: DefaultClock::default(),
            trusted: config.trusted_proxies.clone(),
            refusals,
            calls: AtomicU32::new(0),
        }))
    }

    /// The seconds to wait, if this address or all together have tried too often. An address that is refused does not
    /// use up what all have.
    fn refuse(&self, address: IpAddr) -> Option<u64> {
        let inner = &self.0;
        // Addresses that may try again are forgotten now and then, so that the table does not grow for ever.
        if inner.calls.fetch_add(1, Ordering::Relaxed) % 1000 == 999 {
            inner.of_address.retain_recent();
        }
        let checked = inner
            .of_address
            .check_key(&client::bucket(address))
            .and_then(|()| inner.in_all.check());
        // Rounded up, so that whoever waits so long is not refused again.
        checked
            .err()
            .map(|not_until| not_until.wait_time_from(inner.clock.now()).as_secs() + 1)
    }
}

fn quota(per_minute: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN))
}

/// Refuses sign-ins of an address that has tried too often.
pub async fn sign_ins(State(limit): State<SignInLimit>, request: Request<Body>, next: Next) -> Response {
    if !COUNTED.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let peer = client::peer(request.extensions());
    let address = client::address(peer, request.headers(), &limit.0.trusted);
    let Some(seconds) = limit.refuse(address) else {
        return with_wait(next.run(request).await).await;
    };
    metrics::counter!("usersync_sign_ins_total", "result" => "limited").increment(1);
    let (parts, _) = request.into_parts();
    let error = UserError::TooManyAttempts { seconds };
    let mut response = limit.0.refusals.answer(&parts, "Please wait a moment", error);
    response
        .headers_mut()
        .insert(RETRY_AFTER, HeaderValue::from(seconds));
    response
}

/// The back-off of an account says in words how long to wait; clients read it in the header.
async fn with_wait(response: Response) -> Response {
    if response.status() != StatusCode::TOO_MANY_REQUESTS || response.headers().contains_key(RETRY_AFTER) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, REFUSAL).await else {
        return Response::from_parts(parts, Body::empty());
    };
    if let ApiError::User(UserError::TooManyAttempts { seconds }) = ApiError::de(bytes.clone()) {
        parts.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Response::from_parts(parts, Body::from(bytes))
}
