//! The data mapping as it is being typed: while it is not saved it lives in the page's address.

use domain::profile::ProfileFields;
use domain::settings::WhenEmpty;
use leptos_router::params::ParamsMap;

use crate::api::settings::TypedMapping;
use crate::components::param;
use crate::islands::next_free;

/// What is being edited: the rows and switches as typed, and the version of the settings it was started on.
pub struct Draft {
    pub typed: TypedMapping,
    pub version: i64,
}

/// The draft in the address: adding and removing a row is a GET form of everything typed so far.
pub fn draft_of(query: &ParamsMap) -> Option<Draft> {
    let version = param(query, "version").parse().ok()?;
    let all = |key: &str| query.get_all(&format!("mapping[{key}][]")).unwrap_or_default();
    let mut typed = TypedMapping {
        username_attribute: param(query, "mapping[username_attribute]"),
        username_follows: param(query, "mapping[username_follows]") == "true",
        manager: param(query, "mapping[manager]") == "true",
        attribute: all("attribute"),
        field: all("field"),
        when_empty: all("when_empty"),
    };
    if let Ok(index) = param(query, "remove").parse::<usize>() {
        for list in [&mut typed.attribute, &mut typed.field, &mut typed.when_empty] {
            if index < list.len() {
                list.remove(index);
            }
        }
    }
    if param(query, "add") == "1" {
        typed.attribute.push(String::new());
        typed.field.push(String::new());
        typed.when_empty.push(WhenEmpty::Keep.code().to_owned());
    }
    Some(Draft { typed, version })
}

impl Draft {
    /// Gives an added row the first field that no row fills yet; without one there is nothing to add.
    pub fn with_field(mut self, fields: &ProfileFields) -> Self {
        let typed = &mut self.typed;
        if typed.field.last().is_some_and(String::is_empty) {
            let free = next_free(fields, &typed.field).map(ToOwned::to_owned);
            typed.field.pop();
            if let Some(key) = free {
                typed.field.push(key);
            } else {
                typed.attribute.pop();
                typed.when_empty.pop();
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &[(&str, &str)]) -> ParamsMap {
        let mut map = ParamsMap::new();
        for (key, value) in pairs {
            map.insert((*key).to_owned(), (*value).to_owned());
        }
        map
    }

    const TWO_ROWS: &[(&str, &str)] = &[
        ("version", "12"),
        ("mapping[username_attribute]", "login"),
        ("mapping[manager]", "true"),
        ("mapping[attribute][]", "firstName"),
        ("mapping[field][]", "first_name"),
        ("mapping[when_empty][]", "clear"),
        ("mapping[attribute][]", "title"),
        ("mapping[field][]", "job_title"),
        ("mapping[when_empty][]", "keep"),
    ];

    #[test]
    fn a_row_is_added_to_what_was_typed_for_the_first_free_field() {
        let draft =
            draft_of(&query(&[TWO_ROWS, &[("add", "1")]].concat())).expect("a draft is in the address");
        let draft = draft.with_field(&ProfileFields::default());
        assert_eq!(draft.version, 12);
        assert_eq!(draft.typed.attribute, ["firstName", "title", ""]);
        assert_eq!(draft.typed.field, ["first_name", "job_title", "surname"]);
        assert!(draft.typed.manager && !draft.typed.username_follows);
    }

    #[test]
    fn b_13_a_removed_row_takes_its_three_parts_along() {
        let draft =
            draft_of(&query(&[TWO_ROWS, &[("remove", "0")]].concat())).expect("a draft is in the address");
        assert_eq!(draft.typed.attribute, ["title"]);
        assert_eq!(draft.typed.field, ["job_title"]);
        assert_eq!(draft.typed.when_empty, ["keep"]);
    }

    #[test]
    fn without_a_draft_the_stored_mapping_is_shown() {
        assert!(draft_of(&query(&[("saved", "1")])).is_none());
    }
}
