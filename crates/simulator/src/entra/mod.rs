//! Microsoft Entra ID (sign-in host) and Microsoft Graph, on one address.

mod errors;

use crate::faults::FaultAction;
use crate::wire::{Call, Reply};
use crate::world::World;
use errors::graph_error;
use http::StatusCode;

/// Answers a request.
pub(crate) fn handle(world: &World, call: &Call) -> Reply {
    graph_error(
        world,
        call,
        StatusCode::NOT_FOUND,
        "ResourceNotFound",
        "Resource not found for the segment.",
    )
}

/// The answer of a request that meets a fault.
pub(crate) fn failure(world: &World, call: &Call, action: FaultAction) -> Reply {
    errors::failure(world, call, action)
}
