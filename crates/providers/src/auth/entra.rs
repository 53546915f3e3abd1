//! Microsoft's token endpoint: client credentials with a secret or a certificate (provider-apis 1.1).

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use domain::Provider;
use http::{HeaderMap, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use std::sync::Arc;
use url::Url;

use super::keys::{Certificate, SigningKey, encode, unique};
use super::{Token, parse_token};
use crate::codes::ErrorBody;
use crate::error::ProviderError;
use crate::http::{Answer, Body, Call, Sign, Transport};

/// What an Entra application signs in with.
pub(crate) enum EntraCredential {
    Secret(SecretString),
    Certificate {
        certificate: Certificate,
        key: Box<SigningKey>,
    },
}

/// Signs calls to Graph.
pub(crate) struct EntraAuth {
    pub(crate) transport: Arc<Transport>,
    pub(crate) token_url: Url,
    pub(crate) scope: String,
    pub(crate) client_id: String,
    pub(crate) credential: EntraCredential,
    pub(crate) token: tokio::sync::Mutex<Option<Token>>,
}

impl EntraAuth {
    /// A token that lasts: the kept one, or a new one. Asking too often is an error of its own (AADSTS50196).
    pub(crate) async fn token(&self) -> Result<Token, ProviderError> {
        let mut kept = self.token.lock().await;
        let now = self.transport.clock().now();
        if let Some(token) = kept.as_ref().filter(|token| token.is_fresh(now)) {
            return Ok(token.clone());
        }
        let answer = self.transport.send(&self.request()?, None).await?;
        if !answer.status.is_success() {
            return Err(token_error(&answer));
        }
        let token = Token::from_answer(&parse_token(&answer)?, now);
        *kept = Some(token.clone());
        Ok(token)
    }

    /// Whether the token carries an application permission. Microsoft's access tokens are JWTs with a `roles` claim; one
    /// that we cannot read has none, as far as we know.
    pub(crate) async fn has_role(&self, role: &str) -> Result<bool, ProviderError> {
        #[derive(serde::Deserialize)]
        struct Claims {
            #[serde(default)]
            roles: Vec<String>,
        }
        let token = self.token().await?;
        let claims = token
            .value
            .expose_secret()
            .split('.')
            .nth(1)
            .and_then(|part| URL_SAFE_NO_PAD.decode(part).ok())
            .and_then(|json| serde_json::from_slice::<Claims>(&json).ok());
        Ok(claims.is_some_and(|claims| claims.roles.iter().any(|found| found == role)))
    }

    fn request(&self) -> Result<Call, ProviderError> {
        let mut form = vec![
            ("client_id", self.client_id.clone()),
            ("scope", self.scope.clone()),
            ("grant_type", "client_credentials".to_owned()),
        ];
        match &self.credential {
            EntraCredential::Secret(secret) => {
                form.push(("client_secret", secret.expose_secret().to_owned()));
            }
            EntraCredential::Certificate { certificate, key } => {
                form.push(("client_assertion_type", super::okta::ASSERTION_TYPE.to_owned()));
                form.push(("client_assertion", self.assertion(certificate, key)?));
            }
        }
        Ok(Call::post("token", self.token_url.clone(), Body::Form(form)))
    }

    /// PS256 with `x5t#S256`, five minutes valid, as Microsoft documents it.
    fn assertion(&self, certificate: &Certificate, key: &SigningKey) -> Result<String, ProviderError> {
        let now = self.transport.clock().now();
        key.sign(
            json!({"typ": "JWT", "x5t#S256": encode(certificate.thumbprint)}),
            &json!({
                "aud": self.token_url.as_str(),
                "iss": self.client_id,
                "sub": self.client_id,
                "jti": unique(),
                "iat": now.timestamp(),
                "nbf": (now - TimeDelta::seconds(30)).timestamp(),
                "exp": (now + TimeDelta::minutes(5)).timestamp(),
            }),
        )
    }
}

#[async_trait]
impl Sign for EntraAuth {
    async fn headers(&self, _call: &Call) -> Result<HeaderMap, ProviderError> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, self.token().await?.header("Bearer")?);
        Ok(headers)
    }

    async fn refused(&self, answer: &Answer) -> bool {
        if answer.status.as_u16() != 401 {
            return false;
        }
        // G-08: the token died in the middle of a run. The next attempt gets a new one.
        self.token.lock().await.take().is_some()
    }
}

/// The token endpoint's refusal, by its AADSTS number (provider-apis 1.1, C-01 to C-08).
pub(crate) fn token_error(answer: &Answer) -> ProviderError {
    use ProviderError as E;
    let body = ErrorBody::parse(&answer.body);
    let code = body.shown().unwrap_or_else(|| answer.status.as_u16().to_string());
    match body.aadsts() {
        Some(90_002 | 900_023 | 9_001_023 | 90_130 | 50_194) => E::TenantNotFound { code },
        Some(700_016) => E::AppNotFound {
            provider: Provider::Entra,
            code,
        },
        Some(7_000_215) => E::WrongSecret { code },
        Some(7_000_222) => E::ExpiredSecret { code },
        Some(7_000_112) => E::AppDisabled { code },
        Some(7_000_218) => E::Missing {
            field: "client_secret",
        },
        Some(700_027 | 7_000_216) => E::SignatureRefused {
            provider: Provider::Entra,
            code,
        },
        Some(700_024 | 500_133) => E::ClockSkew { code },
        Some(65_001 | 650_056 | 650_057 | 90_094 | 90_095) => E::ConsentMissing { code },
        Some(90_038 | 900_382 | 900_432) => E::WrongCloud { code },
        Some(90_055 | 90_024 | 50_196) => E::Throttled { code, wait: None },
        Some(90_033 | 90_006) => E::Unavailable {
            status: answer.status.as_u16(),
            code,
        },
        _ => match body.oauth() {
            Some("temporarily_unavailable") => E::Unavailable {
                status: answer.status.as_u16(),
                code,
            },
            Some("invalid_tenant") => E::TenantNotFound { code },
            Some(_) => E::SignInRefused {
                provider: Provider::Entra,
                code,
            },
            None => E::Unexpected {
                host: answer.host.clone(),
                status: answer.status.as_u16(),
                what: "not an answer of the token endpoint",
            },
        },
    }
}
