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

/// The page on which one chooses as whom to sign in.
pub(crate) fn sign_in_page(title: &str, call: &Call, people: &[(String, String)]) -> Reply {
    let mut body = head(title);
    body.push_str("<p>Simulated sign-in: choose a person.</p><ul class=people>");
    let kept: String = call
        .query_pairs()
        .iter()
        .map(|(key, value)| format!("{}={}&", crate::wire::encode(key), crate::wire::encode(value)))
        .collect();
    for (name, principal) in people {
        let link = format!("{}?{kept}as={}", call.path, crate::wire::encode(principal));
        body.push_str(&format!(
            "<li><a href=\"{}\">{}</a> <small>{}</small></li>",
            escape(&link),
            escape(name),
            escape(principal)
        ));
    }
    body.push_str("</ul>");
    Reply::html(body)
}

/// The beginning of a page.
fn head(title: &str) -> String {
    format!(
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\"><title>{0}</title><style>{STYLE}</style><h1>{0}</h1>",
        escape(title)
    )
}

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.3rem;text-align:left;vertical-align:top}form{display:inline}input,button{font:inherit}.people{columns:2}";
