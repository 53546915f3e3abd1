//! What was typed into the provider form, checked before anything is sent anywhere.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::NaiveDate;
use domain::provider::{AuthMethod, Provider, ProviderValues, SecretKind};
use domain::views::ProviderForm;
use domain::{FieldError, Timestamp};
use providers::Secrets;
use rules::tenant;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::Connection;
use crate::when;

/// Longest secret that is taken, in bytes: a certificate chain with its key fits many times.
const MAX_SECRET: usize = 64 * 1024;

/// A form whose values have the right shape.
#[derive(Debug)]
pub(super) struct Entered {
    pub(super) values: ProviderValues,
    /// The secrets that were typed. What was left empty is not here.
    pub(super) typed: BTreeMap<SecretKind, SecretString>,
    /// When the secret expires, as far as was said or the certificate says (C-20).
    pub(super) expires: Option<Timestamp>,
}

/// Checks the shape of everything, so that all mistakes are shown at once.
pub(super) fn check(
    form: &ProviderForm,
    clouds: &[(String, String)],
    now: Timestamp,
) -> Result<Entered, Vec<FieldError>> {
    let mut errors = Vec::new();
    let Some(provider) = Provider::from_code(form.provider.trim()) else {
        return Err(vec![wrong("provider", "Choose Microsoft Entra ID or Okta.")]);
    };
    let auth = AuthMethod::from_code(form.auth.trim()).filter(|auth| AuthMethod::of(provider).contains(auth));
    let Some(auth) = auth else {
        return Err(vec![wrong("auth", "Choose how we sign in.")]);
    };
    let values = values(provider, auth, form, clouds, &mut errors);
    let typed = secrets(auth, form, &mut errors);
    let expires = expiry(form, &typed, now, &mut errors);
    if errors.is_empty() {
        Ok(Entered {
            values,
            typed,
            expires,
        })
    } else {
        Err(errors)
    }
}

fn values(
    provider: Provider,
    auth: AuthMethod,
    form: &ProviderForm,
    clouds: &[(String, String)],
    errors: &mut Vec<FieldError>,
) -> ProviderValues {
    let mut take = |result: Result<String, FieldError>| {
        result.unwrap_or_else(|error| {
            errors.push(error);
            String::new()
        })
    };
    let cloud = match provider {
        Provider::Entra => take(cloud(&form.cloud, clouds)),
        Provider::Okta => String::new(),
    };
    let tenant = take(match provider {
        Provider::Entra => tenant::check_entra_tenant(&form.tenant),
        Provider::Okta => tenant::normalise_okta_domain(&form.tenant),
    });
    let client_id = match auth {
        AuthMethod::ApiToken => String::new(),
        _ => take(tenant::check_client_id(provider, &form.client_id)),
    };
    let key_id = match auth {
        AuthMethod::PrivateKey => take(key_id(&form.key_id)),
        _ => String::new(),
    };
    ProviderValues {
        provider,
        auth,
        cloud,
        tenant,
        client_id,
        key_id,
    }
}

/// One of the operator's clouds; a customer can never type a login host (C-18). Nothing chosen means the first one.
fn cloud(typed: &str, clouds: &[(String, String)]) -> Result<String, FieldError> {
    let typed = typed.trim();
    let found = clouds.iter().find(|(id, _)| typed.is_empty() || id == typed);
    found
        .map(|(id, _)| id.clone())
        .ok_or_else(|| wrong("cloud", "Choose one of the clouds in the list."))
}

fn key_id(typed: &str) -> Result<String, FieldError> {
    let typed = typed.trim();
    if typed.len() <= 200 && typed.chars().all(|c| c.is_ascii_graphic()) {
        Ok(typed.to_owned())
    } else {
        Err(wrong(
            "key_id",
            "A key ID (kid) has no blanks; copy it from the list of public keys of your app.",
        ))
    }
}

/// What was typed into one secret's field.
fn typed_secret(form: &ProviderForm, kind: SecretKind) -> &str {
    let text = match kind {
        SecretKind::ClientSecret => &form.client_secret,
        SecretKind::Certificate => &form.certificate,
        SecretKind::PrivateKey => &form.private_key,
        SecretKind::ApiToken => &form.api_token,
    };
    text.trim()
}

fn secrets(
    auth: AuthMethod,
    form: &ProviderForm,
    errors: &mut Vec<FieldError>,
) -> BTreeMap<SecretKind, SecretString> {
    let mut typed = BTreeMap::new();
    for kind in SecretKind::of(auth) {
        let text = typed_secret(form, *kind);
        if text.is_empty() {
            continue;
        }
        match check_secret(*kind, text) {
            Ok(()) => {
                typed.insert(*kind, SecretString::from(text.to_owned()));
            }
            Err(message) => errors.push(wrong(kind.code(), &message)),
        }
    }
    typed
}

fn check_secret(kind: SecretKind, text: &str) -> Result<(), String> {
    if text.len() > MAX_SECRET {
        return Err("This is too long to be right.".to_owned());
    }
    match kind {
        SecretKind::ClientSecret => tenant::check_client_secret(text).map_err(|error| error.message),
        SecretKind::Certificate if providers::certificate_expiry(text).is_none() => {
            Err("Paste the certificate in PEM form; it begins with -----BEGIN CERTIFICATE-----.".to_owned())
        }
        SecretKind::PrivateKey if text.contains("BEGIN ENCRYPTED") => {
            Err("This key is protected by a passphrase. Paste it without one; we encrypt it here.".to_owned())
        }
        SecretKind::PrivateKey if text.contains("PUBLIC KEY") || text.contains("BEGIN CERTIFICATE") => {
            Err("This is the public half. Paste the private key.".to_owned())
        }
        SecretKind::ApiToken if text.chars().any(char::is_whitespace) => {
            Err("A token has no blanks. Paste only the token value.".to_owned())
        }
        _ => Ok(()),
    }
}

/// The certificate's own date wins over a typed one.
fn expiry(
    form: &ProviderForm,
    typed: &BTreeMap<SecretKind, SecretString>,
    now: Timestamp,
    errors: &mut Vec<FieldError>,
) -> Option<Timestamp> {
    let certificate = typed
        .get(&SecretKind::Certificate)
        .and_then(|pem| providers::certificate_expiry(pem.expose_secret()));
    if let Some(at) = certificate {
        if at < now {
            let day = at.format("%-d %B %Y");
            errors.push(wrong(
                "certificate",
                &format!("This certificate expired on {day}. Make a new one."),
            ));
        }
        return Some(at);
    }
    let day = form.secret_expires.trim();
    if day.is_empty() {
        return None;
    }
    let Some(at) = NaiveDate::parse_from_str(day, "%Y-%m-%d")
        .ok()
        .and_then(when::end_of)
    else {
        errors.push(wrong(
            "secret_expires",
            "Type the day as in 2027-03-31, or leave it empty.",
        ));
        return None;
    };
    if at < now && !typed.is_empty() {
        errors.push(wrong(
            "secret_expires",
            "This day is over. Make a new secret, or correct the day.",
        ));
    }
    Some(at)
}

impl Entered {
    /// The secrets to use: what was typed, and the stored ones for what was left empty. A stored secret is only ever
    /// sent where it was entered for: with another tenant, application or host it has to be entered again.
    pub(super) fn complete(&self, stored: Option<&Connection>) -> Result<Secrets, Vec<FieldError>> {
        let mut secrets = Secrets::new();
        let mut errors = Vec::new();
        for kind in SecretKind::of(self.values.auth) {
            let kept = stored.and_then(|stored| stored.secrets.get(*kind));
            match (self.typed.get(kind), kept) {
                (Some(typed), _) => secrets.insert(*kind, typed.clone()),
                (None, Some(kept))
                    if stored.is_some_and(|stored| same_place(&stored.values, &self.values)) =>
                {
                    secrets.insert(*kind, kept.clone());
                }
                (None, Some(_)) => errors.push(wrong(
                    kind.code(),
                    "The stored one belongs to other values than these. Enter the one that belongs to them.",
                )),
                (None, None) => errors.push(wrong(kind.code(), missing(*kind))),
            }
        }
        if errors.is_empty() {
            Ok(secrets)
        } else {
            Err(errors)
        }
    }

    /// When the secrets expire: as entered, unless a stored certificate stays, which knows better.
    pub(super) fn expires_with(&self, stored: Option<&Connection>) -> Option<Timestamp> {
        let kept = (!self.typed.contains_key(&SecretKind::Certificate))
            .then(|| {
                stored?
                    .rows
                    .iter()
                    .find(|row| row.kind == SecretKind::Certificate)?
                    .expires_at
            })
            .flatten()
            .filter(|_| self.values.auth == AuthMethod::Certificate);
        kept.or(self.expires)
    }
}

/// Whether a secret entered for one of them may be used with the other.
fn same_place(one: &ProviderValues, other: &ProviderValues) -> bool {
    one.provider == other.provider
        && one.auth == other.auth
        && one.cloud == other.cloud
        && one.tenant == other.tenant
        && one.client_id == other.client_id
}

const fn missing(kind: SecretKind) -> &'static str {
    match kind {
        SecretKind::ClientSecret => "Paste the client secret's value.",
        SecretKind::Certificate => "Paste the certificate, in PEM form.",
        SecretKind::PrivateKey => "Paste the private key.",
        SecretKind::ApiToken => "Paste the API token.",
    }
}

/// A digest of everything a connection is made of, by which a test and a save recognise each other. Salted with the
/// customer; kept only of values that work, whose secrets are then long and random.
pub(super) fn fingerprint(
    customer: domain::CustomerId,
    values: &ProviderValues,
    secrets: &Secrets,
) -> String {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text.as_bytes());
    };
    part(&customer.to_string());
    part(values.provider.code());
    part(values.auth.code());
    for text in [&values.cloud, &values.tenant, &values.client_id, &values.key_id] {
        part(text);
    }
    for kind in SecretKind::of(values.auth) {
        part(kind.code());
        part(
            secrets
                .get(*kind)
                .map_or("", |secret| secret.expose_secret().trim()),
        );
    }
    URL_SAFE_NO_PAD.encode(hash.finalize())
}

/// What may be shown of a secret (C-21): the end of a secret somebody may have to find in a list. Keys and
/// certificates have no ends worth showing, and a short secret would lose too much.
pub(super) fn ends_in(kind: SecretKind, secret: &SecretString) -> String {
    let text = secret.expose_secret().trim();
    let count = text.chars().count();
    match kind {
        SecretKind::ClientSecret | SecretKind::ApiToken if count >= 16 => {
            text.chars().skip(count - 4).collect()
        }
        _ => String::new(),
    }
}

pub(super) fn wrong(field: &str, message: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: message.to_owned(),
    }
}

#[cfg(test)]
mod tests;
