//! Everything that can go wrong with a provider: one variant per documented situation. What to do about each is in
//! [`ProviderError::advice`].

use std::time::Duration;

use domain::{Provider, Timestamp};

/// The cause of a failed connection, for the log. Never shown to users.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// A failed call, or a configuration that cannot be used. Holds no secret and nobody's personal data.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    // What was entered.
    #[error("{field} is missing")]
    Missing { field: &'static str },
    #[error("{field} {why}")]
    Malformed { field: &'static str, why: &'static str },
    #[error("no cloud {cloud:?} is configured")]
    UnknownCloud { cloud: String },
    /// Not a host we may connect to (C-18).
    #[error("{host:?} is not a host we connect to")]
    HostRefused { host: String },
    /// A key or certificate that cannot be read or used.
    #[error("{field} cannot be used: {why}")]
    Key { field: &'static str, why: &'static str },
    #[error("the certificate expired on {at}")]
    CertificateExpired { at: Timestamp },

    // Reaching the host (C-19).
    #[error("the name {host} cannot be resolved")]
    NameNotFound {
        host: String,
        #[source]
        source: Cause,
    },
    #[error("no connection to {host}")]
    Unreachable {
        host: String,
        #[source]
        source: Cause,
    },
    #[error("no trusted TLS connection to {host}")]
    Tls {
        host: String,
        #[source]
        source: Cause,
    },
    #[error("{host} did not answer in time")]
    Timeout { host: String },
    /// The connection was cut while the answer was read (G-07).
    #[error("the answer of {host} was cut off")]
    CutOff {
        host: String,
        #[source]
        source: Cause,
    },
    #[error("the answer of {host} is larger than {limit} bytes")]
    TooLarge { host: String, limit: usize },
    /// Something else than the provider lives there (C-18).
    #[error("{host} does not answer as {}", provider.label())]
    NotTheProvider { provider: Provider, host: String },
    /// An answer that is not what is documented.
    #[error("{host} answered {status} in a form that is not documented: {what}")]
    Unexpected {
        host: String,
        status: u16,
        what: &'static str,
    },
    /// A next link to another host: never followed (G-01).
    #[error("the next page is on another host: {host}")]
    ForeignLink { host: String },
    #[error("cancelled")]
    Cancelled,
    /// The time for the whole run is over.
    #[error("the time for this run is over")]
    DeadlinePassed,

    // Signing in as the application.
    /// C-01
    #[error("no such tenant ({code})")]
    TenantNotFound { code: String },
    /// C-02
    #[error("the application is unknown there ({code})")]
    AppNotFound { provider: Provider, code: String },
    /// C-03
    #[error("wrong client secret ({code})")]
    WrongSecret { code: String },
    /// C-04
    #[error("the client secret has expired ({code})")]
    ExpiredSecret { code: String },
    /// C-05
    #[error("the application is disabled ({code})")]
    AppDisabled { code: String },
    /// C-06
    #[error("admin consent is missing ({code})")]
    ConsentMissing { code: String },
    /// C-07
    #[error("the tenant is in another cloud ({code})")]
    WrongCloud { code: String },
    /// The provider does not know the key or the certificate that signed.
    #[error("the signature was not accepted ({code})")]
    SignatureRefused { provider: Provider, code: String },
    /// C-19: the provider's clock and ours differ.
    #[error("the signed request is out of its time ({code})")]
    ClockSkew { code: String },
    /// Okta: a scope was asked for that the application has not been granted (C-16).
    #[error("the scope is not granted ({code})")]
    ScopeNotGranted { code: String },
    /// Okta: the proof of possession was not accepted (C-16).
    #[error("the DPoP proof was not accepted ({code})")]
    ProofRefused { code: String },
    /// C-12
    #[error("the API token is not valid ({code})")]
    TokenInvalid { code: String },
    /// Any other refusal of a token, by the provider's code.
    #[error("the provider refused to sign the application in ({code})")]
    SignInRefused { provider: Provider, code: String },

    // Reading.
    /// The token was accepted by nobody, even a fresh one.
    #[error("the provider does not accept its own token ({code})")]
    Unauthorised { provider: Provider, code: String },
    /// C-06, C-09, C-13, C-16: a right is missing.
    #[error("not allowed to read {what} ({code})")]
    PermissionMissing {
        provider: Provider,
        what: Reading,
        code: String,
    },
    /// C-15
    #[error("the provider refuses our network address ({code})")]
    NetworkZone { code: String },
    /// C-11: objects come with type and id only.
    #[error("{what} came without any of their properties")]
    OnlyIds { provider: Provider, what: Reading },
    /// C-10
    #[error("the members of group {group} are hidden")]
    HiddenMembers { group: String },
    #[error("the directory has no {what} {id}")]
    NotFound { what: Reading, id: String },
    #[error("the directory has no attribute {name:?}")]
    AttributeUnknown { name: String },
    /// A page token that is too old (`Directory_ExpiredPageToken`): start the read over.
    #[error("the page token has expired ({code})")]
    PageExpired { code: String },
    /// G-12: the delta token is too old: a full read is needed.
    #[error("the change token has expired ({code})")]
    ChangesExpired { code: String },
    /// C-08, G-06
    #[error("the provider asks us to slow down ({code})")]
    Throttled { code: String, wait: Option<Duration> },
    /// G-07
    #[error("the provider is not available: {status} ({code})")]
    Unavailable { status: u16, code: String },
    /// A feature the org does not have (E0000015), or a call it refuses to everybody.
    #[error("the provider refused the call: {status} ({code})")]
    Refused { status: u16, code: String },
}

/// What was being read, for the advice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    Tenant,
    Users,
    Groups,
    Members,
    Schema,
}

impl std::fmt::Display for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Reading::Tenant => "the organisation",
            Reading::Users => "users",
            Reading::Groups => "groups",
            Reading::Members => "group members",
            Reading::Schema => "the attribute list",
        })
    }
}

impl ProviderError {
    /// Whether the same call may work a little later without anybody doing anything. The client has already been
    /// patient: this is for the job that runs the sync.
    pub const fn is_retryable(&self) -> bool {
        use ProviderError as E;
        matches!(
            self,
            E::NameNotFound { .. }
                | E::Unreachable { .. }
                | E::Timeout { .. }
                | E::CutOff { .. }
                | E::Throttled { .. }
                | E::Unavailable { .. }
                | E::DeadlinePassed
        )
    }

    /// Whether the read must start over from the beginning: an expired page token, or a change token that needs a full
    /// read (G-12). Not an error to the user.
    pub const fn restart_read(&self) -> bool {
        matches!(
            self,
            ProviderError::PageExpired { .. } | ProviderError::ChangesExpired { .. }
        )
    }
}
