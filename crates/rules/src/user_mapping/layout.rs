//! How a file is laid out: what separates its cells, whether its first line names the columns, and which column is which
//! (F-03 to F-09, F-14, F-15).

use domain::user_mapping::{Column, Delimiter, Rejection};

use super::letters;
use super::records::Records;

/// How many records the delimiter is told from.
const SAMPLE_RECORDS: usize = 50;

/// Headings that are compared with each other (F-08): no list has more columns, and of ten thousands that takes too long.
const COMPARED_HEADINGS: usize = 200;

/// How much of a heading is shown.
const HEADING_CHARS: usize = 100;

/// Which cell of a record is which; from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    pub existing: usize,
    pub new: usize,
    /// The file may do without: everybody goes to the new directory (D-01).
    pub target: Option<usize>,
}

/// How a file is laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    pub delimiter: Delimiter,
    /// The first line is Excel's `sep=;` and no record (F-15).
    pub has_separator_line: bool,
    /// The first record names the columns.
    pub has_header: bool,
    pub columns: Columns,
    /// How many cells a record has.
    pub width: usize,
    /// Columns that are not read, by their headings (F-06).
    pub ignored: Vec<String>,
    /// The existing username stands under a heading of the People export; a person confirms that (F-09).
    pub to_confirm: Option<String>,
}

/// How the text of any file begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Beginning {
    pub delimiter: Delimiter,
    /// The first line is Excel's `sep=;` and no record (F-15).
    pub has_separator_line: bool,
    /// The first record that holds something.
    pub first: Vec<String>,
}

/// Tells from the beginning of the text what separates cells, and reads the first record.
pub(crate) fn beginning(head: &str, forced: Option<Delimiter>) -> Result<Beginning, Rejection> {
    let (separator, head) = separator_line(head);
    let delimiter = forced.or(separator).unwrap_or_else(|| detect(head));
    match records(head, delimiter)?.into_iter().next() {
        Some(first) => Ok(Beginning {
            delimiter,
            has_separator_line: separator.is_some(),
            first,
        }),
        None => Err(Rejection::NoLines {
            lines: u64::try_from(head.lines().count()).unwrap_or(u64::MAX),
        }),
    }
}

/// Tells the layout from the beginning of the text. `forced` is what a person chose instead of what was detected.
pub fn layout(head: &str, forced: Option<Delimiter>) -> Result<Layout, Rejection> {
    let Beginning {
        delimiter,
        has_separator_line,
        first,
    } = beginning(head, forced)?;
    let width = first.len();
    let mut found = Layout {
        delimiter,
        has_separator_line,
        has_header: false,
        columns: Columns::default(),
        width,
        ignored: Vec::new(),
        to_confirm: None,
    };
    if let Some(header) = Header::of(&first)? {
        header.into_layout(&first, &mut found)?;
        return Ok(found);
    }
    if !(2..=3).contains(&width) {
        return Err(missing(&first, &[Column::Existing, Column::New]));
    }
    // The third cell may be left out in any line (F-23).
    found.columns = Columns {
        existing: 0,
        new: 1,
        target: Some(2),
    };
    found.width = 3;
    Ok(found)
}

/// Excel's own first line, `sep=;`, and the text behind it (F-15).
pub(super) fn separator_line(head: &str) -> (Option<Delimiter>, &str) {
    let line_end = head.find(['\r', '\n']).unwrap_or(head.len());
    let line = head.get(..line_end).unwrap_or_default();
    let rest = head.get(line_end..).unwrap_or_default();
    let sign = match line.trim_matches('"').as_bytes() {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', sign] => *sign,
        _ => return (None, head),
    };
    let known = Delimiter::ALL
        .iter()
        .copied()
        .find(|delimiter| delimiter.byte() == sign);
    match known {
        Some(delimiter) => (Some(delimiter), rest),
        None => (None, head),
    }
}

/// The delimiter that cuts most of the first records into the same number of cells, two at least; of equals the comma
/// comes first, as the documented one (F-14).
fn detect(head: &str) -> Delimiter {
    let score = |delimiter: Delimiter| {
        let widths: Vec<usize> = records(head, delimiter)
            .unwrap_or_default()
            .iter()
            .map(Vec::len)
            .collect();
        let usual = widths.first().copied().unwrap_or_default();
        if usual < 2 {
            return 0;
        }
        widths.iter().filter(|width| **width == usual).count()
    };
    let mut best = (0, Delimiter::Comma);
    for delimiter in Delimiter::ALL {
        let score = score(*delimiter);
        if score > best.0 {
            best = (score, *delimiter);
        }
    }
    best.1
}

/// The first records. The last one may be cut by the end of the head.
pub(super) fn records(head: &str, delimiter: Delimiter) -> Result<Vec<Vec<String>>, Rejection> {
    let mut all: Vec<Vec<String>> = Vec::new();
    // It is told when the whole file is read.
    let mut cutter = Records::new(delimiter).past_nul();
    let mut take = |record: &super::records::Record<'_>| {
        // Blank ones say nothing (F-21).
        if all.len() < SAMPLE_RECORDS && !record.is_blank() {
            all.push(
                (0..record.len())
                    .map(|n| record.cell(n).text.to_owned())
                    .collect(),
            );
        }
        Ok(())
    };
    cutter.feed(head, &mut take)?;
    let rest = cutter.finish(&mut take);
    // A quote that does not close inside of the head is told when the whole file is read.
    if all.is_empty() {
        rest?;
    }
    Ok(all)
}

/// The headings of the first record, recognised.
struct Header {
    existing: Option<usize>,
    export_username: Option<usize>,
    new: Option<usize>,
    target: Option<usize>,
}

impl Header {
    /// `None`: the first record holds no heading that is known, so it is a line like any other.
    fn of(first: &[String]) -> Result<Option<Self>, Rejection> {
        let mut header = Header {
            existing: None,
            export_username: None,
            new: None,
            target: None,
        };
        let names: Vec<String> = first.iter().map(|cell| letters(cell)).collect();
        for (index, name) in names.iter().enumerate() {
            let place = match name.as_str() {
                "existingusername" => &mut header.existing,
                "newusername" => &mut header.new,
                "targetdirectory" => &mut header.target,
                "username" => &mut header.export_username,
                _ => continue,
            };
            place.get_or_insert(index);
        }
        let is_known = header.existing.is_some() || header.new.is_some() || header.export_username.is_some();
        if !is_known {
            return Ok(None);
        }
        for (index, name) in names.iter().enumerate().take(COMPARED_HEADINGS) {
            if !name.is_empty() && names.iter().take(index).any(|before| before == name) {
                let heading = first.get(index).cloned().unwrap_or_default();
                return Err(Rejection::DuplicateHeading {
                    heading: heading.trim().to_owned(),
                });
            }
        }
        Ok(Some(header))
    }

    fn into_layout(self, first: &[String], found: &mut Layout) -> Result<(), Rejection> {
        found.to_confirm = match (self.existing, self.export_username) {
            (None, Some(index)) => first.get(index).map(|heading| heading.trim().to_owned()),
            _ => None,
        };
        let (existing, new) = match (self.existing.or(self.export_username), self.new) {
            (Some(existing), Some(new)) => (existing, new),
            (None, Some(_)) => return Err(missing(first, &[Column::Existing])),
            (Some(_), None) => return Err(missing(first, &[Column::New])),
            (None, None) => return Err(missing(first, &[Column::Existing, Column::New])),
        };
        found.has_header = true;
        found.columns = Columns {
            existing,
            new,
            target: self.target,
        };
        let columns = &found.columns;
        let read = [Some(existing), Some(new), columns.target];
        found.ignored = first
            .iter()
            .enumerate()
            .filter(|(index, heading)| !read.contains(&Some(*index)) && !heading.trim().is_empty())
            .map(|(_, heading)| shortened(heading))
            .collect();
        Ok(())
    }
}

pub(super) fn missing(first: &[String], columns: &[Column]) -> Rejection {
    Rejection::MissingColumns {
        found: first.iter().map(|cell| shortened(cell)).collect(),
        missing: columns.to_vec(),
    }
}

/// A heading as it is shown.
pub(crate) fn shortened(heading: &str) -> String {
    heading.trim().chars().take(HEADING_CHARS).collect()
}
