//! The columns of a file, where a person says which is which and not the headings (F-03, F-05 to F-09).

use domain::user_mapping::{Column, Delimiter, MappingColumns, Rejection};

use super::layout::{Beginning, Columns, Layout, beginning, missing, records, separator_line, shortened};
use super::letters;

/// How many columns a person can choose among: nobody looks through more, and a wrong separator can make thousands.
pub const MAX_COLUMNS: usize = 100;

/// How many columns a file without headings has at least: the third cell may be left out in any line (F-23).
const WITHOUT_HEADINGS: usize = 3;

/// The columns of a file, by its first lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundColumns {
    /// What the first line says of each, as it is shown; empty: nothing. Where the first lines have several cells, as many as the
    /// widest of them has, [`MAX_COLUMNS`] at most.
    pub names: Vec<String>,
    /// Under which of our headings which column stands; of double ones the first. The heading of the People export is no answer
    /// here: that question was asked (F-09).
    pub existing: Option<usize>,
    pub new: Option<usize>,
    pub target: Option<usize>,
    /// The first line names a column that is known, so it is no user.
    pub has_header: bool,
}

/// How the first lines of a file stand in columns.
struct Begun {
    beginning: Beginning,
    /// How many cells the widest of the first lines has.
    widest: usize,
}

impl Begun {
    fn of(head: &str, forced: Option<Delimiter>) -> Result<Self, Rejection> {
        let beginning = beginning(head, forced)?;
        let (_, rest) = separator_line(head);
        let lines = records(rest, beginning.delimiter)?;
        let widest = lines.iter().map(Vec::len).max().unwrap_or_default();
        Ok(Self { beginning, widest })
    }

    /// How many columns a file without headings has. Where nothing separates cells it is one.
    fn without_headings(&self) -> usize {
        if self.widest < 2 {
            self.widest
        } else {
            self.widest.max(WITHOUT_HEADINGS)
        }
    }
}

/// The columns of a file, by the beginning of its text. `forced` is the separator that a person chose instead of the one that was
/// detected.
pub fn columns(head: &str, forced: Option<Delimiter>) -> Result<FoundColumns, Rejection> {
    let begun = Begun::of(head, forced)?;
    let first = &begun.beginning.first;
    let headings: Vec<String> = first.iter().map(|cell| letters(cell)).collect();
    let place = |name: &str| headings.iter().position(|heading| heading == name);
    let (existing, new) = (place("existingusername"), place("newusername"));
    let has_header = existing.is_some() || new.is_some() || place("username").is_some();
    let count = if has_header {
        begun.widest
    } else {
        begun.without_headings()
    };
    let count = count.min(MAX_COLUMNS);
    let name = |at: usize| first.get(at).map(|cell| shortened(cell)).unwrap_or_default();
    Ok(FoundColumns {
        names: (0..count).map(name).collect(),
        existing,
        new,
        target: place("targetdirectory"),
        has_header,
    })
}

/// The layout of a file of which a person said which column is which. [`Rejection::MissingColumns`]: none of the first lines has a
/// column that was chosen, or one was chosen for two things.
pub fn layout_with_columns(
    head: &str,
    forced: Option<Delimiter>,
    chosen: &MappingColumns,
) -> Result<Layout, Rejection> {
    let begun = Begun::of(head, forced)?;
    let first = &begun.beginning.first;
    let all = [Some(chosen.existing), Some(chosen.new), chosen.target];
    let (mut read, mut not_there) = (Vec::new(), Vec::new());
    for (column, place) in Column::ALL.iter().zip(all) {
        match place {
            Some(place) if place < begun.without_headings() && !read.contains(&place) => read.push(place),
            Some(_) => not_there.push(*column),
            None => {}
        }
    }
    if !not_there.is_empty() {
        return Err(missing(first, &not_there));
    }
    let last = read.iter().copied().max().unwrap_or_default();
    // A cell behind the headings is one too many (F-24). Without headings the widest line says how many there are.
    let width = if chosen.has_header {
        first.len()
    } else {
        begun.widest
    };
    let width = width.max(last + 1);
    let ignored = (0..width)
        .filter(|place| !read.contains(place))
        .map(|place| match first.get(place).map(|cell| shortened(cell)) {
            Some(heading) if chosen.has_header => heading,
            _ => format!("column {}", place + 1),
        })
        .filter(|heading| !heading.is_empty())
        .collect();
    Ok(Layout {
        delimiter: begun.beginning.delimiter,
        has_separator_line: begun.beginning.has_separator_line,
        has_header: chosen.has_header,
        columns: Columns {
            existing: chosen.existing,
            new: chosen.new,
            target: chosen.target,
        },
        width,
        ignored,
        // A person has said it.
        to_confirm: None,
    })
}
