//! The facts of one deployment, opened on the board: the board and its filters stay.

use domain::views::{BoardFacts, StepComment, Task, TaskState};
use leptos::prelude::*;

use crate::components::layout::{short, tone_of};
use crate::components::{Panel, StateWord, TimeOf, query, with_query};

#[component]
pub(super) fn Facts(facts: BoardFacts) -> impl IntoView {
    let base = format!("/c/{}", facts.slug);
    let close = with_query("/", &query(), &[("open", "")]);
    let page = base.clone();
    let rows = facts
        .facts
        .into_iter()
        .map(|line| {
            let href = format!("{base}/{}", line.path);
            view! { <dt>{line.label}</dt><dd><a href=href>{line.words}</a></dd> }
        })
        .collect_view();
    let times = facts
        .appointments
        .into_iter()
        .map(|line| {
            let href = format!("{base}/{}#appointment", line.step.code());
            view! { <dt>{line.kind.title()}</dt><dd><a href=href>{line.words}</a></dd> }
        })
        .collect_view();
    let steps = facts
        .tasks
        .into_iter()
        .filter(|task| task.state != TaskState::Skipped)
        .map(|task| view! { <StepLine task base=base.clone()/> })
        .collect_view();
    let has_comments = !facts.comments.is_empty();
    let comments = facts
        .comments
        .into_iter()
        .map(|said| view! { <Said said base=base.clone()/> })
        .collect_view();
    view! {
        <Panel title=format!("{}: details", facts.name) id="facts" note=move || view! {
            <a href=page.clone()>"Open the deployment"</a>" · "<a href=close.clone()>"Close"</a>
        }>
            <div class="in person-grid">
                <dl class="facts">{rows}{times}</dl>
                <div>
                    <h3>"Steps"</h3>
                    <dl class="facts">{steps}</dl>
                </div>
                {has_comments.then(|| view! {
                    <div>
                        <h3>"Latest comments"</h3>
                        <dl class="facts">{comments}</dl>
                    </div>
                })}
            </div>
        </Panel>
    }
}

#[component]
fn StepLine(task: Task, base: String) -> impl IntoView {
    let href = format!("{base}/{}", task.step.code());
    let word = short(&task.words).to_owned();
    view! {
        <dt><a href=href>{format!("{} {}", task.step.number(), task.title)}</a></dt>
        <dd><StateWord tone=tone_of(task.state) word/></dd>
    }
}

#[component]
fn Said(said: StepComment, base: String) -> impl IntoView {
    let StepComment { step, comment } = said;
    let href = format!("{base}/{}#comments", step.code());
    view! {
        <dt><a href=href>{step.title()}</a><br/><TimeOf when=comment.when/></dt>
        <dd><b>{comment.author}</b><p class="said">{comment.text}</p></dd>
    }
}
