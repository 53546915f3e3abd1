//! What the run pages and the test sync page may ask for. The bodies live in `services`, `runs`.

use domain::sync::RunKind;
use domain::views::{ChangeFilter, ChangeRow, Page, RunFilter, RunRow, RunView, TestSyncView};
use leptos::prelude::*;

use super::ApiError;

/// The runs of a customer, newest first. `after` continues a page.
pub async fn list_runs(
    customer: String,
    filter: RunFilter,
    after: Option<String>,
) -> Result<Page<RunRow>, ApiError> {
    super::act(
        |services, actor| async move { services.runs(&actor, &customer, filter, after.as_deref()).await },
    )
    .await
}

/// One run, live or finished.
pub async fn show_run(customer: String, number: i64) -> Result<RunView, ApiError> {
    super::act(|services, actor| async move { services.run(&actor, &customer, number).await }).await
}

/// Who changes in a run, and why. `after` continues a page.
pub async fn list_changes(
    customer: String,
    number: i64,
    filter: ChangeFilter,
    after: Option<String>,
) -> Result<Page<ChangeRow>, ApiError> {
    super::act(|services, actor| async move {
        services
            .changes(&actor, &customer, number, &filter, after.as_deref())
            .await
    })
    .await
}

/// What the latest test sync found (H-12).
pub async fn show_test_sync(customer: String) -> Result<TestSyncView, ApiError> {
    super::act(|services, actor| async move { services.test_sync(&actor, &customer).await }).await
}

/// Queues a run and leads to its page. `kind` is what the pressed button says.
#[server(endpoint = "runs/start")]
pub async fn start_run(customer: String, kind: RunKind) -> Result<(), ApiError> {
    let page = format!("/c/{customer}/runs");
    let path = <StartRun as leptos::server_fn::ServerFn>::PATH;
    let number = super::act_form(path, &(), |services, actor| async move {
        services.start_run(&actor, &customer, kind).await
    })
    .await?;
    super::server::go(&format!("{page}/{number}"));
    Ok(())
}

/// Queues the run of one person and leads to its page. `person` is their username or directory object ID.
#[server(endpoint = "runs/start-person")]
pub async fn start_person_run(customer: String, person: String) -> Result<(), ApiError> {
    let page = format!("/c/{customer}/runs");
    let path = <StartPersonRun as leptos::server_fn::ServerFn>::PATH;
    let number = super::act_form(path, &person.clone(), |services, actor| async move {
        services.start_person_run(&actor, &customer, &person).await
    })
    .await?;
    super::server::go(&format!("{page}/{number}"));
    Ok(())
}

/// Asks a run to stop after what it is writing now.
#[server(endpoint = "runs/cancel")]
pub async fn cancel_run(customer: String, number: i64) -> Result<(), ApiError> {
    let path = <CancelRun as leptos::server_fn::ServerFn>::PATH;
    super::act_form(path, &(), |services, actor| async move {
        services.cancel_run(&actor, &customer, number).await
    })
    .await
}

/// Decides that whom a run disputes is the person the account belonged to (I-07).
#[server(endpoint = "runs/relink")]
pub async fn relink(customer: String, number: i64, seq: i64) -> Result<(), ApiError> {
    let path = <Relink as leptos::server_fn::ServerFn>::PATH;
    super::act_form(path, &(), |services, actor| async move {
        services.relink(&actor, &customer, number, seq).await
    })
    .await
}

/// Accepts or rejects what a held run wants to do (S-01, S-05).
#[server(endpoint = "runs/decide")]
pub async fn decide_run(customer: String, number: i64, accept: bool) -> Result<(), ApiError> {
    let path = <DecideRun as leptos::server_fn::ServerFn>::PATH;
    super::act_form(path, &(), |services, actor| async move {
        services.decide_run(&actor, &customer, number, accept).await
    })
    .await
}
