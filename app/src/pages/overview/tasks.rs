//! The task list: prerequisites above, then a lane for each side.

use domain::Role;
use domain::deployment::Responsibility;
use domain::views::{AppointmentLine, DeploymentView, Task, TaskState};
use leptos::prelude::*;

use crate::api::auth::CurrentMe;
use crate::components::layout::{dot_of, short, tone_of};
use crate::components::{Dot, Panel, StateWord, awaited};

/// What must be there before anything else counts.
#[component]
pub(super) fn Prerequisites(tasks: Vec<Task>, base: String) -> impl IntoView {
    let rows = tasks
        .into_iter()
        .filter(|task| task.step.is_prerequisite())
        .map(|task| view! { <TaskRow task base=base.clone() appointment=None/> })
        .collect_view();
    view! {
        <Panel id="prerequisites" title="Prerequisites">
            <ol role="list" class="tasks">{rows}</ol>
        </Panel>
    }
}

/// The steps of each side, in the order of the guide. What is done together stands with the customer's, who come to it
/// by themselves.
#[component]
pub(super) fn Lanes(deployment: DeploymentView, base: String) -> impl IntoView {
    let CurrentMe(me) = expect_context::<CurrentMe>();
    awaited(async move { me.await }, move |me| {
        let role = me.ok().flatten().map(|me| me.role);
        // Whoever only looks has no tasks.
        let theirs = match role {
            Some(Role::CustomerAdmin) => "Your tasks".to_owned(),
            _ => format!("Tasks of {}", deployment.name),
        };
        let ours = match role {
            Some(Role::Staff) => "Our tasks",
            _ => "Tasks of the deployment team",
        };
        let (done, of) = deployment.progress();
        let lane = |with: fn(Responsibility) -> bool| -> Vec<Task> {
            let all = deployment.tasks.iter();
            all.filter(|task| !task.step.is_prerequisite() && with(task.side))
                .cloned()
                .collect()
        };
        let times = deployment.appointments.clone();
        let customers = lane(|side| side != Responsibility::Staff);
        let staffs = lane(|side| side == Responsibility::Staff);
        view! {
            <div class="lanes">
                <Lane id="customer-tasks" title=theirs tasks=customers base=base.clone() times=times.clone()
                    note=format!("{done} of {of} steps done")/>
                <Lane id="staff-tasks" title=ours.to_owned() tasks=staffs base times note=String::new()/>
            </div>
        }
        .into_any()
    })
}

#[component]
fn Lane(
    id: &'static str,
    title: String,
    tasks: Vec<Task>,
    base: String,
    times: Vec<AppointmentLine>,
    note: String,
) -> impl IntoView {
    let rows = tasks
        .into_iter()
        .map(|task| {
            let appointment = times.iter().find(|line| line.step == task.step).cloned();
            view! { <TaskRow task base=base.clone() appointment/> }
        })
        .collect_view();
    view! {
        <Panel id=id title=title note=move || note.clone()>
            <ol role="list" class="tasks">{rows}</ol>
        </Panel>
    }
}

/// One step: the whole row leads to its page, also when it cannot start yet, since the page says what it waits for.
#[component]
fn TaskRow(task: Task, base: String, appointment: Option<AppointmentLine>) -> impl IntoView {
    let href = format!("{base}/{}", task.step.code());
    let waits = matches!(task.state, TaskState::CannotStart | TaskState::OnHold);
    let detail = if waits {
        format!("{}.", task.words)
    } else {
        task.detail
    };
    let word = short(&task.words).to_owned();
    view! {
        <li>
            <Dot kind=dot_of(task.state)/>
            <div>
                <a href=href class:quiet=waits><span class="soft step-number">{task.step.number()}</span>" "{task.title}</a>
                <p class="soft">{detail}</p>
                {appointment.map(|line| view! { <p>{line.words}</p> })}
            </div>
            {(!waits).then(|| view! { <StateWord tone=tone_of(task.state) word/> })}
        </li>
    }
}
