//! Full case folding of the standard (Unicode, section 5.18), from the tables that `build.rs` packs.

use self::packed::{LONGER, RUNS};

#[expect(
    clippy::unreadable_literal,
    clippy::unicode_not_nfc,
    reason = "written by build.rs, for nobody to read"
)]
mod packed {
    include!(concat!(env!("OUT_DIR"), "/fold.rs"));
}

/// A text in which letter case does not count: `Straße` and `STRASSE` fold to one, `İ` and `i` do not.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii() {
            folded.push(c.to_ascii_lowercase());
            continue;
        }
        match LONGER.binary_search_by_key(&c, |(longer, _)| *longer) {
            Ok(place) => folded.push_str(LONGER.get(place).map_or("", |(_, text)| text)),
            Err(_) => folded.push(one(c)),
        }
    }
    folded
}

/// A character that folds to one.
fn one(c: char) -> char {
    let code = u32::from(c);
    let place = RUNS.partition_point(|(first, ..)| *first <= code);
    let run = place.checked_sub(1).and_then(|place| RUNS.get(place));
    match run {
        Some((first, last, step, add)) if code <= *last && (code - first).is_multiple_of(*step) => {
            char::from_u32(code.wrapping_add_signed(*add)).unwrap_or(c)
        }
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use caseless::Caseless;

    use super::fold;

    #[test]
    fn every_character_folds_as_the_standard_says() {
        for c in '\0'..=char::MAX {
            let expected: String = std::iter::once(c).default_case_fold().collect();
            assert_eq!(fold(&c.to_string()), expected, "{c:?}");
        }
    }
}
