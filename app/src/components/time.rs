use domain::views::When;
use leptos::prelude::*;

/// A moment: words for people, the exact value for machines and for the pointer.
#[component]
pub fn TimeOf(when: When) -> impl IntoView {
    view! { <time datetime=when.iso.clone() title=when.iso>{when.words}</time> }
}
