use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_meta::Title;

use super::{Doorway, PASSWORD_RULES};
use crate::api::auth::{CreateFirstAdmin, Door, Typed, find_entrance};
use crate::api::{ApiError, Flash, take_flash};
use crate::components::{ErrorSummary, Field, Loaded, Submit};

/// The first run: creates the first staff administrator.
#[component]
pub fn WelcomePage() -> impl IntoView {
    let page = async {
        find_entrance(Door::Welcome, "/".to_owned()).await?;
        Ok(take_flash::<Typed, ()>(CreateFirstAdmin::PATH).await)
    };
    view! {
        <Title text="Welcome"/>
        <Doorway>
            <Loaded data=page draw=|flash| view! { <WelcomeForm flash/> }/>
        </Doorway>
    }
}

#[component]
fn WelcomeForm(flash: Option<Flash<Typed, ()>>) -> impl IntoView {
    let error: Option<ApiError> = flash.as_ref().and_then(|flash| flash.result.clone().err());
    let typed = flash.map(|flash| flash.values).unwrap_or_default();
    view! {
        <h1>"Welcome to User Sync"</h1>
        <p class="lede">
            "Nobody can sign in yet. Create the first administrator: they see every customer and can do everything."
        </p>
        <form method="post" action=CreateFirstAdmin::PATH class="form">
            <ErrorSummary error=error.clone()/>
            <Field key="setup_code" label="Set-up code" autocomplete="off" required=true error=error.clone()
                help="The server prints it when it starts, on its standard output. Whoever runs the server can tell you."/>
            <Field key="name" label="Your name" autocomplete="name" required=true value=typed.name error=error.clone()/>
            <Field key="email" label="E-mail address" kind="email" autocomplete="username" required=true
                value=typed.email error=error.clone() help="You sign in with it."/>
            <Field key="password" label="Password" kind="password" autocomplete="new-password" required=true error=error
                help=PASSWORD_RULES/>
            <div class="actions"><Submit label="Create the administrator and sign in" class="main"/></div>
        </form>
    }
}
