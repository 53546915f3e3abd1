//! Cuts the text of a file into records: RFC 4180, and what spreadsheets and people make of it.
//!
//! Not the `csv` crate, for what a person has to be told: the physical line of every record and of the quote that never
//! closes (F-18), a blank before a quotation mark (F-16), lone carriage returns as line ends (F-19), a quote that closes
//! before its cell ends. The text comes in pieces of any size; no more than one record is held between two of them.

use std::ops::Range;

use domain::user_mapping::{Delimiter, Rejection};
use memchr::memchr;

use super::Ends;
use super::kinds::Kinds;

/// The longest record, in bytes (F-28): far above any line of people, far below what would hurt.
pub(super) const MAX_RECORD: usize = 1 << 20;

/// One record of the file.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    /// The physical line on which it begins, from 1.
    pub line: u64,
    /// A quote closed before its cell ended.
    pub stray_quote: bool,
    text: &'a str,
    /// Where in the text it begins and ends.
    place: (usize, usize),
    // Not as slices: to read place and length together, just after they were written one by one, makes processors wait.
    unescaped: &'a String,
    cells: &'a Vec<Cell>,
}

impl<'a> Record<'a> {
    /// As it stands in the file, without its line end.
    pub(crate) fn raw(&self) -> &'a str {
        let (begin, end) = self.place;
        self.text.get(begin..end).unwrap_or_default()
    }

    /// How many cells it has; at least one.
    pub(crate) fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether no cell holds anything but blanks (F-21).
    pub(crate) fn is_blank(&self) -> bool {
        self.is_blank_from(0)
    }

    /// Whether no cell from this one on holds anything but blanks.
    pub(crate) fn is_blank_from(&self, first: usize) -> bool {
        let is_blank = |cell: &Cell| {
            let may_be = cell.place.is_empty() || cell.kinds.has(Kinds::BLANK.and(Kinds::NOT_ASCII));
            may_be && self.text_of(cell).trim().is_empty()
        };
        self.cells
            .get(first..)
            .is_none_or(|cells| cells.iter().all(is_blank))
    }

    /// What stands in a cell, without its quotes; nothing where the record is shorter.
    #[inline]
    pub(crate) fn cell(&self, index: usize) -> Text<'a> {
        let cell = self.cells.get(index).map(|cell| Text {
            text: self.text_of(cell),
            kinds: cell.kinds,
        });
        cell.unwrap_or_default()
    }

    #[inline]
    fn text_of(&self, cell: &Cell) -> &'a str {
        if cell.place.is_empty() {
            return "";
        }
        let source = if cell.is_unescaped {
            self.unescaped
        } else {
            self.text
        };
        source.get(cell.place.clone()).unwrap_or_default()
    }
}

/// A text, and what it is made of.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Text<'a> {
    pub text: &'a str,
    pub kinds: Kinds,
}

/// Where the text of a cell is, and what it is made of.
#[derive(Debug)]
struct Cell {
    place: Range<usize>,
    kinds: Kinds,
    /// It had doubled quotes, and is in the scratch space.
    is_unescaped: bool,
}

/// What is done with each record; it may end the reading.
type Each<'a> = &'a mut dyn FnMut(&Record<'_>) -> Result<(), Rejection>;

/// The cutter of one file.
#[derive(Debug)]
pub(crate) struct Records {
    delimiter: u8,
    ends: Ends,
    /// Whether a NUL is a character like any other.
    past_nul: bool,
    /// What was read of a record that is not whole yet.
    rest: String,
    /// The line on which the next record begins.
    line: u64,
    cells: Vec<Cell>,
    /// Of all cells of the record that is being read.
    kinds: Kinds,
    unescaped: String,
    /// Line ends in the cells of the record that is being read.
    breaks: u64,
    stray_quote: bool,
    /// Why it is none: [`Self::cut`] says so, [`Self::cut_all`] takes it.
    refused: Option<Rejection>,
}

/// Where a record ends that is whole, and where the next begins.
struct Cut {
    end: usize,
    next: usize,
}

impl Records {
    /// Records whose cells are separated by `delimiter`.
    pub(crate) fn new(delimiter: Delimiter) -> Self {
        Self {
            delimiter: delimiter.byte(),
            ends: Ends::new(delimiter.byte()),
            past_nul: false,
            rest: String::new(),
            line: 1,
            cells: Vec::new(),
            kinds: Kinds::NONE,
            unescaped: String::new(),
            breaks: 0,
            stray_quote: false,
            refused: None,
        }
    }

    /// The same, and a NUL is told by somebody else.
    pub(super) fn past_nul(self) -> Self {
        Self {
            past_nul: true,
            ..self
        }
    }

    /// Takes the next piece of the text, and hands on every record that is whole. `each` may end it.
    pub(crate) fn feed(&mut self, text: &str, each: Each<'_>) -> Result<(), Rejection> {
        self.take(text, false, each)
    }

    /// The text has ended: the last record needs no line end (F-20).
    pub(crate) fn finish(&mut self, each: Each<'_>) -> Result<(), Rejection> {
        self.take("", true, each)
    }

    /// How many lines there were so far.
    pub(crate) fn lines(&self) -> u64 {
        self.line - 1
    }

    fn take(&mut self, text: &str, is_last: bool, each: Each<'_>) -> Result<(), Rejection> {
        let begun = self.go_on(text, is_last, each)?;
        let text = text.get(begun..).unwrap_or_default();
        if self.rest.is_empty() {
            let used = self.cut_all(text, is_last, each)?;
            self.rest.push_str(text.get(used..).unwrap_or_default());
        }
        self.is_usable(&self.rest)
    }

    /// Whether a record is no longer than one may be, and text; it need not be whole.
    fn is_usable(&self, record: &str) -> Result<(), Rejection> {
        if let Some(binary) = self.binary(record) {
            return Err(binary);
        }
        if record.len() > MAX_RECORD {
            return Err(Rejection::RecordTooLong { line: self.line });
        }
        Ok(())
    }

    /// Goes on with the record that was not whole; gives how much of the text belongs to what was held. Nothing is held any
    /// more where the record ended with its first line; so what comes behind is cut where it is.
    fn go_on(&mut self, text: &str, is_last: bool, each: Each<'_>) -> Result<usize, Rejection> {
        if self.rest.is_empty() {
            return Ok(0);
        }
        let mut held = std::mem::take(&mut self.rest);
        let line = memchr(b'\n', text.as_bytes()).map_or(text.len(), |end| end + 1);
        let mut taken = 0;
        for end in [line, text.len()] {
            held.push_str(text.get(taken..end).unwrap_or_default());
            taken = end;
            let used = self.cut_all(&held, is_last && taken == text.len(), each)?;
            held.drain(..used);
            if held.is_empty() || taken == text.len() {
                break;
            }
        }
        self.rest = held;
        Ok(taken)
    }

    /// Hands on the whole records; gives how much of the text they were.
    fn cut_all(&mut self, text: &str, is_last: bool, each: Each<'_>) -> Result<usize, Rejection> {
        let mut begin = 0;
        while begin < text.len() {
            let Some(Cut { end, next }) = self.cut(text, begin, is_last) else {
                break;
            };
            if self.kinds.has(Kinds::NUL) || end - begin > MAX_RECORD {
                self.is_usable(text.get(begin..end).unwrap_or_default())?;
            }
            each(&Record {
                line: self.line,
                place: (begin, end),
                stray_quote: self.stray_quote,
                text,
                unescaped: &self.unescaped,
                cells: &self.cells,
            })?;
            self.line += self.breaks + 1;
            begin = next;
        }
        if let Some(rejection) = self.refused.take() {
            let rest = text.get(begin..).unwrap_or_default();
            return Err(self.binary(rest).unwrap_or(rejection));
        }
        Ok(begin)
    }

    /// Reads the record that begins here into `cells`; nothing where the text ends before it does, or where it is none, which
    /// is noted.
    #[inline]
    fn cut(&mut self, text: &str, begin: usize, is_last: bool) -> Option<Cut> {
        self.cells.clear();
        self.unescaped.clear();
        self.ends.begin();
        (self.breaks, self.stray_quote, self.kinds) = (0, false, Kinds::NONE);
        let bytes = text.as_bytes();
        let mut at = begin;
        loop {
            let end = match bytes.get(at) {
                Some(b'"' | b' ' | b'\t') => self.perhaps_quoted(text, (begin, at), is_last)?,
                _ => self.plain(bytes, at),
            };
            let next = match bytes.get(end) {
                Some(byte) if *byte == self.delimiter => {
                    at = end + 1;
                    continue;
                }
                Some(b'\r') if end + 1 == bytes.len() && !is_last => return None,
                Some(b'\r') if bytes.get(end + 1) == Some(&b'\n') => end + 2,
                Some(_) => end + 1,
                None if is_last => end,
                None => return None,
            };
            return Some(Cut { end, next });
        }
    }

    /// Reads a cell that may have quotes, of the record that begins there; gives where it ends.
    fn perhaps_quoted(&mut self, text: &str, (begin, at): (usize, usize), is_last: bool) -> Option<usize> {
        let bytes = text.as_bytes();
        let Some(open) = self.opening_quote(bytes, at) else {
            return Some(self.plain(bytes, at));
        };
        match self.quoted(text, open, is_last) {
            Quoted::Closed { cell, after } => {
                self.breaks += breaks(text.get(open..after).unwrap_or_default());
                self.kinds = self.kinds.and(cell.kinds);
                self.cells.push(cell);
                Some(after)
            }
            Quoted::Stray => {
                self.stray_quote = true;
                Some(self.plain(bytes, at))
            }
            Quoted::Open => {
                if is_last || text.len() - begin > MAX_RECORD {
                    let line = self.line + self.breaks;
                    self.refused = Some(Rejection::UnclosedQuote { line });
                }
                None
            }
        }
    }

    /// Reads a cell without quotes; gives where it ends.
    #[inline]
    fn plain(&mut self, bytes: &[u8], from: usize) -> usize {
        let (end, kinds) = self.ends.cell(bytes, from);
        self.kinds = self.kinds.and(kinds);
        self.cells.push(Cell {
            place: from..end,
            kinds,
            is_unescaped: false,
        });
        end
    }

    /// F-25: what is to be said of a record with a character that no database of ours can hold. In UTF-8 the survey found it
    /// before. What stands far behind is not looked at, whatever the pieces.
    fn binary(&self, record: &str) -> Option<Rejection> {
        let bytes = record.as_bytes();
        let nul = memchr(0, bytes.get(..MAX_RECORD).unwrap_or(bytes))?;
        let before = breaks(record.get(..nul).unwrap_or_default());
        let line = self.line + before;
        (!self.past_nul).then_some(Rejection::Binary { line })
    }

    /// The quote a cell begins with, if it does; blanks may stand before it (F-16).
    fn opening_quote(&self, bytes: &[u8], from: usize) -> Option<usize> {
        let mut at = from;
        loop {
            match bytes.get(at) {
                Some(b'"') => return Some(at),
                Some(b' ') => at += 1,
                Some(b'\t') if self.delimiter != b'\t' => at += 1,
                _ => return None,
            }
        }
    }

    /// The cell whose quote opens here.
    fn quoted(&mut self, text: &str, open: usize, is_last: bool) -> Quoted {
        let bytes = text.as_bytes();
        let begin = open + 1;
        let (mut from, mut has_doubled) = (begin, false);
        let close = loop {
            let Some(length) = bytes.get(from..).and_then(|rest| memchr(b'"', rest)) else {
                return Quoted::Open;
            };
            let quote = from + length;
            match bytes.get(quote + 1) {
                Some(b'"') => {
                    has_doubled = true;
                    from = quote + 2;
                }
                // Whether it is doubled is not known yet.
                None if !is_last => return Quoted::Open,
                _ => break quote,
            }
        };
        let mut after = close + 1;
        while bytes
            .get(after)
            .is_some_and(|byte| *byte == b' ' || (*byte == b'\t' && self.delimiter != b'\t'))
        {
            after += 1;
        }
        match bytes.get(after) {
            Some(b'\n' | b'\r') | None => {}
            Some(byte) if *byte == self.delimiter => {}
            Some(_) => return Quoted::Stray,
        }
        let inside = text.get(begin..close).unwrap_or_default();
        let mut cell = Cell {
            place: begin..close,
            kinds: Kinds::of(inside),
            is_unescaped: has_doubled,
        };
        if !has_doubled {
            return Quoted::Closed { cell, after };
        }
        let start = self.unescaped.len();
        // Every quote in it is doubled: each second part is the nothing between two of them.
        for (n, part) in inside.split('"').enumerate() {
            let is_between = n % 2 == 1;
            self.unescaped.push_str(if is_between { "\"" } else { part });
        }
        cell.place = start..self.unescaped.len();
        Quoted::Closed { cell, after }
    }
}

/// How a quoted cell ended.
enum Quoted {
    Closed {
        cell: Cell,
        after: usize,
    },
    /// Something stands between the closing quote and the end of the cell.
    Stray,
    /// The text ends first.
    Open,
}

/// How many line ends a text holds: CRLF, LF, lone CR (F-19).
fn breaks(text: &str) -> u64 {
    let mut after_return = false;
    let mut count = 0;
    for byte in text.bytes() {
        count += u64::from(byte == b'\r' || (byte == b'\n' && !after_return));
        after_return = byte == b'\r';
    }
    count
}
