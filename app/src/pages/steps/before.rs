//! What to know before an edit: whom it touches, and which finished work it re-opens.

use leptos::prelude::*;
use services::Before;

use crate::api::deployment::read_warning;
use crate::components::{Banner, Tone, awaited, customer};

/// A note above a form; nothing when the edit touches nobody and re-opens nothing.
#[component]
pub fn BeforeEdit(before: Before) -> impl IntoView {
    awaited(read_warning(customer().slug, before), |warning| {
        // Whoever may not see the deployment is told so by the page itself.
        let sentence = warning.ok().flatten();
        sentence
            .map(|sentence| view! { <Banner tone=Tone::Waiting><p>{sentence}</p></Banner> })
            .into_any()
    })
}
