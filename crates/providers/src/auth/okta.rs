//! Okta: an API token, or a service application with a private key, with `DPoP` where the org asks for it
//! (provider-apis 2.1).

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use domain::Provider;
use http::{HeaderMap, Method, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

use super::dpop::Dpop;
use super::keys::{SigningKey, unique};
use super::{Token, parse_token, secret_header};
use crate::codes::ErrorBody;
use crate::error::ProviderError;
use crate::http::{Answer, Body, Call, Sign, Transport};

/// RFC 7523
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What we ask for, the fullest first. Okta refuses a request for a scope that was not granted, so a refusal is followed
/// by a smaller request; what is missing then shows where it is needed (C-09).
const SCOPES: [&str; 4] = [
    "okta.users.read okta.groups.read okta.schemas.read",
    "okta.users.read okta.groups.read",
    "okta.users.read",
    "okta.groups.read",
];

/// Signs calls to Okta.
pub(crate) enum OktaAuth {
    /// SSWS
    ApiToken(SecretString),
    Service(Box<ServiceApp>),
}

/// A service application.
pub(crate) struct ServiceApp {
    pub(crate) transport: Arc<Transport>,
    pub(crate) token_url: Url,
    pub(crate) client_id: String,
    pub(crate) key_id: Option<String>,
    pub(crate) key: SigningKey,
    pub(crate) state: Mutex<State>,
}

/// What a service application has learnt about its org.
#[derive(Default)]
pub(crate) struct State {
    token: Option<Token>,
    /// Set once the org has asked for proofs.
    dpop: Option<Arc<Dpop>>,
    /// Index into [`SCOPES`].
    scopes: usize,
}

impl OktaAuth {
    /// Whether we can sign in. An API token is only tried by its first use.
    pub(crate) async fn sign_in(&self) -> Result<(), ProviderError> {
        match self {
            OktaAuth::ApiToken(_) => Ok(()),
            OktaAuth::Service(app) => app.token().await.map(drop),
        }
    }
}

impl ServiceApp {
    async fn token(&self) -> Result<(Token, Option<Arc<Dpop>>), ProviderError> {
        let mut state = self.state.lock().await;
        let now = self.transport.clock().now();
        if let Some(token) = state.token.as_ref().filter(|token| token.is_fresh(now)) {
            return Ok((token.clone(), state.dpop.clone()));
        }
        // At most: every scope set, one switch to proofs, one nonce, one nonce that was renewed meanwhile.
        let mut refusal = None;
        for _ in 0..SCOPES.len() + 3 {
            let answer = self.transport.send(&self.request(&state)?, None).await?;
            if answer.status.is_success() {
                let parsed = parse_token(&answer)?;
                if parsed.token_type.eq_ignore_ascii_case("bearer") {
                    state.dpop = None;
                }
                let token = Token::from_answer(&parsed, now);
                state.token = Some(token.clone());
                return Ok((token, state.dpop.clone()));
            }
            if !learn(&mut state, &answer)? {
                return Err(token_error(&answer));
            }
            refusal = Some(token_error(&answer));
        }
        Err(refusal.unwrap_or(ProviderError::ProofRefused {
            code: "invalid_dpop_proof".to_owned(),
        }))
    }

    fn request(&self, state: &State) -> Result<Call, ProviderError> {
        let scope = SCOPES.get(state.scopes).copied().unwrap_or("okta.users.read");
        let form = vec![
            ("grant_type", "client_credentials".to_owned()),
            ("scope", scope.to_owned()),
            ("client_assertion_type", ASSERTION_TYPE.to_owned()),
            ("client_assertion", self.assertion()?),
        ];
        let mut call = Call::post("token", self.token_url.clone(), Body::Form(form));
        if let Some(dpop) = &state.dpop {
            let now = self.transport.clock().now();
            call = call.header("dpop", dpop.proof(&Method::POST, &self.token_url, None, now)?);
        }
        Ok(call)
    }

    fn assertion(&self) -> Result<String, ProviderError> {
        let now = self.transport.clock().now();
        let mut header = json!({"typ": "JWT"});
        if let (Value::Object(fields), Some(key_id)) = (&mut header, &self.key_id) {
            fields.insert("kid".to_owned(), json!(key_id));
        }
        self.key.sign(
            header,
            &json!({
                "aud": self.token_url.as_str(),
                "iss": self.client_id,
                "sub": self.client_id,
                "jti": unique(),
                "iat": now.timestamp(),
                "exp": (now + TimeDelta::minutes(5)).timestamp(),
            }),
        )
    }
}

/// Takes from a refusal what to do differently. False when there is nothing.
fn learn(state: &mut State, answer: &Answer) -> Result<bool, ProviderError> {
    let body = ErrorBody::parse(&answer.body);
    match body.oauth() {
        Some("invalid_dpop_proof") if state.dpop.is_none() => {
            let dpop = Dpop::new()?;
            dpop.learn_nonce(answer);
            state.dpop = Some(Arc::new(dpop));
            Ok(true)
        }
        Some("use_dpop_nonce") => Ok(state.dpop.as_ref().is_some_and(|dpop| dpop.learn_nonce(answer))),
        Some("invalid_scope" | "consent_required") if state.scopes + 1 < SCOPES.len() => {
            state.scopes += 1;
            Ok(true)
        }
        _ => Ok(false),
    }
}

#[async_trait]
impl Sign for OktaAuth {
    async fn headers(&self, call: &Call) -> Result<HeaderMap, ProviderError> {
        let mut headers = HeaderMap::new();
        match self {
            OktaAuth::ApiToken(token) => {
                let value = secret_header(&format!("SSWS {}", token.expose_secret()))?;
                headers.insert(header::AUTHORIZATION, value);
            }
            OktaAuth::Service(app) => match app.token().await? {
                (token, None) => {
                    headers.insert(header::AUTHORIZATION, token.header("Bearer")?);
                }
                (token, Some(dpop)) => {
                    let now = app.transport.clock().now();
                    let proof =
                        dpop.proof(&call.method, &call.url, Some(token.value.expose_secret()), now)?;
                    headers.insert(header::AUTHORIZATION, token.header("DPoP")?);
                    headers.insert("dpop", proof);
                }
            },
        }
        Ok(headers)
    }

    async fn refused(&self, answer: &Answer) -> bool {
        let OktaAuth::Service(app) = self else {
            return false;
        };
        let mut state = app.state.lock().await;
        if let Some(dpop) = &state.dpop
            && challenge(answer).contains("use_dpop_nonce")
        {
            return dpop.learn_nonce(answer);
        }
        if answer.status.as_u16() != 401 {
            return false;
        }
        // G-08: the token died in the middle of a run.
        state.token.take().is_some()
    }
}

/// The `WWW-Authenticate` line.
pub(crate) fn challenge(answer: &Answer) -> String {
    answer
        .headers
        .get_all(header::WWW_AUTHENTICATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect::<Vec<_>>()
        .join(", ")
}

/// The refusal of the token endpoint (provider-apis 2.1, C-16, C-19).
pub(crate) fn token_error(answer: &Answer) -> ProviderError {
    use ProviderError as E;
    let body = ErrorBody::parse(&answer.body);
    let provider = Provider::Okta;
    let code = body.shown().unwrap_or_else(|| answer.status.as_u16().to_string());
    // `invalid_client` means three things that only the sentence tells apart; if Okta words it differently one day, the
    // advice becomes the general one, nothing else.
    let about = |word: &str| body.description().to_ascii_lowercase().contains(word);
    match body.oauth() {
        Some("invalid_client") if about("expir") || about("'iat'") => E::ClockSkew { code },
        Some("invalid_client")
            if about("signature") || about("kid") || about("assertion") || about("jwk") =>
        {
            E::SignatureRefused { provider, code }
        }
        Some("invalid_client" | "unauthorized_client") => E::AppNotFound { provider, code },
        Some("invalid_scope" | "consent_required") => E::ScopeNotGranted { code },
        Some("invalid_dpop_proof" | "use_dpop_nonce") => E::ProofRefused { code },
        Some("access_denied") => E::NetworkZone { code },
        Some(_) => E::SignInRefused { provider, code },
        None if body.okta().is_some() => E::SignInRefused { provider, code },
        None => E::NotTheProvider {
            provider,
            host: answer.host.clone(),
        },
    }
}
