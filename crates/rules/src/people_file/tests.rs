//! The rules of People files, each under its id.

use domain::ids::Id;
use domain::people::{AccountState, Block, BlockReason, BlockedBy, Directory, PeopleAccount, Profile, field};
use domain::people_file::{LineProblem, PeopleCells, PeopleFileReading, PeopleRejection, state_word};
use domain::profile::{FieldKind, ProfileField, ProfileFields};
use domain::user_mapping::{Delimiter, FileEncoding, FindingCode, Rejection};
use domain::{AccountId, DirectoryId, Timestamp};

use super::*;
use crate::export::safe_cell;
use crate::username;

const NAME: &str = "Active Directory (contoso.local)";

fn fields() -> ProfileFields {
    let own = |key: &str, kind, options: &[&str]| ProfileField {
        key: key.to_owned(),
        title: format!("Our {key}"),
        kind,
        options: options.iter().map(|option| (*option).to_owned()).collect(),
    };
    ProfileFields::with(vec![
        own("cost_centre", FieldKind::Integer, &[]),
        own("office", FieldKind::Select, &["Leeds", "London"]),
    ])
}

/// Reads a file that comes in pieces of this size.
fn read_by(
    bytes: &[u8],
    piece: usize,
    encoding: Option<FileEncoding>,
) -> (Vec<PeopleLine>, Result<Ended, PeopleRejection>) {
    let mut lines = Vec::new();
    let mut reader = Reader::new(fields(), NAME.to_owned(), encoding);
    for piece in bytes.chunks(piece) {
        if let Err(rejection) = reader.feed(piece, &mut |line| lines.push(line)) {
            return (lines, Err(rejection));
        }
    }
    let ended = reader.finish(&mut |line| lines.push(line));
    (lines, ended)
}

fn read(text: &str) -> (Vec<PeopleLine>, PeopleFileReading) {
    let (lines, ended) = read_by(text.as_bytes(), usize::MAX, None);
    match ended.expect("a file that can be read") {
        Ended::Read(read) => (lines, read.reading),
        Ended::Asks { .. } => panic!("it is UTF-8"),
    }
}

#[track_caller]
fn refused(bytes: &[u8]) -> PeopleRejection {
    let (_, ended) = read_by(bytes, 7, None);
    ended.expect_err("a file that cannot be read")
}

/// What is wrong with the only line below these headings.
fn wrong(headings: &str, line: &str) -> Vec<LineProblem> {
    let (mut lines, _) = read(&format!("{headings}\n{line}\n"));
    lines.pop().expect("a line").problems
}

fn cells(pairs: &[(&str, &str)]) -> PeopleCells {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn old() -> DirectoryId {
    DirectoryId::from_uuid(uuid::Uuid::from_u128(7))
}

fn account(change: impl FnOnce(&mut PeopleAccount)) -> PeopleAccount {
    let username = username::stored("anna");
    let mut account = PeopleAccount {
        id: AccountId::from_uuid(uuid::Uuid::from_u128(1)),
        username_key: username::key(&username),
        username,
        directory: Directory::External(old()),
        state: AccountState::Active,
        block: None,
        is_administrator: false,
        profile: Profile::from([(field::SURNAME.to_owned(), "Li".to_owned())]),
        manager: None,
        version: 3,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        last_sign_in_at: None,
    };
    change(&mut account);
    account
}

fn decided(pairs: &[(&str, &str)], existing: Option<&PeopleAccount>) -> Decision {
    let fields = fields();
    let chosen = Chosen {
        fields: &fields,
        directory: NAME,
    };
    decide(&cells(pairs), &chosen, Directory::External(old()), existing)
}

fn updated(pairs: &[(&str, &str)], existing: &PeopleAccount) -> PeopleAccount {
    match decided(pairs, Some(existing)) {
        Decision::Update(account) => *account,
        other => panic!("not updated: {other:?}"),
    }
}

#[test]
fn f_01_f_02_f_07_f_08_and_f_26_files_that_are_refused_as_a_whole() {
    let file = |rejection: Rejection| PeopleRejection::File(rejection);
    for (bytes, rejection) in [
        (&b""[..], file(Rejection::Empty)),
        (b" \n", file(Rejection::Empty)),
        (b"username,email\n", file(Rejection::NoLines { lines: 1 })),
        (
            b"name,email\nanna,a@x.org\n",
            PeopleRejection::NoUsername {
                found: vec!["name".into(), "email".into()],
            },
        ),
        (
            b"username,First name,firstname\nanna,A,B\n",
            file(Rejection::DuplicateHeading {
                heading: "firstname".into(),
            }),
        ),
        (
            b"username\n\"anna\nbob\n",
            file(Rejection::UnclosedQuote { line: 2 }),
        ),
        (b"username\nan\x00na\n", file(Rejection::Binary { line: 2 })),
        (
            b"PK\x03\x04\x14\0\x06\0",
            file(Rejection::NotCsv {
                kind: "an Excel workbook, or another packed file".into(),
            }),
        ),
    ] {
        assert_eq!(refused(bytes), rejection, "{bytes:?}");
    }
}

#[test]
fn f_04_f_05_and_f_06_columns_by_their_symbolic_names_in_any_spelling_and_order() {
    let (lines, file) = read(
        "E-Mail;\"SURNAME\"; first name;shoe size;USERNAME;Account State;Cost-Centre\n\
         a@x.org;Li;Anna;38;anna;Yes;12\n",
    );
    assert_eq!(file.delimiter, Delimiter::Semicolon);
    assert_eq!(
        file.read,
        [
            "email",
            "surname",
            "first_name",
            "username",
            "account_state",
            "cost_centre"
        ]
    );
    assert_eq!(file.ignored, ["shoe size"]);
    let expected = cells(&[
        ("email", "a@x.org"),
        ("surname", "Li"),
        ("first_name", "Anna"),
        ("username", "anna"),
        ("account_state", "Yes"),
        ("cost_centre", "12"),
    ]);
    assert_eq!((lines[0].line, &lines[0].cells), (2, &expected));
    assert_eq!(lines[0].problems, []);
}

#[test]
fn f_10_f_15_f_17_f_19_and_f_21_lines_keep_their_physical_numbers() {
    let text = "\u{feff}sep=,\r\nusername,job_title\r\n\r\nanna,\"two\r\nlines\"\r\n,\r\nbob,Clerk";
    for piece in [1, 3, 1000] {
        let (lines, ended) = read_by(text.as_bytes(), piece, None);
        let Ok(Ended::Read(file)) = ended else {
            panic!("not read: {ended:?}")
        };
        let numbers: Vec<(u64, &str)> = lines
            .iter()
            .map(|line| (line.line, line.username.as_str()))
            .collect();
        assert_eq!(numbers, [(4, "anna"), (7, "bob")], "by {piece}");
        assert_eq!((file.lines, file.reading.blank_lines), (2, 2), "by {piece}");
    }
}

#[test]
fn f_12_what_is_not_utf_8_is_shown_and_asked() {
    let bytes = b"username,surname\nanna,M\xFCller\n";
    let (_, ended) = read_by(bytes, 5, None);
    let samples = vec!["anna,Müller".to_owned()];
    assert_eq!(ended, Ok(Ended::Asks { samples }));
    let (lines, ended) = read_by(bytes, 5, Some(FileEncoding::Windows1252));
    assert!(matches!(ended, Ok(Ended::Read(_))), "{ended:?}");
    assert_eq!(lines[0].cells["surname"], "Müller");
}

#[test]
fn f_13_to_f_33_a_line_that_cannot_be_used_says_why() {
    let headings = "username,email,account_state,directory";
    let username = |code, text: Option<&str>| LineProblem::Username {
        code,
        text: text.map(str::to_owned),
    };
    let long = "x".repeat(256);
    for (line, problem) in [
        (",a@x.org,,", LineProblem::UsernameMissing),
        ("anna", LineProblem::TooFewCells { cells: 1, columns: 4 }),
        (
            "anna,a@x.org,,,more",
            LineProblem::TooManyCells { cells: 5, columns: 4 },
        ),
        ("# anna,,,", LineProblem::CommentLine),
        ("\"an\"na,,,", LineProblem::StrayQuote),
        ("\"an\nna\",,,", username(FindingCode::LineBreak, None)),
        (
            "an\u{fffd}na,,,",
            username(FindingCode::ReplacementCharacter, None),
        ),
        (
            "an\u{200b}na,,,",
            username(FindingCode::HiddenCharacter, Some("U+200B")),
        ),
        ("#REF!,,,", username(FindingCode::SpreadsheetError, Some("#REF!"))),
        ("03-Jan,,,", username(FindingCode::DateLike, Some("03-Jan"))),
        (&format!("{long},,,"), username(FindingCode::TooLong, Some("255"))),
        ("anna,,maybe,", LineProblem::UnknownState { text: "maybe".into() }),
        ("anna,,,local", LineProblem::SaysLocal),
        (
            "anna,,,Okta",
            LineProblem::SaysDirectory {
                text: "Okta".into(),
                chosen: NAME.into(),
            },
        ),
    ] {
        assert_eq!(wrong(headings, line), [problem], "{line}");
    }
    let fine = "=\"00123\",a@x.org,No,active directory CONTOSO.LOCAL";
    assert_eq!(wrong(headings, fine), []);
}

/// Values that their fields cannot hold, and why.
fn misfits() -> Vec<(&'static str, String, LineProblem)> {
    let field = |title: &str| title.to_owned();
    let takes = |key: &str, takes: &str| LineProblem::NotOfKind {
        field: format!("Our {key}"),
        takes: takes.to_owned(),
    };
    let (limit, sign) = (128, "U+202E".to_owned());
    let (surname, first, job) = (field("Surname"), field("First name"), field("Job title"));
    let lost = LineProblem::Lost { field: first.clone() };
    let hidden = LineProblem::Hidden { field: first, sign };
    let long = LineProblem::TooLong {
        field: surname,
        limit,
    };
    let email = LineProblem::NotAnAddress {
        field: field("E-mail"),
    };
    let broken = LineProblem::SpreadsheetError { field: job };
    vec![
        ("surname", "x".repeat(129), long),
        (
            "cost_centre",
            "twelve".to_owned(),
            takes("cost_centre", "a whole number"),
        ),
        (
            "office",
            "Paris".to_owned(),
            takes("office", "one of its options"),
        ),
        ("email", "Anna <a@x.org>".to_owned(), email),
        ("first_name", "An\u{202e}na".to_owned(), hidden),
        ("first_name", "M\u{fffd}ller".to_owned(), lost),
        ("job_title", "#N/A".to_owned(), broken),
    ]
}

#[test]
fn b_03_to_b_05_and_r_07_values_that_their_fields_cannot_hold_are_refused() {
    for (key, value, problem) in misfits() {
        let cells = [(key, value.as_str())];
        assert_eq!(
            decided(&cells, None),
            Decision::Refuse(vec![problem]),
            "{key}: {value}"
        );
        // What stands there already is never wrong.
        let has = account(|account| {
            account.profile.insert(key.to_owned(), value.clone());
        });
        assert_eq!(decided(&cells, Some(&has)), Decision::Unchanged, "{key}");
    }
}

#[test]
fn an_absent_column_changes_nothing_and_an_empty_cell_empties_its_field() {
    let has = account(|account| {
        account
            .profile
            .insert(field::EMAIL.to_owned(), "a@x.org".to_owned());
    });
    assert_eq!(decided(&[("username", "anna")], Some(&has)), Decision::Unchanged);
    let after = updated(&[("email", " "), ("job_title", " Clerk ")], &has);
    let expected = Profile::from([
        (field::JOB_TITLE.to_owned(), "Clerk".to_owned()),
        (field::SURNAME.to_owned(), "Li".to_owned()),
    ]);
    assert_eq!(after.profile, expected);
    assert_eq!((after.state, after.version), (has.state, has.version));
}

#[test]
fn states_are_said_by_yes_and_no_and_kept_where_nothing_is_said() {
    let by = |by, reason| Some(Block { by, reason });
    let by_hand = by(BlockedBy::Administrator, BlockReason::ByAdministrator);
    for (said, state, block) in [
        ("Yes", AccountState::Active, None),
        ("", AccountState::Active, None),
        ("Frozen", AccountState::Active, None),
        ("no", AccountState::Blocked, by_hand),
        ("Blocked", AccountState::Blocked, by_hand),
    ] {
        let profile = Profile::new();
        let create = Decision::Create {
            profile,
            state,
            block,
        };
        assert_eq!(decided(&[("account_state", said)], None), create, "{said}");
    }
    let blocked = |block| {
        account(|account| {
            account.state = AccountState::Blocked;
            account.block = block;
        })
    };
    let by_hand = blocked(by_hand);
    let by_sync = blocked(by(BlockedBy::Sync, BlockReason::OutOfScope));
    let frozen = account(|account| account.state = AccountState::Frozen);
    let active = account(|_| {});
    for (existing, said) in [
        (&by_hand, "No"),
        (&by_hand, ""),
        (&frozen, "Yes"),
        (&by_sync, "Yes"),
        (&active, ""),
    ] {
        let found = decided(&[("account_state", said)], Some(existing));
        assert_eq!(found, Decision::Unchanged, "{said}");
    }
    assert_eq!(updated(&[("account_state", "No")], &active), by_hand);
    assert_eq!(updated(&[("account_state", "Yes")], &by_hand), active);
}

#[test]
fn invariant_10_accounts_of_others_and_administrators_are_never_changed() {
    let other = DirectoryId::from_uuid(uuid::Uuid::from_u128(8));
    for (existing, problem) in [
        (
            account(|account| account.directory = Directory::Local),
            LineProblem::LocalAccount,
        ),
        (
            account(|account| account.directory = Directory::External(other)),
            LineProblem::OtherDirectory,
        ),
        (
            account(|account| account.is_administrator = true),
            LineProblem::Administrator,
        ),
    ] {
        let found = decided(&[("surname", "Lee")], Some(&existing));
        assert_eq!(found, Decision::Refuse(vec![problem]));
    }
}

#[test]
fn f_32_an_export_that_is_read_again_changes_nothing() {
    let odd = account(|account| {
        account.state = AccountState::Frozen;
        for (key, value) in [
            (field::FIRST_NAME, "=cmd|' /C calc'!A0"),
            (field::SURNAME, " '-Li; @x "),
            (field::JOB_TITLE, "=\"7\""),
            (field::TELEPHONE, "+44 20"),
            (field::DEPARTMENT, "\"Sales\", two\r\nlines\t-3"),
        ] {
            account.profile.insert(key.to_owned(), value.to_owned());
        }
    });
    let heads = table(&fields());
    let row: Vec<String> = heads
        .iter()
        .map(|head| match head.as_str() {
            "username" => odd.username.as_str().to_owned(),
            "account_state" => state_word(odd.state).to_owned(),
            "directory" => NAME.to_owned(),
            key => odd.profile.get(key).cloned().unwrap_or_default(),
        })
        .map(|cell| format!("\"{}\"", safe_cell(&cell).replace('"', "\"\"")))
        .collect();
    let text = format!("\u{feff}{}\r\n{}\r\n", heads.join(","), row.join(","));
    let (lines, file) = read(&text);
    assert_eq!((lines[0].problems.as_slice(), file.ignored.len()), (&[][..], 0));
    let fields = fields();
    let chosen = Chosen {
        fields: &fields,
        directory: NAME,
    };
    let found = decide(&lines[0].cells, &chosen, Directory::External(old()), Some(&odd));
    assert_eq!(found, Decision::Unchanged);
}

#[test]
fn d_02_and_d_03_an_old_directory_has_a_name_of_its_own() {
    let others = ["Microsoft Entra ID".to_owned(), NAME.to_owned()];
    for (name, is_fine) in [
        ("Active Directory", true),
        ("", false),
        (" - ", false),
        ("LOCAL", false),
        ("microsoft entra-id", false),
        ("active directory contoso local", false),
        ("A\u{202e}D", false),
    ] {
        assert_eq!(name_problem(name, &others).is_none(), is_fine, "{name}");
    }
    assert!(name_problem(&"x".repeat(81), &others).is_some());
}
