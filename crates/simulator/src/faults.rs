//! Misbehaviour on demand.

use crate::Kind;
use chrono::{DateTime, Duration as Span, Utc};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Names a fault that was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FaultId(pub u64);

/// A misbehaviour that waits for matching requests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fault {
    /// Which provider misbehaves.
    pub kind: Kind,
    /// Beginning of the request's path. For Graph with or without `/v1.0`; empty matches everything.
    #[serde(default)]
    pub path_prefix: String,
    /// How many matching requests pass unharmed first.
    #[serde(default)]
    pub after: u32,
    /// How many are then harmed.
    #[serde(default = "once")]
    pub times: u32,
    /// What happens to them.
    pub action: FaultAction,
}

fn once() -> u32 {
    1
}

/// What happens to a request that meets a fault.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultAction {
    /// Answers 429. Graph: with `Retry-After` in seconds (perhaps fractional) or without; requests before it has
    /// passed are throttled again and prolong it. Okta: `Some` is a used-up bucket whose
    /// `X-Rate-Limit-Reset` lies so far ahead, `None` too many requests at a time (limit and remaining 0).
    TooManyRequests {
        /// Seconds.
        #[serde(default)]
        retry_after: Option<f32>,
    },
    /// This 5xx status with the provider's error body.
    ServerError(u16),
    /// The right answer, but late (over HTTP in milliseconds).
    Slow(#[serde(with = "millis")] Duration),
    /// A list page without entries but with a next link to the page asked for.
    EmptyPageWithNext,
    /// Meets only requests with a page token: 400, the token expired.
    ExpiredPageToken,
    /// Meets only requests with a delta token: 410 and `syncStateNotFound`.
    ExpiredDeltaToken,
    /// A complete answer whose JSON stops in the middle.
    TruncatedBody,
    /// 403 with the provider's "not allowed" body.
    Forbidden,
    /// A list page whose entries come twice.
    DuplicateObjects,
    /// The connection ends in the middle of the body.
    CutConnection,
}

mod millis {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::time::Duration;

    pub(super) fn serialize<S: Serializer>(value: &Duration, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(u64::try_from(value.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

#[derive(Debug)]
struct Armed {
    id: u64,
    fault: Fault,
    seen: u32,
}

/// What of a request decides which faults it meets.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Aim<'a> {
    pub(crate) kind: Kind,
    pub(crate) path: &'a str,
    pub(crate) has_page_token: bool,
    pub(crate) has_delta_token: bool,
}

/// The faults that are set.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    last: u64,
    armed: Vec<Armed>,
    /// Until when a family of Graph paths is throttled, and with which `Retry-After`.
    throttled: HashMap<String, (DateTime<Utc>, f32)>,
}

impl Faults {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set(&self, fault: Fault) -> FaultId {
        let mut inner = self.inner();
        inner.last += 1;
        let id = inner.last;
        inner.armed.push(Armed { id, fault, seen: 0 });
        FaultId(id)
    }

    pub(crate) fn remove(&self, id: FaultId) -> bool {
        let mut inner = self.inner();
        let before = inner.armed.len();
        inner.armed.retain(|armed| armed.id != id.0);
        before != inner.armed.len()
    }

    pub(crate) fn clear(&self) {
        let mut inner = self.inner();
        inner.armed.clear();
        inner.throttled.clear();
    }

    pub(crate) fn list(&self) -> Vec<(FaultId, Fault)> {
        self.inner()
            .armed
            .iter()
            .map(|armed| (FaultId(armed.id), armed.fault.clone()))
            .collect()
    }

    /// What a request meets, if anything; counts it.
    pub(crate) fn meet(&self, aim: Aim<'_>, now: DateTime<Utc>) -> Option<FaultAction> {
        let mut inner = self.inner();
        let family = family(aim);
        if let Some((until, seconds)) = inner.throttled.get(&family).copied() {
            if now < until {
                // Calling too early prolongs the throttling (Dev Proxy's RetryAfterPlugin).
                inner
                    .throttled
                    .insert(family, (now + seconds_span(seconds), seconds));
                return Some(FaultAction::TooManyRequests {
                    retry_after: Some(seconds),
                });
            }
            inner.throttled.remove(&family);
        }
        let mut action = None;
        for armed in &mut inner.armed {
            if !matches(&armed.fault, aim) {
                continue;
            }
            armed.seen += 1;
            if armed.seen > armed.fault.after
                && armed.seen <= armed.fault.after.saturating_add(armed.fault.times)
            {
                action = Some(armed.fault.action);
                break;
            }
        }
        inner
            .armed
            .retain(|armed| armed.seen < armed.fault.after.saturating_add(armed.fault.times));
        if let (
            Kind::Entra,
            Some(FaultAction::TooManyRequests {
                retry_after: Some(seconds),
            }),
        ) = (aim.kind, action)
        {
            inner
                .throttled
                .insert(family, (now + seconds_span(seconds), seconds));
        }
        action
    }
}

/// Seconds, perhaps fractional, as a span.
pub(crate) fn seconds_span(seconds: f32) -> Span {
    Duration::try_from_secs_f32(seconds)
        .ok()
        .and_then(|span| Span::from_std(span).ok())
        .unwrap_or(Span::zero())
}

fn without_version(path: &str) -> &str {
    path.strip_prefix("/v1.0")
        .or_else(|| path.strip_prefix("/beta"))
        .unwrap_or(path)
}

/// Graph throttles by the first segment of the path.
fn family(aim: Aim<'_>) -> String {
    let path = without_version(aim.path);
    let first = path
        .trim_start_matches('/')
        .split(['/', '('])
        .next()
        .unwrap_or_default();
    format!("{:?}/{first}", aim.kind)
}

fn matches(fault: &Fault, aim: Aim<'_>) -> bool {
    let path_fits =
        aim.path.starts_with(&fault.path_prefix) || without_version(aim.path).starts_with(&fault.path_prefix);
    let token_fits = match fault.action {
        FaultAction::ExpiredPageToken => aim.has_page_token,
        FaultAction::ExpiredDeltaToken => aim.has_delta_token,
        _ => true,
    };
    fault.kind == aim.kind && path_fits && token_fits
}
