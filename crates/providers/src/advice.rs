//! What to tell a person about a provider's error: which field to correct, which permission to grant. One exhaustive
//! match, so that a new variant cannot be forgotten.

use domain::Provider;
use domain::connection::Advice;

use crate::{ProviderError, Reading};

/// The host of a cloud that this server's name service does not know (C-19). Nobody has typed it, so it is no matter of
/// spelling.
pub(crate) fn cloud_not_found(host: &str) -> Advice {
    say(
        &format!("This server does not find {host}."),
        "Its name service does not know the host of the chosen cloud. Ask whoever runs the server to allow names and \
         HTTPS of the internet, or choose the cloud your organisation is in.",
    )
    .field("cloud")
}

impl ProviderError {
    /// The advice for the screen (domain 3.1). Names no person and no secret.
    pub fn advice(&self) -> Advice {
        use ProviderError as E;
        match self {
            E::Missing { .. }
            | E::Malformed { .. }
            | E::UnknownCloud { .. }
            | E::HostRefused { .. }
            | E::Key { .. }
            | E::CertificateExpired { .. } => self.entered(),
            E::NameNotFound { .. }
            | E::Unreachable { .. }
            | E::Tls { .. }
            | E::Timeout { .. }
            | E::CutOff { .. }
            | E::TooLarge { .. }
            | E::NotTheProvider { .. }
            | E::Unexpected { .. }
            | E::ForeignLink { .. }
            | E::Cancelled
            | E::DeadlinePassed => self.reaching(),
            E::TenantNotFound { .. }
            | E::AppNotFound { .. }
            | E::AppDisabled { .. }
            | E::WrongCloud { .. } => self.naming(),
            E::WrongSecret { .. } | E::ExpiredSecret { .. } | E::ConsentMissing { .. } => self.signing_in(),
            E::SignatureRefused { .. }
            | E::ClockSkew { .. }
            | E::ScopeNotGranted { .. }
            | E::ProofRefused { .. }
            | E::TokenInvalid { .. }
            | E::SignInRefused { .. } => self.proving(),
            E::Unauthorised { .. }
            | E::PermissionMissing { .. }
            | E::NetworkZone { .. }
            | E::OnlyIds { .. }
            | E::HiddenMembers { .. }
            | E::NotFound { .. }
            | E::AttributeUnknown { .. } => self.reading(),
            E::PageExpired { .. }
            | E::ChangesExpired { .. }
            | E::Throttled { .. }
            | E::Unavailable { .. }
            | E::Refused { .. } => self.waiting(),
        }
    }

    /// Mistakes in what was typed or pasted.
    fn entered(&self) -> Advice {
        use ProviderError as E;
        match self {
            E::Missing { field } => {
                let label = label(field);
                say(&format!("{label} is missing."), &format!("Enter the {}.", lower(label))).field(field)
            }
            E::Malformed { field, why } => say(
                &format!("{} {why}.", label(field)),
                "Correct it; copying it from the provider's page is safest.",
            )
            .field(field),
            E::UnknownCloud { .. } => say("This cloud is not offered here.", "Choose one of the list.").field("cloud"),
            E::HostRefused { host } => say(
                &format!("{host} is not an address we connect to."),
                "Enter the domain of your Okta organisation, such as contoso.okta.com, or your organisation's public \
                 custom domain for Okta.",
            )
            .field("tenant"),
            E::Key { field, why } => say(
                &format!("The {} cannot be used: {why}.", lower(label(field))),
                "Paste the whole text of the PEM file, from the BEGIN line to the END line, without a password.",
            )
            .field(field),
            E::CertificateExpired { at } => say(
                &format!("The certificate expired on {}.", at.format("%-d %B %Y")),
                "Create a new certificate, upload its public part under App registrations, Certificates & secrets, \
                 and paste both parts here.",
            )
            .field("certificate"),
            other => unclassified(other),
        }
    }

    /// The way to the host and back (C-19).
    fn reaching(&self) -> Advice {
        use ProviderError as E;
        match self {
            E::NameNotFound { host, .. } => say(
                &format!("There is no host called {host}."),
                "Check the spelling. If it is right, the name service of this server does not know it: ask whoever runs \
                 the server.",
            )
            .field("tenant"),
            E::Unreachable { host, .. } => say(
                &format!("{host} cannot be reached from this server."),
                "A firewall or a proxy may be in the way. Ask whoever runs the server to allow HTTPS to this host.",
            ),
            E::Tls { host, .. } => say(
                &format!("The connection to {host} is not secure: its certificate is not trusted."),
                "A proxy that opens encrypted connections may be in the way, or this server's clock or list of \
                 certificate authorities is out of date. Ask whoever runs the server.",
            ),
            E::Timeout { host } => say(&format!("{host} did not answer in time."), "Try again in a few minutes."),
            E::CutOff { host, .. } => say(
                &format!("The connection to {host} was cut while reading."),
                "Try again. Nothing was changed.",
            ),
            E::TooLarge { host, .. } | E::Unexpected { host, .. } | E::ForeignLink { host } => say(
                &format!("{host} sent an answer that does not fit what is documented."),
                "Nothing was changed. If it happens again, tell us: it is recorded in the server's log.",
            ),
            E::NotTheProvider { provider, host } => say(
                &format!("{host} does not answer as {}.", provider.label()),
                "Check the domain. For Okta it is the address of the sign-in page, without -admin.",
            )
            .field("tenant"),
            E::Cancelled => say("Cancelled.", "Start again when you are ready. Nothing was changed."),
            E::DeadlinePassed => say(
                "The time allowed for a run was over.",
                "Nothing was changed. The next run starts over; if it happens again, tell us.",
            ),
            other => unclassified(other),
        }
    }

    /// Who we say we are: tenant and application.
    fn naming(&self) -> Advice {
        use ProviderError as E;
        match self {
            E::TenantNotFound { code } => say(
                "There is no such tenant.",
                "Copy the Tenant ID from Microsoft Entra admin center, Overview. If it is right, the tenant may be in \
                 another cloud: choose it in the list.",
            )
            .field("tenant")
            .code(code),
            E::AppNotFound {
                provider: Provider::Entra,
                code,
            } => say(
                "This tenant does not know the application.",
                "Either the application (client) ID is wrong: copy it from App registrations, Overview. Or the \
                 application was registered in another tenant, or an administrator has not granted it consent in this \
                 one yet.",
            )
            .field("client_id")
            .code(code),
            E::AppNotFound {
                provider: Provider::Okta,
                code,
            } => say(
                "Okta does not know this client ID, or the application is not active.",
                "Copy the Client ID from Applications, your API Services application, General. The application must be \
                 active and use \"Public key / Private key\".",
            )
            .field("client_id")
            .code(code),
            E::AppDisabled { code } => say(
                "The application is disabled in this tenant.",
                "In Enterprise applications, open the application, Properties, and set \"Enabled for users to sign in\" \
                 to Yes.",
            )
            .field("client_id")
            .code(code),
            E::WrongCloud { code } => say(
                "The tenant is in another Microsoft cloud.",
                "Choose the right cloud: US Government and China have their own.",
            )
            .field("cloud")
            .code(code),
            other => unclassified(other),
        }
    }

    /// Whether we may: secret and consent.
    fn signing_in(&self) -> Advice {
        use ProviderError as E;
        match self {
            E::WrongSecret { code } => say(
                "The client secret is wrong.",
                "Enter the secret's Value, not its Secret ID. The value is shown only once: if it is lost, add a new \
                 client secret under Certificates & secrets.",
            )
            .field("client_secret")
            .code(code),
            E::ExpiredSecret { code } => say(
                "The client secret has expired.",
                "In App registrations, Certificates & secrets, choose New client secret, copy its Value at once, enter \
                 it here with its expiry date.",
            )
            .field("client_secret")
            .code(code),
            E::ConsentMissing { code } => say(
                "An administrator has not granted consent to the application.",
                "In App registrations, API permissions, add the application permissions User.Read.All and \
                 GroupMember.Read.All for Microsoft Graph and choose \"Grant admin consent\".",
            )
            .permission("User.Read.All GroupMember.Read.All")
            .code(code),
            other => unclassified(other),
        }
    }

    /// How we prove it: signatures, scopes, tokens.
    fn proving(&self) -> Advice {
        use ProviderError as E;
        match self {
            E::SignatureRefused {
                provider: Provider::Entra,
                code,
            } => say(
                "Entra does not know the certificate that signed the request.",
                "Upload the public part of exactly this certificate under App registrations, Certificates & secrets, \
                 Certificates.",
            )
            .field("certificate")
            .code(code),
            E::SignatureRefused {
                provider: Provider::Okta,
                code,
            } => say(
                "Okta does not accept the signature.",
                "The private key must belong to a public key of this application (General, Public keys) that is active. \
                 If it has several, enter the key ID too.",
            )
            .field("private_key")
            .code(code),
            E::ClockSkew { code } => say(
                "The provider says that our request is too old or from the future.",
                "The clock of this server is probably wrong. Ask whoever runs the server.",
            )
            .code(code),
            E::ScopeNotGranted { code } => say(
                "The application has not been granted the scopes it needs.",
                "Under Applications, your application, Okta API Scopes, grant okta.users.read and okta.groups.read.",
            )
            .permission("okta.users.read okta.groups.read")
            .code(code),
            E::ProofRefused { code } => say(
                "Okta did not accept our proof of possession (DPoP).",
                "Check the domain: it must be the organisation's own address. If it is right, the clock of this server \
                 may be wrong.",
            )
            .field("tenant")
            .code(code),
            E::TokenInvalid { code } => say(
                "The API token is not valid.",
                "Tokens die after 30 days without use, and when the administrator who created them is deactivated. \
                 Create a new one under Security, API, Tokens.",
            )
            .field("api_token")
            .code(code),
            E::SignInRefused { provider, code } => say(
                &format!("{} refused to sign the application in.", provider.label()),
                &format!("Look up the code {code} in the provider's documentation, and check every field of the form."),
            )
            .code(code),
            other => unclassified(other),
        }
    }

    /// What may be read.
    fn reading(&self) -> Advice {
        use ProviderError as E;
        match self {
            E::Unauthorised { provider, code } => say(
                &format!("{} does not accept the token it has just issued.", provider.label()),
                "Check that cloud and tenant belong together, then try again.",
            )
            .code(code),
            E::PermissionMissing { provider, what, code } => missing(*provider, *what).code(code),
            E::NetworkZone { code } => say(
                "Okta refuses calls from this server's network address.",
                "The API token is restricted to network zones. Add this server's outgoing address to the zone under \
                 Security, Networks, or lift the restriction under Security, API, Tokens.",
            )
            .field("api_token")
            .code(code),
            E::OnlyIds { provider, what } => {
                let mut advice = missing(*provider, *what);
                advice.problem = format!("The directory sent {what} without their properties: a permission is missing.");
                advice
            }
            E::HiddenMembers { .. } => say(
                "The members of this group are hidden, so it looks empty.",
                "Grant the application permission Member.Read.Hidden, or choose another group.",
            )
            .permission("Member.Read.Hidden"),
            E::NotFound { what, .. } => say(
                &format!("The directory no longer has what was asked for ({what})."),
                "Choose it again; it may have been deleted or created anew.",
            ),
            E::AttributeUnknown { name } => say(
                &format!("The directory has no attribute called {name}."),
                "Correct the data mapping: choose an attribute of the list.",
            )
            .field("mapping"),
            other => unclassified(other),
        }
    }

    /// What time heals, and the rest.
    fn waiting(&self) -> Advice {
        use ProviderError as E;
        match self {
            E::PageExpired { code } | E::ChangesExpired { code } => say(
                "The provider has forgotten where the last read stopped.",
                "Nothing to do: the next run reads everything again.",
            )
            .code(code),
            E::Throttled { code, .. } => say(
                "The provider asks us to slow down.",
                "Nothing is wrong with the configuration. Try again in a few minutes.",
            )
            .code(code),
            E::Unavailable { code, .. } => say(
                "The provider is not available at the moment.",
                "Nothing is wrong with the configuration. Try again later; the provider's status page may say more.",
            )
            .code(code),
            E::Refused { status, code } => say(
                &format!("The provider refused the call ({status})."),
                &format!("Look up the code {code} in the provider's documentation."),
            )
            .code(code),
            other => unclassified(other),
        }
    }
}

/// The permission that is missing for a kind of read.
fn missing(provider: Provider, what: Reading) -> Advice {
    let problem = format!("The application may not read {what}.");
    match provider {
        Provider::Entra => {
            let permission = match what {
                Reading::Tenant => "Organization.Read.All",
                Reading::Users | Reading::Schema => "User.Read.All",
                Reading::Groups | Reading::Members => "GroupMember.Read.All",
            };
            say(
                &problem,
                &format!(
                    "In App registrations, API permissions, add the application permission {permission} for Microsoft \
                     Graph and choose \"Grant admin consent\". It can take a few minutes to work."
                ),
            )
            .permission(permission)
        }
        Provider::Okta => {
            let scope = match what {
                Reading::Users => "okta.users.read",
                Reading::Groups | Reading::Members => "okta.groups.read",
                Reading::Schema => "okta.schemas.read",
                Reading::Tenant => "okta.orgs.read",
            };
            say(
                &problem,
                &format!(
                    "A service application needs the scope {scope} (Okta API Scopes) and an admin role that may see \
                     them (Admin roles), such as Read-only Administrator. An API token has the role of the person who \
                     created it, and changes with it."
                ),
            )
            .permission(scope)
        }
    }
}

/// The words on the form for a field.
fn label(field: &str) -> &'static str {
    match field {
        "tenant" => "Tenant or domain",
        "client_id" => "Application (client) ID",
        "client_secret" => "Client secret",
        "certificate" => "Certificate",
        "private_key" => "Private key",
        "api_token" => "API token",
        "cloud" => "Cloud",
        "key_id" => "Key ID",
        _ => "Value",
    }
}

/// For the middle of a sentence, except names that are written in capitals.
fn lower(label: &str) -> String {
    if label.starts_with("API") {
        return label.to_owned();
    }
    let mut chars = label.chars();
    chars
        .next()
        .map(|first| first.to_lowercase().chain(chars).collect())
        .unwrap_or_default()
}

/// A variant that reached the wrong group: still a sentence, never a panic.
fn unclassified(error: &ProviderError) -> Advice {
    say(
        &format!("The connection failed: {error}."),
        "Try again; if it happens again, tell us.",
    )
}

fn say(problem: &str, cure: &str) -> Advice {
    Advice {
        problem: problem.to_owned(),
        cure: cure.to_owned(),
        field: None,
        permission: None,
        code: None,
    }
}

/// Small words to build an [`Advice`] with.
trait With {
    fn field(self, field: &str) -> Self;
    fn permission(self, permission: &str) -> Self;
    fn code(self, code: &str) -> Self;
}

impl With for Advice {
    fn field(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }
    fn permission(mut self, permission: &str) -> Self {
        self.permission = Some(permission.to_owned());
        self
    }
    fn code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }
}
