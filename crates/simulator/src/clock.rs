//! The simulated clock.

use chrono::{DateTime, Duration, Utc};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// The machine's time; only for the default of [`crate::Options::start`].
#[expect(
    clippy::disallowed_methods,
    reason = "the simulator plays a remote service, which has its own clock"
)]
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from(std::time::SystemTime::now())
}

/// Starts at a given time, runs at normal speed, and can be put forward.
#[derive(Debug)]
pub(crate) struct Clock {
    start: DateTime<Utc>,
    began: Instant,
    ahead: Mutex<Duration>,
}

impl Clock {
    pub(crate) fn new(start: DateTime<Utc>) -> Clock {
        Clock {
            start,
            began: Instant::now(),
            ahead: Mutex::new(Duration::zero()),
        }
    }

    /// The simulated time, in milliseconds (Okta shows no more).
    pub(crate) fn now(&self) -> DateTime<Utc> {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let elapsed = Duration::from_std(self.began.elapsed()).unwrap_or(Duration::zero());
        let now = self.start + elapsed + ahead;
        DateTime::from_timestamp_millis(now.timestamp_millis()).unwrap_or(now)
    }

    /// Puts the clock forward.
    pub(crate) fn advance(&self, by: Duration) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}
