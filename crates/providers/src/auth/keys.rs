//! Private keys and certificates as people paste them, and the signed tokens (JWS, RFC 7515) made with them.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use aws_lc_rs::rsa::KeyPairComponents;
use aws_lc_rs::signature::{
    self, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use x509_parser::pem::Pem;

use crate::error::ProviderError;

/// How an RSA key signs: Entra wants PSS, Okta PKCS #1 v1.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RsaStyle {
    Ps256,
    Rs256,
}

/// A private key that can sign. No `Debug`, no way to get the key out again.
pub(crate) enum SigningKey {
    Rsa(Box<RsaKeyPair>, RsaStyle),
    P256(EcdsaKeyPair),
    P384(EcdsaKeyPair),
}

const FIELD: &str = "private_key";

fn unusable(why: &'static str) -> ProviderError {
    ProviderError::Key { field: FIELD, why }
}

impl SigningKey {
    /// Reads a key from PEM (PKCS #8, PKCS #1, SEC 1) or from JWK, which is what Okta's console shows.
    pub(crate) fn read(text: &str, style: RsaStyle) -> Result<Self, ProviderError> {
        let text = text.trim();
        if text.starts_with('{') {
            return Self::from_jwk(text, style);
        }
        let blocks = pem_blocks(text);
        if blocks.is_empty() {
            return Err(unusable("it is not the text of a PEM file"));
        }
        let Some(block) = blocks.iter().find(|block| block.label.ends_with("PRIVATE KEY")) else {
            return Err(unusable("there is no private key in it"));
        };
        match block.label.as_str() {
            "ENCRYPTED PRIVATE KEY" => Err(unusable("it is protected by a password")),
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(&block.contents)
                .map(|pair| Self::Rsa(Box::new(pair), style))
                .map_err(|_| {
                    unusable("it is not an RSA key of 2048 bits or more, or it is protected by a password")
                }),
            _ => Self::from_der(&block.contents, style),
        }
    }

    fn from_der(der: &[u8], style: RsaStyle) -> Result<Self, ProviderError> {
        if let Ok(pair) = RsaKeyPair::from_pkcs8(der) {
            return Ok(Self::Rsa(Box::new(pair), style));
        }
        if let Ok(pair) = EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der) {
            return Ok(Self::P256(pair));
        }
        EcdsaKeyPair::from_private_key_der(&ECDSA_P384_SHA384_FIXED_SIGNING, der)
            .map(Self::P384)
            .map_err(|_| unusable("it is neither an RSA key of 2048 bits or more nor a P-256 or P-384 key"))
    }

    fn from_jwk(text: &str, style: RsaStyle) -> Result<Self, ProviderError> {
        let jwk: PrivateJwk =
            serde_json::from_str(text).map_err(|_| unusable("it is not a private key in JWK form"))?;
        let refused = || unusable("the JWK does not hold a complete private key");
        if jwk.kty == "RSA" {
            let components = KeyPairComponents {
                public_key: signature::RsaPublicKeyComponents { n: jwk.n, e: jwk.e },
                d: jwk.d,
                p: jwk.p,
                q: jwk.q,
                dP: jwk.dp,
                dQ: jwk.dq,
                qInv: jwk.qi,
            };
            return RsaKeyPair::from_components(&components)
                .map(|pair| Self::Rsa(Box::new(pair), style))
                .map_err(|_| refused());
        }
        let point = [&[4_u8][..], &jwk.x.0, &jwk.y.0].concat();
        let pair = |algorithm| {
            EcdsaKeyPair::from_private_key_and_public_key(algorithm, &jwk.d.0, &point).map_err(|_| refused())
        };
        match jwk.crv.as_str() {
            "P-256" => pair(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Self::P256),
            "P-384" => pair(&ECDSA_P384_SHA384_FIXED_SIGNING).map(Self::P384),
            _ => Err(refused()),
        }
    }

    /// A fresh key for proofs of possession (RFC 9449).
    pub(crate) fn generate() -> Result<Self, ProviderError> {
        EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map(Self::P256)
            .map_err(|_| unusable("the system gave no random numbers"))
    }

    pub(crate) fn is_rsa(&self) -> bool {
        matches!(self, Self::Rsa(..))
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_, RsaStyle::Ps256) => "PS256",
            Self::Rsa(_, RsaStyle::Rs256) => "RS256",
            Self::P256(_) => "ES256",
            Self::P384(_) => "ES384",
        }
    }

    /// The public half as JWK, for the header of a proof. Only for [`SigningKey::generate`]d keys.
    pub(crate) fn public_jwk(&self) -> Value {
        match self {
            Self::P256(pair) | Self::P384(pair) => {
                let point = pair.public_key().as_ref();
                let half = (point.len().saturating_sub(1)) / 2;
                let (x, y) = point.get(1..).unwrap_or_default().split_at(half);
                let curve = if half == 32 { "P-256" } else { "P-384" };
                json!({"kty": "EC", "crv": curve, "x": encode(x), "y": encode(y)})
            }
            Self::Rsa(pair, _) => {
                let key = pair.public_key();
                json!({
                    "kty": "RSA",
                    "n": encode(key.modulus().big_endian_without_leading_zero()),
                    "e": encode(key.exponent().big_endian_without_leading_zero()),
                })
            }
        }
    }

    /// A compact JWS. `header` gets `alg` added.
    pub(crate) fn sign(&self, mut header: Value, claims: &Value) -> Result<String, ProviderError> {
        if let Value::Object(fields) = &mut header {
            fields.insert("alg".to_owned(), json!(self.algorithm()));
        }
        let message = format!("{}.{}", encode(header.to_string()), encode(claims.to_string()));
        let signature = self.signature(message.as_bytes())?;
        Ok(format!("{message}.{}", encode(signature)))
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, ProviderError> {
        let random = SystemRandom::new();
        let failed = |_| unusable("it cannot sign");
        match self {
            Self::Rsa(pair, style) => {
                let encoding: &'static dyn signature::RsaEncoding = match style {
                    RsaStyle::Ps256 => &signature::RSA_PSS_SHA256,
                    RsaStyle::Rs256 => &signature::RSA_PKCS1_SHA256,
                };
                let mut out = vec![0; pair.public_modulus_len()];
                pair.sign(encoding, &random, message, &mut out).map_err(failed)?;
                Ok(out)
            }
            Self::P256(pair) | Self::P384(pair) => pair
                .sign(&random, message)
                .map(|signed| signed.as_ref().to_vec())
                .map_err(failed),
        }
    }
}

/// A number of a JWK: base64url without padding. Absent ones are empty and make the key incomplete.
#[derive(Default, Deserialize)]
#[serde(try_from = "String")]
struct Number(Vec<u8>);

impl TryFrom<String> for Number {
    type Error = base64::DecodeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map(Self)
    }
}

impl AsRef<[u8]> for Number {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct PrivateJwk {
    kty: String,
    crv: String,
    n: Number,
    e: Number,
    d: Number,
    p: Number,
    q: Number,
    dp: Number,
    dq: Number,
    qi: Number,
    x: Number,
    y: Number,
}

/// A certificate: what is needed to sign in with it.
#[derive(Clone, Debug)]
pub(crate) struct Certificate {
    /// SHA-256 of the DER form: the `x5t#S256` of the assertion.
    pub(crate) thumbprint: [u8; 32],
    pub(crate) expires: Timestamp,
    /// The public key as PKCS #1 DER.
    public_key: Vec<u8>,
}

impl Certificate {
    /// Reads the first certificate of a PEM text.
    pub(crate) fn read(text: &str) -> Result<Self, ProviderError> {
        let refused = |why| ProviderError::Key {
            field: "certificate",
            why,
        };
        let blocks = pem_blocks(text.trim());
        let block = blocks
            .iter()
            .find(|block| block.label == "CERTIFICATE")
            .ok_or_else(|| refused("there is no certificate in it"))?;
        let certificate = block
            .parse_x509()
            .map_err(|_| refused("the certificate cannot be read"))?;
        let expires = Timestamp::from_timestamp(certificate.validity().not_after.timestamp(), 0)
            .ok_or_else(|| refused("its expiry date cannot be read"))?;
        Ok(Self {
            thumbprint: Sha256::digest(&block.contents).into(),
            expires,
            public_key: certificate.public_key().subject_public_key.data.to_vec(),
        })
    }

    /// Whether the private key is this certificate's: signs a word and verifies it.
    pub(crate) fn belongs_to(&self, key: &SigningKey) -> bool {
        let word = b"usersync";
        let algorithm = match key {
            SigningKey::Rsa(_, RsaStyle::Ps256) => &signature::RSA_PSS_2048_8192_SHA256,
            SigningKey::Rsa(_, RsaStyle::Rs256) => &signature::RSA_PKCS1_2048_8192_SHA256,
            _ => return false,
        };
        key.signature(word).is_ok_and(|signed| {
            signature::UnparsedPublicKey::new(algorithm, &self.public_key)
                .verify(word, &signed)
                .is_ok()
        })
    }
}

/// When a certificate expires, for the calendar of secrets (C-20). `None` when the text holds no readable certificate.
pub fn certificate_expiry(pem: &str) -> Option<Timestamp> {
    Certificate::read(pem).ok().map(|certificate| certificate.expires)
}

fn pem_blocks(text: &str) -> Vec<Pem> {
    Pem::iter_from_buffer(text.as_bytes())
        .filter_map(Result::ok)
        .collect()
}

/// base64url without padding.
pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// An id for one signed token, against replay.
pub(crate) fn unique() -> String {
    let mut bytes = [0_u8; 16];
    // The generator of aws-lc-rs does not fail; if it did, a repeated id would be refused by the provider, not abused.
    if SystemRandom::new().fill(&mut bytes).is_err() {
        bytes = rand::random();
    }
    encode(bytes)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::encoding::{AsBigEndian as _, EcPrivateKeyBin};

    use super::*;

    /// Checks the signature of a compact JWS made with a P-256 key.
    fn is_signed_by(jws: &str, public: &[u8]) -> bool {
        let (message, signature) = jws.rsplit_once('.').expect("three parts");
        let signature = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        signature::UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, public)
            .verify(message.as_bytes(), &signature)
            .is_ok()
    }

    #[test]
    fn c_16_a_key_as_oktas_console_shows_it_signs_like_the_pem() {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
        let point = pair.public_key().as_ref().to_vec();
        let private: EcPrivateKeyBin = pair.private_key().as_be_bytes().expect("the number");
        let jwk = json!({
            "kty": "EC", "crv": "P-256", "kid": "k1", "use": "sig",
            "x": encode(&point[1..33]), "y": encode(&point[33..]), "d": encode(private.as_ref()),
        });
        let key = SigningKey::read(&jwk.to_string(), RsaStyle::Rs256).expect("the key");
        let jws = key
            .sign(json!({"typ": "JWT"}), &json!({"sub": "0oa1"}))
            .expect("signed");
        assert!(is_signed_by(&jws, &point));
        assert!(!is_signed_by(&jws.replacen('.', ".e", 1), &point));
        assert_eq!(key.public_jwk()["x"], jwk["x"]);
        let spoilt = jwk.to_string().replace("P-256", "P-521");
        assert!(SigningKey::read(&spoilt, RsaStyle::Rs256).is_err());
    }

    #[test]
    fn tokens_for_replay_protection_never_repeat() {
        let ids: std::collections::BTreeSet<String> = (0..1_000).map(|_| unique()).collect();
        assert_eq!(ids.len(), 1_000);
    }
}
