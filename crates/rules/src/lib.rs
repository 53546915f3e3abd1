//! Decisions, and nothing but decisions: what a username is, who is synchronised, what a run would change and when it
//! must stop and ask. Pure functions over the words of [`domain`]: no input or output, no clock, no randomness, so
//! preview, real run and tests are the same code.

pub mod address;
pub mod appointment;
pub mod export;
mod fingerprint;
pub mod mapping;
pub mod migration;
pub mod nearest;
pub mod people_file;
pub mod profile;
pub mod proposals;
pub mod schedule;
pub mod sync;
pub mod tenant;
pub mod user_mapping;
pub mod username;
