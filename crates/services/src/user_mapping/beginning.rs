//! How the file of a version begins, as it reads in each encoding it may be in: for whoever says how it is read (F-12, F-14).

use domain::user_mapping::{Delimiter, FileEncoding, MappingOutcome, Rejection};
use domain::views::MappingSample;
use domain::{CustomerId, DirectoryId};
use rules::user_mapping::{Decode, Layout, layout};
use store::Tx;
use store::user_mapping::{MappingFile, MappingVersion, RowFilter};

use crate::ServiceError;

/// How much of a file its first lines are read from; in bytes.
const HEAD: usize = 1_024;
/// Lines that are shown.
const LINES: usize = 3;
/// The same, of a version that was checked.
const ROWS: i64 = 3;
/// How much of a line or a cell is shown, in characters: a damaged file is one long line.
const CHARS: usize = 200;

/// The layout of a file by how it begins. In a wrong encoding it may hold a NUL there: that is no text (F-25), and a heading with
/// one could not even be noted.
pub(super) fn layout_of(head: &str, delimiter: Option<Delimiter>) -> Result<Layout, Rejection> {
    let Some((before, _)) = head.split_once('\0') else {
        return layout(head, delimiter);
    };
    // Lines end alike in a whole file: with LF, CRLF or a lone CR (F-19).
    let ends = before.matches('\n').count().max(before.matches('\r').count());
    Err(Rejection::Binary {
        line: u64::try_from(ends).unwrap_or(u64::MAX).saturating_add(1),
    })
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
    fn f_25_a_nul_in_the_headings_is_no_text() {
        let refused = layout_of("a,b\r\nc,\0d", None).expect_err("refused");
        assert_eq!(refused, Rejection::Binary { line: 2 });
        assert!(layout_of("existing_username,new_username\na,b\n", None).is_ok());
    }
}
