//! When runs are due (H-04, H-06).

use proptest::prelude::*;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().expect("a moment")
}

fn london(timing: Timing) -> Schedule {
    Schedule {
        timing,
        time_zone: "Europe/London".into(),
    }
}

fn at_times(times: &[MinuteOfDay], days: &[Weekday]) -> Timing {
    Timing::At {
        times: times.to_vec(),
        days: days.to_vec(),
    }
}

fn due(schedule: &Schedule, after: &str, n: usize) -> Vec<String> {
    due_after(schedule, at(after))
        .take(n)
        .map(|at| at.format("%m-%dT%H:%MZ").to_string())
        .collect()
}

#[test]
fn h_06_every_so_often_within_a_window() {
    let schedule = london(Timing::Every {
        minutes: 90,
        from: 7 * 60,
        until: 10 * 60,
    });
    assert_eq!(
        due(&schedule, "2026-01-15T08:00:00Z", 4),
        ["01-15T08:30Z", "01-15T10:00Z", "01-16T07:00Z", "01-16T08:30Z"]
    );
}

#[test]
fn h_06_at_times_on_weekdays() {
    let schedule = london(at_times(&[19 * 60, 7 * 60], &[Weekday::Monday, Weekday::Friday]));
    // A Friday evening.
    assert_eq!(
        due(&schedule, "2026-01-16T18:00:00Z", 3),
        ["01-16T19:00Z", "01-19T07:00Z", "01-19T19:00Z"]
    );
}

#[test]
fn h_06_cron_is_local_too() {
    let schedule = Schedule {
        timing: Timing::Cron {
            expression: "30 6 * * MON-FRI".into(),
        },
        time_zone: "America/New_York".into(),
    };
    assert_eq!(
        due(&schedule, "2026-07-03T12:00:00Z", 2),
        ["07-06T10:30Z", "07-07T10:30Z"]
    );
}

#[test]
fn h_04_a_skipped_time_is_due_at_the_next_that_exists() {
    // London's clocks go from 01:00 to 02:00 on 29 March 2026.
    for timing in [
        at_times(&[90], Weekday::ALL),
        Timing::Cron {
            expression: "30 1 * * *".into(),
        },
    ] {
        assert_eq!(
            due(&london(timing), "2026-03-28T12:00:00Z", 2),
            ["03-29T01:00Z", "03-30T00:30Z"]
        );
    }
}

#[test]
fn h_04_a_time_that_comes_twice_is_due_the_first_time_only() {
    // London's clocks go from 02:00 to 01:00 on 25 October 2026.
    for timing in [
        at_times(&[90], Weekday::ALL),
        Timing::Cron {
            expression: "30 1 * * *".into(),
        },
    ] {
        let schedule = london(timing);
        assert_eq!(
            due(&schedule, "2026-10-24T12:00:00Z", 2),
            ["10-25T00:30Z", "10-26T01:30Z"]
        );
        // Asked between the two.
        assert_eq!(due(&schedule, "2026-10-25T00:45:00Z", 1), ["10-26T01:30Z"]);
    }
}

#[test]
fn a_schedule_that_never_comes_ends() {
    let never = london(Timing::Cron {
        expression: "0 0 30 2 *".into(),
    });
    assert_eq!(next(&never, at("2026-01-01T00:00:00Z")), None);
    let nowhere = Schedule {
        time_zone: "Nowhere/Land".into(),
        ..Schedule::initial()
    };
    assert_eq!(next(&nowhere, at("2026-01-01T00:00:00Z")), None);
}

fn form(change: impl FnOnce(&mut ScheduleForm)) -> ScheduleForm {
    let mut form = typed(&Schedule::initial());
    change(&mut form);
    form
}

#[test]
fn what_is_typed_is_read_and_shown_again() {
    for timing in [
        Timing::Every {
            minutes: 30,
            from: 7 * 60,
            until: 19 * 60,
        },
        at_times(&[7 * 60, 19 * 60 + 30], &[Weekday::Monday, Weekday::Sunday]),
        Timing::Cron {
            expression: "0 */2 * * *".into(),
        },
    ] {
        let schedule = london(timing);
        assert_eq!(read(&typed(&schedule)), Ok(schedule));
    }
}

/// The fields that are refused.
fn refused(change: impl FnOnce(&mut ScheduleForm)) -> Vec<String> {
    let errors = read(&form(change)).expect_err("refused");
    errors.into_iter().map(|error| error.field).collect()
}

#[test]
fn h_06_an_interval_or_a_window_that_cannot_be_is_refused_beside_its_field() {
    for minutes in ["10", "1441", "half an hour"] {
        assert_eq!(refused(|f| f.minutes = minutes.into()), ["minutes"], "{minutes}");
    }
    assert_eq!(refused(|f| f.from = "24:00".into()), ["from"]);
    assert_eq!(
        refused(|f| f.minutes = "1430".into()),
        ["until"],
        "too close to the next day"
    );
    let backwards = |f: &mut ScheduleForm| {
        f.from = "20:00".into();
        f.until = "06:00".into();
    };
    assert_eq!(refused(backwards), ["until"]);
    // A window of no length at all.
    let empty = |f: &mut ScheduleForm| {
        f.from = "12:00".into();
        f.until = "12:00".into();
    };
    assert_eq!(refused(empty), ["until"]);
    assert_eq!(refused(|f| f.time_zone = "London".into()), ["time_zone"]);
    assert_eq!(refused(|f| f.form = "whenever".into()), ["form"]);
}

#[test]
fn h_06_times_that_cannot_be_are_refused_beside_their_field() {
    for times in ["7:00, 25:00", "7:00, 07:10", "23:55, 00:05", " "] {
        let typed = |f: &mut ScheduleForm| {
            f.form = "at".into();
            f.times = times.into();
        };
        assert_eq!(refused(typed), ["times"], "{times}");
    }
    let no_day = |f: &mut ScheduleForm| {
        f.form = "at".into();
        f.days = Vec::new();
    };
    assert_eq!(refused(no_day), ["days"]);
}

#[test]
fn h_06_a_cron_expression_that_cannot_be_is_refused() {
    for expression in ["*/5 * * * *", "every day", "0 0 30 2 *", "0 0 * * * *"] {
        let typed = |f: &mut ScheduleForm| {
            f.form = "cron".into();
            f.cron = expression.into();
        };
        assert_eq!(refused(typed), ["cron"], "{expression}");
    }
}

#[test]
fn times_of_days_that_do_not_follow_each_other_may_be_close_to_midnight() {
    let weekly = form(|f| {
        f.form = "at".into();
        f.times = "00:05, 23:55".into();
        f.days = vec!["mon".into()];
    });
    assert!(read(&weekly).is_ok());
    let around = form(|f| {
        f.form = "at".into();
        f.times = "00:05, 23:55".into();
        f.days = vec!["mon".into(), "sun".into()];
    });
    assert!(read(&around).is_err(), "after Sunday comes Monday");
}

#[test]
fn a_schedule_is_said_in_words() {
    assert_eq!(words(&Schedule::initial().timing), "Every hour, day and night");
    let window = Timing::Every {
        minutes: 30,
        from: 420,
        until: 1_140,
    };
    assert_eq!(words(&window), "Every 30 minutes from 07:00 to 19:00");
    let odd = Timing::Every {
        minutes: 420,
        from: 0,
        until: 1_439,
    };
    assert_eq!(
        words(&odd),
        "Every 7 hours from 00:00 to 23:59",
        "it begins anew each day"
    );
    let days = at_times(&[420, 1_170], &[Weekday::Monday, Weekday::Friday]);
    assert_eq!(words(&days), "At 07:00 and 19:30 on Monday and Friday");
    assert_eq!(words(&at_times(&[420], Weekday::ALL)), "At 07:00 every day");
}

#[test]
fn a_moment_is_told_in_its_zone() {
    assert_eq!(
        in_zone(at("2026-03-12T18:00:00Z"), "Europe/London"),
        "Thursday 12 March, 18:00 (GMT)"
    );
    assert_eq!(
        in_zone(at("2026-07-02T18:00:00Z"), "Europe/Berlin"),
        "Thursday 2 July, 20:00 (CEST)"
    );
}

proptest! {
    #[test]
    fn due_times_are_later_in_order_and_apart(
        minutes in 15_u32..=1_440,
        from in 0_u16..1_440,
        length in 0_u16..1_440,
        zone in proptest::sample::select(vec!["Europe/London", "America/Sao_Paulo", "Australia/Lord_Howe", "Asia/Kolkata", "UTC"]),
        start in 0_i64..(4 * 366 * 24 * 60),
    ) {
        let until = from.saturating_add(length).min(1_439);
        let schedule = Schedule { timing: Timing::Every { minutes, from, until }, time_zone: zone.into() };
        let after = at("2024-01-01T00:00:00Z") + TimeDelta::minutes(start);
        let due: Vec<Timestamp> = due_after(&schedule, after).take(40).collect();
        prop_assert_eq!(due.len(), 40);
        let mut last = after;
        for moment in &due {
            prop_assert!(*moment > last);
            last = *moment;
        }
        // Asking again from any of them goes on with the next one.
        for pair in due.windows(2) {
            prop_assert_eq!(next(&schedule, pair[0]), Some(pair[1]));
        }
    }
}
