//! Proving who we are: tokens, got early enough and kept, and the headers that carry them.

mod dpop;
mod entra;
mod keys;
mod okta;

pub(crate) use entra::{EntraAuth, EntraCredential, token_error as entra_token_error};
pub use keys::certificate_expiry;
pub(crate) use keys::{Certificate, RsaStyle, SigningKey};
pub(crate) use okta::{OktaAuth, ServiceApp, challenge as okta_challenge};

use chrono::TimeDelta;
use domain::Timestamp;
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::error::ProviderError;
use crate::http::Answer;

/// An access token and until when we use it.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) value: SecretString,
    renew_at: Timestamp,
}

/// The token endpoint's answer. Unknown fields are ignored.
#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(deserialize_with = "secret")]
    access_token: SecretString,
    /// Seconds. Some proxies turn it into text.
    #[serde(default, deserialize_with = "seconds")]
    expires_in: i64,
    #[serde(default)]
    token_type: String,
}

fn secret<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}

fn seconds<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Number(i64),
        Text(String),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Number(number) => number,
        Either::Text(text) => text.parse().unwrap_or(0),
    })
}

impl Token {
    /// Renewed five minutes before its end, or after half its life when it is that short.
    fn from_answer(answer: &TokenAnswer, now: Timestamp) -> Self {
        let life = answer.expires_in.max(0);
        let used_for = (life - 300).max(life / 2);
        Self {
            value: answer.access_token.clone(),
            renew_at: now + TimeDelta::seconds(used_for),
        }
    }

    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.renew_at
    }

    /// `Bearer …`, `DPoP …`, marked so that no log prints it.
    pub(crate) fn header(&self, scheme: &str) -> Result<HeaderValue, ProviderError> {
        secret_header(&format!("{scheme} {}", self.value.expose_secret()))
    }
}

/// A header value that no log prints.
pub(crate) fn secret_header(text: &str) -> Result<HeaderValue, ProviderError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| ProviderError::Malformed {
        field: "api_token",
        why: "holds characters that cannot be sent",
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn parse_token(answer: &Answer) -> Result<TokenAnswer, ProviderError> {
    serde_json::from_slice(&answer.body).map_err(|_| ProviderError::Unexpected {
        host: answer.host.clone(),
        status: answer.status.as_u16(),
        what: "no token in the answer",
    })
}
