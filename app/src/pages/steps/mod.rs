//! The page of a step: where it stands and why, what is on record, what both sides say about it. Steps with pages of
//! their own (the provider, the settings) end with the same parts.

mod administrators;
mod answers;
mod appointment;
mod before;
mod comments;
mod record;

use domain::deployment::Step;
use domain::views::{Special, StepView, TaskState};
use leptos::prelude::*;

use crate::api::deployment::show_step;
use crate::components::layout::{short, tone_of};
use crate::components::{Banner, Loaded, PageHeader, StateWord, Tone, Verdict, customer};
use crate::pages::runs::FirstRunActions;

pub use before::BeforeEdit;

use administrators::Administrators;
use answers::{ExistingAnswer, SsoAnswer};
use appointment::Appointment;
use comments::Comments;
use record::{Record, StateForm};

/// `/c/{customer}/{step}`
#[component]
pub fn StepPage(step: Step) -> impl IntoView {
    view! {
        <div class="column">
            <Loaded data=show_step(customer().slug, step) draw=|step| view! { <StepBody step/> }/>
        </div>
    }
}

/// What a step's own page ends with: the statement it may need, what is on record, comments.
#[component]
pub fn StepFoot(step: Step) -> impl IntoView {
    view! {
        <Loaded data=show_step(customer().slug, step) draw=|step| view! { <Parts step/> }/>
    }
}

#[component]
fn StepBody(step: StepView) -> impl IntoView {
    let crumb = format!("Step {}", step.number);
    let task = &step.task;
    let waits = matches!(task.state, TaskState::CannotStart | TaskState::OnHold);
    let sentence = if waits {
        format!("{}.", task.words)
    } else {
        task.detail.clone()
    };
    let word = short(&task.words).to_owned();
    let tone = tone_of(task.state);
    let takes = step
        .takes
        .clone()
        .map(|takes| format!(" It usually takes {takes}."));
    let lede = format!("{}{}", step.about, takes.unwrap_or_default());
    view! {
        <PageHeader title=task.title.clone() lede crumb=move || crumb.clone()/>
        <p class="step-state"><StateWord tone word/></p>
        <Verdict tone>{sentence}</Verdict>
        <Parts step/>
    }
}

#[component]
fn Parts(step: StepView) -> impl IntoView {
    let id = step.task.step;
    let special = match step.special.clone() {
        Special::None => ().into_any(),
        Special::Administrators(all) => view! { <Administrators all can_state=step.can_state/> }.into_any(),
        Special::Existing { answer, others } => {
            view! { <ExistingAnswer answer others can_state=step.can_state/> }.into_any()
        }
        Special::Sso(answer) => view! { <SsoAnswer answer can_state=step.can_state/> }.into_any(),
    };
    let later = matches!(id, Step::UserMapping | Step::Migration) && step.task.state != TaskState::Skipped;
    let can_run = id == Step::FirstRun
        && matches!(
            step.task.state,
            TaskState::Yours | TaskState::Again | TaskState::Done | TaskState::Theirs
        );
    view! {
        {special}
        {later.then(|| view! {
            <Banner tone=Tone::Waiting>
                <p>"This step cannot be done in this version of the console yet. Nothing is written to People before it is."</p>
            </Banner>
        })}
        {can_run.then(|| view! { <FirstRunActions/> })}
        {step.appointment.clone().map(|view| view! { <Appointment view/> })}
        <StateForm step=step.clone()/>
        <Record record=step.record.clone()/>
        <Comments step=id comments=step.comments can_comment=step.can_comment/>
    }
}
