//! What the page says back: the verdict, notes, nothing yet, something went wrong.

use domain::UserError;
use leptos::prelude::*;
use leptos_meta::Title;

use super::Tone;
use crate::api::ApiError;

/// The one sentence that says what is so.
#[component]
pub fn Verdict(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    view! { <div class=format!("verdict {}", tone.class())><p>{children()}</p></div> }
}

/// A note above the content. `live` ones are read out when they appear.
#[component]
pub fn Banner(
    #[prop(optional)] tone: Tone,
    #[prop(optional)] live: bool,
    children: Children,
) -> impl IntoView {
    view! { <div class=format!("banner {}", tone.class()) role=live.then_some("status")>{children()}</div> }
}

/// Nothing to show yet, why, and (as children) the next action.
#[component]
pub fn EmptyState(
    #[prop(into)] title: String,
    #[prop(into)] detail: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <svg viewBox="0 0 48 32" aria-hidden="true">
                <rect x="1" y="1" width="46" height="30" rx="6" fill="none" stroke="currentColor" stroke-dasharray="3 3"/>
                <path d="M9 11h18M9 17h26M9 23h12" stroke="currentColor" stroke-width="2" stroke-linecap="round"/>
            </svg>
            <h2>{title}</h2>
            <p class="soft">{detail}</p>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}

/// Shown while data is on its way; keeps the page from jumping.
#[component]
pub fn Loading() -> impl IntoView {
    view! {
        <div class="loading" role="status">
            <span class="visually-hidden">"Loading"</span>
            <span class="bone wide" aria-hidden="true"></span>
            <span class="bone" aria-hidden="true"></span>
            <span class="bone tall" aria-hidden="true"></span>
        </div>
    }
}

/// A page that cannot be shown, and the way on.
#[component]
pub fn ErrorPage(error: ApiError) -> impl IntoView {
    let (title, way) = match &error {
        ApiError::User(UserError::NotFound) => ("There is nothing here", ("/", "Go to the start")),
        ApiError::User(UserError::Forbidden) => ("Not yours to do", ("/", "Go to the start")),
        ApiError::User(UserError::SignInRequired) => ("Please sign in", ("/sign-in", "Sign in")),
        ApiError::User(UserError::Internal { .. }) => ("Something went wrong", ("/", "Go to the start")),
        ApiError::User(_) => ("This cannot be done now", ("/", "Go to the start")),
        ApiError::Unreachable => ("The server did not answer", ("", "Try again")),
        ApiError::Malformed => ("This page is out of date", ("", "Reload")),
    };
    view! {
        <Title text=title/>
        <div class="column">
            <header><h1>{title}</h1><p class="lede">{error.to_string()}</p></header>
            <div class="actions"><a class="button main" href=way.0 rel="external">{way.1}</a></div>
        </div>
    }
}
