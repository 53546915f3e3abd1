//! Cursor paging: separate `link` header lines.

use crate::wire::{Call, Reply, encode};
use crate::world::World;

/// Adds the `self` line and, if there is more, the `next` line (core Okta API, link headers).
pub(super) fn with_links(
    world: &World,
    call: &Call,
    reply: Reply,
    limit: usize,
    next: Option<&str>,
) -> Reply {
    let base = format!("{}{}", world.okta_base, call.path);
    let own = if call.query.is_empty() {
        base.clone()
    } else {
        format!("{base}?{}", call.query)
    };
    let reply = reply.with("link", format!("<{own}>; rel=\"self\""));
    let Some(cursor) = next else {
        return reply;
    };
    let mut link = format!("{base}?after={}&limit={limit}", encode(cursor));
    for (key, value) in call.query_pairs() {
        if key != "after" && key != "limit" {
            for part in ["&", &encode(&key), "=", &encode(&value)] {
                link.push_str(part);
            }
        }
    }
    reply.with("link", format!("<{link}>; rel=\"next\""))
}

/// The `limit` of a call. Zero and what is no number are refused with `None`.
pub(super) fn limit(world: &World, call: &Call, default: usize, most: usize) -> Option<usize> {
    let asked = match call.query_value("limit") {
        None => default,
        Some(text) => text.parse::<usize>().ok().filter(|limit| *limit > 0)?.min(most),
    };
    let shortened = world.tenant(crate::Kind::Okta).access().page_limit;
    Some(shortened.map_or(asked, |most| most.min(asked)))
}
