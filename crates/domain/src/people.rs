//! The People directory of a customer: accounts, their states and who owns them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::ids::{AccountId, DirectoryId};
use crate::{Timestamp, Username, UsernameKey};

/// An account of the intranet. Content hangs on `id`; the username is only an attribute (M-05).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleAccount {
    pub id: AccountId,
    pub username: Username,
    pub username_key: UsernameKey,
    pub directory: Directory,
    pub state: AccountState,
    /// Who blocked it and why; `None` unless blocked. Only what the sync blocked does the sync unblock (L-06).
    pub block: Option<Block>,
    pub is_administrator: bool,
    /// Profile fields by key ([`field`], [`crate::profile::ProfileFields`]). A field without value is absent.
    pub profile: Profile,
    pub manager: Option<AccountId>,
    /// Raised by every change; a plan names the version it was made for.
    pub version: i64,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub last_sign_in_at: Option<Timestamp>,
}

/// Profile fields by key.
pub type Profile = BTreeMap<String, String>;

/// The keys of the profile fields every People directory has (the guide's and LDAP tool's fixed rows).
pub mod field {
    pub const FIRST_NAME: &str = "first_name";
    pub const SURNAME: &str = "surname";
    pub const EMAIL: &str = "email";
    pub const TELEPHONE: &str = "telephone";
    pub const JOB_TITLE: &str = "job_title";
    pub const DEPARTMENT: &str = "department";
    /// Not profile fields, but named like one in changes.
    pub const USERNAME: &str = "username";
    pub const STATE: &str = "state";
    pub const MANAGER: &str = "manager";
    pub const DIRECTORY: &str = "directory";
    pub const GROUP: &str = "group";

    /// The profile fields themselves, in the order of the screen.
    pub const STANDARD: &[&str] = &[FIRST_NAME, SURNAME, EMAIL, TELEPHONE, JOB_TITLE, DEPARTMENT];
    /// Rows of the data mapping that cannot be removed (B-13).
    pub const MANDATORY: &[&str] = &[FIRST_NAME, SURNAME, EMAIL];

    /// The word for the screen.
    pub fn label(key: &str) -> &str {
        match key {
            FIRST_NAME => "First name",
            SURNAME => "Surname",
            EMAIL => "E-mail",
            TELEPHONE => "Telephone",
            JOB_TITLE => "Job title",
            DEPARTMENT => "Department",
            USERNAME => "Username",
            STATE => "Account state",
            MANAGER => "Manager",
            DIRECTORY => "Directory",
            GROUP => "Group",
            other => other,
        }
    }
}

codes! {
    /// The state of an account.
    pub enum AccountState {
        Active = "active",
        Blocked = "blocked",
        /// Too many failed sign-ins; ends by itself.
        Frozen = "frozen",
    }
}

impl AccountState {
    pub const fn label(self) -> &'static str {
        match self {
            AccountState::Active => "Active",
            AccountState::Blocked => "Blocked",
            AccountState::Frozen => "Frozen",
        }
    }
}

/// Who owns an account: itself, or an external directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Directory {
    Local,
    External(DirectoryId),
}

impl Directory {
    /// The name of the local directory, on screen and in files (D-02).
    pub const LOCAL: &str = "Local";

    pub const fn external(self) -> Option<DirectoryId> {
        match self {
            Directory::Local => None,
            Directory::External(id) => Some(id),
        }
    }
}

impl From<Option<DirectoryId>> for Directory {
    fn from(id: Option<DirectoryId>) -> Self {
        id.map_or(Directory::Local, Directory::External)
    }
}

codes! {
    /// An external directory that owns accounts of People and that User Sync does not read: what the intranet followed
    /// before. Its accounts are for the directory migration, never for a sync.
    pub enum OldDirectory {
        ActiveDirectory = "active_directory",
        /// Another provider, or a file.
        Other = "other",
    }
}

impl OldDirectory {
    pub const fn label(self) -> &'static str {
        match self {
            OldDirectory::ActiveDirectory => "Active Directory (LDAP)",
            OldDirectory::Other => "Another directory",
        }
    }
}

/// A block: by whom, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    pub by: BlockedBy,
    pub reason: BlockReason,
}

codes! {
    pub enum BlockedBy {
        Sync = "sync",
        Administrator = "administrator",
    }
}

codes! {
    pub enum BlockReason {
        /// L-01: disabled, suspended or deactivated at the provider.
        DisabledInDirectory = "disabled_in_directory",
        /// L-03: a complete read did not contain the person.
        LeftDirectory = "left_directory",
        /// L-05: still there, no longer in a synchronised group.
        OutOfScope = "out_of_scope",
        /// L-07: staged or invited, not a user (any more).
        NotYetActive = "not_yet_active",
        /// I-12: became a guest while guests are excluded.
        Guest = "guest",
        /// Blocked by hand in People.
        ByAdministrator = "by_administrator",
        /// P2/L-08: created without a free licence.
        Licence = "licence",
    }
}

impl BlockReason {
    pub const fn sentence(self) -> &'static str {
        match self {
            BlockReason::DisabledInDirectory => "Disabled in the directory",
            BlockReason::LeftDirectory => "No longer in the directory",
            BlockReason::OutOfScope => "No longer in a synchronised group",
            BlockReason::NotYetActive => "Not active in the directory yet",
            BlockReason::Guest => "A guest, and guests are not synchronised",
            BlockReason::ByAdministrator => "Blocked by an administrator",
            BlockReason::Licence => "No licence free",
        }
    }
}
