//! From the bytes of a file to its lines, piece by piece. No more than one record is held between two pieces.

use domain::Username;
use domain::people::field;
use domain::people_file::{LineProblem, PeopleCells, PeopleFileReading, PeopleRejection};
use domain::profile::ProfileFields;
use domain::user_mapping::{Delimiter, FileEncoding, Rejection, Severity};

use super::columns::Columns;
use super::line::{Chosen, problems};
use crate::user_mapping::{
    Beginning, Decode, HEAD_BYTES, MAX_BYTES, MAX_LINES, Record, Records, Survey, beginning, is_error_value,
    original, username_of,
};
use crate::username;

/// How much of a cell is kept, in characters: one more than the longest field takes.
const CELL_CHARS: usize = 4_001;

/// A line of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PeopleLine {
    /// The physical line on which it begins, from 1.
    pub line: u64,
    /// In its stored form; as it stands there where it is no username.
    pub username: String,
    /// What usernames are compared by; empty where it is no username.
    pub key: String,
    pub cells: PeopleCells,
    /// Nothing is written where there is one.
    pub problems: Vec<LineProblem>,
}

/// What is known of a file when all of it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleRead {
    /// Lines that hold something, without the headings.
    pub lines: u64,
    pub reading: PeopleFileReading,
}

/// What came of reading a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    Read(PeopleRead),
    /// F-12: it is not UTF-8, so a person has to say. Lines as they read in Windows-1252.
    Asks {
        samples: Vec<String>,
    },
}

/// Reads one file.
pub struct Reader {
    fields: ProfileFields,
    directory: String,
    encoding: Option<FileEncoding>,
    bytes: u64,
    survey: Survey,
    /// The beginning of the file, until the columns are told from it.
    head: Vec<u8>,
    state: State,
}

enum State {
    Begins,
    Reads(Box<Reading>),
    /// Nothing that follows changes it, but that the file may be no text at all.
    Ended(PeopleRejection),
}

struct Reading {
    encoding: FileEncoding,
    decode: Decode,
    records: Records,
    lines: Lines,
    delimiter: Delimiter,
    text: String,
}

struct Lines {
    columns: Columns,
    /// Records that are no accounts: the separator line, the headings.
    to_skip: usize,
    lines: u64,
    blank_lines: u64,
}

/// What is done with each line.
pub(super) type EachLine<'a> = &'a mut dyn FnMut(PeopleLine);

impl Reader {
    /// A reader of one file with accounts of this directory. `encoding`: what a person said it is in (F-12).
    pub fn new(fields: ProfileFields, directory: String, encoding: Option<FileEncoding>) -> Self {
        Self {
            fields,
            directory,
            encoding,
            bytes: 0,
            survey: Survey::default(),
            head: Vec::new(),
            state: State::Begins,
        }
    }

    /// Takes the next bytes. Too many are refused at once (F-27); everything else is told at the end.
    pub fn feed(&mut self, mut bytes: &[u8], each: EachLine<'_>) -> Result<(), PeopleRejection> {
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.bytes > MAX_BYTES {
            return Err(Rejection::TooLarge { limit: MAX_BYTES }.into());
        }
        self.survey.feed(bytes);
        if matches!(self.state, State::Begins) {
            let (head, rest) = bytes.split_at(bytes.len().min(HEAD_BYTES - self.head.len()));
            self.head.extend_from_slice(head);
            bytes = rest;
            if self.head.len() == HEAD_BYTES {
                self.begin(each);
            }
        }
        self.read(bytes, false, each);
        Ok(())
    }

    /// The file has ended.
    pub fn finish(mut self, each: EachLine<'_>) -> Result<Ended, PeopleRejection> {
        if matches!(self.state, State::Begins) {
            self.begin(each);
        }
        let surveyed = std::mem::take(&mut self.survey).finish()?;
        // Whatever was read of a file in another encoding is not what stands in it.
        if surveyed.encoding.is_none() && self.encoding.is_none() {
            let samples = surveyed.samples;
            return Ok(Ended::Asks { samples });
        }
        self.read(&[], true, each);
        match self.state {
            State::Begins => Err(Rejection::Empty.into()),
            State::Ended(rejection) => Err(rejection),
            State::Reads(reading) => reading.end().map(Ended::Read),
        }
    }

    /// Tells the columns from the head, and reads that.
    fn begin(&mut self, each: EachLine<'_>) {
        let head = std::mem::take(&mut self.head);
        let encoding = self.encoding.unwrap_or_else(|| Survey::encoding_of(&head));
        let mut text = String::new();
        Decode::new(encoding).feed(&head, false, &mut text);
        self.state = match Reading::of(&text, encoding, &self.fields) {
            Ok(reading) => State::Reads(Box::new(reading)),
            Err(rejection) => State::Ended(rejection),
        };
        self.read(&head, false, each);
    }

    fn read(&mut self, bytes: &[u8], is_last: bool, each: EachLine<'_>) {
        let State::Reads(reading) = &mut self.state else {
            return;
        };
        let chosen = Chosen {
            fields: &self.fields,
            directory: &self.directory,
        };
        if let Err(rejection) = reading.feed(bytes, is_last, &chosen, each) {
            self.state = State::Ended(rejection.into());
        }
    }
}

impl Reading {
    fn of(head: &str, encoding: FileEncoding, fields: &ProfileFields) -> Result<Self, PeopleRejection> {
        let Beginning {
            delimiter,
            has_separator_line,
            first,
        } = beginning(head, None)?;
        Ok(Self {
            encoding,
            decode: Decode::new(encoding),
            records: Records::new(delimiter),
            lines: Lines {
                columns: Columns::of(&first, fields)?,
                to_skip: usize::from(has_separator_line) + 1,
                lines: 0,
                blank_lines: 0,
            },
            delimiter,
            text: String::new(),
        })
    }

    fn feed(
        &mut self,
        bytes: &[u8],
        is_last: bool,
        chosen: &Chosen<'_>,
        each: EachLine<'_>,
    ) -> Result<(), Rejection> {
        self.text.clear();
        self.decode.feed(bytes, is_last, &mut self.text);
        let lines = &mut self.lines;
        self.records
            .feed(&self.text, &mut |record| lines.take(record, chosen, each))?;
        if is_last {
            self.records
                .finish(&mut |record| lines.take(record, chosen, each))?;
        }
        Ok(())
    }

    fn end(self) -> Result<PeopleRead, PeopleRejection> {
        if self.lines.lines == 0 {
            let lines = self.records.lines();
            return Err(Rejection::NoLines { lines }.into());
        }
        Ok(PeopleRead {
            lines: self.lines.lines,
            reading: PeopleFileReading {
                encoding: self.encoding,
                delimiter: self.delimiter,
                read: self.lines.columns.read(),
                ignored: self.lines.columns.ignored,
                blank_lines: self.lines.blank_lines,
            },
        })
    }
}

impl Lines {
    fn take(
        &mut self,
        record: &Record<'_>,
        chosen: &Chosen<'_>,
        each: EachLine<'_>,
    ) -> Result<(), Rejection> {
        if record.is_blank() {
            self.blank_lines += 1;
            return Ok(());
        }
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return Ok(());
        }
        self.lines += 1;
        if self.lines > MAX_LINES {
            return Err(Rejection::TooManyLines { limit: MAX_LINES });
        }
        each(self.line(record, chosen));
        Ok(())
    }

    fn line(&self, record: &Record<'_>, chosen: &Chosen<'_>) -> PeopleLine {
        let mut read = PeopleLine {
            line: record.line,
            ..PeopleLine::default()
        };
        if let Some(problem) = self.fault(record) {
            // Which cell is which is not known: the line is shown as it stands.
            read.username = record.raw().chars().take(crate::mapping::SHOWN_CHARS).collect();
            read.problems.push(problem);
            return read;
        }
        let cell = record.cell(self.columns.username);
        let name = username_of(cell, &mut |severity, code, text| {
            if severity == Severity::Error {
                read.problems.push(LineProblem::Username { code, text });
            }
        });
        if name.is_empty() && read.problems.is_empty() {
            read.problems.push(LineProblem::UsernameMissing);
        }
        let written = original(cell.text);
        read.cells.insert(field::USERNAME.to_owned(), kept(&written));
        if read.problems.is_empty() {
            let stored = Username::from_stored(name);
            username::key(&stored).as_str().clone_into(&mut read.key);
            stored.as_str().clone_into(&mut read.username);
        } else {
            read.username = kept(&written);
        }
        for (place, column) in &self.columns.others {
            let value = original(record.cell(*place).text);
            read.cells.insert(column.clone(), kept(&value));
        }
        read.problems.extend(problems(&read.cells, chosen));
        read
    }

    /// F-17, F-22 to F-24: why the record is no line with a cell below each heading.
    fn fault(&self, record: &Record<'_>) -> Option<LineProblem> {
        let count = |cells: usize| u64::try_from(cells).unwrap_or(u64::MAX);
        let (cells, columns) = (count(record.len()), count(self.columns.width));
        let is_comment = || {
            let first = record.cell(0).text.trim_start();
            self.columns.username == 0 && first.starts_with('#') && !is_error_value(first)
        };
        if record.stray_quote {
            Some(LineProblem::StrayQuote)
        } else if is_comment() {
            Some(LineProblem::CommentLine)
        } else if cells < columns {
            Some(LineProblem::TooFewCells { cells, columns })
        } else if !record.is_blank_from(self.columns.width) {
            Some(LineProblem::TooManyCells { cells, columns })
        } else {
            None
        }
    }
}

fn kept(text: &str) -> String {
    text.chars().take(CELL_CHARS).collect()
}
