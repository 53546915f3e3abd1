//! Tests of the running simulator over HTTP.

mod batch;
mod control;
mod delta;
mod entra_token;
mod faults;
mod graph;
mod helpers;
mod mail;
mod oidc;
mod okta;
mod okta_token;
mod proposals;
mod scale;
