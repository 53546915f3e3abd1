//! The use cases against both databases and the simulated providers.

mod appointments;
mod auth;
mod board;
mod console;
mod deployment;
mod expiry;
mod links_by_mail;
mod mapping;
mod notices;
mod own_account;
mod people;
mod postbox;
mod profile_fields;
mod provider;
mod relink;
mod runs;
mod schedule;
mod settings;
mod sync_faults;
mod sync_life_cycle;
mod sync_managers;
mod sync_person;
mod sync_safety;
mod team;
mod world;
