//! What the simulator knows about one person, for both providers.

use chrono::{DateTime, Utc};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Text that is either from a table or made for this person.
pub(crate) type Text = Cow<'static, str>;

/// A text attribute: never set, set to null, or a value. The difference shows in delta answers
/// ("never set is absent, set to null is null", user-delta page).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Value {
    /// Never set.
    #[default]
    Absent,
    /// Was set, then cleared.
    Null,
    /// A value.
    Text(Text),
}

impl Value {
    /// The text, if there is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Absent | Value::Null => None,
        }
    }
}

/// A text attribute both providers know, each under its own name: `Attr::ALL[i]` is `(Entra, Okta)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Attr(usize);

impl Attr {
    pub(crate) const DISPLAY_NAME: Attr = Attr(0);
    pub(crate) const GIVEN_NAME: Attr = Attr(1);
    pub(crate) const SURNAME: Attr = Attr(2);
    pub(crate) const MAIL: Attr = Attr(3);
    pub(crate) const JOB_TITLE: Attr = Attr(4);
    pub(crate) const DEPARTMENT: Attr = Attr(5);
    pub(crate) const COMPANY: Attr = Attr(6);
    pub(crate) const EMPLOYEE_ID: Attr = Attr(7);
    pub(crate) const EMPLOYEE_TYPE: Attr = Attr(8);
    pub(crate) const OFFICE: Attr = Attr(9);
    pub(crate) const CITY: Attr = Attr(10);
    pub(crate) const STATE: Attr = Attr(11);
    pub(crate) const COUNTRY: Attr = Attr(12);
    pub(crate) const STREET: Attr = Attr(13);
    pub(crate) const POSTAL_CODE: Attr = Attr(14);
    pub(crate) const USAGE_LOCATION: Attr = Attr(15);
    pub(crate) const LANGUAGE: Attr = Attr(16);
    pub(crate) const MOBILE: Attr = Attr(17);
    pub(crate) const PHONE: Attr = Attr(18);
    pub(crate) const NICKNAME: Attr = Attr(19);
    pub(crate) const SAM_ACCOUNT: Attr = Attr(20);
    pub(crate) const DIVISION: Attr = Attr(21);
    pub(crate) const COST_CENTRE: Attr = Attr(22);
    pub(crate) const OTHER_MAIL: Attr = Attr(23);
    pub(crate) const TIME_ZONE: Attr = Attr(24);
    pub(crate) const EXTENSION_1: Attr = Attr(25);
    pub(crate) const EXTENSION_2: Attr = Attr(26);
    pub(crate) const FAX: Attr = Attr(27);

    /// `(Entra property, Okta profile attribute)`; empty where the provider has none.
    pub(crate) const ALL: [(&'static str, &'static str); 28] = [
        ("displayName", "displayName"),
        ("givenName", "firstName"),
        ("surname", "lastName"),
        ("mail", "email"),
        ("jobTitle", "title"),
        ("department", "department"),
        ("companyName", "organization"),
        ("employeeId", "employeeNumber"),
        ("employeeType", "userType"),
        ("officeLocation", "office"),
        ("city", "city"),
        ("state", "state"),
        ("country", ""),
        ("streetAddress", "streetAddress"),
        ("postalCode", "zipCode"),
        ("usageLocation", "countryCode"),
        ("preferredLanguage", "preferredLanguage"),
        ("mobilePhone", "mobilePhone"),
        ("businessPhones", "primaryPhone"),
        ("mailNickname", "nickName"),
        ("onPremisesSamAccountName", ""),
        ("division", "division"),
        ("costCenter", "costCenter"),
        ("otherMails", "secondEmail"),
        ("", "timezone"),
        ("extensionAttribute1", "badgeColour"),
        ("extensionAttribute2", "shirtSize"),
        ("faxNumber", ""),
    ];

    /// Every attribute in order.
    pub(crate) fn each() -> impl Iterator<Item = Attr> {
        (0..Self::ALL.len()).map(Attr)
    }

    /// The attribute with this Entra name.
    pub(crate) fn entra(name: &str) -> Option<Attr> {
        Self::ALL
            .iter()
            .position(|(entra, _)| !name.is_empty() && *entra == name)
            .map(Attr)
    }

    /// The attribute with this Okta name.
    pub(crate) fn okta(name: &str) -> Option<Attr> {
        Self::ALL
            .iter()
            .position(|(_, okta)| !name.is_empty() && *okta == name)
            .map(Attr)
    }

    /// Its Entra name, perhaps empty.
    pub(crate) fn entra_name(self) -> &'static str {
        Self::ALL[self.0].0
    }

    /// Its Okta name, perhaps empty.
    pub(crate) fn okta_name(self) -> &'static str {
        Self::ALL[self.0].1
    }
}

/// Okta's status of a user (all values of the specification's enumeration).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Status {
    /// Usable.
    Active,
    /// Deactivated; absent from the plain list.
    Deprovisioned,
    /// Too many wrong passwords.
    LockedOut,
    /// Must change the password.
    PasswordExpired,
    /// Activated, first sign-in outstanding.
    Provisioned,
    /// Password reset under way.
    Recovery,
    /// Created, not activated.
    Staged,
    /// Suspended by an administrator.
    Suspended,
}

impl Status {
    /// As Okta writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Active => "ACTIVE",
            Status::Deprovisioned => "DEPROVISIONED",
            Status::LockedOut => "LOCKED_OUT",
            Status::PasswordExpired => "PASSWORD_EXPIRED",
            Status::Provisioned => "PROVISIONED",
            Status::Recovery => "RECOVERY",
            Status::Staged => "STAGED",
            Status::Suspended => "SUSPENDED",
        }
    }
}

/// Who a person's manager is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manager {
    None,
    /// The person at this position.
    Person(usize),
    /// An organisational contact, which is not a user (Graph allows it).
    Contact,
}

/// Whether a person is still in the directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Life {
    Present,
    /// In Entra's recycle bin since then.
    SoftDeleted(DateTime<Utc>),
    /// Gone for good.
    Purged,
}

/// Everything known about one person.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) index: usize,
    pub(crate) id: String,
    /// Entra `userPrincipalName`, Okta `login`.
    pub(crate) principal: String,
    pub(crate) values: [Value; Attr::ALL.len()],
    /// `accountEnabled`; the CSDL allows null.
    pub(crate) enabled: Option<bool>,
    /// `userType`: Member, Guest or null.
    pub(crate) user_type: Option<&'static str>,
    /// `externalUserState` of guests.
    pub(crate) external_state: Option<&'static str>,
    pub(crate) status: Status,
    pub(crate) manager: Manager,
    /// `onPremisesSyncEnabled`: true, false (formerly), null (never).
    pub(crate) synced: Option<bool>,
    pub(crate) created: DateTime<Utc>,
    /// Okta `lastUpdated`.
    pub(crate) updated: DateTime<Utc>,
    pub(crate) status_changed: DateTime<Utc>,
    pub(crate) life: Life,
    /// Custom attributes and directory extensions set through the control interface.
    pub(crate) extra: BTreeMap<String, serde_json::Value>,
}

impl Record {
    /// The text of an attribute, if set.
    pub(crate) fn text(&self, attr: Attr) -> Option<&str> {
        self.values[attr.0].text()
    }

    /// The state of an attribute.
    pub(crate) fn value(&self, attr: Attr) -> &Value {
        &self.values[attr.0]
    }

    /// Sets an attribute; `None` leaves it unset.
    pub(crate) fn set(&mut self, attr: Attr, text: Option<impl Into<Text>>) {
        self.values[attr.0] = text.map_or(Value::Absent, |text| Value::Text(text.into()));
    }

    /// Changes an attribute; `None` makes it null.
    pub(crate) fn change(&mut self, attr: Attr, text: Option<String>) {
        self.values[attr.0] = text.map_or(Value::Null, |text| Value::Text(text.into()));
    }

    /// Whether the person is in the directory (not in the recycle bin, not purged).
    pub(crate) fn is_present(&self) -> bool {
        self.life == Life::Present
    }

    /// The display name, or the principal name where there is none.
    pub(crate) fn shown(&self) -> &str {
        self.text(Attr::DISPLAY_NAME).unwrap_or(&self.principal)
    }
}
