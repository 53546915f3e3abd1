//! Secrets at rest: XChaCha20-Poly1305 under keys that live outside the database.
//!
//! Each sealed value is bound to its place (table, column, row): a ciphertext copied to another row does not open
//! there. The first key of the ring seals; every key opens, so that keys can be rotated: put the new one first,
//! run `usersync rekey`, then take the old one away.

use std::fmt;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::Sha256;
use store::Tx;
use store::letters::SealedText;

use crate::{ServiceError, Services};

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;

/// The keys of this installation, the one that seals first.
#[derive(Clone)]
pub struct KeyRing(Vec<(String, SecretSlice<u8>)>);

/// A sealed value as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Which key of the ring opens it.
    pub key_id: String,
    /// 24 random bytes.
    pub nonce: Vec<u8>,
    /// The ciphertext with its tag.
    pub ciphertext: Vec<u8>,
}

/// Why a value could not be sealed or opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("no key is configured")]
    NoKeys,
    #[error("the key {id:?} has {bytes} bytes instead of {KEY_BYTES}")]
    KeyLength { id: String, bytes: usize },
    #[error("the key id {id:?} is used twice")]
    KeyTwice { id: String },
    #[error("the key {id:?}, which sealed this value, is not configured")]
    UnknownKey { id: String },
    /// The wrong key under a known id, a damaged value, or one that was moved from another row.
    #[error("a sealed value does not open with the key {id:?}")]
    DoesNotOpen { id: String },
}

/// The place a sealed value belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place(Vec<u8>);

impl Place {
    /// Table and column, and the parts of the row's primary key.
    pub fn new(table: &str, column: &str, row: &[&str]) -> Self {
        let mut bytes = Vec::new();
        for part in [table, column].iter().chain(row) {
            // The length in front, so that no two different lists of parts give the same bytes.
            bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Self(bytes)
    }

    /// The place of a provider's secret.
    pub fn provider_secret(
        customer: domain::CustomerId,
        directory: domain::DirectoryId,
        kind: domain::provider::SecretKind,
    ) -> Self {
        Self::new(
            "provider_secrets",
            "ciphertext",
            &[&customer.to_string(), &directory.to_string(), kind.code()],
        )
    }
}

impl KeyRing {
    /// A ring of keys with their ids; the first one seals.
    pub fn new(keys: Vec<(String, SecretSlice<u8>)>) -> Result<Self, SealError> {
        if keys.is_empty() {
            return Err(SealError::NoKeys);
        }
        for (n, (id, key)) in keys.iter().enumerate() {
            let bytes = key.expose_secret().len();
            if bytes != KEY_BYTES {
                return Err(SealError::KeyLength {
                    id: id.clone(),
                    bytes,
                });
            }
            if keys.iter().take(n).any(|(other, _)| other == id) {
                return Err(SealError::KeyTwice { id: id.clone() });
            }
        }
        Ok(Self(keys))
    }

    /// The id of the key that seals.
    pub fn current(&self) -> &str {
        self.0.first().map_or("", |(id, _)| id)
    }

    /// Seals a secret for its place.
    pub fn seal(&self, place: &Place, secret: &SecretString) -> Result<Sealed, SealError> {
        let (id, key) = self.0.first().ok_or(SealError::NoKeys)?;
        let mut nonce = [0_u8; 24];
        rand::rng().fill_bytes(&mut nonce);
        let payload = Payload {
            msg: secret.expose_secret().as_bytes(),
            aad: &place.0,
        };
        let ciphertext = cipher(id, key)?
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| SealError::DoesNotOpen { id: id.clone() })?;
        Ok(Sealed {
            key_id: id.clone(),
            nonce: nonce.to_vec(),
            ciphertext,
        })
    }

    /// Opens what was sealed for this place.
    pub fn open(&self, place: &Place, sealed: &Sealed) -> Result<SecretString, SealError> {
        let id = &sealed.key_id;
        let (_, key) = self
            .0
            .iter()
            .find(|(known, _)| known == id)
            .ok_or_else(|| SealError::UnknownKey { id: id.clone() })?;
        let refused = || SealError::DoesNotOpen { id: id.clone() };
        let nonce: [u8; 24] = sealed.nonce.as_slice().try_into().map_err(|_| refused())?;
        let payload = Payload {
            msg: &sealed.ciphertext,
            aad: &place.0,
        };
        let plain = cipher(id, key)?
            .decrypt(&XNonce::from(nonce), payload)
            .map_err(|_| refused())?;
        String::from_utf8(plain)
            .map(SecretString::from)
            .map_err(|_| refused())
    }
}

impl KeyRing {
    /// 32 bytes that only holders of the keys can know, for one purpose: one of each key, the one that seals first.
    pub(crate) fn derive(&self, purpose: &str) -> Vec<Vec<u8>> {
        let of_key = |(_, key): &(String, SecretSlice<u8>)| {
            let mac = Hmac::<Sha256>::new_from_slice(key.expose_secret()).ok()?;
            Some(
                mac.chain_update(purpose.as_bytes())
                    .finalize()
                    .into_bytes()
                    .to_vec(),
            )
        };
        self.0.iter().filter_map(of_key).collect()
    }
}

fn cipher(id: &str, key: &SecretSlice<u8>) -> Result<XChaCha20Poly1305, SealError> {
    let bytes: [u8; KEY_BYTES] = key.expose_secret().try_into().map_err(|_| SealError::KeyLength {
        id: id.to_owned(),
        bytes: key.expose_secret().len(),
    })?;
    Ok(XChaCha20Poly1305::new(&Key::from(bytes)))
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

impl From<SealError> for ServiceError {
    fn from(error: SealError) -> Self {
        ServiceError::internal("a secret could not be sealed or opened", error)
    }
}

impl From<SealedText> for Sealed {
    fn from(text: SealedText) -> Self {
        Self {
            key_id: text.key_id,
            nonce: text.nonce,
            ciphertext: text.ciphertext,
        }
    }
}

impl From<Sealed> for SealedText {
    fn from(sealed: Sealed) -> Self {
        Self {
            key_id: sealed.key_id,
            nonce: sealed.nonce,
            ciphertext: sealed.ciphertext,
        }
    }
}

/// What a rotation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rekeyed {
    pub resealed: u64,
    pub already_current: u64,
}

impl Services {
    /// Seals every stored secret again under the first key of the ring. Can be stopped and started again: each batch
    /// is one unit of work.
    pub async fn rekey(&self) -> Result<Rekeyed, ServiceError> {
        let mut done = Rekeyed::default();
        let mut after = None;
        loop {
            let mut tx = self.db().begin().await?;
            let batch = store::sealed::page(&mut tx, after.as_ref(), 100).await?;
            let Some(last) = batch.last() else { break };
            after = Some(last.key.clone());
            for row in batch {
                if row.key_id == self.keys().current() {
                    done.already_current += 1;
                } else {
                    self.reseal(&mut tx, &row).await?;
                    done.resealed += 1;
                }
            }
            tx.commit().await?;
        }
        self.rekey_letters(&mut done).await?;
        Ok(done)
    }

    /// Letters that wait in the outbox.
    async fn rekey_letters(&self, done: &mut Rekeyed) -> Result<(), ServiceError> {
        let mut after = None;
        loop {
            let mut tx = self.db().begin().await?;
            let batch = store::letters::sealed_page(&mut tx, after, 100).await?;
            let Some((last, _)) = batch.last() else {
                return Ok(());
            };
            after = Some(*last);
            for (letter, text) in batch {
                if text.key_id == self.keys().current() {
                    done.already_current += 1;
                    continue;
                }
                let nonce = text.nonce.clone();
                let place = crate::mail::place(letter);
                let old = Sealed::from(text);
                let new = self.keys().seal(&place, &self.keys().open(&place, &old)?)?;
                store::letters::reseal(&mut tx, letter, &nonce, &new.into()).await?;
                done.resealed += 1;
            }
            tx.commit().await?;
        }
    }

    async fn reseal(&self, tx: &mut Tx, row: &store::sealed::SealedRow) -> Result<(), ServiceError> {
        let place = Place::provider_secret(row.key.customer, row.key.directory, row.key.kind);
        let old = Sealed {
            key_id: row.key_id.clone(),
            nonce: row.nonce.clone(),
            ciphertext: row.ciphertext.clone(),
        };
        let new = self.keys().seal(&place, &self.keys().open(&place, &old)?)?;
        store::sealed::replace(
            tx,
            &row.key,
            &old.key_id,
            &old.nonce,
            &new.key_id,
            &new.nonce,
            &new.ciphertext,
        )
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(ids: &[(&str, u8)]) -> KeyRing {
        KeyRing::new(
            ids.iter()
                .map(|(id, byte)| ((*id).to_owned(), vec![*byte; 32].into()))
                .collect(),
        )
        .expect("a ring")
    }

    #[test]
    fn c_21_what_was_sealed_opens_only_in_its_place() {
        let keys = ring(&[("a", 1)]);
        let here = Place::new("t", "c", &["1", "23"]);
        let sealed = keys.seal(&here, &"hush".into()).expect("sealed");
        assert!(!sealed.ciphertext.windows(4).any(|w| w == b"hush"));
        assert_eq!(keys.open(&here, &sealed).expect("opened").expose_secret(), "hush");
        for there in [
            Place::new("t", "c", &["12", "3"]),
            Place::new("t", "d", &["1", "23"]),
        ] {
            assert!(matches!(
                keys.open(&there, &sealed),
                Err(SealError::DoesNotOpen { .. })
            ));
        }
    }

    #[test]
    fn keys_rotate_by_id() {
        let place = Place::new("t", "c", &["1"]);
        let old = ring(&[("a", 1)]).seal(&place, &"hush".into()).expect("sealed");
        let both = ring(&[("b", 2), ("a", 1)]);
        assert_eq!(
            both.open(&place, &old).expect("old key opens").expose_secret(),
            "hush"
        );
        assert_eq!(both.seal(&place, &"x".into()).expect("sealed").key_id, "b");
        assert!(matches!(
            ring(&[("b", 2)]).open(&place, &old),
            Err(SealError::UnknownKey { .. })
        ));
        assert!(matches!(
            ring(&[("a", 9)]).open(&place, &old),
            Err(SealError::DoesNotOpen { .. })
        ));
    }

    #[test]
    fn what_is_derived_depends_on_key_and_purpose() {
        let derived = ring(&[("a", 1), ("b", 2)]).derive("x");
        assert_eq!(derived.len(), 2);
        assert_ne!(derived[0], derived[1]);
        assert_eq!(ring(&[("c", 2)]).derive("x"), derived[1..]);
        assert_ne!(ring(&[("a", 1)]).derive("y")[0], derived[0]);
    }

    #[test]
    fn a_ring_refuses_what_is_not_a_key() {
        assert!(matches!(KeyRing::new(vec![]), Err(SealError::NoKeys)));
        let short = KeyRing::new(vec![("a".into(), vec![1; 31].into())]);
        assert!(matches!(short, Err(SealError::KeyLength { bytes: 31, .. })));
        let twice = KeyRing::new(vec![
            ("a".into(), vec![1; 32].into()),
            ("a".into(), vec![2; 32].into()),
        ]);
        assert!(matches!(twice, Err(SealError::KeyTwice { .. })));
        assert_eq!(format!("{:?}", ring(&[("a", 7)])), "[\"a\"]");
    }
}
