//! `Link` headers (RFC 8288): Okta sends one line per link, proxies join them with commas (provider-apis 2.2).

use http::HeaderMap;
use http::header::LINK;

/// The target of the link with `rel="next"`, verbatim (G-01).
pub(crate) fn next_link(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(LINK)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .find_map(next_in)
}

fn next_in(line: &str) -> Option<String> {
    let mut rest = line;
    while let Some(start) = rest.find('<') {
        let after = &rest[start + 1..];
        let end = after.find('>')?;
        let (target, tail) = (&after[..end], &after[end + 1..]);
        // The parameters end where the next link begins. A quoted value cannot hold '<' in the links we know.
        let parameters = tail.find('<').map_or(tail, |next| &tail[..next]);
        if parameters.split([';', ',']).any(is_next) {
            return Some(target.to_owned());
        }
        rest = &tail[parameters.len()..];
    }
    None
}

fn is_next(parameter: &str) -> bool {
    parameter.split_once('=').is_some_and(|(name, value)| {
        name.trim().eq_ignore_ascii_case("rel")
            && value
                .trim()
                .trim_matches('"')
                .split_ascii_whitespace()
                .any(|relation| relation.eq_ignore_ascii_case("next"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[&str]) -> HeaderMap {
        let mut map = HeaderMap::new();
        for line in lines {
            map.append(LINK, line.parse().expect("header value"));
        }
        map
    }

    #[test]
    fn g_01_next_is_found_in_separate_lines() {
        let map = headers(&[
            r#"<https://a.okta.com/api/v1/users?limit=2>; rel="self""#,
            r#"<https://a.okta.com/api/v1/users?after=x,y&limit=2>; rel="next""#,
        ]);
        assert_eq!(
            next_link(&map).as_deref(),
            Some("https://a.okta.com/api/v1/users?after=x,y&limit=2")
        );
    }

    #[test]
    fn g_01_next_is_found_in_one_comma_joined_line() {
        let map = headers(&[
            r#"<https://a.okta.com/u?limit=2>; rel="self", <https://a.okta.com/u?after=1>; title="a"; rel=next"#,
        ]);
        assert_eq!(next_link(&map).as_deref(), Some("https://a.okta.com/u?after=1"));
    }

    #[test]
    fn g_01_no_next_is_the_end() {
        assert_eq!(
            next_link(&headers(&[r#"<https://a.okta.com/u>; rel="self""#])),
            None
        );
        assert_eq!(next_link(&headers(&["<broken"])), None);
        assert_eq!(next_link(&HeaderMap::new()), None);
    }
}
