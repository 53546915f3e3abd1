//! The time both sides agree on: how it stands, the answer, another proposal, what happened so far.

use domain::appointment::{AppointmentAct, AppointmentForm};
use domain::views::{AppointmentEntry, AppointmentView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::appointments::{AnswerAppointment, ProposeAppointment, SetTimeZone};
use crate::api::{ApiError, take_flash};
use crate::components::{
    Answer, ErrorSummary, Field, Option_, Panel, Refused, SelectField, StateWord, Submit, TextArea, TimeOf,
    Tone, awaited, customer,
};

/// Lengths that are offered, in minutes.
const LENGTHS: &[(&str, &str)] = &[
    ("30", "30 minutes"),
    ("60", "1 hour"),
    ("90", "1½ hours"),
    ("120", "2 hours"),
    ("180", "3 hours"),
    ("240", "4 hours"),
    ("360", "6 hours"),
    ("480", "8 hours"),
];

#[component]
pub(super) fn Appointment(view: AppointmentView) -> impl IntoView {
    let title = view.kind.title();
    let may = |act| view.may.contains(&act);
    let file = view.has_file.then(|| {
        let href = customer().path(&format!("appointments/{}.ics", view.kind));
        view! { <p><a href=href download>"Add it to your calendar"</a></p> }
    });
    let mark = view
        .needs
        .then(|| view! { <StateWord tone=Tone::Yours word="Yours to answer"/>" " });
    let can_answer = view.may.iter().any(|act| *act != AppointmentAct::Propose);
    let propose = may(AppointmentAct::Propose).then(|| view! { <Propose view=view.clone()/> });
    let history = view.history.clone();
    view! {
        <Panel title=format!("Appointment: {title}") id="appointment">
            <div class="in form">
                <p>{mark}<b>{view.words.clone()}</b></p>
                {file}
                {can_answer.then(|| view! { <AnswerForm view=view.clone()/> })}
                <TimeZone view=view.clone()/>
            </div>
        </Panel>
        {propose}
        <History history/>
    }
}

/// One form with a button for everything whoever looks may say now.
#[component]
fn AnswerForm(view: AppointmentView) -> impl IntoView {
    let slug = customer().slug;
    awaited(take_flash::<String, ()>(AnswerAppointment::PATH), move |kept| {
        let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
        let typed = kept.and_then(|kept| kept.refused().cloned()).unwrap_or_default();
        let can_agree = view.may.contains(&AppointmentAct::Agree);
        let is_open = error.is_some();
        let buttons = view
            .may
            .iter()
            .filter_map(|act| Some((*act, button(*act, view.has_file)?)))
            .map(|(act, (label, class))| {
                view! { <Submit label busy="Saving…" class name="act" value=act.code()/> }
            })
            .collect_view();
        let help = if can_agree {
            "Needed when it does not suit you; the other side reads it."
        } else {
            "The other side reads it."
        };
        let form = view! {
            <form method="post" action=AnswerAppointment::PATH class="form">
                <Outcome error=error.clone()/>
                <input type="hidden" name="customer" value=slug/>
                <input type="hidden" name="about" value=view.kind.code()/>
                <input type="hidden" name="seq" value=view.seq.to_string()/>
                <TextArea key="reason" label=if can_agree { "Remark or reason" } else { "Reason" } prose=true
                    value=typed error help/>
                <div class="actions">{buttons}</div>
            </form>
        };
        // What nobody waits for is folded away.
        if can_agree {
            form.into_any()
        } else {
            let summary = match (
                view.has_file,
                view.may.contains(&AppointmentAct::AgreeForCustomer),
            ) {
                (true, _) => "Cancel this appointment",
                (false, true) => "Record their answer, or withdraw the proposal",
                (false, false) => "Withdraw the proposal",
            };
            view! { <details class="one-person" open=is_open><summary>{summary}</summary>{form}</details> }
                .into_any()
        }
    })
}

/// What a button says, and how it looks; a new time has its own form.
const fn button(act: AppointmentAct, is_agreed: bool) -> Option<(&'static str, &'static str)> {
    match act {
        AppointmentAct::Propose => None,
        AppointmentAct::Agree => Some(("Agree", "main")),
        AppointmentAct::AgreeForCustomer => Some(("Record that the customer agrees", "")),
        AppointmentAct::Decline => Some(("Decline", "")),
        AppointmentAct::Cancel if is_agreed => Some(("Cancel the appointment", "danger")),
        AppointmentAct::Cancel => Some(("Withdraw", "quiet")),
    }
}

/// Refused with fields to correct, or as a whole.
#[component]
fn Outcome(error: Option<ApiError>) -> impl IntoView {
    match error {
        Some(error) if error.fields().is_empty() => view! { <Refused error/> }.into_any(),
        error => view! { <ErrorSummary error/> }.into_any(),
    }
}

#[component]
fn Propose(view: AppointmentView) -> impl IntoView {
    let slug = customer().slug;
    let kept = take_flash::<AppointmentForm, ()>(ProposeAppointment::PATH);
    awaited(kept, move |kept| {
        let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
        let typed = kept.and_then(|kept| kept.refused().cloned());
        let is_open = error.is_some();
        let typed = typed.unwrap_or(view.form);
        let title = if view.seq == 0 {
            "Propose a time"
        } else {
            "Propose another time"
        };
        let lengths = LENGTHS.iter().map(|(value, label)| Option_::new(*value, *label));
        let zones = zones(&view.time_zones);
        view! {
            <details class="panel fold" open=is_open>
                <summary><h2>{title}</h2></summary>
                <form method="post" action=ProposeAppointment::PATH class="in form">
                    <Outcome error=error.clone()/>
                    <input type="hidden" name="customer" value=slug/>
                    <input type="hidden" name="about" value=view.kind.code()/>
                    <input type="hidden" name="seq" value=view.seq.to_string()/>
                    <div class="row">
                        <Field key="day" name="appointment[day]" label="Day" kind="date" value=typed.day error=error.clone()/>
                        <Field key="start" name="appointment[start]" label="Start" kind="time" value=typed.start error=error.clone()/>
                        <SelectField key="minutes" name="appointment[minutes]" label="Length" options=lengths.collect()
                            value=typed.minutes error=error.clone()/>
                    </div>
                    <SelectField key="time_zone" name="appointment[time_zone]" label="Time zone of these" options=zones
                        value=typed.time_zone error=error.clone() help="The other side reads it in its own time zone."/>
                    <TextArea key="note" name="appointment[note]" label="Note (optional)" prose=true value=typed.note error/>
                    <div class="actions"><Submit label="Propose this time" busy="Proposing…" class="main"/></div>
                </form>
            </details>
        }
        .into_any()
    })
}

fn zones(names: &[String]) -> Vec<Option_> {
    names
        .iter()
        .map(|name| Option_::new(name.clone(), name.clone()))
        .collect()
}

/// In whose time the page speaks, and the way to change that.
#[component]
fn TimeZone(view: AppointmentView) -> impl IntoView {
    let zone = view.time_zone;
    let offer = if view.is_chosen {
        "Change"
    } else {
        "Choose your time zone"
    };
    let said = format!("Times are shown in {zone}. {offer}");
    view! {
        <details class="one-person">
            <summary>{said}</summary>
            <form method="post" action=SetTimeZone::PATH class="filters">
                <SelectField key="own_time_zone" name="time_zone" label="Your time zone" options=zones(&view.time_zones) value=zone/>
                <div class="actions"><Submit label="Save" busy="Saving…"/></div>
            </form>
        </details>
        <Answer of=SetTimeZone::PATH done="Saved."/>
    }
}

#[component]
fn History(history: Vec<AppointmentEntry>) -> impl IntoView {
    if history.is_empty() {
        return ().into_any();
    }
    let rows = history
        .into_iter()
        .map(|entry| {
            let whose = entry.side.label().to_lowercase();
            view! {
                <li>
                    <div class="when"><TimeOf when=entry.when/></div>
                    <div class="what">
                        <p><b>{entry.sentence}</b>{format!(", by {} ({whose}).", entry.by)}</p>
                        {(!entry.note.is_empty()).then(|| view! { <p class="said">{entry.note}</p> })}
                    </div>
                </li>
            }
        })
        .collect_view();
    view! {
        <details class="panel fold">
            <summary><h2>"What was said about the time"</h2></summary>
            <ol class="history" role="list">{rows}</ol>
        </details>
    }
    .into_any()
}
