//! U+0000 in an answer. JSON may escape it, PostgreSQL's text and jsonb cannot hold it, and no name or address has a
//! use for it. It is dropped here, before anybody parses, so that no text of a provider can bring it in.

use bytes::Bytes;

/// What a JSON text writes for U+0000 (RFC 8259 section 7). Unescaped it is no JSON, and the parser says so.
const ESCAPED: &[u8] = br"\u0000";

/// The same body without escaped U+0000. An escaped backslash before `u0000` is a backslash, and stays.
pub(super) fn dropped(body: Bytes) -> Bytes {
    if !body.windows(ESCAPED.len()).any(|window| window == ESCAPED) {
        return body;
    }
    let mut clean = Vec::with_capacity(body.len());
    let mut rest: &[u8] = &body;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        let (before, escape) = rest.split_at(at);
        clean.extend_from_slice(before);
        rest = if let Some(after) = escape.strip_prefix(ESCAPED) {
            after
        } else {
            let (whole, after) = escape.split_at(escape.len().min(2));
            clean.extend_from_slice(whole);
            after
        };
    }
    clean.extend_from_slice(rest);
    clean.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &'static str) -> String {
        serde_json::from_slice(&dropped(Bytes::from_static(json.as_bytes()))).expect("still JSON")
    }

    #[test]
    fn nul_is_dropped_wherever_it_stands_and_nothing_else() {
        for (json, text) in [
            (r#""\u0000""#, ""),
            (r#""a\u0000b\u0000\u0000c""#, "abc"),
            (r#""\\\u0000""#, "\\"),
            (r#""\\u0000""#, "\\u0000"),
            (r#""\\\\u0000\u0000\n\u00e9""#, "\\\\u0000\n\u{e9}"),
            (r#""\u00001\u0001""#, "1\u{1}"),
            (r#""plain \"text\"""#, "plain \"text\""),
        ] {
            assert_eq!(read(json), text, "{json}");
        }
    }

    #[test]
    fn a_body_that_ends_in_the_middle_stays_one() {
        for text in [r#"["\u0000", "\"#, r#"["\u0000", "\u00"#, "\\u0000\\"] {
            let clean = dropped(Bytes::from_static(text.as_bytes()));
            assert!(serde_json::from_slice::<Vec<String>>(&clean).is_err(), "{text}");
        }
    }
}
