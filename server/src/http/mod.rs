//! What is not a page and not a server function.

pub mod access;
pub mod assets;
pub mod calendar;
pub mod client;
pub mod events;
pub mod export;
pub mod health;
pub mod limit;
pub mod metrics;
mod people_upload;
pub mod refused;
pub mod request_id;
pub mod signed_in;
pub mod size;
pub mod text;
pub mod upload;
