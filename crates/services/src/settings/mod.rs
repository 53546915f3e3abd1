//! The settings of a customer's sync: who, which fields, which groups, how much at once. Every save names the version
//! it was made from, so that nobody writes over somebody else's change of the same part.

mod groups;
mod limits;
mod live;
mod look;
mod mapping;
mod mapping_view;
mod people_groups;
mod profile_fields;

pub use profile_fields::TypedProfileField;

use std::collections::BTreeSet;

use domain::deployment::{Standing, Step, StepState, standing};
use domain::settings::{DataMapping, SyncSettings};
use domain::views::SettingsView;
use domain::{Actor, CustomerId, FieldError, Permission, Provider, UserError};
use serde::Serialize;
use serde_json::json;
use store::Tx;
use store::directories::DirectoryRow;

use crate::{ServiceError, Services};

/// Most groups a scope or a group mapping may have: each one is read with every run.
const MAX_GROUPS: usize = 200;
/// Longest name of a group; Entra allows 256 characters.
const MAX_NAME: usize = 256;

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

/// The parts of the settings, each saved by a form of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Scope,
    Mapping,
    Groups,
    Limits,
}

impl Part {
    /// The step of the guide whose work it is; the limits belong to none.
    const fn step(self) -> Option<Step> {
        match self {
            Part::Scope => Some(Step::SecurityGroups),
            Part::Mapping => Some(Step::DataMapping),
            Part::Groups => Some(Step::GroupSync),
            Part::Limits => None,
        }
    }

    /// The version with which it was changed last.
    const fn changed(self, settings: &mut SyncSettings) -> &mut i64 {
        match self {
            Part::Scope => &mut settings.changed.scope,
            Part::Mapping => &mut settings.changed.mapping,
            Part::Groups => &mut settings.changed.groups,
            Part::Limits => &mut settings.changed.limits,
        }
    }
}

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
        let steps = [Part::Scope, Part::Mapping, Part::Groups];
        let all = self.standings(&mut tx, customer).await?;
        let shut = steps.into_iter().filter_map(Part::step);
        let shut = shut
            .filter_map(|step| Some((step, shut_until(&all, step)?)))
            .collect();
        Ok(SettingsView {
            provider: directory.provider,
            version: settings.version,
            attributes: attributes(directory.provider, known, &settings.mapping),
            scope: settings.scope,
            mapping: settings.mapping,
            groups: settings.groups,
            limits: settings.limits,
            fields: store::profile_fields::all(&mut tx, customer).await?,
            people_groups: store::groups::all(&mut tx, customer).await?,
            can_edit: actor.role.may(Permission::EditSettings),
            shut,
        })
    }

    async fn standings(&self, tx: &mut Tx, customer: CustomerId) -> Result<Vec<Standing>, ServiceError> {
        let known = crate::deployment::facts::known(tx, customer, self.now()).await?;
        Ok(standing::of(&known.facts))
    }

    /// Looks at the settings of a customer for somebody who may change them: what comes before the change takes time, and
    /// nobody shall wait for it.
    async fn before_edit(&self, actor: &Actor, slug: &str) -> Result<(Tx, CustomerId), ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditSettings)
            .await?
            .id;
        Ok((tx, customer))
    }

    /// Begins a change of the part that was shown as `version`. Refused while the part's step cannot start, and when
    /// the same part has changed since.
    async fn edit(&self, actor: &Actor, slug: &str, version: i64, part: Part) -> Result<Edit, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditSettings)
            .await?
            .id;
        let (directory, mut settings) = current(&mut tx, customer).await?;
        if let Some(step) = part.step()
            && let Some(until) = shut_until(&self.standings(&mut tx, customer).await?, step)
        {
            return Err(UserError::NotYet { until }.into());
        }
        if *part.changed(&mut settings) > version {
            return Err(UserError::Changed.into());
        }
        Ok(Edit {
            tx,
            customer,
            directory,
            settings,
            part,
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
            part,
        } = edit;
        let expected = settings.version;
        settings.version = expected + 1;
        *part.changed(&mut settings) = settings.version;
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
    part: Part,
}

/// Why a step cannot start: the open step at the root of it. A step that is on hold may be worked on all the same: what
/// it holds, a group that is gone for instance, may be what keeps the connection test from passing.
fn shut_until(all: &[Standing], step: Step) -> Option<Step> {
    match *standing::find(all, step) {
        StepState::Shut { until } => Some(until),
        _ => None,
    }
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
