//! The forms by the tables of `unicode-normalization`.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

pub(crate) fn nfc(text: &str) -> Cow<'_, str> {
    if unicode_normalization::is_nfc(text) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.nfc().collect())
    }
}

pub(crate) fn nfd(text: &str) -> String {
    text.nfd().collect()
}

pub(crate) fn has_compatibility_forms(text: &str) -> bool {
    text.nfkc().ne(text.nfc())
}

pub(crate) fn is_reorderable(c: char) -> bool {
    unicode_normalization::char::canonical_combining_class(c) != 0
}

pub(crate) fn lower(text: &str) -> String {
    text.to_lowercase()
}
