//! Starting a run: of everybody, or of one person.

use domain::Permission;
use domain::sync::RunKind;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::runs::{StartPersonRun, StartRun};
use crate::api::take_flash;
use crate::components::{Allowed, Answer, ErrorSummary, Field, Submit, awaited, customer};

/// Buttons that start a run, each with its words; the last one is the main one. Starting leads to the run's page.
#[component]
pub fn StartRuns(permission: Permission, kinds: &'static [(RunKind, &'static str)]) -> impl IntoView {
    let customer = customer();
    let button = |(index, (kind, label)): (usize, &(RunKind, &'static str))| {
        let class = if index + 1 == kinds.len() { "main" } else { "" };
        view! { <Submit label=*label busy="Starting…" class name="kind" value=kind.code()/> }
    };
    let buttons = kinds.iter().enumerate().map(button).collect_view();
    view! {
        <Allowed permission>
            <form method="post" action=StartRun::PATH class="run-actions">
                <input type="hidden" name="customer" value=customer.slug/>
                {buttons}
            </form>
            <Answer of=StartRun::PATH/>
        </Allowed>
    }
}

/// The form for somebody who should not wait for the next run. What was typed stays when it was refused.
#[component]
pub fn StartPersonRunForm() -> impl IntoView {
    let customer = customer();
    let form = awaited(take_flash::<String, i64>(StartPersonRun::PATH), move |kept| {
        let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
        let typed = kept.and_then(|kept| kept.refused().cloned()).unwrap_or_default();
        let is_open = error.is_some();
        view! {
                <details class="one-person" open=is_open>
                    <summary>"Sync one person"</summary>
                    <form method="post" action=StartPersonRun::PATH class="form">
                        <ErrorSummary error=error.clone()/>
                        <input type="hidden" name="customer" value=customer.slug.clone()/>
                        <Field key="person" label="Username or directory object ID" value=typed code=true error=error
                            help="Reads this one person and brings their account up to date; everybody else waits for the next run. \
                            Somebody who is new in the directory is named by their object ID."/>
                        <div class="run-actions"><Submit label="Sync this person" busy="Starting…"/></div>
                    </form>
                </details>
            }
            .into_any()
    });
    view! { <Allowed permission=Permission::StartSync>{form}</Allowed> }
}

/// The button on a person's own page.
#[component]
pub fn SyncThisPerson(object_id: String) -> impl IntoView {
    let customer = customer();
    view! {
        <Allowed permission=Permission::StartSync>
            <form method="post" action=StartPersonRun::PATH class="run-actions">
                <input type="hidden" name="customer" value=customer.slug/>
                <input type="hidden" name="person" value=object_id/>
                <Submit label="Sync this person now" busy="Starting…"/>
            </form>
            <Answer of=StartPersonRun::PATH/>
        </Allowed>
    }
}

/// On the page of the first run: preview, then run.
#[component]
pub fn FirstRunActions() -> impl IntoView {
    let runs = customer().path("runs");
    let deployment = customer().deployment;
    let open = awaited(async move { deployment.await }, |deployment| {
        let run = deployment.ok().and_then(|deployment| deployment.open_run);
        run.map(|run| {
            let href = customer().path(&format!("runs/{}", run.number));
            view! { <p><a href=href>{format!("Run {}: {}", run.number, run.state.label().to_lowercase())}</a></p> }
        })
        .into_any()
    });
    view! {
        <section class="next" aria-labelledby="next">
            <h2 id="next">"Preview, then run"</h2>
            {open}
            <p class="soft">"A preview writes nothing. The run is held until somebody has looked at its list and accepted it. "
                <a href=runs>"All runs"</a></p>
            <StartRuns permission=Permission::StartSync
                kinds=&[(RunKind::Simulation, "Preview changes"), (RunKind::Manual, "Run now")]/>
        </section>
    }
}
