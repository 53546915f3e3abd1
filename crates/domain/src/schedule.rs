//! When the sync runs by itself (H-06).

use serde::{Deserialize, Serialize};

use crate::codes;

/// The shortest time between two runs, in minutes: shorter ones would only wait for each other.
pub const MIN_INTERVAL_MINUTES: u32 = 15;

/// The clock's minutes of a local day: 0 is midnight, 1,439 the last minute.
pub type MinuteOfDay = u16;

/// When runs are due, in local time of the schedule's time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Timing {
    /// Every so many minutes from `from` to `until`, both included, every day.
    Every {
        minutes: u32,
        from: MinuteOfDay,
        until: MinuteOfDay,
    },
    /// At these times on these days.
    At {
        times: Vec<MinuteOfDay>,
        days: Vec<Weekday>,
    },
    /// The last choice: five fields.
    Cron { expression: String },
}

codes! {
    /// A day of the week, Monday first.
    pub enum Weekday {
        Monday = "mon",
        Tuesday = "tue",
        Wednesday = "wed",
        Thursday = "thu",
        Friday = "fri",
        Saturday = "sat",
        Sunday = "sun",
    }
}

impl Weekday {
    pub const fn label(self) -> &'static str {
        match self {
            Weekday::Monday => "Monday",
            Weekday::Tuesday => "Tuesday",
            Weekday::Wednesday => "Wednesday",
            Weekday::Thursday => "Thursday",
            Weekday::Friday => "Friday",
            Weekday::Saturday => "Saturday",
            Weekday::Sunday => "Sunday",
        }
    }
}

codes! {
    /// The three ways to say when.
    pub enum TimingForm {
        Every = "every",
        At = "at",
        Cron = "cron",
    }
}

/// A customer's schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub timing: Timing,
    /// The name of the time zone, such as `Europe/London` (H-04).
    pub time_zone: String,
}

impl Schedule {
    /// What is offered at first: every hour, day and night.
    pub fn initial() -> Self {
        Self {
            timing: Timing::Every {
                minutes: 60,
                from: 0,
                until: 1_439,
            },
            time_zone: "Europe/London".to_owned(),
        }
    }
}

/// A schedule as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScheduleForm {
    /// A [`TimingForm`].
    pub form: String,
    pub minutes: String,
    /// `07:00`
    pub from: String,
    pub until: String,
    /// `07:00, 19:30`
    pub times: String,
    /// Codes of [`Weekday`].
    pub days: Vec<String>,
    pub cron: String,
    pub time_zone: String,
}
