//! The handle by which tests and the demo change the directories while they are served.

mod http;
mod page;
mod types;

pub(crate) use http::handle;
pub(crate) use page::sign_in_page;
pub use types::{ControlError, GroupInfo, NewPerson, Person, Recorded};

use crate::directory::{Directory, Member};
use crate::faults::{Fault, FaultId};
use crate::people::{Manager, Record};
use crate::world::{Credential, World};
use crate::{Kind, Status};
use chrono::{DateTime, Duration, Utc};
use std::ops::Range;
use std::sync::Arc;

/// Changes what the simulator serves. Cheap to clone; every method is synchronous and thread-safe.
#[derive(Debug, Clone)]
pub struct Control {
    world: Arc<World>,
}

impl Control {
    pub(crate) fn new(world: Arc<World>) -> Control {
        Control { world }
    }

    fn change<T>(&self, kind: Kind, work: impl FnOnce(&mut Directory, DateTime<Utc>) -> T) -> T {
        let now = self.world.clock.now();
        work(&mut self.world.tenant(kind).write(), now)
    }

    fn on_person<T>(
        &self,
        kind: Kind,
        id: &str,
        work: impl FnOnce(&mut Directory, usize, DateTime<Utc>) -> Result<T, ControlError>,
    ) -> Result<T, ControlError> {
        self.change(kind, |directory, now| {
            let index = person_index(directory, id)?;
            work(directory, index, now)
        })
    }

    fn on_group<T>(
        &self,
        kind: Kind,
        id: &str,
        work: impl FnOnce(&mut Directory, usize, DateTime<Utc>) -> Result<T, ControlError>,
    ) -> Result<T, ControlError> {
        self.change(kind, |directory, now| {
            let index = group_index(directory, id)?;
            work(directory, index, now)
        })
    }

    /// The person with this principal name (present people only) or id (also from the recycle bin).
    pub fn find(&self, kind: Kind, key: &str) -> Option<Person> {
        let directory = self.world.tenant(kind).read();
        let index = person_index(&directory, key).ok()?;
        Some(view(&directory, &directory.person(index)))
    }

    /// The present people at these positions (positions of deleted people are skipped).
    pub fn people(&self, kind: Kind, range: Range<usize>) -> Vec<Person> {
        let directory = self.world.tenant(kind).read();
        (range.start..range.end.min(directory.positions()))
            .filter(|index| directory.is_present(*index))
            .map(|index| view(&directory, &directory.person(index)))
            .collect()
    }

    /// How many people are in the directory.
    pub fn count(&self, kind: Kind) -> usize {
        let directory = self.world.tenant(kind).read();
        (0..directory.positions())
            .filter(|index| directory.is_present(*index))
            .count()
    }

    /// All groups, without their members.
    pub fn groups(&self, kind: Kind) -> Vec<GroupInfo> {
        let directory = self.world.tenant(kind).read();
        directory
            .groups
            .iter()
            .filter(|group| group.present)
            .map(|group| info(&directory, group, false))
            .collect()
    }

    /// The first group with this id or name, with its direct members.
    pub fn group(&self, kind: Kind, key: &str) -> Option<GroupInfo> {
        let directory = self.world.tenant(kind).read();
        let index = group_index(&directory, key).ok()?;
        Some(info(&directory, &directory.groups[index], true))
    }

    /// Adds a person and returns their id.
    pub fn add_person(&self, kind: Kind, mut person: NewPerson) -> Result<String, ControlError> {
        self.change(kind, |directory, now| {
            for group in &mut person.groups {
                let index = group_index(directory, group)?;
                group.clone_from(&directory.groups[index].id);
            }
            let index = directory.add_person(person, now)?;
            Ok(directory.generator.id(index))
        })
    }

    /// Gives a person another principal name.
    pub fn rename(&self, kind: Kind, id: &str, principal_name: &str) -> Result<(), ControlError> {
        self.on_person(kind, id, |directory, index, now| {
            directory.rename(index, principal_name, now)
        })
    }

    /// Sets an attribute by its provider's name (`manager` takes an id or principal name); `None` clears it.
    pub fn update(
        &self,
        kind: Kind,
        id: &str,
        attribute: &str,
        value: Option<&str>,
    ) -> Result<(), ControlError> {
        self.on_person(kind, id, |directory, index, now| {
            directory.update(index, attribute, value.map(str::to_owned), now)
        })
    }

    /// Disables a person (Okta: suspends).
    pub fn disable(&self, kind: Kind, id: &str) -> Result<(), ControlError> {
        self.on_person(kind, id, |directory, index, now| {
            directory.set_enabled(index, false, now);
            Ok(())
        })
    }

    /// Enables a person (Okta: makes them active).
    pub fn enable(&self, kind: Kind, id: &str) -> Result<(), ControlError> {
        self.on_person(kind, id, |directory, index, now| {
            directory.set_enabled(index, true, now);
            Ok(())
        })
    }

    /// Moves a person to Entra's recycle bin; in Okta deactivates (the first of its two deletions).
    pub fn delete(&self, kind: Kind, id: &str) -> Result<(), ControlError> {
        self.on_person(kind, id, |directory, index, now| {
            directory.delete(index, now);
            Ok(())
        })
    }

    /// Deletes a person for good.
    pub fn purge(&self, kind: Kind, id: &str) -> Result<(), ControlError> {
        self.on_person(kind, id, |directory, index, now| {
            directory.purge(index, now);
            Ok(())
        })
    }

    /// Restores a person from the recycle bin; in Okta reactivates.
    pub fn restore(&self, kind: Kind, id: &str) -> Result<(), ControlError> {
        self.on_person(kind, id, Directory::restore)
    }

    /// Deletes a person and creates them again under the same principal name; returns the new id.
    pub fn recreate(&self, kind: Kind, id: &str) -> Result<String, ControlError> {
        self.on_person(kind, id, |directory, index, now| {
            let fresh = directory.recreate(index, now);
            Ok(directory.generator.id(fresh))
        })
    }

    /// Sets a person's Okta status.
    pub fn set_status(&self, id: &str, status: Status) -> Result<(), ControlError> {
        self.on_person(Kind::Okta, id, |directory, index, now| {
            directory.set_status(index, status, now);
            Ok(())
        })
    }

    /// Puts a person (by id or principal name) or a group (by id) into a group (by id or name).
    pub fn add_to_group(&self, kind: Kind, group: &str, member: &str) -> Result<(), ControlError> {
        self.membership(kind, group, member, true)
    }

    /// Takes a person or a group out of a group.
    pub fn remove_from_group(&self, kind: Kind, group: &str, member: &str) -> Result<(), ControlError> {
        self.membership(kind, group, member, false)
    }

    fn membership(&self, kind: Kind, group: &str, member: &str, belongs: bool) -> Result<(), ControlError> {
        self.on_group(kind, group, |directory, index, now| {
            let member = match person_index(directory, member) {
                Ok(person) => Member::Person(person),
                Err(error) if kind == Kind::Okta => return Err(error),
                Err(error) => Member::Group(directory.group(member).ok_or(error)?.index),
            };
            directory.set_member(index, member, belongs, now);
            Ok(())
        })
    }

    /// Adds an empty group (Entra: a security group) and returns its id.
    pub fn add_group(&self, kind: Kind, name: &str) -> String {
        self.change(kind, |directory, now| {
            let index = directory.add_group(name, now);
            directory.groups[index].id.clone()
        })
    }

    /// Renames a group.
    pub fn rename_group(&self, kind: Kind, group: &str, name: &str) -> Result<(), ControlError> {
        self.on_group(kind, group, |directory, index, now| {
            directory.rename_group(index, name, now);
            Ok(())
        })
    }

    /// Deletes a group.
    pub fn delete_group(&self, kind: Kind, group: &str) -> Result<(), ControlError> {
        self.on_group(kind, group, |directory, index, _| {
            directory.delete_group(index);
            Ok(())
        })
    }

    /// Sets whether a group's membership is hidden (Entra).
    pub fn hide_members(&self, group: &str, hidden: bool) -> Result<(), ControlError> {
        self.on_group(Kind::Entra, group, |directory, index, _| {
            directory.groups[index].hidden = hidden;
            Ok(())
        })
    }

    /// Takes a permission (a Graph application role, an Okta scope) away, at once.
    pub fn revoke_permission(&self, kind: Kind, permission: &str) {
        self.world.tenant(kind).access().grants.remove(permission);
    }

    /// Grants a permission. Entra tokens issued before still lack it, as in life.
    pub fn grant_permission(&self, kind: Kind, permission: &str) {
        self.world
            .tenant(kind)
            .access()
            .grants
            .insert(permission.to_owned());
    }

    /// Replaces the client secret (Entra) or API token (Okta) and returns the new one; the old one is wrong.
    pub fn rotate_secret(&self, kind: Kind) -> String {
        let fresh = self.world.random_secret(kind);
        let mut access = self.world.tenant(kind).access();
        access.secret.clone_from(&fresh);
        access.secret_state = Credential::Valid;
        fresh
    }

    /// Adds a client secret (Entra) or API token (Okta) beside the others, which keep working, and returns it.
    pub fn add_secret(&self, kind: Kind) -> String {
        let fresh = self.world.random_secret(kind);
        self.world
            .tenant(kind)
            .access()
            .more_secrets
            .insert(fresh.clone());
        fresh
    }

    /// Makes the client secret (Entra) or API token (Okta) expire.
    pub fn expire_secret(&self, kind: Kind) {
        self.world.tenant(kind).access().secret_state = Credential::Expired;
    }

    /// Removes the application's certificate (Entra) or public key (Okta) from its registration.
    pub fn remove_certificate(&self, kind: Kind) {
        self.world.tenant(kind).access().key_registered = false;
    }

    /// Disables or enables the application (Entra: `AADSTS7000112`).
    pub fn set_app_enabled(&self, kind: Kind, enabled: bool) {
        self.world.tenant(kind).access().enabled = enabled;
    }

    /// Removes the application from the tenant, or installs it again (Entra: `AADSTS700016`).
    pub fn set_app_installed(&self, kind: Kind, installed: bool) {
        self.world.tenant(kind).access().installed = installed;
    }

    /// Gives or takes the administrator role of Okta's API token and service applications (C-13, C-16).
    pub fn set_admin_role(&self, granted: bool) {
        self.world.tenant(Kind::Okta).access().admin_role = granted;
    }

    /// Limits what Okta's credentials see to the users of these groups, by id (C-14); `None` lifts it.
    pub fn limit_to_groups(&self, groups: Option<Vec<String>>) {
        self.world.tenant(Kind::Okta).access().visible_groups = groups;
    }

    /// Makes pages shorter than asked for, as a server may; `None` lifts it.
    pub fn limit_page_size(&self, kind: Kind, size: Option<usize>) {
        self.world.tenant(kind).access().page_limit = size.map(|size| size.max(1));
    }

    /// Forgets all tokens issued so far, so that calls with them meet 401 (G-08).
    pub fn forget_tokens(&self, kind: Kind) {
        self.world.tenant(kind).access().tokens.clear();
    }

    /// Puts the simulated clock forward: tokens expire, delta links grow old.
    pub fn advance(&self, by: Duration) {
        self.world.clock.advance(by);
    }

    /// The simulated time.
    pub fn now(&self) -> DateTime<Utc> {
        self.world.clock.now()
    }

    /// Sets a fault.
    pub fn fault(&self, fault: Fault) -> FaultId {
        self.world.faults.set(fault)
    }

    /// Removes a fault; says whether it was still set.
    pub fn remove_fault(&self, id: FaultId) -> bool {
        self.world.faults.remove(id)
    }

    /// Removes all faults and ends all throttling.
    pub fn clear_faults(&self) {
        self.world.faults.clear();
    }

    /// The faults that have not used up their times.
    pub fn faults(&self) -> Vec<(FaultId, Fault)> {
        self.world.faults.list()
    }

    /// The requests served so far, without those to `/control` (the last 100,000).
    pub fn requests(&self) -> Vec<Recorded> {
        self.world.recorded()
    }

    /// Forgets the recorded requests.
    pub fn clear_requests(&self) {
        self.world.clear_recorded();
    }
}

fn person_index(directory: &Directory, key: &str) -> Result<usize, ControlError> {
    directory
        .by_id(key)
        .or_else(|| directory.by_principal(key))
        .ok_or_else(|| ControlError::NoPerson { key: key.to_owned() })
}

fn group_index(directory: &Directory, key: &str) -> Result<usize, ControlError> {
    directory
        .group(key)
        .or_else(|| {
            directory
                .groups
                .iter()
                .find(|group| group.present && group.name == key)
        })
        .map(|group| group.index)
        .ok_or_else(|| ControlError::NoGroup { id: key.to_owned() })
}

fn view(directory: &Directory, record: &Record) -> Person {
    let manager_id = match record.manager {
        Manager::Person(index) => Some(directory.generator.id(index)),
        Manager::Contact => directory
            .others
            .get(crate::directory::CONTACT)
            .map(|contact| contact.id.clone()),
        Manager::None => None,
    };
    Person::of(directory.generator.kind, record, manager_id)
}

fn info(directory: &Directory, group: &crate::directory::Group, with_members: bool) -> GroupInfo {
    let members = if with_members {
        directory
            .slice(&[group.index], 0, usize::MAX)
            .members
            .iter()
            .map(|member| directory.member_id(*member))
            .collect()
    } else {
        Vec::new()
    };
    GroupInfo {
        id: group.id.clone(),
        name: group.name.clone(),
        hidden: group.hidden,
        members,
    }
}
