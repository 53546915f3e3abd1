//! What every page does a little better with scripts: a value is copied by one click, and a form that is on its way
//! says so and cannot be sent twice. Two listeners on the document, so that no page has to think of it.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::convert::FromWasmAbi;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, HtmlElement, SubmitEvent};

/// Begins to listen. Called once, when the page is taken over.
pub fn listen() {
    on("click", |event: Event| {
        let Some(button) = target(&event).and_then(|element| closest(&element, "button[data-copy]")) else {
            return;
        };
        if let Some(text) = button.get_attribute("data-copy") {
            spawn_local(copy(button, text));
        }
    });
    on("submit", submitted);
    // A page taken out of the browser's memory stands as it was left: its forms can be sent again.
    _ = window_event_listener_untyped("pageshow", |_| {
        let Ok(waiting) = document().query_selector_all("button.pending") else {
            return;
        };
        for index in 0..waiting.length() {
            if let Some(button) = waiting
                .item(index)
                .and_then(|node| node.dyn_into::<HtmlElement>().ok())
            {
                ready(&button);
            }
        }
    });
}

fn on<E: FromWasmAbi + 'static>(name: &str, run: impl FnMut(E) + 'static) {
    let listener = Closure::<dyn FnMut(E)>::new(run);
    _ = document().add_event_listener_with_callback(name, listener.as_ref().unchecked_ref());
    // It lives as long as the page.
    listener.forget();
}

fn target(event: &Event) -> Option<HtmlElement> {
    event.target()?.dyn_into().ok()
}

fn closest(element: &HtmlElement, selector: &str) -> Option<HtmlElement> {
    element.closest(selector).ok().flatten()?.dyn_into().ok()
}

/// Copies, and says so: on the button and in the place for screen readers behind it.
async fn copy(button: HtmlElement, text: String) {
    let written = window().navigator().clipboard().write_text(&text);
    if JsFuture::from(written).await.is_ok() {
        button.set_text_content(Some("Copied"));
        if let Some(said) = button.next_element_sibling() {
            said.set_text_content(Some("Copied"));
        }
    }
}

/// A form on its way: its button says so. A form that an island sends by itself has said "prevented" and is left alone.
fn submitted(event: SubmitEvent) {
    if event.default_prevented() {
        return;
    }
    let Some(button) = event
        .submitter()
        .and_then(|button| button.dyn_into::<HtmlElement>().ok())
    else {
        return;
    };
    if button.class_list().contains("pending") {
        event.prevent_default();
        return;
    }
    _ = button.class_list().add_1("pending");
    _ = button.set_attribute("aria-disabled", "true");
    if let Some(busy) = button.get_attribute("data-busy") {
        _ = button.set_attribute("data-label", &button.text_content().unwrap_or_default());
        button.set_text_content(Some(&busy));
    }
}

fn ready(button: &HtmlElement) {
    _ = button.class_list().remove_1("pending");
    _ = button.remove_attribute("aria-disabled");
    if let Some(label) = button.get_attribute("data-label") {
        button.set_text_content(Some(&label));
    }
}
