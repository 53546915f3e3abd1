//! One cell: as we write it into a file (F-32), and as a username.

use rules::export::{original_cell, safe_cell};
use rules::username;

/// What begins a formula, for the spreadsheets that OWASP names.
const FORMULA: &[char] = &['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// Checks a text of any kind.
pub fn cell(text: &str) {
    protected(text);
    named(text);
}

/// No piece of the cell that a spreadsheet may cut out begins a formula, and what was put in comes out again.
fn protected(text: &str) {
    let safe = safe_cell(text);
    assert_eq!(original_cell(&safe), text, "protected as {safe:?}");
    for piece in safe.split([';', '\t', '\r', '\n']) {
        assert!(!piece.starts_with(FORMULA), "{piece:?} in {safe:?}");
    }
    // Also what was protected before, by us or by somebody else.
    let twice = safe_cell(&safe);
    assert_eq!(original_cell(&twice), safe, "protected as {twice:?}");
}

/// Invariants of usernames: every form is reached in one step, by every way.
fn named(text: &str) {
    let stored = username::stored(text);
    assert_eq!(username::stored(stored.as_str()), stored);
    let key = username::key(&stored);
    assert_eq!(username::key(&username::stored(key.as_str())), key);
    let mut into = String::new();
    username::key_into(stored.as_str(), &mut into);
    assert_eq!(into, key.as_str());
    assert!(username::same(stored.as_str(), stored.as_str()));
    for provider in domain::Provider::ALL {
        let key = username::provider_key(*provider, text);
        assert_eq!(username::provider_key(*provider, &key), key, "{provider:?}");
    }
    let upper = username::stored(&text.to_uppercase());
    let is_same = username::same(stored.as_str(), upper.as_str());
    assert_eq!(is_same, username::key(&upper) == key, "{stored:?} {upper:?}");
}
