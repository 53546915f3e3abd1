//! The control interface over HTTP.

use crate::wire::{Call, Reply};
use crate::world::World;
use http::StatusCode;
use serde_json::json;

/// Answers a request below `/control`.
pub(crate) fn handle(world: &World, call: &Call) -> Reply {
    if call.path == "/control" {
        return super::page::page(world, call);
    }
    Reply::json(StatusCode::NOT_FOUND, &json!({"error": "no such control"}))
}
