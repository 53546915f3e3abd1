use leptos::prelude::*;

/// A value to take to another window, with a button that copies it (`browser`). Without scripts the value is plain text
/// that is selected by one click, and there is no button.
#[component]
pub fn Copy(#[prop(into)] value: String, #[prop(optional, into)] what: String) -> impl IntoView {
    let label = if what.is_empty() {
        format!("Copy {value}")
    } else {
        format!("Copy {what}")
    };
    view! {
        <span class="copy">
            <code>{value.clone()}</code>
            <button type="button" class="needs-clipboard" aria-label=label data-copy=value>"Copy"</button>
            <span class="visually-hidden" role="status"></span>
        </span>
    }
}
