//! Group sync: which directory groups feed which groups of People.

use std::collections::BTreeSet;

use domain::settings::GroupMapping;
use domain::{Actor, FieldError, GroupId, ObjectId, Permission};
use rules::username::search_key;
use serde_json::json;
use store::StoreError;

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
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditSettings)
            .await?
            .id;
        let (_, before) = current(&mut tx, customer).await?;
        let known = store::groups::all(&mut tx, customer).await?;
        drop(tx);
        refuse(check_group_mappings(&groups, &known))?;
        let mapped: BTreeSet<_> = before.groups.iter().map(|row| &row.object_id).collect();
        let new = groups.iter().map(|row| &row.object_id);
        let new: Vec<ObjectId> = new.filter(|id| !mapped.contains(id)).cloned().collect();
        let names = self.names_of(customer, new, "groups").await?;
        for row in &mut groups {
            if let Some(name) = names.get(&row.object_id) {
                row.name.clone_from(name);
            }
        }
        let mut edit = self.edit(actor, slug, version, Part::Groups).await?;
        let before = std::mem::replace(&mut edit.settings.groups, groups.clone());
        self.save(edit, actor, "settings.groups", &before, &groups).await
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
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        let message = match name.chars().count() {
            0 => Some("Type the group's name."),
            1..=MAX_NAME if name.chars().any(char::is_control) => Some("A name has no control characters."),
            1..=MAX_NAME => None,
            _ => Some("A name has at most 256 characters."),
        };
        refuse(
            message
                .map(|message| error("name", message))
                .into_iter()
                .collect(),
        )?;
        let group: GroupId = self.new_id();
        match store::groups::insert(&mut tx, customer, group, &name, &search_key(&name), self.now()).await {
            Err(StoreError::Conflict { .. }) => refuse(vec![error(
                "name",
                "People has a group of this name already. Choose it from the list, or type another name.",
            )])?,
            other => other?,
        }
        let details = json!({ "name": name });
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "group.create",
            &group.to_string(),
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(group)
    }
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
