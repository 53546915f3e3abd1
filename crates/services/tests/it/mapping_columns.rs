//! Files whose headings do not say which column is which: a person does (F-03, F-07 to F-09).

use domain::user_mapping::{
    ColumnsForm, Delimiter, FileEncoding, MappingColumns, MappingOutcome, MappingQuestion, MappingReading,
    MappingState, Rejection,
};
use domain::views::{MappingColumnsView, MappingVersionView};
use domain::{Actor, Role, UserError};
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::user_mapping::{checked, existing, summary_of, upload};
use crate::world::{SLUG, World};

/// Nothing in its headings is known.
const UNKNOWN: &str =
    "Old login;New login;Where;Room\nanna;anna@contoso.com;Local;1\nbob;bob@contoso.com;;2\n";

const IN_ORDER: MappingColumns = MappingColumns {
    existing: 0,
    new: 1,
    target: Some(2),
    has_header: true,
};

fn by(columns: MappingColumns) -> MappingReading {
    MappingReading {
        columns: Some(columns),
        ..MappingReading::default()
    }
}

/// The newest version, read in another way.
async fn read(world: &World, reading: MappingReading) -> MappingVersionView {
    let number = checked(world).await.number;
    world
        .services
        .read_mapping_file(&world.actor, SLUG, number, reading)
        .await
        .expect("read");
    let version = checked(world).await;
    assert_eq!(version.number, number + 1);
    version
}

async fn uploaded(world: &World, text: &str) -> MappingVersionView {
    upload(world, "columns.csv", text.as_bytes())
        .await
        .expect("received");
    checked(world).await
}

/// What the page offers: the columns, then existing username, new username, target directory, and whether the first line is a
/// heading.
fn offered(version: &MappingVersionView) -> (Vec<&str>, [&str; 4]) {
    let Some(MappingColumnsView { names, form }) = &version.columns else {
        panic!("nothing is offered: {version:?}");
    };
    let form = [&form.existing, &form.new, &form.target, &form.has_header];
    (
        names.iter().map(String::as_str).collect(),
        form.map(String::as_str),
    )
}

on_both!(
    f_07_a_person_says_which_column_is_which,
    |test: TestDb| async move {
        let world = existing(test).await;
        let version = uploaded(&world, UNKNOWN).await;
        let refused = &version.outcome;
        assert!(
            matches!(
                refused,
                Some(MappingOutcome::Refused(Rejection::MissingColumns { .. }))
            ),
            "{refused:?}"
        );
        let names = vec!["Old login", "New login", "Where", "Room"];
        assert_eq!(offered(&version), (names.clone(), [""; 4]), "nobody guesses");
        assert_eq!(version.samples[0].lines[0], "Old login;New login;Where;Room");
        let version = read(&world, by(IN_ORDER)).await;
        assert_eq!(offered(&version), (names, ["0", "1", "2", "yes"]));
        assert_eq!(version.first[0], ["anna", "anna@contoso.com", "Local"]);
        assert_eq!(version.first[1], ["bob", "bob@contoso.com", ""]);
        let summary = summary_of(version);
        assert_eq!((summary.lines, summary.has_header), (2, true));
        assert_eq!(summary.ignored, ["Room"], "F-06");
        // D-01: without a column for it everybody moves.
        let all = MappingColumns {
            target: None,
            ..IN_ORDER
        };
        let version = read(&world, by(all)).await;
        assert_eq!(version.first[0], ["anna", "anna@contoso.com", ""]);
        // And back to what the headings say.
        let version = read(&world, MappingReading::default()).await;
        assert_eq!(version.state, MappingState::Refused);
    }
);

on_both!(
    f_07_columns_that_the_file_does_not_have_are_refused_by_name,
    |test: TestDb| async move {
        let world = existing(test).await;
        let before = uploaded(&world, UNKNOWN).await;
        let beyond = MappingColumns {
            existing: 4,
            target: Some(9),
            ..IN_ORDER
        };
        let (services, actor) = (&world.services, &world.actor);
        let next = services
            .read_mapping_file(actor, SLUG, before.number, by(beyond))
            .await;
        let error = refusal(next);
        for (field, words) in [
            ("existing", "no such column for the existing usernames"),
            ("target", "or say that there is none"),
        ] {
            let said: Vec<&str> = error.of_field(field).collect();
            assert!(said.len() == 1 && said[0].contains(words), "{field}: {error:?}");
        }
        assert_eq!(error.of_field("new").next(), None);
        assert_eq!(
            checked(&world).await.number,
            before.number,
            "nothing was made of it"
        );
        // What is typed is looked at before that.
        let form = ColumnsForm {
            said: true,
            existing: "1".to_owned(),
            new: "1".to_owned(),
            ..ColumnsForm::default()
        };
        assert!(matches!(form.chosen(), Err(UserError::Invalid { .. })));
        // A reading of a version that is not the newest any more covers nothing.
        let old = services.read_mapping_file(actor, SLUG, 0, by(IN_ORDER)).await;
        assert_eq!(refusal(old), UserError::Changed);
    }
);

on_both!(
    f_12_and_f_14_columns_go_along_with_the_encoding_and_not_with_the_separator,
    |test: TestDb| async move {
        let world = existing(test).await;
        uploaded(&world, UNKNOWN).await;
        let version = read(&world, by(IN_ORDER)).await;
        let reading = MappingReading {
            encoding: Some(FileEncoding::Windows1252),
            ..version.reading
        };
        let version = read(&world, reading).await;
        assert_eq!(version.reading.columns, Some(IN_ORDER));
        let reading = version.reading.clone();
        assert_eq!(summary_of(version).encoding, FileEncoding::Windows1252);
        let reading = MappingReading {
            delimiter: Some(Delimiter::Tab),
            ..reading
        };
        let version = read(&world, reading).await;
        assert_eq!(version.reading.columns, None);
        assert_eq!(version.state, MappingState::Refused);
        assert_eq!(version.columns, None, "there is one column only");
    }
);

on_both!(
    f_03_the_first_line_is_a_heading_where_a_person_says_so,
    |test: TestDb| async move {
        let world = existing(test).await;
        let text = "Old login;New login;Where\nanna;anna@contoso.com;Local\n";
        let version = uploaded(&world, text).await;
        let names = vec!["Old login", "New login", "Where"];
        assert_eq!(offered(&version), (names, ["0", "1", "2", "no"]));
        assert_eq!(version.first[0][0], "Old login");
        assert_eq!(summary_of(version).lines, 2);
        let version = read(&world, by(IN_ORDER)).await;
        assert_eq!(version.first[0][0], "anna");
        assert_eq!(summary_of(version).lines, 1);
        // The other way round: more columns than ours, and no headings.
        let version = uploaded(&world, "7,anna,anna@contoso.com,x\n8,bob,bob@contoso.com,y\n").await;
        let names = vec!["7", "anna", "anna@contoso.com", "x"];
        assert_eq!(offered(&version), (names, [""; 4]));
        let columns = MappingColumns {
            existing: 1,
            new: 2,
            target: None,
            has_header: false,
        };
        let version = read(&world, by(columns)).await;
        assert_eq!(version.first[0], ["anna", "anna@contoso.com", ""]);
        let summary = summary_of(version);
        assert_eq!((summary.lines, summary.has_header), (2, false));
        assert_eq!(summary.ignored, ["column 1", "column 4"]);
    }
);

on_both!(
    f_08_and_f_09_double_headings_and_those_of_the_export,
    |test: TestDb| async move {
        let world = existing(test).await;
        let text = "existing_username,new_username,Existing Username\nx,anna@contoso.com,anna\n";
        let version = uploaded(&world, text).await;
        let names = vec!["existing_username", "new_username", "Existing Username"];
        assert_eq!(offered(&version), (names, ["0", "1", "", "yes"]));
        let columns = MappingColumns {
            existing: 2,
            target: None,
            ..IN_ORDER
        };
        assert_eq!(read(&world, by(columns)).await.first[0][0], "anna");
        // "No" to the heading of the People export: another column has them.
        let text = "username,new_username,login\nx,anna@contoso.com,anna\n";
        let version = uploaded(&world, text).await;
        let asks = &version.outcome;
        assert!(
            matches!(asks, Some(MappingOutcome::Asks(MappingQuestion::Heading { .. }))),
            "{asks:?}"
        );
        let names = vec!["username", "new_username", "login"];
        assert_eq!(offered(&version), (names, ["", "1", "", "yes"]));
        assert_eq!(read(&world, by(columns)).await.first[0][0], "anna");
        // Whoever only looks is offered nothing.
        let viewer = Actor {
            role: Role::Viewer,
            customer: Some(world.customer().await),
            ..Actor::system("Vera")
        };
        let seen = world.services.user_mapping(&viewer, SLUG).await.expect("a view");
        assert_eq!(seen.version.expect("a version").columns, None);
    }
);
