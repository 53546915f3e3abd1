//! What was typed must never be lost. A form is answered with a redirect to its page; what was typed (without secrets)
//! and what came of it wait in the session until that page is drawn. The address stays clean and a reload does not
//! repeat the message.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// A posted form: what was typed, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flash<V, O> {
    pub values: V,
    pub result: Result<O, ApiError>,
}

impl<V, O> Flash<V, O> {
    /// What was typed, when it was refused and has to be shown again.
    pub fn refused(&self) -> Option<&V> {
        self.result.is_err().then_some(&self.values)
    }
}

/// Takes what waits for the page that shows the answers of the server function at `path` (`TheFunction::PATH`).
pub async fn take_flash<V: DeserializeOwned, O: DeserializeOwned>(path: &str) -> Option<Flash<V, O>> {
    super::server::take(path).await
}

/// The same, and it goes on waiting: the page that is drawn loads itself again soon, and nobody could read it there in time.
pub async fn peek_flash<V: DeserializeOwned, O: DeserializeOwned>(path: &str) -> Option<Flash<V, O>> {
    super::server::peek(path).await
}
