use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::{Doorway, PASSWORD_RULES};
use crate::api::auth::{ResetPassword, show_password_reset};
use crate::api::{ApiError, Flash, take_flash};
use crate::components::{ErrorSummary, Field, Loaded, Submit, part};

/// `/reset-password/{token}`: a new password.
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let token = part("token");
    let asked = token.clone();
    let page = async move {
        let kept: Option<Flash<(), ()>> = take_flash(ResetPassword::PATH).await;
        let email = show_password_reset(asked).await?;
        Ok((email, kept.and_then(|kept| kept.result.err())))
    };
    view! {
        <Title text="Set a new password"/>
        <Doorway>
            <Loaded data=page draw=move |(email, error)| view! { <ResetForm email error token/> }/>
        </Doorway>
    }
}

#[component]
fn ResetForm(email: String, error: Option<ApiError>, token: String) -> impl IntoView {
    view! {
        <h1>"Set a new password"</h1>
        <p class="lede">"Whoever is signed in with the old one is signed out, everywhere."</p>
        <form method="post" action=ResetPassword::PATH class="form">
            <ErrorSummary error=error.clone()/>
            <input type="hidden" name="token" value=token/>
            <Field key="email" label="E-mail address" kind="email" autocomplete="username" disabled=true value=email/>
            <Field key="password" label="New password" kind="password" autocomplete="new-password" required=true error=error
                help=PASSWORD_RULES/>
            <div class="actions"><Submit label="Set the password" busy="Setting…" class="main"/></div>
        </form>
    }
}
