//! What a profile field makes of a value (B-03 to B-06, B-12).

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate};
use domain::directory::AttributeValue;
use domain::profile::{FieldKind, ProfileField};

use super::{clean, too_long};

/// Why a field cannot hold a value. Nothing is written then: the field stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Misfit {
    /// B-05: longer than this many characters.
    TooLong { limit: u32 },
    /// B-03, B-04: not what a field of this kind takes.
    NotOfKind { kind: FieldKind },
}

/// The value as the field holds it; `None` when there is none. Text is written as it stands, but for white space
/// around it; other kinds have one spelling for each value.
pub fn fit<'a>(field: &ProfileField, value: &'a AttributeValue) -> Result<Option<Cow<'a, str>>, Misfit> {
    // Of several choices all count, not the first (B-06).
    if let (FieldKind::MultiSelect, AttributeValue::List(entries)) = (field.kind, value) {
        return fitted(field, options(field, entries.iter().map(String::as_str)));
    }
    let Some(text) = clean(value) else {
        return Ok(None);
    };
    let fitting = match field.kind {
        FieldKind::Text | FieldKind::LongText => Some(text),
        FieldKind::Integer => integer(&text),
        FieldKind::Checkbox => checkbox(&text),
        FieldKind::Date => date(&text),
        FieldKind::Select => option(field, &text).map(|option| Cow::Owned(option.to_owned())),
        FieldKind::MultiSelect => options(field, text.split(',')),
        FieldKind::Link => is_link(&text).then_some(text),
    };
    fitted(field, fitting)
}

fn fitted<'a>(field: &ProfileField, fitting: Option<Cow<'a, str>>) -> Result<Option<Cow<'a, str>>, Misfit> {
    let fitting = fitting.ok_or(Misfit::NotOfKind { kind: field.kind })?;
    let limit = field.limit();
    if too_long(&fitting, limit) {
        return Err(Misfit::TooLong { limit });
    }
    Ok((!fitting.is_empty()).then_some(fitting))
}

fn integer(text: &str) -> Option<Cow<'static, str>> {
    text.parse::<i64>()
        .ok()
        .map(|number| Cow::Owned(number.to_string()))
}

fn checkbox(text: &str) -> Option<Cow<'static, str>> {
    match text.to_lowercase().as_str() {
        "yes" | "true" | "1" | "on" => Some(Cow::Borrowed("Yes")),
        "no" | "false" | "0" | "off" => Some(Cow::Borrowed("No")),
        _ => None,
    }
}

/// B-12: of a moment the day it names counts, in whatever time zone it names it: Entra sends days as midnight UTC, and
/// no reader's zone may move them.
fn date(text: &str) -> Option<Cow<'static, str>> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .or_else(|_| DateTime::parse_from_rfc3339(text).map(|moment| moment.date_naive()))
        .ok()?;
    Some(Cow::Owned(day.format("%Y-%m-%d").to_string()))
}

/// B-04: the option that differs in case and white space at most.
fn option<'a>(field: &'a ProfileField, text: &str) -> Option<&'a str> {
    let wanted = folded(text);
    let mut options = field.options.iter().map(String::as_str);
    options.find(|option| folded(option) == wanted)
}

/// All of them have to be options; they are written in the order of the field, so that another order in the directory
/// is no change.
fn options<'a>(field: &ProfileField, parts: impl Iterator<Item = &'a str>) -> Option<Cow<'static, str>> {
    let chosen: Option<Vec<&str>> = parts
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| option(field, part))
        .collect();
    let chosen = chosen?;
    let in_order = field.options.iter().map(String::as_str);
    let in_order: Vec<&str> = in_order.filter(|option| chosen.contains(option)).collect();
    Some(Cow::Owned(in_order.join(", ")))
}

/// What makes two spellings the same option.
pub(crate) fn folded(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

fn is_link(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let rest = lower
        .strip_prefix("https://")
        .or_else(|| lower.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: FieldKind) -> ProfileField {
        let options: &[&str] = if kind.has_options() {
            &["London", "Leeds", "New York"]
        } else {
            &[]
        };
        ProfileField {
            key: "office".into(),
            title: "Office".into(),
            kind,
            options: options.iter().map(|option| (*option).to_owned()).collect(),
        }
    }

    fn text(text: &str) -> AttributeValue {
        AttributeValue::Text(text.to_owned())
    }

    #[track_caller]
    fn becomes(kind: FieldKind, value: &AttributeValue, expected: &str) {
        let field = field(kind);
        assert_eq!(fit(&field, value), Ok(Some(Cow::Borrowed(expected))), "{value:?}");
        // What is stored fits again, as it is.
        let again = text(expected);
        assert_eq!(
            fit(&field, &again),
            Ok(Some(Cow::Borrowed(expected))),
            "{expected}"
        );
    }

    #[test]
    fn b_03_values_have_one_spelling_in_their_field() {
        for (kind, value, expected) in [
            (FieldKind::Text, " Clerk ", "Clerk"),
            (FieldKind::LongText, "Two\nlines", "Two\nlines"),
            (FieldKind::Integer, "0042", "42"),
            (FieldKind::Integer, "-7", "-7"),
            (FieldKind::Checkbox, "TRUE", "Yes"),
            (FieldKind::Checkbox, "no", "No"),
            (FieldKind::Date, "2026-03-12", "2026-03-12"),
            (
                FieldKind::Link,
                "HTTPS://example.org/ann",
                "HTTPS://example.org/ann",
            ),
        ] {
            becomes(kind, &text(value), expected);
        }
        becomes(FieldKind::Integer, &AttributeValue::Integer(42), "42");
        becomes(FieldKind::Checkbox, &AttributeValue::Bool(false), "No");
        for kind in FieldKind::ALL {
            assert_eq!(fit(&field(*kind), &AttributeValue::Null), Ok(None), "{kind}");
            assert_eq!(fit(&field(*kind), &text("  ")), Ok(None), "{kind}");
        }
    }

    #[test]
    fn b_03_what_is_of_another_kind_does_not_fit() {
        for (kind, value) in [
            (FieldKind::Integer, "forty-two"),
            (FieldKind::Integer, "4.2"),
            (FieldKind::Integer, "99999999999999999999"),
            (FieldKind::Checkbox, "perhaps"),
            (FieldKind::Date, "12/03/2026"),
            (FieldKind::Date, "2026-02-30"),
            (FieldKind::Select, "Londn"),
            (FieldKind::MultiSelect, "London, Londn"),
            (FieldKind::Link, "javascript:alert(1)"),
            (FieldKind::Link, "https://"),
            (FieldKind::Link, "https://example.org/a b"),
        ] {
            let misfit = Misfit::NotOfKind { kind };
            assert_eq!(fit(&field(kind), &text(value)), Err(misfit), "{value}");
        }
    }

    #[test]
    fn b_04_options_match_but_for_case_and_white_space() {
        for (value, expected) in [
            ("London ", "London"),
            ("london", "London"),
            ("new  york", "New York"),
            ("LEEDS", "Leeds"),
        ] {
            becomes(FieldKind::Select, &text(value), expected);
        }
        let list = AttributeValue::List(vec!["new york".into(), " London".into()]);
        becomes(FieldKind::MultiSelect, &list, "London, New York");
        becomes(
            FieldKind::MultiSelect,
            &text("new york,london,"),
            "London, New York",
        );
        // B-06: where one is taken, the first counts.
        becomes(FieldKind::Select, &list, "New York");
        assert_eq!(fit(&field(FieldKind::MultiSelect), &text(", ,")), Ok(None));
        let list = AttributeValue::List(vec![" ".into(), "Leeds".into()]);
        becomes(FieldKind::MultiSelect, &list, "Leeds");
        let nothing = AttributeValue::List(Vec::new());
        assert_eq!(fit(&field(FieldKind::MultiSelect), &nothing), Ok(None));
    }

    #[test]
    fn b_05_every_kind_of_text_has_an_end() {
        for (kind, limit) in [
            (FieldKind::Text, 128),
            (FieldKind::LongText, 4_000),
            (FieldKind::Link, 2_000),
        ] {
            let start = "https://example.org/";
            let long = |length: usize| text(&format!("{start}{}", "x".repeat(length - start.len())));
            assert!(fit(&field(kind), &long(limit)).is_ok(), "{kind}");
            let misfit = Misfit::TooLong {
                limit: u32::try_from(limit).expect("small"),
            };
            assert_eq!(fit(&field(kind), &long(limit + 1)), Err(misfit), "{kind}");
        }
    }

    #[test]
    fn b_12_no_time_zone_moves_a_day() {
        for value in [
            "2026-03-12T00:00:00Z",
            "2026-03-12T00:00:00.000Z",
            "2026-03-12T23:59:59-11:00",
            "2026-03-12T00:00:00+14:00",
        ] {
            becomes(FieldKind::Date, &text(value), "2026-03-12");
        }
    }
}
