//! What pages ask for and what forms do: one file per area. A body is one expression inside [`act`] (or [`act_form`],
//! or [`visit`] for the few that need no session): the wrapper finds out who asks, runs the service, sets the status,
//! and remembers what was typed for the page that is drawn next. Reading is a plain function, called while a page is
//! drawn; only what a form posts to is a server function with an address.

#[cfg(feature = "ssr")]
pub mod account;
#[cfg(feature = "ssr")]
pub mod appointments;
#[cfg(feature = "ssr")]
pub mod audit;
#[cfg(feature = "ssr")]
pub mod auth;
#[cfg(feature = "ssr")]
pub mod contacts;
#[cfg(feature = "ssr")]
pub mod customers;
#[cfg(feature = "ssr")]
pub mod deployment;
#[cfg(feature = "ssr")]
pub mod migration;
#[cfg(feature = "ssr")]
pub mod notices;
#[cfg(feature = "ssr")]
pub mod people;
#[cfg(feature = "ssr")]
pub mod people_file;
#[cfg(feature = "ssr")]
pub mod profile_fields;
pub mod provider;
#[cfg(feature = "ssr")]
pub mod runs;
#[cfg(feature = "ssr")]
pub mod schedule;
#[cfg(feature = "ssr")]
pub mod settings;
#[cfg(feature = "ssr")]
pub mod team;
#[cfg(feature = "ssr")]
pub mod user_mapping;

#[cfg(feature = "ssr")]
mod flash;
#[cfg(feature = "ssr")]
mod server;

use domain::{FieldError, UserError};
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub use flash::{Flash, peek_flash, take_flash};
#[cfg(feature = "ssr")]
pub use server::{act, act_form, leave, not_found, visit, visit_form};

/// Why a call did not do what was asked, in words for the person at the screen. Holds nothing secret and nobody's
/// personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum ApiError {
    /// The service refused, and says why.
    #[error("{0}")]
    User(UserError),
    /// The browser got no answer.
    #[error("The server could not be reached. Check your connection, then try again; nothing was lost.")]
    Unreachable,
    /// The call itself was not understood: an old page after an upgrade, or a hand-made request.
    #[error(
        "This page is older than the server and was not understood. Load it again and repeat what you did; nothing was changed."
    )]
    Malformed,
}

impl ApiError {
    /// What the service said, if it was the service that refused.
    pub const fn user(&self) -> Option<&UserError> {
        match self {
            ApiError::User(error) => Some(error),
            ApiError::Unreachable | ApiError::Malformed => None,
        }
    }

    /// The fields to correct; empty when it is not about fields.
    pub fn fields(&self) -> &[FieldError] {
        match self {
            ApiError::User(UserError::Invalid { errors }) => errors,
            _ => &[],
        }
    }

    /// The sentences for one field, in one text; `None` when there is nothing wrong with it.
    pub fn of_field(&self, key: &str) -> Option<String> {
        let text: Vec<&str> = self
            .fields()
            .iter()
            .filter(|error| error.field == key)
            .map(|error| error.message.as_str())
            .collect();
        (!text.is_empty()).then(|| text.join(" "))
    }
}

impl From<UserError> for ApiError {
    fn from(error: UserError) -> Self {
        Self::User(error)
    }
}

impl FromServerFnError for ApiError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => ApiError::Unreachable,
            _ => {
                #[cfg(feature = "ssr")]
                server::malformed();
                ApiError::Malformed
            }
        }
    }
}
