//! The forms by the browser: `String.prototype.normalize`, and `toLowerCase`, behind two imported functions.

use std::borrow::Cow;

/// The names of the forms, by number, as whoever provides `normalize` knows them.
const NFC: u32 = 0;
const NFD: u32 = 1;
const NFKD: u32 = 2;
const LOWER: u32 = 3;

#[expect(unsafe_code, reason = "the browser is called by the C interface")]
#[link(wasm_import_module = "unicode")]
unsafe extern "C" {
    /// Makes a form of the text at this place and keeps it; gives its length in bytes.
    fn normalize(text: *const u8, bytes: usize, form: u32) -> usize;
    /// Writes what was made last to this place.
    fn take(to: *mut u8);
}

#[expect(unsafe_code, reason = "the browser is called by the C interface")]
fn form(text: &str, form: u32) -> String {
    // SAFETY: it reads the bytes of a text that lives as long as the call.
    let length = unsafe { normalize(text.as_ptr(), text.len(), form) };
    let mut made = vec![0; length];
    // SAFETY: it writes as many bytes as it said, which is how many there is room for.
    unsafe { take(made.as_mut_ptr()) };
    String::from_utf8(made).unwrap_or_default()
}

pub(crate) fn nfc(text: &str) -> Cow<'_, str> {
    Cow::Owned(form(text, NFC))
}

pub(crate) fn nfd(text: &str) -> String {
    form(text, NFD)
}

pub(crate) fn has_compatibility_forms(text: &str) -> bool {
    form(text, NFKD) != form(text, NFD)
}

/// Expects a character that is decomposed.
pub(crate) fn is_reorderable(c: char) -> bool {
    // Marks stand in the order of their classes; these two have the greatest and the least that matter.
    let between: String = ['\u{301}', c, '\u{334}'].iter().collect();
    form(&between, NFD) != between
}

pub(crate) fn lower(text: &str) -> String {
    form(text, LOWER)
}
