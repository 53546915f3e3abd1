//! What the team pages may ask for, and what is done there. `customer` is a slug; empty, it means the staff. The bodies
//! live in `services`, `team` and `passwords`.

use domain::views::{HandedLink, TeamView};
use domain::{ConsoleUserId, InvitationId, Role};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use services::SealedLink;

use super::{ApiError, take_flash};

/// The team behind a form's `customer`.
fn team_of(customer: &str) -> Option<&str> {
    (!customer.is_empty()).then_some(customer)
}

/// Who is in a team, and who is invited.
pub async fn show_team(customer: String) -> Result<TeamView, ApiError> {
    super::act(|services, actor| async move { services.team(&actor, team_of(&customer)).await }).await
}

/// The link that was made by the form that led to this page. Only here and now: nobody can ask for it again.
pub async fn handed_link() -> Result<Option<HandedLink>, ApiError> {
    for path in [Invite::PATH, ResendInvitation::PATH, MakeResetLink::PATH] {
        if let Some(kept) = take_flash::<IgnoredAny, SealedLink>(path).await
            && let Ok(sealed) = kept.result
        {
            return super::act(
                |services, actor| async move { services.open_link(&actor, &sealed).map(Some) },
            )
            .await;
        }
    }
    Ok(None)
}

/// What was typed about somebody to invite.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedInvitation {
    pub email: String,
    pub role: String,
}

/// Invites an address.
#[server(endpoint = "team/invite")]
pub async fn invite(
    #[server(default)] customer: String,
    email: String,
    role: Role,
) -> Result<SealedLink, ApiError> {
    let typed = TypedInvitation {
        email: email.clone(),
        role: role.code().to_owned(),
    };
    super::act_form(<Invite as ServerFn>::PATH, &typed, |services, actor| async move {
        services.invite(&actor, team_of(&customer), &email, role).await
    })
    .await
}

/// Gives an invitation a new link.
#[server(endpoint = "team/resend")]
pub async fn resend_invitation(
    #[server(default)] customer: String,
    invitation: InvitationId,
) -> Result<SealedLink, ApiError> {
    super::act_form(
        <ResendInvitation as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            services
                .resend_invitation(&actor, team_of(&customer), invitation)
                .await
        },
    )
    .await
}

/// Takes an invitation back.
#[server(endpoint = "team/revoke")]
pub async fn revoke_invitation(
    #[server(default)] customer: String,
    invitation: InvitationId,
) -> Result<(), ApiError> {
    super::act_form(
        <RevokeInvitation as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            services
                .revoke_invitation(&actor, team_of(&customer), invitation)
                .await
        },
    )
    .await
}

/// Makes a customer admin of a viewer, or the other way round.
#[server(endpoint = "team/role")]
pub async fn change_role(customer: String, user: ConsoleUserId, role: Role) -> Result<(), ApiError> {
    super::act_form(
        <ChangeRole as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.change_role(&actor, &customer, user, role).await },
    )
    .await
}

/// Removes somebody from a team.
#[server(endpoint = "team/remove")]
pub async fn remove_member(#[server(default)] customer: String, user: ConsoleUserId) -> Result<(), ApiError> {
    super::act_form(
        <RemoveMember as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.remove_member(&actor, team_of(&customer), user).await },
    )
    .await
}

/// Brings somebody back who was removed.
#[server(endpoint = "team/restore")]
pub async fn restore_member(
    #[server(default)] customer: String,
    user: ConsoleUserId,
) -> Result<(), ApiError> {
    super::act_form(
        <RestoreMember as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.restore_member(&actor, team_of(&customer), user).await },
    )
    .await
}

/// Makes a link by which somebody sets a new password.
#[server(endpoint = "team/reset-link")]
pub async fn make_reset_link(
    #[server(default)] customer: String,
    user: ConsoleUserId,
) -> Result<SealedLink, ApiError> {
    super::act_form(
        <MakeResetLink as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.make_reset_link(&actor, team_of(&customer), user).await },
    )
    .await
}
