//! The settings of a customer's sync: who, which fields, which groups, how much at once. Every save names the version
//! it was made from, so that nobody writes over somebody else's change.

use std::collections::BTreeSet;

use domain::deployment::{Said, Step};
use domain::directory::{DirectoryGroup, GroupKind};
use domain::settings::{DataMapping, GroupMapping, SafetyLimits, Scope, SyncSettings};
use domain::views::{GroupChoice, SettingsView};
use domain::{Actor, CustomerId, FieldError, GroupId, Permission, Provider, UserError};
use rules::username::search_key;
use serde::Serialize;
use serde_json::json;
use store::directories::DirectoryRow;
use store::{StoreError, Tx};

use crate::deployment::record::Entry;
use crate::{ServiceError, Services, provider};

/// Groups shown for one search.
const GROUPS_SHOWN: u16 = 50;
/// Most groups a scope or a group mapping may have: each one is read with every run.
const MAX_GROUPS: usize = 200;
/// Longest name of a group; Entra allows 256 characters.
const MAX_NAME: usize = 256;
/// More people than any directory has: a limit above it is a typing error.
const MAX_LIMIT: u32 = 1_000_000;

/// Attributes nearly every directory has, offered until a connection test has listed the real ones.
const USUAL_ENTRA: &[&str] = &[
    "businessPhones",
    "city",
    "companyName",
    "country",
    "department",
    "displayName",
    "employeeId",
    "givenName",
    "jobTitle",
    "mail",
    "mailNickname",
    "mobilePhone",
    "officeLocation",
    "onPremisesSamAccountName",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
];
const USUAL_OKTA: &[&str] = &[
    "city",
    "countryCode",
    "department",
    "displayName",
    "division",
    "email",
    "employeeNumber",
    "firstName",
    "lastName",
    "login",
    "mobilePhone",
    "nickName",
    "organization",
    "primaryPhone",
    "title",
];

impl Services {
    /// Everything the settings pages show.
    pub async fn settings(&self, actor: &Actor, slug: &str) -> Result<SettingsView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let (directory, settings) = current(&mut tx, customer).await?;
        let tested = store::providers::latest_report_of_saved(&mut tx, customer).await?;
        let known = tested.map(|row| row.kept.attributes).unwrap_or_default();
        Ok(SettingsView {
            provider: directory.provider,
            version: settings.version,
            attributes: attributes(directory.provider, known, &settings.mapping),
            scope: settings.scope,
            mapping: settings.mapping,
            groups: settings.groups,
            limits: settings.limits,
            people_groups: store::groups::all(&mut tx, customer).await?,
            can_edit: actor.role.may(Permission::EditSettings),
        })
    }

    /// Groups of the directory whose name begins with `search`, asked live.
    pub async fn find_groups(
        &self,
        actor: &Actor,
        slug: &str,
        search: &str,
    ) -> Result<Vec<GroupChoice>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditSettings)
            .await?
            .id;
        let connection = self
            .connection(&mut tx, customer)
            .await?
            .ok_or_else(needs_provider)?;
        let (_, settings) = current(&mut tx, customer).await?;
        drop(tx);

        let budget = provider::while_somebody_waits();
        let reader = self
            .providers()
            .connect_for_run(&connection.values, &connection.secrets, &budget)
            .map_err(|failed| advice(&failed))?;
        let found = reader
            .find_groups(search.trim(), GROUPS_SHOWN)
            .await
            .map_err(|failed| advice(&failed))?;
        let chosen: BTreeSet<_> = settings
            .scope
            .groups
            .iter()
            .map(|group| &group.object_id)
            .collect();
        Ok(found
            .into_iter()
            .map(|group| GroupChoice {
                chosen: chosen.contains(&group.object_id),
                warning: warning(&group),
                object_id: group.object_id.0,
                name: group.name,
                kind: group.kind.label().to_owned(),
                mail: group.mail,
            })
            .collect())
    }

    /// Chooses who is synchronised (U-01). No group at all is allowed: then nobody is, and no run starts.
    pub async fn save_scope(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        scope: Scope,
    ) -> Result<(), ServiceError> {
        let mut edit = self.edit(actor, slug, version).await?;
        let scope = checked_scope(scope, edit.directory.provider)?;
        let before = std::mem::replace(&mut edit.settings.scope, scope.clone());
        self.save(edit, actor, "settings.scope", &before, &scope).await
    }

    /// Chooses which attribute feeds which field, and puts on record that somebody has looked at it.
    pub async fn save_mapping(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        mapping: DataMapping,
    ) -> Result<(), ServiceError> {
        let mut edit = self.edit(actor, slug, version).await?;
        let mapping = trimmed(mapping);
        refuse(rules::mapping::validate(&mapping))?;
        // Whoever saves it has looked at it, also when nothing differs.
        let checked = Entry {
            step: Step::DataMapping,
            said: Said::Done,
            happened_on: &self.today(),
            evidence: "",
        };
        // Before a test sync there was nothing to look at.
        if self
            .may_enter(&mut edit.tx, edit.customer, Step::DataMapping)
            .await?
        {
            self.put_on_record(&mut edit.tx, actor, edit.customer, checked)
                .await?;
        }
        let before = std::mem::replace(&mut edit.settings.mapping, mapping.clone());
        self.save(edit, actor, "settings.mapping", &before, &mapping)
            .await
    }

    /// Chooses which directory groups feed which People groups.
    pub async fn save_group_mappings(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        groups: Vec<GroupMapping>,
    ) -> Result<(), ServiceError> {
        let mut edit = self.edit(actor, slug, version).await?;
        let known = store::groups::all(&mut edit.tx, edit.customer).await?;
        refuse(check_group_mappings(&groups, &known))?;
        let before = std::mem::replace(&mut edit.settings.groups, groups.clone());
        self.save(edit, actor, "settings.groups", &before, &groups).await
    }

    /// Chooses how much one run may take away before a person must decide (S-01). Zero and zero hold every run that
    /// takes something away.
    pub async fn save_limits(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        limits: SafetyLimits,
    ) -> Result<(), ServiceError> {
        let mut edit = self.edit(actor, slug, version).await?;
        let mut errors = Vec::new();
        if limits.percent > 100 {
            errors.push(error("percent", "Type a number from 0 to 100."));
        }
        if limits.count > MAX_LIMIT {
            errors.push(error(
                "count",
                "Type a number of people; this is more than any directory has.",
            ));
        }
        if limits.licences.is_some_and(|licences| licences > MAX_LIMIT) {
            errors.push(error(
                "licences",
                "Type a number of accounts, or nothing when there is no limit.",
            ));
        }
        refuse(errors)?;
        let before = std::mem::replace(&mut edit.settings.limits, limits);
        self.save(edit, actor, "settings.limits", &before, &limits).await
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
            1..=MAX_NAME => None,
            _ => Some("A name has at most 256 characters."),
        };
        refuse(
            message
                .map(|message| error("name", message))
                .into_iter()
                .chain(domain::FieldError::unseen("name", &name, false))
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

    /// Begins a change of the settings that were shown as `version`.
    async fn edit(&self, actor: &Actor, slug: &str, version: i64) -> Result<Edit, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditSettings)
            .await?
            .id;
        let (directory, settings) = current(&mut tx, customer).await?;
        if settings.version != version {
            return Err(UserError::Changed.into());
        }
        Ok(Edit {
            tx,
            customer,
            directory,
            settings,
        })
    }

    /// Ends a change: a new version and an audit row, or nothing when nothing differs.
    async fn save<T: Serialize + PartialEq>(
        &self,
        edit: Edit,
        actor: &Actor,
        action: &str,
        before: &T,
        after: &T,
    ) -> Result<(), ServiceError> {
        if before == after {
            edit.tx.commit().await?;
            return Ok(());
        }
        let Edit {
            mut tx,
            customer,
            directory,
            mut settings,
        } = edit;
        let expected = settings.version;
        settings.version = expected + 1;
        let (by, now) = (actor.name.as_str(), self.now());
        store::settings::save(&mut tx, customer, directory.id, expected, &settings, by, now).await?;
        let details = json!({ "version": settings.version, "before": before, "after": after });
        self.record(
            &mut tx,
            actor,
            Some(customer),
            action,
            &directory.id.to_string(),
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// A change under way.
struct Edit {
    tx: Tx,
    customer: CustomerId,
    directory: DirectoryRow,
    settings: SyncSettings,
}

/// The directory the customer follows, and its settings.
async fn current(tx: &mut Tx, customer: CustomerId) -> Result<(DirectoryRow, SyncSettings), ServiceError> {
    let directory = store::directories::current(tx, customer)
        .await?
        .ok_or_else(needs_provider)?;
    let row = store::settings::find(tx, customer, directory.id)
        .await?
        .ok_or_else(needs_provider)?;
    Ok((directory, row.settings))
}

fn needs_provider() -> ServiceError {
    UserError::NeededFirst {
        what: "A connection to Entra ID or Okta".to_owned(),
    }
    .into()
}

/// A provider that cannot be asked: what to do about it, beside the search field.
fn advice(failed: &providers::ProviderError) -> ServiceError {
    tracing::info!(
        error = domain::text::chain(failed),
        "groups could not be searched"
    );
    UserError::field("search", provider::what_to_do(failed)).into()
}

/// What is worth knowing before choosing a group (U-08, C-10).
fn warning(group: &DirectoryGroup) -> Option<String> {
    let text = if group.hidden_membership {
        "Its members are hidden. Without the permission Member.Read.Hidden it looks empty."
    } else {
        match group.kind {
            GroupKind::BuiltIn => "Everyone in the directory is in here.",
            GroupKind::Dynamic => "Its members follow a rule of the directory and can lag behind by hours.",
            GroupKind::Distribution => {
                "A distribution list; anybody who may edit the list decides who is synchronised."
            }
            _ if search_key(&group.name) == "all users" => "The name says that everybody is in here.",
            _ => return None,
        }
    };
    Some(text.to_owned())
}

fn attributes(provider: Provider, known: Vec<String>, mapping: &DataMapping) -> Vec<String> {
    let usual = match provider {
        Provider::Entra => USUAL_ENTRA,
        Provider::Okta => USUAL_OKTA,
    };
    let mut all: BTreeSet<String> = known.into_iter().collect();
    if all.is_empty() {
        all.extend(usual.iter().map(|name| (*name).to_owned()));
    }
    all.extend(mapping.attributes());
    all.into_iter().collect()
}

fn checked_scope(mut scope: Scope, provider: Provider) -> Result<Scope, ServiceError> {
    let mut seen = BTreeSet::new();
    scope.groups.retain(|group| seen.insert(group.object_id.clone()));
    let mut errors = Vec::new();
    if scope.groups.len() > MAX_GROUPS {
        errors.push(error("groups", &format!("Choose at most {MAX_GROUPS} groups.")));
    }
    for (n, group) in scope.groups.iter_mut().enumerate() {
        group.name = group.name.trim().chars().take(MAX_NAME).collect();
        if !is_object_id(group.object_id.as_str()) {
            errors.push(error(&format!("groups.{n}"), "Choose the group from the list."));
        }
    }
    if provider == Provider::Okta {
        // U-04: Okta groups hold people only, and Okta has no guests.
        scope.nested = false;
        scope.include_guests = false;
    }
    refuse(errors)?;
    Ok(scope)
}

/// The id becomes part of an address at the provider, so only the characters their ids have are let through.
fn is_object_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

fn trimmed(mut mapping: DataMapping) -> DataMapping {
    mapping.username_attribute = mapping.username_attribute.trim().to_owned();
    for row in &mut mapping.fields {
        row.attribute = row.attribute.trim().to_owned();
        row.field = row.field.trim().to_owned();
    }
    mapping
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

fn refuse(errors: Vec<FieldError>) -> Result<(), ServiceError> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(UserError::Invalid { errors }.into())
    }
}

fn error(field: &str, message: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}
