//! Cells of the files we hand out, so that no spreadsheet takes a name for a formula (F-32, CWE-1236).

use std::borrow::Cow;

/// Our prefix: the single quote of OWASP ASVS 1.2.10.
const PREFIX: char = '\'';

/// The cell as it goes into a CSV file. A text that a spreadsheet would take for a formula gets a quote in front, and
/// so does a text of our own making, so that [`original_cell`] always gives back what was put in.
pub fn safe_cell(text: &str) -> Cow<'_, str> {
    if is_formula_like(text) {
        Cow::Owned(format!("{PREFIX}{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The text a cell of our own file stands for.
pub fn original_cell(cell: &str) -> &str {
    match cell.strip_prefix(PREFIX) {
        Some(rest) if is_formula_like(rest) => rest,
        _ => cell,
    }
}

/// Starts with a formula character, after any number of our own prefixes.
fn is_formula_like(text: &str) -> bool {
    text.trim_start_matches(PREFIX)
        .chars()
        .next()
        .is_some_and(is_formula_start)
}

/// The characters a spreadsheet starts a formula with. The full-width forms count too: Excel with a Japanese or
/// Chinese locale reads them alike (OWASP, CSV injection).
const fn is_formula_start(c: char) -> bool {
    matches!(
        c,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn f_32_formula_characters_are_neutralised() {
        for text in ["=1+1", "+44 20", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1"] {
            assert_eq!(safe_cell(text), format!("'{text}"));
        }
        for text in ["", "anna", "o'brien", "'anna", "a=b", " =1"] {
            assert_eq!(safe_cell(text), text);
            assert_eq!(original_cell(text), text);
        }
    }

    proptest! {
        #[test]
        fn invariant_14_no_cell_begins_with_a_formula_and_all_come_back(text in "['=+\\-@\t\r\n＝＋a ]{0,6}|.*") {
            let cell = safe_cell(&text);
            prop_assert!(!cell.starts_with(is_formula_start));
            prop_assert_eq!(original_cell(&cell), text.as_str());
        }
    }
}
