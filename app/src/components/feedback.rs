//! What the page says back: the verdict, notes, nothing yet.

use leptos::prelude::*;

use super::Tone;

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
