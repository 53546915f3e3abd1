//! Several who want the same, and evidence that leads to several.

use super::*;

#[test]
fn p_16_two_accounts_with_one_address_are_never_certain() {
    let mail = Some("ann@contoso.com");
    let ann = Person {
        mail,
        ..person(1, "Ann", "Miller")
    };
    let twice = [
        Account {
            email: mail,
            ..account(1, "Ann", "Miller")
        },
        Account {
            email: mail,
            ..account(2, "Ann", "Miller")
        },
    ];
    assert_eq!(said(&twice, &[ann]), [], "nobody can tell which");
    let shared = [
        twice[0],
        Account {
            email: mail,
            ..account(2, "Kiosk", "Reception")
        },
    ];
    assert_eq!(said(&shared, &[ann]), [(1, 1, Class::Likely, Reason::SameName)]);
    let numbered = [
        Account {
            employee_number: Some("41"),
            ..twice[0]
        },
        shared[1],
    ];
    let ann = Person {
        employee_number: Some("41"),
        ..ann
    };
    assert_eq!(
        said(&numbered, &[ann]),
        [(1, 1, Class::Likely, Reason::SameEmployeeNumber)]
    );
}

#[test]
fn i_09_two_people_with_one_address_are_never_certain() {
    let mail = Some("ann@contoso.com");
    let people = [
        Person {
            mail,
            ..person(1, "Ann", "Miller")
        },
        Person {
            mail,
            ..person(2, "Ann", "Miller (admin)")
        },
    ];
    let account = Account {
        email: mail,
        ..account(1, "Ann", "Miller")
    };
    assert_eq!(
        said(&[account], &people),
        [(1, 1, Class::Likely, Reason::SameName)]
    );
}

#[test]
fn a_blocked_account_counts_as_somebody_else_who_could_be_meant() {
    let mail = Some("ann@contoso.com");
    let leaver = Account {
        email: mail,
        is_blocked: true,
        ..account(2, "Ann", "Miller")
    };
    let accounts = [
        Account {
            email: mail,
            ..account(1, "Ann", "Miller")
        },
        leaver,
    ];
    let ann = Person {
        mail,
        ..person(1, "Ann", "Miller")
    };
    assert_eq!(
        said(&accounts, &[ann]),
        [(1, 1, Class::Doubtful, Reason::SameEmail)]
    );
}

#[test]
fn namesakes_are_told_apart_by_number_only() {
    let accounts = [
        Account {
            email: Some("a1@contoso.com"),
            employee_number: Some("41"),
            ..account(1, "Ann", "Miller")
        },
        Account {
            email: Some("a2@contoso.com"),
            ..account(2, "Ann", "Miller")
        },
        account(3, "Ann", "Miller"),
    ];
    let people = [
        Person {
            mail: Some("a1@contoso.com"),
            employee_number: Some("41"),
            ..person(1, "Ann", "Miller")
        },
        Person {
            mail: Some("a2@contoso.com"),
            ..person(2, "Ann", "Miller")
        },
        person(3, "Ann", "Miller"),
    ];
    let expected = [
        (1, 1, Class::Certain, Reason::SameEmployeeNumber),
        (2, 2, Class::Likely, Reason::SameEmail),
        // Only they are left.
        (3, 3, Class::Doubtful, Reason::SimilarName),
    ];
    assert_eq!(said(&accounts, &people), expected);
}

#[test]
fn a_person_wanted_for_two_reasons_by_two_accounts_is_nobodys_for_certain() {
    let ann = Person {
        mail: Some("ann@contoso.com"),
        employee_number: Some("41"),
        ..person(1, "Ann", "Miller")
    };
    let accounts = [
        Account {
            email: Some("ann@contoso.com"),
            ..account(1, "Ann", "Miller")
        },
        Account {
            employee_number: Some("41"),
            ..account(2, "Anne", "Miller")
        },
    ];
    assert_eq!(
        said(&accounts, &[ann]),
        [(1, 1, Class::Likely, Reason::SameEmail)]
    );
}

#[test]
fn an_account_that_is_led_to_two_people_gets_neither_for_certain() {
    let account = Account {
        email: Some("ann@contoso.com"),
        employee_number: Some("41"),
        ..account(1, "Ann", "Miller")
    };
    let people = [
        Person {
            mail: Some("ann@contoso.com"),
            ..person(1, "Bob", "Baker")
        },
        Person {
            employee_number: Some("41"),
            ..person(2, "Ann", "Miller")
        },
    ];
    assert_eq!(
        said(&[account], &people),
        [(1, 2, Class::Likely, Reason::SameEmployeeNumber)]
    );
}

#[test]
fn what_many_share_identifies_nobody() {
    let people: Vec<_> = (0..20)
        .map(|id| Person {
            employee_number: Some("1"),
            mail: Some("all@contoso.com"),
            ..person(id, "Ann", "Miller")
        })
        .collect();
    let account = Account {
        employee_number: Some("1"),
        email: Some("all@contoso.com"),
        ..account(1, "Ann", "Miller")
    };
    assert_eq!(said(&[account], &people), []);
}

#[test]
fn numbers_of_another_numbering_are_left_out() {
    const GIVEN: [&str; 4] = ["Ann", "Bob", "Cat", "Dan"];
    const SURNAMES: [&str; 4] = ["Miller", "Baker", "Cooper", "Draper"];
    const NUMBERS: [&str; 4] = ["1", "2", "3", "4"];
    let accounts: Vec<_> = (0..4_u32)
        .zip(0..4)
        .map(|(id, n)| Account {
            employee_number: Some(NUMBERS[n]),
            ..account(id, GIVEN[n], SURNAMES[n])
        })
        .collect();
    let people: Vec<_> = (0..4_u32)
        .zip(0..4)
        .map(|(id, n)| Person {
            employee_number: Some(NUMBERS[3 - n]),
            ..person(id, GIVEN[n], SURNAMES[n])
        })
        .collect();
    let expected = [0, 1, 2, 3].map(|id| (id, id, Class::Likely, Reason::SameName));
    assert_eq!(said(&accounts, &people), expected);
}
