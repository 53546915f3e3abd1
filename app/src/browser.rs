//! What every page does a little better with scripts: a value is copied by one click, and a form that is on its way
//! says so and cannot be sent twice, and a page that waits for work of the server looks again. No page has to think of it.

use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::convert::FromWasmAbi;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, HtmlElement, SubmitEvent};

/// A form that has not led to another page by then was stopped by the person, and may be sent again.
const SENT_BY_THEN: Duration = Duration::from_secs(15);

/// How long a page that waits for work of the server stands still.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Begins to listen. Called once, when the page is taken over.
pub fn listen() {
    // Browsers offer the clipboard to secure pages only; the style sheet shows the buttons when there is one.
    if window().is_secure_context() {
        on("click", clicked);
        if let Some(body) = document().body() {
            _ = body.set_attribute("data-clipboard", "");
        }
    }
    on("submit", submitted);
    look_again();
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

/// Loads a page again that waits for work of the server, unless somebody is typing or sending something on it.
fn look_again() {
    let waits = |selector| {
        document()
            .query_selector(selector)
            .is_ok_and(|found| found.is_some())
    };
    if waits("[data-reload]") {
        set_timeout(
            move || {
                if waits(":is(input, textarea, select):focus, button.pending") {
                    look_again();
                } else {
                    _ = window().location().reload();
                }
            },
            LOOK_AGAIN,
        );
    }
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

fn clicked(event: Event) {
    let Some(button) = target(&event).and_then(|element| closest(&element, "button[data-copy]")) else {
        return;
    };
    if let Some(text) = button.get_attribute("data-copy") {
        spawn_local(copy(button, text));
    }
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

/// A form on its way: its button says so. Left alone are a form that an island sends by itself, which has said
/// "prevented", and one that only asks: the browser may answer that without leaving the page.
fn submitted(event: SubmitEvent) {
    let posts = target(&event).is_some_and(|form| form.get_attribute("method").as_deref() == Some("post"));
    if !posts || event.default_prevented() {
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
    // Its words stand first; behind them may be what it is about.
    if let Some(busy) = button.get_attribute("data-busy")
        && let Some(words) = button.first_child()
    {
        _ = button.set_attribute("data-label", &words.text_content().unwrap_or_default());
        words.set_text_content(Some(&busy));
    }
    // A file may take long, and sent again it would begin anew.
    let is_file = target(&event).is_some_and(|form| form.has_attribute("enctype"));
    if !is_file {
        set_timeout(move || ready(&button), SENT_BY_THEN);
    }
}

fn ready(button: &HtmlElement) {
    _ = button.class_list().remove_1("pending");
    _ = button.remove_attribute("aria-disabled");
    if let Some(label) = button.get_attribute("data-label")
        && let Some(words) = button.first_child()
    {
        words.set_text_content(Some(&label));
    }
}
