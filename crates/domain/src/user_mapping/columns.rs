//! Which column of a file is which, where a person says it and not the headings (F-03, F-07 to F-09).

use serde::{Deserialize, Serialize};

use super::Column;
use crate::{FieldError, UserError};

/// Which column of a file is which, as a person said it; counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingColumns {
    pub existing: usize,
    pub new: usize,
    /// `None`: the file has none, and everybody goes to the connected directory (D-01).
    pub target: Option<usize>,
    /// The first line names the columns, and is no user.
    pub has_header: bool,
}

/// The same as it is typed: columns by their numbers, counted from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ColumnsForm {
    /// Something is said about the columns at all; else the headings say it.
    pub said: bool,
    pub existing: String,
    pub new: String,
    /// Empty: there is no such column.
    pub target: String,
    /// Whether the first line names the columns: `yes` or `no`; empty: it is still to be said.
    pub has_header: String,
}

impl From<MappingColumns> for ColumnsForm {
    fn from(columns: MappingColumns) -> Self {
        Self {
            said: true,
            existing: columns.existing.to_string(),
            new: columns.new.to_string(),
            target: columns.target.map(|place| place.to_string()).unwrap_or_default(),
            has_header: if columns.has_header { Self::YES } else { Self::NO }.to_owned(),
        }
    }
}

impl ColumnsForm {
    /// The first line names the columns.
    pub const YES: &'static str = "yes";
    /// It does not.
    const NO: &'static str = "no";

    /// What may be said of the first line: the value that is posted, and its words.
    pub const HEADER: [(&'static str, &'static str); 2] = [
        (Self::YES, "Yes, it names the columns"),
        (Self::NO, "No, it is a user like the others"),
    ];

    /// What was chosen; `None`: the headings say it. [`UserError::Invalid`]: usernames without a column, or one column for two
    /// things, each under the field it is about.
    pub fn chosen(&self) -> Result<Option<MappingColumns>, UserError> {
        if !self.said {
            return Ok(None);
        }
        let place = |text: &str| text.trim().parse::<usize>().ok();
        let (existing, new, target) = (place(&self.existing), place(&self.new), place(&self.target));
        let has_header = match self.has_header.as_str() {
            Self::YES => Some(true),
            Self::NO => Some(false),
            _ => None,
        };
        let is_odd = target.is_none() && !self.target.trim().is_empty();
        let is_same = |one: Option<usize>, other: Option<usize>| one.is_some() && one == other;
        let errors: Vec<FieldError> = [
            existing
                .is_none()
                .then(|| wrong(Column::Existing, "Choose the column that holds the existing usernames.")),
            new.is_none()
                .then(|| wrong(Column::New, "Choose the column that holds the new usernames.")),
            is_same(new, existing).then(|| {
                let words = "This column is chosen for the existing usernames. Choose another one for the new usernames.";
                wrong(Column::New, words)
            }),
            (is_odd || is_same(target, existing) || is_same(target, new)).then(|| {
                let words = "This column is chosen for usernames. Choose another one for the target directory, or say that there is none.";
                wrong(Column::Target, words)
            }),
            has_header.is_none().then(|| FieldError {
                field: "has_header".to_owned(),
                message: "Say whether the first line is a heading: if it is not, it is a user.".to_owned(),
            }),
        ]
        .into_iter()
        .flatten()
        .collect();
        match (existing, new, has_header) {
            (Some(existing), Some(new), Some(has_header)) if errors.is_empty() => Ok(Some(MappingColumns {
                existing,
                new,
                target,
                has_header,
            })),
            _ => Err(UserError::Invalid { errors }),
        }
    }
}

impl Column {
    /// The field of a form that is about it.
    pub const fn field(self) -> &'static str {
        match self {
            Column::Existing => "existing",
            Column::New => "new",
            Column::Target => "target",
        }
    }
}

fn wrong(column: Column, message: &str) -> FieldError {
    FieldError {
        field: column.field().to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(existing: &str, new: &str, target: &str, has_header: &str) -> ColumnsForm {
        ColumnsForm {
            said: true,
            existing: existing.to_owned(),
            new: new.to_owned(),
            target: target.to_owned(),
            has_header: has_header.to_owned(),
        }
    }

    #[test]
    fn f_07_what_is_chosen_reads_as_it_was_posted() {
        assert_eq!(ColumnsForm::default().chosen(), Ok(None));
        for (target, has_header) in [(None, true), (Some(0), false)] {
            let columns = MappingColumns {
                existing: 3,
                new: 1,
                target,
                has_header,
            };
            assert_eq!(ColumnsForm::from(columns).chosen(), Ok(Some(columns)));
        }
    }

    #[test]
    fn f_07_and_f_08_a_choice_that_says_too_little_or_two_things_is_refused() {
        for (form, fields) in [
            (form("", "", "", ""), &["existing", "new", "has_header"][..]),
            (form("1", "", "", "yes"), &["new"]),
            (form("", "1", "", "no"), &["existing"]),
            (form("1", "1", "", "yes"), &["new"]),
            (form("0", "1", "0", "yes"), &["target"]),
            (form("0", "1", "1", "yes"), &["target"]),
            (form("0", "1", "there", "yes"), &["target"]),
            (form("-1", "1", "", "yes"), &["existing"]),
            (form("1", "1", "1", "perhaps"), &["new", "target", "has_header"]),
        ] {
            let Err(UserError::Invalid { errors }) = form.chosen() else {
                panic!("taken: {form:?}");
            };
            let told: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
            assert_eq!(told, fields, "{form:?}");
        }
    }
}
