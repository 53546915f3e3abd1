//! The secret parts of a provider configuration, on their way from the store to the provider and nowhere else.

use std::collections::BTreeMap;
use std::fmt;

use domain::provider::SecretKind;
use secrecy::{ExposeSecret, SecretString};

use crate::ProviderError;

/// The decrypted secrets of one configuration (C-21). Cannot be serialised; its `Debug` names the kinds only.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<SecretKind, SecretString>);

impl Secrets {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces one secret.
    #[must_use]
    pub fn with(mut self, kind: SecretKind, value: impl Into<SecretString>) -> Self {
        self.insert(kind, value);
        self
    }

    /// Adds or replaces one secret.
    pub fn insert(&mut self, kind: SecretKind, value: impl Into<SecretString>) {
        self.0.insert(kind, value.into());
    }

    pub fn get(&self, kind: SecretKind) -> Option<&SecretString> {
        self.0.get(&kind)
    }

    /// The text of a secret, trimmed (they are pasted), or the error that names its field.
    pub(crate) fn required(&self, kind: SecretKind) -> Result<&str, ProviderError> {
        self.get(kind)
            .map(|secret| secret.expose_secret().trim())
            .filter(|text| !text.is_empty())
            .ok_or(ProviderError::Missing { field: kind.code() })
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl FromIterator<(SecretKind, SecretString)> for Secrets {
    fn from_iter<T: IntoIterator<Item = (SecretKind, SecretString)>>(iter: T) -> Self {
        Self(iter.into_iter().collect())
    }
}
