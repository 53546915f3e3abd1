//! What the schedule's page may ask for. The bodies live in `services`, `schedule`.

use domain::UserError;
use domain::schedule::ScheduleForm;
use domain::views::ScheduleView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::ServiceError;

use super::ApiError;

/// The schedule; `None` while no directory is connected.
pub async fn show_schedule(customer: String) -> Result<Option<ScheduleView>, ApiError> {
    super::act(|services, actor| async move {
        match services.schedule(&actor, &customer).await {
            Err(ServiceError::User(UserError::NeededFirst { .. })) => Ok(None),
            other => other.map(Some),
        }
    })
    .await
}

/// Saves what was typed, and switches the schedule on if asked.
#[server(endpoint = "schedule/save")]
pub async fn save_schedule(
    customer: String,
    version: i64,
    schedule: ScheduleForm,
    #[server(default)] enable: bool,
) -> Result<(), ApiError> {
    super::act_form(
        <SaveSchedule as ServerFn>::PATH,
        &(version, schedule.clone()),
        |services, actor| async move {
            services
                .save_schedule(&actor, &customer, version, &schedule, enable)
                .await
        },
    )
    .await
}

/// Switches the schedule off.
#[server(endpoint = "schedule/disable")]
pub async fn disable_schedule(customer: String, version: i64) -> Result<(), ApiError> {
    super::act_form(
        <DisableSchedule as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.disable_schedule(&actor, &customer, version).await },
    )
    .await
}
