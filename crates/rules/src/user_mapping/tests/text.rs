//! F-01 to F-09, F-14 to F-21, F-27: how a file is laid out.

use domain::user_mapping::FindingCode as C;
use domain::user_mapping::Severity::Error;
use domain::user_mapping::{Column, Delimiter, Rejection};

use super::Scene;
use crate::user_mapping::layout;

fn rejected(text: &str) -> Rejection {
    Scene::default().check(text).expect_err("refused")
}

#[test]
fn f_02_headings_only() {
    let refused = rejected("existing_username,new_username,target_directory\n\n");
    assert_eq!(refused, Rejection::NoLines { lines: 2 });
    assert!(
        refused.sentence().contains("2 lines read"),
        "{}",
        refused.sentence()
    );
}

#[test]
fn f_03_no_headings() {
    let found = layout("anna,anna@contoso.com\n", None).expect("read");
    assert!(!found.has_header);
    assert_eq!(
        (found.columns.existing, found.columns.new, found.columns.target),
        (0, 1, Some(2)),
        "the third may come in any line"
    );
    let found = layout("anna,anna@contoso.com\nbob,bob@contoso.com,Local\n", None).expect("read");
    assert_eq!(found.columns.target, Some(2));
}

#[test]
fn f_04_and_f_05_headings_in_any_spelling_and_order() {
    for heading in [
        "existing_username,new_username,target_directory",
        "Existing Username,New Username,Target Directory",
        "\"EXISTING-USERNAME\", \"new username\" ,targetDirectory",
        "\u{feff}existing_username,new_username,target_directory",
    ] {
        let found = layout(&format!("{heading}\nanna,a@x.org,\n"), None).expect(heading);
        assert!(found.has_header, "{heading}");
        assert_eq!(
            (found.columns.existing, found.columns.new, found.columns.target),
            (0, 1, Some(2)),
            "{heading}"
        );
    }
    let found = layout("target_directory,new_username,existing_username\n", None).expect("read");
    assert_eq!(
        (found.columns.existing, found.columns.new, found.columns.target),
        (2, 1, Some(0))
    );
}

#[test]
fn f_06_more_columns_are_named_and_left_out() {
    let found = layout(
        "First name,existing_username,Phone,new_username,Surname,E-mail\n",
        None,
    )
    .expect("read");
    assert_eq!(found.ignored, ["First name", "Phone", "Surname", "E-mail"]);
    // A remark is one only where a username should be.
    let text = "Nr,existing_username,new_username\n#1,anna,anna@x.org\n";
    assert_eq!(Scene::default().codes(text), []);
}

#[test]
fn f_07_and_f_08_headings_that_are_missing_or_double() {
    let missing = |found: &[&str], missing: &[Column]| Rejection::MissingColumns {
        found: found.iter().map(|name| (*name).to_owned()).collect(),
        missing: missing.to_vec(),
    };
    assert_eq!(
        rejected("existing_username,phone\nanna,1\n"),
        missing(&["existing_username", "phone"], &[Column::New])
    );
    assert_eq!(
        rejected("name,phone,room,floor\nanna,1,2,3\n"),
        missing(
            &["name", "phone", "room", "floor"],
            &[Column::Existing, Column::New]
        )
    );
    let said = rejected("existing_username,phone\nanna,1\n").sentence();
    assert!(
        said.contains("no column new_username. Found: existing_username and phone."),
        "{said}"
    );
    assert_eq!(
        rejected("existing_username,new_username,Existing Username\na,b,c\n"),
        Rejection::DuplicateHeading {
            heading: "Existing Username".to_owned()
        }
    );
}

#[test]
fn f_09_a_heading_of_the_people_export_is_asked_about() {
    let found = layout("username,new_username\nanna,a@x.org\n", None).expect("read");
    assert_eq!(found.to_confirm.as_deref(), Some("username"));
    assert_eq!(found.columns.existing, 0);
    let both = layout("username,existing_username,new_username\n", None).expect("read");
    assert_eq!((both.to_confirm, both.columns.existing), (None, 1));
}

#[test]
fn f_14_and_f_15_the_delimiter() {
    for (text, delimiter) in [
        (
            "existing_username;new_username;target_directory\nanna;a@x.org;\n",
            Delimiter::Semicolon,
        ),
        ("existing_username\tnew_username\nanna\ta@x.org\n", Delimiter::Tab),
        ("existing_username|new_username\nanna|a@x.org\n", Delimiter::Pipe),
        (
            "existing_username,new_username\nanna,a;b@x.org\n",
            Delimiter::Comma,
        ),
        (
            "sep=;\r\nexisting_username;new_username\r\nanna;a@x.org\r\n",
            Delimiter::Semicolon,
        ),
        ("\"sep=|\"\nexisting_username|new_username\n", Delimiter::Pipe),
        // F-21: blank lines say nothing.
        (
            "\n;\nexisting_username;new_username\nanna;a@x.org\n",
            Delimiter::Semicolon,
        ),
    ] {
        let found = layout(text, None).expect(text);
        assert_eq!(found.delimiter, delimiter, "{text}");
        assert!(found.has_header, "{text}");
    }
    let forced = layout("a;b,c;d\n", Some(Delimiter::Semicolon)).expect("read");
    assert_eq!(forced.delimiter, Delimiter::Semicolon);
    let text = "sep=;\r\nexisting_username;new_username\r\nanna;anna.@x.org\r\n";
    assert_eq!(
        Scene::default().codes(text),
        [(3, Error, C::NotAPrincipalName)],
        "the line counts"
    );
}

#[test]
fn f_16_and_f_17_blanks_and_quotes() {
    let text = "existing_username, new_username, target_directory\n\"Miller, \"\"Anna\"\"\", \"anna@x.org\" , Local\n";
    assert_eq!(
        Scene::default().codes(text).len(),
        1,
        "renamed and local, nothing else"
    );
    let text = "existing_username,new_username\n\"anna\"x,anna@x.org\n";
    assert_eq!(Scene::default().codes(text), [(2, Error, C::StrayQuote)]);
}

#[test]
fn f_18_a_quote_that_never_closes_is_named_by_its_line() {
    let text = "existing_username,new_username\na,a@x.org\n\"b\nb\",\"c\nd,d@x.org\n";
    assert_eq!(rejected(text), Rejection::UnclosedQuote { line: 4 });
    let endless = format!("existing_username,new_username\na,\"{}", "x\n".repeat(1_000_000));
    assert_eq!(rejected(&endless), Rejection::UnclosedQuote { line: 2 });
}

#[test]
fn f_21_a_file_may_begin_with_many_blank_lines() {
    let text = format!(
        "{}existing_username;new_username\nanna;a@x.org\n",
        "\n".repeat(200)
    );
    let (checked, _) = Scene::default().check(&text).expect("read");
    assert_eq!((checked.rows, checked.blank_lines), (1, 200));
}

#[test]
fn f_19_to_f_21_line_ends_and_blank_lines() {
    for end in ["\n", "\r\n", "\r"] {
        let lines = [
            "existing_username,new_username",
            "a,a@x.org",
            "",
            ",",
            "b,b.@x.org",
        ];
        for last in ["", end] {
            let text = lines.join(end) + last;
            let (checked, _) = Scene::default().check(&text).expect("read");
            assert_eq!((checked.rows, checked.blank_lines), (2, 2), "{text:?}");
            assert_eq!(
                Scene::default().codes(&text),
                [(5, Error, C::NotAPrincipalName)],
                "{text:?}"
            );
        }
    }
    let mixed = "existing_username,new_username\r\na,a@x.org\rb,b@x.org\nc,c.@x.org";
    assert_eq!(Scene::default().codes(mixed), [(4, Error, C::NotAPrincipalName)]);
}

#[test]
fn f_27_too_many_lines() {
    let scene = Scene {
        limit: 2,
        ..Scene::default()
    };
    let text = "existing_username,new_username\na,a@x.org\nb,b@x.org\nc,c@x.org\n";
    assert_eq!(
        scene.check(text).expect_err("refused"),
        Rejection::TooManyLines { limit: 2 }
    );
}

#[test]
fn f_25_a_nul_that_only_shows_once_it_is_text() {
    let text = "existing_username,new_username\na,a@x.org\nb\0,b@x.org\n";
    assert_eq!(rejected(text), Rejection::Binary { line: 3 });
}

#[test]
fn f_25_a_nul_is_told_before_what_it_hides() {
    // The quote never closes, the record never ends.
    let text = "existing_username,new_username\na,b\nc,\"d\n\0e\nf,g\n";
    for piece in 1..text.len() {
        let scene = Scene {
            piece,
            ..Scene::default()
        };
        let found = scene.check(text).expect_err("refused");
        assert_eq!(found, Rejection::Binary { line: 4 }, "by {piece}");
    }
    let long = format!("existing_username,new_username\na,b\nc\0,{}", "d".repeat(3 << 20));
    assert_eq!(rejected(&long), Rejection::Binary { line: 3 });
}

#[test]
fn f_25_a_nul_does_not_change_how_the_file_is_read() {
    for (text, line) in [
        ("existing_username\0;new_username\na;b\n", 1),
        ("\n\0a,b\nc,d\n", 2),
        ("sep=;\n\nexisting_username\0;new_username\na;b\n", 3),
        // The comma does not win by what stands before it.
        ("existing_username;new_username;note,x,y,z\na;b;\0\nc;d;e\n", 2),
    ] {
        assert_eq!(rejected(text), Rejection::Binary { line }, "{text:?}");
    }
}

/// Whether a record is too long is not a matter of the pieces it comes in, nor whether a NUL far behind is told.
#[test]
fn f_28_records_that_are_too_long() {
    let head = "existing_username,new_username\na,b\n";
    let most = 1 << 20;
    for (tail, refused) in [
        (format!("c,{}\n", "d".repeat(most - 2)), None),
        (
            format!("c,{}\n", "d".repeat(most - 1)),
            Some(Rejection::RecordTooLong { line: 3 }),
        ),
        (
            format!("c,{}\0\n", "d".repeat(most + 100)),
            Some(Rejection::RecordTooLong { line: 3 }),
        ),
        (
            format!("c,\0{}\n", "d".repeat(most)),
            Some(Rejection::Binary { line: 3 }),
        ),
    ] {
        let text = format!("{head}{tail}e,f\n");
        for piece in [100_000, 300_000, 1 << 20, 4 << 20] {
            let scene = Scene {
                piece,
                ..Scene::default()
            };
            assert_eq!(scene.check(&text).err(), refused, "by {piece}");
        }
    }
}

/// Found by the fuzzer: a cell with line breaks that was not whole yet was not counted, and a file of too many lines
/// was told to be binary, or not, by the pieces it came in.
#[test]
fn f_25_the_line_of_a_nul_does_not_depend_on_the_pieces() {
    let text = "existing_username,new_username\ra,\"a\n\n@x.org\0\"\nb,b@x.org\n";
    for piece in 1..text.len() {
        let scene = Scene {
            piece,
            ..Scene::default()
        };
        let found = scene.check(text).expect_err("refused");
        assert_eq!(found, Rejection::Binary { line: 4 }, "by {piece}");
        let short = Scene { limit: 0, ..scene };
        let behind = format!("existing_username,new_username\na,b\n{text}");
        let found = short.check(&behind).expect_err("refused");
        assert_eq!(found, Rejection::TooManyLines { limit: 0 }, "by {piece}");
    }
}
