use domain::views::InvitationOffer;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::{Doorway, PASSWORD_RULES};
use crate::api::auth::{AcceptInvitation, Typed, show_invitation};
use crate::api::{ApiError, Flash, take_flash};
use crate::components::{ErrorSummary, Field, Loaded, Submit, TimeOf, part};

/// `/invitation/{token}`: who invites whom to what; name and password make the account.
#[component]
pub fn InvitationPage() -> impl IntoView {
    let token = part("token");
    let asked = token.clone();
    let page = async move {
        let kept: Option<Flash<Typed, ()>> = take_flash(AcceptInvitation::PATH).await;
        show_invitation(asked).await.map(|offer| (offer, kept))
    };
    view! {
        <Title text="Invitation"/>
        <Doorway>
            <Loaded data=page draw=move |(offer, flash)| view! { <InvitationForm offer flash token/> }/>
        </Doorway>
    }
}

#[component]
fn InvitationForm(offer: InvitationOffer, flash: Option<Flash<Typed, ()>>, token: String) -> impl IntoView {
    let error: Option<ApiError> = flash.as_ref().and_then(|flash| flash.result.clone().err());
    let name = flash.map(|flash| flash.values.name).unwrap_or_default();
    let what = match &offer.customer {
        Some(customer) => format!(
            "{} invites you to look after the people of {customer} here, as {}.",
            offer.by,
            offer.role.label().to_lowercase()
        ),
        None => format!(
            "{} invites you to join the staff, who see every customer.",
            offer.by
        ),
    };
    view! {
        <h1>"Welcome to User Sync"</h1>
        <p class="lede">{what}</p>
        <form method="post" action=AcceptInvitation::PATH class="form">
            <ErrorSummary error=error.clone()/>
            <input type="hidden" name="token" value=token/>
            <Field key="email" label="E-mail address" kind="email" autocomplete="username" disabled=true
                value=offer.email error=error.clone() help="The invitation is for this address; you sign in with it."/>
            <Field key="name" label="Your name" autocomplete="name" required=true value=name error=error.clone()
                help="As your colleagues know it: it stands beside what you do here."/>
            <Field key="password" label="Password" kind="password" autocomplete="new-password" required=true error=error
                help=PASSWORD_RULES/>
            <div class="actions"><Submit label="Accept and sign in" busy="Signing in…" class="main"/></div>
        </form>
        <p class="help">"The link works once, until " <TimeOf when=offer.until/> "."</p>
    }
}
