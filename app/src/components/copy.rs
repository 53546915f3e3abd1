use leptos::prelude::*;

/// A value to take to another window, with a button that copies it. Without scripts the value is plain text that is
/// selected by one click, and there is no button.
#[component]
pub fn Copy(#[prop(into)] value: String, #[prop(optional, into)] what: String) -> impl IntoView {
    let copied = RwSignal::new(false);
    let text = value.clone();
    let copy = move |_| {
        let written = window().navigator().clipboard().write_text(&text);
        leptos::task::spawn_local(async move {
            copied.set(wasm_bindgen_futures::JsFuture::from(written).await.is_ok());
        });
    };
    let label = if what.is_empty() {
        format!("Copy {value}")
    } else {
        format!("Copy {what}")
    };
    view! {
        <span class="copy">
            <code>{value}</code>
            <button type="button" class="needs-scripts" aria-label=label on:click=copy>
                {move || if copied.get() { "Copied" } else { "Copy" }}
            </button>
            <span class="visually-hidden" role="status">{move || copied.get().then_some("Copied")}</span>
        </span>
    }
}
