//! The way of a file's bytes to its findings, as the server takes it, in pieces of chosen sizes.

use std::cell::OnceCell;

use domain::user_mapping::{
    FileEncoding, Finding, MappingKnown, MappingOutcome, MappingQuestion, MappingSummary, Rejection,
};
use rules::user_mapping::{
    Check, Decode, Groups, Layout, Look, Rename, Sink, Surroundings, Survey, Surveyed, TargetCount, layout,
};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The most lines of a file: few, so that the limit is met as well (F-27).
pub(crate) const MAX_LINES: u64 = 200;

/// How the bytes come.
#[derive(Clone, Copy)]
pub(crate) enum Pieces {
    Whole,
    /// Of sizes that follow from this number.
    Sized(u64),
}

/// All that is said of a file whose lines can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    /// The lines, as they were handed on.
    pub(crate) lines: Vec<(u64, String, String, String)>,
    /// In their order by line.
    pub(crate) findings: Vec<Finding>,
    pub(crate) summary: MappingSummary,
    pub(crate) rows: u64,
    pub(crate) blank_lines: u64,
    pub(crate) targets: Vec<TargetCount>,
    pub(crate) renames: Vec<Rename>,
}

/// Cuts bytes into pieces.
fn pieces(bytes: &[u8], by: Pieces) -> Vec<&[u8]> {
    let mut all = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let size = match by {
            Pieces::Whole => rest.len(),
            Pieces::Sized(seed) => {
                let number = xxh3_64_with_seed(&rest.len().to_le_bytes(), seed);
                usize::try_from(number % 40).expect("small") + 1
            }
        };
        let (piece, behind) = rest.split_at(size.min(rest.len()));
        all.push(piece);
        rest = behind;
    }
    all
}

/// The first look at the bytes.
pub(crate) fn survey(bytes: &[u8], by: Pieces) -> Result<Surveyed, Rejection> {
    let mut survey = Survey::default();
    for piece in pieces(bytes, by) {
        survey.feed(piece);
    }
    survey.finish()
}

/// The text of the bytes, piece by piece.
pub(crate) fn decode(bytes: &[u8], encoding: FileEncoding, by: Pieces) -> Vec<String> {
    let mut decode = Decode::new(encoding);
    let mut all = Vec::new();
    for piece in pieces(bytes, by) {
        let mut text = String::new();
        decode.feed(piece, false, &mut text);
        all.push(text);
    }
    let mut text = String::new();
    decode.feed(&[], true, &mut text);
    all.push(text);
    all
}

/// The check of a text that comes in these pieces.
pub(crate) fn check(
    pieces: &[String],
    (known, encoding): (&MappingKnown, FileEncoding),
    seed: u64,
) -> Result<Read, Rejection> {
    let layout = laid_out(pieces)?;
    let around = Surroundings {
        provider: known.provider,
        by_sign_in_name: known.by_sign_in_name,
        domains: &known.domains,
    };
    let mut told = Told::default();
    let mut check = Check::new(&layout, around, &known.old, MAX_LINES, seed);
    for piece in pieces {
        check.feed(piece, &mut told)?;
    }
    let checked = check.finish(&mut told)?;
    told.findings.sort();
    let mut groups = Groups::default();
    for finding in &told.findings {
        groups.add(finding);
    }
    Ok(Read {
        summary: checked.summary(encoding, &layout, &groups),
        lines: told.lines,
        findings: told.findings,
        rows: checked.rows,
        blank_lines: checked.blank_lines,
        targets: checked.targets,
        renames: checked.renames.iter().collect(),
    })
}

#[derive(Default)]
struct Told {
    lines: Vec<(u64, String, String, String)>,
    findings: Vec<Finding>,
}

impl Sink for Told {
    fn line(&mut self, line: u64, existing: &str, new: &str, target: &str) {
        self.lines
            .push((line, existing.to_owned(), new.to_owned(), target.to_owned()));
    }

    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

/// What the browser says of the bytes.
pub(crate) fn look(bytes: &[u8], known: &MappingKnown, by: Pieces) -> MappingOutcome {
    let place = OnceCell::new();
    let mut look = Look::new(known, &place, 3);
    for piece in pieces(bytes, by) {
        look.feed(piece);
    }
    look.finish()
}

/// What the server says of a file that comes in these pieces, where nobody said how to read it.
pub(crate) fn outcome(pieces: &[String], read: Result<Read, Rejection>) -> MappingOutcome {
    if let Ok(Some(heading)) = laid_out(pieces).map(|layout| layout.to_confirm) {
        return MappingOutcome::Asks(MappingQuestion::Heading { heading });
    }
    match read {
        Err(rejection) => MappingOutcome::Refused(rejection),
        Ok(read) => MappingOutcome::Checked(Box::new(read.summary)),
    }
}

/// As the server: told from the beginning, whatever the pieces; what only the end of the file shows is no part of it.
fn laid_out(pieces: &[String]) -> Result<Layout, Rejection> {
    let head = pieces
        .split_last()
        .map_or(String::new(), |(_, head)| head.concat());
    layout(&head, None)
}
