//! What goes in and out of the control interface.

use crate::people::{Attr, Life, Record};
use crate::{Kind, Status};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a change was refused.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ControlError {
    /// Nobody has this id or principal name.
    #[error("no person has the id or name {key:?}")]
    NoPerson {
        /// What was looked for.
        key: String,
    },
    /// No group has this id.
    #[error("no group has the id or name {id:?}")]
    NoGroup {
        /// What was looked for.
        id: String,
    },
    /// Somebody present already has the principal name.
    #[error("the principal name {principal:?} is taken")]
    PrincipalTaken {
        /// The name.
        principal: String,
    },
    /// The attribute does not take this value, or may not be changed.
    #[error("the attribute {attribute:?} does not take this value")]
    BadValue {
        /// Its name.
        attribute: String,
    },
}

/// A person to add. Only the principal name is needed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewPerson {
    /// Entra `userPrincipalName`, Okta `login`.
    pub principal_name: String,
    /// Made from the names where absent.
    pub display_name: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Surname.
    pub last_name: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Job title.
    pub job_title: Option<String>,
    /// Whether the account is enabled.
    pub enabled: bool,
    /// Whether the person is a guest (Entra).
    pub guest: bool,
    /// Groups (ids) to join.
    pub groups: Vec<String>,
    /// Further attributes by their provider's name.
    pub attributes: BTreeMap<String, String>,
}

impl Default for NewPerson {
    fn default() -> NewPerson {
        NewPerson {
            principal_name: String::new(),
            display_name: None,
            first_name: None,
            last_name: None,
            mail: None,
            department: None,
            job_title: None,
            enabled: true,
            guest: false,
            groups: Vec::new(),
            attributes: BTreeMap::new(),
        }
    }
}

/// A person as the directory has them now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// The directory's immutable id.
    pub id: String,
    /// Entra `userPrincipalName`, Okta `login`.
    pub principal_name: String,
    /// Display name.
    pub display_name: Option<String>,
    /// Given name.
    pub first_name: Option<String>,
    /// Surname.
    pub last_name: Option<String>,
    /// Mail address.
    pub mail: Option<String>,
    /// Entra `accountEnabled`.
    pub enabled: Option<bool>,
    /// Entra `userType`.
    pub user_type: Option<String>,
    /// Okta status.
    pub status: Status,
    /// Id of the manager.
    pub manager_id: Option<String>,
    /// Whether they are in the recycle bin or gone.
    pub deleted: bool,
    /// All text attributes that are set, by their provider's name.
    pub attributes: BTreeMap<String, String>,
}

impl Person {
    pub(crate) fn of(kind: Kind, record: &Record, manager_id: Option<String>) -> Person {
        let text = |attr| record.text(attr).map(str::to_owned);
        let attributes = Attr::each()
            .filter_map(|attr| {
                let name = if kind == Kind::Entra {
                    attr.entra_name()
                } else {
                    attr.okta_name()
                };
                (!name.is_empty()).then(|| text(attr).map(|value| (name.to_owned(), value)))?
            })
            .collect();
        Person {
            id: record.id.clone(),
            principal_name: record.principal.clone(),
            display_name: text(Attr::DISPLAY_NAME),
            first_name: text(Attr::GIVEN_NAME),
            last_name: text(Attr::SURNAME),
            mail: text(Attr::MAIL),
            enabled: record.enabled,
            user_type: record.user_type.map(str::to_owned),
            status: record.status,
            manager_id,
            deleted: record.life != Life::Present,
            attributes,
        }
    }
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupInfo {
    /// The directory's id of it.
    pub id: String,
    /// Its display name.
    pub name: String,
    /// Whether its membership is hidden.
    pub hidden: bool,
    /// Ids of its direct members; only filled where one group was asked for.
    pub members: Vec<String>,
}

/// A request that was served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// Which port it came to.
    pub kind: Kind,
    /// `GET`, `POST`…
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// Status of the answer.
    pub status: u16,
}
