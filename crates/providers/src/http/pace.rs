//! The pace of one connection, shared by everything that uses it: a run, a connection test and a picker at the same
//! time must not get in each other's way.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::Mutex;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::settings::Limits;

/// Calls per second, calls at once, and the pauses the provider asked for.
pub(crate) struct Pace {
    limiter: DefaultDirectRateLimiter,
    places: Semaphore,
    /// Until when a kind of call must wait. A provider counts each kind by itself (provider-apis 1.7, 2.6), and usage
    /// accrues while throttled: when one call is told to wait, all of its kind wait (G-06).
    pauses: Mutex<HashMap<&'static str, Instant>>,
}

impl Pace {
    pub(crate) fn new(limits: &Limits) -> Self {
        let per_second = NonZeroU32::new(limits.per_second).unwrap_or(NonZeroU32::MIN);
        Self {
            limiter: RateLimiter::direct(Quota::per_second(per_second)),
            places: Semaphore::new(limits.concurrent.max(1)),
            pauses: Mutex::new(HashMap::new()),
        }
    }

    /// Waits for its turn. The permit is the place among the calls at once; hold it while the call lasts.
    /// `None` never happens: the semaphore is never closed.
    pub(crate) async fn turn(&self, kind: &'static str) -> Option<SemaphorePermit<'_>> {
        loop {
            let permit = self.places.acquire().await.ok();
            let Some(until) = self.paused_until(kind) else {
                self.limiter.until_ready().await;
                return permit;
            };
            drop(permit);
            tokio::time::sleep_until(until).await;
        }
    }

    /// No call of this kind for this long.
    pub(crate) fn pause(&self, kind: &'static str, wait: Duration) {
        let until = Instant::now() + wait;
        if let Ok(mut pauses) = self.pauses.lock() {
            let current = pauses.entry(kind).or_insert(until);
            *current = (*current).max(until);
        }
    }

    fn paused_until(&self, kind: &'static str) -> Option<Instant> {
        let mut pauses = self.pauses.lock().ok()?;
        let until = pauses.get(kind).copied()?;
        if until <= Instant::now() {
            pauses.remove(kind);
            return None;
        }
        Some(until)
    }
}
