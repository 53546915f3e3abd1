//! Signing in.

use crate::components::PageHeader;
use leptos::prelude::*;

#[component]
pub fn SignInPage() -> impl IntoView {
    view! { <div class="column"><PageHeader title="Sign in"/></div> }
}

#[component]
pub fn WelcomePage() -> impl IntoView {
    view! { <div class="column"><PageHeader title="Welcome"/></div> }
}
