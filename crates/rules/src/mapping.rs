//! The data mapping: which directory attribute feeds which profile field, and what of it is written (domain 3.4).

mod checks;
mod effect;
mod fit;

use std::borrow::Cow;

use domain::directory::{AttributeValue, DirectoryUser};
use domain::people::{Profile, field};
use domain::profile::{ProfileField, ProfileFields};
use domain::settings::{DataMapping, FieldMapping, WhenEmpty};
use domain::sync::{FieldChange, Reason};
use domain::{FieldError, Username};

use crate::username;

pub use checks::{
    Becomes, UsernameCheck, UsernameFindings, ValueProblem, becomes, unknown_attributes, value_problem,
};
pub use effect::{PersonEffect, effect};
pub(crate) use fit::folded;
pub use fit::{Misfit, fit};

/// What the mapped attributes would change in a profile as it is; `None` for somebody without an account. In the order
/// of the mapping.
///
/// An absent attribute was not sent and changes nothing (G-16); null keeps or clears by the row's rule (B-02); a value
/// that does not fit leaves the field as it is ([`misfits`]). Keys that no mapping may write are ignored whatever the
/// mapping says (B-15).
pub fn project(
    user: &DirectoryUser,
    mapping: &DataMapping,
    fields: &ProfileFields,
    current: Option<&Profile>,
) -> Vec<FieldChange> {
    if looks_unreadable(user, mapping) {
        return Vec::new();
    }
    let change = |(row, field, value): (&FieldMapping, &ProfileField, &AttributeValue)| {
        let before = current
            .and_then(|profile| profile.get(&row.field))
            .map(String::as_str);
        match fit(field, value).ok()? {
            Some(text) => (before != Some(&*text)).then(|| FieldChange::new(&row.field, before, Some(&text))),
            None if row.when_empty == WhenEmpty::Clear => {
                before.map(|before| FieldChange::new(&row.field, Some(before), None))
            }
            None => None,
        }
    };
    sent(user, mapping, fields).filter_map(change).collect()
}

/// The values that their fields cannot hold (B-03 to B-05); the rest of the person goes on (S-08).
pub fn misfits<'a>(
    user: &'a DirectoryUser,
    mapping: &'a DataMapping,
    fields: &'a ProfileFields,
) -> impl Iterator<Item = Reason> + 'a {
    sent(user, mapping, fields).filter_map(|(_, field, value)| {
        let title = field.title.clone();
        Some(match fit(field, value).err()? {
            Misfit::TooLong { limit } => Reason::TooLong { field: title, limit },
            Misfit::NotOfKind { kind } => Reason::DoesNotFit {
                field: title,
                kind,
                value: shortened(&value.to_text().unwrap_or_default()),
            },
        })
    })
}

/// The rows that may write, each with its field and the value that was sent.
fn sent<'a>(
    user: &'a DirectoryUser,
    mapping: &'a DataMapping,
    fields: &'a ProfileFields,
) -> impl Iterator<Item = (&'a FieldMapping, &'a ProfileField, &'a AttributeValue)> + 'a {
    mapping
        .fields
        .iter()
        .filter_map(|row| Some((row, fields.get(&row.field)?, user.attributes.get(&row.attribute)?)))
}

/// Longest value shown, in characters.
pub(crate) const SHOWN_CHARS: usize = 80;

/// A value as it is shown: its beginning, when it is long.
pub fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN_CHARS).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// The mandatory fields for which the directory has no value (I-14, I-15), by attribute name. They stay empty: people
/// with one name and people without a mailbox exist.
pub fn missing<'a>(user: &DirectoryUser, mapping: &'a DataMapping) -> impl Iterator<Item = &'a str> {
    mapping
        .fields
        .iter()
        .filter(|row| field::MANDATORY.contains(&row.field.as_str()))
        .filter(|row| user.attributes.get(&row.attribute).and_then(clean).is_none())
        .map(|row| row.attribute.as_str())
}

/// Whether nothing but the id can be read of this person (C-11): that is a missing permission, not an empty profile,
/// and nothing of it may be written.
pub fn looks_unreadable(user: &DirectoryUser, mapping: &DataMapping) -> bool {
    let empty = |attribute: &str| user.attributes.get(attribute).and_then(clean).is_none();
    user.principal_name.trim().is_empty()
        && user.mail.is_none()
        && user.display_name.is_none()
        && empty(&mapping.username_attribute)
        && mapping.fields.iter().all(|row| empty(&row.attribute))
}

/// Why this name cannot be an account's username, if so: too long, or with a character inside that nobody can
/// see.
pub(crate) fn username_problem(name: &Username) -> Option<Reason> {
    if too_long(name.as_str(), username::MAX_CHARS) {
        return Some(Reason::TooLong {
            field: field::label(field::USERNAME).to_owned(),
            limit: username::MAX_CHARS,
        });
    }
    let hidden = username::hidden_character(name)?;
    Some(Reason::HiddenCharacter {
        username: name.as_str().to_owned(),
        code_point: format!("U+{:04X}", u32::from(hidden)),
    })
}

/// The value as a field holds it. NUL is dropped: no text field can hold it, and one database refuses it.
fn clean(value: &AttributeValue) -> Option<Cow<'_, str>> {
    let text = value.as_text()?;
    if !text.contains('\0') {
        return Some(text);
    }
    let text = text.replace('\0', "");
    let text = text.trim();
    (!text.is_empty()).then(|| Cow::Owned(text.to_owned()))
}

fn too_long(text: &str, limit: u32) -> bool {
    let fits = |length: usize| u32::try_from(length).is_ok_and(|length| length <= limit);
    // Bytes first: they are counted already, and there are never fewer of them than characters.
    !fits(text.len()) && !fits(text.chars().count())
}

/// Longest attribute name we ask a provider for; theirs end well before.
const MAX_ATTRIBUTE: usize = 200;
/// Attributes that hold secrets: never read, so never mapped (B-15).
const SECRET_ATTRIBUTES: &[&str] = &["passwordprofile", "password", "credentials", "passwordpolicies"];

/// What is wrong with a data mapping, in the order of the form. Fields are named `username_attribute`,
/// `fields.N.attribute`, `fields.N.field` (N from 0) and `fields` for the table as a whole.
pub fn validate(mapping: &DataMapping, fields: &ProfileFields) -> Vec<FieldError> {
    let mut errors = Vec::new();
    check_attribute("username_attribute", &mapping.username_attribute, &mut errors);
    for (n, row) in mapping.fields.iter().enumerate() {
        check_attribute(&format!("fields.{n}.attribute"), &row.attribute, &mut errors);
        check_field(n, mapping, fields, &mut errors);
    }
    for key in field::MANDATORY {
        if !mapping.fields.iter().any(|row| row.field == *key) {
            let message = format!("{} cannot be left out. Add a row for it.", field::label(key));
            errors.push(error("fields", message));
        }
    }
    errors
}

fn check_field(n: usize, mapping: &DataMapping, fields: &ProfileFields, errors: &mut Vec<FieldError>) {
    let key = mapping.fields[n].field.as_str();
    let place = format!("fields.{n}.field");
    if key.trim().is_empty() {
        errors.push(error(&place, "Choose the profile field this attribute fills."));
    } else if fields.get(key).is_none() {
        let message = match key {
            field::USERNAME => "The username has a row of its own above.".to_owned(),
            field::MANAGER => "The manager has a switch of its own.".to_owned(),
            // B-15: states, groups, roles, rights and passwords are nobody's profile field.
            _ => format!("{} cannot be filled from the directory.", field::label(key)),
        };
        errors.push(error(&place, message));
    } else if mapping.fields[..n].iter().any(|row| row.field == key) {
        let message = format!(
            "{} is filled by another row already. Remove one of the two.",
            fields.label(key)
        );
        errors.push(error(&place, message));
    }
}

/// The name goes into requests to the provider, so only the characters their names have are let through.
fn check_attribute(place: &str, attribute: &str, errors: &mut Vec<FieldError>) {
    let bad = attribute
        .chars()
        .find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/')));
    let message = if attribute.trim().is_empty() {
        "Type the attribute's name as the directory spells it.".to_owned()
    } else if let Some(bad) = bad {
        let bad = bad.escape_debug();
        format!(
            "The name of an attribute has letters, digits, and _ - . / only; here is \u{201c}{bad}\u{201d}."
        )
    } else if attribute.len() > MAX_ATTRIBUTE {
        format!("The name is longer than {MAX_ATTRIBUTE} characters.")
    } else if SECRET_ATTRIBUTES.contains(&attribute.to_ascii_lowercase().as_str()) {
        "Passwords are never read from the directory.".to_owned()
    } else {
        return;
    };
    errors.push(error(place, message));
}

fn error(field: &str, message: impl Into<String>) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: message.into(),
    }
}

#[cfg(test)]
mod tests;
