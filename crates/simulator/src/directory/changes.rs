//! Everything that changes a directory. Each change is logged, so that the next delta answer shows it, and
//! moves `lastUpdated`, so that Okta's searches find it.

use super::{Change, Directory, Group, GroupForm, Member, Rule};
use crate::Kind;
use crate::control::{ControlError, NewPerson};
use crate::people::{Attr, Life, Manager, Record, Status};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use std::sync::Arc;

impl Directory {
    fn store(&mut self, record: Record, properties: &[&str]) {
        let index = record.index;
        if let Some(old) = self.overlay.get(&index) {
            let key = old.principal.to_lowercase();
            if self.principals.get(&key) == Some(&index) {
                self.principals.remove(&key);
            }
        }
        if record.is_present() {
            self.principals.insert(record.principal.to_lowercase(), index);
        }
        self.overlay.insert(index, Arc::new(record));
        let properties = properties.iter().map(|&name| name.to_owned()).collect();
        self.log.push(Change::Person { index, properties });
    }

    /// Changes one person.
    pub(crate) fn modify(
        &mut self,
        index: usize,
        now: DateTime<Utc>,
        properties: &[&str],
        change: impl FnOnce(&mut Record),
    ) {
        let mut record = self.person(index).into_owned();
        change(&mut record);
        record.updated = now;
        self.store(record, properties);
    }

    fn check_free(&self, principal: &str, except: Option<usize>) -> Result<(), ControlError> {
        match self.by_principal(principal) {
            Some(holder) if Some(holder) != except => Err(ControlError::PrincipalTaken {
                principal: principal.to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// Adds a person at a new position and returns it.
    pub(crate) fn add_person(&mut self, new: NewPerson, now: DateTime<Utc>) -> Result<usize, ControlError> {
        self.check_free(&new.principal_name, None)?;
        let index = self.positions();
        let mut record = self.generator.blank(index);
        record.principal = new.principal_name;
        record.manager = Manager::None;
        record.created = now;
        record.updated = now;
        record.status_changed = now;
        let shown = new.display_name.unwrap_or_else(|| {
            let names: Vec<&str> = [&new.first_name, &new.last_name]
                .into_iter()
                .flatten()
                .map(String::as_str)
                .collect();
            if names.is_empty() {
                record.principal.clone()
            } else {
                names.join(" ")
            }
        });
        record.set(Attr::DISPLAY_NAME, Some(shown));
        record.set(Attr::GIVEN_NAME, new.first_name);
        record.set(Attr::SURNAME, new.last_name);
        record.set(Attr::MAIL, new.mail);
        record.set(Attr::DEPARTMENT, new.department);
        record.set(Attr::JOB_TITLE, new.job_title);
        if new.guest {
            record.user_type = Some("Guest");
            record.external_state = Some("Accepted");
        }
        if !new.enabled {
            record.enabled = Some(false);
            record.status = Status::Suspended;
        }
        self.added += 1;
        for (name, value) in new.attributes {
            set_attribute(self, &mut record, &name, Some(value))?;
        }
        self.store(record, &[]);
        for group in new.groups {
            let group = self
                .group(&group)
                .ok_or(ControlError::NoGroup { id: group.clone() })?
                .index;
            self.set_member(group, Member::Person(index), true, now);
        }
        Ok(index)
    }

    /// Gives a person another principal name; their mail stays.
    pub(crate) fn rename(
        &mut self,
        index: usize,
        principal: &str,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        self.check_free(principal, Some(index))?;
        let principal = principal.to_owned();
        self.modify(index, now, &["userPrincipalName", "login"], |record| {
            record.principal = principal;
        });
        Ok(())
    }

    /// Sets one attribute by its provider name; `None` clears it.
    pub(crate) fn update(
        &mut self,
        index: usize,
        attribute: &str,
        value: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<(), ControlError> {
        if matches!(attribute, "userPrincipalName" | "login") {
            let principal = value.ok_or(ControlError::BadValue {
                attribute: attribute.to_owned(),
            })?;
            return self.rename(index, &principal, now);
        }
        let mut record = self.person(index).into_owned();
        set_attribute(self, &mut record, attribute, value)?;
        record.updated = now;
        self.store(record, &[attribute]);
        Ok(())
    }

    /// Enables or disables; in Okta that is reactivating or suspending.
    pub(crate) fn set_enabled(&mut self, index: usize, enabled: bool, now: DateTime<Utc>) {
        self.modify(index, now, &["accountEnabled", "status"], |record| {
            record.enabled = Some(enabled);
            record.status = if enabled {
                Status::Active
            } else {
                Status::Suspended
            };
            record.status_changed = now;
        });
    }

    /// Sets Okta's status.
    pub(crate) fn set_status(&mut self, index: usize, status: Status, now: DateTime<Utc>) {
        let enabled = !matches!(status, Status::Deprovisioned | Status::Suspended | Status::Staged);
        self.modify(index, now, &["status", "accountEnabled"], |record| {
            record.status = status;
            record.enabled = Some(enabled);
            record.status_changed = now;
        });
        self.log_memberships(index);
    }

    /// Deletes: Entra moves to the recycle bin and mangles the principal name, Okta deactivates.
    pub(crate) fn delete(&mut self, index: usize, now: DateTime<Utc>) {
        if !self.is_present(index) {
            return;
        }
        if self.generator.kind == Kind::Okta {
            self.set_status(index, Status::Deprovisioned, now);
            return;
        }
        self.log_memberships(index);
        self.modify(index, now, &[], |record| {
            record.life = Life::SoftDeleted(now);
            record.principal = format!("{}{}", record.id.replace('-', ""), record.principal);
        });
    }

    /// Deletes for good.
    pub(crate) fn purge(&mut self, index: usize, now: DateTime<Utc>) {
        self.log_memberships(index);
        self.modify(index, now, &[], |record| record.life = Life::Purged);
    }

    /// Brings back from the recycle bin, with the same id (I-08); in Okta reactivates.
    pub(crate) fn restore(&mut self, index: usize, now: DateTime<Utc>) -> Result<(), ControlError> {
        let record = self.person(index).into_owned();
        match record.life {
            Life::Purged => return Err(ControlError::NoPerson { key: record.id }),
            Life::Present => {
                self.set_status(index, Status::Active, now);
                return Ok(());
            }
            Life::SoftDeleted(_) => {}
        }
        let principal = record.principal.get(32..).unwrap_or_default().to_owned();
        self.check_free(&principal, None)?;
        self.modify(index, now, &[], |record| {
            record.life = Life::Present;
            record.principal = principal;
        });
        self.log_memberships(index);
        Ok(())
    }

    /// Deletes a person and creates them again: same names, same groups, new id (I-07).
    pub(crate) fn recreate(&mut self, index: usize, now: DateTime<Utc>) -> usize {
        let old = self.person(index).into_owned();
        let groups = self.groups_of(Member::Person(index));
        match self.generator.kind {
            Kind::Entra => self.delete(index, now),
            Kind::Okta => self.purge(index, now),
        }
        let fresh = self.positions();
        self.added += 1;
        let id = self.generator.id(fresh);
        let record = Record {
            index: fresh,
            id,
            created: now,
            updated: now,
            status_changed: now,
            ..old
        };
        self.store(record, &[]);
        for group in groups {
            self.set_member(group, Member::Person(fresh), true, now);
        }
        fresh
    }

    fn log_memberships(&mut self, index: usize) {
        for group in self.groups.iter().filter(|group| group.present) {
            let member = Member::Person(index);
            let ruled = self.by_rule(group, member);
            if (ruled || group.added.contains(&member)) && !group.removed.contains(&member) {
                self.log.push(Change::Membership {
                    group: group.index,
                    member,
                });
            }
        }
    }

    /// Begins or ends a membership.
    pub(crate) fn set_member(&mut self, group: usize, member: Member, belongs: bool, now: DateTime<Utc>) {
        let target = &mut self.groups[group];
        if belongs {
            target.removed.remove(&member);
            target.added.insert(member);
        } else {
            target.added.remove(&member);
            target.removed.insert(member);
        }
        target.members_updated = now;
        self.log.push(Change::Membership { group, member });
    }

    /// Adds an empty group and returns its position.
    pub(crate) fn add_group(&mut self, name: &str, now: DateTime<Utc>) -> usize {
        let index = self.groups.len();
        let id = self.generator.group_id(index);
        let form = if self.generator.kind == Kind::Entra {
            GroupForm::Security
        } else {
            GroupForm::Okta
        };
        self.groups.push(Group {
            index,
            id: id.clone(),
            name: name.to_owned(),
            description: None,
            form,
            hidden: false,
            synced: None,
            role_assignable: false,
            rule: Rule::None,
            added: BTreeSet::new(),
            removed: BTreeSet::new(),
            created: now,
            updated: now,
            members_updated: now,
            present: true,
        });
        self.group_ids.insert(id, index);
        self.log.push(Change::Group {
            index,
            properties: Vec::new(),
        });
        index
    }

    /// Renames a group.
    pub(crate) fn rename_group(&mut self, index: usize, name: &str, now: DateTime<Utc>) {
        name.clone_into(&mut self.groups[index].name);
        self.groups[index].updated = now;
        self.log.push(Change::Group {
            index,
            properties: vec!["displayName".to_owned()],
        });
    }

    /// Deletes a group.
    pub(crate) fn delete_group(&mut self, index: usize) {
        for outer in self.groups_of(Member::Group(index)) {
            self.log.push(Change::Membership {
                group: outer,
                member: Member::Group(index),
            });
        }
        self.groups[index].present = false;
        self.log.push(Change::Group {
            index,
            properties: Vec::new(),
        });
    }
}

fn set_attribute(
    directory: &Directory,
    record: &mut Record,
    name: &str,
    value: Option<String>,
) -> Result<(), ControlError> {
    let bad = || ControlError::BadValue {
        attribute: name.to_owned(),
    };
    let attr = match directory.generator.kind {
        Kind::Entra => Attr::entra(name),
        Kind::Okta => Attr::okta(name),
    };
    if let Some(attr) = attr {
        record.change(attr, value);
        return Ok(());
    }
    match name {
        "manager" | "managerId" => {
            record.manager = match value {
                None => Manager::None,
                Some(key) => Manager::Person(directory.find(&key).ok_or(ControlError::NoPerson { key })?),
            };
        }
        "accountEnabled" => {
            record.enabled = value.map(|text| text.parse().map_err(|_| bad())).transpose()?;
        }
        "userType" => {
            record.user_type = match value.as_deref() {
                None => None,
                Some("Member") => Some("Member"),
                Some("Guest") => Some("Guest"),
                Some(_) => return Err(bad()),
            };
        }
        "externalUserState" => {
            record.external_state = match value.as_deref() {
                None => None,
                Some("PendingAcceptance") => Some("PendingAcceptance"),
                Some("Accepted") => Some("Accepted"),
                Some(_) => return Err(bad()),
            };
        }
        "onPremisesSyncEnabled" => {
            record.synced = value.map(|text| text.parse().map_err(|_| bad())).transpose()?;
        }
        "id" | "created" | "createdDateTime" | "lastUpdated" => return Err(bad()),
        _ => {
            let value = value.map_or(serde_json::Value::Null, serde_json::Value::String);
            record.extra.insert(name.to_owned(), value);
        }
    }
    Ok(())
}
