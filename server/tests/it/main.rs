//! The HTTP edge as a browser meets it: the real router over a real database, with a clock that is turned by hand.

mod access;
mod app;
mod audit;
mod check;
#[cfg(feature = "demo")]
mod demo;
mod events;
mod export;
mod headers;
mod health;
mod kill;
mod logs;
mod mail;
mod rekey;
mod shutdown;
mod sign_in;
mod team;
