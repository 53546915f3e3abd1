//! Reads and verifies JWTs that clients sign. `NumericDate`s may be fractions: Microsoft's own library for
//! Python sends them so (observed), and RFC 7519 section 2 allows it.

use crate::keys::{RsaKey, base64url, sha256};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ECDSA_P521_SHA512_FIXED, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// A JWT, taken apart but not yet believed.
#[derive(Debug)]
pub(crate) struct Jwt {
    pub(crate) header: Value,
    pub(crate) claims: Value,
    message: String,
    signature: Vec<u8>,
}

fn part(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

impl Jwt {
    /// Takes a compact JWT apart.
    pub(crate) fn parse(text: &str) -> Option<Jwt> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        Some(Jwt {
            header: serde_json::from_slice(&part(header)?).ok()?,
            claims: serde_json::from_slice(&part(claims)?).ok()?,
            message: message.to_owned(),
            signature: part(signature)?,
        })
    }

    /// A text of the header.
    pub(crate) fn header_text(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    /// A text claim.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A `NumericDate`, perhaps fractional.
    pub(crate) fn time(&self, name: &str) -> Option<f64> {
        self.claims.get(name)?.as_f64()
    }

    /// Whether an audience is this one; it may be a list.
    pub(crate) fn is_for(&self, audience: &str) -> bool {
        match self.claims.get("aud") {
            Some(Value::String(text)) => text == audience,
            Some(Value::Array(items)) => items.iter().any(|item| item.as_str() == Some(audience)),
            _ => false,
        }
    }

    /// Whether the signature is of one of our clients' RSA keys, by one of the algorithms.
    pub(crate) fn signed_by(&self, key: &RsaKey, algorithms: &[&str]) -> bool {
        let jwk = json!({"kty": "RSA", "n": key.n, "e": key.e});
        algorithms.contains(&self.header_text("alg").unwrap_or_default()) && self.signed_by_jwk(&jwk)
    }

    /// Whether the signature fits a public JWK (RSA or EC).
    pub(crate) fn signed_by_jwk(&self, jwk: &Value) -> bool {
        self.check(jwk) == Some(true)
    }

    fn check(&self, jwk: &Value) -> Option<bool> {
        let member = |name: &str| jwk.get(name).and_then(Value::as_str).and_then(part);
        let message = self.message.as_bytes();
        let algorithm = self.header_text("alg")?;
        if let Some(parameters) = rsa(algorithm) {
            let components = RsaPublicKeyComponents {
                n: member("n")?,
                e: member("e")?,
            };
            return Some(components.verify(parameters, message, &self.signature).is_ok());
        }
        let curve = match algorithm {
            "ES256" => &ECDSA_P256_SHA256_FIXED,
            "ES384" => &ECDSA_P384_SHA384_FIXED,
            "ES512" => &ECDSA_P521_SHA512_FIXED,
            _ => return None,
        };
        let mut point = vec![4_u8];
        point.extend(member("x")?);
        point.extend(member("y")?);
        Some(
            UnparsedPublicKey::new(curve, point)
                .verify(message, &self.signature)
                .is_ok(),
        )
    }
}

fn rsa(algorithm: &str) -> Option<&'static RsaParameters> {
    match algorithm {
        "RS256" => Some(&RSA_PKCS1_2048_8192_SHA256),
        "RS384" => Some(&RSA_PKCS1_2048_8192_SHA384),
        "RS512" => Some(&RSA_PKCS1_2048_8192_SHA512),
        "PS256" => Some(&RSA_PSS_2048_8192_SHA256),
        _ => None,
    }
}

/// The thumbprint of a public JWK (RFC 7638): required members in order of their names.
pub(crate) fn thumbprint(jwk: &Value) -> Option<String> {
    let names: &[&str] = match jwk.get("kty")?.as_str()? {
        "RSA" => &["e", "kty", "n"],
        "EC" => &["crv", "kty", "x", "y"],
        _ => return None,
    };
    let members: Option<Vec<String>> = names
        .iter()
        .map(|&name| Some(format!("\"{name}\":{}", Value::from(jwk.get(name)?.as_str()?))))
        .collect();
    Some(base64url(sha256(
        format!("{{{}}}", members?.join(",")).as_bytes(),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thumbprint_takes_the_required_members_in_order_and_no_others() {
        let rsa = json!({"n": "abc", "kty": "RSA", "alg": "RS256", "kid": "x", "e": "AQAB"});
        let ec = json!({"y": "Yy", "x": "Xx", "kty": "EC", "crv": "P-256", "use": "sig"});
        // From another implementation of SHA-256 over `{"e":"AQAB","kty":"RSA","n":"abc"}` and the like.
        assert_eq!(
            thumbprint(&rsa).as_deref(),
            Some("hsYmsQ3cFt_gIGzkNYhUMZFeW7MCPnCwSpT8CXRPPwo")
        );
        assert_eq!(
            thumbprint(&ec).as_deref(),
            Some("VDwt9GRsW7-kb4OWvNQZswRLJZO5bHauCdYXKkk1UDc")
        );
        assert_eq!(thumbprint(&json!({"kty": "oct", "k": "AA"})), None);
    }

    #[test]
    fn what_we_sign_verifies_and_a_changed_one_does_not() {
        let key = RsaKey::generate("test key").expect("a key");
        let text = key.sign(&json!({}), &json!({"sub": "a", "exp": 12.5}));
        let jwt = Jwt::parse(&text).expect("a JWT");
        assert!(jwt.signed_by(&key, &["RS256"]));
        assert!(!jwt.signed_by(&key, &["PS256"]));
        assert_eq!(jwt.time("exp"), Some(12.5));
        let other = key.sign(&json!({}), &json!({"sub": "b"}));
        let forged = format!(
            "{}.{}",
            other.rsplit_once('.').expect("parts").0,
            text.rsplit_once('.').expect("parts").1
        );
        assert!(!Jwt::parse(&forged).expect("a JWT").signed_by(&key, &["RS256"]));
    }
}
