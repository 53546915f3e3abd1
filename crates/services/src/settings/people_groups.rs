//! Group sync: which directory groups feed which groups of People.

use std::collections::BTreeMap;

use domain::ids::Id;
use domain::settings::{GroupMapping, GroupMode};
use domain::views::{GroupCollision, GroupSyncView, OtherMembers};
use domain::{
    Actor, CustomerId, DirectoryId, FieldError, GroupId, ObjectId, Permission, RunId, Timestamp, UserError,
};
use rules::username::search_key;
use serde_json::json;
use store::{StoreError, Tx};

use super::groups::is_object_id;
use super::{MAX_GROUPS, MAX_NAME, Part, current, error, refuse};
use crate::{ServiceError, Services};

impl Services {
    /// Chooses which directory groups feed which People groups. Directory groups that are new here must exist, and give
    /// their names (U-02).
    pub async fn save_group_mappings(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        mut groups: Vec<GroupMapping>,
    ) -> Result<(), ServiceError> {
        let (mut tx, customer) = self.before_edit(actor, slug).await?;
        let (_, before) = current(&mut tx, customer).await?;
        let known = store::groups::all(&mut tx, customer).await?;
        drop(tx);
        refuse(check_group_mappings(&groups, &known))?;
        // What is mapped already keeps its name.
        let mapped = before.groups.into_iter();
        let mut names: BTreeMap<_, _> = mapped.map(|row| (row.object_id, row.name)).collect();
        let new = groups.iter().map(|row| &row.object_id);
        let new: Vec<ObjectId> = new.filter(|id| !names.contains_key(*id)).cloned().collect();
        names.extend(self.names_of(customer, new, "groups").await?);
        for row in &mut groups {
            if let Some(name) = names.get(&row.object_id) {
                row.name.clone_from(name);
            }
        }
        let mut edit = self.edit(actor, slug, version, Part::Groups).await?;
        let before = std::mem::replace(&mut edit.settings.groups, groups.clone());
        self.save(edit, actor, "settings.groups", &before, &groups).await
    }

    /// Maps a directory group to a People group that is made for it, under `name` or, where that is empty, the
    /// directory's. `Some`: nothing was done, because People has a group of this name already, which is never taken
    /// silently (U-09).
    pub async fn map_to_new_group(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        object_id: ObjectId,
        mode: GroupMode,
        name: &str,
    ) -> Result<Option<GroupCollision>, ServiceError> {
        let (mut tx, customer) = self.before_edit(actor, slug).await?;
        let known = store::groups::all(&mut tx, customer).await?;
        drop(tx);
        if !is_object_id(object_id.as_str()) {
            refuse(vec![error("groups", "Choose the directory group from the list.")])?;
        }
        let names = self.names_of(customer, vec![object_id.clone()], "groups").await?;
        let current = names.get(&object_id).cloned().unwrap_or_default();
        let is_typed = !name.trim().is_empty();
        let name = checked_name("new_name", if is_typed { name } else { &current })?;
        let same = known
            .into_iter()
            .find(|(_, other)| search_key(other) == search_key(&name));
        if let Some((group, name)) = same {
            if is_typed && search_key(&name) != search_key(&current) {
                let taken = format!("People has a group “{name}” already. Type another name.");
                refuse(vec![error("new_name", &taken)])?;
            }
            return Ok(Some(GroupCollision {
                group,
                name,
                object_id,
                mode,
            }));
        }
        let mut edit = self.edit(actor, slug, version, Part::Groups).await?;
        let group = self
            .insert_group(&mut edit.tx, actor, edit.customer, &name)
            .await?;
        let before = edit.settings.groups.clone();
        edit.settings.groups.push(GroupMapping {
            object_id,
            name: current,
            group,
            mode,
        });
        let after = edit.settings.groups.clone();
        let all = store::groups::all(&mut edit.tx, edit.customer).await?;
        refuse(check_group_mappings(&after, &all))?;
        self.save(edit, actor, "settings.groups", &before, &after).await?;
        Ok(None)
    }

    /// The page of group sync.
    pub async fn group_sync(&self, actor: &Actor, slug: &str) -> Result<GroupSyncView, ServiceError> {
        let (settings, groups) = self.groups(actor, slug).await?;
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadPeople)
            .await?
            .id;
        let (directory, stored) = current(&mut tx, customer).await?;
        let mut mapped: BTreeMap<GroupId, Vec<&ObjectId>> = BTreeMap::new();
        for row in &stored.groups {
            mapped.entry(row.group).or_default().push(&row.object_id);
        }
        let mut others = Vec::new();
        for (group, sources) in mapped {
            others.push(other_members(&mut tx, customer, directory.id, group, &sources).await?);
        }
        Ok(GroupSyncView {
            settings,
            groups,
            others,
        })
    }

    /// Adds a group to People, for a group mapping. A name that is taken is refused, never merged (U-09).
    pub async fn create_people_group(
        &self,
        actor: &Actor,
        slug: &str,
        name: &str,
    ) -> Result<GroupId, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditSettings)
            .await?
            .id;
        let name = checked_name("name", name)?;
        let group = self.insert_group(&mut tx, actor, customer, &name).await?;
        tx.commit().await?;
        Ok(group)
    }

    async fn insert_group(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        name: &str,
    ) -> Result<GroupId, ServiceError> {
        let group: GroupId = self.new_id();
        match store::groups::insert(tx, customer, group, name, &search_key(name), self.now()).await {
            Err(StoreError::Conflict { .. }) => refuse(vec![error(
                "name",
                "People has a group of this name already. Choose it from the list, or type another name.",
            )])?,
            other => other?,
        }
        let details = json!({ "name": name });
        let subject = group.to_string();
        self.record(tx, actor, Some(customer), "group.create", &subject, &details)
            .await?;
        Ok(group)
    }
}

/// People named who are in a People group and not in its directory groups.
const NAMED: usize = 5;

/// U-10: whom the directory would take out of a People group if it decided alone.
async fn other_members(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    group: GroupId,
    sources: &[&ObjectId],
) -> Result<OtherMembers, ServiceError> {
    let ever = Timestamp::UNIX_EPOCH;
    let read = store::compare::groups_read_since(tx, customer, directory, sources, ever).await?;
    if usize::try_from(read).unwrap_or(0) < sources.len() {
        return Ok(OtherMembers {
            group,
            count: None,
            names: Vec::new(),
        });
    }
    // The comparison of a run that has planned nothing yet.
    let run = RunId::at(ever, [0; 10]);
    let leaving = store::compare::leaving(tx, customer, directory, run, sources, group, true).await?;
    Ok(OtherMembers {
        group,
        count: u64::try_from(leaving.len()).ok(),
        names: leaving.into_iter().take(NAMED).map(|mover| mover.name).collect(),
    })
}

/// The name of a People group, with single blanks. `field` is where it was typed.
fn checked_name(field: &str, name: &str) -> Result<String, ServiceError> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let hidden = FieldError::unseen(field, &name, false);
    let message = match name.chars().count() {
        0 => "Type the group's name.",
        1..=MAX_NAME if hidden.is_some() => {
            return Err(UserError::Invalid {
                errors: hidden.into_iter().collect(),
            }
            .into());
        }
        1..=MAX_NAME => return Ok(name),
        _ => "A name has at most 256 characters.",
    };
    Err(UserError::field(field, message).into())
}

fn check_group_mappings(groups: &[GroupMapping], known: &[(GroupId, String)]) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if groups.len() > MAX_GROUPS {
        errors.push(error("groups", &format!("Map at most {MAX_GROUPS} groups.")));
    }
    for (n, row) in groups.iter().enumerate() {
        let earlier = groups.get(..n).unwrap_or_default();
        if !is_object_id(row.object_id.as_str()) || row.name.chars().count() > MAX_NAME {
            errors.push(error(
                &format!("groups.{n}.object_id"),
                "Choose the directory group from the list.",
            ));
        }
        if !known.iter().any(|(id, _)| *id == row.group) {
            errors.push(error(
                &format!("groups.{n}.group"),
                "Choose the People group from the list.",
            ));
        } else if earlier
            .iter()
            .any(|other| other.group == row.group && other.object_id == row.object_id)
        {
            errors.push(error(
                &format!("groups.{n}.group"),
                "These two groups are mapped already.",
            ));
        } else if earlier
            .iter()
            .any(|other| other.group == row.group && other.mode != row.mode)
        {
            // U-13: the members are the union, so there is one answer for who else may be in the group.
            errors.push(error(
                &format!("groups.{n}.mode"),
                "Another row feeds the same People group in another way. Choose the same way for both.",
            ));
        }
    }
    errors
}
