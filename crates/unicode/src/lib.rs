//! The normalization forms of Unicode: of the crate `unicode-normalization` on the server, of the browser itself in the
//! browser, which has the tables at hand that would be most of what it had to load (docs/adr/0017). Both are the forms of
//! the standard, whose stability policy fixes them for every character that is assigned.

#[cfg(target_arch = "wasm32")]
mod browser;
mod fold;
#[cfg(not(target_arch = "wasm32"))]
mod tables;

use std::borrow::Cow;

#[cfg(target_arch = "wasm32")]
use browser as forms;
pub use fold::fold;
#[cfg(not(target_arch = "wasm32"))]
use tables as forms;

/// Every character before it is composed and stays so beside any other before it, by the standard's own quick check.
const FIRST_THAT_COMBINES: char = '\u{300}';

/// Form C: composed. What a person types mostly is.
pub fn nfc(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || text.chars().all(|c| c < FIRST_THAT_COMBINES) {
        Cow::Borrowed(text)
    } else {
        forms::nfc(text)
    }
}

/// Form D: decomposed.
pub fn nfd(text: &str) -> String {
    forms::nfd(text)
}

/// Whether it is a mark that is put in order behind its letter: an accent, but no vowel sign of Thai or of the Indic
/// scripts. (Its canonical combining class is not 0.)
pub fn is_reorderable(c: char) -> bool {
    c >= FIRST_THAT_COMBINES && forms::is_reorderable(c)
}

/// A text in lower case, for people to read; what is compared is folded ([`fold()`]).
pub fn lower(text: &str) -> String {
    if text.is_ascii() {
        text.to_ascii_lowercase()
    } else {
        forms::lower(text)
    }
}

/// Whether a text holds a character that stands for others only by compatibility: full-width letters, ligatures.
pub fn has_compatibility_forms(text: &str) -> bool {
    !text.chars().all(is_itself) && forms::has_compatibility_forms(text)
}

/// Whether it is known without a table to be no compatibility form: letters of Western and Central Europe, but for the
/// few ligatures among them.
const fn is_itself(c: char) -> bool {
    matches!(
        c,
        '\0'..='\u{9F}' | 'À'..='ı' | 'Ĵ'..='ľ' | 'Ł'..='ň' | 'Ŋ'..='ž' | '\u{400}'..='\u{52F}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    use super::*;

    #[test]
    fn what_is_taken_for_granted_is_so() {
        for c in '\0'..FIRST_THAT_COMBINES {
            let with = format!("a{c}\u{e9}");
            assert_eq!(nfc(&with), with.nfc().collect::<String>());
        }
        for c in ('\0'..=char::MAX).filter(|c| is_itself(*c)) {
            let c = c.to_string();
            assert!(c.nfkc().eq(c.nfc()), "{c:?}");
        }
    }

    #[test]
    fn marks_are_those_that_can_be_asked_for_by_their_order() {
        // As the browser's half does.
        for c in (FIRST_THAT_COMBINES..=char::MAX).filter(|c| c.nfd().eq(std::iter::once(*c))) {
            let between = format!("\u{301}{c}\u{334}");
            assert_eq!(nfd(&between) != between, is_reorderable(c), "{c:?}");
        }
    }

    proptest! {
        #[test]
        fn forms_are_those_of_the_standard(text in ".{0,9}|[aé\u{301}ﬁＡ가ㄱㅏ\u{1161}\u{1100}]{0,6}") {
            prop_assert_eq!(nfc(&text), text.nfc().collect::<String>());
            prop_assert_eq!(nfd(&text), text.nfd().collect::<String>());
            prop_assert_eq!(lower(&text), text.to_lowercase());
            let differs = text.nfkc().ne(text.nfc());
            prop_assert_eq!(has_compatibility_forms(&text), differs);
        }
    }
}
