//! How cells are kept beside a file, written into the file of a correction, and compared (F-28, F-30, F-32).

use domain::user_mapping::{Delimiter, FindingCode, MappingEdit, MappingReading};
use domain::views::MappingDiff;
use store::statistics::Filled;
use store::user_mapping::{NewLine, NewVersion};
use test_support::{TestDb, on_both};

use crate::mapping_corrections::{edited, file_of, has, lines};
use crate::mapping_review::row;
use crate::user_mapping::{checked, existing, summary_of, upload};
use crate::world::{SLUG, World};

on_both!(
    f_32_a_correction_of_a_list_with_semicolons_has_commas,
    |test: TestDb| async move {
        let world = existing(test).await;
        let text = "existing_username;new_username;target_directory\n\
                    anna;anna@contoso.com;x,=cmd|' /C calc'!A0\n\
                    Miller; Ben;ben@contoso.com;Local\n\
                    bob;;\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        checked(&world).await;
        let gone = MappingEdit::RemoveLine { line: 4 };
        assert_eq!(edited(&world, 1, gone).await.expect("made"), 2);
        let summary = summary_of(checked(&world).await);
        assert_eq!((summary.lines, summary.delimiter), (2, Delimiter::Comma));
        assert!(
            has(&summary, FindingCode::TooManyCells),
            "F-24: {:?}",
            summary.groups
        );
        let file = file_of(&world, 2).await;
        let expected = "\u{feff}existing_username,new_username,target_directory\r\n\
                        anna,anna@contoso.com,\"x,=cmd|' /C calc'!A0\"\r\n\
                        Miller, Ben,ben@contoso.com,Local\r\n";
        assert_eq!(String::from_utf8(file).expect("text"), expected);
    }
);

on_both!(
    f_28_what_is_kept_of_a_long_cell_is_what_was_checked,
    |test: TestDb| async move {
        let world = existing(test).await;
        world.add_local("anna", false).await;
        let (long, less) = (" ".repeat(700), " ".repeat(250));
        let headings = "existing_username,new_username,target_directory";
        let text = format!("{headings}\nanna,{long}anna.lee,{less}Local\n");
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        let summary = summary_of(checked(&world).await);
        assert!(has(&summary, FindingCode::LocalRenamed), "{:?}", summary.groups);
        assert_eq!(lines(&world, 1).await, [row("anna", "anna.lee", "Local")]);
    }
);

async fn diff(world: &World, older: i64, newer: i64) -> MappingDiff {
    let (services, actor) = (&world.services, &world.actor);
    let diff = services.mapping_diff(actor, SLUG, (older, newer), None).await;
    diff.expect("a diff")
}

/// The existing usernames of the lines that came or changed, and of those that went.
fn told(diff: &MappingDiff) -> [Vec<&str>; 2] {
    [&diff.changed, &diff.gone].map(|lines| lines.iter().map(|line| line.existing.as_str()).collect())
}

on_both!(
    f_30_what_is_only_written_anew_is_no_difference,
    |test: TestDb| async move {
        let world = existing(test).await;
        let text = "existing_username,new_username,target_directory\n\
                    \"=\"\"00123\"\"\",one@contoso.com,Local\n\
                    =anna,\"=\"\"two@contoso.com\"\"\",Local\n\
                    bob,three@contoso.com,Local\n\
                    \"=\"\"007\"\"\",four@contoso.com,Local\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        checked(&world).await;
        let gone = MappingEdit::RemoveLine { line: 4 };
        assert_eq!(edited(&world, 1, gone).await.expect("made"), 2);
        checked(&world).await;
        assert_eq!(lines(&world, 2).await.len(), 3);
        assert_eq!(told(&diff(&world, 1, 2).await), [vec![], vec!["bob"]]);
        assert_eq!(told(&diff(&world, 2, 1).await), [vec!["bob"], vec![]]);

        let line = MappingEdit::Line {
            line: 4,
            existing: "007".to_owned(),
            new: "five@contoso.com".to_owned(),
            target: "Local".to_owned(),
        };
        assert_eq!(edited(&world, 2, line).await.expect("made"), 3);
        checked(&world).await;
        let diff = diff(&world, 1, 3).await;
        assert_eq!(told(&diff), [vec!["007"], vec!["bob"]]);
        let says = |new: &str| Some((new.to_owned(), "Local".to_owned()));
        let changed = &diff.changed[0];
        assert_eq!(changed.before, says("four@contoso.com"));
        assert_eq!(changed.after, says("five@contoso.com"));
    }
);

on_both!(
    f_30_a_difference_behind_many_lines_that_are_written_anew_is_reached,
    |test: TestDb| async move {
        let world = existing(test).await;
        let mut text = "existing_username,new_username\n".to_owned();
        for number in 0..2_200 {
            let line = format!("\"=\"\"00{number}\"\"\",n{number}@contoso.com\n");
            text.push_str(&line);
        }
        text.push_str("bob,b@contoso.com\n");
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        checked(&world).await;
        let gone = MappingEdit::RemoveLine { line: 2_202 };
        assert_eq!(edited(&world, 1, gone).await.expect("made"), 2);
        checked(&world).await;
        let diff = diff(&world, 1, 2).await;
        assert_eq!(told(&diff), [vec![], vec!["bob"]]);
        assert_eq!(diff.next, None);
    }
);

/// Versions with as many lines, which differ in nothing but how they are written, and in the last of them.
async fn long(world: &World, lines: i64) {
    let customer = world.customer().await;
    let reading = MappingReading::default();
    let mut tx = world.test.db.begin().await.expect("a transaction");
    for is_newer in [false, true] {
        let new = NewVersion {
            file: None,
            reading: &reading,
            made_from: None,
            edit: None,
            author: None,
            by: "Anna Admin",
            at: chrono::DateTime::UNIX_EPOCH,
        };
        let inserted = store::user_mapping::insert_version(&mut tx, customer, &new).await;
        let version = inserted.expect("a version");
        let line = |number: i64| NewLine {
            line: number,
            existing: format!("n{number}"),
            new: match (is_newer, number == lines) {
                (false, _) => format!("=\"{number}\""),
                (true, false) => number.to_string(),
                (true, true) => "else".to_owned(),
            },
            target: String::new(),
            nth: 0,
        };
        let all: Vec<NewLine> = (1..=lines).map(line).collect();
        for some in all.chunks(5_000) {
            let written = store::user_mapping::insert_lines(&mut tx, customer, version, some).await;
            written.expect("written");
        }
    }
    tx.commit().await.expect("a commit");
    // As a check does, once it has written so many.
    let looked = store::statistics::look(&world.test.db, Filled::Mapping).await;
    looked.expect("looked");
}

on_both!(
    f_30_a_comparison_of_very_long_lists_is_made_in_pieces,
    |test: TestDb| async move {
        let world = existing(test).await;
        long(&world, 41_000).await;
        let (services, actor) = (&world.services, &world.actor);
        let first = diff(&world, 1, 2).await;
        assert_eq!(told(&first), [Vec::<&str>::new(), vec![]]);
        let next = first.next.expect("the way on");
        let second = services
            .mapping_diff(actor, SLUG, (1, 2), Some(&next))
            .await
            .expect("a diff");
        assert_eq!(told(&second), [vec!["n41000"], vec![]]);
        assert_eq!(second.next, None);
    }
);
