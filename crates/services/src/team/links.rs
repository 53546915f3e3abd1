//! Links that let somebody in once: to accept an invitation, or to set a new password.
//!
//! A link holds 256 random bits, of which only the SHA-256 is stored. Whoever makes one by hand sees it once, on the
//! page that is drawn next; until then it waits in their session, sealed for them, so that no database holds one that
//! can be read.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::views::{HandedLink, LinkPurpose};
use domain::{Actor, Timestamp, UserError};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::seal::{Place, Sealed};
use crate::when::when;
use crate::{ServiceError, Services};

/// Bytes of a token: out of reach of guessing.
const TOKEN_BYTES: usize = 32;

/// The secret part of a link.
pub(crate) struct Token(SecretString);

impl Token {
    pub(crate) fn new() -> Self {
        let mut random = [0_u8; TOKEN_BYTES];
        rand::rng().fill_bytes(&mut random);
        Self(URL_SAFE_NO_PAD.encode(random).into())
    }

    /// What is stored of it.
    pub(crate) fn hash(&self) -> Vec<u8> {
        token_hash(self.0.expose_secret())
    }
}

/// What is stored of a token that somebody came with. Looked up by an index, so that how long it takes says nothing
/// about the tokens there are.
pub(crate) fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A link that was just made.
pub(crate) struct NewLink {
    pub(crate) purpose: LinkPurpose,
    /// The address of the one it is for.
    pub(crate) email: String,
    pub(crate) token: Token,
    pub(crate) until: Timestamp,
}

impl NewLink {
    /// The local address it leads to.
    pub(crate) fn path(&self) -> SecretString {
        let page = match self.purpose {
            LinkPurpose::Invitation => "invitation",
            LinkPurpose::PasswordReset => "reset-password",
        };
        format!("/{page}/{}", self.token.0.expose_secret()).into()
    }
}

/// A link on its way to the page that shows it to the one who made it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedLink {
    key: String,
    nonce: String,
    text: String,
}

/// What is sealed.
#[derive(Serialize, Deserialize)]
struct Content {
    purpose: LinkPurpose,
    email: String,
    path: String,
    until: Timestamp,
}

impl Services {
    /// Seals a link for the one who made it.
    pub(crate) fn seal_link(&self, actor: &Actor, link: &NewLink) -> Result<SealedLink, ServiceError> {
        let content = Content {
            purpose: link.purpose,
            email: link.email.clone(),
            path: link.path().expose_secret().to_owned(),
            until: link.until,
        };
        let json = serde_json::to_string(&content)
            .map_err(|error| ServiceError::internal("a link could not be written", error))?;
        let sealed = self.keys().seal(&place(actor), &json.into())?;
        Ok(SealedLink {
            key: sealed.key_id,
            nonce: URL_SAFE_NO_PAD.encode(sealed.nonce),
            text: URL_SAFE_NO_PAD.encode(sealed.ciphertext),
        })
    }

    /// Opens a link for the one who made it, and nobody else.
    pub fn open_link(&self, actor: &Actor, sealed: &SealedLink) -> Result<HandedLink, ServiceError> {
        let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| UserError::NotFound);
        let sealed = Sealed {
            key_id: sealed.key.clone(),
            nonce: bytes(&sealed.nonce)?,
            ciphertext: bytes(&sealed.text)?,
        };
        let opened = self.keys().open(&place(actor), &sealed)?;
        let content: Content = serde_json::from_str(opened.expose_secret())
            .map_err(|error| ServiceError::internal("a link could not be read", error))?;
        Ok(HandedLink {
            purpose: content.purpose,
            email: content.email,
            url: self.address_of(&content.path),
            is_posted: content.purpose == LinkPurpose::Invitation && self.sends_mail(),
            until: when(content.until, self.now()),
        })
    }
}

/// The session of whoever made it; the operator at a terminal has none.
fn place(actor: &Actor) -> Place {
    let whose = actor
        .user
        .map_or_else(|| actor.name.clone(), |user| user.to_string());
    Place::new("console_sessions", "data", &[&whose])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_256_bits_and_fits_an_address() {
        let (one, other) = (Token::new(), Token::new());
        let text = one.0.expose_secret();
        assert_eq!(text.len(), 43);
        assert!(
            text.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert_ne!(one.hash(), other.hash());
        assert_eq!(one.hash(), token_hash(text));
    }
}
