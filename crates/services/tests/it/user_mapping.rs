//! Mapping files on their way in: uploaded in pieces, read, checked, shown (F-09, F-12, F-25, F-29, F-34).

use chrono::TimeDelta;
use domain::deployment::{ExistingDirectory, Step};
use domain::sync::RunKind;
use domain::user_mapping::{
    Column, DecidedAbout, Decision, Delimiter, FileEncoding, FindingCode, MappingEdit, MappingOutcome,
    MappingQuestion, MappingReading, MappingReceived, MappingState, MappingSummary, RenameKind, Severity,
};
use domain::views::MappingVersionView;
use domain::{Actor, CustomerId, Role, UserError};
use services::ServiceError;
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SLUG, World};

/// A customer whose accounts are to be mapped.
pub(crate) async fn existing(test: TestDb) -> World {
    let world = World::entra(test).await;
    to_be_mapped(&world).await;
    world
}

/// Reads the directory, and says that people are there already.
pub(crate) async fn to_be_mapped(world: &World) {
    world.run(RunKind::TestSync).await;
    let answered = world
        .services
        .answer_existing(&world.actor, SLUG, ExistingDirectory::Existing, "");
    answered.await.expect("answered");
}

pub(crate) async fn upload(world: &World, name: &str, bytes: &[u8]) -> Result<MappingReceived, ServiceError> {
    let mut upload = world
        .services
        .begin_mapping_upload(&world.actor, SLUG, name)
        .await?;
    for piece in bytes.chunks(100_003) {
        upload.push(piece).await?;
    }
    upload.finish().await
}

/// Why an upload was refused: what is said beside the file.
fn refused(result: Result<MappingReceived, ServiceError>) -> String {
    let error = refusal(result);
    let said = error.of_field("file").next();
    said.unwrap_or_else(|| panic!("nothing about the file: {error:?}"))
        .to_owned()
}

/// The newest version, once it is checked.
pub(crate) async fn checked(world: &World) -> MappingVersionView {
    for _ in 0..1_200 {
        let view = world
            .services
            .user_mapping(&world.actor, SLUG)
            .await
            .expect("a view");
        let version = view.version.expect("a version");
        if version.state != MappingState::Checking {
            return version;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the check did not end within a minute");
}

pub(crate) fn summary_of(version: MappingVersionView) -> MappingSummary {
    match version.outcome {
        Some(MappingOutcome::Checked(summary)) => *summary,
        other => panic!("not checked: {other:?}"),
    }
}

on_both!(a_file_is_uploaded_checked_and_shown, |test: TestDb| async move {
    let world = existing(test).await;
    let text = "existing_username,new_username,target_directory\n\
                    anna,anna@nowhere.example,\n\
                    bob,bob@nowhere.example,\n\
                    carol,dave,Local\n\
                    dave,carol,Local\n\
                    ,nobody@nowhere.example,Warehouse\n";
    let received = upload(&world, "C:\\\\files\\\\mapping.csv", text.as_bytes()).await;
    let received = received.expect("received");
    assert_eq!(
        received,
        MappingReceived {
            version: 1,
            again: false
        }
    );
    let version = checked(&world).await;
    assert_eq!((version.number, version.file_name.as_str()), (1, "mapping.csv"));
    let summary = summary_of(version);
    assert_eq!((summary.lines, summary.blank_lines), (5, 0));
    assert_eq!(summary.kind(RenameKind::Swap), 2);
    assert_eq!(summary.kind(RenameKind::Free), 2);
    let groups: Vec<(FindingCode, &str, u64)> = summary
        .groups
        .iter()
        .map(|group| (group.example.code, group.about.as_str(), group.lines))
        .collect();
    assert_eq!(
        groups[0],
        (FindingCode::ExistingEmpty, "", 1),
        "the gravest first"
    );
    assert!(
        groups.contains(&(FindingCode::UnknownDomain, "nowhere.example", 2)),
        "{groups:?}"
    );
    assert!(
        groups.contains(&(FindingCode::UnknownTarget, "Warehouse", 1)),
        "{groups:?}"
    );

    let of = (FindingCode::UnknownDomain, Severity::Warning, "nowhere.example");
    let found = world
        .services
        .mapping_findings(&world.actor, SLUG, 1, of, None)
        .await
        .expect("findings");
    let lines: Vec<(u64, &str)> = found
        .rows
        .iter()
        .map(|row| (row.line, row.new.as_str()))
        .collect();
    assert_eq!(lines, [(2, "anna@nowhere.example"), (3, "bob@nowhere.example")]);
    assert_eq!((found.rows[0].column, found.next), (Some(Column::New), None));
    assert!(found.rows[0].sentence.contains("nowhere.example"));

    // F-29: the same bytes again are known, under whatever name.
    let again = upload(&world, "other.csv", text.as_bytes())
        .await
        .expect("received");
    assert_eq!(
        again,
        MappingReceived {
            version: 1,
            again: true
        }
    );
    assert_eq!(checked(&world).await.file_name, "mapping.csv");
});

on_both!(
    a_finding_names_no_account_that_it_is_not_about,
    |test: TestDb| async move {
        let world = existing(test).await;
        world.add_local("contoso\\nnull", false).await;
        world.add_local("admin", true).await;
        let text = "existing_username,new_username,target_directory\nnnull,Admin,Local\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        checked(&world).await;
        let view = world
            .services
            .mapping_line(&world.actor, SLUG, (1, 2), "")
            .await
            .expect("a line");
        let said = |words: &str| {
            let mut findings = view.findings.iter();
            findings.any(|finding| finding.sentence.contains(words))
        };
        assert!(said("but one called “contoso\\nnull”"), "{:?}", view.findings);
        assert!(said("Another account has this username"), "{:?}", view.findings);
    }
);

on_both!(
    f_21_a_line_is_not_emptied_but_removed,
    |test: TestDb| async move {
        let world = existing(test).await;
        let text = "existing_username,new_username\nanna,anna@contoso.com\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        checked(&world).await;
        // What a spreadsheet leaves around nothing is nothing, too.
        for existing in ["", " ", "=\"\""] {
            let emptied = MappingEdit::Line {
                line: 2,
                existing: existing.to_owned(),
                new: String::new(),
                target: String::new(),
            };
            let made = world.services.edit_mapping(&world.actor, SLUG, 1, emptied).await;
            let refused = refusal(made);
            let said = refused.of_field("existing").next();
            assert_eq!(
                said,
                Some("Enter a username, or remove the line."),
                "{existing:?}"
            );
        }
        assert_eq!(checked(&world).await.number, 1);
    }
);

on_both!(
    f_22_to_f_24_a_line_that_cannot_be_read_keeps_its_reason,
    |test: TestDb| async move {
        let world = existing(test).await;
        let unreadable = "Miller, Bob,bob@contoso.com,Local";
        let text = [
            "existing_username,new_username,target_directory",
            "anna,anna@contoso.com,",
            unreadable,
            "# from payroll",
            "carol",
            "\"da\"ve,dave@contoso.com",
            "\"erin, frank\",,",
        ];
        upload(&world, "list.csv", text.join("\n").as_bytes())
            .await
            .expect("received");
        let reasons = |summary: MappingSummary| {
            let found = summary.groups.into_iter();
            let mut found: Vec<_> = found
                .map(|group| (group.example.code.code(), group.example.line, group.lines))
                .filter(|(code, ..)| {
                    [
                        "too_many_cells",
                        "comment_line",
                        "too_few_cells",
                        "stray_quote",
                        "new_empty",
                    ]
                    .contains(code)
                })
                .collect();
            found.sort_unstable();
            found
        };
        let before = reasons(summary_of(checked(&world).await));
        assert_eq!(before.len(), 5, "{before:?}");
        // Another line is corrected.
        let anna = MappingEdit::Line {
            line: 2,
            existing: "anna".to_owned(),
            new: "anne@contoso.com".to_owned(),
            target: String::new(),
        };
        let made = world.services.edit_mapping(&world.actor, SLUG, 1, anna).await;
        assert_eq!(made.expect("a version"), 2);
        assert_eq!(reasons(summary_of(checked(&world).await)), before);
        // It is written anew itself.
        let view = world.services.mapping_line(&world.actor, SLUG, (2, 3), "").await;
        assert_eq!(view.expect("a line").row.existing, unreadable);
        let bob = MappingEdit::Line {
            line: 3,
            existing: "Miller, Bob".to_owned(),
            new: "bob@contoso.com".to_owned(),
            target: "Local".to_owned(),
        };
        let made = world.services.edit_mapping(&world.actor, SLUG, 2, bob).await;
        assert_eq!(made.expect("a version"), 3);
        let after = reasons(summary_of(checked(&world).await));
        assert_eq!(after.len(), 4, "{after:?}");
        assert!(
            after.iter().all(|(code, ..)| *code != "too_many_cells"),
            "{after:?}"
        );
    }
);

on_both!(
    p_07_nobody_is_left_but_administrators,
    |test: TestDb| async move {
        let world = existing(test).await;
        world.add_local("break-glass", true).await;
        world.add_local("boss", true).await;
        let text = "existing_username,new_username,target_directory\nbreak-glass,,Local\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        let coverage = summary_of(checked(&world).await).coverage;
        assert_eq!((coverage.undecided, coverage.undecided_together()), (1, 0));
        let rest = MappingEdit::Decide {
            about: DecidedAbout::Rest,
            decision: Decision::Local,
        };
        let (services, actor) = (&world.services, &world.actor);
        let refused = refusal(services.edit_mapping(actor, SLUG, 1, rest.clone()).await);
        assert!(refused.of_field("everybody").next().is_some(), "{refused:?}");
        world.add_local("anna", false).await;
        services
            .check_mapping_again(actor, SLUG, 1)
            .await
            .expect("checked again");
        checked(&world).await;
        let made = services.edit_mapping(actor, SLUG, 1, rest).await;
        assert_eq!(made.expect("a version"), 2);
        let coverage = summary_of(checked(&world).await).coverage;
        assert_eq!((coverage.undecided, coverage.local), (1, 2));
    }
);

on_both!(
    f_27_a_file_of_many_parts_is_read_whole,
    |test: TestDb| async move {
        let world = existing(test).await;
        let mut text = "existing_username,new_username\n".to_owned();
        // Letters of two and three bytes, so that parts end inside of one.
        for n in 0..24_000 {
            let line = ["ä€user", &n.to_string(), ",user", &n.to_string(), "@contso.com\n"];
            text += &line.concat();
        }
        text += "last,\n";
        assert!(text.len() > 2 * 256 * 1024, "several parts");
        upload(&world, "many.csv", text.as_bytes())
            .await
            .expect("received");
        let summary = summary_of(checked(&world).await);
        assert_eq!(summary.lines, 24_001);
        let last = &summary.groups[0];
        assert_eq!(
            (last.example.code, last.example.line),
            (FindingCode::NewEmpty, 24_002)
        );
        assert_eq!(summary.count(Severity::Error), 1, "{:?}", summary.groups);
        // A group of many lines is read page by page, without a line twice or left out.
        let warned = &summary.groups[1];
        let of = (
            warned.example.code,
            warned.example.severity,
            warned.about.as_str(),
        );
        let (mut after, mut lines) = (None, Vec::new());
        for _ in 0..3 {
            let page = world
                .services
                .mapping_findings(&world.actor, SLUG, 1, of, after.as_deref())
                .await
                .expect("a page");
            lines.extend(page.rows.iter().map(|row| row.line));
            after = page.next;
        }
        let expected: Vec<u64> = (2..152).collect();
        assert_eq!(lines, expected);
    }
);

on_both!(
    f_12_and_f_09_a_person_says_how_it_is_read,
    |test: TestDb| async move {
        let world = existing(test).await;
        let bytes = b"username;new_username\nM\xFCller;m@contoso.com\n";
        upload(&world, "latin.csv", bytes).await.expect("received");
        let version = checked(&world).await;
        let Some(MappingOutcome::Asks(MappingQuestion::Encoding { samples })) = &version.outcome else {
            panic!("{version:?}");
        };
        assert!(samples.is_empty(), "they are kept with the file: {samples:?}");
        let mut reading = MappingReading {
            encoding: Some(FileEncoding::Windows1252),
            ..MappingReading::default()
        };
        let (services, actor) = (&world.services, &world.actor);
        let next = services
            .read_mapping_file(actor, SLUG, version.number, reading.clone())
            .await;
        assert_eq!(next.expect("read"), 2);
        let version = checked(&world).await;
        let heading = "username".to_owned();
        let asked = Some(MappingOutcome::Asks(MappingQuestion::Heading { heading }));
        assert_eq!(version.outcome, asked);
        reading.heading_is_confirmed = true;
        services
            .read_mapping_file(actor, SLUG, version.number, reading)
            .await
            .expect("read");
        let summary = summary_of(checked(&world).await);
        assert_eq!((summary.lines, summary.encoding), (1, FileEncoding::Windows1252));
        // An older version is not read again over a newer one.
        let old = services
            .read_mapping_file(actor, SLUG, 1, MappingReading::default())
            .await;
        assert!(matches!(old, Err(ServiceError::User(UserError::Changed))));
        // F-11: what says by itself what it is needs no answer.
        let text = "\u{feff}existing_username,new_username\nanna,anna@contoso.com\n";
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        upload(&world, "utf16.csv", &bytes).await.expect("received");
        let summary = summary_of(checked(&world).await);
        assert_eq!((summary.lines, summary.encoding), (1, FileEncoding::Utf16Le));
    }
);

/// How the newest version reads: the encoding of each sample, and its first line.
fn readings(version: &MappingVersionView) -> Vec<(FileEncoding, &str)> {
    let samples = version.samples.iter();
    samples
        .map(|sample| (sample.encoding, sample.lines.first().map_or("", String::as_str)))
        .collect()
}

/// Reads the newest version in this encoding.
async fn read_as(world: &World, encoding: FileEncoding) -> MappingVersionView {
    let reading = MappingReading {
        encoding: Some(encoding),
        ..MappingReading::default()
    };
    let number = checked(world).await.number;
    world
        .services
        .read_mapping_file(&world.actor, SLUG, number, reading)
        .await
        .expect("read");
    checked(world).await
}

on_both!(
    f_11_utf_16_is_known_without_its_mark_and_can_be_chosen,
    |test: TestDb| async move {
        let world = existing(test).await;
        let text = "existing_username,new_username\nJürgen,j@contoso.com\n";
        let (little, big) = (FileEncoding::Utf16Le, FileEncoding::Utf16Be);
        for (encoding, other) in [(little, big), (big, little)] {
            let to = if encoding == little {
                u16::to_le_bytes
            } else {
                u16::to_be_bytes
            };
            let bytes: Vec<u8> = text.encode_utf16().flat_map(to).collect();
            upload(&world, "utf16.csv", &bytes).await.expect("received");
            let version = checked(&world).await;
            assert_eq!(version.first[0][0], "Jürgen");
            let summary = summary_of(version);
            assert_eq!((summary.lines, summary.encoding), (1, encoding));
            // Read in another way it is refused with what comes of it, and can be read right again.
            let version = read_as(&world, other).await;
            assert_eq!(version.state, MappingState::Refused);
            assert_eq!(readings(&version)[0].0, other);
            let version = read_as(&world, FileEncoding::Windows1252).await;
            let Some(MappingOutcome::Refused(rejection)) = &version.outcome else {
                panic!("{version:?}");
            };
            assert!(
                rejection.sentence().contains("Line 1 holds control characters"),
                "{rejection:?}"
            );
            assert_eq!(read_as(&world, encoding).await.first[0][0], "Jürgen");
        }
    }
);

on_both!(
    f_12_and_f_14_how_a_file_was_read_is_seen,
    |test: TestDb| async move {
        let world = existing(test).await;
        let bytes = b"existing_username;new_username\nM\xFCller;m@contoso.com\nanna;a@contoso.com\n";
        upload(&world, "latin.csv", bytes).await.expect("received");
        let version = checked(&world).await;
        assert_eq!(
            readings(&version),
            [
                (FileEncoding::Windows1252, "Müller;m@contoso.com"),
                (FileEncoding::Utf8, "M\u{fffd}ller;m@contoso.com"),
            ]
        );
        assert!(version.first.is_empty());
        let version = read_as(&world, FileEncoding::Windows1252).await;
        assert!(version.samples.is_empty());
        let cells = [["Müller", "m@contoso.com", ""], ["anna", "a@contoso.com", ""]];
        assert_eq!(version.first, cells.map(|line| line.map(str::to_owned)));
        // A separator that is not the file's: its lines stand as they are.
        let reading = MappingReading {
            delimiter: Some(Delimiter::Tab),
            ..version.reading
        };
        let (services, actor) = (&world.services, &world.actor);
        let next = services
            .read_mapping_file(actor, SLUG, version.number, reading)
            .await;
        next.expect("read");
        let version = checked(&world).await;
        assert_eq!(version.state, MappingState::Refused);
        let as_it_stands = (FileEncoding::Windows1252, "existing_username;new_username");
        assert_eq!(readings(&version), [as_it_stands]);
        assert_eq!(version.samples[0].lines.len(), 3);
        assert!(version.first.is_empty());
    }
);

on_both!(
    f_28_a_long_cell_that_cannot_be_packed_is_an_error_of_its_line,
    |test: TestDb| async move {
        let world = existing(test).await;
        // As hashes are: no index makes it smaller. Some of its characters take four bytes.
        let mut number = 7_u32;
        let long: String = std::iter::repeat_with(|| {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from_u32(0x1_0000 + (number >> 16)).unwrap_or('x')
        })
        .filter(|c| c.is_alphabetic())
        .take(5_000)
        .collect();
        let text = format!("existing_username,new_username\n{long},a@contoso.com\nanna,{long}\n");
        upload(&world, "long.csv", text.as_bytes())
            .await
            .expect("received");
        let summary = summary_of(checked(&world).await);
        assert_eq!(summary.lines, 2);
        let is_told = |code| summary.groups.iter().any(|group| group.example.code == code);
        assert!(is_told(FindingCode::CellTooLong) || is_told(FindingCode::TooLong));
    }
);

on_both!(
    f_25_what_is_no_list_leaves_nothing_behind,
    |test: TestDb| async move {
        let mut world = existing(test).await;
        for (bytes, words) in [
            (&b""[..], "The file is empty"),
            (b"PK\x03\x04xl/workbook", "Excel workbook"),
            (b"a,b\nc\0,d", "Line 2 holds control characters"),
        ] {
            let said = refused(upload(&world, "bad.csv", bytes).await);
            assert!(said.contains(words), "{said}");
        }
        assert!(
            !world.test.dump(&["mapping_files"]).await.contains("bad.csv"),
            "nothing is kept"
        );
        // A file of headings only is kept and refused as a version: its name and why stay to be read.
        upload(&world, "heads.csv", b"existing_username,new_username\n")
            .await
            .expect("received");
        let version = checked(&world).await;
        assert_eq!(version.state, MappingState::Refused);

        // F-34: an upload that breaks off is not seen, and is cleared away by a later one.
        let mut broken = world
            .services
            .begin_mapping_upload(&world.actor, SLUG, "broken.csv")
            .await
            .expect("begun");
        broken.push(&vec![b'a'; 300_000]).await.expect("taken");
        drop(broken);
        assert!(world.test.dump(&["mapping_files"]).await.contains("broken.csv"));
        assert_eq!(checked(&world).await.number, version.number);
        world.turn_clock(TimeDelta::hours(3)).await;
        upload(&world, "heads.csv", b"existing_username,new_username\n")
            .await
            .expect("received");
        assert!(!world.test.dump(&["mapping_files"]).await.contains("broken.csv"));
    }
);

on_both!(who_may_upload_and_when, |test: TestDb| async move {
    let world = World::entra(test).await;
    let early = upload(&world, "early.csv", b"a,b").await;
    assert!(matches!(
        early,
        Err(ServiceError::User(UserError::NotYet {
            until: Step::Existing | Step::TestSync
        }))
    ));
    world.run(RunKind::TestSync).await;
    let said = refused(upload(&world, "new.csv", b"a,b").await);
    assert!(said.contains("brand new"), "{said}");
    let customer: CustomerId = world.customer().await;
    let viewer = Actor {
        role: Role::Viewer,
        customer: Some(customer),
        ..Actor::system("Vera")
    };
    let begun = world.services.begin_mapping_upload(&viewer, SLUG, "a.csv").await;
    assert!(matches!(
        begun.map(|_| ()),
        Err(ServiceError::User(UserError::Forbidden))
    ));
    let view = world.services.user_mapping(&viewer, SLUG).await.expect("a view");
    assert!(!view.can_edit);
});
