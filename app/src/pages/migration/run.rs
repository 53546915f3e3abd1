//! A run that waits, is under way, or was refused.

use domain::migration::{MigrationPurpose, MigrationRunState};
use domain::views::{MigrationRailStep, MigrationRunView, StepProgress};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::tone_of;
use crate::api::migration::CancelMigration;
use crate::components::{Panel, StateWord, Submit, TimeOf, Verdict, customer, thousands};
use crate::pages::runs::RefreshWithoutScripts;

#[component]
pub(super) fn Run(run: MigrationRunView, can_migrate: bool) -> impl IntoView {
    let title = match run.purpose {
        MigrationPurpose::Migrate => format!("Migration {}", run.number),
        MigrationPurpose::Undo => format!("Migration {}: an undo", run.number),
    };
    let (tone, word) = (tone_of(run.state), run.state.label());
    let can_cancel = can_migrate && run.state == MigrationRunState::Scheduled;
    let number = run.number;
    let is_open = run.state.is_open();
    let problem = run
        .problem
        .clone()
        .map(|problem| view! { <p><b>{problem}</b></p> });
    view! {
        <Panel title id="run" note=move || view! { <StateWord tone word/> }>
            <div class="in parts">
                <Verdict tone>{run.state.sentence()}</Verdict>
                {problem}
                {is_open.then(|| view! { <Rail steps=run.rail.clone()/> })}
                {run.left.clone().map(|left| view! { <p class="num">{format!("The window is open for {left} more.")}</p> })}
                <Facts run=run.clone()/>
                {can_cancel.then(|| view! {
                    <form method="post" action=CancelMigration::PATH class="actions">
                        <input type="hidden" name="customer" value=customer().slug/>
                        <input type="hidden" name="number" value=number/>
                        <Submit label="Take it off the calendar" busy="Cancelling…" class="danger"/>
                    </form>
                })}
                {run.is_moving.then(|| view! { <div data-reload=""></div> <RefreshWithoutScripts/> })}
            </div>
        </Panel>
    }
}

/// What the run does, in order.
#[component]
fn Rail(steps: Vec<MigrationRailStep>) -> impl IntoView {
    let step = |step: MigrationRailStep| {
        let (class, word) = match step.progress {
            StepProgress::Done => ("done", "done"),
            StepProgress::Now => ("now", "now"),
            StepProgress::NotRun => ("not-run", "to come"),
        };
        view! {
            <li class=class aria-current=(step.progress == StepProgress::Now).then_some("step")>
                <b>{step.step.label()}<span class="visually-hidden">{format!(" ({word})")}</span></b>
                <span class="why">{step.words}</span>
            </li>
        }
    };
    view! { <ol role="list" class="steps">{steps.into_iter().map(step).collect_view()}</ol> }
}

/// Who, when, how many.
#[component]
pub(super) fn Facts(run: MigrationRunView) -> impl IntoView {
    let moment = |term: &'static str, when| view! { <dt>{term}</dt><dd><TimeOf when/></dd> };
    let rate = run.rate.map(|rate| {
        view! { <dt>"Rate"</dt><dd class="num">{format!("{} accounts a second, from the pause to the end of the change", thousands(rate))}</dd> }
    });
    view! {
        <dl class="facts">
            <dt>"Started by"</dt><dd><bdi>{run.started_by}</bdi> ", " <TimeOf when=run.started/></dd>
            <dt>"Window"</dt><dd><TimeOf when=run.window_from/> " to " <TimeOf when=run.window_until/></dd>
            <dt>"Agreed"</dt><dd><bdi>{run.agreement}</bdi></dd>
            <dt>"Accounts that change"</dt><dd class="num">{thousands(run.accounts)}</dd>
            {run.frozen.map(|when| moment("Access paused", when))}
            {run.committed.map(|when| moment("Accounts changed", when))}
            {run.finished.map(|when| moment("Ended", when))}
            {rate}
        </dl>
    }
}
