//! Keys and certificates. They are made once a process, because an RSA key takes a while; every simulator of
//! a process shares them. Nothing here is a secret of anybody.

use crate::SimulatorError;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as Rsa, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use tokio_rustls::TlsAcceptor;

/// Base64 for URLs without padding, as JWTs have it.
pub(crate) fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

/// Fresh random bytes as text for URLs.
pub(crate) fn random_text(bytes: usize) -> String {
    let mut buffer = vec![0_u8; bytes];
    // The system's generator does not fail in practice; zeros would still be a valid, if poor, token.
    if rand::fill(&mut buffer).is_err() {
        tracing::warn!("no randomness");
    }
    base64url(buffer)
}

/// An RSA key pair of 2048 bits.
#[derive(Debug)]
pub(crate) struct RsaKey {
    pair: Rsa,
    pkcs8: Vec<u8>,
    /// Modulus and exponent, base64url.
    pub(crate) n: String,
    pub(crate) e: String,
    pub(crate) kid: String,
}

fn key_error(what: &'static str) -> impl Fn(aws_lc_rs::error::Unspecified) -> SimulatorError {
    move |source| SimulatorError::Key {
        what,
        source: Box::new(source),
    }
}

impl RsaKey {
    /// Makes a new pair.
    pub(crate) fn generate(what: &'static str) -> Result<RsaKey, SimulatorError> {
        RsaKey::of(Rsa::generate(KeySize::Rsa2048).map_err(key_error(what))?, what)
    }

    /// The pair kept in this file; made and written when there is none.
    fn kept(file: &Path, what: &'static str) -> Result<RsaKey, SimulatorError> {
        let failed = |source| SimulatorError::Key {
            what,
            source: Box::new(source),
        };
        match std::fs::read(file) {
            Ok(pkcs8) => {
                let pair = Rsa::from_pkcs8(&pkcs8).map_err(|error| SimulatorError::Key {
                    what,
                    source: error.to_string().into(),
                })?;
                RsaKey::of(pair, what)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = RsaKey::generate(what)?;
                std::fs::write(file, &key.pkcs8).map_err(failed)?;
                Ok(key)
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn of(pair: Rsa, what: &'static str) -> Result<RsaKey, SimulatorError> {
        let der: Pkcs8V1Der<'_> = pair.as_der().map_err(key_error(what))?;
        let pkcs8 = der.as_ref().to_vec();
        let public = pair.public_key();
        let n = base64url(public.modulus().big_endian_without_leading_zero());
        let e = base64url(public.exponent().big_endian_without_leading_zero());
        let kid = base64url(&sha256(n.as_bytes())[..20]);
        Ok(RsaKey {
            pair,
            pkcs8,
            n,
            e,
            kid,
        })
    }

    /// The private key as PKCS #8 PEM.
    pub(crate) fn pem(&self) -> String {
        pem("PRIVATE KEY", &self.pkcs8)
    }

    /// The public key as a JWK of a key set.
    pub(crate) fn jwk(&self) -> Value {
        json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": self.n, "e": self.e})
    }

    /// Signs a JWT with RS256. `extra` goes into the header.
    pub(crate) fn sign(&self, extra: &Value, claims: &Value) -> String {
        let mut header = json!({"typ": "JWT", "alg": "RS256", "kid": self.kid});
        if let (Some(header), Some(extra)) = (header.as_object_mut(), extra.as_object()) {
            header.extend(extra.clone());
        }
        let message = format!(
            "{}.{}",
            base64url(header.to_string()),
            base64url(claims.to_string())
        );
        let mut signature = vec![0_u8; self.pair.public_modulus_len()];
        match self.pair.sign(
            &RSA_PKCS1_SHA256,
            &SystemRandom::new(),
            message.as_bytes(),
            &mut signature,
        ) {
            Ok(()) => format!("{message}.{}", base64url(signature)),
            Err(error) => {
                tracing::error!(%error, "a token could not be signed");
                message
            }
        }
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, tail) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = tail;
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}

/// The keys of both providers and their clients.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Signs the tokens of both providers.
    pub(crate) signing: RsaKey,
    /// The Entra application's, with its certificate.
    pub(crate) entra_client: RsaKey,
    pub(crate) certificate_der: Vec<u8>,
    /// The Okta service applications'.
    pub(crate) okta_client: RsaKey,
}

static KEYS: OnceLock<Arc<Keys>> = OnceLock::new();

impl Keys {
    /// The process's keys, made at the first call.
    pub(crate) fn get() -> Result<Arc<Keys>, SimulatorError> {
        if let Some(keys) = KEYS.get() {
            return Ok(Arc::clone(keys));
        }
        let keys = Arc::new(Keys::make()?);
        Ok(Arc::clone(KEYS.get_or_init(|| keys)))
    }

    /// Takes the process's keys from this folder, or makes them and keeps them there, so that credentials handed out
    /// once still fit after a restart. Must come before the first simulator of the process.
    pub(crate) fn keep_in(folder: &Path) -> Result<(), SimulatorError> {
        let entra_client = RsaKey::kept(&folder.join("entra-client.der"), "Entra client key")?;
        let certificate = folder.join("entra-client.crt");
        let certificate_der = if let Ok(der) = std::fs::read(&certificate) {
            der
        } else {
            let der = client_certificate(&entra_client)?;
            std::fs::write(&certificate, &der).map_err(|source| SimulatorError::Key {
                what: "client certificate",
                source: Box::new(source),
            })?;
            der
        };
        let keys = Arc::new(Keys {
            signing: RsaKey::kept(&folder.join("signing.der"), "signing key")?,
            okta_client: RsaKey::kept(&folder.join("okta-client.der"), "Okta client key")?,
            entra_client,
            certificate_der,
        });
        KEYS.set(keys).map_err(|_| SimulatorError::Key {
            what: "keys",
            source: "this process has its keys already".into(),
        })
    }

    fn make() -> Result<Keys, SimulatorError> {
        let (signing, entra_client, okta_client) = std::thread::scope(|scope| {
            let signing = scope.spawn(|| RsaKey::generate("signing key"));
            let entra = scope.spawn(|| RsaKey::generate("Entra client key"));
            let okta = RsaKey::generate("Okta client key");
            let lost = || SimulatorError::Key {
                what: "keys",
                source: "a thread ended".into(),
            };
            Ok::<_, SimulatorError>((
                signing.join().map_err(|_| lost())??,
                entra.join().map_err(|_| lost())??,
                okta?,
            ))
        })?;
        let certificate_der = client_certificate(&entra_client)?;
        Ok(Keys {
            signing,
            entra_client,
            certificate_der,
            okta_client,
        })
    }

    /// The Entra application's certificate.
    pub(crate) fn certificate_pem(&self) -> String {
        pem("CERTIFICATE", &self.certificate_der)
    }
}

fn certificate_error(what: &'static str) -> impl Fn(rcgen::Error) -> SimulatorError {
    move |source| SimulatorError::Key {
        what,
        source: Box::new(source),
    }
}

fn client_certificate(key: &RsaKey) -> Result<Vec<u8>, SimulatorError> {
    let failed = certificate_error("client certificate");
    let pair = KeyPair::try_from(&PrivatePkcs8KeyDer::from(key.pkcs8.as_slice())).map_err(&failed)?;
    let mut params = CertificateParams::default();
    params
        .distinguished_name
        .push(DnType::CommonName, "User Sync (simulated application)");
    params.not_before = rcgen::date_time_ymd(2024, 1, 1);
    params.not_after = rcgen::date_time_ymd(2044, 1, 1);
    Ok(params.self_signed(&pair).map_err(&failed)?.der().to_vec())
}

/// A certificate authority of our own and a server certificate from it.
pub(crate) struct Tls {
    pub(crate) ca_pem: String,
    pub(crate) acceptor: TlsAcceptor,
}

impl Tls {
    /// Makes both for `localhost` and the addresses listened on.
    pub(crate) fn make(bind: IpAddr) -> Result<Tls, SimulatorError> {
        let failed = certificate_error("server certificate");
        let ca_key = KeyPair::generate().map_err(&failed)?;
        let mut ca = CertificateParams::default();
        ca.distinguished_name
            .push(DnType::CommonName, "User Sync simulator authority");
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![
            KeyUsagePurpose::KeyCertSign,
            KeyUsagePurpose::CrlSign,
            KeyUsagePurpose::DigitalSignature,
        ];
        let ca_pem = ca.self_signed(&ca_key).map_err(&failed)?.pem();
        let issuer = Issuer::new(ca, ca_key);
        let names = [
            "localhost".to_owned(),
            "127.0.0.1".to_owned(),
            "::1".to_owned(),
            bind.to_string(),
        ];
        let mut server = CertificateParams::new(names).map_err(&failed)?;
        server.distinguished_name.push(DnType::CommonName, "localhost");
        server.use_authority_key_identifier_extension = true;
        // Node and Python refuse certificates without the purpose, or valid for too long.
        server.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        server.not_before = rcgen::date_time_ymd(2025, 1, 1);
        server.not_after = rcgen::date_time_ymd(2045, 1, 1);
        let server_key = KeyPair::generate().map_err(&failed)?;
        let certificate = server.signed_by(&server_key, &issuer).map_err(&failed)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(server_key.serialize_der()));
        let refused = |source| SimulatorError::Key {
            what: "TLS configuration",
            source: Box::new(source),
        };
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(refused)?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .map_err(refused)?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Tls {
            ca_pem,
            acceptor: TlsAcceptor::from(Arc::new(config)),
        })
    }
}
