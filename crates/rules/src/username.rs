//! The username: its stored form and the keys it is compared by (domain 2.0).
//!
//! This is the only place that makes either. A second normaliser, or one that is not idempotent, is how one person
//! takes over another one's account: two paths apply it a different number of times and disagree about who is who.
//!
//! Never merged here: compatibility look-alikes (full-width letters, ligatures beyond case folding) and confusables
//! (Cyrillic `а`). They are different usernames that deserve a warning.

use domain::{Provider, Username, UsernameKey};
use unicode::{fold, is_reorderable, nfc, nfd};

/// Longest username an account can hold, in characters. Entra allows 113, Okta 100 (appendix B).
pub const MAX_CHARS: u32 = 255;

/// The stored form: NFC, outer white space trimmed (R-07: also NBSP, zero-width characters, BOM), case preserved.
pub fn stored(text: &str) -> Username {
    Username::from_stored(if text.is_ascii() {
        text.trim_matches(is_outer).to_owned()
    } else {
        nfc(text).trim_matches(is_outer).to_owned()
    })
}

/// The comparison key: full case folding of the stored form, then NFC. Idempotent; `Straße` and `STRASSE` share one,
/// `İ` and `i` do not.
pub fn key(stored: &Username) -> UsernameKey {
    UsernameKey::from_stored(folded(stored.as_str()))
}

/// [`key`] of a stored form, put behind what is in `out`.
pub fn key_into(stored: &str, out: &mut String) {
    let start = out.len();
    if stored.is_ascii() {
        out.push_str(stored);
        if let Some(key) = out.get_mut(start..) {
            key.make_ascii_lowercase();
        }
    } else {
        out.push_str(&folded(stored));
    }
}

/// Whether a stored form is its own [`key`] for sure: it is of ASCII, without capital letters.
pub(crate) fn is_key(stored: &str) -> bool {
    // Without an end before the end, so that many bytes are looked at together.
    let is_other = |byte: u8| !byte.is_ascii() | byte.is_ascii_uppercase();
    !stored.bytes().fold(false, |any, byte| any | is_other(byte))
}

/// Whether two stored forms are the username of one account.
pub fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) && folded(a) == folded(b))
}

/// How the provider itself tells two sign-in names apart, for collision checks towards it only. Okta ignores case and
/// diacritics (`isáàc.bröck` is `isaac.brock`); an Entra principal name cannot hold accented letters at all.
pub fn provider_key(provider: Provider, text: &str) -> String {
    let key = folded(stored(text).as_str());
    match provider {
        Provider::Entra => key,
        // Trimmed again: a mark may have stood outside a blank.
        Provider::Okta => without_marks(key).trim_matches(is_outer).to_owned(),
    }
}

/// What a "contains" search compares on both sides: case and diacritics do not count, nor how many blanks stand between
/// two words, since nobody sees that on a page.
pub fn search_key(text: &str) -> String {
    let key = without_marks(folded(&nfc(text)));
    key.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Expects NFC, and gives NFC.
fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    nfc(&fold(text)).into_owned()
}

/// Drops what decomposition leaves as reorderable marks. Class 0 stays: those are the vowel signs of Thai and the
/// Indic scripts, which are letters to their readers.
fn without_marks(text: String) -> String {
    if text.is_ascii() {
        return text;
    }
    let bare: String = nfd(&text).chars().filter(|c| !is_reorderable(*c)).collect();
    nfc(&bare).into_owned()
}

/// A control, zero-width or bidi character inside a name: it looks like another name and is not.
pub fn hidden_character(name: &Username) -> Option<char> {
    name.as_str().chars().find(|&c| is_hidden(c))
}

/// White space, and the invisible characters that come along with a copied name.
fn is_outer(c: char) -> bool {
    c.is_whitespace() || is_hidden(c)
}

/// Controls, line and paragraph separators, and what Unicode calls `Default_Ignorable_Code_Point` (UAX 44): nobody sees them.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'
                | '\u{1160}'
                | '\u{17B4}'
                | '\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

#[cfg(test)]
mod tests;
