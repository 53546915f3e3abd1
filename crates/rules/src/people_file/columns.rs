//! Which column is which (F-04 to F-08), and the columns of our own exports.

use domain::people::{Profile, field};
use domain::people_file::{DIRECTORY_COLUMN, PeopleRejection, STATE_COLUMN};
use domain::profile::ProfileFields;
use domain::user_mapping::Rejection;

use crate::user_mapping::{letters, shortened};

/// Other names of columns, by their letters, in exports of People and in lists that people keep.
const ALIASES: &[(&str, &str)] = &[
    ("firstname", field::FIRST_NAME),
    ("forename", field::FIRST_NAME),
    ("givenname", field::FIRST_NAME),
    ("lastname", field::SURNAME),
    ("familyname", field::SURNAME),
    ("mail", field::EMAIL),
    ("emailaddress", field::EMAIL),
    ("phone", field::TELEPHONE),
    ("state", STATE_COLUMN),
];

/// Which cell of a record is which; from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns {
    pub(super) username: usize,
    /// The others that are read, by their symbolic names.
    pub(super) others: Vec<(usize, String)>,
    /// How many cells a record has.
    pub(super) width: usize,
    /// Columns that are not read, by their headings (F-06).
    pub ignored: Vec<String>,
}

impl Columns {
    /// Recognises the headings.
    pub fn of(first: &[String], fields: &ProfileFields) -> Result<Self, PeopleRejection> {
        let mut found = Self {
            username: usize::MAX,
            others: Vec::new(),
            width: first.len(),
            ignored: Vec::new(),
        };
        let mut seen: Vec<String> = Vec::new();
        for (place, heading) in first.iter().enumerate() {
            let Some(column) = column(heading, fields) else {
                if !heading.trim().is_empty() {
                    found.ignored.push(shortened(heading));
                }
                continue;
            };
            if seen.contains(&column) {
                let heading = shortened(heading);
                return Err(Rejection::DuplicateHeading { heading }.into());
            }
            if column == field::USERNAME {
                found.username = place;
            } else {
                found.others.push((place, column.clone()));
            }
            seen.push(column);
        }
        if found.username == usize::MAX {
            return Err(PeopleRejection::NoUsername {
                found: first.iter().map(|heading| shortened(heading)).collect(),
            });
        }
        Ok(found)
    }

    /// The symbolic names of what is read, in the order of the file.
    pub fn read(&self) -> Vec<String> {
        let mut all: Vec<(usize, &str)> = self
            .others
            .iter()
            .map(|(place, column)| (*place, column.as_str()))
            .chain([(self.username, field::USERNAME)])
            .collect();
        all.sort_unstable();
        all.into_iter().map(|(_, column)| column.to_owned()).collect()
    }
}

/// The symbolic name that a heading stands for. Letters and digits count, as everywhere (F-04); of two keys that differ in
/// other signs only, the one that is written counts.
fn column(heading: &str, fields: &ProfileFields) -> Option<String> {
    let written = heading.trim();
    let keys = || {
        let own = fields.iter().map(|field| field.key.as_str());
        [field::USERNAME, STATE_COLUMN, DIRECTORY_COLUMN]
            .into_iter()
            .chain(own)
    };
    if let Some(key) = keys().find(|key| key.eq_ignore_ascii_case(written)) {
        return Some(key.to_owned());
    }
    let name = letters(written);
    let mut same = keys().filter(|key| letters(key) == name);
    if let Some(key) = same.next() {
        return same.next().is_none().then(|| key.to_owned());
    }
    let alias = ALIASES.iter().find(|(alias, _)| *alias == name)?;
    Some(alias.1.to_owned())
}

/// The columns of an export, by their symbolic names.
pub fn table(fields: &ProfileFields) -> Vec<String> {
    let own = fields.iter().map(|field| field.key.as_str());
    std::iter::once(field::USERNAME)
        .chain(own)
        .chain([STATE_COLUMN, DIRECTORY_COLUMN])
        .map(str::to_owned)
        .collect()
}

/// What a profile has in a column, as an export writes it.
pub(super) fn current<'a>(profile: &'a Profile, key: &str) -> &'a str {
    profile.get(key).map(String::as_str).unwrap_or_default()
}
