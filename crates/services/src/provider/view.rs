//! The provider page.

use domain::provider::SecretKind;
use domain::views::{PermissionRow, ProviderView, ReportView, SavedProvider, SecretHint};
use domain::{Actor, Permission, Provider, Timestamp};
use store::providers::SecretRow;

use super::Connection;
use super::expiry::idle_words;
use crate::when::{distance, is_over, is_soon, when};
use crate::{ServiceError, Services};

/// What a customer has to grant, in the provider's own names, and what for (provider-apis 1.8 and 2.1).
const PERMISSIONS: &[(Provider, &str, &str)] = &[
    (
        Provider::Entra,
        "User.Read.All",
        "Read people, their attributes and their managers.",
    ),
    (
        Provider::Entra,
        "GroupMember.Read.All",
        "Read groups and who is in them.",
    ),
    (
        Provider::Entra,
        "Member.Read.Hidden",
        "Only if a group you choose hides its members: without it such a group looks empty.",
    ),
    (
        Provider::Okta,
        "okta.users.read",
        "Read people and their attributes.",
    ),
    (
        Provider::Okta,
        "okta.groups.read",
        "Read groups and who is in them.",
    ),
    (
        Provider::Okta,
        "okta.schemas.read",
        "List your own profile attributes, so that you can choose them instead of typing their names.",
    ),
    (
        Provider::Okta,
        "Read-only Administrator",
        "The admin role of the service app, or of whoever made the API token. Scopes alone are not enough.",
    ),
];

impl Services {
    /// The provider page: what is saved, without secrets, and what the last test of it found.
    pub async fn provider(&self, actor: &Actor, slug: &str) -> Result<ProviderView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let now = self.now();
        let stored = self.connection(&mut tx, customer).await?;
        let saved = match &stored {
            None => None,
            Some(stored) => {
                let people = store::links::count(&mut tx, customer, stored.directory.id).await?;
                let used = store::providers::token_used(&mut tx, customer).await?;
                let idle = used.and_then(|used| idle_words(used, now));
                Some(saved(stored, u64::try_from(people).unwrap_or(0), idle, now))
            }
        };
        let version = stored.as_ref().map(|stored| stored.version);
        let report = store::providers::latest_report_of_saved(&mut tx, customer).await?;
        Ok(ProviderView {
            saved,
            clouds: self.providers().clouds(),
            report: report.map(|row| ReportView {
                saved: true,
                when: when(row.at, now),
                stale: row.config_version != version,
                report: row.kept.report,
            }),
            permissions: PERMISSIONS
                .iter()
                .map(|(provider, name, purpose)| PermissionRow {
                    provider: *provider,
                    name: (*name).to_owned(),
                    purpose: (*purpose).to_owned(),
                })
                .collect(),
            can_edit: actor.role.may(Permission::EditProvider),
        })
    }
}

fn saved(stored: &Connection, people: u64, idle: Option<String>, now: Timestamp) -> SavedProvider {
    let values = &stored.values;
    SavedProvider {
        provider: values.provider,
        auth: values.auth,
        cloud: values.cloud.clone(),
        tenant: values.tenant.clone(),
        client_id: values.client_id.clone(),
        key_id: values.key_id.clone(),
        secrets: SecretKind::of(values.auth)
            .iter()
            .filter_map(|kind| stored.rows.iter().find(|row| row.kind == *kind))
            .map(|row| hint(row, now))
            .collect(),
        saved: when(stored.saved_at, now),
        idle,
        people,
    }
}

fn hint(row: &SecretRow, now: Timestamp) -> SecretHint {
    SecretHint {
        kind: row.kind,
        ends_in: row.ends_in.clone(),
        entered: when(row.entered_at, now),
        expires: row.expires_at.map(|at| distance(at, now)),
        expires_on: row.expires_at.map(|at| at.format("%Y-%m-%d").to_string()),
        expires_soon: row.expires_at.is_some_and(|at| is_soon(at, now)),
        expired: row.expires_at.is_some_and(|at| is_over(at, now)),
    }
}
