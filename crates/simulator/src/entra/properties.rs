//! Properties of users: which exist, where their values come from, how they are written and filtered.

use crate::directory::Directory;
use crate::filter::Datum;
use crate::people::record::Text;
use crate::people::{Attr, Life, Record, Value};
use crate::wire::json::Writer;
use chrono::{DateTime, SecondsFormat, Utc};
use std::borrow::Cow;

/// What `/users` returns without `$select`, and nothing else does (user resource page).
pub(super) const DEFAULTS: [&str; 11] = [
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
];

/// Selected on the collection these answer 501.
const NOT_ON_COLLECTIONS: [&str; 12] = [
    "aboutMe",
    "birthday",
    "hireDate",
    "interests",
    "mySite",
    "pastProjects",
    "preferredName",
    "responsibilities",
    "schools",
    "skills",
    "mailboxSettings",
    "deviceEnrollmentLimit",
];

/// Properties of the metadata document that are always null here.
const ALWAYS_NULL: [&str; 23] = [
    "ageGroup",
    "consentProvidedForMinor",
    "customSecurityAttributes",
    "employeeHireDate",
    "employeeLeaveDateTime",
    "identityParentId",
    "isManagementRestricted",
    "isResourceAccount",
    "legalAgeGroupClassification",
    "onPremisesDistinguishedName",
    "onPremisesDomainName",
    "onPremisesImmutableId",
    "onPremisesLastSyncDateTime",
    "onPremisesSecurityIdentifier",
    "onPremisesUserPrincipalName",
    "passwordPolicies",
    "passwordProfile",
    "preferredDataLocation",
    "showInAddressList",
    "signInActivity",
    "authorizationInfo",
    "print",
    "securityIdentifier",
];

/// Collections of the metadata document that are always empty here.
const ALWAYS_EMPTY: [&str; 8] = [
    "assignedLicenses",
    "assignedPlans",
    "imAddresses",
    "licenseAssignmentStates",
    "onPremisesProvisioningErrors",
    "provisionedPlans",
    "serviceProvisioningErrors",
    "infoCatalogs",
];

/// Where a property's value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Id,
    Principal,
    Text(Attr),
    /// A collection of at most one text.
    One(Attr),
    Enabled,
    UserType,
    CreationType,
    ExternalState,
    ExternalStateChange,
    Created,
    PasswordChange,
    Deleted,
    Synced,
    Proxies,
    Identities,
    Extensions,
    OrgData,
    Null,
    Empty,
    /// A directory extension: absent unless set.
    Extra,
    /// A navigation property in `$select`: handled elsewhere or ignored.
    Navigation,
}

/// A property of users.
#[derive(Debug, Clone)]
pub(super) struct Property {
    pub(super) name: String,
    source: Source,
}

/// Why a `$select` is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BadProperty {
    /// 400: the type has no such property.
    Unknown(String),
    /// 501: not on collections.
    NotImplemented(String),
}

impl Property {
    /// The property with this name.
    pub(super) fn named(name: &str, collection: bool) -> Result<Property, BadProperty> {
        let source = match name {
            "id" => Source::Id,
            "userPrincipalName" => Source::Principal,
            "businessPhones" => Source::One(Attr::PHONE),
            "otherMails" => Source::One(Attr::OTHER_MAIL),
            "accountEnabled" => Source::Enabled,
            "userType" => Source::UserType,
            "creationType" => Source::CreationType,
            "externalUserState" => Source::ExternalState,
            "externalUserStateChangeDateTime" => Source::ExternalStateChange,
            "createdDateTime" => Source::Created,
            "lastPasswordChangeDateTime"
            | "signInSessionsValidFromDateTime"
            | "refreshTokensValidFromDateTime" => Source::PasswordChange,
            "deletedDateTime" => Source::Deleted,
            "onPremisesSyncEnabled" => Source::Synced,
            "proxyAddresses" => Source::Proxies,
            "identities" => Source::Identities,
            "onPremisesExtensionAttributes" => Source::Extensions,
            "employeeOrgData" => Source::OrgData,
            "manager" | "directReports" | "memberOf" => Source::Navigation,
            _ if name.starts_with("extension_") => Source::Extra,
            _ if collection && NOT_ON_COLLECTIONS.contains(&name) => {
                return Err(BadProperty::NotImplemented(name.to_owned()));
            }
            _ if ALWAYS_NULL.contains(&name) || NOT_ON_COLLECTIONS.contains(&name) => Source::Null,
            _ if ALWAYS_EMPTY.contains(&name) => Source::Empty,
            _ => match Attr::entra(name) {
                Some(attr) if !is_nested(name) => Source::Text(attr),
                _ => return Err(BadProperty::Unknown(name.to_owned())),
            },
        };
        Ok(Property {
            name: name.to_owned(),
            source,
        })
    }

    /// All of a `$select`, or the default ones. `id` always comes along, as the last of the defaults does.
    pub(super) fn selected(
        select: Option<&[String]>,
        collection: bool,
    ) -> Result<Vec<Property>, BadProperty> {
        match select {
            None => DEFAULTS
                .iter()
                .map(|name| Property::named(name, collection))
                .collect(),
            Some(names) => {
                let mut properties: Vec<Property> = names
                    .iter()
                    .map(|name| Property::named(name, collection))
                    .collect::<Result<_, _>>()?;
                if !names.iter().any(|name| name == "id") {
                    properties.push(Property {
                        name: "id".to_owned(),
                        source: Source::Id,
                    });
                }
                Ok(properties)
            }
        }
    }

    /// Writes the property. In delta answers what was never set is left out (user-delta page).
    pub(super) fn write(&self, writer: &mut Writer, record: &Record, delta: bool) {
        let name = self.name.as_str();
        match &self.source {
            Source::Id => writer.pair(name, &record.id),
            Source::Principal => writer.pair(name, &record.principal),
            Source::Text(attr) => match record.value(*attr) {
                Value::Text(text) => writer.pair(name, text),
                Value::Absent if delta => {}
                Value::Absent | Value::Null => writer.pair_raw(name, "null"),
            },
            Source::One(attr) => {
                writer.key(name);
                writer.open_list();
                if let Some(text) = record.text(*attr) {
                    writer.string(text);
                }
                writer.close_list();
            }
            Source::Navigation => {}
            Source::Extra => {
                if let Some(value) = record.extra.get(name) {
                    writer.pair_raw(name, &value.to_string());
                }
            }
            Source::Proxies => write_proxies(writer, name, record),
            Source::Identities => write_identities(writer, name, record),
            Source::Extensions => write_extensions(writer, name, record),
            Source::OrgData => write_org_data(writer, name, record, delta),
            Source::Empty => writer.pair_raw(name, "[]"),
            _ => match self.simple(record) {
                Datum::None if delta && record.enabled.is_some() => {}
                Datum::Bool(value) => writer.pair_raw(name, if value { "true" } else { "false" }),
                Datum::Text(text) => writer.pair(name, &text),
                Datum::None | Datum::List(_) => writer.pair_raw(name, "null"),
            },
        }
    }

    /// The value of the properties that are a truth value, a word or a time.
    fn simple<'a>(&self, record: &'a Record) -> Datum<'a> {
        let text =
            |text: Option<&'static str>| text.map_or(Datum::None, |text| Datum::Text(Text::Borrowed(text)));
        let flag = |flag: Option<bool>| flag.map_or(Datum::None, Datum::Bool);
        let guest = record.external_state.is_some();
        match self.source {
            Source::Id => Datum::Text(Cow::Borrowed(&record.id)),
            Source::Principal => Datum::Text(Cow::Borrowed(&record.principal)),
            Source::Text(attr) => record
                .text(attr)
                .map_or(Datum::None, |text| Datum::Text(Cow::Borrowed(text))),
            Source::Enabled => flag(record.enabled),
            Source::UserType => text(record.user_type),
            Source::CreationType => text(guest.then_some("Invitation")),
            Source::ExternalState => text(record.external_state),
            Source::ExternalStateChange if guest => Datum::Text(Cow::Owned(seconds(record.status_changed))),
            Source::Created | Source::PasswordChange => Datum::Text(Cow::Owned(seconds(record.created))),
            Source::Deleted => match record.life {
                Life::SoftDeleted(at) => Datum::Text(Cow::Owned(seconds(at))),
                Life::Present | Life::Purged => Datum::None,
            },
            Source::Synced => flag(record.synced),
            _ => Datum::None,
        }
    }

    fn datum<'a>(&self, record: &'a Record) -> Datum<'a> {
        match &self.source {
            Source::One(attr) => Datum::List(record.text(*attr).map(str::to_owned).into_iter().collect()),
            Source::Proxies => Datum::List(proxies(record)),
            Source::Empty => Datum::List(Vec::new()),
            Source::Extra => match record.extra.get(&self.name) {
                Some(serde_json::Value::String(text)) => Datum::Text(Cow::Borrowed(text)),
                _ => Datum::None,
            },
            _ => self.simple(record),
        }
    }
}

/// The value under a filter's path.
pub(super) fn filter_value<'a>(record: &'a Record, path: &str) -> Datum<'a> {
    if let Some(list) = path.strip_suffix("/$count") {
        let count = match filter_value(record, list) {
            Datum::List(items) => items.len(),
            _ => 0,
        };
        return Datum::Text(Cow::Owned(count.to_string()));
    }
    let nested = path.rsplit('/').next().unwrap_or(path);
    if path.contains('/')
        && let Some(attr) = Attr::entra(nested)
    {
        return record
            .text(attr)
            .map_or(Datum::None, |text| Datum::Text(Cow::Borrowed(text)));
    }
    Property::named(path, false).map_or(Datum::None, |property| property.datum(record))
}

/// A time in whole seconds, as directory objects show it.
pub(super) fn seconds(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Attributes that only exist inside a complex property.
fn is_nested(name: &str) -> bool {
    matches!(name, "division" | "costCenter") || name.starts_with("extensionAttribute")
}

fn proxies(record: &Record) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(mail) = record.text(Attr::MAIL) {
        all.push(format!("SMTP:{mail}"));
        if mail != record.principal && record.external_state.is_none() {
            all.push(format!("smtp:{}", record.principal));
        }
    }
    all
}

fn write_proxies(writer: &mut Writer, name: &str, record: &Record) {
    writer.key(name);
    writer.open_list();
    for proxy in proxies(record) {
        writer.string(&proxy);
    }
    writer.close_list();
}

fn write_identities(writer: &mut Writer, name: &str, record: &Record) {
    writer.key(name);
    writer.open_list();
    writer.open();
    writer.pair("signInType", "userPrincipalName");
    writer.pair("issuer", crate::tables::company::INITIAL_DOMAIN);
    writer.pair("issuerAssignedId", &record.principal);
    writer.close();
    writer.close_list();
}

/// An object with all fifteen attributes, selectable only as a whole.
fn write_extensions(writer: &mut Writer, name: &str, record: &Record) {
    writer.key(name);
    writer.open();
    for number in 1..=15 {
        let key = format!("extensionAttribute{number}");
        let known = Attr::entra(&key).and_then(|attr| record.text(attr));
        let value = known.or_else(|| record.extra.get(&key).and_then(serde_json::Value::as_str));
        match value {
            Some(text) => writer.pair(&key, text),
            None => writer.pair_raw(&key, "null"),
        }
    }
    writer.close();
}

fn write_org_data(writer: &mut Writer, name: &str, record: &Record, delta: bool) {
    let (division, centre) = (record.text(Attr::DIVISION), record.text(Attr::COST_CENTRE));
    if division.is_none() && centre.is_none() {
        if !delta {
            writer.pair_raw(name, "null");
        }
        return;
    }
    writer.key(name);
    writer.open();
    for (key, value) in [("division", division), ("costCenter", centre)] {
        match value {
            Some(text) => writer.pair(key, text),
            None => writer.pair_raw(key, "null"),
        }
    }
    writer.close();
}

/// The manager's id, whoever it is.
pub(super) fn manager_id(directory: &Directory, record: &Record) -> Option<(&'static str, String)> {
    use crate::people::Manager;
    match record.manager {
        Manager::Person(index) if directory.is_present(index) => {
            Some(("#microsoft.graph.user", directory.generator.id(index)))
        }
        Manager::Contact => directory
            .others
            .get(crate::directory::CONTACT)
            .map(|contact| ("#microsoft.graph.orgContact", contact.id.clone())),
        Manager::Person(_) | Manager::None => None,
    }
}
