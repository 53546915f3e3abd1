//! The words of User Sync: ids, types, states and their transitions, roles, and what a user may be told.
//!
//! Everything here is plain data. The crate is compiled into the browser bundle as well as into the server, so it
//! holds no input or output, no SQL, no HTTP, no logging and never asks for the current time: the clock is a
//! parameter ([`Clock`]).

pub mod access;
pub mod appointment;
pub mod connection;
pub mod deployment;
pub mod directory;
pub mod ids;
pub mod live;
pub mod messages;
pub mod migration;
pub mod notices;
pub mod numbers;
pub mod people;
pub mod people_file;
pub mod profile;
pub mod provider;
mod remedy;
pub mod schedule;
pub mod settings;
pub mod sync;
pub mod text;
pub mod time;
pub mod user_mapping;
pub mod username;
pub mod views;

pub use access::{Actor, Permission, Role};
pub use ids::{
    AccountId, ConsoleUserId, CustomerId, DirectoryId, GroupId, InvitationId, JobId, ObjectId, RunId,
};
pub use messages::{FieldError, Slow, UserError};
pub use provider::Provider;
pub use time::{Clock, Timestamp};
pub use username::{Username, UsernameKey};
