//! Which properties of a user to ask Graph for. A forgotten `$select` reads as null, that is as "disabled" or "empty"
//! (G-16), so what the rules need is always in it.

use std::collections::BTreeMap;

use domain::directory::AttributeValue;
use serde_json::{Map, Value};

use crate::error::ProviderError;

/// Needed whatever is mapped.
const ALWAYS: [&str; 7] = [
    "id",
    "userPrincipalName",
    "mail",
    "displayName",
    "accountEnabled",
    "userType",
    "externalUserState",
];

/// The object that holds `extensionAttribute1` to `15`; selectable only as a whole (provider-apis 1.3).
const EXTENSIONS: &str = "onPremisesExtensionAttributes";

/// Text properties of a user that make sense in a data mapping (v1.0 metadata).
const KNOWN: [&str; 39] = [
    "ageGroup",
    "businessPhones",
    "city",
    "companyName",
    "country",
    "createdDateTime",
    "creationType",
    "department",
    "displayName",
    "employeeHireDate",
    "employeeId",
    "employeeOrgData.costCenter",
    "employeeOrgData.division",
    "employeeType",
    "externalUserState",
    "faxNumber",
    "givenName",
    "id",
    "imAddresses",
    "jobTitle",
    "mail",
    "mailNickname",
    "mobilePhone",
    "officeLocation",
    "onPremisesDistinguishedName",
    "onPremisesDomainName",
    "onPremisesImmutableId",
    "onPremisesSamAccountName",
    "onPremisesUserPrincipalName",
    "otherMails",
    "postalCode",
    "preferredLanguage",
    "proxyAddresses",
    "state",
    "streetAddress",
    "surname",
    "usageLocation",
    "userPrincipalName",
    "userType",
];

/// The attributes asked for, each with the way to its value.
pub(super) struct Selection {
    attributes: Vec<(String, Vec<String>)>,
    /// The value of `$select`.
    pub(super) select: String,
}

impl Selection {
    /// `attributes` as they stand in a data mapping: a property, `extensionAttribute3`, a directory extension by its
    /// full name, or a part of a complex property (`employeeOrgData.division`).
    pub(super) fn new(attributes: &[String]) -> Result<Self, ProviderError> {
        let mut select: Vec<String> = ALWAYS.map(str::to_owned).to_vec();
        let mut ways = Vec::with_capacity(attributes.len());
        for name in attributes {
            let way = way(name)?;
            if let Some(first) = way.first()
                && !select.contains(first)
            {
                select.push(first.clone());
            }
            ways.push((name.clone(), way));
        }
        Ok(Self {
            attributes: ways,
            select: select.join(","),
        })
    }

    /// The values of one user. A property that Graph did not send is left out, which is not the same as null (G-16).
    pub(super) fn values(&self, user: &Map<String, Value>) -> BTreeMap<String, AttributeValue> {
        self.attributes
            .iter()
            .filter_map(|(name, way)| Some((name.clone(), value_at(user, way)?)))
            .collect()
    }
}

/// Everything an administrator may choose, without what only this tenant has.
pub(super) fn known_names() -> Vec<String> {
    let extensions = (1..=15).map(|number| format!("extensionAttribute{number}"));
    KNOWN
        .iter()
        .map(|name| (*name).to_owned())
        .chain(extensions)
        .collect()
}

fn way(name: &str) -> Result<Vec<String>, ProviderError> {
    let plain = |part: &str| {
        !part.is_empty() && part.len() <= 200 && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    if !name.split('.').all(plain) {
        return Err(ProviderError::AttributeUnknown {
            name: name.to_owned(),
        });
    }
    let numbered = name.strip_prefix("extensionAttribute").is_some_and(|number| {
        number
            .parse::<u8>()
            .is_ok_and(|number| (1..=15).contains(&number))
    });
    if numbered {
        return Ok(vec![EXTENSIONS.to_owned(), name.to_owned()]);
    }
    Ok(name.split('.').map(str::to_owned).collect())
}

fn value_at(user: &Map<String, Value>, way: &[String]) -> Option<AttributeValue> {
    let (first, rest) = way.split_first()?;
    let Some(found) = user.get(first) else {
        // Directory extensions that were never set are left out even though they were selected.
        return first.starts_with("extension_").then_some(AttributeValue::Null);
    };
    let mut value = found;
    for part in rest {
        value = match value {
            Value::Object(fields) => fields.get(part).unwrap_or(&Value::Null),
            _ => &Value::Null,
        };
    }
    Some(crate::values::attribute(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(list: &[&str]) -> Vec<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    fn user(json: &str) -> Map<String, Value> {
        serde_json::from_str(json).expect("json")
    }

    #[test]
    fn g_16_what_the_rules_need_is_always_selected_once() {
        let selection = Selection::new(&names(&[
            "mail",
            "department",
            "extensionAttribute3",
            "extensionAttribute4",
        ]))
        .expect("selection");
        assert_eq!(
            selection.select,
            "id,userPrincipalName,mail,displayName,accountEnabled,userType,externalUserState,department,\
             onPremisesExtensionAttributes"
        );
    }

    #[test]
    fn g_16_absent_is_not_null() {
        let selection = Selection::new(&names(&["department", "jobTitle", "mail"])).expect("selection");
        let values = selection.values(&user(r#"{"department":null,"mail":"a@b.c"}"#));
        assert_eq!(values.get("department"), Some(&AttributeValue::Null));
        assert_eq!(
            values.get("mail"),
            Some(&AttributeValue::Text("a@b.c".to_owned()))
        );
        assert_eq!(values.get("jobTitle"), None);
    }

    #[test]
    fn nested_and_extension_values_are_found() {
        let wanted = [
            "extensionAttribute2",
            "employeeOrgData.division",
            "businessPhones",
            "extension_ab12_badge",
        ];
        let selection = Selection::new(&names(&wanted)).expect("selection");
        let values = selection.values(&user(
            r#"{"onPremisesExtensionAttributes":{"extensionAttribute2":"x"},"employeeOrgData":null,"businessPhones":["1","2"]}"#,
        ));
        assert_eq!(
            values.get("extensionAttribute2"),
            Some(&AttributeValue::Text("x".to_owned()))
        );
        assert_eq!(
            values.get("employeeOrgData.division"),
            Some(&AttributeValue::Null)
        );
        assert_eq!(
            values.get("businessPhones"),
            Some(&AttributeValue::List(vec!["1".to_owned(), "2".to_owned()]))
        );
        assert_eq!(values.get("extension_ab12_badge"), Some(&AttributeValue::Null));
    }

    #[test]
    fn a_name_cannot_smuggle_anything_into_the_address() {
        for name in ["mail&$filter=x", "a b", "manager($select=id)", "", "a..b", "é"] {
            assert!(matches!(
                Selection::new(&names(&[name])),
                Err(ProviderError::AttributeUnknown { .. })
            ));
        }
    }
}
