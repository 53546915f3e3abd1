//! The entry of the browser bundle.

use std::time::Duration;

use leptos::prelude::{document, set_timeout};

/// Makes ready for the islands, which the page's script takes over right after this. A panic (which would mean that
/// both sides drew different things) goes to the console; the attribute tells tests, and the style sheet, that scripts
/// have taken over: it is set once the islands have been, so in the next turn.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
    app::browser::listen();
    let taken_over = || {
        if let Some(body) = document().body() {
            _ = body.set_attribute("data-hydrated", "");
        }
    };
    set_timeout(taken_over, Duration::ZERO);
}
