//! Starting a run.

use domain::Permission;
use domain::sync::RunKind;
use leptos::prelude::*;

use crate::api::runs::StartRun;
use crate::components::{Allowed, Answer, Submit, customer};

/// Buttons that start a run, each with its words; the last one is the main one. Starting leads to the run's page.
#[component]
pub fn StartRuns(permission: Permission, kinds: &'static [(RunKind, &'static str)]) -> impl IntoView {
    let customer = customer();
    let start = ServerAction::<StartRun>::new();
    let pending = start.pending();
    let buttons = move || {
        let button = |(index, (kind, label)): (usize, &(RunKind, &'static str))| {
            let class = if index + 1 == kinds.len() { "main" } else { "" };
            view! { <Submit label=*label busy="Starting…" pending class name="kind" value=kind.code()/> }
        };
        kinds.iter().enumerate().map(button).collect_view()
    };
    view! {
        <Allowed permission>
            <ActionForm action=start attr:class="run-actions">
                <input type="hidden" name="customer" value=move || customer.slug.get()/>
                {buttons}
            </ActionForm>
            <Answer action=start/>
        </Allowed>
    }
}
