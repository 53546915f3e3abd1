//! The entry of the browser bundle.

/// Takes over the page the server drew. A panic (which would mean that both sides drew different things) goes to the
/// console; the attribute tells tests, and the style sheet, that scripts have taken over.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    if let Some(body) = leptos::prelude::document().body() {
        _ = body.set_attribute("data-hydrated", "");
    }
}
