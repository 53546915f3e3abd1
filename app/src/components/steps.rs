use domain::views::{RailStep, StepProgress};
use leptos::prelude::*;

/// The rail of a run: each phase with what it found.
#[component]
pub fn Steps(#[prop(into)] steps: Signal<Vec<RailStep>>) -> impl IntoView {
    let step = |step: RailStep| {
        let (class, word) = match step.progress {
            StepProgress::Done => ("done", "done"),
            StepProgress::Now => ("now", "now"),
            StepProgress::NotRun => ("not-run", "not run"),
        };
        view! {
            <li class=class aria-current=(step.progress == StepProgress::Now).then_some("step")>
                <b>{step.phase.label()}<span class="visually-hidden">{format!(" ({word})")}</span></b>
                <span class="why">{step.words}</span>
            </li>
        }
    };
    view! { <ol role="list" class="steps">{move || steps.get().into_iter().map(step).collect_view()}</ol> }
}
