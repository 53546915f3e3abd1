//! One file for each command of the program.

pub mod audit;
pub mod check;
pub mod config;
pub mod create_admin;
#[cfg(feature = "demo")]
pub mod demo;
pub mod migrate;
pub mod rekey;
pub mod reset_password;
pub mod serve;
