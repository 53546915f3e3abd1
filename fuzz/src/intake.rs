//! A whole mapping file, from its bytes to its findings, for both providers.

use std::collections::BTreeSet;

use domain::Provider;
use domain::user_mapping::{
    FileEncoding, Finding, MappingKnown, MappingOutcome, MappingQuestion, Rejection, RenameKind,
};
use xxhash_rust::xxh3::xxh3_64;

use crate::read::{Pieces, Read, check, decode, look, outcome, survey};

/// Checks bytes of any kind as a mapping file.
pub fn intake(bytes: &[u8]) {
    // What is not in the bytes follows from them: a fault comes back with its file, and a seed is nothing but a file.
    let number = xxh3_64(bytes);
    let surveyed = survey(bytes, Pieces::Whole);
    assert_eq!(survey(bytes, Pieces::Sized(number)), surveyed);
    let in_browser = |provider| look(bytes, &known(provider, number), Pieces::Sized(!number));
    let surveyed = match surveyed {
        Ok(surveyed) => surveyed,
        Err(rejection) => {
            sensible(&rejection, line_ends(&String::from_utf8_lossy(bytes)) + 1);
            return assert_eq!(in_browser(Provider::Okta), MappingOutcome::Refused(rejection));
        }
    };
    let is_certain = surveyed.encoding.is_some();
    let encoding = surveyed.encoding.unwrap_or(FileEncoding::Windows1252);
    if !is_certain {
        let samples = surveyed.samples;
        let question = MappingQuestion::Encoding { samples };
        assert_eq!(in_browser(Provider::Entra), MappingOutcome::Asks(question));
    }
    let whole = decode(bytes, encoding, Pieces::Whole);
    let pieces = decode(bytes, encoding, Pieces::Sized(number));
    let text = whole.concat();
    assert_eq!(pieces.concat(), text);
    let mut refused = Vec::new();
    for provider in Provider::ALL {
        let known = known(*provider, number);
        let read = check(&whole, (&known, encoding), number);
        assert_eq!(
            check(&pieces, (&known, encoding), !number),
            read,
            "in pieces, {provider:?}"
        );
        // The fuzzer's limit is lower than the product's.
        if is_certain && !matches!(read, Err(Rejection::TooManyLines { .. })) {
            assert_eq!(in_browser(*provider), outcome(&whole, read.clone()));
        }
        match read {
            Ok(read) => {
                holds(&read, &text);
                encodings_hold(&read, &text, &known, number);
            }
            Err(rejection) => {
                sensible(&rejection, line_ends(&text) + 1);
                refused.push(rejection);
            }
        }
    }
    // Whether a file can be used at all is not a matter of the directory.
    assert!(refused.is_empty() || refused.len() == Provider::ALL.len());
    assert!(refused.windows(2).all(|two| two[0] == two[1]), "{refused:?}");
}

fn known(provider: Provider, number: u64) -> MappingKnown {
    let domains = ["contoso.com".to_owned(), "bücher.example".to_owned()];
    MappingKnown {
        provider,
        by_sign_in_name: number & 1 == 0,
        domains: domains.into_iter().filter(|_| number & 2 == 0).collect(),
        old: vec!["Active Directory (contoso.local)".to_owned()],
    }
}

/// CRLF, LF, lone CR (F-19).
fn line_ends(text: &str) -> u64 {
    let text = text.replace("\r\n", "\n");
    u64::try_from(text.matches(['\r', '\n']).count()).expect("few")
}

/// A refusal names a line of the file, in words.
fn sensible(rejection: &Rejection, lines: u64) {
    assert!(!rejection.sentence().is_empty());
    let line = match rejection {
        Rejection::UnclosedQuote { line }
        | Rejection::Binary { line }
        | Rejection::RecordTooLong { line } => *line,
        Rejection::NoLines { lines: read } => (*read).max(1),
        _ => 1,
    };
    assert!((1..=lines).contains(&line), "{rejection:?} of {lines}");
}

/// What holds for every file that can be used.
fn holds(read: &Read, text: &str) {
    lines_hold(read, text);
    let lines: BTreeSet<u64> = read.lines.iter().map(|(line, ..)| *line).collect();
    for finding in &read.findings {
        finding_holds(finding, &lines);
    }
    let mut findings = read.findings.clone();
    findings.dedup();
    assert_eq!(findings.len(), read.findings.len(), "said twice");
    renames_hold(read, &lines);
}

/// Every line that holds something is handed on once, in its place.
fn lines_hold(read: &Read, text: &str) {
    let physical = line_ends(text) + 1;
    assert_eq!(u64::try_from(read.lines.len()).expect("few"), read.rows);
    assert!(read.lines.windows(2).all(|two| two[0].0 < two[1].0));
    assert!(read.lines.iter().all(|(line, ..)| (1..=physical).contains(line)));
    assert!(read.rows + read.blank_lines <= physical);
    let counted: u64 = read.targets.iter().map(|target| target.lines).sum();
    assert_eq!(counted, read.rows, "each line has one target");
    let values: BTreeSet<&String> = read.targets.iter().map(|target| &target.value).collect();
    assert_eq!(values.len(), read.targets.len(), "each value is counted once");
}

/// A finding is about a line of the file, and about another one at most.
fn finding_holds(finding: &Finding, lines: &BTreeSet<u64>) {
    assert!(lines.contains(&finding.line), "{finding:?}");
    let other = finding.other;
    assert!(
        other.is_none_or(|other| other != finding.line && lines.contains(&other)),
        "{finding:?}"
    );
    assert!(!finding.sentence().is_empty());
    assert!(!finding.code.title().is_empty() && !finding.code.rule().is_empty());
}

/// Who takes over a username takes it from a line that counts, and nobody takes the same one.
fn renames_hold(read: &Read, lines: &BTreeSet<u64>) {
    let counting: BTreeSet<u64> = read.renames.iter().map(|rename| rename.line).collect();
    assert_eq!(counting.len(), read.renames.len());
    assert!(counting.is_subset(lines));
    let mut given = BTreeSet::new();
    for rename in &read.renames {
        let is_linked = matches!(
            rename.kind,
            RenameKind::Chain | RenameKind::Swap | RenameKind::Cycle
        );
        assert!(!is_linked || rename.takes_from.is_some(), "{rename:?}");
        if let Some(from) = rename.takes_from {
            assert!(counting.contains(&from) && from != rename.line, "{rename:?}");
            assert!(
                !is_linked || given.insert(from),
                "line {from} gives up its username twice"
            );
        }
    }
}

/// The same text in another encoding is the same file (F-10, F-11); one of them at a time, for the sake of speed.
fn encodings_hold(read: &Read, text: &str, known: &MappingKnown, number: u64) {
    if text.starts_with('\u{FEFF}') {
        // A second mark would be a letter.
        return;
    }
    let marked = format!("\u{FEFF}{text}");
    let (bytes, encoding): (Vec<u8>, _) = match number % 6 {
        0 => (marked.into_bytes(), FileEncoding::Utf8),
        1 => (
            marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            FileEncoding::Utf16Le,
        ),
        2 => (
            marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            FileEncoding::Utf16Be,
        ),
        _ => return,
    };
    if let Ok(surveyed) = survey(&bytes, Pieces::Sized(number)) {
        assert_eq!(surveyed.encoding, Some(encoding));
    }
    let pieces = decode(&bytes, encoding, Pieces::Sized(number));
    let as_encoded = check(&pieces, (known, read.summary.encoding), number);
    assert_eq!(as_encoded.as_ref(), Ok(read), "{encoding:?}");
}
