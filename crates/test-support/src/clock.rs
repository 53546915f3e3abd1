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

/// A clock that starts at a moment of the test's choice and then ticks like a real one. For tests in which leases and
/// tokens must run.
#[derive(Clone, Copy, Debug)]
pub struct TickingClock {
    start: Timestamp,
    since: std::time::Instant,
}

impl TickingClock {
    /// A clock that shows this moment, as RFC 3339, now.
    pub fn at(moment: &str) -> Self {
        Self {
            start: moment.parse().expect("a moment in RFC 3339"),
            since: std::time::Instant::now(),
        }
    }
}

impl TickingClock {
    /// The same clock, ahead by so much.
    #[must_use]
    pub fn ahead(self, by: TimeDelta) -> Self {
        Self {
            start: self.start + by,
            ..self
        }
    }
}

impl Clock for TickingClock {
    fn now(&self) -> Timestamp {
        let elapsed = TimeDelta::from_std(self.since.elapsed()).expect("tests are short");
        // Microseconds are what both databases keep.
        let now = self.start + elapsed;
        now - TimeDelta::nanoseconds(i64::from(now.timestamp_subsec_nanos() % 1_000))
    }
}
