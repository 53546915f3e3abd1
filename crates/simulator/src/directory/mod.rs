//! One provider's directory: people and groups as generated, an overlay of what was changed, and the log of
//! changes from which delta answers are made.

mod changes;
mod groups;
mod members;

pub(crate) use groups::{CONTACT, Group, GroupForm, Member, Other, Rule};
pub(crate) use members::Slice;

use crate::people::ids::{mix, wide};
use crate::people::{Generator, Record};
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, OnceLock};

/// One entry of the change log. Its position plus one is the state a delta token remembers.
#[derive(Debug, Clone)]
pub(crate) enum Change {
    /// These properties of a person changed; empty means created, deleted or restored.
    Person { index: usize, properties: Vec<String> },
    /// The same for a group.
    Group { index: usize, properties: Vec<String> },
    /// A membership began or ended.
    Membership { group: usize, member: Member },
}

/// The state of one provider's directory.
#[derive(Debug)]
pub(crate) struct Directory {
    pub(crate) generator: Generator,
    /// People who were changed or added.
    overlay: HashMap<usize, Arc<Record>>,
    /// How many people were added after the start.
    added: usize,
    /// Lower-cased principal names of the overlay.
    principals: HashMap<String, usize>,
    /// Hashes of the generated principal names, made at the first look-up by name.
    generated: OnceLock<HashMap<u64, usize>>,
    hasher: RandomState,
    pub(crate) groups: Vec<Group>,
    group_ids: HashMap<String, usize>,
    /// Devices, contacts and service principals that are members of groups.
    pub(crate) others: Vec<Other>,
    pub(crate) log: Vec<Change>,
}

impl Directory {
    /// A directory as first filled.
    pub(crate) fn new(generator: Generator) -> Directory {
        let groups = groups::first_groups(generator);
        let group_ids = groups
            .iter()
            .map(|group| (group.id.clone(), group.index))
            .collect();
        Directory {
            generator,
            overlay: HashMap::new(),
            added: 0,
            principals: HashMap::new(),
            generated: OnceLock::new(),
            hasher: RandomState::new(),
            groups,
            group_ids,
            others: groups::others(generator),
            log: Vec::new(),
        }
    }

    /// How many positions there are, those of deleted people included.
    pub(crate) fn positions(&self) -> usize {
        self.generator.users + self.added
    }

    /// The person at a position below [`Self::positions`], present or not.
    pub(crate) fn person(&self, index: usize) -> Cow<'_, Record> {
        match self.overlay.get(&index) {
            Some(record) => Cow::Borrowed(record),
            None => Cow::Owned(self.generator.person(index)),
        }
    }

    /// Whether the person at a position is in the directory, without making them.
    pub(crate) fn is_present(&self, index: usize) -> bool {
        match self.overlay.get(&index) {
            Some(record) => record.is_present(),
            None => index < self.generator.users,
        }
    }

    /// The changed or added record at a position, if it was changed.
    pub(crate) fn changed(&self, index: usize) -> Option<&Record> {
        self.overlay.get(&index).map(AsRef::as_ref)
    }

    /// Positions of everybody who was changed or added, in order.
    pub(crate) fn changed_positions(&self) -> Vec<usize> {
        let mut positions: Vec<usize> = self.overlay.keys().copied().collect();
        positions.sort_unstable();
        positions
    }

    /// Position of the person with this id, present or not.
    pub(crate) fn by_id(&self, id: &str) -> Option<usize> {
        self.generator
            .index_of(id)
            .filter(|index| *index < self.positions())
    }

    /// Position of the present person with this principal name, in any case.
    pub(crate) fn by_principal(&self, name: &str) -> Option<usize> {
        let key = name.to_lowercase();
        if let Some(index) = self.principals.get(&key) {
            return Some(*index);
        }
        let table = self.generated.get_or_init(|| self.hash_principals());
        let index = *table.get(&self.hasher.hash_one(&key))?;
        // A changed person is found through the overlay only; and a hash may lie.
        (!self.overlay.contains_key(&index) && self.generator.principal(index).to_lowercase() == key)
            .then_some(index)
    }

    fn hash_principals(&self) -> HashMap<u64, usize> {
        (0..self.generator.users)
            .map(|index| {
                (
                    self.hasher
                        .hash_one(self.generator.principal(index).to_lowercase()),
                    index,
                )
            })
            .collect()
    }

    /// Position of the present person with this id or principal name.
    pub(crate) fn find(&self, key: &str) -> Option<usize> {
        self.by_id(key)
            .filter(|index| self.is_present(*index))
            .or_else(|| self.by_principal(key))
    }

    /// The present group with this id.
    pub(crate) fn group(&self, id: &str) -> Option<&Group> {
        self.group_ids
            .get(id)
            .map(|index| &self.groups[*index])
            .filter(|group| group.present)
    }

    /// The id of a member.
    pub(crate) fn member_id(&self, member: Member) -> String {
        match member {
            Member::Person(index) => self.generator.id(index),
            Member::Group(index) => self.groups[index].id.clone(),
            Member::Other(index) => self.others[index].id.clone(),
        }
    }

    /// A number that identifies this directory's state of filling: page tokens carry it.
    pub(crate) fn generation(&self) -> u64 {
        mix(self.generator.seed ^ wide(self.generator.users))
    }
}
