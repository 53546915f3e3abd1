//! The page at `/control`.

use crate::wire::{Call, Reply, escape};
use crate::world::World;

/// Lists the people of the port's provider.
pub(crate) fn page(world: &World, call: &Call) -> Reply {
    let directory = world.tenant(call.kind).read();
    let mut body = String::from("<!doctype html><title>Simulator</title><ul>");
    for index in (0..directory.positions())
        .filter(|index| directory.is_present(*index))
        .take(50)
    {
        body.push_str("<li>");
        body.push_str(&escape(directory.person(index).shown()));
    }
    Reply::html(body + "</ul>")
}
