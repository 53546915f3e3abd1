//! What was typed must never be lost, scripts or not. When a form is posted without scripts, the server answers with
//! a redirect to the page; what was typed (without secrets) and what came of it wait in the session until that page
//! is drawn. The address stays clean and a reload does not repeat the message.

use leptos::prelude::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// A form posted without scripts: what was typed, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash<V, O> {
    pub values: V,
    pub result: Result<O, ApiError>,
}

/// Takes what waits for the page that shows the answers of the server function at `path` (`TheFunction::PATH`).
/// Call it in the page's resource; in the browser there is never anything, because a hydrated form keeps its values.
#[cfg(feature = "ssr")]
pub async fn take_flash<V: DeserializeOwned, O: DeserializeOwned>(path: &str) -> Option<Flash<V, O>> {
    super::server::take(path).await
}

/// Takes what waits for the page: in the browser, nothing.
#[cfg(not(feature = "ssr"))]
pub async fn take_flash<V: DeserializeOwned, O: DeserializeOwned>(_path: &str) -> Option<Flash<V, O>> {
    None
}

/// The latest outcome of a form: of the hydrated action if it has run, else what the flash says.
pub fn outcome<S, O>(
    action: ServerAction<S>,
    flash: Option<Result<O, ApiError>>,
) -> Signal<Option<Result<O, ApiError>>>
where
    S: leptos::server_fn::ServerFn<Output = O, Error = ApiError> + Clone + Send + Sync + 'static,
    O: Clone + Send + Sync + 'static,
{
    let value = action.value();
    Signal::derive(move || value.get().or_else(|| flash.clone()))
}
