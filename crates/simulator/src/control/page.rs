//! Pages for people: the control page, which works without scripts, and the sign-in page.

use super::{Control, Person};
use crate::Kind;
use crate::wire::{Call, Reply, encode, escape};
use std::fmt::Write;

/// People on one control page.
const SHOWN: usize = 50;
/// How many people a search looks through: the page is for small directories.
const SEARCHED: usize = 20_000;

/// `GET /control`: the people of a provider, with a button for each change.
pub(super) fn page(control: &Control, call: &Call, kind: Kind) -> Reply {
    let words = call.query_value("q").unwrap_or_default();
    let from: usize = call
        .query_value("from")
        .and_then(|text| text.parse().ok())
        .unwrap_or(0);
    let people = if words.is_empty() {
        control.people(kind, from..from.saturating_add(SHOWN))
    } else {
        let wanted = words.to_lowercase();
        let fits = |person: &Person| {
            let shown = person.display_name.as_deref().unwrap_or_default().to_lowercase();
            shown.contains(&wanted) || person.principal_name.to_lowercase().contains(&wanted)
        };
        control
            .people(kind, 0..SEARCHED)
            .into_iter()
            .filter(fits)
            .take(SHOWN)
            .collect()
    };
    let title = if kind == Kind::Entra {
        "Simulated Microsoft Entra ID"
    } else {
        "Simulated Okta"
    };
    let mut body = head(title);
    let _ = write!(
        body,
        "<p>{} people, {} groups. <a href=\"/control/endpoints\">Addresses and credentials</a>, <a href=\"/control/groups\">groups</a>, <a href=\"/control/requests\">requests</a>.</p><form><label>Find <input name=q value=\"{}\"></label> <button>Find</button></form>",
        control.count(kind),
        control.groups(kind).len(),
        escape(&words),
    );
    body.push_str("<h2>Add a person</h2><form method=post action=/control/person><label>Principal name <input name=principal_name required></label> <label>First name <input name=first_name></label> <label>Last name <input name=last_name></label> <label>Mail <input name=mail></label> <button>Add</button></form>");
    body.push_str(
        "<h2>People</h2><table><thead><tr><th>Name<th>Principal name<th>State<th>Changes</thead><tbody>",
    );
    for person in &people {
        row(&mut body, kind, person);
    }
    body.push_str("</tbody></table>");
    if words.is_empty() && people.len() == SHOWN {
        let _ = write!(
            body,
            "<p><a href=\"/control?from={}\">Next people</a></p>",
            from + SHOWN
        );
    }
    Reply::html(body)
}

fn row(body: &mut String, kind: Kind, person: &Person) {
    let state = match (kind, person.enabled) {
        (Kind::Okta, _) => person.status.as_str(),
        (Kind::Entra, Some(true)) => "enabled",
        (Kind::Entra, Some(false)) => "disabled",
        (Kind::Entra, None) => "unknown",
    };
    let name = escape(person.display_name.as_deref().unwrap_or_default());
    let _ = write!(
        body,
        "<tr><td>{name}<td>{}<td>{}<td>",
        escape(&person.principal_name),
        state
    );
    let toggle = if person.enabled == Some(false) {
        "enable"
    } else {
        "disable"
    };
    for action in [toggle, "delete", "recreate"] {
        let _ = write!(
            body,
            "<form method=post action=/control/{action}><input type=hidden name=id value=\"{}\"><button aria-label=\"{action} {name}\">{action}</button></form> ",
            escape(&person.id),
        );
    }
    let _ = write!(
        body,
        "<form method=post action=/control/rename><input type=hidden name=id value=\"{}\"><input name=principal_name aria-label=\"New principal name of {name}\" required><button aria-label=\"rename {name}\">rename</button></form>",
        escape(&person.id),
    );
    let _ = write!(
        body,
        " <form method=post action=/control/update><input type=hidden name=id value=\"{}\"><input name=attribute size=12 aria-label=\"Attribute of {name}\" placeholder=attribute required><input name=value size=12 aria-label=\"Value for {name}\" placeholder=value><button>set</button></form>",
        escape(&person.id),
    );
}

/// The page on which one chooses as whom to sign in.
pub(crate) fn sign_in_page(title: &str, call: &Call, people: &[(String, String)]) -> Reply {
    let mut body = head(title);
    body.push_str("<p>Simulated sign-in: choose a person.</p><ul class=people>");
    let kept: Vec<String> = call
        .query_pairs()
        .iter()
        .map(|(key, value)| format!("{}={}&", encode(key), encode(value)))
        .collect();
    for (name, principal) in people {
        let link = format!("{}?{}as={}", call.path, kept.concat(), encode(principal));
        let _ = write!(
            body,
            "<li><a href=\"{}\">{}</a> <small>{}</small></li>",
            escape(&link),
            escape(name),
            escape(principal)
        );
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
