//! What the pages show: plain data that services make and pages draw. Formatting of dates and numbers happens on
//! the server, so every date here is already text in the reader's words.

mod appointments;
mod audit;
mod customers;
mod deployment;
mod migration;
mod notices;
mod people;
mod people_file;
mod provider;
mod runs;
mod schedule;
mod settings;
mod team;
mod user_mapping;

pub use appointments::*;
pub use audit::*;
pub use customers::*;
pub use deployment::*;
pub use migration::*;
pub use notices::*;
pub use people::*;
pub use people_file::*;
pub use provider::*;
pub use runs::*;
pub use schedule::*;
pub use settings::*;
pub use team::*;
pub use user_mapping::*;

use serde::{Deserialize, Serialize};

/// One page of a list read by key. `next` continues it; `None` is the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub next: Option<String>,
}

impl<T> Page<T> {
    pub const fn empty() -> Self {
        Self {
            rows: Vec::new(),
            next: None,
        }
    }
}

/// A moment for the screen: words for people, the exact value for `<time datetime>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// "today at 09:41 UTC", "3 March 2026 at 09:41 UTC".
    pub words: String,
    /// RFC 3339.
    pub iso: String,
}
