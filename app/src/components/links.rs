//! Addresses. Filters, sorting and paging live in the address, so every one of them is a link.

use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_params_map, use_query_map};
use leptos_router::params::ParamsMap;

/// The path of the page being drawn, without its query.
pub fn page_path() -> String {
    use_location().pathname.get_untracked()
}

/// The query of the page being drawn.
pub fn query() -> ParamsMap {
    use_query_map().get_untracked()
}

/// A part of the page's path that a route names, such as `:run`; empty when there is none.
pub fn part(name: &str) -> String {
    use_params_map().with_untracked(|params| params.get(name).unwrap_or_default())
}

/// Text as part of an address.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push('%');
            escaped.push_str(&hex(byte));
        }
    }
    escaped
}

fn hex(byte: u8) -> String {
    format!("{byte:02X}")
}

/// `path` with these parameters; empty ones are left out.
pub fn address<'a>(path: &str, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = path.to_owned();
    for (key, value) in query {
        if !value.is_empty() {
            text.push(if text.contains('?') { '&' } else { '?' });
            text.push_str(&escape(key));
            text.push('=');
            text.push_str(&escape(value));
        }
    }
    text
}

/// `path` with the present parameters, but these changed; an empty value removes one.
pub fn with_query(path: &str, present: &ParamsMap, changed: &[(&str, &str)]) -> String {
    let kept: Vec<(String, String)> = present
        .latest_values()
        .filter(|(key, _)| !changed.iter().any(|(name, _)| *name == key.as_ref()))
        .map(|(key, value)| (key.to_string(), value.to_owned()))
        .collect();
    let all = kept
        .iter()
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .chain(changed.iter().copied());
    address(path, all)
}

/// A parameter of the address as text; empty when it is absent.
pub fn param(query: &ParamsMap, key: &str) -> String {
    query.get_str(key).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_escapes_and_leaves_out_what_is_empty() {
        assert_eq!(
            address("/people", [("search", "O'Brien & co"), ("state", "")]),
            "/people?search=O%27Brien%20%26%20co"
        );
        assert_eq!(address("/people", []), "/people");
    }

    #[test]
    fn a_filter_changes_one_parameter_and_keeps_the_others() {
        let mut present = ParamsMap::new();
        present.insert("search", "ann".to_owned());
        present.insert("after", "k9".to_owned());
        assert_eq!(
            with_query("/p", &present, &[("after", ""), ("state", "blocked")]),
            "/p?search=ann&state=blocked"
        );
    }
}
