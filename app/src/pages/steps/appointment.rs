//! The time both sides agree on: how it stands, the answer, another proposal, what happened so far.

use domain::appointment::{AppointmentAct, AppointmentForm, Need};
use domain::views::{AppointmentEntry, AppointmentView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::appointments::{AnswerAppointment, ProposeAppointment, SetTimeZone};
use crate::api::{Flash, take_flash};
use crate::components::{
    Answer, Field, Option_, Panel, RefusedAndGone, SelectField, StateWord, Submit, TextArea, TimeOf, Tone,
    WhyRefused, awaited, customer,
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

/// What was kept of an answer, and of a proposal.
type KeptAnswer = Option<Flash<String, ()>>;
type KeptProposal = Option<Flash<AppointmentForm, ()>>;

#[component]
pub(super) fn Appointment(view: AppointmentView) -> impl IntoView {
    // Asked for here and not by the forms: what refuses one may also be why it is not drawn any more.
    let kept = async {
        let answer: KeptAnswer = take_flash(AnswerAppointment::PATH).await;
        let proposal: KeptProposal = take_flash(ProposeAppointment::PATH).await;
        (answer, proposal)
    };
    awaited(kept, |(answer, proposal)| {
        view! { <Agreement view answer proposal/> }.into_any()
    })
}

#[component]
fn Agreement(view: AppointmentView, answer: KeptAnswer, proposal: KeptProposal) -> impl IntoView {
    let title = view.kind.title();
    let file = view.has_file.then(|| {
        let href = customer().path(&format!("appointments/{}.ics", view.kind));
        view! { <p><a href=href download>"Add it to your calendar"</a></p> }
    });
    let mark = view
        .needs
        .map(|need| view! { <StateWord tone=Tone::Yours word=need_words(need)/>" " });
    let answer = if view.may.iter().any(|act| *act != AppointmentAct::Propose) {
        Some(view! { <AnswerForm view=view.clone() kept=answer/> }.into_any())
    } else {
        gone(answer, |reason| reason)
    };
    let propose = if view.may.contains(&AppointmentAct::Propose) {
        Some(view! { <Propose view=view.clone() kept=proposal/> }.into_any())
    } else {
        gone(proposal, proposal_words)
    };
    let history = view.history.clone();
    view! {
        <Panel title=format!("Appointment: {title}") id="appointment">
            <div class="in form">
                <p>{mark}<b>{view.words.clone()}</b></p>
                {file}
                {answer}
                <TimeZone view=view.clone()/>
            </div>
        </Panel>
        {propose}
        <History history/>
    }
}

/// What the mark beside a time says.
const fn need_words(need: Need) -> &'static str {
    match need {
        Need::Answer => "Yours to answer",
        Need::ProposeAgain => "Propose another time",
        Need::RecordIt => "Record the work",
    }
}

/// A form that was refused and is not offered any more: why, and what was typed in it.
fn gone<V>(kept: Option<Flash<V, ()>>, words: fn(V) -> String) -> Option<AnyView> {
    let Flash { values, result } = kept?;
    let error = result.err()?;
    Some(view! { <RefusedAndGone error typed=words(values)/> }.into_any())
}

/// A proposal in one line.
fn proposal_words(form: AppointmentForm) -> String {
    let AppointmentForm {
        day,
        start,
        time_zone,
        note,
        ..
    } = form;
    format!("{day} {start} ({time_zone}) {note}")
}

/// One form with a button for everything whoever looks may say now.
#[component]
fn AnswerForm(view: AppointmentView, kept: KeptAnswer) -> impl IntoView {
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
            <WhyRefused error=error.clone()/>
            <input type="hidden" name="customer" value=customer().slug/>
            <input type="hidden" name="about" value=view.kind.code()/>
            <input type="hidden" name="seq" value=view.seq.to_string()/>
            <TextArea key="reason" label=if can_agree { "Remark or reason" } else { "Reason" } prose=true
                value=typed error help/>
            <div class="actions">{buttons}</div>
        </form>
    };
    // What nobody waits for is folded away.
    if can_agree {
        return form.into_any();
    }
    let may = |act| view.may.contains(&act);
    let summary = if view.has_file {
        "Cancel this appointment"
    } else if may(AppointmentAct::AgreeForCustomer) {
        "Record their answer, or withdraw the proposal"
    } else if may(AppointmentAct::Decline) {
        "Decline this time"
    } else {
        "Withdraw the proposal"
    };
    view! { <details class="one-person" open=is_open><summary>{summary}</summary>{form}</details> }.into_any()
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

#[component]
fn Propose(view: AppointmentView, kept: KeptProposal) -> impl IntoView {
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
                <WhyRefused error=error.clone()/>
                <input type="hidden" name="customer" value=customer().slug/>
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
