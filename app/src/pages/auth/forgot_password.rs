use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::Doorway;
use crate::api::auth::{ForgotPassword, Typed, can_post_links};
use crate::api::{ApiError, Flash, take_flash};
use crate::components::{Banner, Done, ErrorSummary, Field, Loaded, Submit, param, query};

/// `/forgot-password`: has a link sent by which a lost password is set again.
#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    let is_sent = param(&query(), "sent") == "1";
    let page = async move {
        let kept: Option<Flash<Typed, ()>> = take_flash(ForgotPassword::PATH).await;
        can_post_links().await.map(|can_post| (can_post, kept))
    };
    view! {
        <Title text="Password forgotten"/>
        <Doorway>
            <h1>"Password forgotten"</h1>
            <Loaded data=page draw=move |(can_post, flash)| if can_post {
                view! { <ForgotForm flash is_sent/> }.into_any()
            } else {
                view! { <NoMail/> }.into_any()
            }/>
            <p class="help"><a href="/sign-in">"Back to the sign-in"</a></p>
        </Doorway>
    }
}

#[component]
fn ForgotForm(flash: Option<Flash<Typed, ()>>, is_sent: bool) -> impl IntoView {
    let error: Option<ApiError> = flash.as_ref().and_then(|flash| flash.result.clone().err());
    let email = flash.map(|flash| flash.values.email).unwrap_or_default();
    view! {
        {(is_sent && error.is_none()).then(|| view! {
            <Done words="If there is an account with this address, a link is on its way to it. It works for an hour."/>
        })}
        <form method="post" action=ForgotPassword::PATH class="form">
            <ErrorSummary error=error.clone()/>
            <Field key="email" label="E-mail address" kind="email" autocomplete="username" required=true value=email error
                help="The one you sign in with. A link to set a new password is sent there."/>
            <div class="actions"><Submit label="Send the link" busy="Sending…" class="main"/></div>
        </form>
    }
}

/// Where no mail leaves, somebody else makes the link.
#[component]
fn NoMail() -> impl IntoView {
    view! {
        <Banner>
            <p>
                "This console sends no mail. Ask an administrator of your organisation, or the people who run User Sync: \
                 on their Team page they can make a link for you to set a new password."
            </p>
        </Banner>
    }
}
