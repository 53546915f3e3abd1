//! The use cases against both databases and the simulated providers.

mod appointments;
mod auth;
mod board;
mod deployment;
mod people;
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
mod world;
