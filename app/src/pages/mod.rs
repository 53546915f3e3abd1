//! The pages, one folder per area.

pub mod access;
pub mod account;
pub mod audit;
pub mod auth;
pub mod contacts;
pub mod customers;
pub mod inbox;
pub mod migration;
pub mod not_found;
pub mod overview;
pub mod people;
pub mod people_file;
pub mod provider;
pub mod runs;
pub mod schedule;
pub mod settings;
pub mod steps;
pub mod team;
pub mod test_sync;
pub mod user_mapping;
