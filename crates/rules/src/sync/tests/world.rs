//! A whole customer in memory: plans a run the way the pipeline does, and applies it under a unique key.

use std::collections::{BTreeMap, BTreeSet};

use domain::sync::PlannedChange;
use domain::{Username, UsernameKey};

use super::*;
use crate::sync::{SettledChange, last_administrator, settle};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct World {
    pub(super) accounts: BTreeMap<AccountId, PeopleAccount>,
    /// Links of our directory.
    pub(super) links: BTreeMap<ObjectId, AccountId>,
    pub(super) people: Vec<Person>,
}

impl World {
    /// The changes of one run, in the order to apply them.
    pub(super) fn plan(&self, settings: &SyncSettings) -> Vec<SettledChange> {
        let rules = Rules {
            directory: ours(),
            settings,
            fields: standard(),
        };
        let mut single = Vec::new();
        let mut claims = Vec::new();
        let mut matched = BTreeSet::new();
        for person in &self.people {
            if person.present && person.in_scope {
                matched.extend(person.username_key.clone());
            }
            match rules.decide(&self.facts(person), || new_id(&person.user.object_id)) {
                Decision::Unchanged | Decision::Ignored => {}
                Decision::Change(change) => single.push(change),
                Decision::Claim(claim) => claims.push(*claim),
            }
        }
        for account in self.accounts.values() {
            let linked = self.links.values().any(|id| *id == account.id);
            if !linked && !matched.contains(&account.username_key) {
                match rules.leaver(account) {
                    Decision::Change(change) => single.push(change),
                    other => assert_eq!(other, Decision::Unchanged),
                }
            }
        }
        let mut plan = settle(claims).changes;
        let after = plan.last().map_or(0, |last| last.component + 1);
        let single = self.spare(single);
        plan.extend((after..).zip(single).map(|(component, change)| SettledChange {
            change,
            component,
            cycle: false,
        }));
        plan
    }

    fn spare(&self, mut single: Vec<PlannedChange>) -> Vec<PlannedChange> {
        let of_administrator = |change: &PlannedChange| {
            change.kind == ChangeKind::Block
                && change
                    .account
                    .and_then(|id| self.accounts.get(&id))
                    .is_some_and(|account| account.is_administrator)
        };
        let blocks: Vec<_> = single.extract_if(.., |change| of_administrator(change)).collect();
        single.extend(last_administrator(self.administrators(), blocks));
        single
    }

    /// Administrators who are not blocked.
    pub(super) fn administrators(&self) -> u64 {
        let all = self.accounts.values();
        let count = all.filter(|account| account.is_administrator && account.state != AccountState::Blocked);
        u64::try_from(count.count()).expect("a few")
    }

    pub(super) fn facts<'a>(&'a self, person: &'a Person) -> Facts<'a> {
        let link = self.links.get(&person.user.object_id);
        let linked = link.and_then(|id| self.accounts.get(id));
        let holder = self
            .accounts
            .values()
            .find(|account| Some(&account.username_key) == person.username_key.as_ref())
            .filter(|account| Some(&account.id) != link)
            .map(|account| Holder {
                account,
                linked_to: self
                    .links
                    .iter()
                    .find(|(_, id)| **id == account.id)
                    .map(|(object, _)| object),
            });
        let rivals = self.people.iter().any(|other| {
            other.present
                && other.user.object_id != person.user.object_id
                && other.username_key == person.username_key
        });
        Facts {
            person,
            linked,
            holder,
            reserved: false,
            rivals,
        }
    }

    /// Applies a plan; usernames are unique after every single step, as in a database.
    pub(super) fn apply(&mut self, plan: &[SettledChange]) {
        for component in plan.chunk_by(|a, b| a.component == b.component) {
            let cycle = component.iter().any(|settled| settled.cycle);
            if cycle {
                for settled in component {
                    let id = settled.change.account.expect("movers have accounts");
                    // No account to move aside: somebody new at the end of the walk.
                    if let Some(account) = self.accounts.get_mut(&id) {
                        account.username_key = UsernameKey::from_stored(format!("\0{id}"));
                    }
                }
            }
            for settled in component {
                self.write(&settled.change);
                if !cycle {
                    self.assert_unique();
                }
            }
            self.assert_unique();
        }
    }

    fn assert_unique(&self) {
        let keys: BTreeSet<_> = self
            .accounts
            .values()
            .map(|account| &account.username_key)
            .collect();
        assert_eq!(keys.len(), self.accounts.len(), "two accounts share a username");
    }

    fn write(&mut self, change: &PlannedChange) {
        if !change.kind.writes() {
            assert_eq!(change.fields, [], "a row that writes nothing lists nothing");
            return;
        }
        let id = change.account.expect("writes name their account");
        if change.kind == ChangeKind::Create {
            assert_eq!(change.account_version, None);
            assert!(!self.accounts.contains_key(&id), "created twice");
            let mut new = account(0, &format!("\0{id}"));
            new.id = id;
            self.accounts.insert(id, new);
        }
        if matches!(change.kind, ChangeKind::Create | ChangeKind::Link) {
            let object_id = change.object_id.clone().expect("links name their object");
            assert_eq!(self.links.insert(object_id, id), None, "linked twice");
        }
        let account = self.accounts.get_mut(&id).expect("known account");
        for field in &change.fields {
            set(account, field, &change.reason);
        }
    }
}

/// Writes one field, after checking that the plan knew what was there.
fn set(account: &mut PeopleAccount, change: &FieldChange, reason: &Reason) {
    let after = change.after.clone();
    match change.field.as_str() {
        field::USERNAME => {
            account.username = Username::from_stored(after.expect("a name"));
            account.username_key = username::key(&account.username);
        }
        field::STATE => {
            account.state = after.expect("a state").parse().expect("a known state");
            account.block = match reason {
                Reason::Blocked { why } => Some(Block {
                    by: BlockedBy::Sync,
                    reason: *why,
                }),
                _ => None,
            };
        }
        key => {
            assert_eq!(account.profile.get(key), change.before.as_ref(), "{key}");
            match after {
                Some(value) => account.profile.insert(key.to_owned(), value),
                None => account.profile.remove(key),
            };
        }
    }
}

/// A new account's id, by its person, so that plans can be compared.
fn new_id(object_id: &ObjectId) -> AccountId {
    let number: u32 = object_id
        .as_str()
        .trim_start_matches('o')
        .parse()
        .expect("o and a number");
    id(10_000 + number)
}
