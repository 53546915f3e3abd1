//! What is on record about a step, and the form that puts it there.

use domain::deployment::Step;
use domain::views::{StatementView, StepView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Before;

use super::before::BeforeEdit;
use crate::api::deployment::{StateStep, TypedStatement};
use crate::api::{ApiError, take_flash};
use crate::components::{
    Done, Field, Panel, RefusedAndGone, Submit, TextArea, TimeOf, WhyRefused, awaited, customer,
};

/// "This is done", with date and evidence; or, once it is on record, the way to take it back.
#[component]
pub(super) fn StateForm(step: StepView) -> impl IntoView {
    if !step.task.step.is_stated() {
        return ().into_any();
    }
    let kept = take_flash::<TypedStatement, ()>(StateStep::PATH);
    awaited(kept, move |kept| {
        let kept = kept.filter(|kept| kept.values.step == step.task.step.code());
        let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
        let saved = kept.as_ref().is_some_and(|kept| kept.result.is_ok());
        let typed = kept.and_then(|kept| kept.refused().cloned());
        let form = if step.can_state && !step.is_stated {
            let typed = typed.unwrap_or_else(|| TypedStatement {
                happened_on: step.today.clone(),
                ..TypedStatement::default()
            });
            view! { <Say step=step.task.step typed error/> }.into_any()
        } else {
            let typed = typed.map(|typed| typed.evidence).unwrap_or_default();
            if step.can_state {
                view! { <TakeBack step=step.task.step typed error/> }.into_any()
            } else {
                // The step has shut: the form is gone, what was typed is not.
                error
                    .map(|error| view! { <RefusedAndGone error typed/> })
                    .into_any()
            }
        };
        view! {
            {saved.then(|| view! { <Done words="It is on record."/> })}
            {form}
        }
        .into_any()
    })
}

#[component]
fn Say(step: Step, typed: TypedStatement, error: Option<ApiError>) -> impl IntoView {
    let words = words(step);
    let needs_evidence = !matches!(step, Step::DataMapping | Step::GroupSync);
    view! {
        <Panel title=words.0 id="record-form">
            <form method="post" action=StateStep::PATH class="in form">
                <WhyRefused error=error.clone()/>
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="step" value=step.code()/>
                {needs_evidence.then(|| view! {
                    <Field key="happened_on" label="Done on" kind="date" value=typed.happened_on error=error.clone()/>
                })}
                <TextArea key="evidence" label=if needs_evidence { "Evidence" } else { "Note (optional)" } prose=true
                    value=typed.evidence error=error help=words.1/>
                <div class="actions">
                    <Submit label=words.2 busy="Recording…" class="main" name="done" value="true"/>
                </div>
            </form>
        </Panel>
    }
}

/// Folded, and with a reason: others rely on what is on record.
#[component]
fn TakeBack(step: Step, typed: String, error: Option<ApiError>) -> impl IntoView {
    let is_open = error.is_some();
    view! {
        <details class="panel fold" open=is_open>
            <summary><h2>"It is not done after all"</h2></summary>
            <form method="post" action=StateStep::PATH class="in form">
                <BeforeEdit before=Before::TakeBack(step)/>
                <WhyRefused error=error.clone()/>
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="step" value=step.code()/>
                <TextArea key="evidence" label="Why" prose=true value=typed error help="Both sides read it on record."/>
                <div class="actions">
                    <Submit label="Take this back" busy="Recording…" name="done" value="false"/>
                </div>
            </form>
        </details>
    }
}

/// The heading, the help of the evidence, and the button.
const fn words(step: Step) -> (&'static str, &'static str, &'static str) {
    match step {
        Step::LoginHandler => (
            "Record that it is present",
            "How one can see it: the version, who tried it.",
            "Record as present",
        ),
        Step::Module => (
            "Record the deployment",
            "How one can see it: the version, the ticket, who did it.",
            "Record as deployed",
        ),
        Step::DataMapping => (
            "Is the data mapping as it should be?",
            "Whoever saves the data mapping has checked it; this is for one that is right as it stands.",
            "Record as checked",
        ),
        Step::GroupSync => (
            "No groups to map?",
            "Group sync may stay empty. Say so, and the next steps can go on.",
            "Record: none, on purpose",
        ),
        Step::SignInCheck => (
            "Record the sign-in check",
            "Who signed in: somebody from the directory, an administrator, a local user; and that nobody got a second account.",
            "Record as clean",
        ),
        _ => (
            "Record that it is done",
            "How one can see it: who tried it, with what.",
            "Record as done",
        ),
    }
}

/// Everything that was said, the latest first.
#[component]
pub(super) fn Record(record: Vec<StatementView>) -> impl IntoView {
    if record.is_empty() {
        return ().into_any();
    }
    let rows = record
        .into_iter()
        .map(|row| {
            view! {
                <li>
                    <div class="when"><TimeOf when=row.when/></div>
                    <div class="what">
                        <p><b>{row.sentence}</b>{format!(", says {} ({}). Day of the work: {}.", row.by, row.side.label().to_lowercase(), row.happened_on)}</p>
                        {(!row.evidence.is_empty()).then(|| view! { <p class="said">{row.evidence}</p> })}
                    </div>
                </li>
            }
        })
        .collect_view();
    view! {
        <Panel title="On record" id="on-record" note=|| "newest first">
            <ol class="history" role="list">{rows}</ol>
        </Panel>
    }
    .into_any()
}
