//! An address that leads nowhere.

use domain::UserError;
use leptos::prelude::*;

use crate::components::{ErrorPage, Logo};

/// Says so, with the status 404.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    crate::api::not_found();
    view! {
        <header class="top"><a class="mark" href="/"><Logo/>"User Sync"</a></header>
        <main id="content" tabindex="-1"><ErrorPage error=UserError::NotFound.into()/></main>
    }
}
