//! Okta (provider-apis section 2).

mod domain_name;
mod reader;
mod wire;

pub(crate) use domain_name::may_be_tried;
pub use domain_name::okta_domain;

use domain::Provider;

use crate::auth::{OktaAuth, okta_challenge};
use crate::codes::ErrorBody;
use crate::error::{ProviderError, Reading};
use crate::fetch::{Fetch, unreadable};
use crate::http::{Answer, Call};
use wire::OrgWire;

/// A connection to one org.
pub(crate) struct Okta {
    pub(crate) fetch: Fetch<OktaAuth>,
    /// The org's domain as it was typed, tidied (C-17).
    pub(crate) domain: String,
}

impl Okta {
    /// The org's immutable id. Public, and only Okta answers it like this (C-18, C-22).
    pub(crate) async fn org_id(&self) -> Result<(String, Answer), ProviderError> {
        let call = Call::get("discovery", self.fetch.url(".well-known/okta-organization", ""));
        let answer = self.fetch.transport.send(&call, None).await?;
        if !answer.status.is_success() {
            return Err(ProviderError::NotTheProvider {
                provider: Provider::Okta,
                host: answer.host,
            });
        }
        match serde_json::from_slice::<OrgWire>(&answer.body) {
            Ok(org) if org.id.starts_with("00o") => Ok((org.id, answer)),
            Err(error) if error.is_eof() && !answer.body.is_empty() => Err(unreadable(&answer, &error)),
            _ => Err(ProviderError::NotTheProvider {
                provider: Provider::Okta,
                host: answer.host,
            }),
        }
    }
}

/// A refusal of Okta's API (provider-apis 2.1, 2.2; C-12 to C-16), by its code.
pub(crate) fn refusal(answer: &Answer, what: Reading) -> ProviderError {
    use ProviderError as E;
    let provider = Provider::Okta;
    let body = ErrorBody::parse(&answer.body);
    let status = answer.status.as_u16();
    let challenge = okta_challenge(answer);
    let code = body.shown().unwrap_or_else(|| status.to_string());
    match (status, body.okta().unwrap_or_default()) {
        _ if challenge.contains("invalid_dpop_proof") || challenge.contains("use_dpop_nonce") => {
            E::ProofRefused {
                code: "invalid_dpop_proof".to_owned(),
            }
        }
        _ if challenge.contains("insufficient_scope") => E::PermissionMissing {
            provider,
            what,
            code: "insufficient_scope".to_owned(),
        },
        (_, "E0000011") if challenge.starts_with("Bearer") || challenge.starts_with("DPoP") => {
            E::Unauthorised { provider, code }
        }
        (_, "E0000011" | "E0000004" | "E0000005") => E::TokenInvalid { code },
        (_, "E0000006" | "E0000038") => E::PermissionMissing { provider, what, code },
        (404, _) => E::NotFound {
            what,
            id: String::new(),
        },
        (401, _) => E::Unauthorised { provider, code },
        // C-15: the code of a token restricted to network zones is not documented; every documented 403 is above.
        (403, okta) if okta.starts_with('E') && okta != "E0000015" => E::NetworkZone { code },
        (403, _) => E::PermissionMissing { provider, what, code },
        _ if answer.status.is_redirection() => E::NotTheProvider {
            provider,
            host: answer.host.clone(),
        },
        _ => E::Refused { status, code },
    }
}
