//! When the sync runs by itself: three ways to say it, the next three runs, and the switch.

mod form;

use domain::deployment::Step;
use domain::schedule::ScheduleForm;
use domain::views::ScheduleView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::schedule::{DisableSchedule, SaveSchedule, show_schedule};
use crate::api::{Flash, take_flash};
use crate::components::{
    Answer, Banner, ConnectFirst, Done, EmptyState, Loaded, PageHeader, Panel, Submit, TimeOf, Tone, Verdict,
    WhyRefused, customer,
};
use crate::pages::steps::{StepFoot, step_line};

use form::Fields;

/// What was kept of the posted form, with the version it was typed on: it must not slip over a newer one.
type Kept = Option<Flash<(i64, ScheduleForm), ()>>;

/// `/c/{customer}/schedule`
#[component]
pub fn SchedulePage() -> impl IntoView {
    let slug = customer().slug;
    let data = async move {
        let kept: Kept = take_flash(SaveSchedule::PATH).await;
        show_schedule(slug).await.map(|view| (view, kept))
    };
    view! {
        <div class="column">
            <PageHeader title="Schedule" crumb=step_line(Step::Schedule)
                lede="From the moment it is on, the sync runs by itself. A run that would do more than the safety limits allow waits for you all the same."/>
            <Loaded data draw=|(view, kept): (Option<ScheduleView>, Kept)| match view {
                Some(view) => view! { <Schedule view kept/> }.into_any(),
                None => view! {
                    <EmptyState title="Connect a directory first" detail="There is nothing to run yet.">
                        <ConnectFirst/>
                    </EmptyState>
                }
                .into_any(),
            }/>
            <StepFoot step=Step::Schedule/>
        </div>
    }
}

#[component]
fn Schedule(view: ScheduleView, kept: Kept) -> impl IntoView {
    let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
    let saved = kept.as_ref().is_some_and(|kept| kept.result.is_ok());
    let typed = kept.and_then(|kept| kept.refused().cloned());
    let (version, typed) = typed.unwrap_or_else(|| (view.version, view.form.clone()));
    let (tone, verdict) = if view.enabled {
        (Tone::Ready, format!("The schedule is on. {}.", view.words))
    } else {
        (
            Tone::Yours,
            "The schedule is off: nothing runs by itself.".to_owned(),
        )
    };
    let gate = (!view.gate.is_empty()).then(|| view! { <Gate gate=view.gate.clone() enabled=view.enabled/> });
    view! {
        <Answer of=DisableSchedule::PATH done="The schedule is off. A run that is under way goes on to its end."/>
        {saved.then(|| view! { <Done words="Saved."/> })}
        <Verdict tone>{verdict}</Verdict>
        <Next view=view.clone()/>
        {gate}
        {(view.enabled && view.can_edit).then(|| view! { <SwitchOff version=view.version/> })}
        {view.can_edit.then(|| view! {
            <Panel title="When" id="when">
                <form method="post" action=SaveSchedule::PATH class="in form">
                    <WhyRefused error=error.clone()/>
                    <input type="hidden" name="customer" value=customer().slug/>
                    <input type="hidden" name="version" value=version.to_string()/>
                    <Fields typed error time_zones=view.time_zones.clone()/>
                    <div class="actions">
                        <Submit label="Save" busy="Saving…" class=if view.enabled { "main" } else { "" }/>
                        {(!view.enabled && view.gate.is_empty()).then(|| view! {
                            <Submit label="Save and switch on" busy="Saving…" class="main" name="enable" value="true"/>
                        })}
                    </div>
                </form>
            </Panel>
        })}
    }
}

/// The next due times, and one that was passed over.
#[component]
fn Next(view: ScheduleView) -> impl IntoView {
    let title = if view.enabled {
        "Next runs"
    } else {
        "Next runs, once it is on"
    };
    let zone = view.form.time_zone.clone();
    let items = view
        .next
        .into_iter()
        .map(|at| view! { <li>{at}</li> })
        .collect_view();
    view! {
        <Panel title=title id="next-runs" note=move || zone.clone()>
            <div class="in form">
                <ol class="does">{items}</ol>
                {view.skipped.map(|when| view! {
                    <p class="soft">"The run that was due "<TimeOf when/>" was passed over: another one was under way or held."</p>
                })}
            </div>
        </Panel>
    }
}

/// H-07: what has to be done before it can be switched on; or what is not done any more while it is on.
#[component]
fn Gate(gate: Vec<String>, enabled: bool) -> impl IntoView {
    let lede = if enabled {
        "It goes on by itself, although this is not done any more:"
    } else {
        "It can be switched on once this is done:"
    };
    let items = gate
        .into_iter()
        .map(|sentence| view! { <li>{sentence}</li> })
        .collect_view();
    view! {
        <Banner tone=Tone::Waiting>
            <p>{lede}</p>
            <ul class="does">{items}</ul>
        </Banner>
    }
}

#[component]
fn SwitchOff(version: i64) -> impl IntoView {
    view! {
        <form method="post" action=DisableSchedule::PATH class="actions">
            <input type="hidden" name="customer" value=customer().slug/>
            <input type="hidden" name="version" value=version.to_string()/>
            <Submit label="Switch the schedule off" busy="Switching off…"/>
            <span class="soft">"A run that is under way goes on to its end; to stop it, cancel it on its page."</span>
        </form>
    }
}
