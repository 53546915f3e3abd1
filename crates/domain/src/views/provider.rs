use serde::{Deserialize, Serialize};

use super::When;
use crate::connection::{Advice, ConnectionReport};
use crate::provider::{AuthMethod, Provider, SecretKind};

/// What the provider form sends, as typed. A secret left empty keeps the stored one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderForm {
    pub provider: String,
    pub auth: String,
    pub cloud: String,
    pub tenant: String,
    pub client_id: String,
    pub key_id: String,
    pub client_secret: String,
    pub certificate: String,
    pub private_key: String,
    pub api_token: String,
    /// `YYYY-MM-DD`, or empty when unknown (C-20).
    pub secret_expires: String,
}

/// A new secret for the saved values, as typed; only the fields of their way of signing in are looked at.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewSecret {
    pub client_secret: String,
    pub certificate: String,
    pub private_key: String,
    pub api_token: String,
    /// `YYYY-MM-DD`, or empty when unknown (C-20).
    pub secret_expires: String,
}

impl std::fmt::Debug for NewSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSecret")
            .field("secret_expires", &self.secret_expires)
            .finish_non_exhaustive()
    }
}

impl NewSecret {
    /// What was typed for one kind.
    pub fn of(&self, kind: SecretKind) -> &str {
        match kind {
            SecretKind::ClientSecret => &self.client_secret,
            SecretKind::Certificate => &self.certificate,
            SecretKind::PrivateKey => &self.private_key,
            SecretKind::ApiToken => &self.api_token,
        }
    }
}

/// What became of a new secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Swapped {
    /// It works and took the place of the old one.
    InUse,
    /// It does not work: the old one stays in use.
    Refused(Option<Box<Advice>>),
}

/// The provider page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderView {
    /// `None` until one was chosen and saved.
    pub saved: Option<SavedProvider>,
    /// The clouds the operator offers for Entra: id and name.
    pub clouds: Vec<(String, String)>,
    /// The last connection test of the saved values.
    pub report: Option<ReportView>,
    /// Signs in at the provider's consent page need this application id; shown in the walkthrough.
    pub permissions: Vec<PermissionRow>,
    pub can_edit: bool,
}

/// What is stored, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedProvider {
    pub provider: Provider,
    pub auth: AuthMethod,
    pub cloud: String,
    pub tenant: String,
    pub client_id: String,
    pub key_id: String,
    pub secrets: Vec<SecretHint>,
    pub saved: When,
    /// An Okta API token that nobody uses any more: what there is to know, in a sentence (C-12).
    pub idle: Option<String>,
    /// People this connection feeds now: the blast radius of an edit.
    pub people: u64,
}

/// A stored secret as it may be shown (C-21): "ends in 9f2c, entered 3 March, expires in 41 days".
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretHint {
    pub kind: SecretKind,
    /// The last four characters; empty for keys and certificates.
    pub ends_in: String,
    pub entered: When,
    /// "in 41 days", "3 days ago"; `None` when unknown.
    pub expires: Option<String>,
    /// `YYYY-MM-DD`.
    pub expires_on: Option<String>,
    pub expires_soon: bool,
    pub expired: bool,
}

/// A connection test as shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportView {
    /// It tried exactly what is stored.
    pub saved: bool,
    pub report: ConnectionReport,
    pub when: When,
    /// The settings changed after this test.
    pub stale: bool,
}

/// A permission to grant at the provider, and what it is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PermissionRow {
    pub provider: Provider,
    pub name: String,
    pub purpose: String,
}
