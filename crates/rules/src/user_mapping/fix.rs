//! Corrections of lines: what a fix of a group of findings makes of each of them.

use std::borrow::Cow;

use domain::people::Directory;
use domain::user_mapping::{Column, Delimiter, FindingCode, MappingFix, Rejection};

use super::layout::{Columns, Layout};
use super::records::{Record, Records};
use super::{cell, row, target};
use crate::export::{original_cell, safe_cell};
use crate::username;

/// A line as it stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    pub existing: String,
    pub new: String,
    pub target: String,
}

/// What is known about a line beside its cells; usernames.
#[derive(Clone, Copy, Debug, Default)]
pub struct About<'a> {
    /// What the finding says: what was probably meant, by its code.
    pub text: Option<&'a str>,
    /// The cell it is about.
    pub column: Option<Column>,
    /// Of the account the line is about.
    pub account: Option<&'a str>,
    /// Of the account the finding speaks of.
    pub other_account: Option<&'a str>,
    /// Of the person who has the new username as another address.
    pub person: Option<&'a str>,
    /// Of the person who is proposed for the account.
    pub proposed: Option<&'a str>,
}

/// The line after a fix; `None`: it goes. What the fix cannot mend stays as it is. `value`: the domain or the directory
/// that was typed; `old`: the directory the intranet followed before.
pub fn fixed(
    line: Cells,
    about: About<'_>,
    code: FindingCode,
    (fix, value): (MappingFix, &str),
    old: Option<&str>,
) -> Option<Cells> {
    let mut line = line;
    let own = |line: &Cells| about.account.map_or_else(|| clean(&line.existing), str::to_owned);
    match fix {
        MappingFix::RemoveLines => return None,
        MappingFix::Clean => {
            line.existing = clean(&line.existing);
            line.new = clean(&line.new);
        }
        MappingFix::UseMeant => {
            let meant = if code == FindingCode::FoundByFolding {
                about.account
            } else {
                about.other_account
            };
            put(&mut line.existing, meant);
        }
        MappingFix::UnwrapAddress if about.column == Some(Column::Existing) => {
            put(&mut line.existing, about.text);
        }
        MappingFix::UnwrapAddress => put(&mut line.new, about.text),
        MappingFix::UsePersonName => put(&mut line.new, about.person),
        MappingFix::UseProposal => put(&mut line.new, about.proposed),
        MappingFix::ChangeDomain => {
            let domain = value.trim().trim_start_matches('@');
            let new = clean(&line.new);
            // What stands around an address would be cut off with the domain.
            let address = cell::wrapped_address(&new).unwrap_or(&new);
            if let Some((name, _)) = address.rsplit_once('@') {
                line.new = [name, domain].join("@");
            }
        }
        MappingFix::ChangeTarget => value.trim().clone_into(&mut line.target),
        MappingFix::KeepUsername => line.new = own(&line),
        MappingFix::MakeLocal => {
            line.new = own(&line);
            Directory::LOCAL.clone_into(&mut line.target);
        }
        MappingFix::LeaveBehind => {
            if let Some(old) = old {
                line.new = own(&line);
                old.clone_into(&mut line.target);
            }
        }
    }
    Some(line)
}

fn put(cell: &mut String, text: Option<&str>) {
    if let Some(text) = text {
        text.clone_into(cell);
    }
}

/// A cell without what a spreadsheet or a copy left around and inside it (F-17, F-32, F-33, R-07).
fn clean(text: &str) -> String {
    let text: Cow<'_, str> = cell::wrapped(text).map_or_else(|| original_cell(text), Cow::Borrowed);
    let seen: String = text
        .chars()
        .filter(|c| !username::is_hidden(*c) || c.is_whitespace())
        .map(|c| if matches!(c, '\r' | '\n') { ' ' } else { c })
        .collect();
    username::stored(&seen).as_str().to_owned()
}

/// A cell as it goes into the next version's file, so that it reads the same there (F-32).
pub fn rewritten(cell: &str) -> String {
    let text = cell::wrapped(cell).map_or_else(|| original_cell(cell), Cow::Borrowed);
    // What no text file may hold would make the next one unreadable (F-25).
    let text: String = text.chars().filter(|c| !is_forbidden(*c)).collect();
    safe_cell(&text).into_owned()
}

/// The other ways in which a file may write a cell: as a correction does ([`rewritten`]), and as it came where one wrote it anew,
/// bare or in a spreadsheet's `="…"`.
pub fn other_forms(cell: &str) -> Vec<String> {
    let bare = cell::original(cell).into_owned();
    let mut forms = vec![rewritten(cell), ["=\"", &bare, "\""].concat(), bare];
    forms.retain(|form| form != cell);
    forms
}

/// A cell with a username as it is kept beside the file (F-28): whole, or where it has more than `most` characters, the username
/// that is read in it, as far as it fits. What is kept of a cell reads the same as the cell.
pub fn kept(cell: &str, most: usize) -> String {
    let is_short = cell.len() <= most || cell.chars().nth(most).is_none();
    if is_short {
        return cell.to_owned();
    }
    let name = username::stored(&cell::original(cell));
    safe_cell(name.as_str()).chars().take(most).collect()
}

/// The same of a value of the target directory.
pub fn kept_target(cell: &str) -> String {
    let is_short = cell.len() <= target::CHARS || cell.chars().nth(target::CHARS).is_none();
    let kept = if is_short { cell } else { target::looked_at(cell) };
    kept.to_owned()
}

/// A line whose cells cannot be told apart (F-17, F-22 to F-24), as it goes into the next version's file, which has the three
/// columns, and commas between them instead of `delimiter`: otherwise as it came, so that its check says again why. `None`
/// where it would not stay by itself and unreadable there, or is no safe text (F-32).
pub fn as_it_came(line: &str, delimiter: Delimiter) -> Option<String> {
    let text: String = line.chars().filter(|c| !is_forbidden(*c)).collect();
    let text = with_commas(text, delimiter);
    let layout = Layout {
        delimiter: Delimiter::Comma,
        has_separator_line: false,
        has_header: true,
        columns: Columns {
            existing: 0,
            new: 1,
            target: Some(2),
        },
        width: 3,
        ignored: Vec::new(),
        to_confirm: None,
    };
    let mut read = Vec::new();
    let mut take = |record: &Record<'_>| {
        let mut cells = (0..record.len()).map(|cell| record.cell(cell).text);
        let is_safe = cells.all(|cell| matches!(safe_cell(cell), Cow::Borrowed(_)));
        read.push(is_safe && !record.is_blank() && row::fault(record, &layout).is_some());
        Ok(())
    };
    each_record(&text, Delimiter::Comma, &mut take)?;
    (read == [true]).then_some(text)
}

/// A line with the same cells and commas between them. One that is not a record whose cells are known stays as it is.
fn with_commas(line: String, delimiter: Delimiter) -> String {
    if delimiter == Delimiter::Comma {
        return line;
    }
    let mut read = Vec::new();
    let mut take = |record: &Record<'_>| {
        let cells = (0..record.len()).map(|cell| quoted(record.cell(cell).text));
        let cells: Vec<_> = cells.collect();
        read.push((!record.stray_quote).then(|| cells.join(",")));
        Ok(())
    };
    let whole = each_record(&line, delimiter, &mut take);
    match (whole, read.as_mut_slice()) {
        (Some(()), [Some(text)]) => std::mem::take(text),
        _ => line,
    }
}

/// A cell as it stands between commas.
fn quoted(cell: &str) -> Cow<'_, str> {
    if cell.contains([',', '"', '\r', '\n']) {
        Cow::Owned(["\"", &cell.replace('"', "\"\""), "\""].concat())
    } else {
        Cow::Borrowed(cell)
    }
}

/// Hands on the records of a text, which is followed by a line end; `None`: it cannot be read.
fn each_record(
    text: &str,
    delimiter: Delimiter,
    take: &mut dyn FnMut(&Record<'_>) -> Result<(), Rejection>,
) -> Option<()> {
    let mut records = Records::new(delimiter);
    for piece in [text, "\r\n"] {
        records.feed(piece, take).ok()?;
    }
    records.finish(take).ok()
}

fn is_forbidden(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\r' | '\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use FindingCode as C;
    use MappingFix as F;

    fn line(existing: &str, new: &str, target: &str) -> Cells {
        Cells {
            existing: existing.to_owned(),
            new: new.to_owned(),
            target: target.to_owned(),
        }
    }

    fn fix(
        before: (&str, &str, &str),
        about: About<'_>,
        code: FindingCode,
        fix: (MappingFix, &str),
    ) -> Option<Cells> {
        fixed(
            line(before.0, before.1, before.2),
            about,
            code,
            fix,
            Some("Old AD"),
        )
    }

    type Line = (&'static str, &'static str, &'static str);

    /// A line, what was found, what mends it, and the line after.
    const CASES: &[(Line, C, (F, &str), Line)] = &[
        (
            ("=\"001\"", " b\u{200b}@x.org\u{a0}", ""),
            C::Trimmed,
            (F::Clean, ""),
            ("001", "b@x.org", ""),
        ),
        (("a\nb", "c", ""), C::LineBreak, (F::Clean, ""), ("a b", "c", "")),
        (
            ("123", "b", ""),
            C::MeantZeros,
            (F::UseMeant, ""),
            ("00123", "b", ""),
        ),
        (
            ("jsmith", "b", ""),
            C::FoundByFolding,
            (F::UseMeant, ""),
            ("JSmith", "b", ""),
        ),
        (
            ("a", "<a@x.org>", ""),
            C::AddressWrapped,
            (F::UnwrapAddress, ""),
            ("a", "a@x.org", ""),
        ),
        (
            ("a", "mail@x.org", ""),
            C::OtherAttribute,
            (F::UsePersonName, ""),
            ("a", "j@x.org", ""),
        ),
        (
            ("a", "", ""),
            C::NewEmpty,
            (F::UseProposal, ""),
            ("a", "john@x.org", ""),
        ),
        (
            ("a", "b@old.org", ""),
            C::UnknownDomain,
            (F::ChangeDomain, "@new.org "),
            ("a", "b@new.org", ""),
        ),
        (
            ("a", "=\"b@old.org\"", ""),
            C::UnknownDomain,
            (F::ChangeDomain, "new.org"),
            ("a", "b@new.org", ""),
        ),
        (
            ("a", "Anna Bell <b@old.org>", ""),
            C::UnknownDomain,
            (F::ChangeDomain, "new.org"),
            ("a", "b@new.org", ""),
        ),
        (
            ("a", "'=b@old.org", ""),
            C::UnknownDomain,
            (F::ChangeDomain, "new.org"),
            ("a", "=b@new.org", ""),
        ),
        (
            ("a", "b", "Warehouse"),
            C::UnknownTarget,
            (F::ChangeTarget, "Local"),
            ("a", "b", "Local"),
        ),
        (
            ("jsmith", "b", ""),
            C::Merge,
            (F::KeepUsername, ""),
            ("jsmith", "JSmith", ""),
        ),
        (
            ("jsmith", "b", "x"),
            C::RecoveryAccount,
            (F::MakeLocal, ""),
            ("jsmith", "JSmith", "Local"),
        ),
        (
            ("jsmith", "b", ""),
            C::PersonDisabled,
            (F::LeaveBehind, ""),
            ("jsmith", "JSmith", "Old AD"),
        ),
    ];

    #[test]
    fn each_fix_mends_what_it_is_for() {
        let about = About {
            text: Some("a@x.org"),
            column: Some(Column::New),
            account: Some("JSmith"),
            other_account: Some("00123"),
            person: Some("j@x.org"),
            proposed: Some("john@x.org"),
        };

        for (before, code, with, after) in CASES {
            let after = line(after.0, after.1, after.2);
            assert_eq!(fix(*before, about, *code, *with), Some(after), "{with:?}");
        }
        assert_eq!(
            fix(("a", "b", ""), about, C::NotFound, (F::RemoveLines, "")),
            None
        );
    }

    #[test]
    fn an_address_is_unwrapped_where_it_was_found() {
        let about = About {
            text: Some("old@x.org"),
            column: Some(Column::Existing),
            ..About::default()
        };
        let after = fix(
            ("<old@x.org>", "new@y.org", ""),
            about,
            C::AddressWrapped,
            (F::UnwrapAddress, ""),
        );
        assert_eq!(after, Some(line("old@x.org", "new@y.org", "")));
    }

    #[test]
    fn what_is_not_known_stays_as_it_is() {
        let before = ("a", "b", "");
        for with in [
            MappingFix::UseMeant,
            MappingFix::UsePersonName,
            MappingFix::UseProposal,
        ] {
            let after = fix(before, About::default(), C::NotFound, (with, ""));
            assert_eq!(after, Some(line("a", "b", "")), "{with:?}");
        }
    }

    #[test]
    fn f_32_cells_read_the_same_in_the_next_file() {
        assert_eq!(rewritten("=\"001\""), "001", "F-33: the next file has the value");
        assert_eq!(rewritten("a\u{7}b"), "ab");
        for cell in ["jsmith", "=1+1", "'=1+1", "-x", "@a", "''-x"] {
            let once = original_cell(cell).into_owned();
            assert_eq!(original_cell(&rewritten(cell)), once, "{cell}");
        }
    }

    #[test]
    fn f_30_a_cell_is_found_in_whatever_form_it_is_written() {
        for (came, written) in [("=\"001\"", "001"), ("=1+1", "'=1+1"), ("=\"=1\"", "'=1")] {
            assert_eq!(rewritten(came), written);
            assert!(other_forms(came).contains(&written.to_owned()), "{came}");
            assert!(other_forms(written).contains(&came.to_owned()), "{written}");
        }
        assert_eq!(other_forms("anna"), ["=\"anna\""]);
    }

    #[test]
    fn f_22_to_f_24_a_line_that_cannot_be_read_stays_as_it_came() {
        for line in [
            "Miller, Anna,anna@contoso.com,Local",
            "\"an\"na,anna@contoso.com",
            "\"anna\nmiller\",a,b,c",
            "# from payroll, March",
            "anna",
        ] {
            let came = as_it_came(line, Delimiter::Comma);
            assert_eq!(came.as_deref(), Some(line), "{line:?}");
        }
        for line in [
            // Read as three cells, or as nothing.
            "Miller, Anna,anna@contoso.com",
            "anna,anna@contoso.com",
            ",,,",
            "\u{7}",
            "",
            // Not the whole of a line, and more than one.
            "\"anna",
            "anna\nbob",
            // F-32.
            "anna,=1+1,b,c",
            "-anna",
        ] {
            assert_eq!(as_it_came(line, Delimiter::Comma), None, "{line:?}");
        }
        assert_eq!(as_it_came("a\u{7}", Delimiter::Comma).as_deref(), Some("a"));
    }

    #[test]
    fn f_32_a_line_with_other_delimiters_gets_commas() {
        for (line, delimiter, after) in [
            (
                "Miller; Anna;anna@contoso.com;Local",
                Delimiter::Semicolon,
                "Miller, Anna,anna@contoso.com,Local",
            ),
            (
                "a|\"b \"\"c\"\"\"|d,=1+1|e",
                Delimiter::Pipe,
                "a,\"b \"\"c\"\"\",\"d,=1+1\",e",
            ),
            (
                "# from payroll, March",
                Delimiter::Tab,
                "\"# from payroll, March\"",
            ),
            // What its cells are is not known.
            (
                "\"an\"na;anna@contoso.com",
                Delimiter::Semicolon,
                "\"an\"na;anna@contoso.com",
            ),
        ] {
            let came = as_it_came(line, delimiter);
            assert_eq!(came.as_deref(), Some(after), "{line:?}");
            assert_eq!(as_it_came(after, Delimiter::Comma).as_deref(), Some(after));
        }
        for line in ["a;b;c", "a;b;c;=1+1", "\"x\"y;=1+1", "a;b\nc;d;e;f"] {
            assert_eq!(as_it_came(line, Delimiter::Semicolon), None, "{line:?}");
        }
    }

    #[test]
    fn every_offered_fix_can_be_carried_out() {
        let about = About {
            text: Some("a@x.org"),
            column: Some(Column::New),
            account: Some("anna"),
            other_account: Some("other"),
            person: Some("person"),
            proposed: Some("proposed"),
        };
        for code in FindingCode::ALL {
            for with in code.fixes() {
                let before = ("a\u{200b} ", "b@x.org\u{200b}", "x");
                let after = fix(before, about, *code, (*with, "value"));
                assert_ne!(
                    after,
                    Some(line(before.0, before.1, before.2)),
                    "{code:?} {with:?}"
                );
            }
        }
    }
}
