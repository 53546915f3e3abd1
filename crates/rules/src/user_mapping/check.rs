//! A whole file, piece by piece: lines by themselves as they come, lines against lines at the end. Memory is bounded: what
//! is kept of a line are some thirty bytes, and findings are handed on as they are made.

use domain::Provider;
use domain::user_mapping::{Finding, FindingCode, Rejection};

use super::graph::{Graph, MAX_ROWS, Renames};
use super::known::{AccountNow, PersonFound};
use super::layout::Layout;
use super::records::{Record, Records, Text};
use super::row::{self, Rules, Surroundings};
use super::target::{self, TargetRead};

/// How many distinct values of `target_directory` are counted; a file with more has something else in that column.
const MAX_TARGETS: usize = 1_000;

/// Who is told what is read and found, as it is.
pub trait Sink {
    /// A line, as it stands in the file. One whose cells cannot be told apart comes whole, as its existing username.
    fn line(&mut self, line: u64, existing: &str, new: &str, target: &str);

    /// Something about a line; not in the order of lines.
    fn finding(&mut self, finding: Finding);
}

/// The check of one file.
pub struct Check<'a> {
    records: Records,
    lines: Lines<'a>,
}

/// What is done with each record.
struct Lines<'a> {
    layout: &'a Layout,
    rules: Rules<'a>,
    limit: u64,
    /// Records that are no users: the separator line, the headings.
    to_skip: usize,
    rows: u64,
    blank_lines: u64,
    targets: Targets<'a>,
    graph: Graph,
}

/// What is known of a file when all of it was read.
#[derive(Debug)]
pub struct Checked {
    /// Lines that hold something, without the headings.
    pub rows: u64,
    /// F-21.
    pub blank_lines: u64,
    /// Every distinct value of the target directory, as it was written first, with the number of its lines (D-01 to D-08).
    pub targets: Vec<TargetCount>,
    pub renames: Renames,
}

/// One distinct value of the target directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetCount {
    pub value: String,
    pub read: TargetRead,
    pub lines: u64,
}

impl<'a> Check<'a> {
    /// A check of a file of this layout. `old`: the names of the directories the intranet followed before. `limit`: the
    /// most lines a file may have (F-27). `seed` should be random: with a known one
    /// somebody could make two usernames look the same.
    pub fn new(
        layout: &'a Layout,
        around: Surroundings<'a>,
        old: &'a [String],
        limit: u64,
        seed: u64,
    ) -> Self {
        Self {
            records: Records::new(layout.delimiter),
            lines: Lines {
                layout,
                rules: Rules::new(around),
                limit: limit.min(MAX_ROWS),
                to_skip: usize::from(layout.has_separator_line) + usize::from(layout.has_header),
                rows: 0,
                blank_lines: 0,
                targets: Targets::new(around.provider, old),
                graph: Graph::new(seed, Some(around.provider).filter(|_| around.by_sign_in_name)),
            },
        }
    }

    /// The same, and lines are compared with accounts of People and people of the directory ([`Self::account`],
    /// [`Self::person`]), too. Each is told once, in any order, before the end.
    #[must_use]
    pub fn comparing(mut self) -> Self {
        self.lines.graph.compare();
        self
    }

    /// An account of People as it is now.
    pub fn account(&mut self, now: &AccountNow<'_>) {
        self.lines.graph.account(now);
    }

    /// A person the test sync found.
    pub fn person(&mut self, found: &PersonFound<'_>) {
        self.lines.graph.person(found);
    }

    /// Takes the next piece of the text.
    pub fn feed(&mut self, text: &str, sink: &mut dyn Sink) -> Result<(), Rejection> {
        let lines = &mut self.lines;
        self.records.feed(text, &mut |record| lines.take(record, sink))
    }

    /// The text has ended.
    pub fn finish(mut self, sink: &mut dyn Sink) -> Result<Checked, Rejection> {
        let lines = &mut self.lines;
        self.records.finish(&mut |record| lines.take(record, sink))?;
        if self.lines.rows == 0 {
            return Err(Rejection::NoLines {
                lines: self.records.lines(),
            });
        }
        Ok(Checked {
            rows: self.lines.rows,
            blank_lines: self.lines.blank_lines,
            targets: self.lines.targets.all,
            renames: self.lines.graph.finish(&mut |finding| sink.finding(finding)),
        })
    }
}

impl Lines<'_> {
    fn take(&mut self, record: &Record<'_>, sink: &mut dyn Sink) -> Result<(), Rejection> {
        if record.is_blank() {
            self.blank_lines += 1;
            return Ok(());
        }
        if self.to_skip > 0 {
            self.to_skip -= 1;
            return Ok(());
        }
        self.rows += 1;
        if self.rows > self.limit {
            return Err(Rejection::TooManyLines { limit: self.limit });
        }
        let columns = &self.layout.columns;
        let fault = row::fault(record, self.layout);
        let (existing, new, value) = if fault.is_none() {
            let cells = (record.cell(columns.existing), record.cell(columns.new));
            let value = columns.target.map_or("", |column| record.cell(column).text);
            (cells.0, cells.1, value)
        } else {
            let whole = Text {
                text: record.raw(),
                ..Text::default()
            };
            (whole, Text::default(), "")
        };
        sink.line(record.line, existing.text, new.text, value);
        let (place, target) = self.targets.read(value);
        if let Some(fault) = fault {
            sink.finding(row::unreadable(record, fault));
            return Ok(());
        }
        let graph = &mut self.graph;
        // whoever looks the account up says more than that a domain stands in front.
        let looks_up = graph.compares();
        let mut found = |finding: Finding| {
            if !(looks_up && finding.code == FindingCode::DomainPrefix) {
                sink.finding(finding);
            }
        };
        self.rules
            .read(record.line, (existing, new), target, &mut found, |row| {
                graph.push(&row, place);
            });
        Ok(())
    }
}

/// The values of the target directory, each read once.
struct Targets<'a> {
    provider: Provider,
    old: &'a [String],
    all: Vec<TargetCount>,
    /// The places of all, in the order of their values. No tree: that is long in a browser's wasm.
    places: Vec<usize>,
    /// The place of the value of the line before: mostly the next line has the same.
    last: usize,
    /// A value too many to be counted.
    surplus: TargetRead,
}

impl<'a> Targets<'a> {
    fn new(provider: Provider, old: &'a [String]) -> Self {
        Self {
            provider,
            old,
            all: Vec::new(),
            places: Vec::new(),
            last: usize::MAX,
            surplus: target::read("", provider, old),
        }
    }

    /// What a value means, and its place among all of them.
    #[inline]
    fn read(&mut self, value: &str) -> (u32, &TargetRead) {
        // Mostly it is the one before; and mostly both are empty, and comparing nothing is not for nothing.
        let is_last = |known: &TargetCount| {
            known.value.len() == value.len() && (value.is_empty() || known.value == value)
        };
        if !self.all.get(self.last).is_some_and(is_last) {
            self.last = self.other(value);
        }
        match self.all.get_mut(self.last) {
            Some(known) => {
                known.lines += 1;
                (u32::try_from(self.last).unwrap_or(u32::MAX), &known.read)
            }
            None => (u32::MAX, &self.surplus),
        }
    }

    /// The place of a value that is not the one before; behind all where it is one too many.
    fn other(&mut self, value: &str) -> usize {
        let value = target::looked_at(value);
        match self.place(value) {
            Ok(place) => place,
            Err(_) if self.all.len() == MAX_TARGETS => {
                self.surplus = target::read(value, self.provider, self.old);
                usize::MAX
            }
            Err(place) => {
                self.places.insert(place, self.all.len());
                self.all.push(TargetCount {
                    value: value.to_owned(),
                    read: target::read(value, self.provider, self.old),
                    lines: 0,
                });
                self.all.len() - 1
            }
        }
    }

    /// Where a value is, or where its place belongs among the others'.
    fn place(&self, value: &str) -> Result<usize, usize> {
        let value_of = |place: &usize| self.all.get(*place).map_or("", |known| known.value.as_str());
        let place = self.places.binary_search_by(|place| value_of(place).cmp(value))?;
        Ok(self.places.get(place).copied().unwrap_or_default())
    }
}
