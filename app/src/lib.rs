//! What the browser sees. The server draws every page and takes every form, so nothing needs scripts; what moves on a
//! page is an island, and islands are all the browser's bundle holds (ADR 12). The map is `map.rs`: the document
//! and the table of addresses.

#![recursion_limit = "256"]
#![expect(
    clippy::needless_pass_by_value,
    reason = "a component owns its properties; the macro calls it by value"
)]
#![expect(
    unreachable_pub,
    reason = "the component macro writes `pub` on what is private to its page"
)]

pub mod api;
#[cfg(feature = "hydrate")]
pub mod browser;
pub mod components;
pub mod islands;
#[cfg(feature = "ssr")]
mod map;
#[cfg(feature = "ssr")]
pub mod pages;

#[cfg(feature = "ssr")]
pub use map::{App, shell};

/// The folder of the browser's files, as addresses name it: for the scripts of one page.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug)]
pub struct Package(pub std::sync::Arc<str>);
