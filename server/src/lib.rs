//! The program `usersync`: the composition root and the HTTP edge. `main.rs` is arguments to command; `wiring.rs` is
//! the only place that builds the database, clients, clock, keys and services; `router.rs` is the edge in order.

#![recursion_limit = "256"]

pub mod commands;
pub mod config;
pub mod database;
pub mod errors;
pub mod http;
pub mod logging;
pub mod router;
pub mod session_store;
pub mod smtp;
pub mod wiring;
