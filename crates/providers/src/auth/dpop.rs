//! Proof of possession for Okta service applications (RFC 9449; on by default for new ones, C-16).

use std::sync::Mutex;

use domain::Timestamp;
use http::{HeaderValue, Method};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::keys::{SigningKey, encode, unique};
use crate::error::ProviderError;
use crate::http::Answer;

/// A key of its own, made for this connection, and the nonce the server last gave out.
pub(super) struct Dpop {
    key: SigningKey,
    nonce: Mutex<Option<String>>,
}

impl Dpop {
    pub(super) fn new() -> Result<Self, ProviderError> {
        Ok(Self {
            key: SigningKey::generate()?,
            nonce: Mutex::new(None),
        })
    }

    /// A proof for one request. The nonce goes into token calls; API calls carry the token's hash instead, and a nonce
    /// only when the server has asked for one there.
    pub(super) fn proof(
        &self,
        method: &Method,
        url: &Url,
        token: Option<&str>,
        now: Timestamp,
    ) -> Result<HeaderValue, ProviderError> {
        let mut target = url.clone();
        target.set_query(None);
        target.set_fragment(None);
        let mut claims = json!({
            "htm": method.as_str(),
            "htu": target.as_str(),
            "iat": now.timestamp(),
            "jti": unique(),
        });
        if let Value::Object(fields) = &mut claims {
            if let Some(token) = token {
                fields.insert("ath".to_owned(), json!(encode(Sha256::digest(token))));
            }
            if let Some(nonce) = self.nonce.lock().ok().and_then(|nonce| nonce.clone()) {
                fields.insert("nonce".to_owned(), json!(nonce));
            }
        }
        let header = json!({"typ": "dpop+jwt", "jwk": self.key.public_jwk()});
        let proof = self.key.sign(header, &claims)?;
        super::secret_header(&proof)
    }

    /// Keeps the nonce of an answer. Whether there was one that is new.
    pub(super) fn learn_nonce(&self, answer: &Answer) -> bool {
        let Some(fresh) = answer
            .headers
            .get("dpop-nonce")
            .and_then(|value| value.to_str().ok())
        else {
            return false;
        };
        let Ok(mut nonce) = self.nonce.lock() else {
            return false;
        };
        let changed = nonce.as_deref() != Some(fresh);
        *nonce = Some(fresh.to_owned());
        changed
    }
}
