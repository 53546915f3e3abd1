//! What is proposed and answered about appointments, and the reader's time zone. The bodies live in `services`,
//! `appointments`.

use domain::appointment::{AppointmentAct, AppointmentForm, AppointmentKind};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::ApiError;

/// Proposes a time.
#[server(endpoint = "appointments/propose")]
pub async fn propose_appointment(
    customer: String,
    about: AppointmentKind,
    seq: i64,
    appointment: AppointmentForm,
) -> Result<(), ApiError> {
    super::act_form(
        <ProposeAppointment as ServerFn>::PATH,
        &appointment.clone(),
        |services, actor| async move {
            services
                .propose_appointment(&actor, &customer, about, seq, &appointment)
                .await
        },
    )
    .await
}

/// Agrees, declines, or cancels.
#[server(endpoint = "appointments/answer")]
pub async fn answer_appointment(
    customer: String,
    about: AppointmentKind,
    seq: i64,
    act: AppointmentAct,
    #[server(default)] reason: String,
) -> Result<(), ApiError> {
    super::act_form(
        <AnswerAppointment as ServerFn>::PATH,
        &reason.clone(),
        |services, actor| async move {
            services
                .answer_appointment(&actor, &customer, about, seq, act, &reason)
                .await
        },
    )
    .await
}

/// Remembers in which time zone whoever is signed in reads times.
#[server(endpoint = "appointments/time-zone")]
pub async fn set_time_zone(time_zone: String) -> Result<(), ApiError> {
    super::act_form(
        <SetTimeZone as ServerFn>::PATH,
        &time_zone.clone(),
        |services, actor| async move { services.set_time_zone(&actor, &time_zone).await },
    )
    .await
}
