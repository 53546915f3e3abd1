//! What is looked at before a data mapping is saved: do its attributes exist, do their values fit, and does everybody
//! get a username of their own.

use std::collections::{BTreeSet, HashMap};

use domain::directory::{AttributeValue, DirectoryUser, Standing};
use domain::people::field;
use domain::profile::{FieldKind, ProfileField};
use domain::settings::{DataMapping, FieldMapping, WhenEmpty};
use domain::text::is_address;
use domain::{FieldError, UsernameKey};

use super::fit::{Misfit, fit};
use super::{error, username_problem};
use crate::nearest::nearest;
use crate::sync::username_of;
use crate::username;

/// Why a value is not written as it stands (B-03 to B-06).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ValueProblem {
    /// The field stays as it is; nothing is cut.
    Misfit(Misfit),
    /// B-03: an e-mail field is given something else. It is written all the same: the directory decides.
    NotAnAddress,
    /// B-06: a list, of which the first entry is written.
    Several,
}

/// What is wrong with this value for this field, the gravest first.
pub fn value_problem(field: &ProfileField, value: &AttributeValue) -> Option<ValueProblem> {
    let text = match fit(field, value) {
        Ok(text) => text?,
        Err(misfit) => return Some(ValueProblem::Misfit(misfit)),
    };
    if field.key == field::EMAIL && !is_address(&text) {
        return Some(ValueProblem::NotAnAddress);
    }
    let takes_one = field.kind != FieldKind::MultiSelect;
    let several = matches!(value, AttributeValue::List(entries) if entries.len() > 1);
    (takes_one && several).then_some(ValueProblem::Several)
}

/// What a field becomes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Becomes {
    /// This text.
    Text(String),
    /// Nothing: the attribute is empty and the row clears (B-02).
    Empty,
    /// What it is now: the attribute is empty and the row keeps, or the value does not fit (B-02 to B-05).
    AsItIs,
}

/// What this row makes of a value; `None` is an attribute that was not sent, which changes nothing (G-16).
pub fn becomes(row: &FieldMapping, field: &ProfileField, value: Option<&AttributeValue>) -> Becomes {
    match value.map(|value| fit(field, value)) {
        Some(Ok(Some(text))) => Becomes::Text(text.into_owned()),
        Some(Ok(None)) if row.when_empty == WhenEmpty::Clear => Becomes::Empty,
        _ => Becomes::AsItIs,
    }
}

/// The rows whose attribute does not exist, with what was probably meant (B-09). `known` are all attributes of the
/// directory, but for those whose names begin with `unlisted`: whether they exist is not known.
pub fn unknown_attributes(
    mapping: &DataMapping,
    known: &BTreeSet<String>,
    unlisted: Option<&str>,
) -> Vec<FieldError> {
    let username = ("username_attribute".to_owned(), &mapping.username_attribute);
    let rows = mapping.fields.iter().enumerate();
    let rows = rows.map(|(n, row)| (format!("fields.{n}.attribute"), &row.attribute));
    std::iter::once(username)
        .chain(rows)
        .filter(|(_, attribute)| !known.contains(*attribute))
        .filter(|(_, attribute)| !unlisted.is_some_and(|prefix| attribute.starts_with(prefix)))
        .map(|(place, attribute)| {
            let cure = match nearest(attribute, known) {
                Some(meant) if meant.eq_ignore_ascii_case(attribute) => {
                    format!("Capital letters count. Did you mean “{meant}”?")
                }
                Some(meant) => format!("Did you mean “{meant}”?"),
                None => "Choose one of those listed below. If it is new there, test the connection again: \
                         that lists the attributes anew."
                    .to_owned(),
            };
            error(
                &place,
                format!("The directory has no attribute “{attribute}”. {cure}"),
            )
        })
        .collect()
}

/// Whether an attribute gives everybody a username of their own (B-08): shown people one by one.
#[derive(Debug)]
pub struct UsernameCheck<'a> {
    mapping: &'a DataMapping,
    guests: bool,
    seen: HashMap<UsernameKey, (String, u64)>,
    found: UsernameFindings,
}

/// Who would get no username, or somebody else's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UsernameFindings {
    /// People looked at.
    pub people: u64,
    /// People without a value, and the first of their names.
    pub blank: u64,
    pub blank_names: Vec<String>,
    /// People whose username somebody else has too, and the first usernames with who has them.
    pub shared: u64,
    pub shared_names: Vec<String>,
    /// People whose value cannot be a username, and the first of their names.
    pub unusable: u64,
    pub unusable_names: Vec<String>,
}

impl UsernameFindings {
    /// Whether everybody gets a username of their own.
    pub const fn is_clean(&self) -> bool {
        self.blank == 0 && self.shared == 0 && self.unusable == 0
    }
}

/// People named for each finding.
const NAMED: usize = 5;

impl<'a> UsernameCheck<'a> {
    /// `guests`: whether guests get accounts (I-12).
    pub fn new(mapping: &'a DataMapping, guests: bool) -> Self {
        Self {
            mapping,
            guests,
            seen: HashMap::new(),
            found: UsernameFindings::default(),
        }
    }

    /// Looks at one person. Who gets no account is passed over.
    pub fn look(&mut self, user: &DirectoryUser) {
        if user.status.standing() != Standing::Works || (user.guest && !self.guests) {
            return;
        }
        let found = &mut self.found;
        found.people += 1;
        let name = user.display_name.as_deref().unwrap_or(&user.principal_name);
        let note = |count: &mut u64, names: &mut Vec<String>| {
            *count += 1;
            if names.len() < NAMED {
                names.push(name.to_owned());
            }
        };
        let Some(username) = username_of(user, self.mapping) else {
            return note(&mut found.blank, &mut found.blank_names);
        };
        if username_problem(&username).is_some() {
            return note(&mut found.unusable, &mut found.unusable_names);
        }
        let (first, holders) = self
            .seen
            .entry(username::key(&username))
            .or_insert_with(|| (name.to_owned(), 0));
        *holders += 1;
        if *holders > 1 {
            // With the second one the first is found out, too.
            found.shared += if *holders == 2 { 2 } else { 1 };
            if *holders == 2 && found.shared_names.len() < NAMED {
                found
                    .shared_names
                    .push(format!("{} ({first}, {name})", username.as_str()));
            }
        }
    }

    /// How many people have been looked at so far.
    pub const fn people(&self) -> u64 {
        self.found.people
    }

    /// What was found.
    pub fn findings(self) -> UsernameFindings {
        self.found
    }
}
