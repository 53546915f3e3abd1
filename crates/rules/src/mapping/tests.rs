use std::collections::BTreeMap;

use domain::directory::DirectoryStatus;
use domain::{ObjectId, Provider};

use super::*;

fn mapping() -> DataMapping {
    DataMapping::initial(Provider::Entra)
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
    assert_eq!(project(&user, &mapping, Some(&current)), Projection::default());
    for row in &mut mapping.fields {
        row.when_empty = WhenEmpty::Clear;
    }
    assert_eq!(
        project(&user, &mapping, Some(&current)).fields,
        [
            change("job_title", Some("Clerk"), None),
            change("department", Some("Sales"), None)
        ]
    );
    // Nothing to clear.
    assert_eq!(
        project(&user, &mapping, Some(&Profile::new())),
        Projection::default()
    );
    assert_eq!(project(&user, &mapping, None), Projection::default());
}

#[test]
fn g_16_absent_is_not_null() {
    let mut mapping = mapping();
    for row in &mut mapping.fields {
        row.when_empty = WhenEmpty::Clear;
    }
    let current = profile(&[("job_title", "Clerk"), ("department", "Sales")]);
    let user = user(&[("department", text("Sales"))]);
    assert_eq!(project(&user, &mapping, Some(&current)), Projection::default());
}

#[test]
fn b_05_too_long_is_a_problem_of_one_field_and_never_cut() {
    let user = user(&[
        ("jobTitle", text(&"ö".repeat(129))),
        ("department", text(&"ö".repeat(128))),
    ]);
    let projection = project(&user, &mapping(), Some(&profile(&[("job_title", "Clerk")])));
    assert_eq!(
        projection.fields,
        [change("department", None, Some(&"ö".repeat(128)))]
    );
    let problem = Reason::TooLong {
        field: "job_title".into(),
        limit: 128,
    };
    assert_eq!(projection.problems, std::slice::from_ref(&problem));
    assert_eq!(too_long_fields(&user, &mapping()).collect::<Vec<_>>(), [problem]);
}

#[test]
fn b_05_the_limits_hold_what_the_providers_send() {
    for key in field::MAPPABLE {
        assert!(limit(key) >= 100, "{key}");
    }
    assert_eq!(limit(field::EMAIL), 254);
}

#[test]
fn b_06_of_a_list_the_first_entry_counts() {
    let list =
        |entries: &[&str]| AttributeValue::List(entries.iter().map(|entry| (*entry).to_owned()).collect());
    let with = |value| project(&user(&[("businessPhones", value)]), &mapping(), None).fields;
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
        Some(&profile(&[("department", "Sales")])),
    );
    assert_eq!(
        projection.fields,
        [change("department", Some("Sales"), Some("sales"))]
    );
    assert!(projection.fields.iter().all(FieldChange::is_cosmetic));
    // Outer white space is not even a difference.
    let trimmed = project(
        &user(&[("department", text(" Sales "))]),
        &mapping(),
        Some(&profile(&[("department", "Sales")])),
    );
    assert_eq!(trimmed, Projection::default());
}

#[test]
fn nul_never_reaches_a_field() {
    let with = |value: &str| project(&user(&[("department", text(value))]), &mapping(), None).fields;
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
    assert_eq!(project(&hidden, &mapping, Some(&current)), Projection::default());
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
        project(&hidden, &mapping, Some(&current)).fields,
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
        let errors = validate(&mapping);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].field, "fields.6.field");
        let user = user(&[("department", text("blocked"))]);
        let fields = project(&user, &mapping, None).fields;
        assert!(fields.iter().all(|change| change.field != key), "{fields:?}");
    }
    let mut secret = mapping();
    secret.fields[4].attribute = "passwordProfile".into();
    assert_eq!(validate(&secret)[0].field, "fields.4.attribute");
}

#[test]
fn the_initial_mappings_are_in_order() {
    for provider in [Provider::Entra, Provider::Okta] {
        assert_eq!(validate(&DataMapping::initial(provider)), []);
    }
}

#[test]
fn b_07_two_attributes_to_one_field_are_an_error_and_one_to_two_is_fine() {
    let mut mapping = mapping();
    mapping.fields[4].attribute = "department".into();
    assert_eq!(validate(&mapping), []);
    mapping.fields[4].field = field::DEPARTMENT.into();
    let errors = validate(&mapping);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert_eq!(errors[0].field, "fields.5.field");
}

#[test]
fn b_13_mandatory_rows_stay() {
    let mut mapping = mapping();
    mapping.fields.retain(|row| row.field != field::SURNAME);
    let errors = validate(&mapping);
    assert_eq!(errors.len(), 1, "{errors:?}");
    assert!(errors[0].message.contains("Surname"), "{errors:?}");
}

#[test]
fn attribute_names_are_names() {
    for bad in ["", " ", "mail,id", "mail&$top=1", "mail)", "ma il", "ünicode"] {
        let mut mapping = mapping();
        mapping.username_attribute = bad.into();
        let errors = validate(&mapping);
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
        assert_eq!(validate(&mapping), []);
    }
    let mut long = mapping();
    long.username_attribute = "a".repeat(201);
    assert_eq!(validate(&long).len(), 1);
}
