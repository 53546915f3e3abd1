//! The directory migration (the guide's step 5): accounts get the usernames and the directory that the approved user
//! mapping gives them, all of them in one step, while nobody else works in the intranet (domain 2.7).

mod run;
mod words;

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::ids::{AccountId, DirectoryId, ObjectId};
use crate::people::Directory;
use crate::{Timestamp, Username};

pub use run::{
    MigrationCheck, MigrationPurpose, MigrationRunState, MigrationStep, RehearsalCounts, RehearsalOutcome,
};

/// For how long a username that nobody has any more is kept from newcomers, unless the customer says otherwise, in days.
pub const RESERVED_DAYS: i64 = 90;

codes! {
    /// What the migration does to an account.
    pub enum EntryKind {
        /// Another username; the directory stays.
        Rename = "rename",
        /// Another directory; the username stays.
        Move = "move",
        Both = "both",
        /// The account is as it should be, but for its link, perhaps.
        Nothing = "nothing",
        /// Something is in the way: the account stays as it is.
        Held = "held",
    }
}

impl EntryKind {
    /// Whether the account itself is written.
    pub const fn writes(self) -> bool {
        matches!(self, EntryKind::Rename | EntryKind::Move | EntryKind::Both)
    }
}

codes! {
    /// Why an account stays as it is.
    pub enum HeldReason {
        /// an account that keeps it has the username.
        NameHeld = "name_held",
        /// the account that has the username is held itself.
        Behind = "behind",
        /// several accounts would get the username.
        WantedTwice = "wanted_twice",
        /// T-07: the person with the username is linked to another account.
        PersonLinked = "person_linked",
        /// D-05: which directory is meant was never said, or no username was.
        Unclear = "unclear",
        /// M-14: the account changed after the migration that is undone.
        ChangedSince = "changed_since",
    }
}

/// What of an account a migration changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub username: Username,
    pub directory: Directory,
    /// The person of that directory it is linked to; a local account has none.
    pub link: Option<ObjectId>,
}

/// What the plan says of one account. Together with what became of the run it is the record of what was before and after
/// (M-21).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationEntry {
    pub account: AccountId,
    /// The version of the account it was made for: another one is left alone (P-17).
    pub version: i64,
    /// The line of the mapping.
    pub line: Option<u64>,
    pub kind: EntryKind,
    pub held: Option<HeldReason>,
    pub before: Place,
    /// Where it is held, what it would be.
    pub after: Place,
    /// Another account of the plan takes the username over, so it has to be free before (M-03).
    pub steps_aside: bool,
    /// Nobody has the username afterwards.
    pub frees: bool,
}

impl MigrationEntry {
    /// M-17, D-10: becomes local, and has no password of its own.
    pub fn needs_password(&self) -> bool {
        self.kind != EntryKind::Held
            && self.after.directory == Directory::Local
            && self.before.directory != Directory::Local
    }

    /// Whether the account gets another link.
    pub fn relinks(&self) -> bool {
        let link = |place: &Place| {
            let directory = place.directory.external()?;
            Some((directory, place.link.clone()?))
        };
        self.kind != EntryKind::Held && link(&self.before) != link(&self.after)
    }
}

/// A plan in numbers, of accounts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanCounts {
    pub renames: u64,
    pub moves: u64,
    pub both: u64,
    pub nothing: u64,
    pub held: u64,
    /// Linked to the person of the directory that they are, so that the first sync recognises them.
    pub linked: u64,
    /// Become local, and need a password.
    pub local: u64,
    /// Hand their username on to another account: swaps and chains.
    pub aside: u64,
    /// Usernames that nobody has afterwards.
    pub freed: u64,
}

impl PlanCounts {
    /// Counts one more.
    pub fn add(&mut self, entry: &MigrationEntry) {
        let kind = match entry.kind {
            EntryKind::Rename => &mut self.renames,
            EntryKind::Move => &mut self.moves,
            EntryKind::Both => &mut self.both,
            EntryKind::Nothing => &mut self.nothing,
            EntryKind::Held => &mut self.held,
        };
        *kind += 1;
        let is_linked = entry.relinks() && entry.after.link.is_some();
        self.linked += u64::from(is_linked);
        self.local += u64::from(entry.needs_password());
        self.aside += u64::from(entry.steps_aside);
        self.freed += u64::from(entry.frees);
    }

    /// Of one kind.
    pub const fn of(&self, kind: EntryKind) -> u64 {
        match kind {
            EntryKind::Rename => self.renames,
            EntryKind::Move => self.moves,
            EntryKind::Both => self.both,
            EntryKind::Nothing => self.nothing,
            EntryKind::Held => self.held,
        }
    }

    /// Accounts that are written.
    pub const fn written(&self) -> u64 {
        self.renames + self.moves + self.both
    }

    pub const fn all(&self) -> u64 {
        self.written() + self.nothing + self.held
    }
}

/// Whose entries a list holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntryWho {
    #[default]
    Everybody,
    OfKind(EntryKind),
    /// Those who become local, and need a password.
    BecomesLocal,
}

codes! {
    /// Whether a plan can be used.
    pub enum PlanState {
        Making = "making",
        Ready = "ready",
        Failed = "failed",
        /// Nobody wants to carry it out.
        Dropped = "dropped",
    }
}

/// What staff decide beside the mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationOptions {
    /// M-16: the local password policy is switched off for the new directory, and for no other.
    pub password_policy_off: bool,
    /// The sync of the old directories is switched off. Left on it would make the old usernames anew (M-01).
    pub old_sync_off: bool,
    /// For how many days freed usernames are kept from newcomers.
    pub reserved_days: i64,
}

impl Default for MigrationOptions {
    fn default() -> Self {
        Self {
            password_policy_off: false,
            old_sync_off: true,
            reserved_days: RESERVED_DAYS,
        }
    }
}

/// M-07: the intranet lets nobody in but its active local administrators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessPause {
    pub since: Timestamp,
    /// When it is expected to end; it ends earlier or later, with the migration.
    pub until: Timestamp,
}

/// A plan: what every account becomes, and what it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationPlan {
    /// 1, 2, 3, … of the customer.
    pub number: i64,
    pub purpose: MigrationPurpose,
    /// The run that it takes back.
    pub undoes: Option<i64>,
    /// Of an undo of one person.
    pub only: Option<AccountId>,
    pub state: PlanState,
    /// The approved version of the mapping, and the SHA-256 of its file in hexadecimal digits (M-10).
    pub mapping_version: i64,
    pub mapping_hash: String,
    pub directory: DirectoryId,
    /// How often People and the directory had changed (P-17).
    pub people_number: i64,
    pub snapshot_number: i64,
    /// SHA-256 over its entries, in hexadecimal digits; empty before it is ready.
    pub hash: String,
    pub counts: PlanCounts,
    pub options: MigrationOptions,
    pub made_by: String,
    pub made_at: Timestamp,
}

#[cfg(test)]
mod tests;
