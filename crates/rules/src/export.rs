//! Cells of the files we hand out, so that no spreadsheet takes a name for a formula (F-32, CWE-1236).
//!
//! Our files are separated by commas, but a spreadsheet whose locale separates by semicolons, or a person who splits
//! the text at tabs, cuts a cell in pieces: then a quote is not at the beginning of a field and protects nothing, so
//! that a piece may be taken for a formula, too (OWASP, CSV injection). Hence the rule, which a reader can undo:
//!
//! - A cell is looked at in pieces, each ending after a semicolon, a tab or a line break.
//! - A piece that a spreadsheet could take for a formula gets one single quote in front (OWASP ASVS 1.2.10), and so
//!   does one that begins with such quotes already.
//! - To read a cell back, one single quote is taken from each piece that would be a formula without it:
//!   [`original_cell`].

use std::borrow::Cow;

/// Our prefix.
const PREFIX: char = '\'';

/// The cell as it goes into a CSV file; [`original_cell`] always gives back what was put in.
pub fn safe_cell(text: &str) -> Cow<'_, str> {
    if !pieces(text).any(|(place, piece)| is_formula_like(place, piece)) {
        return Cow::Borrowed(text);
    }
    let mut cell = String::with_capacity(text.len() + 4);
    for (place, piece) in pieces(text) {
        if is_formula_like(place, piece) {
            cell.push(PREFIX);
        }
        cell.push_str(piece);
    }
    Cow::Owned(cell)
}

/// The text a cell of our own file stands for.
pub fn original_cell(cell: &str) -> Cow<'_, str> {
    let without = |(place, piece)| without_prefix(place, piece);
    if !pieces(cell).any(|found| without(found).is_some()) {
        return Cow::Borrowed(cell);
    }
    let text = pieces(cell).map(|found| without(found).unwrap_or(found.1));
    Cow::Owned(text.collect())
}

/// Where a piece stands in its cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    First,
    Later,
}

fn pieces(text: &str) -> impl Iterator<Item = (Place, &str)> {
    let places = std::iter::once(Place::First).chain(std::iter::repeat(Place::Later));
    places.zip(text.split_inclusive([';', '\t', '\r', '\n']))
}

/// The piece without our prefix, if it has one.
fn without_prefix(place: Place, piece: &str) -> Option<&str> {
    piece
        .strip_prefix(PREFIX)
        .filter(|rest| is_formula_like(place, rest))
}

/// Starts with a formula character, after anything a spreadsheet may pass over: our own prefixes, quotes (which mean
/// nothing once the cell is cut), spaces and invisible characters.
fn is_formula_like(place: Place, piece: &str) -> bool {
    piece
        .chars()
        .find(|c| !is_passed_over(*c))
        .is_some_and(|c| is_formula_start(c) || (place == Place::First && is_break(c)))
}

fn is_passed_over(c: char) -> bool {
    let invisible = matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
    matches!(c, PREFIX | '"') || (!is_break(c) && (c.is_whitespace() || c.is_control() || invisible))
}

/// What a spreadsheet drops at the beginning of a cell, to find a formula behind it.
const fn is_break(c: char) -> bool {
    matches!(c, '\t' | '\r' | '\n')
}

/// The characters a spreadsheet starts a formula with. The full-width forms count too: Excel with a Japanese or
/// Chinese locale reads them alike (OWASP, CSV injection).
const fn is_formula_start(c: char) -> bool {
    matches!(
        c,
        '=' | '+' | '-' | '@' | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn f_32_formula_characters_are_neutralised() {
        for text in [
            "=1+1",
            "+44 20",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\rx",
            "\nx",
            "＝1",
            " =1",
            "\u{a0}=1",
            "\"=1",
            "\u{feff}-1",
            "'=1",
        ] {
            assert_eq!(safe_cell(text), format!("'{text}"));
        }
        for text in [
            "",
            "anna",
            "o'brien",
            "'anna",
            "a=b",
            "Berlin; Köln",
            "a\r\nb",
            "two\n\nlines",
            "a, -b",
        ] {
            assert_eq!(safe_cell(text), text);
            assert_eq!(original_cell(text), text);
        }
    }

    #[test]
    fn f_32_no_piece_of_a_cut_cell_is_a_formula() {
        for (text, safe) in [
            ("Sales;=1+1", "Sales;'=1+1"),
            ("Sales; \"=1+1\"", "Sales;' \"=1+1\""),
            ("a\t@SUM(A1)\t-2", "a\t'@SUM(A1)\t'-2"),
            ("line\r\n=cmd|' /C calc'!A0", "line\r\n'=cmd|' /C calc'!A0"),
            ("=1;=2", "'=1;'=2"),
        ] {
            assert_eq!(safe_cell(text), safe);
            assert_eq!(original_cell(safe), text);
        }
    }

    proptest! {
        /// However a spreadsheet cuts the whole line: the line is made as the download makes it.
        #[test]
        fn invariant_14_no_piece_begins_with_a_formula_and_all_come_back(
            text in "['\"=+\\-@;,\t\r\n＝＋a \u{feff}]{0,9}|.*"
        ) {
            let cell = safe_cell(&text);
            prop_assert!(!cell.starts_with(is_break));
            let line = format!("\"x\",\"{}\",\"y\"", cell.replace('"', "\"\""));
            for piece in cell.split(|c| c == ';' || is_break(c)).chain(line.split(|c| c == ';' || is_break(c))) {
                // What a spreadsheet may pass over is not our prefix: that one is text.
                let seen = piece.trim_start_matches(|c| c != PREFIX && is_passed_over(c));
                prop_assert!(!seen.starts_with(is_formula_start), "{:?} in {:?}", piece, line);
            }
            let original = original_cell(&cell);
            prop_assert_eq!(original.as_ref(), text.as_str());
        }
    }
}
