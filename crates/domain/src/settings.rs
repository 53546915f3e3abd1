//! What a customer has decided about their sync: who, which fields, which groups, how much at once.

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::ids::{GroupId, ObjectId};
use crate::people::field;
use crate::provider::Provider;

/// All settings of one directory's sync. `version` is raised by every change and stamped on every run (H-08).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SyncSettings {
    pub version: i64,
    pub scope: Scope,
    pub mapping: DataMapping,
    pub groups: Vec<GroupMapping>,
    pub limits: SafetyLimits,
    #[serde(default)]
    pub changed: Changed,
}

/// The version with which each part was changed last: whoever saves a form is refused only when the same part has
/// changed since their page was drawn. 0 is a part nobody has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Changed {
    pub scope: i64,
    pub mapping: i64,
    pub groups: i64,
    pub limits: i64,
}

impl Changed {
    /// Every part with this version: the first settings of a directory.
    pub const fn all(version: i64) -> Self {
        Self {
            scope: version,
            mapping: version,
            groups: version,
            limits: version,
        }
    }
}

/// Who is synchronised (U-01). Never everybody by default (I-16).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    pub groups: Vec<ScopeGroup>,
    /// Count members of nested groups too (U-04). Okta groups do not nest.
    pub nested: bool,
    /// Synchronise guests (I-12).
    pub include_guests: bool,
}

/// A security group whose members are synchronised; kept by id, the name is for people (U-02).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScopeGroup {
    pub object_id: ObjectId,
    pub name: String,
}

/// Which directory attribute feeds which profile field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DataMapping {
    /// The attribute that gives new accounts their username.
    pub username_attribute: String,
    /// Rename accounts when that attribute changes (I-05, A-06). Off: the difference is only reported.
    pub username_follows: bool,
    pub manager: bool,
    pub fields: Vec<FieldMapping>,
}

/// One row of the data mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldMapping {
    pub attribute: String,
    pub field: String,
    pub when_empty: WhenEmpty,
}

codes! {
    /// What an empty attribute does to the field (B-02).
    pub enum WhenEmpty {
        Keep = "keep",
        Clear = "clear",
    }
}

/// A directory group whose members are put into a People group (U-01).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMapping {
    pub object_id: ObjectId,
    pub name: String,
    pub group: GroupId,
    pub mode: GroupMode,
}

codes! {
    /// What happens to members of the People group who are not in the directory group (U-10).
    pub enum GroupMode {
        Additive = "additive",
        Authoritative = "authoritative",
    }
}

/// What a run may not exceed: how much it may take away before a person must decide (S-01, the greater of the two), and
/// how many accounts may be active (L-08).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SafetyLimits {
    /// People per run.
    pub count: u32,
    /// Per cent of the currently active synced accounts.
    pub percent: u32,
    /// Accounts the intranet's licence allows to be active, of whatever directory; `None` when there is no such limit.
    #[serde(default)]
    pub licences: Option<u32>,
}

impl SafetyLimits {
    /// How many people one run may block, rename or take out of groups when `active` accounts are synced now.
    pub fn allowed(self, active: u64) -> u64 {
        (active * u64::from(self.percent) / 100).max(u64::from(self.count))
    }
}

impl Default for SafetyLimits {
    /// 5 % or 20, whichever is greater (S-01).
    fn default() -> Self {
        Self {
            count: 20,
            percent: 5,
            licences: None,
        }
    }
}

impl SyncSettings {
    /// What a new directory starts with: nobody in scope, the fixed rows mapped, usernames not renamed.
    pub fn initial(provider: Provider) -> Self {
        Self {
            version: 1,
            scope: Scope {
                groups: Vec::new(),
                nested: false,
                include_guests: false,
            },
            mapping: DataMapping::initial(provider),
            groups: Vec::new(),
            limits: SafetyLimits::default(),
            changed: Changed::default(),
        }
    }
}

impl DataMapping {
    /// The default rows: username, first name, surname, e-mail, telephone, job title, department, manager.
    pub fn initial(provider: Provider) -> Self {
        let row = |attribute: &str, field: &str| FieldMapping {
            attribute: attribute.to_owned(),
            field: field.to_owned(),
            when_empty: WhenEmpty::Keep,
        };
        let (username, fields) = match provider {
            Provider::Entra => (
                "userPrincipalName",
                vec![
                    row("givenName", field::FIRST_NAME),
                    row("surname", field::SURNAME),
                    row("mail", field::EMAIL),
                    row("businessPhones", field::TELEPHONE),
                    row("jobTitle", field::JOB_TITLE),
                    row("department", field::DEPARTMENT),
                ],
            ),
            Provider::Okta => (
                "login",
                vec![
                    row("firstName", field::FIRST_NAME),
                    row("lastName", field::SURNAME),
                    row("email", field::EMAIL),
                    row("primaryPhone", field::TELEPHONE),
                    row("title", field::JOB_TITLE),
                    row("department", field::DEPARTMENT),
                ],
            ),
        };
        Self {
            username_attribute: username.to_owned(),
            username_follows: false,
            manager: true,
            fields,
        }
    }

    /// Every attribute a read must ask for, without repeats.
    pub fn attributes(&self) -> Vec<String> {
        let mut all: Vec<String> = std::iter::once(&self.username_attribute)
            .chain(self.fields.iter().map(|row| &row.attribute))
            .cloned()
            .collect();
        all.sort();
        all.dedup();
        all
    }
}
