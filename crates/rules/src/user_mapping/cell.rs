//! One cell with a username in it, by itself: what a spreadsheet, a copy or an old export did to it (F-13, F-17, F-28,
//! F-32, F-33, R-07, R-10, R-13, R-18).

use std::borrow::Cow;

use domain::Username;
use domain::user_mapping::{FindingCode as Code, Severity};
use unicode::{has_compatibility_forms, nfc};

use super::holds;
use super::kinds::Kinds;
use super::records::Text;
use crate::export::original_cell;
use crate::username::{self, MAX_CHARS};

/// A cell of more bytes is no username, whatever it is (F-28).
const MAX_BYTES: usize = 4 * 1024;

/// Where a check puts what it found.
pub(crate) type Found<'a> = &'a mut dyn FnMut(Severity, Code, Option<String>);

/// A username in its stored form, and what it is made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Name<'a> {
    pub text: Cow<'a, str>,
    pub kinds: Kinds,
}

impl Name<'_> {
    /// Whether both are the username of one account.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        // Letters of ASCII have others of the same length; whatever is their own key can be compared as it is.
        if self.kinds.are_folded() && other.kinds.are_folded() {
            self.text == other.text
        } else {
            username::same(&self.text, &other.text)
        }
    }
}

/// The username in a cell: its stored form, as far as one can be made of it.
#[inline]
pub(super) fn username<'a>(cell: Text<'a>, found: Found<'_>) -> Name<'a> {
    if is_plain(cell) {
        Name {
            text: Cow::Borrowed(cell.text),
            kinds: cell.kinds,
        }
    } else {
        unusual(cell.text, found)
    }
}

fn unusual<'a>(cell: &'a str, found: Found<'_>) -> Name<'a> {
    if cell.len() > MAX_BYTES {
        found(Severity::Error, Code::CellTooLong, None);
        return Name::default();
    }
    let text = unwrapped(cell, found);
    spreadsheet(&text, found);
    let stored = username::stored(&text);
    characters(&text, &stored, found);
    inside(&stored, found);
    let stored = stored.as_str();
    Name {
        kinds: Kinds::of(stored),
        text: if stored == cell {
            Cow::Borrowed(cell)
        } else {
            Cow::Owned(stored.to_owned())
        },
    }
}

/// Whether a cell is only letters and digits of ASCII, with dots, hyphens, underscores and signs for "at" inside: the
/// usual case, of which nothing can be said.
fn is_plain(cell: Text<'_>) -> bool {
    let bytes = cell.text.as_bytes();
    cell.kinds.are_only(Kinds::CAPITAL)
        && bytes.len() <= 128
        && match bytes.first() {
            // `Jan-03` and `3-Jan` are what a spreadsheet makes of a date (F-33).
            Some(b'a'..=b'z' | b'A'..=b'Z') => bytes.get(3) != Some(&b'-') && bytes.get(4) != Some(&b'-'),
            Some(b'0'..=b'9') => memchr::memchr2(b'-', b'.', bytes).is_none(),
            _ => false,
        }
}

/// Takes off what stands around the value: our own protection of a formula (F-32), a spreadsheet's `="…"` (F-33).
fn unwrapped<'a>(cell: &'a str, found: Found<'_>) -> Cow<'a, str> {
    if let Some(inner) = wrapped(cell) {
        found(Severity::Notice, Code::Unwrapped, Some(inner.to_owned()));
        return Cow::Borrowed(inner);
    }
    original_cell(cell)
}

/// The username in a cell in its stored form, for whoever needs nothing else of it.
pub(crate) fn username_of(cell: Text<'_>, found: Found<'_>) -> String {
    username(cell, found).text.into_owned()
}

/// What a cell stands for: without our own protection of a formula (F-32), and a spreadsheet's `="…"` (F-33).
pub(crate) fn original(cell: &str) -> Cow<'_, str> {
    wrapped(cell).map_or_else(|| original_cell(cell), Cow::Borrowed)
}

/// What a spreadsheet's `="…"` holds (F-33).
pub(super) fn wrapped(cell: &str) -> Option<&str> {
    let cell = cell.trim_matches([' ', '\t']);
    cell.strip_prefix("=\"")?.strip_suffix('"')
}

/// What spreadsheets leave behind (F-32, F-33).
fn spreadsheet(text: &str, found: Found<'_>) {
    let text = text.trim_matches([' ', '\t']);
    if is_error_value(text) || is_scientific(text) {
        found(Severity::Error, Code::SpreadsheetError, Some(text.to_owned()));
    } else if is_date(text) {
        found(Severity::Error, Code::DateLike, Some(text.to_owned()));
    } else if text.starts_with(['=', '+', '-', '@']) {
        found(Severity::Warning, Code::FormulaLike, None);
    }
}

/// `#REF!`, `#N/A` and the like, `#NV` in German.
pub(crate) fn is_error_value(text: &str) -> bool {
    let text = text.trim_end();
    text.starts_with('#')
        && (text.ends_with(['!', '?'])
            || ["#n/a", "#nv"]
                .iter()
                .any(|value| text.eq_ignore_ascii_case(value)))
        && text.len() <= 16
}

/// `1.2E+10`: a long number that a spreadsheet shortened.
fn is_scientific(text: &str) -> bool {
    let Some((number, power)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    power.strip_prefix('+').is_some_and(digits) && digits(&number.replace(['.', ','], ""))
}

/// `03-Jan`, `Jan-03`, `3-Jan-24`, `03/01/2024`, and as other languages write it, `03.01.2024` and `03. Mrz`: what becomes of
/// `3-1` in a spreadsheet.
fn is_date(text: &str) -> bool {
    const MONTHS: [&str; 27] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mrz", "mär",
        "mai", "okt", "dez", "janv", "févr", "mars", "avr", "juin", "juil", "août", "sept", "déc", "ene",
    ];
    let number =
        |part: &str| matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|byte| byte.is_ascii_digit());
    let month = |part: &str| MONTHS.contains(&unicode::lower(part.trim_matches([' ', '.'])).as_str());
    let up_to =
        |part: &str, most: u32| part.len() <= 2 && part.parse().is_ok_and(|n| (1..=most).contains(&n));
    if let Some((day, rest)) = text.split_once('.') {
        // `jan.03` may be somebody's name.
        return match rest.split_once('.') {
            Some((second, year)) => up_to(day, 31) && up_to(second, 12) && number(year) && year.len() > 1,
            None => up_to(day, 31) && rest.starts_with(' ') && month(rest),
        };
    }
    let sign = if holds(text, '/') { '/' } else { '-' };
    let parts: Vec<&str> = text.split(sign).collect();
    match parts.as_slice() {
        [day, name] => (number(day) && month(name)) || (month(day) && number(name)),
        [day, name, year] if sign == '-' => number(day) && month(name) && number(year),
        [day, second, year] => number(day) && number(second) && number(year),
        _ => false,
    }
}

/// Letters that were lost or changed on the way, and blanks around (F-13, R-07).
fn characters(text: &str, stored: &Username, found: Found<'_>) {
    if holds(text, '\u{FFFD}') {
        found(Severity::Error, Code::ReplacementCharacter, None);
    } else if let Some(signs) = mojibake(text) {
        found(Severity::Warning, Code::Mojibake, Some(signs));
    }
    // Blanks around a cell are usual in a file that a person wrote (F-16); what is not seen is said.
    let without_blanks = text.trim_matches([' ', '\t']);
    let composed: Cow<'_, str> = if without_blanks.is_ascii() {
        Cow::Borrowed(without_blanks)
    } else {
        nfc(without_blanks)
    };
    if composed != stored.as_str() {
        found(Severity::Notice, Code::Trimmed, None);
    }
}

/// UTF-8 that was read as Windows-1252 once: a lead byte as letter, then a continuation byte as sign. Or the question mark that
/// programs write for a letter which an encoding does not have.
fn mojibake(text: &str) -> Option<String> {
    let mut before = ' ';
    for c in text.chars() {
        // What stands at 0x80 to 0xBF in Windows-1252.
        let continues = || matches!(c, '\u{80}'..='\u{BF}') || holds("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ", c);
        // Of Latin letters, Polish and Romanian ones, Greek and Cyrillic.
        if matches!(
            before,
            'Ã' | 'Â' | 'â' | 'Å' | 'Ä' | 'Æ' | 'È' | 'Î' | 'Ï' | 'Ð' | 'Ñ'
        ) && continues()
        {
            return Some(format!("{before}{c}"));
        }
        before = c;
    }
    (holds(text, '?') && !is_error_value(text)).then(|| "?".to_owned())
}

/// What is wrong inside of the stored form (F-17, R-07, R-10, R-13, R-18).
fn inside(name: &Username, found: Found<'_>) {
    let stored = name.as_str();
    if stored.contains(['\n', '\r']) {
        found(Severity::Error, Code::LineBreak, None);
    } else if let Some(hidden) = username::hidden_character(name) {
        found(Severity::Error, Code::HiddenCharacter, Some(code_point(hidden)));
    }
    if let Some(address) = wrapped_address(stored) {
        found(Severity::Error, Code::AddressWrapped, Some(address.to_owned()));
    }
    if stored.chars().count() > usize::try_from(MAX_CHARS).unwrap_or(usize::MAX) {
        found(Severity::Error, Code::TooLong, Some(MAX_CHARS.to_string()));
    }
    if let Some(signs) = look_alikes(stored) {
        found(Severity::Warning, Code::MixedScript, Some(signs));
    }
}

/// `mailto:a@b`, `<a@b>`, `Name <a@b>`: the address in it.
pub(super) fn wrapped_address(text: &str) -> Option<&str> {
    let begins = text
        .get(..7)
        .is_some_and(|start| start.eq_ignore_ascii_case("mailto:"));
    if begins {
        return text.get(7..).filter(|address| holds(address, '@'));
    }
    let (_, rest) = text.split_once('<')?;
    rest.strip_suffix('>').filter(|address| holds(address, '@'))
}

/// Characters that look like others: Cyrillic or Greek letters beside Latin ones, and compatibility forms such as
/// full-width letters.
fn look_alikes(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let has_latin = text
        .chars()
        .any(|c| c.is_ascii_alphabetic() || matches!(c, '\u{C0}'..='\u{24F}'));
    let foreign = |c: &char| matches!(c, '\u{370}'..='\u{3FF}' | '\u{400}'..='\u{52F}');
    // Fractions are what is left of letters that were read wrongly.
    let is_letter = |c: &char| c.is_alphanumeric() && !matches!(c, '¼'..='¾');
    // Asked of the whole first: hardly any text has one.
    let has_other_forms = has_compatibility_forms(text);
    let is_other_form =
        |c: &char| has_other_forms && is_letter(c) && has_compatibility_forms(c.encode_utf8(&mut [0; 4]));
    let strange: Vec<String> = text
        .chars()
        .filter(|c| (has_latin && foreign(c)) || is_other_form(c))
        .take(3)
        .map(code_point)
        .collect();
    (!strange.is_empty()).then(|| strange.join(", "))
}

fn code_point(c: char) -> String {
    if c.is_control() || username::is_hidden(c) {
        format!("U+{:04X}", u32::from(c))
    } else {
        format!("{c} U+{:04X}", u32::from(c))
    }
}
