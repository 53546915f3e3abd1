//! Microsoft Entra ID through Microsoft Graph v1.0 (provider-apis section 1).

mod batch;
mod reader;
mod selection;
mod wire;

use domain::Provider;
use url::Url;

use crate::auth::EntraAuth;
use crate::codes::ErrorBody;
use crate::error::{ProviderError, Reading};
use crate::fetch::Fetch;
use crate::http::{Answer, Call};
use wire::DiscoveryWire;

/// A connection to one tenant.
pub(crate) struct Entra {
    pub(crate) fetch: Fetch<EntraAuth>,
    /// `https://login.microsoftonline.com/{tenant}/v2.0/.well-known/openid-configuration`
    pub(crate) discovery: Url,
    /// As it was typed.
    pub(crate) tenant: String,
}

impl Entra {
    /// The tenant's immutable id, from the issuer of its discovery document: needs no permission, not even a token.
    pub(crate) async fn tenant_id(&self) -> Result<String, ProviderError> {
        let answer = self
            .fetch
            .transport
            .send(&Call::get("discovery", self.discovery.clone()), None)
            .await?;
        if !answer.status.is_success() {
            return Err(crate::auth::entra_token_error(&answer));
        }
        let document: DiscoveryWire = serde_json::from_slice(&answer.body)
            .map_err(|error| crate::fetch::unreadable(&answer, &error))?;
        document
            .issuer
            .split('/')
            .find(|part| uuid::Uuid::try_parse(part).is_ok())
            .map(str::to_ascii_lowercase)
            .ok_or(ProviderError::Unexpected {
                host: answer.host,
                status: answer.status.as_u16(),
                what: "the issuer names no tenant",
            })
    }
}

/// A refusal of Graph (provider-apis 1.2, 1.4). Codes are compared without regard to case: both spellings were seen.
pub(crate) fn refusal(answer: &Answer, what: Reading) -> ProviderError {
    let body = ErrorBody::parse(&answer.body);
    let status = answer.status.as_u16();
    let code = body.shown().unwrap_or_else(|| status.to_string());
    let is = |words: &[&str]| {
        body.graph()
            .iter()
            .any(|found| words.iter().any(|word| word.eq_ignore_ascii_case(found)))
    };
    if status == 410 || is(&["syncStateNotFound", "resyncRequired", "syncStateInvalid"]) {
        return ProviderError::ChangesExpired { code };
    }
    if is(&["Directory_ExpiredPageToken"]) {
        return ProviderError::PageExpired { code };
    }
    let provider = Provider::Entra;
    match status {
        401 => ProviderError::Unauthorised { provider, code },
        403 => ProviderError::PermissionMissing { provider, what, code },
        404 => ProviderError::NotFound {
            what,
            id: String::new(),
        },
        400 => unknown_property(body.graph_message())
            .map_or(ProviderError::Refused { status, code }, |name| {
                ProviderError::AttributeUnknown { name }
            }),
        _ if answer.status.is_redirection() => ProviderError::NotTheProvider {
            provider,
            host: answer.host.clone(),
        },
        _ => ProviderError::Refused { status, code },
    }
}

/// Graph names an unknown property only in its message: "Could not find a property named 'x' on type …".
fn unknown_property(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("property named '")?;
    let (name, _) = rest.split_once('\'')?;
    let plain = name.len() <= 200 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    plain.then(|| name.to_owned())
}
