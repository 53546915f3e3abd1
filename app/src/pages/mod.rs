//! The pages, one folder per area.

pub mod auth;
pub mod customers;
pub mod not_found;
pub mod overview;
pub mod people;
pub mod provider;
pub mod runs;
pub mod settings;
pub mod test_sync;
