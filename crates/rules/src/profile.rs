//! The fields a customer adds to the profiles of their People directory.

use domain::FieldError;
use domain::people::field;
use domain::profile::{FieldKind, ProfileField, ProfileFields};

use crate::mapping::folded;

/// Most fields a customer may add.
pub const MAX_FIELDS: usize = 100;
/// Most options of a field.
const MAX_OPTIONS: usize = 500;
/// Longest key, title and option, in characters.
const MAX_KEY: usize = 50;
const MAX_TITLE: usize = 80;
const MAX_OPTION: usize = 128;

/// Names that are not profile fields but stand beside them in changes and files, and may not be mistaken for one.
const RESERVED: &[&str] = &[
    field::USERNAME,
    field::STATE,
    field::MANAGER,
    field::DIRECTORY,
    field::GROUP,
    "password",
    "role",
];

/// The key a title suggests: its letters and digits in lower case, everything else an underscore.
pub fn key_of(title: &str) -> String {
    let mut key = String::new();
    for letter in title.trim().chars() {
        if letter.is_ascii_alphanumeric() {
            key.push(letter.to_ascii_lowercase());
        } else if !key.is_empty() && !key.ends_with('_') {
            key.push('_');
        }
        if key.len() == MAX_KEY {
            break;
        }
    }
    key.trim_end_matches('_').to_owned()
}

/// What is wrong with a field, in the order of the form (`title`, `key`, `kind`, `options`). `others` are the fields
/// there are beside it.
pub fn validate(new: &ProfileField, others: &ProfileFields) -> Vec<FieldError> {
    [
        ("title", title_problem(new, others)),
        ("key", key_problem(new, others)),
        ("options", options_problem(new)),
    ]
    .into_iter()
    .filter_map(|(field, problem)| {
        Some(FieldError {
            field: field.to_owned(),
            message: problem?,
        })
    })
    .collect()
}

fn title_problem(new: &ProfileField, others: &ProfileFields) -> Option<String> {
    let title = folded(&new.title);
    if title.is_empty() {
        return Some("Type the name people see, for instance Office.".into());
    }
    if new.title.chars().count() > MAX_TITLE {
        return Some(format!("The title is longer than {MAX_TITLE} characters."));
    }
    let reserved = RESERVED.iter().map(|key| field::label(key));
    let taken = others.iter().map(|other| other.title.as_str());
    let twin = taken.chain(reserved).find(|other| folded(other) == title)?;
    Some(format!(
        "There is a field {twin} already. Give this one another title."
    ))
}

fn key_problem(new: &ProfileField, others: &ProfileFields) -> Option<String> {
    let key = new.key.as_str();
    if key.is_empty() {
        return Some("Type a key: letters, digits and underscores, for instance office.".into());
    }
    let bad = |letter: &char| !(letter.is_ascii_alphanumeric() || *letter == '_');
    if let Some(bad) = key.chars().find(bad) {
        let bad = bad.escape_debug();
        return Some(format!(
            "A key has letters, digits and underscores only; here is “{bad}”."
        ));
    }
    if key.len() > MAX_KEY {
        return Some(format!("The key is longer than {MAX_KEY} characters."));
    }
    let is_taken = RESERVED.iter().any(|name| name.eq_ignore_ascii_case(key))
        || others.iter().any(|other| other.key.eq_ignore_ascii_case(key));
    is_taken.then(|| format!("The key {key} is taken. Choose another one."))
}

fn options_problem(new: &ProfileField) -> Option<String> {
    if !new.kind.has_options() {
        return None;
    }
    if new.options.is_empty() {
        return Some("Type the options, one on each line.".into());
    }
    if new.options.len() > MAX_OPTIONS {
        return Some(format!("A field has at most {MAX_OPTIONS} options."));
    }
    let long = |option: &&String| option.chars().count() > MAX_OPTION;
    if let Some(long) = new.options.iter().find(long) {
        let start: String = long.chars().take(20).collect();
        return Some(format!(
            "The option “{start}…” is longer than {MAX_OPTION} characters."
        ));
    }
    // The values of several options are separated by commas.
    let with_comma = |option: &&String| new.kind == FieldKind::MultiSelect && option.contains(',');
    if let Some(option) = new.options.iter().find(with_comma) {
        return Some(format!(
            "The option “{option}” has a comma, which separates options. Write it without."
        ));
    }
    let twin = |(n, option): (usize, &String)| {
        let before = &new.options[..n];
        before
            .iter()
            .any(|other| folded(other) == folded(option))
            .then(|| option.clone())
    };
    let twin = new.options.iter().enumerate().find_map(twin)?;
    Some(format!(
        "The option “{twin}” is there twice, but for case and white space. Remove one of the two."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn office(title: &str, key: &str, kind: FieldKind, options: &[&str]) -> ProfileField {
        ProfileField {
            key: key.into(),
            title: title.into(),
            kind,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
        }
    }

    #[track_caller]
    fn refused(new: &ProfileField, place: &str, part: &str) {
        let others = ProfileFields::with(vec![office("Site", "site", FieldKind::Text, &[])]);
        let errors = validate(new, &others);
        assert_eq!(errors.len(), 1, "{errors:?}");
        assert_eq!(errors[0].field, place);
        assert!(errors[0].message.contains(part), "{errors:?}");
    }

    #[test]
    fn what_is_wrong_with_a_field_is_named() {
        use FieldKind::{MultiSelect, Select, Text};
        let long = "x".repeat(129);
        for (field, place, part) in [
            (office(" ", "a", Text, &[]), "title", "Type the name"),
            (
                office("job  TITLE", "a", Text, &[]),
                "title",
                "a field Job title already",
            ),
            (office("Site", "a", Text, &[]), "title", "a field Site already"),
            (office("Manager", "a", Text, &[]), "title", "a field Manager"),
            (office("Office", "", Text, &[]), "key", "Type a key"),
            (office("Office", "of-fice", Text, &[]), "key", "“-”"),
            (office("Office", "Site", Text, &[]), "key", "is taken"),
            (office("Office", "password", Text, &[]), "key", "is taken"),
            (office("Office", "email", Text, &[]), "key", "is taken"),
            (
                office("Office", "office", Select, &[]),
                "options",
                "one on each line",
            ),
            (
                office("Office", "office", Select, &["London", "london "]),
                "options",
                "twice",
            ),
            (
                office("Office", "office", MultiSelect, &["Leeds, UK"]),
                "options",
                "comma",
            ),
            (
                office("Office", "office", Select, &[&long]),
                "options",
                "longer than 128",
            ),
            (
                office(&"x".repeat(81), "office", Text, &[]),
                "title",
                "longer than 80",
            ),
            (
                office("Office", &"x".repeat(51), Text, &[]),
                "key",
                "longer than 50",
            ),
        ] {
            refused(&field, place, part);
        }
        let good = office("Office", "office", Select, &["Leeds, UK", "London"]);
        assert_eq!(validate(&good, &ProfileFields::default()), []);
    }

    #[test]
    fn a_title_suggests_its_key() {
        for (title, key) in [
            ("Office", "office"),
            (" Cost centre (UK) ", "cost_centre_uk"),
            ("2nd floor", "2nd_floor"),
            ("Größe", "gr_e"),
            ("部門", ""),
        ] {
            assert_eq!(key_of(title), key);
        }
        assert_eq!(key_of(&"x".repeat(90)).len(), MAX_KEY);
    }
}
