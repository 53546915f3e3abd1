//! How the file of a version begins, as it reads in each encoding it may be in: for whoever says how it is read (F-12, F-14).

use domain::numbers::thousands;
use domain::user_mapping::{
    Column, ColumnsForm, FileEncoding, MappingColumns, MappingOutcome, MappingQuestion, MappingReading,
    MappingState, Rejection,
};
use domain::views::{MappingColumnsView, MappingSample};
use domain::{CustomerId, DirectoryId, FieldError, UserError};
use rules::user_mapping::{Decode, FoundColumns, Layout, columns, layout, layout_with_columns};
use store::Tx;
use store::user_mapping::{MappingFile, MappingVersion, RowFilter};

use crate::ServiceError;

/// How much of a file its first lines are read from; in bytes.
const HEAD: usize = 1_024;
/// How much of it its columns are shown from; in bytes.
const COLUMNS_HEAD: usize = 64 * 1_024;
/// Lines that are shown.
const LINES: usize = 3;
/// The same, of a version that was checked.
const ROWS: i64 = 3;
/// Headings that are named.
const HEADINGS: usize = 30;
/// How much of a line or a cell is shown, in characters: a damaged file is one long line.
const CHARS: usize = 200;

/// The layout of a file by how it begins, as far as nobody said it. In a wrong encoding it may hold a NUL there: that is no text
/// (F-25), and a heading with one could not even be noted.
pub(super) fn layout_of(head: &str, reading: &MappingReading) -> Result<Layout, Rejection> {
    let Some((before, _)) = head.split_once('\0') else {
        return few_headings(match &reading.columns {
            Some(columns) => layout_with_columns(head, reading.delimiter, columns),
            None => layout(head, reading.delimiter),
        });
    };
    // Lines end alike in a whole file: with LF, CRLF or a lone CR (F-19).
    let ends = before.matches('\n').count().max(before.matches('\r').count());
    Err(Rejection::Binary {
        line: u64::try_from(ends).unwrap_or(u64::MAX).saturating_add(1),
    })
}

/// Refuses columns that the file does not have, each under its field. Whatever else is wrong with the file its check tells, also
/// where a person has to say first in which encoding it is.
pub(super) async fn must_have_columns(
    tx: &mut Tx,
    customer: CustomerId,
    file: &MappingFile,
    reading: &MappingReading,
) -> Result<(), ServiceError> {
    let Some(encoding) = reading.encoding.or(file.encoding) else {
        return Ok(());
    };
    let part = store::user_mapping::part(tx, customer, file.number, 0).await?;
    let head = read(&part.unwrap_or_default(), encoding, false);
    let Err(Rejection::MissingColumns { missing, .. }) = layout_of(&head, reading) else {
        return Ok(());
    };
    let errors = missing.into_iter().map(|column| FieldError {
        field: column.field().to_owned(),
        message: no_such(column).to_owned(),
    });
    let errors = errors.collect();
    Err(UserError::Invalid { errors }.into())
}

const fn no_such(column: Column) -> &'static str {
    match column {
        Column::Existing => {
            "The file has no such column for the existing usernames. Choose one that is listed."
        }
        Column::New => "The file has no such column for the new usernames. Choose one that is listed.",
        Column::Target => {
            "The file has no such column for the target directory. Choose one that is listed, or say that there is none."
        }
    }
}

/// The columns of a file, for whoever says which is which: where the headings are not understood (F-07 to F-09), and where a file
/// was checked, since what was understood may be wrong (F-03). `None`: there are no two of them, or something else is to be said
/// or mended first.
pub(super) async fn columns_of(
    tx: &mut Tx,
    customer: CustomerId,
    version: &MappingVersion,
    file: &MappingFile,
) -> Result<Option<MappingColumnsView>, ServiceError> {
    let is_offered = match &version.outcome {
        Some(MappingOutcome::Asks(MappingQuestion::Heading { .. }) | MappingOutcome::Checked(_)) => true,
        Some(MappingOutcome::Refused(rejection)) => matches!(
            rejection,
            Rejection::MissingColumns { .. } | Rejection::DuplicateHeading { .. }
        ),
        _ => false,
    };
    let encoding = version.reading.encoding.or(file.encoding);
    let (Some(encoding), true) = (encoding, is_offered && version.state != MappingState::Checking) else {
        return Ok(None);
    };
    let part = store::user_mapping::part(tx, customer, file.number, 0).await?;
    let part = part.unwrap_or_default();
    let head = read(part.get(..COLUMNS_HEAD).unwrap_or(&part), encoding, false);
    let found = columns(&head, version.reading.delimiter).ok();
    Ok(found.filter(|found| found.names.len() > 1).map(|found| {
        let form = columns_form(&head, version, &found);
        MappingColumnsView {
            names: found.names,
            form,
        }
    }))
}

/// What was said of the columns of a version; else what is understood of them.
fn columns_form(head: &str, version: &MappingVersion, found: &FoundColumns) -> ColumnsForm {
    if let Some(columns) = version.reading.columns {
        return columns.into();
    }
    let is_checked = matches!(version.outcome, Some(MappingOutcome::Checked(_)));
    if is_checked && let Ok(understood) = layout(head, version.reading.delimiter) {
        let read = understood.columns;
        let understood = MappingColumns {
            existing: read.existing,
            new: read.new,
            target: read.target,
            has_header: understood.has_header,
        };
        return understood.into();
    }
    let place = |place: Option<usize>| place.map(|place| place.to_string()).unwrap_or_default();
    ColumnsForm {
        said: false,
        existing: place(found.existing),
        new: place(found.new),
        target: place(found.target),
        // Where no heading is known, the first line may be a user: nobody guesses.
        has_header: if found.has_header { ColumnsForm::YES } else { "" }.to_owned(),
    }
}

/// Names only the first of very many headings: they are kept with the version, and shown on each of its pages.
fn few_headings(read: Result<Layout, Rejection>) -> Result<Layout, Rejection> {
    let few = |headings: &mut Vec<String>| {
        let more = headings.len().saturating_sub(HEADINGS);
        if more > 0 {
            headings.truncate(HEADINGS);
            headings.push(format!(
                "{} more",
                thousands(u64::try_from(more).unwrap_or(u64::MAX))
            ));
        }
    };
    match read {
        Ok(mut layout) => {
            few(&mut layout.ignored);
            Ok(layout)
        }
        Err(Rejection::MissingColumns { mut found, missing }) => {
            few(&mut found);
            Err(Rejection::MissingColumns { found, missing })
        }
        Err(other) => Err(other),
    }
}

/// Lines of a file that is not read yet: where a person has to say how, in each encoding it may be in, the likeliest first; where
/// it was refused, in the one that was taken. Nothing of a version that was checked: its lines show it.
pub(super) async fn samples(
    tx: &mut Tx,
    customer: CustomerId,
    version: &MappingVersion,
    file: &MappingFile,
) -> Result<Vec<MappingSample>, ServiceError> {
    let is_shown = matches!(
        version.outcome,
        Some(MappingOutcome::Asks(_) | MappingOutcome::Refused(_))
    );
    if !is_shown {
        return Ok(Vec::new());
    }
    let Some(encoding) = version.reading.encoding.or(file.encoding) else {
        return Ok(kept(&file.samples));
    };
    let part = store::user_mapping::part(tx, customer, file.number, 0).await?;
    let part = part.unwrap_or_default();
    let head = part.get(..HEAD).unwrap_or(&part);
    Ok(vec![MappingSample {
        encoding,
        lines: lines(&read(head, encoding, false)),
    }])
}

/// The lines that were kept since they are not UTF-8 (F-12): as they read in Windows-1252, which is how they were kept, and what
/// UTF-8 makes of them.
fn kept(samples: &[String]) -> Vec<MappingSample> {
    let in_encoding = |encoding| MappingSample {
        encoding,
        lines: samples
            .iter()
            .map(|line| shown(&read(&bytes_of(line), encoding, true)))
            .collect(),
    };
    vec![
        in_encoding(FileEncoding::Windows1252),
        in_encoding(FileEncoding::Utf8),
    ]
}

/// The first lines of a version that was checked: existing username, new username and target directory, as they stand in the
/// file.
pub(super) async fn first_lines(
    tx: &mut Tx,
    whose: (CustomerId, DirectoryId),
    version: i64,
) -> Result<Vec<[String; 3]>, ServiceError> {
    let rows = store::user_mapping::rows(tx, whose, version, &RowFilter::default(), (0, ROWS)).await?;
    let cells = rows
        .into_iter()
        .map(|row| [row.existing, row.new, row.target].map(|cell| shown(&cell)));
    Ok(cells.collect())
}

fn read(bytes: &[u8], encoding: FileEncoding, is_whole: bool) -> String {
    let mut text = String::new();
    Decode::new(encoding).feed(bytes, is_whole, &mut text);
    text
}

fn lines(text: &str) -> Vec<String> {
    text.split(['\r', '\n'])
        .filter(|line| !line.trim().is_empty())
        .take(LINES)
        .map(shown)
        .collect()
}

/// The beginning of a line. What a page cannot show is seen to be there.
fn shown(line: &str) -> String {
    line.chars()
        .take(CHARS)
        .map(|c| if c == '\0' { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}

/// The bytes of a text that was read in Windows-1252, where every byte is one character and every character one byte.
fn bytes_of(text: &str) -> Vec<u8> {
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    bytes.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f_12_what_was_read_in_windows_1252_is_read_in_utf_8_as_well() {
        let all: Vec<u8> = (1..=u8::MAX).collect();
        let text = read(&all, FileEncoding::Windows1252, true);
        assert_eq!(bytes_of(&text), all);
        let samples = kept(&["Müller,m@x.org".to_owned(), "JÃ¼rgen – Straßer".to_owned()]);
        let found: Vec<_> = samples.iter().map(|sample| sample.lines.as_slice()).collect();
        assert_eq!(found[0], ["Müller,m@x.org", "JÃ¼rgen – Straßer"]);
        assert_eq!(
            found[1],
            ["M\u{fffd}ller,m@x.org", "Jürgen \u{fffd} Stra\u{fffd}er"]
        );
    }

    #[test]
    fn f_06_and_f_07_of_very_many_headings_the_first_are_named() {
        let many: Vec<String> = (0..40_000).map(|n| format!("c{n}")).collect();
        let many = many.join(",");
        // Comparing all of them with each other (F-08) would take longer than anybody waits for a test.
        let read = layout_of(
            &format!("existing_username,new_username,{many}\n"),
            &MappingReading::default(),
        )
        .expect("read");
        assert_eq!(read.ignored.len(), HEADINGS + 1);
        assert_eq!(read.ignored.last().map(String::as_str), Some("39,970 more"));
        assert_eq!(read.width, 40_002);
        let refused = layout_of(&format!("existing_username,{many}\n"), &MappingReading::default())
            .expect_err("refused");
        assert!(refused.sentence().contains("c28 and 39,971 more"), "{refused:?}");
        let few = layout_of(
            "existing_username,new_username,phone,room\n",
            &MappingReading::default(),
        )
        .expect("read");
        assert_eq!(few.ignored, ["phone", "room"]);
    }

    #[test]
    fn f_25_a_nul_in_the_headings_is_no_text() {
        let refused = layout_of("a,b\r\nc,\0d", &MappingReading::default()).expect_err("refused");
        assert_eq!(refused, Rejection::Binary { line: 2 });
        let reading = MappingReading {
            columns: Some(MappingColumns {
                existing: 0,
                new: 1,
                target: None,
                has_header: true,
            }),
            ..MappingReading::default()
        };
        assert_eq!(
            layout_of("a,b\r\nc,\0d", &reading),
            Err(refused),
            "whatever was said of its columns"
        );
        let text = "existing_username,new_username\na,b\n";
        assert!(layout_of(text, &MappingReading::default()).is_ok());
        assert!(layout_of(text, &reading).is_ok());
    }
}
