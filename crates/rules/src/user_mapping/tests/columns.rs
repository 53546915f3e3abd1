//! F-03 to F-09, F-14, F-15, F-23, F-24: a person says which column is which.

use domain::user_mapping::FindingCode as C;
use domain::user_mapping::Severity::Error;
use domain::user_mapping::{Column, Delimiter, Finding, MappingColumns, Rejection};

use super::Scene;
use crate::user_mapping::{Checked, Layout, MAX_COLUMNS, columns, layout, layout_with_columns};

/// Existing username, new username, target directory, and whether the first line is a heading.
fn chosen(existing: usize, new: usize, target: Option<usize>, has_header: bool) -> MappingColumns {
    MappingColumns {
        existing,
        new,
        target,
        has_header,
    }
}

fn laid_out(text: &str, chosen: &MappingColumns) -> Layout {
    layout_with_columns(text, None, chosen).expect(text)
}

fn checked(text: &str, chosen: &MappingColumns) -> (Checked, Vec<Finding>) {
    Scene::default()
        .check_as(text, &laid_out(text, chosen))
        .expect(text)
}

/// Line and code of every error.
fn errors(text: &str, chosen: &MappingColumns) -> Vec<(u64, C)> {
    let (_, all) = checked(text, chosen);
    all.iter()
        .filter(|finding| finding.severity == Error)
        .map(|finding| (finding.line, finding.code))
        .collect()
}

#[test]
fn f_03_to_f_09_a_file_is_read_by_the_columns_that_were_chosen() {
    let lines = "anna;anna@x.org;Local;1\nbob;bob@x.org;;2\n";
    let in_order = chosen(0, 1, Some(2), true);
    for (heading, headings_say) in [
        // F-03: without a heading that is known it would be a user.
        ("Old login;New login;Where;Room", false),
        // F-04, F-05: they would say the same.
        ("Existing Username;NEW-USERNAME;target directory;Room", true),
        // F-07.
        ("Old login;new_username;target_directory;Room", false),
        // F-08.
        (
            "existing_username;new_username;target_directory;New Username",
            false,
        ),
        // F-09.
        ("username;new_username;target_directory;Room", true),
    ] {
        let text = format!("{heading}\n{lines}");
        assert_eq!(layout(&text, None).is_ok(), headings_say, "{heading}");
        let found = laid_out(&text, &in_order);
        assert!(found.has_header, "{heading}");
        assert_eq!(
            (found.delimiter, found.width),
            (Delimiter::Semicolon, 4),
            "{heading}"
        );
        assert_eq!(found.to_confirm, None, "F-09: it was said");
        let (checked, _) = checked(&text, &in_order);
        assert_eq!(checked.rows, 2, "{heading}");
        let targets: Vec<&str> = checked
            .targets
            .iter()
            .map(|target| target.value.as_str())
            .collect();
        assert_eq!(targets, ["Local", ""], "{heading}");
        assert_eq!(errors(&text, &in_order), [], "{heading}");
    }
}

#[test]
fn f_03_the_first_line_is_a_heading_or_a_user_as_it_was_said() {
    let text = "Old login,New login\nanna,anna@x.org\n";
    assert!(
        !layout(text, None).expect("read").has_header,
        "as it is told from the file"
    );
    let (as_heading, _) = checked(text, &chosen(0, 1, None, true));
    let (as_user, _) = checked(text, &chosen(0, 1, None, false));
    assert_eq!((as_heading.rows, as_user.rows), (1, 2));
    // A file with four columns and no headings.
    let text = "7,anna,anna@x.org,Local\n8,bob,bob@x.org\n";
    assert!(layout(text, None).is_err());
    let columns = chosen(1, 2, Some(3), false);
    assert_eq!(checked(text, &columns).0.rows, 2);
    assert_eq!(errors(text, &columns), []);
    // F-15: the separator line is neither.
    let text = format!("sep=,\n{text}");
    assert_eq!(checked(&text, &columns).0.rows, 2);
}

#[test]
fn f_05_and_f_06_in_any_order_and_what_is_not_read_is_named() {
    let text = "Where,Phone,Login then,,Login now\nLocal,1,anna@x.org,x,anna\n";
    let columns = chosen(4, 2, None, true);
    let found = laid_out(text, &columns);
    assert_eq!(
        (found.columns.existing, found.columns.new, found.columns.target),
        (4, 2, None)
    );
    assert_eq!(found.ignored, ["Where", "Phone"]);
    assert_eq!(errors(text, &columns), []);
    // D-01: without such a column everybody goes to the connected directory.
    let (checked, _) = checked(text, &columns);
    assert_eq!(checked.targets.len(), 1);
    assert_eq!(checked.targets[0].value, "");
    let text = "1,anna,x,anna@x.org\n2,bob,y,bob@x.org\n";
    assert_eq!(
        laid_out(text, &chosen(1, 3, None, false)).ignored,
        ["column 1", "column 3"]
    );
}

#[test]
fn f_07_a_column_that_no_line_has_and_one_for_two_things_are_missing() {
    let missing = |text: &str, columns: MappingColumns| match layout_with_columns(text, None, &columns)
        .expect_err("refused")
    {
        Rejection::MissingColumns { missing, .. } => missing,
        other => panic!("{other:?}"),
    };
    let text = "Old,New,Room,Floor\nanna,anna@x.org,1,2\n";
    assert_eq!(missing(text, chosen(0, 4, None, true)), [Column::New]);
    assert_eq!(
        missing(text, chosen(9, 1, Some(4), true)),
        [Column::Existing, Column::Target]
    );
    assert_eq!(
        missing(text, chosen(1, 1, Some(1), false)),
        [Column::New, Column::Target]
    );
    assert_eq!(missing(text, chosen(0, usize::MAX, None, false)), [Column::New]);
    // F-02, F-18: whatever else is wrong with the file is told as ever.
    let refused = |text: &str| {
        let columns = chosen(0, 1, None, true);
        let layout = layout_with_columns(text, None, &columns)?;
        Scene::default().check_as(text, &layout).map(|_| ())
    };
    assert_eq!(refused("Old,New\n"), Err(Rejection::NoLines { lines: 1 }));
    assert_eq!(refused("\n\n"), Err(Rejection::NoLines { lines: 2 }));
    assert_eq!(
        refused("Old,New\na,\"b\n"),
        Err(Rejection::UnclosedQuote { line: 2 })
    );
}

#[test]
fn f_23_and_f_24_cells_that_are_left_out_or_too_many() {
    // The target may be left out in any line, also where none of the first ones has it.
    let text = "anna,anna@x.org\nbob,bob@x.org\n";
    assert_eq!(
        columns(text, None).expect("read").names,
        ["anna", "anna@x.org", ""]
    );
    let found = chosen(0, 1, Some(2), false);
    assert_eq!(errors(text, &found), []);
    let long = format!("{}carol,carol@x.org,Local\n", text.repeat(40));
    let (checked, _) = checked(&long, &found);
    assert!(checked.targets.iter().any(|target| target.value == "Local"));
    // Under a heading the lines have as many cells as it has, or as were chosen.
    let text = "Old,New\nanna,anna@x.org\nLee, Bob,bob@x.org\ncarol\n";
    let too_many = [(3, C::TooManyCells), (4, C::TooFewCells)];
    assert_eq!(errors(text, &chosen(0, 1, None, true)), too_many);
}

#[test]
fn f_07_to_f_09_what_there_is_to_choose_among() {
    let found = columns("Old login;New login;;Where\na;b;c;d\n", None).expect("read");
    assert_eq!(found.names, ["Old login", "New login", "", "Where"]);
    assert_eq!((found.existing, found.new, found.target), (None, None, None));
    assert!(!found.has_header);
    // What is known is not asked for again; of double ones the first is meant, and the export's heading is nobody's.
    let found = columns(
        "New Username,username,target_directory,new_username\na,b,c,d,e\n",
        None,
    );
    let found = found.expect("read");
    assert_eq!(
        (found.existing, found.new, found.target),
        (None, Some(0), Some(2))
    );
    assert!(found.has_header);
    assert_eq!(found.names.len(), 5, "a line has one more");
    // F-14: where nothing separates cells there is nothing to choose.
    let found = columns("Old;New\na;b\n", Some(Delimiter::Tab)).expect("read");
    assert_eq!(found.names, ["Old;New"]);
    let found = columns("sep=|\nOld|New|Room\n", None).expect("read");
    assert_eq!(found.names, ["Old", "New", "Room"]);
    let many = "x,".repeat(5_000);
    assert_eq!(columns(&many, None).expect("read").names.len(), MAX_COLUMNS);
    assert_eq!(columns("\n", None), Err(Rejection::NoLines { lines: 1 }));
}
