//! Enums that are stored and shown by a short code.

/// Gives an enum a stable code for storage, URLs and files, in both directions, and the list of its values.
#[macro_export]
macro_rules! codes {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$vmeta:meta])* $variant:ident = $code:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        $vis enum $name { $($(#[$vmeta])* #[serde(rename = $code)] $variant),+ }

        impl $name {
            /// Every value, in the order of their declaration.
            pub const ALL: &'static [$name] = &[$($name::$variant),+];
            /// The stable code used in storage, URLs and files.
            pub const fn code(self) -> &'static str {
                match self { $($name::$variant => $code),+ }
            }
            /// The value with this code, if there is one.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some($name::$variant),)+ _ => None }
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
        impl std::str::FromStr for $name {
            type Err = $crate::text::UnknownCode;
            fn from_str(code: &str) -> Result<Self, Self::Err> {
                Self::from_code(code).ok_or_else(|| $crate::text::UnknownCode(code.to_owned()))
            }
        }
    };
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing into a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// An error and everything below it, in one line for the log, each thing once.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(below) = source {
        let said = below.to_string();
        // Our own errors never repeat their source; libraries do, in their own words.
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = below.source();
    }
    text
}

/// The first character of a text that nobody sees and that makes it read as another one, or that a database cannot
/// hold: control characters (C0 and C1; line breaks and tabs pass where `lines` are typed), line and paragraph
/// separators, and what overrides or isolates the direction of writing (U+202A to U+202E, U+2066 to U+2069). The marks
/// that languages written from the right need by themselves (U+200E, U+200F, U+061C) pass.
pub fn unseen(text: &str, lines: bool) -> Option<char> {
    text.chars().find(|c| {
        let is_break = matches!(c, '\n' | '\r' | '\t');
        (c.is_control() && !(lines && is_break))
            || matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    })
}

/// Whether a text is shaped like an e-mail address: something, one at sign, something, with no blank in it. That is what
/// every address has, and no more is asked.
pub fn is_address(text: &str) -> bool {
    let parts: Vec<&str> = text.split('@').collect();
    parts.len() == 2 && parts.iter().all(|part| !part.is_empty()) && !text.contains(char::is_whitespace)
}

/// Whether a text is an address that mail can be sent to as it is: [`is_address`], at most as long as RFC 5321 allows, and
/// without the signs that only stand in addresses with something around them.
pub fn is_plain_address(text: &str) -> bool {
    let plain = |c: char| !c.is_control() && !"<>,;:\"()[]\\".contains(c);
    is_address(text) && text.len() <= 254 && text.chars().all(plain)
}

/// A code that no value of the enum has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown code {0:?}")]
pub struct UnknownCode(pub String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_one_at_sign_between_two_parts() {
        for right in ["anna@example.org", "a@b", "o'neil+x@example.org"] {
            assert!(is_address(right), "{right}");
        }
        for wrong in ["", "anna", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n"] {
            assert!(!is_address(wrong), "{wrong}");
        }
    }

    #[test]
    fn r_07_what_nobody_sees_is_found_and_what_languages_need_is_not() {
        for (text, lines, found) in [
            ("Contoso\u{202E}dtL", false, Some('\u{202E}')),
            ("a\u{2066}b", true, Some('\u{2066}')),
            ("a\u{0}b", true, Some('\u{0}')),
            ("a\u{85}b", true, Some('\u{85}')),
            ("a\u{2028}b", true, Some('\u{2028}')),
            ("two\r\nlines\tand a tab", true, None),
            ("two\nlines", false, Some('\n')),
            ("שלום\u{200F}!", false, None),
            ("東京株式会社", false, None),
            ("👩\u{200D}🔧", false, None),
        ] {
            assert_eq!(unseen(text, lines), found, "{text:?}");
        }
    }
}
