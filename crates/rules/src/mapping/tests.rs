use std::collections::{BTreeMap, BTreeSet};

use domain::directory::DirectoryStatus;
use domain::{ObjectId, Provider};

use super::*;

fn mapping() -> DataMapping {
    DataMapping::initial(Provider::Entra)
}

fn standard() -> ProfileFields {
    ProfileFields::default()
}

fn field_of(key: &str) -> ProfileField {
    standard().get(key).expect("a standard field").clone()
}

fn user(attributes: &[(&str, AttributeValue)]) -> DirectoryUser {
    DirectoryUser {
        object_id: ObjectId::new("o1"),
        principal_name: "ann@contoso.com".into(),
        mail: None,
        display_name: None,
        status: DirectoryStatus::Enabled,
        guest: false,
        manager: None,
        attributes: attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
    }
}

fn text(text: &str) -> AttributeValue {
    AttributeValue::Text(text.to_owned())
}

fn profile(fields: &[(&str, &str)]) -> Profile {
    fields
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn change(field: &str, before: Option<&str>, after: Option<&str>) -> FieldChange {
    FieldChange::new(field, before, after)
}

#[test]
fn b_02_null_keeps_or_clears_by_the_row() {
    let mut mapping = mapping();
    let user = user(&[("jobTitle", AttributeValue::Null), ("department", text(" "))]);
    let current = profile(&[("job_title", "Clerk"), ("department", "Sales")]);
    assert_eq!(project(&user, &mapping, &standard(), Some(&current)), []);
    for row in &mut mapping.fields {
        row.when_empty = WhenEmpty::Clear;
    }
    assert_eq!(
        project(&user, &mapping, &standard(), Some(&current)),
        [
            change("job_title", Some("Clerk"), None),
            change("department", Some("Sales"), None)
        ]
    );
    // Nothing to clear.
    assert_eq!(project(&user, &mapping, &standard(), Some(&Profile::new())), []);
    assert_eq!(project(&user, &mapping, &standard(), None), []);
}

#[test]
fn g_16_absent_is_not_null() {
    let mut mapping = mapping();
    for row in &mut mapping.fields {
        row.when_empty = WhenEmpty::Clear;
    }
    let current = profile(&[("job_title", "Clerk"), ("department", "Sales")]);
    let user = user(&[("department", text("Sales"))]);
    assert_eq!(project(&user, &mapping, &standard(), Some(&current)), []);
}

#[test]
fn b_05_too_long_is_a_problem_of_one_field_and_never_cut() {
    let user = user(&[
        ("jobTitle", text(&"ö".repeat(129))),
        ("department", text(&"ö".repeat(128))),
    ]);
    let current = profile(&[("job_title", "Clerk")]);
    assert_eq!(
        project(&user, &mapping(), &standard(), Some(&current)),
        [change("department", None, Some(&"ö".repeat(128)))]
    );
    let problem = Reason::TooLong {
        field: "Job title".into(),
        limit: 128,
    };
    assert_eq!(
        misfits(&user, &mapping(), &standard()).collect::<Vec<_>>(),
        [problem]
    );
}

#[test]
fn b_05_the_limits_hold_what_the_providers_send() {
    for field in standard().iter() {
        assert!(field.limit() >= 100, "{}", field.key);
    }
    assert_eq!(field_of(field::EMAIL).limit(), 254);
}

#[test]
fn b_06_of_a_list_the_first_entry_counts() {
    let list =
        |entries: &[&str]| AttributeValue::List(entries.iter().map(|entry| (*entry).to_owned()).collect());
    let with = |value| project(&user(&[("businessPhones", value)]), &mapping(), &standard(), None);
    assert_eq!(
        with(list(&["+44 1", "+44 2"])),
        [change("telephone", None, Some("+44 1"))]
    );
    assert_eq!(with(list(&[])), []);
    assert_eq!(
        with(AttributeValue::Integer(44)),
        [change("telephone", None, Some("44"))]
    );
}

#[test]
fn b_11_cosmetic_differences_are_written_through() {
    let projection = project(
        &user(&[("department", text("sales"))]),
        &mapping(),
        &standard(),
        Some(&profile(&[("department", "Sales")])),
    );
    assert_eq!(projection, [change("department", Some("Sales"), Some("sales"))]);
    assert!(projection.iter().all(FieldChange::is_cosmetic));
    // Outer white space is not even a difference.
    let trimmed = project(
        &user(&[("department", text(" Sales "))]),
        &mapping(),
        &standard(),
        Some(&profile(&[("department", "Sales")])),
    );
    assert_eq!(trimmed, []);
}

#[test]
fn nul_never_reaches_a_field() {
    let with = |value: &str| {
        project(
            &user(&[("department", text(value))]),
            &mapping(),
            &standard(),
            None,
        )
    };
    assert_eq!(with("Sa\0les\0"), [change("department", None, Some("Sales"))]);
    assert_eq!(with("\0 \0"), []);
}

#[test]
fn c_11_a_person_of_whom_only_the_id_is_readable_is_left_alone() {
    let mut mapping = mapping();
    for row in &mut mapping.fields {
        row.when_empty = WhenEmpty::Clear;
    }
    let nulls: BTreeMap<String, AttributeValue> = mapping
        .attributes()
        .into_iter()
        .map(|name| (name, AttributeValue::Null))
        .collect();
    let mut hidden = user(&[]);
    hidden.attributes = nulls;
    hidden.principal_name = String::new();
    let current = profile(&[("first_name", "Ann")]);
    assert!(looks_unreadable(&hidden, &mapping));
    assert_eq!(project(&hidden, &mapping, &standard(), Some(&current)), []);
    for readable in [
        DirectoryUser {
            mail: Some("ann@contoso.com".into()),
            ..hidden.clone()
        },
        DirectoryUser {
            display_name: Some("Ann".into()),
            ..hidden.clone()
        },
    ] {
        assert!(!looks_unreadable(&readable, &mapping));
    }
    for name in mapping.attributes() {
        let mut readable = hidden.clone();
        readable.attributes.insert(name, text("x"));
        assert!(!looks_unreadable(&readable, &mapping));
    }
    // With a principal name it is an empty profile, and empty it is made.
    hidden.principal_name = "ann@contoso.com".into();
    assert!(!looks_unreadable(&hidden, &mapping));
    assert_eq!(
        project(&hidden, &mapping, &standard(), Some(&current)),
        [change("first_name", Some("Ann"), None)]
    );
}

#[test]
fn i_15_missing_mandatory_fields_are_named_by_attribute() {
    let user = user(&[("givenName", text("Sukarno")), ("surname", AttributeValue::Null)]);
    let mapping = mapping();
    assert_eq!(missing(&user, &mapping).collect::<Vec<_>>(), ["surname", "mail"]);
}

#[test]
fn b_15_forbidden_keys_are_refused_and_never_written() {
    for key in [
        "state",
        "role",
        "password",
        "username",
        "manager",
        "directory",
        "group",
    ] {
        let mut mapping = mapping();
        mapping.fields.push(FieldMapping {
            attribute: "department".into(),
            field: key.into(),
            when_empty: WhenEmpty::Clear,
        });
        let errors = validate(&mapping, &standard());
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].field, "fields.6.field");
        let user = user(&[("department", text("blocked"))]);
        let fields = project(&user, &mapping, &standard(), None);
        assert!(fields.iter().all(|change| change.field != key), "{fields:?}");
    }
    let mut secret = mapping();
    secret.fields[4].attribute = "passwordProfile".into();
    assert_eq!(validate(&secret, &standard())[0].field, "fields.4.attribute");
}

#[test]
fn the_initial_mappings_are_in_order() {
    for provider in [Provider::Entra, Provider::Okta] {
        assert_eq!(validate(&DataMapping::initial(provider), &standard()), []);
    }
}

#[test]
fn b_07_two_attributes_to_one_field_are_an_error_and_one_to_two_is_fine() {
    let mut mapping = mapping();
    mapping.fields[4].attribute = "department".into();
    assert_eq!(validate(&mapping, &standard()), []);
    mapping.fields[4].field = field::DEPARTMENT.into();
    let errors = validate(&mapping, &standard());
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].field, "fields.5.field");
}

#[test]
fn b_13_mandatory_rows_stay() {
    let mut mapping = mapping();
    mapping.fields.retain(|row| row.field != field::SURNAME);
    let errors = validate(&mapping, &standard());
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].message.contains("Surname"), "{errors:?}");
}

#[test]
fn attribute_names_are_names() {
    for bad in ["", " ", "mail,id", "mail&$top=1", "mail)", "ma il", "ünicode"] {
        let mut mapping = mapping();
        mapping.username_attribute = bad.into();
        let errors = validate(&mapping, &standard());
        assert_eq!(errors.len(), 1, "{bad:?}");
        assert_eq!(errors[0].field, "username_attribute");
    }
    for good in [
        "onPremisesExtensionAttributes/extensionAttribute1",
        "extension_0f_employee",
        "custom-field.x",
    ] {
        let mut mapping = mapping();
        mapping.username_attribute = good.into();
        assert_eq!(validate(&mapping, &standard()), []);
    }
    let mut long = mapping();
    long.username_attribute = "a".repeat(201);
    assert_eq!(validate(&long, &standard()).len(), 1);
}

#[test]
fn b_03_b_05_b_06_a_value_that_does_not_fit_is_named() {
    let list = AttributeValue::List(vec!["a@b".into(), "c@d".into()]);
    for (key, value, problem) in [
        (field::EMAIL, text("ann@contoso.com"), None),
        (field::EMAIL, text("Ann Lee"), Some(ValueProblem::NotAnAddress)),
        (field::EMAIL, text("a@b@c"), Some(ValueProblem::NotAnAddress)),
        (
            field::EMAIL,
            text("@contoso.com"),
            Some(ValueProblem::NotAnAddress),
        ),
        (field::EMAIL, AttributeValue::Null, None),
        (field::EMAIL, list, Some(ValueProblem::Several)),
        (field::DEPARTMENT, text("Ann Lee"), None),
        (
            field::DEPARTMENT,
            text(&"x".repeat(129)),
            Some(ValueProblem::Misfit(Misfit::TooLong { limit: 128 })),
        ),
        (field::DEPARTMENT, AttributeValue::List(vec!["one".into()]), None),
        (field::DEPARTMENT, AttributeValue::Bool(true), None),
    ] {
        assert_eq!(value_problem(&field_of(key), &value), problem, "{key} {value:?}");
    }
}

#[test]
fn b_02_a_row_says_what_the_field_becomes() {
    let mut row = mapping().fields[4].clone();
    let value = text(" Clerk ");
    assert_eq!(
        becomes(&row, &field_of(&row.field), Some(&value)),
        Becomes::Text("Clerk".into())
    );
    assert_eq!(
        becomes(&row, &field_of(&row.field), Some(&AttributeValue::Null)),
        Becomes::AsItIs
    );
    assert_eq!(
        becomes(&row, &field_of(&row.field), Some(&text(&"x".repeat(129)))),
        Becomes::AsItIs
    );
    row.when_empty = WhenEmpty::Clear;
    assert_eq!(
        becomes(&row, &field_of(&row.field), Some(&AttributeValue::Null)),
        Becomes::Empty
    );
    // Not sent is not empty (G-16).
    assert_eq!(becomes(&row, &field_of(&row.field), None), Becomes::AsItIs);
}

#[test]
fn b_09_an_attribute_that_does_not_exist_is_named_with_what_was_meant() {
    let known: BTreeSet<String> = [
        "businessPhones",
        "department",
        "givenName",
        "jobTitle",
        "mail",
        "surname",
        "userPrincipalName",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(unknown_attributes(&mapping(), &known, None), []);
    for (typed, said) in [
        ("jobtitle", "Capital letters count. Did you mean “jobTitle”?"),
        ("jobTitel", "Did you mean “jobTitle”?"),
        ("departement", "Did you mean “department”?"),
        ("shoeSize", "test the connection again"),
    ] {
        let mut mapping = mapping();
        mapping.fields[4].attribute = typed.into();
        let errors = unknown_attributes(&mapping, &known, None);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].field, "fields.4.attribute");
        assert!(errors[0].message.contains(said), "{errors:?}");
    }
    let mut username = mapping();
    username.username_attribute = "upn".into();
    assert_eq!(
        unknown_attributes(&username, &known, Some("extension_"))[0].field,
        "username_attribute"
    );
    username.username_attribute = "extension_0f_badge".into();
    assert_eq!(unknown_attributes(&username, &known, Some("extension_")), []);
    assert_eq!(unknown_attributes(&username, &known, Some("")), []);
    assert_eq!(unknown_attributes(&username, &known, None).len(), 1);
}

#[test]
fn b_08_blanks_and_shared_usernames_are_found_by_name() {
    let mut by_number = mapping();
    by_number.username_attribute = "employeeId".into();
    let person = |name: &str, number: Option<&str>, status, guest| DirectoryUser {
        display_name: Some(name.into()),
        status,
        guest,
        ..user(&[("employeeId", number.map_or(AttributeValue::Null, text))])
    };
    let enabled = DirectoryStatus::Enabled;
    let people = [
        person("Ann", Some("A-1"), enabled, false),
        person("Bob", Some("a-1 "), enabled, false),
        person("Cy", Some("A-1"), enabled, false),
        person("Dee", None, enabled, false),
        person("Eve", Some("e\u{200b}1"), enabled, false),
        person("Fay", Some("F-1"), enabled, false),
        // Nobody who gets an account.
        person("Guest", None, enabled, true),
        person("Gone", Some("F-1"), DirectoryStatus::Disabled, false),
    ];
    let mut check = UsernameCheck::new(&by_number, false);
    for user in &people {
        check.look(user);
    }
    let found = check.findings();
    assert_eq!(
        (found.people, found.shared, found.blank, found.unusable),
        (6, 3, 1, 1)
    );
    assert_eq!(found.shared_names, ["a-1 (Ann, Bob)"]);
    assert_eq!(
        (found.blank_names, found.unusable_names),
        (vec!["Dee".to_owned()], vec!["Eve".to_owned()])
    );
    let mut fine = UsernameCheck::new(&by_number, false);
    fine.look(&people[0]);
    fine.look(&people[5]);
    assert!(fine.findings().is_clean());
}
