//! Filters of both providers: `$filter` of Graph (`OData`) and `filter`/`search` of Okta (SCIM style).

mod lexer;
mod parser;

pub(crate) use parser::{parse_odata, parse_okta};

use chrono::DateTime;
use std::borrow::Cow;
use std::cmp::Ordering;

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Op {
    Eq,
    Ne,
    Gt,
    Ge,
    Lt,
    Le,
    Starts,
    Ends,
    Contains,
}

/// A value in a filter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Literal {
    Text(String),
    Bool(bool),
    Null,
}

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Expr {
    Compare {
        path: String,
        op: Op,
        value: Literal,
    },
    /// Some element of a list compares so.
    Any {
        path: String,
        op: Op,
        value: Literal,
    },
    In {
        path: String,
        values: Vec<Literal>,
    },
    Present {
        path: String,
    },
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
}

/// What an object has under a path.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Datum<'a> {
    /// Null, or not there.
    None,
    Bool(bool),
    Text(Cow<'a, str>),
    List(Vec<String>),
}

impl Datum<'_> {
    /// The same, independent of the object.
    pub(crate) fn into_static(self) -> Datum<'static> {
        match self {
            Datum::None => Datum::None,
            Datum::Bool(value) => Datum::Bool(value),
            Datum::Text(text) => Datum::Text(Cow::Owned(text.into_owned())),
            Datum::List(items) => Datum::List(items),
        }
    }
}

impl Expr {
    /// Whether an object fits.
    pub(crate) fn holds<'a>(&self, get: &dyn Fn(&str) -> Datum<'a>) -> bool {
        match self {
            Expr::Compare { path, op, value } => compare(&get(path), *op, value),
            Expr::Any { path, op, value } => match get(path) {
                Datum::List(items) => items
                    .into_iter()
                    .any(|item| compare(&Datum::Text(Cow::Owned(item)), *op, value)),
                _ => false,
            },
            Expr::In { path, values } => {
                let datum = get(path);
                values.iter().any(|value| compare(&datum, Op::Eq, value))
            }
            Expr::Present { path } => get(path) != Datum::None,
            Expr::And(left, right) => left.holds(get) && right.holds(get),
            Expr::Or(left, right) => left.holds(get) || right.holds(get),
            Expr::Not(inner) => !inner.holds(get),
        }
    }

    /// Visits every leaf.
    pub(crate) fn each_leaf<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match self {
            Expr::And(left, right) | Expr::Or(left, right) => {
                left.each_leaf(visit);
                right.each_leaf(visit);
            }
            Expr::Not(inner) => {
                visit(self);
                inner.each_leaf(visit);
            }
            _ => visit(self),
        }
    }

    /// The path of a leaf.
    pub(crate) fn path(&self) -> Option<&str> {
        match self {
            Expr::Compare { path, .. }
            | Expr::Any { path, .. }
            | Expr::In { path, .. }
            | Expr::Present { path } => Some(path),
            Expr::And(..) | Expr::Or(..) | Expr::Not(_) => None,
        }
    }

    /// If only objects with certain values under one of the `keys` can fit: those values. It saves reading
    /// the whole directory for one person.
    pub(crate) fn candidates(&self, keys: &[&str]) -> Option<Vec<String>> {
        let text = |value: &Literal| match value {
            Literal::Text(text) => Some(text.clone()),
            Literal::Bool(_) | Literal::Null => None,
        };
        match self {
            Expr::Compare {
                path,
                op: Op::Eq,
                value,
            } if keys.contains(&path.as_str()) => Some(vec![text(value)?]),
            Expr::In { path, values } if keys.contains(&path.as_str()) => values.iter().map(text).collect(),
            Expr::Or(left, right) => {
                let mut all = left.candidates(keys)?;
                all.extend(right.candidates(keys)?);
                Some(all)
            }
            Expr::And(left, right) => left.candidates(keys).or_else(|| right.candidates(keys)),
            _ => None,
        }
    }
}

fn compare(datum: &Datum<'_>, op: Op, value: &Literal) -> bool {
    match (datum, value) {
        (Datum::None, Literal::Null) => op == Op::Eq,
        (_, Literal::Null) => op == Op::Ne,
        (Datum::None, _) => op == Op::Ne,
        (Datum::Bool(is), Literal::Bool(wanted)) => equality(is == wanted, op),
        (Datum::Bool(is), Literal::Text(wanted)) => {
            equality(wanted.eq_ignore_ascii_case(&is.to_string()), op)
        }
        (Datum::Text(is), Literal::Text(wanted)) => compare_text(is, op, wanted),
        (Datum::Text(is), Literal::Bool(wanted)) => {
            equality(is.eq_ignore_ascii_case(&wanted.to_string()), op)
        }
        (Datum::List(items), Literal::Text(wanted)) => {
            items.iter().any(|item| compare_text(item, op, wanted))
        }
        (Datum::List(_), Literal::Bool(_)) => false,
    }
}

fn equality(equal: bool, op: Op) -> bool {
    match op {
        Op::Eq => equal,
        Op::Ne => !equal,
        _ => false,
    }
}

/// Both providers compare text without regard to case; times as times, whatever their precision.
fn compare_text(is: &str, op: Op, wanted: &str) -> bool {
    let order = match (
        DateTime::parse_from_rfc3339(is),
        DateTime::parse_from_rfc3339(wanted),
    ) {
        (Ok(is), Ok(wanted)) => is.cmp(&wanted),
        _ => is.to_lowercase().cmp(&wanted.to_lowercase()),
    };
    match op {
        Op::Eq => order == Ordering::Equal,
        Op::Ne => order != Ordering::Equal,
        Op::Gt => order == Ordering::Greater,
        Op::Ge => order != Ordering::Less,
        Op::Lt => order == Ordering::Less,
        Op::Le => order != Ordering::Greater,
        Op::Starts => is.to_lowercase().starts_with(&wanted.to_lowercase()),
        Op::Ends => is.to_lowercase().ends_with(&wanted.to_lowercase()),
        Op::Contains => is.to_lowercase().contains(&wanted.to_lowercase()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anna(path: &str) -> Datum<'static> {
        match path {
            "displayName" => Datum::Text("Anna O'Neil".into()),
            "accountEnabled" => Datum::Bool(true),
            "created" => Datum::Text("2025-01-02T03:04:05.000Z".into()),
            "groupTypes" => Datum::List(vec!["Unified".to_owned()]),
            _ => Datum::None,
        }
    }

    #[test]
    fn odata_filters_hold_as_they_say() {
        for (text, holds) in [
            ("displayName eq 'anna o''neil'", true),
            ("startswith(displayName,'Ann') and accountEnabled eq true", true),
            (
                "accountEnabled eq false or (mail eq null and not(displayName eq 'x'))",
                true,
            ),
            ("groupTypes/any(c:c eq 'Unified')", true),
            ("groupTypes/any(c: startswith(c, 'Dyn'))", false),
            ("created ge 2025-01-02T00:00:00Z", true),
            ("created lt 2025-01-02T00:00:00Z", false),
            ("displayName in ('A','Anna O''Neil')", true),
            ("mail ne null", false),
        ] {
            assert_eq!(parse_odata(text).expect(text).holds(&anna), holds, "{text}");
        }
        for text in [
            "displayName eq",
            "eq 'x'",
            "displayName like 'x'",
            "(a eq 'b'",
            "a eq 'b' and",
            "a eq 'b",
        ] {
            assert!(parse_odata(text).is_err(), "{text}");
        }
    }

    #[test]
    fn okta_filters_hold_as_they_say() {
        for (text, holds) in [
            (r#"displayName sw "anna" and accountEnabled eq true"#, true),
            (r#"created gt "2025-01-02T03:04:05.000Z""#, false),
            (r#"created ge "2025-01-02T03:04:05Z""#, true),
            (r#"(displayName co "NEIL" or missing pr) and created pr"#, true),
        ] {
            assert_eq!(parse_okta(text).expect(text).holds(&anna), holds, "{text}");
        }
        assert!(parse_okta("created gt").is_err());
    }
}
