//! Shape checks of what a customer types about their provider, before anything is sent anywhere (domain 3.1). They
//! correct what is beyond doubt and say what to type otherwise; whether the value is right, only the connection test
//! can tell.

use domain::{FieldError, Provider};

/// Form fields the errors point at.
pub mod form {
    pub const TENANT: &str = "tenant";
    pub const CLIENT_ID: &str = "client_id";
    pub const CLIENT_SECRET: &str = "client_secret";
}

/// Longest host name (RFC 1035 section 2.3.4, without the root dot).
const MAX_HOST: usize = 253;
/// Longest label of a host name (RFC 1035 section 2.3.4).
const MAX_LABEL: usize = 63;
/// Okta's own domains. An org is a name below one of them; its console is the same name with `-admin`.
const OKTA_DOMAINS: &[&str] = &[
    "okta.com",
    "oktapreview.com",
    "okta-emea.com",
    "okta-gov.com",
    "okta.mil",
];
/// Names below them that are no org.
const NOT_AN_ORG: &[&str] = &["www", "login", "developer", "help", "support", "status", "trust"];

/// C-17: the org's domain out of whatever was copied from the address bar: scheme, path and `-admin` go. `Ok` holds
/// the value to store and show.
pub fn normalise_okta_domain(text: &str) -> Result<String, FieldError> {
    let host = host_of(text)?;
    if host.is_empty() {
        return Err(tenant("Type your Okta domain, such as contoso.okta.com."));
    }
    if !host.contains('.') {
        return Err(tenant(format!("Type the whole domain, such as {host}.okta.com.")));
    }
    check_host(&host)?;
    if OKTA_DOMAINS.contains(&host.as_str()) {
        return Err(tenant(format!(
            "Put your organisation's name in front, such as contoso.{host}."
        )));
    }
    let below = OKTA_DOMAINS.iter().find_map(|domain| {
        host.strip_suffix(domain)?
            .strip_suffix('.')
            .map(|name| (name, domain))
    });
    let Some((name, domain)) = below else {
        // A custom domain; whether it is Okta behind it is for the connection test to find out (C-18).
        return Ok(host);
    };
    let name = name.strip_suffix("-admin").unwrap_or(name);
    if NOT_AN_ORG.contains(&name) {
        return Err(tenant(format!(
            "{name}.{domain} is one of Okta's own pages. Type the domain you sign in at, such as contoso.{domain}."
        )));
    }
    Ok(format!("{name}.{domain}"))
}

/// The tenant ID (a GUID) or one of the tenant's domains. `Ok` holds the value to store and show.
pub fn check_entra_tenant(text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    if let Some(guid) = guid(text) {
        return Ok(guid);
    }
    if text.is_empty() {
        return Err(tenant(
            "Type the Directory (tenant) ID from the overview of your app registration.",
        ));
    }
    if let Some((_, domain)) = text.rsplit_once('@') {
        return Err(tenant(format!(
            "This is an e-mail address. Type the Directory (tenant) ID, or only the domain {domain}."
        )));
    }
    if text.contains('/') {
        return Err(tenant("This is an address. Type only the Directory (tenant) ID."));
    }
    let domain = text.to_lowercase();
    if matches!(domain.as_str(), "common" | "organizations" | "consumers") {
        return Err(tenant(format!(
            "\u{201c}{domain}\u{201d} stands for any organisation. Type the Directory (tenant) ID of yours."
        )));
    }
    if !domain.contains('.') {
        return Err(tenant(
            "A tenant ID has 32 letters and digits, such as 1f0e2d3c-0000-0000-0000-000000000000.",
        ));
    }
    check_host(&domain)?;
    Ok(domain)
}

/// The application (client) ID. `Ok` holds the value to store and show.
pub fn check_client_id(provider: Provider, text: &str) -> Result<String, FieldError> {
    let text = text.trim();
    match provider {
        Provider::Entra => guid(text).ok_or_else(|| {
            client_id(if text.is_empty() {
                "Type the Application (client) ID from the overview of your app registration."
            } else {
                "An Application (client) ID has 32 letters and digits, such as \
                 6a5b4c3d-0000-0000-0000-000000000000. It stands in the overview of your app registration."
            })
        }),
        Provider::Okta if text.is_empty() => Err(client_id(
            "Type the Client ID from the General tab of your API service app.",
        )),
        Provider::Okta if text.len() <= 100 && text.bytes().all(|b| b.is_ascii_alphanumeric()) => {
            Ok(text.to_owned())
        }
        Provider::Okta => Err(client_id(
            "A Client ID has letters and digits only, such as 0oa1b2c3d4e5f6g7h8i9.",
        )),
    }
}

/// Entra's client secret: not empty, and not the secret's ID, which is the common mistake (C-03).
pub fn check_client_secret(text: &str) -> Result<(), FieldError> {
    let message = if text.trim().is_empty() {
        "Paste the secret's value."
    } else if looks_like_secret_id(text) {
        "This looks like the Secret ID. Paste the Value beside it; Entra shows it only once, so make a new secret if it is hidden."
    } else {
        return Ok(());
    };
    Err(error(form::CLIENT_SECRET, message))
}

/// Whether this is a GUID: Entra shows the ID of a secret beside its value, and values are never GUIDs (C-03).
pub fn looks_like_secret_id(text: &str) -> bool {
    guid(text).is_some()
}

/// A GUID in the form 8-4-4-4-12, braces and case ignored, in lower case.
fn guid(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
        .unwrap_or(text);
    let groups: Vec<&str> = text.split('-').collect();
    let lengths = groups.iter().map(|group| group.len());
    let hex = groups
        .iter()
        .all(|group| group.bytes().all(|b| b.is_ascii_hexdigit()));
    (lengths.eq([8, 4, 4, 4, 12]) && hex).then(|| text.to_ascii_lowercase())
}

/// Host of an address or of a bare domain, in lower case. A port other than HTTPS's own is refused, not dropped: it
/// would be another server.
fn host_of(text: &str) -> Result<String, FieldError> {
    let text = text.trim().to_lowercase();
    let text = text.split_once("://").map_or(text.as_str(), |(_, rest)| rest);
    let text = text.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    if text.contains('@') {
        return Err(tenant(
            "This is an e-mail address. Type your Okta domain, such as contoso.okta.com.",
        ));
    }
    let host = match text.split_once(':') {
        None | Some((_, "443")) => text.trim_end_matches(":443"),
        Some(_) => {
            return Err(tenant(
                "Type the domain without a port, such as contoso.okta.com.",
            ));
        }
    };
    Ok(host.trim_end_matches('.').to_owned())
}

/// Letters, digits and hyphens in labels (RFC 1123 section 2.1); names, never addresses (C-18).
fn check_host(host: &str) -> Result<(), FieldError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    if let Some(bad) = host.chars().find(|c| !allowed(*c)) {
        let bad = bad.escape_debug();
        return Err(tenant(format!(
            "A domain has letters, digits, hyphens and dots only; here is \u{201c}{bad}\u{201d}."
        )));
    }
    let label = |label: &str| {
        (1..=MAX_LABEL).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let ends_in_name = host
        .rsplit('.')
        .next()
        .is_some_and(|last| last.bytes().any(|b| b.is_ascii_alphabetic()));
    if host.len() > MAX_HOST || !host.split('.').all(label) || !ends_in_name {
        return Err(tenant(
            "This is not a domain name. Type it as in contoso.okta.com or contoso.com.",
        ));
    }
    Ok(())
}

fn tenant(message: impl Into<String>) -> FieldError {
    error(form::TENANT, message)
}

fn client_id(message: impl Into<String>) -> FieldError {
    error(form::CLIENT_ID, message)
}

fn error(field: &str, message: impl Into<String>) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: message.into(),
    }
}

#[cfg(test)]
mod tests;
