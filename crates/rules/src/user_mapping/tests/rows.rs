//! F-13, F-17, F-22 to F-24, F-28, F-32, F-33, D-09.

use domain::user_mapping::FindingCode as C;
use domain::user_mapping::Severity::{Error, Notice, Warning};

use super::{Scene, line};
use crate::user_mapping::is_reserved_username;

const NONE: &[(domain::user_mapping::Severity, C)] = &[];

#[test]
fn r_01_to_r_04_what_a_line_has_to_say() {
    assert_eq!(line(",anna@contoso.com,"), [(Error, C::ExistingEmpty)]);
    assert_eq!(line("anna,,Local"), [(Notice, C::KeepsName)]);
    assert_eq!(line("anna,,"), [(Error, C::NewEmpty)]);
    assert_eq!(line("anna,,Entra"), [(Error, C::NewEmpty)]);
    assert_eq!(line("anna@contoso.com,anna@contoso.com,"), NONE, "R-04");
    assert_eq!(line("anna,anna@contoso.com,"), NONE);
}

#[test]
fn r_05_and_r_06_letter_case_and_unicode_form() {
    assert_eq!(line("JSmith@contoso.com,jsmith@contoso.com,"), NONE, "R-05");
    assert_eq!(
        Scene::okta().line("jose\u{301}@contoso.com,jos\u{e9}@contoso.com,"),
        [(Notice, C::UnicodeOnly)],
        "R-06"
    );
}

#[test]
fn r_07_blanks_around_and_characters_that_nobody_sees() {
    assert_eq!(
        line(" anna , anna@contoso.com ,"),
        NONE,
        "F-16: blanks after a comma are usual"
    );
    assert_eq!(
        line("\u{a0}anna,anna@contoso.com\u{3000},"),
        [(Notice, C::Trimmed), (Notice, C::Trimmed)]
    );
    assert_eq!(line("anna\u{200b},anna@contoso.com,"), [(Notice, C::Trimmed)]);
    assert_eq!(
        Scene::okta().line("an\u{200b}na,anna@contoso.com,"),
        [(Error, C::HiddenCharacter)]
    );
    let text = "existing_username,new_username\nan\u{202e}na,anna@contoso.com\n";
    let (_, found) = Scene::default().check(text).expect("read");
    assert_eq!(found[0].text.as_deref(), Some("U+202E"));
    assert!(found[0].sentence().contains("U+202E"));
}

#[test]
fn r_08_blanks_inside() {
    assert_eq!(line("anna miller,anna@contoso.com,"), NONE);
    assert_eq!(line("anna,anna miller@contoso.com,"), [(Error, C::BlankInside)]);
    assert_eq!(line("anna,anna miller,Local"), [(Notice, C::LocalRenamed)]);
}

#[test]
fn r_09_a_domain_in_front() {
    assert_eq!(
        line("CONTOSO\\anna,anna@contoso.com,"),
        [(Notice, C::DomainPrefix)]
    );
    assert_eq!(line("anna,CONTOSO\\anna,"), [(Error, C::NotAPrincipalName)]);
}

#[test]
fn r_10_an_address_with_something_around() {
    for cell in [
        "mailto:anna@contoso.com",
        "MAILTO:anna@contoso.com",
        "<anna@contoso.com>",
        "Anna Miller <anna@contoso.com>",
    ] {
        let found = Scene::default()
            .check(&format!("existing_username,new_username\nanna,{cell}\n"))
            .expect("read")
            .1;
        let wrapped = found
            .iter()
            .find(|finding| finding.code == C::AddressWrapped)
            .expect(cell);
        assert_eq!(wrapped.severity, Error);
        assert_eq!(wrapped.text.as_deref(), Some("anna@contoso.com"), "{cell}");
    }
}

#[test]
fn r_11_what_entra_cannot_have() {
    let long = |before: usize, after: usize| format!("anna,{}@{},", "a".repeat(before), "b".repeat(after));
    for (cells, is_legal) in [
        ("anna,o'brien@contoso.com,".to_owned(), true),
        ("anna,a.b-c_d!e#f^g~h@contoso.com,".to_owned(), true),
        ("anna,änna@contoso.com,".to_owned(), false),
        ("anna,anna+x@contoso.com,".to_owned(), false),
        ("anna,anna@x@contoso.com,".to_owned(), false),
        ("anna,anna.@contoso.com,".to_owned(), false),
        ("anna,anna,".to_owned(), false),
        ("anna,anna@,".to_owned(), false),
        (long(64, 48), true),
        (long(65, 10), false),
        (long(10, 49), false),
    ] {
        let found = line(&cells);
        let expected: &[_] = if is_legal {
            &[]
        } else {
            &[(Error, C::NotAPrincipalName)]
        };
        assert_eq!(found, expected, "{cells}");
    }
    assert_eq!(
        line("anna,änna,Local"),
        [(Notice, C::LocalRenamed), (Warning, C::NotAPrincipalName)],
        "who stays local need not be legal there"
    );
    assert_eq!(line("änna,änna,Local"), NONE, "nothing changes");
    assert_eq!(
        line("kiosk,kiosk,Warehouse"),
        [(Warning, C::NotAPrincipalName), (Warning, C::UnknownTarget)],
        "where it goes is still to be said"
    );
}

#[test]
fn r_12_what_okta_cannot_have() {
    let okta = Scene::okta();
    assert_eq!(
        okta.line("anna,a@bc,"),
        [(Error, C::NotALogin)],
        "four characters"
    );
    assert_eq!(okta.line("anna,a@b.c,"), NONE, "five");
    assert_eq!(okta.line("anna,anna.miller,"), [(Warning, C::NotAnAddress)]);
    assert_eq!(
        okta.line("anna,änna@contoso.com,"),
        NONE,
        "accents are allowed there"
    );
    let long = format!("anna,{}@contoso.com,", "a".repeat(89));
    assert_eq!(okta.line(&long), [(Error, C::NotALogin)], "101 characters");
}

#[test]
fn r_13_and_f_28_too_long() {
    let long = "a".repeat(256);
    assert_eq!(line(&format!("{long},anna@contoso.com,")), [(Error, C::TooLong)]);
    let huge = "a".repeat(900_000);
    assert_eq!(
        line(&format!("anna,{huge},")),
        [(Error, C::CellTooLong), (Error, C::NewEmpty)]
    );
}

#[test]
fn r_14_and_r_15_guests_and_domains() {
    let mut scene = Scene::default();
    scene.domains.insert("contoso.com".to_owned());
    assert_eq!(
        scene.line("anna,anna_other.org#EXT#@contoso.onmicrosoft.com,"),
        [(Warning, C::Guest)]
    );
    assert_eq!(
        scene.line("anna,anna@contoso.onmicrosoft.com,"),
        [(Warning, C::CloudDomain)]
    );
    assert_eq!(scene.line("anna,anna@contso.com,"), [(Warning, C::UnknownDomain)]);
    assert_eq!(scene.line("anna,anna@CONTOSO.com,"), NONE);
    assert_eq!(
        line("anna,anna@contso.com,"),
        NONE,
        "without a test sync nothing is known"
    );
    // Where usernames come from another attribute, domains are all that is known of them.
    scene.by_sign_in_name = false;
    assert_eq!(scene.line("anna,anna@contso.com,"), [(Warning, C::UnknownDomain)]);
    assert_eq!(scene.line("anna,ännä@contoso.com,"), NONE);
    scene.domains = domain::user_mapping::Domains::default();
    assert_eq!(scene.line("anna,4711,"), NONE);
}

#[test]
fn r_16_and_r_17_usernames_that_nobody_may_get() {
    for name in ["admin", "Root", "SYSTEM", "guest", "anonymous"] {
        let found = line(&format!("anna,{name},Local"));
        assert!(found.contains(&(Error, C::Reserved)), "{name}: {found:?}");
    }
    assert_eq!(line("admin,admin,Local"), NONE, "whoever has it keeps it");
    for name in ["admin", " Root ", "SYSTEM", "\u{17f}ystem"] {
        let typed = crate::username::stored(name);
        assert!(is_reserved_username(&typed), "{name:?} for a new account");
    }
    for name in ["anna", "administrators", "admin@contoso.com", ""] {
        let typed = crate::username::stored(name);
        assert!(!is_reserved_username(&typed), "{name:?}");
    }
    assert!(line("anna,usersync-moving-17,Local").contains(&(Error, C::Placeholder)));
    // By the key: a long s is an s.
    assert!(
        Scene::okta()
            .line("anna,\u{17f}ystem,Local")
            .contains(&(Error, C::Reserved))
    );
    assert!(
        Scene::okta()
            .line("anna,u\u{17f}ersync-moving-1,Local")
            .contains(&(Error, C::Placeholder))
    );
}

#[test]
fn r_18_look_alikes() {
    let okta = Scene::okta();
    // A Cyrillic letter among Latin ones; full-width letters.
    assert_eq!(
        okta.line("\u{430}nna,anna@contoso.com,"),
        [(Warning, C::MixedScript)]
    );
    assert_eq!(
        okta.line("ａｎｎａ,anna@contoso.com,"),
        [(Warning, C::MixedScript)]
    );
    assert_eq!(
        okta.line("анна,anna@contoso.com,"),
        NONE,
        "all letters are of one alphabet"
    );
    assert_eq!(okta.line("çağla,cagla@contoso.com,"), NONE);
    // Digits that stand high.
    assert_eq!(okta.line("anna²,anna@contoso.com,"), [(Warning, C::MixedScript)]);
}

#[test]
fn f_13_letters_that_were_lost() {
    let okta = Scene::okta();
    assert_eq!(
        okta.line("MÃ¼ller,mueller@contoso.com,"),
        [(Warning, C::Mojibake)]
    );
    assert_eq!(
        okta.line("M\u{fffd}ller,mueller@contoso.com,"),
        [(Error, C::ReplacementCharacter)]
    );
    assert_eq!(
        okta.line("Ã–mer,oemer@contoso.com,"),
        [(Warning, C::Mojibake)],
        "a sign of Windows-1252"
    );
    for name in ["ZajÄ…c", "Î\u{91}Î½Î½Î±", "Ð\u{90}Ð½Ð½Ð°"] {
        let found = okta.line(&format!("{name},anna@contoso.com,"));
        assert!(found.contains(&(Warning, C::Mojibake)), "{name}: {found:?}");
    }
    for name in ["Ângela", "Äänekoski", "Ñusta"] {
        assert_eq!(okta.line(&format!("{name},angela@contoso.com,")), NONE);
    }
    assert_eq!(
        okta.line("m?ller,mueller@contoso.com,"),
        [(Warning, C::Mojibake)],
        "a letter that an encoding does not have"
    );
}

#[test]
fn r_07_what_nobody_sees() {
    let okta = Scene::okta();
    for hidden in [
        "\u{ad}",
        "\u{200b}",
        "\u{61c}",
        "\u{3164}",
        "\u{fe0f}",
        "\u{e0041}",
    ] {
        let found = okta.line(&format!("an{hidden}na,anna@contoso.com,"));
        assert!(
            found.contains(&(Error, C::HiddenCharacter)),
            "{hidden:?}: {found:?}"
        );
    }
}

#[test]
fn f_17_a_line_break_inside() {
    let text = "existing_username,new_username\nfirst,first@contoso.com\n\"an\nna\",anna@contoso.com\nlast,last@contoso.com.\n";
    let (_, found) = Scene::default().check(text).expect("read");
    assert_eq!((found[0].line, found[0].code), (3, C::LineBreak));
    assert_eq!(found.len(), 1, "a dot at the end is the domain's: {found:?}");
}

#[test]
fn f_22_to_f_24_lines_of_another_shape() {
    assert_eq!(line("# from payroll, March,"), [(Error, C::CommentLine)]);
    assert_eq!(line("anna"), [(Error, C::TooFewCells)]);
    assert_eq!(
        line("anna,anna@contoso.com"),
        NONE,
        "F-23: the third may be left out"
    );
    assert_eq!(line("anna,anna@contoso.com,,,"), NONE, "empty cells behind");
    let text = "existing_username,new_username\nMiller, Anna,anna@contoso.com\n";
    let (_, found) = Scene::default().check(text).expect("read");
    assert_eq!(found[0].code, C::TooManyCells);
    assert!(
        found[0].sentence().contains("Miller, Anna,anna@contoso.com"),
        "F-24 quotes the line"
    );
}

#[test]
fn f_32_cells_like_formulas_stay_and_our_own_protection_is_taken_off() {
    let okta = Scene::okta();
    assert_eq!(okta.line("=cmd,cmd@contoso.com,"), [(Warning, C::FormulaLike)]);
    assert_eq!(okta.line("+49123,anna@contoso.com,"), [(Warning, C::FormulaLike)]);
    // Exported by us and imported again.
    let cell = crate::export::safe_cell("=cmd").into_owned();
    let text = format!("existing_username,new_username\n{cell},a@contoso.com\n=cmd,a@contoso.com\n");
    let codes = okta.codes(&text);
    assert!(codes.contains(&(3, Notice, C::DuplicateLine)), "{codes:?}");
}

#[test]
fn f_33_what_spreadsheets_do() {
    let okta = Scene::okta();
    for (cell, code) in [
        ("#REF!", C::SpreadsheetError),
        ("#N/A", C::SpreadsheetError),
        ("#NAME?", C::SpreadsheetError),
        ("1.23E+10", C::SpreadsheetError),
        ("\"1,23E+10\"", C::SpreadsheetError),
        ("03-Jan", C::DateLike),
        ("Jan-03", C::DateLike),
        ("3-Mar-24", C::DateLike),
        ("03/01/2024", C::DateLike),
        ("03.01.2024", C::DateLike),
        ("3.1.24", C::DateLike),
        ("03. Mrz", C::DateLike),
        ("03-Okt", C::DateLike),
        ("3-août", C::DateLike),
        ("juin-03", C::DateLike),
        ("#NV", C::SpreadsheetError),
    ] {
        assert_eq!(
            okta.line(&format!("{cell},a@contoso.com,")),
            [(Error, code)],
            "{cell}"
        );
    }
    assert_eq!(
        okta.line("\"=\"\"00123\"\"\",a@contoso.com,"),
        [(Notice, C::Unwrapped)]
    );
    assert_eq!(okta.line("1E10,a@contoso.com,"), NONE, "may be a username");
    for name in [
        "jan-peter",
        "anna-lena",
        "jan.03",
        "3.maier",
        "10.20.30",
        "2024.01.02",
    ] {
        assert_eq!(okta.line(&format!("{name},a@contoso.com,")), NONE, "{name}");
    }
    assert_eq!(okta.line("00123,a@contoso.com,"), NONE);
}

#[test]
fn d_09_a_local_account_may_be_renamed() {
    assert_eq!(
        line("anna,anna.miller@contoso.com,Local"),
        [(Notice, C::LocalRenamed)]
    );
}
