//! Saving the provider configuration.

use chrono::TimeDelta;
use domain::numbers::plural;
use domain::provider::{ProviderValues, SecretKind};
use domain::settings::{Changed, SyncSettings};
use domain::views::ProviderForm;
use domain::{Actor, CustomerId, DirectoryId, Permission, Timestamp, UserError};
use providers::Secrets;
use serde_json::{Value, json};
use store::Tx;
use store::providers::{ConfigRow, SecretRow};

use super::form::{self, Entered, wrong};
use super::test::invalid;
use super::{Connection, what_to_do, while_somebody_waits};
use crate::migration::nothing_under_way;
use crate::seal::Place;
use crate::sync::control::no_open_run;
use crate::{ServiceError, Services};

/// How long after a test that passed a save of the same values counts as tested.
const TEST_COUNTS_FOR: TimeDelta = TimeDelta::hours(1);

/// What has to be stored, and what it stands on.
struct Save<'a> {
    actor: &'a Actor,
    customer: CustomerId,
    entered: Entered,
    secrets: Secrets,
    /// The version that was looked at; 0 when there was none.
    seen: i64,
}

impl Services {
    /// Saves the form. Secrets left empty stay as they are, unless they would be used for another tenant or
    /// application. The first save makes the directory and its settings.
    pub async fn save_provider(
        &self,
        actor: &Actor,
        slug: &str,
        form: &ProviderForm,
    ) -> Result<(), ServiceError> {
        self.save_over(actor, slug, form, None).await
    }

    /// As [`Services::save_provider`], and only over the version `expected`, when one is named.
    pub(super) async fn save_over(
        &self,
        actor: &Actor,
        slug: &str,
        form: &ProviderForm,
        expected: Option<i64>,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditProvider)
            .await?
            .id;
        let stored = self.connection(&mut tx, customer).await?;
        let entered = form::check(form, &self.providers().clouds(), self.now()).map_err(invalid)?;
        check_switch(&mut tx, customer, &entered.values).await?;
        let linked = match &stored {
            Some(stored) => store::links::count(&mut tx, customer, stored.directory.id).await?,
            None => 0,
        };
        drop(tx);

        let secrets = entered.complete(stored.as_ref()).map_err(invalid)?;
        if let Some(stored) = stored.as_ref().filter(|_| linked > 0) {
            self.check_same_organisation(stored, &entered.values, &secrets, linked.unsigned_abs())
                .await?;
        }
        let seen = stored.as_ref().map_or(0, |stored| stored.version);
        if expected.is_some_and(|expected| expected != seen) {
            return Err(UserError::Changed.into());
        }
        let save = Save {
            actor,
            customer,
            entered,
            secrets,
            seen,
        };
        let mut tx = self.db().begin().await?;
        self.store_provider(&mut tx, &save).await?;
        tx.commit().await?;
        Ok(())
    }

    /// C-22: once people are linked, the values must lead to the organisation they are linked to. Values that look
    /// different may still do so (a domain instead of the tenant ID), so the provider is asked.
    async fn check_same_organisation(
        &self,
        stored: &Connection,
        values: &ProviderValues,
        secrets: &Secrets,
        linked: u64,
    ) -> Result<(), ServiceError> {
        if place(&stored.values) == place(values) {
            return Ok(());
        }
        let known = stored.directory.tenant_id.as_deref();
        let found = match self
            .providers()
            .connect_for_run(values, secrets, &while_somebody_waits())
        {
            Ok(reader) => reader.tenant().await,
            Err(error) => Err(error),
        };
        let people = plural(linked, "person is", "people are");
        let message = match found {
            Ok(tenant) if known == Some(tenant.id.as_str()) => return Ok(()),
            Ok(tenant) => format!(
                "This is another organisation ({}) than the one {people} linked to. Every person would be unknown.",
                tenant.name
            ),
            Err(error) => format!(
                "{people} linked to the organisation saved before, and it could not be checked that this is the same \
                 one. {}",
                what_to_do(&error)
            ),
        };
        Err(UserError::field("tenant", message).into())
    }

    async fn store_provider(&self, tx: &mut Tx, save: &Save<'_>) -> Result<(), ServiceError> {
        let (customer, values, now) = (save.customer, &save.entered.values, self.now());
        // Again, now that nobody else can write or start a run: a sync may have linked people since.
        store::customers::lock(tx, customer).await?;
        check_switch(tx, customer, values).await?;
        let before = self.connection(tx, customer).await?;
        if before.as_ref().map_or(0, |before| before.version) != save.seen {
            return Err(UserError::Changed.into());
        }
        // C-22: a run that reads, or waits with a list, belongs to the organisation it was read from.
        if before
            .as_ref()
            .is_some_and(|before| place(&before.values) != place(values))
        {
            no_open_run(tx, customer).await?;
            nothing_under_way(tx, customer).await?;
        }
        let directory = self.directory_for(tx, save, before.as_ref()).await?;
        let same_directory = before.as_ref().filter(|before| before.directory.id == directory);
        let changed = self.put_secrets(tx, save, directory, same_directory).await?;
        if same_directory.is_some_and(|before| before.values == *values) && changed.is_empty() {
            return Ok(());
        }
        let row = ConfigRow {
            values: values.clone(),
            version: save.seen + 1,
            saved_by: save.actor.name.clone(),
            saved_at: now,
        };
        if same_directory.is_some() {
            store::providers::save(tx, customer, directory, save.seen, &row).await?;
        } else {
            store::providers::insert(tx, customer, directory, &row).await?;
        }
        if before
            .as_ref()
            .is_some_and(|before| place(&before.values) != place(values))
            && store::links::count(tx, customer, directory).await? == 0
        {
            store::directories::forget_tenant(tx, customer, directory).await?;
        }
        self.adopt_test(tx, save, row.version, now).await?;
        let details = json!({
            "before": before.as_ref().map(|before| &before.values),
            "after": values,
            "secrets": changed,
        });
        let object = directory.to_string();
        self.record(tx, save.actor, Some(customer), "provider.save", &object, &details)
            .await
    }

    /// The directory these values feed: the one there is, or a new one with settings of its own.
    async fn directory_for(
        &self,
        tx: &mut Tx,
        save: &Save<'_>,
        before: Option<&Connection>,
    ) -> Result<DirectoryId, ServiceError> {
        let (customer, provider, now) = (save.customer, save.entered.values.provider, self.now());
        let current = store::directories::current(tx, customer).await?;
        let mut version = 1;
        if let Some(current) = current {
            let settings = store::settings::find(tx, customer, current.id).await?;
            if current.provider == provider {
                if settings.is_none() {
                    self.first_settings(tx, save, current.id, version).await?;
                }
                return Ok(current.id);
            }
            // Versions are never used twice, so that no run or test of the old directory passes for one of the new.
            version = settings.map_or(0, |row| row.settings.version) + 1;
            // The old directory is not read any more: its secrets have no business here.
            for row in before.map_or(&[][..], |before| &before.rows) {
                store::providers::drop_secret(tx, customer, current.id, row.kind).await?;
            }
        }
        let directory: DirectoryId = self.new_id();
        store::directories::insert(tx, customer, directory, provider, provider.label(), now).await?;
        self.first_settings(tx, save, directory, version).await?;
        Ok(directory)
    }

    async fn first_settings(
        &self,
        tx: &mut Tx,
        save: &Save<'_>,
        directory: DirectoryId,
        version: i64,
    ) -> Result<(), ServiceError> {
        let settings = SyncSettings {
            version,
            // A page drawn for another directory cannot be saved over this one's settings.
            changed: Changed::all(version),
            ..SyncSettings::initial(save.entered.values.provider)
        };
        let (by, now) = (save.actor.name.as_str(), self.now());
        Ok(store::settings::insert(tx, save.customer, directory, &settings, by, now).await?)
    }

    /// Seals what was typed, keeps the rest, forgets what is not needed any more. Gives what changed, by kind.
    async fn put_secrets(
        &self,
        tx: &mut Tx,
        save: &Save<'_>,
        directory: DirectoryId,
        before: Option<&Connection>,
    ) -> Result<Vec<Value>, ServiceError> {
        let (customer, entered, now) = (save.customer, &save.entered, self.now());
        let needed = SecretKind::of(entered.values.auth);
        let expires = entered.expires_with(before);
        let mut changed = Vec::new();
        for kind in needed {
            let row = before.and_then(|before| before.rows.iter().find(|row| row.kind == *kind));
            if let Some(secret) = entered.typed.get(kind) {
                let sealed = self
                    .keys()
                    .seal(&Place::provider_secret(customer, directory, *kind), secret)?;
                let row = SecretRow {
                    kind: *kind,
                    key_id: sealed.key_id,
                    nonce: sealed.nonce,
                    ciphertext: sealed.ciphertext,
                    ends_in: form::ends_in(*kind, secret),
                    entered_at: now,
                    expires_at: expires,
                };
                store::providers::put_secret(tx, customer, directory, &row).await?;
                changed.push(json!({ "kind": kind.code(), "expires": expires }));
            } else if let (Some(row), Some(at)) = (row, expires)
                && row.expires_at != Some(at)
            {
                store::providers::set_expiry(tx, customer, directory, *kind, Some(at)).await?;
                changed.push(json!({ "kind": kind.code(), "expires": at }));
            }
        }
        for row in before.map_or(&[][..], |before| &before.rows) {
            if !needed.contains(&row.kind) {
                store::providers::drop_secret(tx, customer, directory, row.kind).await?;
                changed.push(json!({ "kind": row.kind.code(), "forgotten": true }));
            }
        }
        Ok(changed)
    }

    /// The usual way is test, then save: exactly these values were tested a moment ago, so they are tested; also when
    /// they were stored already and are saved once more.
    async fn adopt_test(
        &self,
        tx: &mut Tx,
        save: &Save<'_>,
        version: i64,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        let Some(test) = store::providers::latest_report(tx, save.customer).await? else {
            return Ok(());
        };
        let fingerprint = form::fingerprint(save.customer, &save.entered.values, &save.secrets);
        let is_of_these = test.kept.fingerprint.as_deref() == Some(fingerprint.as_str());
        if is_of_these && now - test.at <= TEST_COUNTS_FOR {
            store::providers::adopt_report(tx, save.customer, test.id, version).await?;
        }
        Ok(())
    }
}

/// Where the values lead.
fn place(values: &ProviderValues) -> (&str, &str) {
    (&values.cloud, &values.tenant)
}

/// Refuses another provider while the directory of the old one owns people, and any save that would pull the
/// directory away from under a run.
async fn check_switch(
    tx: &mut Tx,
    customer: CustomerId,
    values: &ProviderValues,
) -> Result<(), ServiceError> {
    let Some(current) = store::directories::current(tx, customer).await? else {
        return Ok(());
    };
    if current.provider == values.provider {
        return Ok(());
    }
    let linked = store::links::count(tx, customer, current.id).await?;
    let owned = store::people_list::owned_by(tx, customer, current.id).await?;
    let people = linked.max(owned).unsigned_abs();
    if people > 0 {
        let people = plural(people, "person belongs", "people belong");
        let old = current.provider.label();
        let new = values.provider.label();
        let message = format!(
            "{people} to the directory of {old}. Changing to {new} would make all of them unknown; it takes a \
             directory migration."
        );
        return Err(invalid(vec![wrong("provider", &message)]));
    }
    no_open_run(tx, customer).await
}
