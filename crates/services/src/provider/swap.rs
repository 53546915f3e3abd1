//! A new secret beside the old one (C-20): tried first, and put in its place only when it works. Until then the old one
//! stays in use.

use domain::provider::{ProviderValues, SecretKind};
use domain::views::{NewSecret, ProviderForm, Swapped};
use domain::{Actor, FieldError, Permission, UserError};
use secrecy::ExposeSecret;

use super::form::wrong;
use super::stored::Connection;
use super::test::invalid;
use crate::{ServiceError, Services};

impl Services {
    /// Tests the saved values with a new secret, and saves it when every stage passed.
    pub async fn swap_secret(
        &self,
        actor: &Actor,
        slug: &str,
        new: &NewSecret,
    ) -> Result<Swapped, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditProvider)
            .await?
            .id;
        let stored = self.connection(&mut tx, customer).await?;
        drop(tx);
        let stored = stored.ok_or_else(|| UserError::NeededFirst {
            what: "A saved provider".to_owned(),
        })?;
        let mut errors = missing(&stored.values, new);
        errors.extend(unchanged(&stored, new));
        if !errors.is_empty() {
            return Err(invalid(errors));
        }
        let form = form_of(&stored.values, new);
        let report = self
            .test_provider(actor, slug, &form)
            .await
            .map_err(beside)?
            .report;
        if !report.passed() {
            let advice = report.stages.into_iter().find_map(|stage| stage.advice);
            return Ok(Swapped::Refused(advice.map(Box::new)));
        }
        self.save_over(actor, slug, &form, Some(stored.version)).await?;
        Ok(Swapped::InUse)
    }
}

/// A certificate and its key belong together, so both are new or none is.
fn missing(values: &ProviderValues, new: &NewSecret) -> Vec<FieldError> {
    SecretKind::of(values.auth)
        .iter()
        .filter(|kind| new.of(**kind).trim().is_empty())
        .map(|kind| wrong(&field(kind.code()), &format!("Paste the new {}.", kind.label())))
        .collect()
}

/// Whoever pastes what is in use already would be told to delete "the old one", which is the same.
fn unchanged(stored: &Connection, new: &NewSecret) -> Vec<FieldError> {
    let is_same = |kind: &SecretKind| {
        let known = stored.secrets.get(*kind);
        known.is_some_and(|known| known.expose_secret() == new.of(*kind).trim())
    };
    let kinds = SecretKind::of(stored.values.auth);
    if !kinds.iter().all(is_same) {
        return Vec::new();
    }
    let message = |kind: &SecretKind| {
        let label = kind.label();
        format!("This {label} is the one in use. Make a new one at the provider, and paste that.")
    };
    kinds
        .iter()
        .take(1)
        .map(|kind| wrong(&field(kind.code()), &message(kind)))
        .collect()
}

/// The fields of this form stand on one page with those of the whole form, under names of their own.
fn field(code: &str) -> String {
    format!("new_{code}")
}

fn beside(error: ServiceError) -> ServiceError {
    match error {
        ServiceError::User(UserError::Invalid { errors }) => invalid(
            errors
                .into_iter()
                .map(|error| wrong(&field(&error.field), &error.message))
                .collect(),
        ),
        other => other,
    }
}

fn form_of(values: &ProviderValues, new: &NewSecret) -> ProviderForm {
    ProviderForm {
        provider: values.provider.code().to_owned(),
        auth: values.auth.code().to_owned(),
        cloud: values.cloud.clone(),
        tenant: values.tenant.clone(),
        client_id: values.client_id.clone(),
        key_id: values.key_id.clone(),
        client_secret: new.client_secret.clone(),
        certificate: new.certificate.clone(),
        private_key: new.private_key.clone(),
        api_token: new.api_token.clone(),
        secret_expires: new.secret_expires.clone(),
    }
}
