//! What a read of the provider's directory returns, in one shape for both providers.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserializer, SeqAccess, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use crate::ObjectId;
use crate::codes;

/// One person as the provider describes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryUser {
    pub object_id: ObjectId,
    /// Entra: user principal name. Okta: login. Mutable: never an anchor (I-01).
    pub principal_name: String,
    pub mail: Option<String>,
    pub display_name: Option<String>,
    pub status: DirectoryStatus,
    /// Entra: `userType` Guest (I-12). Okta has none.
    pub guest: bool,
    /// Entra: object id of the manager. Okta: `managerId`, free text (3.9).
    pub manager: Option<String>,
    /// The attributes that were asked for, by the provider's own name. Absent means the provider did not send it,
    /// which is not the same as null (G-16); Okta omits null (G-18), so its reader fills in [`AttributeValue::Null`].
    pub attributes: BTreeMap<String, AttributeValue>,
}

/// The value of one attribute.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum AttributeValue {
    Null,
    Bool(bool),
    Integer(i64),
    Text(String),
    List(Vec<String>),
}

impl Eq for AttributeValue {}

/// By the kind that stands there. The derived reader tries one kind after another and words why each did not fit, which for a
/// directory of texts is most of the work of reading it.
impl<'de> Deserialize<'de> for AttributeValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AttributeVisitor)
    }
}

struct AttributeVisitor;

impl<'de> Visitor<'de> for AttributeVisitor {
    type Value = AttributeValue;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("null, a truth value, an integer, a text or a list of texts")
    }

    fn visit_unit<E: de::Error>(self) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Integer(value))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<AttributeValue, E> {
        let outside = |_| de::Error::invalid_value(Unexpected::Unsigned(value), &self);
        i64::try_from(value).map(AttributeValue::Integer).map_err(outside)
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Text(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<AttributeValue, E> {
        Ok(AttributeValue::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<AttributeValue, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element()? {
            list.push(value);
        }
        Ok(AttributeValue::List(list))
    }
}

impl AttributeValue {
    /// The value as a profile field holds it: lists give their first entry (B-06), empty text is no value.
    pub fn to_text(&self) -> Option<String> {
        self.as_text().map(Cow::into_owned)
    }

    /// [`Self::to_text`] without a copy where there is text already.
    pub fn as_text(&self) -> Option<Cow<'_, str>> {
        let text = match self {
            AttributeValue::Null => return None,
            AttributeValue::Bool(value) => return Some(Cow::Borrowed(if *value { "Yes" } else { "No" })),
            AttributeValue::Integer(value) => return Some(Cow::Owned(value.to_string())),
            AttributeValue::Text(text) => text.trim(),
            AttributeValue::List(list) => list.first()?.trim(),
        };
        (!text.is_empty()).then_some(Cow::Borrowed(text))
    }
}

codes! {
    /// The provider's own word for the state of a person. Unknown words are kept as [`DirectoryStatus::Unknown`] and
    /// change nothing (invariant 16).
    pub enum DirectoryStatus {
        /// Entra: `accountEnabled` is true.
        Enabled = "enabled",
        /// Entra: `accountEnabled` is false (L-01).
        Disabled = "disabled",
        /// Entra: an invited guest who has not accepted (I-13).
        PendingAcceptance = "pending_acceptance",
        Staged = "staged",
        Provisioned = "provisioned",
        Active = "active",
        Recovery = "recovery",
        PasswordExpired = "password_expired",
        LockedOut = "locked_out",
        Suspended = "suspended",
        Deprovisioned = "deprovisioned",
        Activating = "activating",
        Unknown = "unknown",
    }
}

/// What a status means for the account (table L-07).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The person works here: the account is active.
    Works,
    /// The person must not get in: block; never create.
    Gone,
    /// Not a user yet: do not create; if linked, block.
    NotYet,
    /// In between, or a word we do not know: leave everything as it is.
    Wait,
}

impl DirectoryStatus {
    pub const fn standing(self) -> Standing {
        use DirectoryStatus as S;
        match self {
            S::Enabled | S::Active | S::Provisioned | S::Recovery | S::PasswordExpired | S::LockedOut => {
                Standing::Works
            }
            S::Disabled | S::Suspended | S::Deprovisioned => Standing::Gone,
            S::Staged | S::PendingAcceptance => Standing::NotYet,
            S::Activating | S::Unknown => Standing::Wait,
        }
    }

    /// The word for the screen.
    pub const fn label(self) -> &'static str {
        use DirectoryStatus as S;
        match self {
            S::Enabled => "Enabled",
            S::Disabled => "Disabled",
            S::PendingAcceptance => "Invitation not accepted",
            S::Staged => "Staged",
            S::Provisioned => "Provisioned",
            S::Active => "Active",
            S::Recovery => "Password reset under way",
            S::PasswordExpired => "Password expired",
            S::LockedOut => "Locked out",
            S::Suspended => "Suspended",
            S::Deprovisioned => "Deactivated",
            S::Activating => "Being activated",
            S::Unknown => "Unknown status",
        }
    }
}

/// One group as the provider describes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryGroup {
    pub object_id: ObjectId,
    pub name: String,
    pub mail: Option<String>,
    pub kind: GroupKind,
    /// Entra: members are visible only with `Member.Read.Hidden` (C-10).
    pub hidden_membership: bool,
}

codes! {
    /// The kind of a directory group (U-08).
    pub enum GroupKind {
        Security = "security",
        MailSecurity = "mail_security",
        Microsoft365 = "microsoft365",
        Distribution = "distribution",
        Dynamic = "dynamic",
        Okta = "okta",
        App = "app",
        BuiltIn = "built_in",
        Unknown = "unknown",
    }
}

impl GroupKind {
    pub const fn label(self) -> &'static str {
        match self {
            GroupKind::Security => "Security group",
            GroupKind::MailSecurity => "Mail-enabled security group",
            GroupKind::Microsoft365 => "Microsoft 365 group",
            GroupKind::Distribution => "Distribution list",
            GroupKind::Dynamic => "Dynamic group",
            GroupKind::Okta => "Okta group",
            GroupKind::App => "Application group",
            GroupKind::BuiltIn => "Built-in group",
            GroupKind::Unknown => "Group",
        }
    }
}

/// A member of a group, as far as the read says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirectoryMember {
    pub object_id: ObjectId,
    /// False for devices, contacts, service principals and nested groups (U-06): counted, never synchronised.
    pub is_user: bool,
}

#[cfg(test)]
mod tests {
    use super::AttributeValue;

    #[test]
    fn b_06_attributes_are_read_by_their_kind_and_written_as_they_were() {
        use AttributeValue as A;
        let texts = |texts: &[&str]| A::List(texts.iter().map(|text| (*text).to_owned()).collect());
        for (json, value) in [
            ("null", A::Null),
            ("true", A::Bool(true)),
            ("-7", A::Integer(-7)),
            ("9223372036854775807", A::Integer(i64::MAX)),
            (r#""null""#, A::Text("null".to_owned())),
            (r#""Zo\u00eb \"Z\"""#, A::Text("Zo\u{eb} \"Z\"".to_owned())),
            ("[]", texts(&[])),
            (r#"["a","b"]"#, texts(&["a", "b"])),
        ] {
            let read: AttributeValue = serde_json::from_str(json).unwrap();
            assert_eq!(read, value, "{json}");
            // But for the way a character is written.
            let written: serde_json::Value = serde_json::to_value(&value).unwrap();
            assert_eq!(written, serde_json::from_str::<serde_json::Value>(json).unwrap());
        }
        for json in ["1.5", "18446744073709551615", "{}", "[1]", "[null]"] {
            assert!(serde_json::from_str::<AttributeValue>(json).is_err(), "{json}");
        }
    }
}
