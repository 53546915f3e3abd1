use serde::{Deserialize, Serialize};

use super::{ChangeRow, When};
use crate::AccountId;
use crate::people::AccountState;
use crate::sync::FieldChange;

/// What the list of people is narrowed to. Every part may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleFilter {
    /// Part of a name, username or e-mail address.
    pub search: String,
    pub state: Option<AccountState>,
    /// `local` or `synced`; empty for both.
    pub directory: String,
}

/// A person in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    pub id: AccountId,
    pub name: String,
    pub username: String,
    pub email: Option<String>,
    pub job_title: Option<String>,
    pub department: Option<String>,
    pub state: AccountState,
    /// "Local", or the directory's name.
    pub directory: String,
    pub is_administrator: bool,
}

/// One person: account, link, snapshot, history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonView {
    pub row: PersonRow,
    /// Why the account is blocked and by whom, one sentence.
    pub blocked: Option<String>,
    pub created: When,
    pub updated: When,
    pub last_sign_in: Option<When>,
    pub manager: Option<(AccountId, String)>,
    pub groups: Vec<String>,
    /// Field label and value, all profile fields.
    pub fields: Vec<(String, String)>,
    pub link: Option<LinkView>,
    /// The newest first.
    pub history: Vec<PersonEvent>,
}

/// The directory object an account is linked to, and what the last read said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    pub directory: String,
    pub object_id: String,
    pub linked: When,
    /// The username the directory gives now, when it is another one and usernames do not follow (I-05).
    pub other_username: Option<String>,
    /// `None` when the object was not in the last complete read.
    pub snapshot: Option<SnapshotView>,
}

/// What the last read said about one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotView {
    pub principal_name: String,
    pub status: String,
    pub in_scope: bool,
    pub read: When,
    /// Attribute and value.
    pub attributes: Vec<(String, String)>,
}

/// One entry in a person's history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PersonEvent {
    Change(PersonChange),
    Migration(PersonMigration),
}

/// What the directory migration, or its undo, did to a person (M-21).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonMigration {
    pub number: i64,
    pub when: When,
    pub is_undo: bool,
    /// Who started it.
    pub by: String,
    pub fields: Vec<FieldChange>,
}

/// What a run of the sync did to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonChange {
    pub run: i64,
    pub when: When,
    pub change: ChangeRow,
}
