use caseless::Caseless;
use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::*;

/// The combining marks of domain 2.0.
const MARKS: [char; 5] = ['\u{301}', '\u{307}', '\u{308}', '\u{342}', '\u{345}'];

fn key_of(text: &str) -> String {
    key(&stored(text)).as_str().to_owned()
}

fn assert_stable(text: &str) {
    let once = key_of(text);
    assert_eq!(key_of(&once), once, "key of {text:?} is not idempotent");
    let nfd: String = text.nfd().collect();
    assert_eq!(key_of(&nfd), once, "NFC and NFD of {text:?} differ");
    let kept = stored(text);
    assert_eq!(
        stored(kept.as_str()),
        kept,
        "stored form of {text:?} is not stable"
    );
    for provider in [Provider::Entra, Provider::Okta] {
        let once = provider_key(provider, text);
        assert_eq!(
            provider_key(provider, &once),
            once,
            "{provider} key of {text:?} is not idempotent"
        );
    }
    let search = search_key(text);
    assert_eq!(
        search_key(&search),
        search,
        "search key of {text:?} is not idempotent"
    );
}

/// Nothing about this character is in a table: neither folding, nor decomposition, nor composition with a mark.
fn is_plain(c: char) -> bool {
    let mut folded = std::iter::once(c).default_case_fold();
    folded.next() == Some(c)
        && folded.next().is_none()
        && std::iter::once(c).nfd().eq(std::iter::once(c))
        && canonical_combining_class(c) == 0
        && MARKS
            .iter()
            .all(|&mark| unicode_normalization::char::compose(c, mark).is_none())
}

/// Every code point goes through; of the plain ones (ideographs, unassigned: nine in ten) a sample gets the whole test.
#[test]
fn invariant_1_every_code_point_alone_and_with_every_mark() {
    let mut text = String::new();
    let mut tested = 0_u32;
    for c in '\0'..=char::MAX {
        if is_plain(c) && u32::from(c) % 256 != 7 {
            let mut buffer = [0; 4];
            let alone = &*c.encode_utf8(&mut buffer);
            if !is_outer(c) {
                assert_eq!(folded(alone), alone);
            }
            continue;
        }
        tested += 1;
        text.clear();
        text.push(c);
        assert_stable(&text);
        for mark in MARKS {
            text.truncate(c.len_utf8());
            text.push(mark);
            assert_stable(&text);
        }
    }
    assert!(tested > 10_000, "only {tested} code points were tested in full");
}

#[test]
fn names_that_are_the_same_and_names_that_are_not() {
    for (a, b) in [
        ("Straße", "STRASSE"),
        ("ſam", "sam"),
        ("\u{212A}arl", "karl"),
        ("Ann", "ann"),
        ("Jose\u{301}", "José"),
        ("ΑΣ", "ας"),
        ("ﬀ", "FF"),
    ] {
        assert_eq!(key_of(a), key_of(b), "{a} and {b}");
    }
    // Not merged: `İ`, diacritics, Cyrillic `а`, full-width letters.
    for (a, b) in [
        ("İ", "i"),
        ("José", "Jose"),
        ("\u{430}nn", "ann"),
        ("ａnn", "ann"),
    ] {
        assert_ne!(key_of(a), key_of(b), "{a} and {b}");
    }
}

#[test]
fn r_07_outer_white_space_and_invisible_characters_go_and_case_stays() {
    for text in [
        " Ann ",
        "\u{A0}Ann",
        "\u{3000}Ann\u{200B}",
        "\u{FEFF}Ann\r\n",
        "\u{200F}Ann\t",
    ] {
        assert_eq!(stored(text).as_str(), "Ann", "{text:?}");
    }
    assert_eq!(stored("An n").as_str(), "An n");
    assert_eq!(hidden_character(&stored("An\u{200B}n")), Some('\u{200B}'));
    assert_eq!(hidden_character(&stored("An\u{202E}n")), Some('\u{202E}'));
    assert_eq!(hidden_character(&stored("\u{200B}Ann O'Brien")), None);
}

#[test]
fn i_17_okta_ignores_diacritics_and_entra_does_not() {
    let same = |provider| {
        provider_key(provider, "isáàc.bröck@example.com") == provider_key(provider, "Isaac.Brock@example.com")
    };
    assert!(!same(Provider::Entra));
    assert!(same(Provider::Okta));
    // Vowel signs are letters.
    assert_ne!(
        provider_key(Provider::Okta, "กิ"),
        provider_key(Provider::Okta, "กา")
    );
}

#[test]
fn searching_ignores_case_and_diacritics_and_keeps_blanks() {
    assert_eq!(search_key("Bröck, ÉMILE"), "brock, emile");
    assert!(search_key("Jürgen Straßer").contains(&search_key("STRASS")));
    assert_eq!(search_key(" Wendy  White\u{A0}space "), "wendy white space");
}

proptest! {
    #[test]
    fn invariant_1_any_text(text in "\\PC{0,12}|[ \u{a0}\u{200b}a-zA-ZßſİıÅå\u{301}\u{345}ᾳΣ]{0,8}") {
        assert_stable(&text);
        prop_assert_eq!(key_of(text.trim()), key_of(&text));
        let key = key_of(&text);
        prop_assert_eq!(key_of(&key.to_lowercase()), key);
    }

    #[test]
    fn invariant_1_case_variants_share_a_key(text in "[a-zA-Zà-öø-ÿ.@ß]{1,12}") {
        let key = key_of(&text);
        prop_assert_eq!(key_of(&text.to_uppercase()), key.clone());
        prop_assert_eq!(key_of(&text.to_lowercase()), key);
    }
}
