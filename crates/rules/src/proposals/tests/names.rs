//! How like names are.

use super::super::name::{Likeness, Name, Names};
use super::*;

fn name(given: &str, surname: &str) -> Name {
    Names::new(Some(given), Some(surname), None).plain
}

#[test]
fn names_are_as_like_as_people_would_say() {
    let table = [
        (
            ["Zoë", "Müller-Lüdenscheid"],
            ["Zoe", "Mueller Luedenscheid"],
            Likeness::Same,
        ),
        (["Siobhán", "O'Brien"], ["Siobhan", "OBrien"], Likeness::Same),
        (
            ["Jean-Luc", "de La Fontaine"],
            ["Jeanluc", "Delafontaine"],
            Likeness::Same,
        ),
        (["Łukasz", "Dąbrowski"], ["Lukasz", "Dabrowski"], Likeness::Same),
        (["Åsa", "Sjøberg"], ["Aasa", "Sjoeberg"], Likeness::Same),
        (["Miller", "Ann"], ["Ann", "Miller"], Likeness::Close),
        (["Tim", "Cooper"], ["Timothy", "Cooper"], Likeness::Close),
        (["A", "Miller"], ["Ann", "Miller"], Likeness::Close),
        (["Ann", "Miller"], ["Ann", "Miller-Baker"], Likeness::Close),
        (["Ann", "Schmidt"], ["Ann", "Schmitt"], Likeness::Close),
        (["Ann", "Smiht"], ["Ann", "Smith"], Likeness::Close),
        (["Ann", "Miller"], ["Ann", "Baker"], Likeness::Given),
        (["Ann", "von Bülow"], ["Ann", "von Stein"], Likeness::Given),
        (["Jan", "Li"], ["Jan", "Lu"], Likeness::Given),
        (["John", "Smith"], ["Jane", "Smith"], Likeness::Surname),
        (["Ann", "Miller"], ["Bob", "Baker"], Likeness::Apart),
        (["Reception", ""], ["Reception", ""], Likeness::Close),
        (["", ""], ["Ann", "Miller"], Likeness::Unknown),
        (
            ["Владимир", "Кузнецов"],
            ["Vladimir", "Kuznetsov"],
            Likeness::Unknown,
        ),
    ];
    for (a, b, expected) in table {
        assert_eq!(
            name(a[0], a[1]).likeness(&name(b[0], b[1])),
            expected,
            "{a:?} {b:?}"
        );
        assert_eq!(
            name(b[0], b[1]).likeness(&name(a[0], a[1])),
            expected,
            "{b:?} {a:?}"
        );
    }
}

#[test]
fn the_display_name_says_what_the_other_fields_do_not() {
    let table = [
        (None, None, Some("Ann Miller")),
        (None, None, Some("Miller, Ann")),
        (Some("Ann"), None, Some("Ann Miller")),
        (Some("Ann"), None, Some("Miller Ann")),
        (Some(""), Some("Miller"), Some("Miller, Ann")),
        (Some("Ann"), Some("Miller"), Some("The boss")),
    ];
    for (given, surname, shown) in table {
        let names = Names::new(given, surname, shown);
        assert_eq!(
            names.plain.parts(),
            ("ann", "miller"),
            "{given:?} {surname:?} {shown:?}"
        );
    }
}

#[test]
fn an_address_spells_a_name_in_another_script() {
    let mail = Some("eleni.papadakis@contoso.com");
    let eleni = Person {
        mail,
        sign_in_name: "eleni.papadakis@contoso.com",
        ..person(1, "Ελένη", "Παπαδάκης")
    };
    let hers = Account {
        email: mail,
        ..account(1, "Eleni", "Papadakis")
    };
    assert_eq!(one(hers, eleni), Some((Class::Likely, Reason::SameEmail)));
    let handed_on = Account {
        email: mail,
        ..account(1, "Jacqueline", "Baker")
    };
    assert_eq!(one(handed_on, eleni), Some((Class::Doubtful, Reason::SameEmail)));
}

#[test]
fn left_out_accents_are_no_difference_and_other_accents_are() {
    let mail = Some("ines@contoso.com");
    let ines = Person {
        mail,
        ..person(1, "Inès", "Blanc")
    };
    for (given, class) in [
        ("Ines", Class::Certain),
        ("Inès", Class::Certain),
        ("Inés", Class::Likely),
    ] {
        let account = Account {
            email: mail,
            ..account(1, given, "Blanc")
        };
        assert_eq!(one(account, ines), Some((class, Reason::SameEmail)), "{given}");
    }
}

#[test]
fn a_slip_in_a_name_is_doubtful_and_the_nearest_of_several_is_meant() {
    let ann = account(1, "Ann", "Schmiedinger");
    let near = person(1, "Ann", "Schmidinger");
    let far = person(2, "Ann", "Schmidingar");
    let expected = [(1, 1, Class::Doubtful, Reason::SimilarName)];
    assert_eq!(said(&[ann], &[near]), expected);
    assert_eq!(said(&[ann], &[far, near]), expected);
    assert_eq!(
        said(&[ann], &[near, person(3, "Ann", "Schmidinger")]),
        [],
        "nobody can tell which"
    );
}
