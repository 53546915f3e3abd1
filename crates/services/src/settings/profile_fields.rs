//! The fields a customer adds to the profiles of their People directory, for the data mapping to fill.

use domain::profile::{FieldKind, ProfileField, ProfileFields};
use domain::settings::SyncSettings;
use domain::views::{ProfileFieldRow, ProfileFieldsView};
use domain::{Actor, CustomerId, DirectoryId, Permission, UserError};
use serde_json::json;
use store::{StoreError, Tx};

use super::{error, refuse};
use crate::{ServiceError, Services};

/// A profile field as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypedProfileField {
    /// The key of the field to be changed; empty for a new one.
    pub edited: String,
    pub title: String,
    /// The key of a new field; empty: made from the title.
    pub key: String,
    /// The code of its kind.
    pub kind: String,
    /// One option on each line.
    pub options: String,
}

impl Services {
    /// The fields profiles have, and which attribute fills each.
    pub async fn profile_fields(&self, actor: &Actor, slug: &str) -> Result<ProfileFieldsView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let own = store::profile_fields::own(&mut tx, customer).await?;
        let mapping = settings_of(&mut tx, customer)
            .await?
            .map(|(_, settings)| settings.mapping);
        let rows = mapping.map(|mapping| mapping.fields).unwrap_or_default();
        let row = |field: &ProfileField| ProfileFieldRow {
            is_own: own.contains(field),
            attribute: rows
                .iter()
                .find(|row| row.field == field.key)
                .map(|row| row.attribute.clone()),
            field: field.clone(),
        };
        Ok(ProfileFieldsView {
            fields: ProfileFields::with(own.clone()).iter().map(row).collect(),
            can_edit: actor.role.may(Permission::EditSettings),
        })
    }

    /// Adds a field, or changes one; its key stays what it is.
    pub async fn save_profile_field(
        &self,
        actor: &Actor,
        slug: &str,
        typed: &TypedProfileField,
    ) -> Result<(), ServiceError> {
        let (mut tx, customer, own) = self.edit_fields(actor, slug).await?;
        let (before, others): (Vec<_>, Vec<_>) = own.into_iter().partition(|field| field.key == typed.edited);
        let before = before.into_iter().next();
        if before.is_none() && !typed.edited.is_empty() {
            return Err(UserError::NotFound.into());
        }
        if before.is_none() && others.len() >= rules::profile::MAX_FIELDS {
            let most = format!("There are {} fields, the most there may be.", others.len());
            refuse(vec![error("title", &most)])?;
        }
        let new = read(typed)?;
        refuse(rules::profile::validate(&new, &ProfileFields::with(others)))?;
        if before.as_ref() == Some(&new) {
            return Ok(());
        }
        let written = if before.is_some() {
            store::profile_fields::update(&mut tx, customer, &new).await
        } else {
            store::profile_fields::insert(&mut tx, customer, &new).await
        };
        match written {
            // Somebody has added the same one meanwhile.
            Err(StoreError::Conflict { .. }) => Err(UserError::Changed)?,
            other => other?,
        }
        let details = json!({ "before": before, "after": new });
        // Another title changes nothing that a run writes.
        let is_title = before.is_some_and(|before| before.kind == new.kind && before.options == new.options);
        if !is_title {
            self.touch_mapping(&mut tx, actor, customer).await?;
        }
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "settings.field",
            &new.key,
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Removes a field nothing fills. What profiles hold in it stays.
    pub async fn remove_profile_field(
        &self,
        actor: &Actor,
        slug: &str,
        key: &str,
    ) -> Result<(), ServiceError> {
        let (mut tx, customer, own) = self.edit_fields(actor, slug).await?;
        let Some(field) = own.iter().find(|field| field.key == key) else {
            return Err(UserError::NotFound.into());
        };
        let settings = settings_of(&mut tx, customer).await?;
        let filled_by =
            settings.and_then(|(_, of)| of.mapping.fields.into_iter().find(|row| row.field == key));
        if let Some(row) = filled_by {
            let words = format!(
                "{} is filled from {}. Remove that row of the data mapping first.",
                field.title, row.attribute
            );
            return Err(UserError::field("key", words).into());
        }
        store::profile_fields::remove(&mut tx, customer, key).await?;
        self.touch_mapping(&mut tx, actor, customer).await?;
        let details = json!({ "before": field });
        let action = "settings.field.remove";
        self.record(&mut tx, actor, Some(customer), action, key, &details)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Begins a change of the customer's own fields, one at a time.
    async fn edit_fields(
        &self,
        actor: &Actor,
        slug: &str,
    ) -> Result<(Tx, CustomerId, Vec<ProfileField>), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditSettings)
            .await?
            .id;
        store::customers::take_turn(&mut tx, customer).await?;
        let own = store::profile_fields::own(&mut tx, customer).await?;
        Ok((tx, customer, own))
    }

    /// Makes a change of the fields one of the settings: what was read or compared before it counts for nothing (S-06),
    /// and a mapping that was drawn before it is not saved over it.
    async fn touch_mapping(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
    ) -> Result<(), ServiceError> {
        if let Some((directory, mut settings)) = settings_of(tx, customer).await? {
            let expected = settings.version;
            settings.version = expected + 1;
            settings.changed.mapping = settings.version;
            let (by, now) = (actor.name.as_str(), self.now());
            store::settings::save(tx, customer, directory, expected, &settings, by, now).await?;
        }
        Ok(())
    }
}

/// The settings of the directory the customer follows, if there is one yet.
async fn settings_of(
    tx: &mut Tx,
    customer: CustomerId,
) -> Result<Option<(DirectoryId, SyncSettings)>, ServiceError> {
    let Some(directory) = store::directories::current(tx, customer).await? else {
        return Ok(None);
    };
    let row = store::settings::find(tx, customer, directory.id).await?;
    Ok(row.map(|row| (directory.id, row.settings)))
}

fn read(typed: &TypedProfileField) -> Result<ProfileField, UserError> {
    let kind = FieldKind::from_code(&typed.kind)
        .ok_or_else(|| UserError::field("kind", "Choose what the field holds."))?;
    let title = typed.title.split_whitespace().collect::<Vec<_>>().join(" ");
    let key = match (typed.edited.as_str(), typed.key.trim()) {
        ("", "") => rules::profile::key_of(&title),
        ("", key) => key.to_owned(),
        (edited, _) => edited.to_owned(),
    };
    let options = typed
        .options
        .lines()
        .map(str::trim)
        .filter(|option| kind.has_options() && !option.is_empty());
    Ok(ProfileField {
        key,
        title,
        kind,
        options: options.map(ToOwned::to_owned).collect(),
    })
}
