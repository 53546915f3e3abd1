//! Data mapping inside a decision (domain 3.4); the mapping itself is tested where it is.

use super::*;

#[test]
fn b_02_clearing_is_an_update_and_keeping_is_nothing() {
    let person = person(with(user("o1", "ann"), "jobTitle", AttributeValue::Null));
    let mut account = account(1, "ann");
    account.profile.insert("job_title".into(), "Clerk".into());
    assert_eq!(
        decide(&settings(), &linked(&person, &account)),
        Decision::Unchanged
    );
    let change = changed(decide(&clearing(settings()), &linked(&person, &account)));
    assert_eq!(change.kind, ChangeKind::Update);
    assert_eq!(change.reason, Reason::AttributesChanged);
    assert_eq!(change.fields, [field_change("job_title", Some("Clerk"), None)]);
}

#[test]
fn b_05_s_08_one_bad_value_stops_neither_the_person_nor_their_creation() {
    let user = with(user("o1", "ann"), "jobTitle", text(&"x".repeat(500)));
    let person = person(with(user, "department", text("Sales")));
    let account = account(1, "ann");
    let too_long = Reason::TooLong {
        field: "Job title".into(),
        limit: 128,
    };
    let change = changed(decide(&settings(), &linked(&person, &account)));
    assert_eq!(change.fields, [field_change("department", None, Some("Sales"))]);
    assert_eq!(
        problems(&settings(), &linked(&person, &account)),
        std::slice::from_ref(&too_long)
    );
    let change = changed(decide(&settings(), &facts(&person)));
    assert_eq!(change.kind, ChangeKind::Create);
    assert!(change.fields.iter().all(|change| change.field != "job_title"));
    assert!(problems(&settings(), &facts(&person)).contains(&too_long));
}

#[test]
fn b_05_problems_are_those_of_people_who_should_be_here() {
    let long = with(user("o1", "ann"), "jobTitle", text(&"x".repeat(500)));
    let disabled = person(in_status(long.clone(), DirectoryStatus::Disabled));
    let account = account(1, "ann");
    assert_eq!(problems(&settings(), &linked(&disabled, &account)), []);
    assert_eq!(problems(&settings(), &facts(&disabled)), []);
    let person = person(long);
    let local = of(account, Directory::Local);
    assert_eq!(problems(&settings(), &linked(&person, &local)), []);
}

#[test]
fn b_06_b_11_lists_and_cosmetic_differences() {
    let phones = AttributeValue::List(vec!["+44 1".into(), "+44 2".into()]);
    let user = with(user("o1", "ann"), "businessPhones", phones);
    let person = person(with(user, "department", text("sales ")));
    let mut account = account(1, "ann");
    account.profile.insert("department".into(), "Sales".into());
    let change = changed(decide(&settings(), &linked(&person, &account)));
    assert_eq!(
        change.fields,
        [
            field_change("telephone", None, Some("+44 1")),
            field_change("department", Some("Sales"), Some("sales")),
        ]
    );
    assert!(change.fields[1].is_cosmetic());
}

#[test]
fn c_11_g_16_unreadable_people_are_neither_emptied_nor_blocked() {
    let mut hidden = user("o1", "");
    hidden.status = DirectoryStatus::Disabled;
    hidden.attributes = settings()
        .mapping
        .attributes()
        .into_iter()
        .map(|name| (name, AttributeValue::Null))
        .collect();
    let person = person(hidden);
    let mut account = account(1, "ann");
    account.profile.insert("first_name".into(), "Ann".into());
    let reason = Reason::MissingAttribute {
        attribute: "userPrincipalName".into(),
    };
    let settings = clearing(following());
    assert_skip(decide(&settings, &linked(&person, &account)), &reason);
    assert_skip(decide(&settings, &facts(&person)), &reason);
}

#[test]
fn m_19_a_rename_carries_the_other_fields_along() {
    let person = person(with(user("o1", "ann.married"), "surname", text("Married")));
    let account = account(1, "ann");
    let claim = claimed(decide(&following(), &linked(&person, &account)));
    assert_eq!(
        claim.change.fields,
        [
            field_change("username", Some("ann"), Some("ann.married")),
            field_change("surname", None, Some("Married")),
        ]
    );
    assert_eq!(claim.otherwise.len(), 2);
}
