//! Starting a run.

use domain::Permission;
use domain::sync::RunKind;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::runs::StartRun;
use crate::components::{Allowed, Answer, Submit, customer};

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
