//! The external identity source and how we reach it.

use serde::{Deserialize, Serialize};

use crate::codes;

codes! {
    /// The directory a customer follows.
    pub enum Provider {
        Entra = "entra",
        Okta = "okta",
    }
}

impl Provider {
    /// The name on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Provider::Entra => "Microsoft Entra ID",
            Provider::Okta => "Okta",
        }
    }

    /// Whether a text has the shape of an object id of this provider: a GUID in Entra, twenty letters and digits in
    /// Okta.
    pub fn is_object_id(self, text: &str) -> bool {
        match self {
            Provider::Entra => text.len() == 36 && uuid::Uuid::try_parse(text).is_ok(),
            Provider::Okta => text.len() == 20 && text.bytes().all(|byte| byte.is_ascii_alphanumeric()),
        }
    }
}

codes! {
    /// How we prove to the provider who we are.
    pub enum AuthMethod {
        /// Entra: client secret (the value, not its id).
        ClientSecret = "client_secret",
        /// Entra: certificate and private key, a signed assertion.
        Certificate = "certificate",
        /// Okta: API token (SSWS).
        ApiToken = "api_token",
        /// Okta: service app with private key, with `DPoP` where the org asks for it (C-16).
        PrivateKey = "private_key",
    }
}

impl AuthMethod {
    /// The ways a provider offers, the recommended one first.
    pub const fn of(provider: Provider) -> &'static [AuthMethod] {
        match provider {
            Provider::Entra => &[AuthMethod::ClientSecret, AuthMethod::Certificate],
            Provider::Okta => &[AuthMethod::PrivateKey, AuthMethod::ApiToken],
        }
    }
}

/// What a customer enters about their provider, without the secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProviderValues {
    pub provider: Provider,
    pub auth: AuthMethod,
    /// Entra: id of the operator-configured cloud ("global", "usgov", ...). Okta: empty.
    pub cloud: String,
    /// Entra: tenant ID (GUID or domain). Okta: the org's domain, `contoso.okta.com`.
    pub tenant: String,
    /// Application (client) ID. Empty for an Okta API token.
    pub client_id: String,
    /// Okta service app: key id (`kid`) of the public key, if the org has several.
    pub key_id: String,
}

codes! {
    /// The secret parts of a configuration. Never leave the server once entered (C-21).
    pub enum SecretKind {
        ClientSecret = "client_secret",
        Certificate = "certificate",
        PrivateKey = "private_key",
        ApiToken = "api_token",
    }
}

impl SecretKind {
    /// The word for the screen, inside a sentence.
    pub const fn label(self) -> &'static str {
        match self {
            SecretKind::ClientSecret => "client secret",
            SecretKind::Certificate => "certificate",
            SecretKind::PrivateKey => "private key",
            SecretKind::ApiToken => "API token",
        }
    }

    /// Which secrets a way of signing in needs.
    pub const fn of(auth: AuthMethod) -> &'static [SecretKind] {
        match auth {
            AuthMethod::ClientSecret => &[SecretKind::ClientSecret],
            AuthMethod::Certificate => &[SecretKind::Certificate, SecretKind::PrivateKey],
            AuthMethod::ApiToken => &[SecretKind::ApiToken],
            AuthMethod::PrivateKey => &[SecretKind::PrivateKey],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_ids_are_told_from_usernames() {
        for (provider, text, is_id) in [
            (Provider::Entra, "3f2504e0-4f89-41d3-9a0c-0305e82c3301", true),
            (Provider::Entra, "3f2504e04f8941d39a0c0305e82c3301", false),
            (Provider::Entra, "anna.li@contoso.example", false),
            (Provider::Okta, "00ub0oNGTSWTBKOLGLNR", true),
            (Provider::Okta, "anna.li@contoso.exam", false),
            (Provider::Okta, "", false),
        ] {
            assert_eq!(provider.is_object_id(text), is_id, "{provider:?} {text}");
        }
    }
}
