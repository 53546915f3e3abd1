//! The three ways to say when, and the time zone.

use domain::schedule::{ScheduleForm, TimingForm, Weekday};
use leptos::prelude::*;

use crate::api::ApiError;
use crate::components::{Field, Option_, SelectField};

/// Intervals that are offered, in minutes.
const INTERVALS: &[(u32, &str)] = &[
    (15, "15 minutes"),
    (30, "30 minutes"),
    (60, "hour"),
    (120, "2 hours"),
    (240, "4 hours"),
    (360, "6 hours"),
    (720, "12 hours"),
    (1_440, "day"),
];

/// The fields of a schedule.
#[component]
pub(super) fn Fields(typed: ScheduleForm, error: Option<ApiError>, time_zones: Vec<String>) -> impl IntoView {
    let of_form = error.as_ref().and_then(|error| error.of_field("form"));
    let zones = time_zones
        .into_iter()
        .map(|zone| Option_::new(zone.clone(), zone))
        .collect::<Vec<_>>();
    let chosen = typed.form.clone();
    let time_zone = typed.time_zone.clone();
    let every = view! { <Every typed=typed.clone() error=error.clone()/> };
    let cron = view! {
        <Field key="cron" name="schedule[cron]" label="Cron expression" value=typed.cron.clone() code=true error=error.clone()
            help="Minute, hour, day of the month, month, day of the week."/>
    };
    let at = view! { <At typed error=error.clone()/> };
    view! {
        {of_form.map(|text| view! { <p class="error" id="form-error">{text}</p> })}
        <Way form=TimingForm::Every chosen=chosen.clone() label="Every so often">{every}</Way>
        <Way form=TimingForm::At chosen=chosen.clone() label="At times of the day">{at}</Way>
        <Way form=TimingForm::Cron chosen label="By a cron expression">{cron}</Way>
        <SelectField key="time_zone" name="schedule[time_zone]" label="Time zone" options=zones value=time_zone error
            help="When clocks change, a time that is skipped runs at the next one that exists, and one that comes twice runs once."/>
    }
}

/// One of the three ways: its choice, and its own fields.
#[component]
fn Way(form: TimingForm, chosen: String, label: &'static str, children: Children) -> impl IntoView {
    let id = format!("form-{form}");
    view! {
        <fieldset class="way">
            <legend>
                <input type="radio" id=id.clone() name="schedule[form]" value=form.code() checked=chosen == form.code()/>
                <label for=id>{label}</label>
            </legend>
            <div class="row">{children()}</div>
        </fieldset>
    }
}

#[component]
fn Every(typed: ScheduleForm, error: Option<ApiError>) -> impl IntoView {
    let mut options: Vec<Option_> = INTERVALS
        .iter()
        .map(|(minutes, words)| Option_::new(minutes.to_string(), *words))
        .collect();
    // What was saved otherwise stays as it is.
    if !typed.minutes.is_empty() && !options.iter().any(|option| option.value == typed.minutes) {
        options.push(Option_::new(
            typed.minutes.clone(),
            format!("{} minutes", typed.minutes),
        ));
    }
    view! {
        <SelectField key="minutes" name="schedule[minutes]" label="Every" options value=typed.minutes error=error.clone()/>
        <Field key="from" name="schedule[from]" label="From" kind="time" value=typed.from error=error.clone()/>
        <Field key="until" name="schedule[until]" label="To" kind="time" value=typed.until error/>
    }
}

#[component]
fn At(typed: ScheduleForm, error: Option<ApiError>) -> impl IntoView {
    let of_days = error.as_ref().and_then(|error| error.of_field("days"));
    let days = Weekday::ALL
        .iter()
        .map(|day| {
            let id = format!("day-{day}");
            let checked = typed.days.iter().any(|code| code == day.code());
            view! {
                <span class="day">
                    <input type="checkbox" id=id.clone() name="schedule[days][]" value=day.code() checked=checked/>
                    <label for=id>{day.label()}</label>
                </span>
            }
        })
        .collect_view();
    view! {
        <Field key="times" name="schedule[times]" label="Times" value=typed.times error help="Such as 07:00, 19:30."/>
        <div class="field" role="group" aria-labelledby="days">
            <span class="label" id="days">"Days"</span>
            <div class="days">{days}</div>
            {of_days.map(|text| view! { <p class="error" id="days-error">{text}</p> })}
        </div>
    }
}
