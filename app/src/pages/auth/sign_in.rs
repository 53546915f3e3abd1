use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::Doorway;
use crate::api::auth::{Door, SignIn, Typed, find_entrance};
use crate::api::{ApiError, Flash, take_flash};
use crate::components::{Banner, Done, ErrorSummary, Field, Loaded, Submit, Tone, param, query};

/// E-mail address and password; goes on to `next` of the address.
#[component]
pub fn SignInPage() -> impl IntoView {
    let next = match param(&query(), "next") {
        next if next.is_empty() => "/".to_owned(),
        next => next,
    };
    let is_ended = param(&query(), "ended") == "1";
    let is_reset = param(&query(), "reset") == "1";
    let onward = next.clone();
    let page = async move {
        find_entrance(Door::SignIn, onward).await?;
        Ok(take_flash::<Typed, ()>(SignIn::PATH).await)
    };
    view! {
        <Title text="Sign in"/>
        <Doorway>
            <Loaded data=page draw=move |flash| view! { <SignInForm flash next is_ended is_reset/> }/>
        </Doorway>
    }
}

#[component]
fn SignInForm(
    flash: Option<Flash<Typed, ()>>,
    next: String,
    is_ended: bool,
    is_reset: bool,
) -> impl IntoView {
    let error: Option<ApiError> = flash.as_ref().and_then(|flash| flash.result.clone().err());
    let email = flash.map(|flash| flash.values.email).unwrap_or_default();
    let onward = (next != "/").then_some("You will be taken to the page you asked for.");
    view! {
        <h1>"Sign in"</h1>
        {(is_ended && error.is_none()).then(|| view! {
            <Banner tone=Tone::Waiting live=true>
                <p>"Your session had ended, so what you sent was not done. Sign in, then send it again."</p>
            </Banner>
        })}
        {(is_reset && error.is_none()).then(|| view! { <Done words="Your new password is set. Sign in with it."/> })}
        <p class="soft">{onward}</p>
        <form method="post" action=SignIn::PATH class="form">
            <ErrorSummary error=error.clone()/>
            <input type="hidden" name="next" value=next/>
            <Field key="email" label="E-mail address" kind="email" autocomplete="username" required=true
                value=email error=error.clone()/>
            <Field key="password" label="Password" kind="password" autocomplete="current-password" required=true
                error=error/>
            <div class="actions"><Submit label="Sign in" class="main"/></div>
        </form>
        <p class="help">
            <a href="/forgot-password">"Password forgotten?"</a>
            " No account? Ask the person who looks after User Sync for your organisation to invite you."
        </p>
    }
}
