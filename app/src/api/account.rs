//! Somebody's own account: name, password, sessions. The bodies live in `services`, `passwords` and `sessions`.

use domain::UserError;
use domain::views::{Me, SessionView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::ApiError;

/// Who is signed in, and where.
pub async fn show_account() -> Result<(Me, Vec<SessionView>), ApiError> {
    let this = super::server::session_id().await?;
    let sessions =
        super::act(|services, actor| async move { services.own_sessions(&actor, this).await }).await?;
    let (_, me) = super::server::who().await?.ok_or(UserError::SignInRequired)?;
    Ok((me, sessions))
}

/// Gives the one who is signed in another name.
#[server(endpoint = "account/name")]
pub async fn change_name(name: String) -> Result<(), ApiError> {
    super::act_form(
        <ChangeName as ServerFn>::PATH,
        &name.clone(),
        |services, actor| async move { services.change_own_name(&actor, &name).await },
    )
    .await
}

/// Sets the password of the one who is signed in, and ends their other sessions.
#[server(endpoint = "account/password")]
pub async fn change_password(current_password: String, new_password: String) -> Result<(), ApiError> {
    let this = super::server::session_id().await?;
    super::act_form(
        <ChangePassword as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            let (current, new) = (current_password.into(), new_password.into());
            services.change_own_password(&actor, &current, &new, this).await
        },
    )
    .await?;
    super::server::renew_session().await
}

/// Ends one of one's own sessions.
#[server(endpoint = "account/end-session")]
pub async fn end_own_session(session: String) -> Result<(), ApiError> {
    super::act_form(
        <EndOwnSession as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.end_own_session(&actor, &session).await },
    )
    .await
}

/// Ends every session of one's own but this one.
#[server(endpoint = "account/end-other-sessions")]
pub async fn end_other_sessions() -> Result<(), ApiError> {
    let this = super::server::session_id().await?;
    super::act_form(
        <EndOtherSessions as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.end_other_sessions(&actor, this).await },
    )
    .await
}
