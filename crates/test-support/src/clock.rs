use std::sync::Mutex;

use chrono::TimeDelta;
use domain::{Clock, Timestamp};

/// A clock that stands still until it is turned.
#[derive(Debug)]
pub struct FakeClock(Mutex<Timestamp>);

impl FakeClock {
    /// A clock that shows this moment, as RFC 3339.
    pub fn at(moment: &str) -> Self {
        Self(Mutex::new(moment.parse().expect("a moment in RFC 3339")))
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().expect("nobody panics while turning the clock") += by;
    }
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::at("2026-03-12T09:41:00Z")
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("nobody panics while turning the clock")
    }
}
