//! Signing in and out, the first visit, and the links that let somebody in.

use domain::UserError;
use domain::views::{InvitationOffer, Me};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// Who is signed in: one resource for the whole application, read by the frame and by pages that ask for the role.
#[derive(Clone, Copy)]
pub struct CurrentMe(pub Resource<Result<Option<Me>, ApiError>>);

/// Provides [`CurrentMe`] to every page, and the place for what was kept for it.
pub fn provide_me() {
    provide_context(super::server::Kept::default());
    provide_context(CurrentMe(Resource::new(|| (), |()| whoami())));
}

/// Who is signed in; nobody is an answer, too.
pub async fn whoami() -> Result<Option<Me>, ApiError> {
    Ok(super::server::who().await?.map(|(_, me)| me))
}

/// The two ways in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Door {
    SignIn,
    /// Only as long as nobody exists: the first staff administrator is created.
    Welcome,
}

/// Sends whoever stands at the wrong door to the right one: to `/welcome` on the first run and only then, and away
/// from the door to `next` when they are signed in already.
pub async fn find_entrance(door: Door, next: String) -> Result<(), ApiError> {
    if super::server::who().await?.is_some() {
        super::server::go(&next);
        return Ok(());
    }
    let first_run = super::visit(|services| async move { services.first_run().await }).await?;
    match (door, first_run) {
        (Door::SignIn, true) => super::server::go("/welcome"),
        (Door::Welcome, false) => super::server::go("/sign-in"),
        _ => {}
    }
    Ok(())
}

/// What was typed at the door, without the password.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub name: String,
    pub email: String,
}

/// Signs in and goes on to `next`, a path of this site.
#[server(endpoint = "auth/sign-in")]
pub async fn sign_in(email: String, password: String, next: String) -> Result<(), ApiError> {
    let typed = Typed {
        email: email.clone(),
        ..Typed::default()
    };
    let path = <SignIn as leptos::server_fn::ServerFn>::PATH;
    let user = super::visit_form(path, &typed, |services| async move {
        services.sign_in(&email, &password).await
    })
    .await?;
    super::server::begin_session(user).await?;
    super::server::go(&next);
    Ok(())
}

/// Ends the session.
#[server(endpoint = "auth/sign-out")]
pub async fn sign_out() -> Result<(), ApiError> {
    super::server::end_session().await?;
    super::server::go("/sign-in");
    Ok(())
}

/// Creates the first staff administrator for whoever holds the set-up code, and signs them in. Refused as soon as
/// anybody exists.
#[server(endpoint = "auth/first-admin")]
pub async fn create_first_admin(
    setup_code: String,
    name: String,
    email: String,
    password: String,
) -> Result<(), ApiError> {
    let typed = Typed {
        name: name.clone(),
        email: email.clone(),
    };
    let path = <CreateFirstAdmin as leptos::server_fn::ServerFn>::PATH;
    let first = services::FirstAdmin {
        setup_code,
        name,
        email,
        password: password.into(),
    };
    let user = super::visit_form(path, &typed, |services| async move {
        services.create_first_admin(&first).await
    })
    .await?;
    super::server::begin_session(user).await?;
    super::server::go("/");
    Ok(())
}

/// What the invitation behind a link offers. Uses nothing up.
pub async fn show_invitation(token: String) -> Result<InvitationOffer, ApiError> {
    super::visit(|services| async move {
        let offer = services.invitation(&token).await?;
        Ok(offer.ok_or(UserError::DeadLink)?)
    })
    .await
}

/// Accepts an invitation, and signs in whoever did.
#[server(endpoint = "auth/accept-invitation")]
pub async fn accept_invitation(token: String, name: String, password: String) -> Result<(), ApiError> {
    let typed = Typed {
        name: name.clone(),
        ..Typed::default()
    };
    let path = <AcceptInvitation as leptos::server_fn::ServerFn>::PATH;
    let joining = services::Joining {
        token: token.into(),
        name,
        password: password.into(),
    };
    let user = super::visit_form(path, &typed, |services| async move {
        services.accept_invitation(&joining).await
    })
    .await?;
    super::server::begin_session(user).await?;
    super::server::go("/");
    Ok(())
}

/// The e-mail address whose password a link sets. Uses nothing up.
pub async fn show_password_reset(token: String) -> Result<String, ApiError> {
    super::visit(|services| async move {
        let email = services.password_reset(&token).await?;
        Ok(email.ok_or(UserError::DeadLink)?)
    })
    .await
}

/// Sets a new password by a link, and leads to the sign-in.
#[server(endpoint = "auth/reset-password")]
pub async fn reset_password(token: String, password: String) -> Result<(), ApiError> {
    let path = <ResetPassword as leptos::server_fn::ServerFn>::PATH;
    super::visit_form(path, &(), |services| async move {
        services.reset_password(&token.into(), &password.into()).await
    })
    .await?;
    super::server::go("/sign-in?reset=1");
    Ok(())
}

/// Whether a link to set a new password can be sent by mail.
pub async fn can_post_links() -> Result<bool, ApiError> {
    super::visit(|services| async move { Ok(services.sends_mail()) }).await
}

/// Sends a link to set a new password, if the address has an account. The answer is the same for each.
#[server(endpoint = "auth/forgot-password")]
pub async fn forgot_password(email: String) -> Result<(), ApiError> {
    let typed = Typed {
        email: email.clone(),
        ..Typed::default()
    };
    let path = <ForgotPassword as leptos::server_fn::ServerFn>::PATH;
    super::visit_form(path, &typed, |services| async move {
        services.forgot_password(&email).await
    })
    .await?;
    super::server::go("/forgot-password?sent=1");
    Ok(())
}
