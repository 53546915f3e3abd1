//! When the next run is due: local times of a named time zone, with the two days a year on which the clocks change.
//!
//! All three ways to say when give local times; one function turns a local time into a moment. A time that is skipped
//! when the clocks go forward is due at the next one that exists; a time that comes twice when they go back is due the
//! first time only (H-04).

use std::str::FromStr;

use chrono::{Datelike, LocalResult, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use domain::schedule::{
    MIN_INTERVAL_MINUTES, MinuteOfDay, Schedule, ScheduleForm, Timing, TimingForm, Weekday,
};
use domain::{FieldError, Timestamp};

/// Minutes of a day.
const DAY: u32 = 24 * 60;
/// How many due times of a cron expression are looked at for the shortest distance between two.
const LOOKED_AT: usize = 400;
/// No clock was ever put back by more than this.
const LONGEST_CHANGE: TimeDelta = TimeDelta::hours(3);

/// The first due time after a moment; `None` for a cron expression that never comes, or a time zone nobody knows.
pub fn next(schedule: &Schedule, after: Timestamp) -> Option<Timestamp> {
    due_after(schedule, after).next()
}

/// The due times after a moment, in order, each once.
pub fn due_after(schedule: &Schedule, after: Timestamp) -> impl Iterator<Item = Timestamp> + use<> {
    let zone = Tz::from_str(&schedule.time_zone).ok();
    let cron = match &schedule.timing {
        Timing::Cron { expression } => cron(expression).ok(),
        _ => None,
    };
    let timing = schedule.timing.clone();
    // A little earlier: when clocks go back, local times of the last hours come again.
    let mut local = zone.map(|zone| after.with_timezone(&zone).naive_local() - LONGEST_CHANGE);
    let mut last = after;
    std::iter::from_fn(move || {
        let zone = zone?;
        loop {
            let found = next_local(&timing, cron.as_ref(), local?);
            local = found;
            let at = moment(zone, found?);
            if at > last {
                last = at;
                return Some(at);
            }
        }
    })
}

/// The moment of a local time.
fn moment(zone: Tz, local: NaiveDateTime) -> Timestamp {
    let mut local = local;
    loop {
        match zone.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return at.to_utc(),
            // Skipped: the next that exists.
            LocalResult::None => local += TimeDelta::minutes(1),
        }
    }
}

/// The first local time after another one at which a run is due, whatever the clocks do.
fn next_local(timing: &Timing, cron: Option<&Cron>, after: NaiveDateTime) -> Option<NaiveDateTime> {
    match timing {
        Timing::Cron { .. } => cron?
            .find_next_occurrence(&after.and_utc(), false)
            .ok()
            .map(|at| at.naive_utc()),
        Timing::Every { .. } | Timing::At { .. } => {
            // Every week has the same days, so whatever is due at all is due within eight of them.
            (0..=8).find_map(|ahead| {
                let day = after.date() + TimeDelta::days(ahead);
                times_of(
                    timing,
                    Weekday::ALL[usize::try_from(day.weekday().num_days_from_monday()).ok()?],
                )
                .into_iter()
                .map(|minute| day.and_time(clock(minute)))
                .find(|at| *at > after)
            })
        }
    }
}

/// The due minutes of a day, in order.
fn times_of(timing: &Timing, day: Weekday) -> Vec<MinuteOfDay> {
    match timing {
        Timing::Every { minutes, from, until } => {
            let step = usize::try_from((*minutes).max(1)).unwrap_or(1);
            (*from..=*until).step_by(step).collect()
        }
        Timing::At { times, days } if days.contains(&day) => {
            let mut times = times.clone();
            times.sort_unstable();
            times.dedup();
            times
        }
        Timing::At { .. } | Timing::Cron { .. } => Vec::new(),
    }
}

fn clock(minute: MinuteOfDay) -> NaiveTime {
    let minute = u32::from(minute) % DAY;
    NaiveTime::from_num_seconds_from_midnight_opt(minute * 60, 0).unwrap_or_default()
}

/// `07:05` of 425.
pub fn clock_words(minute: MinuteOfDay) -> String {
    clock(minute).format("%H:%M").to_string()
}

/// A schedule in words: "Every 30 minutes from 07:00 to 19:00", "At 07:00 and 19:30 on Monday and Friday".
pub fn words(timing: &Timing) -> String {
    match timing {
        Timing::Every { minutes, from, until } => {
            let every = match minutes {
                60 => "Every hour".to_owned(),
                m if m % 60 == 0 => format!("Every {} hours", m / 60),
                m => format!("Every {m} minutes"),
            };
            if (*from, *until) == (0, 1_439) && DAY.is_multiple_of((*minutes).max(1)) {
                format!("{every}, day and night")
            } else {
                format!("{every} from {} to {}", clock_words(*from), clock_words(*until))
            }
        }
        Timing::At { times, days } => {
            let times: Vec<String> = times.iter().copied().map(clock_words).collect();
            let days: Vec<&str> = days.iter().map(|day| day.label()).collect();
            let days = if days.len() == 7 {
                "every day".to_owned()
            } else {
                format!("on {}", and(&days))
            };
            format!("At {} {days}", and(&times))
        }
        Timing::Cron { expression } => format!("By the cron expression {expression}"),
    }
}

fn and<T: AsRef<str>>(parts: &[T]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [rest @ .., last] => {
            let rest: Vec<&str> = rest.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", rest.join(", "), last.as_ref())
        }
    }
}

/// What a schedule looks like in its form.
pub fn typed(schedule: &Schedule) -> ScheduleForm {
    let mut form = ScheduleForm {
        form: TimingForm::Every.code().to_owned(),
        minutes: "60".to_owned(),
        from: "00:00".to_owned(),
        until: "23:59".to_owned(),
        times: "07:00, 19:00".to_owned(),
        days: Weekday::ALL
            .iter()
            .take(5)
            .map(|day| day.code().to_owned())
            .collect(),
        cron: "0 */2 * * *".to_owned(),
        time_zone: schedule.time_zone.clone(),
    };
    match &schedule.timing {
        Timing::Every { minutes, from, until } => {
            form.minutes = minutes.to_string();
            form.from = clock_words(*from);
            form.until = clock_words(*until);
        }
        Timing::At { times, days } => {
            TimingForm::At.code().clone_into(&mut form.form);
            let times: Vec<String> = times.iter().copied().map(clock_words).collect();
            form.times = times.join(", ");
            form.days = days.iter().map(|day| day.code().to_owned()).collect();
        }
        Timing::Cron { expression } => {
            TimingForm::Cron.code().clone_into(&mut form.form);
            form.cron.clone_from(expression);
        }
    }
    form
}

/// The schedule that was typed, or everything that is wrong with it, beside its fields.
pub fn read(form: &ScheduleForm) -> Result<Schedule, Vec<FieldError>> {
    let mut errors = Vec::new();
    let time_zone = form.time_zone.trim();
    if Tz::from_str(time_zone).is_err() {
        errors.push(error(
            "time_zone",
            "Choose a time zone by its name, such as Europe/London.",
        ));
    }
    let timing = match TimingForm::from_code(&form.form) {
        Some(TimingForm::Every) => every(form, &mut errors),
        Some(TimingForm::At) => Some(at(form, &mut errors)),
        Some(TimingForm::Cron) => by_cron(form, &mut errors),
        None => {
            errors.push(error("form", "Choose one of the three ways."));
            None
        }
    };
    match timing {
        Some(timing) if errors.is_empty() => Ok(Schedule {
            timing,
            time_zone: time_zone.to_owned(),
        }),
        _ => Err(errors),
    }
}

fn every(form: &ScheduleForm, errors: &mut Vec<FieldError>) -> Option<Timing> {
    let minutes = form.minutes.trim().parse::<u32>().ok();
    if minutes.is_none_or(|minutes| !(MIN_INTERVAL_MINUTES..=DAY).contains(&minutes)) {
        errors.push(error(
            "minutes",
            "Type a number of minutes from 15 to 1440, which is a day.",
        ));
    }
    let from = minute_of("from", &form.from, errors);
    let until = minute_of("until", &form.until, errors);
    let (minutes, from, until) = (minutes?, from?, until?);
    if until == from {
        errors.push(error(
            "until",
            "The window ends when it begins. End it later; for one run a day choose “At times of the day”.",
        ));
    }
    if until < from {
        errors.push(error(
            "until",
            "The window ends before it begins. It may not pass midnight.",
        ));
    }
    let timing = Timing::Every { minutes, from, until };
    let times = times_of(&timing, Weekday::Monday);
    let is_close = times.last().zip(times.first()).is_some_and(|(last, first)| {
        times.len() > 1 && u32::from(*first) + DAY - u32::from(*last) < MIN_INTERVAL_MINUTES
    });
    if is_close && errors.is_empty() {
        errors.push(error(
            "until",
            "The last run of a day is less than 15 minutes before the first of the next. End the window earlier.",
        ));
    }
    Some(timing)
}

fn at(form: &ScheduleForm, errors: &mut Vec<FieldError>) -> Timing {
    let mut times = Vec::new();
    for text in form
        .times
        .split([',', ';', ' '])
        .filter(|text| !text.trim().is_empty())
    {
        times.extend(minute_of("times", text, errors));
    }
    times.sort_unstable();
    times.dedup();
    if times.is_empty() && !errors.iter().any(|error| error.field == "times") {
        errors.push(error("times", "Type at least one time, such as 07:00."));
    }
    let days: Vec<Weekday> = Weekday::ALL
        .iter()
        .copied()
        .filter(|day| form.days.iter().any(|code| code == day.code()))
        .collect();
    if days.is_empty() {
        errors.push(error("days", "Choose at least one day."));
    }
    if are_close(&times, &days) {
        errors.push(error("times", "Leave at least 15 minutes between two times."));
    }
    Timing::At { times, days }
}

/// Whether two due times of a week lie closer together than runs may; after Sunday comes Monday.
fn are_close(times: &[MinuteOfDay], days: &[Weekday]) -> bool {
    let minutes: Vec<u32> = (0..)
        .zip(Weekday::ALL)
        .filter(|(_, day)| days.contains(day))
        .flat_map(|(n, _)| times.iter().map(move |time| n * DAY + u32::from(*time)))
        .collect();
    let again = minutes.first().map(|first| first + 7 * DAY);
    let next = minutes.iter().skip(1).copied().chain(again);
    minutes
        .iter()
        .zip(next)
        .any(|(time, next)| next - time < MIN_INTERVAL_MINUTES)
}

fn by_cron(form: &ScheduleForm, errors: &mut Vec<FieldError>) -> Option<Timing> {
    let expression = form.cron.split_whitespace().collect::<Vec<_>>().join(" ");
    let parsed = match cron(&expression) {
        Ok(parsed) => parsed,
        Err(message) => {
            errors.push(error("cron", &message));
            return None;
        }
    };
    // Any day will do: expressions repeat with the calendar.
    let begin = NaiveDateTime::default().and_utc();
    let due: Vec<_> = parsed.iter_after(begin).take(LOOKED_AT).collect();
    if due.is_empty() {
        errors.push(error("cron", "This never comes: there is no such day."));
    }
    let shortest = TimeDelta::minutes(i64::from(MIN_INTERVAL_MINUTES));
    if due
        .iter()
        .zip(due.iter().skip(1))
        .any(|(a, b)| *b - *a < shortest)
    {
        errors.push(error("cron", "This runs more often than every 15 minutes."));
    }
    Some(Timing::Cron { expression })
}

fn cron(expression: &str) -> Result<Cron, String> {
    let parser = CronParser::builder()
        .seconds(Seconds::Disallowed)
        .year(Year::Disallowed)
        .build();
    parser.parse(expression).map_err(|_| {
        "This is no cron expression of five fields: minute, hour, day of the month, month, day of the week. \
         Every two hours is 0 */2 * * *."
            .to_owned()
    })
}

/// `07:00`, `7:00` and `0700` are the same time.
fn minute_of(field: &str, text: &str, errors: &mut Vec<FieldError>) -> Option<MinuteOfDay> {
    let text = text.trim();
    let parts = text
        .split_once(':')
        .or_else(|| (text.len() == 4 && text.is_ascii()).then(|| text.split_at(2)));
    let minute = parts.and_then(|(hours, minutes)| {
        let (hours, minutes) = (hours.parse::<u16>().ok()?, minutes.parse::<u16>().ok()?);
        (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
    });
    if minute.is_none() {
        errors.push(error(
            field,
            &format!("“{text}” is no time of the day. Type hours and minutes, such as 07:00."),
        ));
    }
    minute
}

/// The names of all time zones.
pub fn time_zones() -> impl Iterator<Item = &'static str> {
    chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())
}

/// A moment in the words of a time zone: "Thursday 12 March, 18:00 (GMT)".
pub fn in_zone(at: Timestamp, time_zone: &str) -> String {
    match Tz::from_str(time_zone) {
        Ok(zone) => at
            .with_timezone(&zone)
            .format("%A %-d %B, %H:%M (%Z)")
            .to_string(),
        Err(_) => at.format("%A %-d %B, %H:%M UTC").to_string(),
    }
}

fn error(field: &str, message: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
