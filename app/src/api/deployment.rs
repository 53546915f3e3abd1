//! What the task list and the pages of the steps may ask for, and what is put on record there. The bodies live in
//! `services`, `deployment`.

use domain::AccountId;
use domain::deployment::{ExistingDirectory, SsoBefore, Step};
use domain::views::{DeploymentView, StepView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::Before;

use super::ApiError;

/// A customer's own page.
pub async fn show_deployment(customer: String) -> Result<DeploymentView, ApiError> {
    super::act(|services, actor| async move { services.deployment(&actor, &customer).await }).await
}

/// The page of one step.
pub async fn show_step(customer: String, step: Step) -> Result<StepView, ApiError> {
    super::act(|services, actor| async move { services.step(&actor, &customer, step).await }).await
}

/// What to know before an edit of what is done, or of what people are kept up to date by.
pub async fn read_warning(customer: String, before: Before) -> Result<Option<String>, ApiError> {
    super::act(|services, actor| async move { services.warning(&actor, &customer, before).await }).await
}

/// What was typed about a step's work.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedStatement {
    pub step: String,
    pub happened_on: String,
    pub evidence: String,
}

/// Puts on record that a step is done, or takes that back.
#[server(endpoint = "deployment/state")]
pub async fn state_step(
    customer: String,
    step: Step,
    done: bool,
    #[server(default)] happened_on: String,
    #[server(default)] evidence: String,
) -> Result<(), ApiError> {
    let typed = TypedStatement {
        step: step.code().to_owned(),
        happened_on: happened_on.clone(),
        evidence: evidence.clone(),
    };
    super::act_form(
        <StateStep as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            services
                .state_step(&actor, &customer, step, done, &happened_on, &evidence)
                .await
        },
    )
    .await
}

/// Answers "Existing user directory?".
#[server(endpoint = "deployment/existing")]
pub async fn answer_existing(
    customer: String,
    answer: ExistingDirectory,
    #[server(default)] reason: String,
) -> Result<(), ApiError> {
    let typed = (answer, reason.clone());
    super::act_form(
        <AnswerExisting as ServerFn>::PATH,
        &typed,
        |services, actor| async move { services.answer_existing(&actor, &customer, answer, &reason).await },
    )
    .await
}

/// Answers "Single sign-on already configured?".
#[server(endpoint = "deployment/sso")]
pub async fn answer_sso(
    customer: String,
    sso: SsoBefore,
    #[server(default)] evidence: String,
) -> Result<(), ApiError> {
    super::act_form(
        <AnswerSso as ServerFn>::PATH,
        &(sso, evidence.clone()),
        |services, actor| async move { services.answer_sso(&actor, &customer, sso, &evidence).await },
    )
    .await
}

/// Puts on record that a local administrator has signed in.
#[server(endpoint = "deployment/prove-admin")]
pub async fn prove_local_admin(
    customer: String,
    account: AccountId,
    #[server(default)] evidence: String,
) -> Result<(), ApiError> {
    super::act_form(
        <ProveLocalAdmin as ServerFn>::PATH,
        &evidence.clone(),
        |services, actor| async move {
            services
                .prove_local_admin(&actor, &customer, account, &evidence)
                .await
        },
    )
    .await
}

/// Adds a comment to a step, for both sides to read.
#[server(endpoint = "deployment/comment")]
pub async fn add_comment(
    customer: String,
    step: Step,
    #[server(default)] text: String,
) -> Result<(), ApiError> {
    super::act_form(
        <AddComment as ServerFn>::PATH,
        &text.clone(),
        |services, actor| async move { services.comment(&actor, &customer, step, &text).await },
    )
    .await
}
