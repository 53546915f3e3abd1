//! What a line of the mapping, or a plan that is undone, wants of one account.

use domain::migration::{EntryKind, HeldReason, MigrationEntry, Place};
use domain::people::Directory;
use domain::{AccountId, DirectoryId, ObjectId, Provider};

use super::Wanted;
use crate::user_mapping::{Target, said};

/// Where the accounts go.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings<'a> {
    pub provider: Provider,
    /// The directory that is connected.
    pub directory: DirectoryId,
    /// Names of those that the intranet followed before.
    pub old: &'a [String],
}

/// A line of the approved mapping.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub line: u64,
    pub new: &'a str,
    pub target: &'a str,
    /// The person of the directory with the new username.
    pub person: Option<Person<'a>>,
}

/// A person of the directory.
#[derive(Clone, Copy, Debug)]
pub struct Person<'a> {
    pub object_id: &'a ObjectId,
    /// T-01: there, enabled and in scope, so that the first sync will find them.
    pub is_confirmed: bool,
    /// The account that is linked to them now.
    pub linked_to: Option<AccountId>,
}

/// What a line wants of its account.
pub fn wanted(around: Surroundings<'_>, account: AccountId, now: &Place, line: Line<'_>) -> Wanted {
    let (username, target) = said(line.new, line.target, around.provider, around.old);
    let keeps = username.as_str().is_empty();
    let mut place = Place {
        username: if keeps { now.username.clone() } else { username },
        directory: now.directory,
        link: now.link.clone(),
    };
    let mut against = None;
    match target {
        Target::Left => place.username = now.username.clone(),
        Target::Unclear => against = Some(HeldReason::Unclear),
        Target::Local => (place.directory, place.link) = (Directory::Local, None),
        Target::Default | Target::Connected => {
            let there = Directory::External(around.directory);
            if now.directory != there {
                (place.directory, place.link) = (there, None);
            }
            if let Some(person) = line.person.filter(|person| person.is_confirmed) {
                if person.linked_to.is_some_and(|other| other != account) {
                    against = Some(HeldReason::PersonLinked);
                }
                place.link = Some(person.object_id.clone());
            }
            if keeps {
                against = Some(HeldReason::Unclear);
            }
        }
    }
    Wanted {
        line: Some(line.line),
        place,
        against,
    }
}

/// What undoing an entry wants of its account, which is now of this version and in this place: what was before. `None`:
/// the entry did nothing. An account that changed since is left alone (M-14).
pub fn inverse(entry: &MigrationEntry, version: i64, now: &Place) -> Option<Wanted> {
    if entry.kind == EntryKind::Held {
        return None;
    }
    let then = entry.version + i64::from(entry.kind.writes());
    let is_as_left = version == then && *now == entry.after;
    Some(Wanted {
        line: entry.line,
        place: entry.before.clone(),
        against: (!is_as_left).then_some(HeldReason::ChangedSince),
    })
}
