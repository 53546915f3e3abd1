//! The page of a step: where it stands and why, what is on record, what both sides say about it. Steps with pages of
//! their own (the provider, the settings) end with the same parts.

mod administrators;
mod answers;
mod appointment;
mod before;
mod comments;
mod record;

use domain::deployment::Step;
use domain::views::{Special, StepView, Task, TaskState};
use leptos::prelude::*;

use crate::api::deployment::show_step;
use crate::components::layout::{short, tone_of};
use crate::components::{Loaded, PageHeader, Panel, StateWord, Verdict, customer};
use crate::pages::migration::Migration;
use crate::pages::people_file::OldDirectories;
use crate::pages::runs::FirstRunActions;
use crate::pages::user_mapping::UserMapping;

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

/// Above the heading of a step's page: its number in the guide.
pub fn step_line(step: Step) -> ViewFn {
    let line = match step.number().strip_prefix('P') {
        Some(number) => format!("Prerequisite {number}"),
        None => format!("Step {}", step.number()),
    };
    (move || line.clone()).into()
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
    // What the step is about stands above already.
    let verdict = (sentence != step.about).then(|| view! { <Verdict tone>{sentence}</Verdict> });
    let lede = format!("{}{}", step.about, takes.unwrap_or_default());
    view! {
        <PageHeader title=task.title.clone() lede crumb=step_line(step.task.step)/>
        <p class="step-state"><StateWord tone word/></p>
        {verdict}
        <Parts step/>
    }
}

#[component]
fn Parts(step: StepView) -> impl IntoView {
    let id = step.task.step;
    let special = match step.special.clone() {
        Special::None => ().into_any(),
        Special::Administrators(all) => view! { <Administrators all can_state=step.can_state/> }.into_any(),
        Special::Existing { answer, others, old } => {
            view! { <ExistingAnswer answer others old can_state=step.can_state/> }.into_any()
        }
        Special::OldDirectories(old) => view! { <OldDirectories old/> }.into_any(),
        Special::Sso(answer) => view! { <SsoAnswer answer can_state=step.can_state/> }.into_any(),
    };
    let is_skipped = step.task.state == TaskState::Skipped;
    let is_mapping = id == Step::UserMapping && !is_skipped;
    let can_begin = !matches!(step.task.state, TaskState::CannotStart | TaskState::OnHold);
    let is_migration = id == Step::Migration && !is_skipped;
    let can_run = id == Step::FirstRun
        && matches!(
            step.task.state,
            TaskState::Yours | TaskState::Again | TaskState::Done | TaskState::Theirs
        );
    view! {
        <Gate gate=step.gate.clone()/>
        {special}
        {is_mapping.then(|| view! { <UserMapping/> })}
        {is_migration.then(|| view! { <Migration can_begin/> })}
        {can_run.then(|| view! { <FirstRunActions/> })}
        {step.appointment.clone().map(|view| view! { <Appointment view/> })}
        <StateForm step=step.clone()/>
        <Record record=step.record.clone()/>
        <Comments step=id comments=step.comments can_comment=step.can_comment tells=step.tells/>
    }
}

/// What has to be done before the step may be entered, each with its state and a link.
#[component]
fn Gate(gate: Vec<Task>) -> impl IntoView {
    if gate.is_empty() {
        return ().into_any();
    }
    let rows = gate
        .into_iter()
        .map(|task| {
            let href = customer().path(task.step.code());
            let word = short(&task.words).to_owned();
            view! {
                <dt><a href=href>{format!("{} {}", task.step.number(), task.title)}</a></dt>
                <dd><StateWord tone=tone_of(task.state) word/></dd>
            }
        })
        .collect_view();
    view! {
        <Panel title="What comes first" id="gate"><dl class="facts in">{rows}</dl></Panel>
    }
    .into_any()
}
