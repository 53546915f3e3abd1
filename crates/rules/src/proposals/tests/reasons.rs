//! What speaks for a proposal, with names that agree, and with what contradicts.

use super::*;

const CERTAIN: Class = Class::Certain;
const LIKELY: Class = Class::Likely;
const DOUBTFUL: Class = Class::Doubtful;

/// How the names of the two pairs that are tried are.
const NAMES: [(&str, [&str; 2], [&str; 2]); 6] = [
    ("the same", ["Ann", "Miller"], ["Ann", "Miller"]),
    ("nearly the same", ["An", "Miler"], ["Ann", "Miller"]),
    ("another surname", ["Ann", "Miller"], ["Ann", "Baker"]),
    ("another given name", ["Ann", "Miller"], ["Bob", "Miller"]),
    ("nothing in common", ["Ann", "Miller"], ["Bob", "Baker"]),
    ("none", ["", ""], ["Ann", "Miller"]),
];

/// Expects a class for each of [`NAMES`].
fn expect(
    what: &str,
    reason: Reason,
    account_of: impl Fn(Account<'static>) -> Account<'static>,
    person_of: impl Fn(Person<'static>) -> Person<'static>,
    classes: [Option<Class>; 6],
) {
    for ((names, ours, theirs), class) in NAMES.iter().zip(classes) {
        let given = if *names == "nearly the same" {
            ["Anne", ours[1]]
        } else {
            *ours
        };
        let account = account_of(account(1, given[0], given[1]));
        let person = person_of(person(1, theirs[0], theirs[1]));
        assert_eq!(
            one(account, person),
            class.map(|class| (class, reason)),
            "{what}, names: {names}"
        );
    }
}

#[test]
fn the_same_email_counts_as_much_as_the_names_agree() {
    let account = |account| Account {
        email: Some("Ann.M@Contoso.com"),
        ..account
    };
    let classes = [
        Some(CERTAIN),
        Some(LIKELY),
        Some(LIKELY),
        Some(DOUBTFUL),
        Some(DOUBTFUL),
        Some(DOUBTFUL),
    ];
    let mail = |person| Person {
        mail: Some("ann.m@contoso.com"),
        ..person
    };
    expect("mail", Reason::SameEmail, account, mail, classes);
    let sign_in = |person| Person {
        sign_in_name: "ann.m@contoso.com",
        ..person
    };
    expect("sign-in name", Reason::SameEmail, account, sign_in, classes);
    let further: &'static [String] =
        vec!["x500:/o=contoso".to_owned(), "smtp:ANN.m@contoso.com".to_owned()].leak();
    let alias = |person| Person {
        further_addresses: further,
        ..person
    };
    expect("alias", Reason::SameEmail, account, alias, classes);
}

#[test]
fn the_same_employee_number_stands_a_slip_in_the_name() {
    let classes = [
        Some(CERTAIN),
        Some(CERTAIN),
        Some(LIKELY),
        Some(DOUBTFUL),
        Some(DOUBTFUL),
        Some(DOUBTFUL),
    ];
    let person = |person| Person {
        employee_number: Some("E0042"),
        ..person
    };
    let written = |account| Account {
        employee_number: Some(" e0042"),
        ..account
    };
    expect("number", Reason::SameEmployeeNumber, written, person, classes);
    let username = |account| Account {
        username: "CONTOSO\\E0042",
        ..account
    };
    expect("username", Reason::SameEmployeeNumber, username, person, classes);
    let zeros = |account| Account {
        employee_number: Some("42"),
        ..account
    };
    let padded = |person| Person {
        employee_number: Some("00042"),
        ..person
    };
    expect(
        "without zeros (F-33)",
        Reason::SameEmployeeNumber,
        zeros,
        padded,
        classes,
    );
}

#[test]
fn an_account_name_is_never_certain_by_itself() {
    let classes = [
        Some(LIKELY),
        Some(LIKELY),
        Some(LIKELY),
        Some(DOUBTFUL),
        Some(DOUBTFUL),
        Some(DOUBTFUL),
    ];
    let person = |person| Person {
        account_name: Some("amiller"),
        ..person
    };
    for username in ["amiller", "AMiller", "CONTOSO\\amiller"] {
        let account = |account| Account { username, ..account };
        expect(username, Reason::SameAccountName, account, person, classes);
    }
}

#[test]
fn an_address_as_username_counts_as_the_address_and_its_first_part_as_little_as_the_name() {
    let person = |person| Person {
        mail: Some("amiller@contoso.com"),
        ..person
    };
    let whole = |account| Account {
        username: "amiller@contoso.com",
        ..account
    };
    let classes = [
        Some(CERTAIN),
        Some(LIKELY),
        Some(LIKELY),
        Some(DOUBTFUL),
        Some(DOUBTFUL),
        Some(DOUBTFUL),
    ];
    expect("whole", Reason::InAddress, whole, person, classes);
    let classes = [
        Some(LIKELY),
        Some(DOUBTFUL),
        Some(DOUBTFUL),
        None,
        None,
        Some(DOUBTFUL),
    ];
    let part = |account| Account {
        username: "CONTOSO\\amiller",
        ..account
    };
    expect("part", Reason::InAddress, part, person, classes);
    let old_domain = |account| Account {
        email: Some("amiller@contoso.local"),
        ..account
    };
    expect("old domain", Reason::InAddress, old_domain, person, classes);
}

#[test]
fn a_name_by_itself_is_likely_where_nobody_else_has_it() {
    let same = one(account(1, "Ann", "Miller"), person(1, "ANN", "Miller"));
    assert_eq!(same, Some((LIKELY, Reason::SameName)));
    for (ours, theirs) in [
        (["Jose", "Nunez"], ["José", "Núñez"]),
        (["Kathe", "Groß-Weiss"], ["Käthe", "Gross Weiß"]),
    ] {
        let similar = one(account(1, ours[0], ours[1]), person(1, theirs[0], theirs[1]));
        assert!(
            similar.is_some_and(|(_, reason)| reason == Reason::SimilarName),
            "{ours:?} {similar:?}"
        );
    }
    let word = one(account(1, "Reception", ""), person(1, "Reception", ""));
    assert_eq!(word, None, "a single word is no name");
}

#[test]
fn another_employee_number_contradicts_everything() {
    let account = Account {
        email: Some("ann@contoso.com"),
        employee_number: Some("41"),
        ..account(1, "Ann", "Miller")
    };
    let person = Person {
        mail: Some("ann@contoso.com"),
        employee_number: Some("42"),
        ..person(1, "Ann", "Miller")
    };
    assert_eq!(one(account, person), Some((DOUBTFUL, Reason::SameEmail)));
    let by_name = Account {
        email: None,
        ..account
    };
    assert_eq!(one(by_name, person), None);
    // Written in another way it is no other number, and the same one neither.
    let other_form = Account {
        employee_number: Some("E42"),
        ..account
    };
    assert_eq!(one(other_form, person), Some((CERTAIN, Reason::SameEmail)));
}

#[test]
fn a_number_that_the_person_should_have_and_has_not_is_perhaps_a_leavers() {
    let account = Account {
        email: Some("ann@contoso.com"),
        employee_number: Some("41"),
        ..account(1, "Ann", "Miller")
    };
    let ann = Person {
        mail: Some("ann@contoso.com"),
        ..person(1, "Ann", "Miller")
    };
    let numbered = |id, number| Person {
        employee_number: Some(number),
        ..person(id, "Bob", "Baker")
    };
    assert_eq!(
        said(&[account], &[ann]),
        [(1, 1, CERTAIN, Reason::SameEmail)],
        "nobody has numbers"
    );
    let people = [ann, numbered(2, "51"), numbered(3, "52")];
    assert_eq!(said(&[account], &people), [(1, 1, LIKELY, Reason::SameEmail)]);
}

#[test]
fn an_address_of_the_directory_that_is_not_theirs_contradicts_the_name() {
    let ann = Person {
        sign_in_name: "p@contoso.com",
        ..person(1, "Ann", "Miller")
    };
    let elsewhere = Account {
        email: Some("ann.miller3@contoso.com"),
        ..account(1, "Ann", "Miller")
    };
    assert_eq!(one(elsewhere, ann), Some((DOUBTFUL, Reason::SameName)));
    let old = Account {
        email: Some("ann.miller3@old.example"),
        ..elsewhere
    };
    assert_eq!(one(old, ann), Some((LIKELY, Reason::SameName)));
}

#[test]
fn who_may_not_stay_is_only_doubtful_and_who_gets_no_username_is_not_proposed() {
    let account = Account {
        email: Some("ann@contoso.com"),
        ..account(1, "Ann", "Miller")
    };
    let ann = Person {
        mail: Some("ann@contoso.com"),
        ..person(1, "Ann", "Miller")
    };
    for person in [
        Person {
            is_enabled: false,
            ..ann
        },
        Person {
            in_scope: false,
            ..ann
        },
        Person {
            is_guest: true,
            ..ann
        },
    ] {
        assert_eq!(one(account, person), Some((DOUBTFUL, Reason::SameEmail)));
    }
    assert_eq!(
        one(
            account,
            Person {
                new_username: " ",
                ..ann
            }
        ),
        None
    );
}

#[test]
fn p_07_administrators_are_proposed_by_hand_and_p_02_blocked_accounts_only_if_asked() {
    let account = Account {
        email: Some("ann@contoso.com"),
        ..account(1, "Ann", "Miller")
    };
    let ann = Person {
        mail: Some("ann@contoso.com"),
        ..person(1, "Ann", "Miller")
    };
    let ordinary = all(&[account], &[ann]);
    assert!(!ordinary[0].by_hand && ordinary[0].is_automatic());
    let administrator = all(
        &[Account {
            is_administrator: true,
            ..account
        }],
        &[ann],
    );
    assert_eq!(administrator[0].class, CERTAIN);
    assert!(administrator[0].by_hand && !administrator[0].is_automatic());
    let blocked = Account {
        is_blocked: true,
        ..account
    };
    assert_eq!(all(&[blocked], &[ann]), []);
    let asked = propose([blocked], [ann], 7, true);
    assert_eq!(
        asked[0].class, LIKELY,
        "a leaver's address may have been handed on"
    );
}
