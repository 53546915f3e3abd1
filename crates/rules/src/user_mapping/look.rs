//! A whole file looked at in one go, from its bytes to the verdict: the way of the server through upload and check, where
//! nothing is stored. The browser takes it before the upload (docs/adr/0017).

use std::cell::OnceCell;

use domain::user_mapping::{
    FileEncoding, Finding, FindingGroup, MappingKnown, MappingOutcome, MappingQuestion, Rejection,
};

use super::{
    Check, Decode, Groups, HEAD_BYTES, Layout, MAX_BYTES, MAX_LINES, Sink, Surroundings, Survey, layout,
};

/// Lines that are shown as they are read.
const FIRST: usize = 5;
const FIRST_CHARS: usize = 200;

/// The look at one file.
pub struct Look<'a> {
    known: &'a MappingKnown,
    place: &'a OnceCell<Layout>,
    seed: u64,
    bytes: u64,
    survey: Survey,
    /// The beginning of the file, until the layout is told from it.
    head: Vec<u8>,
    state: State<'a>,
    found: Found,
}

enum State<'a> {
    Begins,
    Reads(Box<Reading<'a>>),
    /// Nothing that follows changes it, but that the file may be no text at all.
    Ended(MappingOutcome),
}

struct Reading<'a> {
    encoding: FileEncoding,
    layout: &'a Layout,
    decode: Decode,
    check: Check<'a>,
    text: String,
}

#[derive(Default)]
struct Found {
    lines: u64,
    first: Vec<[String; 3]>,
    groups: Groups,
}

impl Sink for Found {
    fn line(&mut self, _line: u64, existing: &str, new: &str, target: &str) {
        self.lines += 1;
        if self.first.len() < FIRST {
            // A damaged file is one long cell.
            self.first
                .push([existing, new, target].map(|cell| cell.chars().take(FIRST_CHARS).collect()));
        }
    }

    fn finding(&mut self, finding: Finding) {
        self.groups.add(&finding);
    }
}

impl<'a> Look<'a> {
    /// A look at one file; its layout gets a place outside, where the check can see it. `seed` should be random.
    pub fn new(known: &'a MappingKnown, place: &'a OnceCell<Layout>, seed: u64) -> Self {
        Self {
            known,
            place,
            seed,
            bytes: 0,
            survey: Survey::default(),
            head: Vec::new(),
            state: State::Begins,
            found: Found::default(),
        }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, mut bytes: &[u8]) {
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.bytes > MAX_BYTES {
            return;
        }
        self.survey.feed(bytes);
        if matches!(self.state, State::Begins) {
            let (head, rest) = bytes.split_at(bytes.len().min(HEAD_BYTES - self.head.len()));
            self.head.extend_from_slice(head);
            bytes = rest;
            if self.head.len() == HEAD_BYTES {
                self.begin();
            }
        }
        self.read(bytes, false);
    }

    /// How many lines were looked at so far, and what was found about them by themselves.
    pub fn so_far(&self) -> (u64, Vec<FindingGroup>) {
        (self.found.lines, self.found.groups.list())
    }

    /// The first lines, as they are read: existing username, new username and target directory.
    pub fn first(&self) -> &[[String; 3]] {
        &self.found.first
    }

    /// The file has ended. What is said of it is what the server will say.
    pub fn finish(&mut self) -> MappingOutcome {
        if self.bytes > MAX_BYTES {
            return MappingOutcome::Refused(Rejection::TooLarge { limit: MAX_BYTES });
        }
        if matches!(self.state, State::Begins) {
            self.begin();
        }
        let surveyed = match std::mem::take(&mut self.survey).finish() {
            Ok(surveyed) => surveyed,
            Err(rejection) => return MappingOutcome::Refused(rejection),
        };
        if surveyed.encoding.is_none() {
            let samples = surveyed.samples;
            return MappingOutcome::Asks(MappingQuestion::Encoding { samples });
        }
        self.read(&[], true);
        let reading = match std::mem::replace(&mut self.state, State::Begins) {
            State::Begins => return MappingOutcome::Refused(Rejection::Empty),
            State::Ended(outcome) => return outcome,
            State::Reads(reading) => *reading,
        };
        match reading.check.finish(&mut self.found) {
            Err(rejection) => MappingOutcome::Refused(rejection),
            Ok(checked) => {
                let summary = checked.summary(reading.encoding, reading.layout, &self.found.groups);
                MappingOutcome::Checked(Box::new(summary))
            }
        }
    }

    /// Tells the layout from the head, and reads that.
    fn begin(&mut self) {
        let head = std::mem::take(&mut self.head);
        let encoding = Survey::encoding_of(&head);
        let mut text = String::new();
        Decode::new(encoding).feed(&head, false, &mut text);
        let layout = match layout(&text, None) {
            Ok(layout) => self.place.get_or_init(|| layout),
            Err(rejection) => {
                self.state = State::Ended(MappingOutcome::Refused(rejection));
                return;
            }
        };
        if let Some(heading) = layout.to_confirm.clone() {
            let question = MappingQuestion::Heading { heading };
            self.state = State::Ended(MappingOutcome::Asks(question));
            return;
        }
        let known = self.known;
        let around = Surroundings {
            provider: known.provider,
            by_sign_in_name: known.by_sign_in_name,
            domains: &known.domains,
        };
        self.state = State::Reads(Box::new(Reading {
            encoding,
            layout,
            decode: Decode::new(encoding),
            check: Check::new(layout, around, &known.old, MAX_LINES, self.seed),
            text,
        }));
        self.read(&head, false);
    }

    fn read(&mut self, bytes: &[u8], is_last: bool) {
        let State::Reads(reading) = &mut self.state else {
            return;
        };
        reading.text.clear();
        reading.decode.feed(bytes, is_last, &mut reading.text);
        if let Err(rejection) = reading.check.feed(&reading.text, &mut self.found) {
            self.state = State::Ended(MappingOutcome::Refused(rejection));
        }
    }
}
