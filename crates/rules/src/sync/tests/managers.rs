//! Whom a `managerId` means (3.9).

use crate::sync::{ManagerSearch, Names};

type People<'a> = &'a [(&'a str, &'a str, Option<&'a str>, Option<&'a str>, bool)];

/// The object id, or "several", or "nobody".
fn meant(text: &str, people: People<'_>) -> String {
    let mut search = ManagerSearch::new([text.to_owned()]);
    for (object_id, login, mail, employee_number, present) in people.iter().copied() {
        search.see(&Names {
            object_id,
            login,
            mail,
            employee_number,
            present,
        });
    }
    let found = search.meant();
    assert!(
        found.len() <= 1 && found.iter().all(|(named, _)| named == text),
        "{found:?}"
    );
    match found.into_iter().next() {
        None => "nobody".to_owned(),
        Some((_, None)) => "several".to_owned(),
        Some((_, Some(id))) => id.to_string(),
    }
}

const STAFF: People<'static> = &[
    (
        "00u1",
        "anna@contoso.com",
        Some("anna.berg@contoso.com"),
        Some("1001"),
        true,
    ),
    (
        "00u2",
        "bob@contoso.com",
        Some("bob@contoso.com"),
        Some("1002"),
        true,
    ),
    ("00u3", "1002", Some("office@contoso.com"), None, true),
    (
        "00u4",
        "cy@contoso.com",
        Some("office@contoso.com"),
        Some("1004"),
        true,
    ),
    (
        "00u5",
        "old@contoso.com",
        Some("old@contoso.com"),
        Some("1001"),
        false,
    ),
];

#[test]
fn manager_by_login_mail_or_employee_number_in_this_order() {
    for (text, id) in [
        ("anna@contoso.com", "00u1"),
        (" Anna@Contoso.COM ", "00u1"),
        ("anna.berg@contoso.com", "00u1"),
        // The present one, not the leaver who had the number before.
        ("1001", "00u1"),
        ("1004", "00u4"),
        // A login before an employee number.
        ("1002", "00u3"),
        // One person by two ways.
        ("bob@contoso.com", "00u2"),
        // Somebody who has left is still who is meant, as by an object id.
        ("old@contoso.com", "00u5"),
    ] {
        assert_eq!(meant(text, STAFF), id, "{text}");
    }
}

#[test]
fn manager_who_could_be_several_is_nobody_to_choose() {
    assert_eq!(meant("office@contoso.com", STAFF), "several");
}

#[test]
fn manager_nobody_is_called_like_is_left_out() {
    assert_eq!(meant("Anna Berg", STAFF), "nobody");
    assert_eq!(meant("1001", &[]), "nobody");
}

#[test]
fn manager_spelt_in_two_ways_is_one_person() {
    let mut search = ManagerSearch::new(["A@x.org".to_owned(), "a@x.org".to_owned()]);
    search.see(&Names {
        object_id: "1",
        login: "a@X.org",
        mail: None,
        employee_number: None,
        present: true,
    });
    let found = search.meant();
    assert_eq!(found.len(), 2);
    assert!(
        found
            .iter()
            .all(|(_, id)| id.as_ref().is_some_and(|id| id.as_str() == "1"))
    );
}
