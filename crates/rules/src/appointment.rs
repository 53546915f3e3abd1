//! Times that people agree on: read from what was typed in a time zone, and told in the zone of whoever reads.
//!
//! A local time that a change of clocks leaves out, or brings twice, is refused: unlike a run (H-04) a meeting has two
//! sides, and each might take it for another moment.

use std::str::FromStr;

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use domain::appointment::{AppointmentForm, MINUTES};
use domain::{FieldError, Timestamp};

/// How far ahead an appointment may be, in days.
const FAR_DAYS: i64 = 730;
/// No clock was ever moved by more than this, in minutes.
const LONGEST_CHANGE: i64 = 180;

/// A time that was proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    pub starts_at: Timestamp,
    /// The length.
    pub minutes: u32,
    pub time_zone: Tz,
}

/// Whose eyes an appointment is told for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    pub zone: Tz,
    /// They have said that this is their zone; otherwise it is named in every sentence.
    pub is_chosen: bool,
}

impl Reader {
    /// The reader's own choice, or else the zone of the customer's schedule, or else UTC. Names that are no zone any
    /// more count as absent.
    pub fn of(own: Option<&str>, schedule: Option<&str>) -> Self {
        let chosen = own.and_then(zone);
        Self {
            zone: chosen.or_else(|| schedule.and_then(zone)).unwrap_or(Tz::UTC),
            is_chosen: chosen.is_some(),
        }
    }
}

/// The zone with this name.
pub fn zone(name: &str) -> Option<Tz> {
    Tz::from_str(name.trim()).ok()
}

/// The time that was typed, or everything that is wrong with it, beside its fields.
pub fn read(form: &AppointmentForm, now: Timestamp) -> Result<Proposed, Vec<FieldError>> {
    let mut errors = Vec::new();
    let mut wrong = |field: &str, message: String| {
        errors.push(FieldError {
            field: field.to_owned(),
            message,
        });
    };
    let day = NaiveDate::parse_from_str(form.day.trim(), "%Y-%m-%d").ok();
    if day.is_none() {
        wrong("day", "Enter a day, such as 2026-03-12.".to_owned());
    }
    let start = NaiveTime::parse_from_str(form.start.trim(), "%H:%M").ok();
    if start.is_none() {
        wrong("start", "Enter hours and minutes, such as 14:00.".to_owned());
    }
    let minutes = form.minutes.trim().parse::<u32>().ok();
    let minutes = minutes.filter(|minutes| MINUTES.contains(minutes));
    if minutes.is_none() {
        let (least, most) = (MINUTES.start(), MINUTES.end() / 60);
        wrong(
            "minutes",
            format!("Choose a length from {least} minutes to {most} hours."),
        );
    }
    let time_zone = zone(&form.time_zone);
    if time_zone.is_none() {
        wrong(
            "time_zone",
            "Choose a time zone by its name, such as Europe/London.".to_owned(),
        );
    }
    let (Some(day), Some(start), Some(minutes), Some(time_zone)) = (day, start, minutes, time_zone) else {
        return Err(errors);
    };
    match moment(time_zone, day.and_time(start)) {
        Err(message) => wrong("start", message),
        Ok(at) if at <= now => wrong(
            "day",
            "This time has passed. Choose one that is still to come.".to_owned(),
        ),
        Ok(at) if at - now > TimeDelta::days(FAR_DAYS) => {
            wrong(
                "day",
                "This is more than two years ahead. Is the year right?".to_owned(),
            );
        }
        Ok(starts_at) => {
            return Ok(Proposed {
                starts_at,
                minutes,
                time_zone,
            });
        }
    }
    Err(errors)
}

/// The one moment of a local time, or why there is none.
fn moment(zone: Tz, local: NaiveDateTime) -> Result<Timestamp, String> {
    let (how, twice) = match zone.from_local_datetime(&local) {
        LocalResult::Single(at) => return Ok(at.to_utc()),
        LocalResult::None => ("forward", false),
        LocalResult::Ambiguous(..) => ("back", true),
    };
    let is_single = |local: &NaiveDateTime| matches!(zone.from_local_datetime(local), LocalResult::Single(_));
    let look = |step: i64| {
        let minute = |n: i64| local + TimeDelta::minutes(n * step);
        (1..=LONGEST_CHANGE).map(minute).find(is_single)
    };
    let clock = |at: Option<NaiveDateTime>| at.unwrap_or(local).format("%H:%M").to_string();
    let (before, after) = (clock(look(-1)), clock(look(1)));
    let (time, day, place) = (local.format("%H:%M"), local.format("%-d %B"), place(zone));
    let so = if twice { "comes twice" } else { "does not exist" };
    Err(format!(
        "Clocks in {place} go {how} on {day}: {time} {so} that day. Choose {before} or earlier, or {after} or later."
    ))
}

/// The town a zone is named after, for the middle of a sentence: "New York".
pub fn place(zone: Tz) -> String {
    let name = zone.name();
    name.rsplit('/').next().unwrap_or(name).replace('_', " ")
}

/// From when to when, in a zone: "Tuesday 3 March, 14:00–16:00"; with the year when it is another one than that of
/// `now`, and with both days when it goes on past midnight.
pub fn span(starts_at: Timestamp, minutes: u32, zone: Tz, now: Timestamp) -> String {
    let start = starts_at.with_timezone(&zone);
    let end = (starts_at + TimeDelta::minutes(i64::from(minutes))).with_timezone(&zone);
    let year = now.with_timezone(&zone).format("%Y").to_string();
    let day = |at: &DateTime<Tz>| {
        let same = at.format("%Y").to_string() == year;
        at.format(if same { "%A %-d %B" } else { "%A %-d %B %Y" })
            .to_string()
    };
    let clock = |at: &DateTime<Tz>| at.format("%H:%M").to_string();
    if start.date_naive() == end.date_naive() {
        format!("{}, {}–{}", day(&start), clock(&start), clock(&end))
    } else {
        format!(
            "{}, {} to {}, {}",
            day(&start),
            clock(&start),
            day(&end),
            clock(&end)
        )
    }
}

/// From when to when as `reader` reads it, with whose time that is: "Tuesday 3 March, 14:00–16:00 your time".
pub fn short(starts_at: Timestamp, minutes: u32, reader: Reader, now: Timestamp) -> String {
    let span = span(starts_at, minutes, reader.zone, now);
    if reader.is_chosen {
        format!("{span} your time")
    } else if reader.zone == Tz::UTC {
        format!("{span} UTC")
    } else {
        format!("{span} in {}", place(reader.zone))
    }
}

/// An appointment as somebody reads it whose zone is `reader`: "Tuesday 3 March, 14:00–16:00 your time (09:00 in New
/// York)". What is in brackets is the start in the zone it was typed in (`typed_in`, its name), where clocks show
/// something else there.
pub fn told(starts_at: Timestamp, minutes: u32, typed_in: &str, reader: Reader, now: Timestamp) -> String {
    let Reader {
        zone: reader,
        is_chosen,
    } = reader;
    let typed_in = zone(typed_in).unwrap_or(reader);
    let short = short(
        starts_at,
        minutes,
        Reader {
            zone: reader,
            is_chosen,
        },
        now,
    );
    let (here, there) = (
        starts_at.with_timezone(&reader),
        starts_at.with_timezone(&typed_in),
    );
    if here.naive_local() == there.naive_local() {
        return short;
    }
    let clock = there.format("%H:%M").to_string();
    let day = if here.date_naive() == there.date_naive() {
        String::new()
    } else {
        format!("{}, ", there.format("%A"))
    };
    let there = if typed_in == Tz::UTC {
        "UTC".to_owned()
    } else {
        format!("in {}", place(typed_in))
    };
    format!("{short} ({day}{clock} {there})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a moment")
    }

    fn form(day: &str, start: &str, time_zone: &str) -> AppointmentForm {
        AppointmentForm {
            day: day.into(),
            start: start.into(),
            minutes: "120".into(),
            time_zone: time_zone.into(),
            note: String::new(),
        }
    }

    const NOW: &str = "2026-02-20T12:00:00Z";

    #[test]
    fn a_time_is_read_in_its_zone() {
        for (day, start, zone, moment) in [
            ("2026-03-03", "14:00", "Europe/London", "2026-03-03T14:00:00Z"),
            ("2026-07-03", "14:00", "Europe/London", "2026-07-03T13:00:00Z"),
            ("2026-03-03", "09:00", "America/New_York", "2026-03-03T14:00:00Z"),
            ("2026-03-03", "9:00", "Asia/Kathmandu", "2026-03-03T03:15:00Z"),
            ("2026-03-03", "00:00", "UTC", "2026-03-03T00:00:00Z"),
        ] {
            let read = read(&form(day, start, zone), at(NOW)).expect(day);
            assert_eq!((read.starts_at, read.minutes), (at(moment), 120), "{day} {zone}");
        }
    }

    #[test]
    fn h_04_a_time_that_does_not_exist_or_comes_twice_is_refused_with_the_cure() {
        for (day, start, zone, says) in [
            (
                "2026-03-29",
                "01:30",
                "Europe/London",
                "Clocks in London go forward on 29 March: 01:30 does not exist that day. Choose 00:59 or earlier, or \
                 02:00 or later.",
            ),
            (
                "2026-10-25",
                "01:30",
                "Europe/London",
                "Clocks in London go back on 25 October: 01:30 comes twice that day. Choose 00:59 or earlier, or 02:00 \
                 or later.",
            ),
            (
                "2026-03-08",
                "02:00",
                "America/New_York",
                "Clocks in New York go forward on 8 March: 02:00 does not exist that day. Choose 01:59 or earlier, or \
                 03:00 or later.",
            ),
            (
                "2026-04-05",
                "01:45",
                "Australia/Lord_Howe",
                "Clocks in Lord Howe go back on 5 April: 01:45 comes twice that day. Choose 01:29 or earlier, or 02:00 \
                 or later.",
            ),
        ] {
            let errors = read(&form(day, start, zone), at(NOW)).expect_err(day);
            assert_eq!(errors.len(), 1);
            assert_eq!(
                (errors[0].field.as_str(), errors[0].message.as_str()),
                ("start", says)
            );
        }
        for (day, start) in [
            ("2026-03-29", "00:59"),
            ("2026-03-29", "02:00"),
            ("2026-10-25", "02:00"),
        ] {
            read(&form(day, start, "Europe/London"), at(NOW)).expect("the cure works");
        }
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let empty = AppointmentForm::default();
        let fields: Vec<String> = read(&empty, at(NOW))
            .expect_err("nothing typed")
            .into_iter()
            .map(|error| error.field)
            .collect();
        assert_eq!(fields, ["day", "start", "minutes", "time_zone"]);
        for (day, minutes, field) in [
            ("2026-02-19", "60", "day"),
            ("2062-02-19", "60", "day"),
            ("2026-03-03", "5", "minutes"),
            ("2026-03-03", "721", "minutes"),
        ] {
            let form = AppointmentForm {
                minutes: minutes.into(),
                ..form(day, "10:00", "Europe/London")
            };
            let errors = read(&form, at(NOW)).expect_err(day);
            assert_eq!(errors[0].field, field, "{day} {minutes}");
        }
    }

    #[test]
    fn both_sides_read_their_own_time() {
        let starts = at("2026-03-03T14:00:00Z");
        let told = |zone: Tz, is_chosen| {
            let reader = Reader { zone, is_chosen };
            told(starts, 120, "America/New_York", reader, at(NOW))
        };
        for (reader, chosen, words) in [
            (
                Tz::Europe__London,
                true,
                "Tuesday 3 March, 14:00–16:00 your time (09:00 in New York)",
            ),
            (
                Tz::Europe__London,
                false,
                "Tuesday 3 March, 14:00–16:00 in London (09:00 in New York)",
            ),
            (
                Tz::America__New_York,
                true,
                "Tuesday 3 March, 09:00–11:00 your time",
            ),
            // Another zone whose clocks show the same needs no brackets.
            (
                Tz::America__Toronto,
                true,
                "Tuesday 3 March, 09:00–11:00 your time",
            ),
            (
                Tz::Pacific__Auckland,
                true,
                "Wednesday 4 March, 03:00–05:00 your time (Tuesday, 09:00 in New York)",
            ),
            (
                Tz::UTC,
                false,
                "Tuesday 3 March, 14:00–16:00 UTC (09:00 in New York)",
            ),
        ] {
            assert_eq!(told(reader, chosen), words);
        }
    }

    #[test]
    fn whoever_chose_no_zone_reads_that_of_the_schedule() {
        for (own, schedule, zone, is_chosen) in [
            (Some("Asia/Tokyo"), Some("Europe/London"), Tz::Asia__Tokyo, true),
            (None, Some("Europe/London"), Tz::Europe__London, false),
            (Some("Mars/Olympus"), None, Tz::UTC, false),
        ] {
            assert_eq!(Reader::of(own, schedule), Reader { zone, is_chosen });
        }
    }

    #[test]
    fn a_span_names_the_year_and_both_days_where_it_must() {
        let now = at(NOW);
        assert_eq!(
            span(at("2027-01-05T09:00:00Z"), 60, Tz::UTC, now),
            "Tuesday 5 January 2027, 09:00–10:00"
        );
        assert_eq!(
            span(at("2026-03-03T23:00:00Z"), 120, Tz::UTC, now),
            "Tuesday 3 March, 23:00 to Wednesday 4 March, 01:00"
        );
    }
}
