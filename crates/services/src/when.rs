//! Moments, durations and numbers in words. The reader's own time zone is not known here, so every time says UTC.

use chrono::{NaiveDate, TimeDelta};
use domain::Timestamp;
use domain::numbers::thousands;
use domain::views::When;

/// Days before the expiry of a secret at which the console begins to warn (C-20).
pub(crate) const SOON_DAYS: i64 = 30;

/// A moment seen from `now`: "today at 09:41 UTC", "yesterday at 09:41 UTC", "3 March 2026 at 09:41 UTC".
pub(crate) fn when(at: Timestamp, now: Timestamp) -> When {
    let time = at.format("%H:%M UTC");
    let words = match days_between(now, at) {
        0 => format!("today at {time}"),
        -1 => format!("yesterday at {time}"),
        1 => format!("tomorrow at {time}"),
        _ => moment(at),
    };
    When {
        words,
        iso: at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
    }
}

/// A moment for a text that is read some other day, such as a letter: "3 March 2026 at 09:41 UTC".
pub(crate) fn moment(at: Timestamp) -> String {
    at.format("%-d %B %Y at %H:%M UTC").to_string()
}

/// A day seen from `now`: "in 41 days", "tomorrow", "today", "yesterday", "3 days ago".
pub(crate) fn distance(at: Timestamp, now: Timestamp) -> String {
    match days_between(now, at) {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days > 0 => format!("in {} days", thousands(days.unsigned_abs())),
        days => format!("{} days ago", thousands(days.unsigned_abs())),
    }
}

/// How long something has been so: "since today", "since Tuesday", "since 3 March", "since 3 March 2025".
pub(crate) fn since(at: Timestamp, now: Timestamp) -> String {
    match days_between(at, now) {
        ..=0 => "since today".to_owned(),
        1 => "since yesterday".to_owned(),
        2..=6 => format!("since {}", at.format("%A")),
        7..=300 => format!("since {}", at.format("%-d %B")),
        _ => format!("since {}", at.format("%-d %B %Y")),
    }
}

/// A day as it is stored (`2026-03-12`) in words: "12 March 2026". What is no day stays as it is.
pub(crate) fn day(stored: &str) -> String {
    NaiveDate::parse_from_str(stored, "%Y-%m-%d")
        .map_or_else(|_| stored.to_owned(), |day| day.format("%-d %B %Y").to_string())
}

/// The day of a moment: "12 March 2026".
pub(crate) fn day_words(at: Timestamp) -> String {
    at.format("%-d %B %Y").to_string()
}

/// Whether a secret that expires then needs attention now (C-20).
pub(crate) fn is_soon(at: Timestamp, now: Timestamp) -> bool {
    days_between(now, at) <= SOON_DAYS
}

/// Whether a secret that works until then has expired. One that was typed as a day works to the end of it ([`end_of`]);
/// a certificate ends at a moment.
pub(crate) fn is_over(at: Timestamp, now: Timestamp) -> bool {
    at <= now
}

/// How long something took: "0.4 s", "42 s", "3 min 12 s", "1 h 04 min".
pub(crate) fn took(from: Timestamp, to: Timestamp) -> String {
    let length = (to - from).max(TimeDelta::zero());
    let (hours, minutes, seconds) = (
        length.num_hours(),
        length.num_minutes() % 60,
        length.num_seconds() % 60,
    );
    if hours > 0 {
        format!("{} h {minutes:02} min", thousands(hours.unsigned_abs()))
    } else if minutes > 0 {
        format!("{minutes} min {seconds:02} s")
    } else if seconds >= 10 {
        format!("{seconds} s")
    } else {
        format!("{seconds}.{} s", length.num_milliseconds() % 1000 / 100)
    }
}

/// The last moment of a day: a secret that expires "on 3 March" still works on 3 March.
pub(crate) fn end_of(day: NaiveDate) -> Option<Timestamp> {
    day.and_hms_opt(23, 59, 59).map(|at| at.and_utc())
}

/// Days from one day to another, whatever the hour; below 0 when the second comes first.
pub(crate) fn days_between(from: Timestamp, to: Timestamp) -> i64 {
    (to.date_naive() - from.date_naive()).num_days()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    #[test]
    fn moments_in_words() {
        let now = at("2026-03-03T09:41:30.5Z");
        for (moment, words) in [
            ("2026-03-03T09:41:29Z", "today at 09:41 UTC"),
            ("2026-03-03T00:00:00Z", "today at 00:00 UTC"),
            ("2026-03-03T23:59:59Z", "today at 23:59 UTC"),
            ("2026-03-02T23:59:59Z", "yesterday at 23:59 UTC"),
            ("2026-03-04T00:00:00Z", "tomorrow at 00:00 UTC"),
            ("2026-03-01T08:05:00Z", "1 March 2026 at 08:05 UTC"),
            ("2025-12-31T08:05:00Z", "31 December 2025 at 08:05 UTC"),
        ] {
            assert_eq!(when(at(moment), now).words, words, "{moment}");
        }
        assert_eq!(when(now, now).iso, "2026-03-03T09:41:30Z");
    }

    #[test]
    fn c_20_expiry_in_words() {
        let now = at("2026-03-03T22:00:00Z");
        for (moment, words, soon) in [
            ("2026-04-13T00:00:00Z", "in 41 days", false),
            ("2026-04-03T00:00:00Z", "in 31 days", false),
            ("2026-04-02T23:59:59Z", "in 30 days", true),
            ("2026-03-04T00:00:00Z", "tomorrow", true),
            ("2026-03-03T23:59:59Z", "today", true),
            ("2026-03-02T23:59:59Z", "yesterday", true),
            ("2026-02-28T23:59:59Z", "3 days ago", true),
            ("2030-01-01T00:00:00Z", "in 1,400 days", false),
        ] {
            assert_eq!(distance(at(moment), now), words, "{moment}");
            assert_eq!(is_soon(at(moment), now), soon, "{moment}");
        }
    }

    #[test]
    fn durations_in_words() {
        let from = at("2026-03-03T09:00:00Z");
        for (millis, words) in [
            (0, "0.0 s"),
            (449, "0.4 s"),
            (1_900, "1.9 s"),
            (9_999, "9.9 s"),
            (42_000, "42 s"),
            (192_000, "3 min 12 s"),
            (60_000, "1 min 00 s"),
            (3_840_000, "1 h 04 min"),
            (-5_000, "0.0 s"),
        ] {
            assert_eq!(
                took(from, from + TimeDelta::milliseconds(millis)),
                words,
                "{millis} ms"
            );
        }
    }
}
