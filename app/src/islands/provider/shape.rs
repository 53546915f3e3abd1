//! What a value that was pasted into the wrong field looks like, said at once. The server decides; these only help.

use crate::components::Look;

/// Entra: Directory (tenant) ID.
pub(super) const TENANT: Look = |typed| {
    let typed = typed.trim();
    if typed.is_empty() || is_guid(typed) {
        None
    } else if typed.contains("://") || typed.contains('/') {
        Some(
            "This is an address. Only the Directory (tenant) ID belongs here, or a domain such as contoso.com.",
        )
    } else if typed.contains('@') {
        Some(
            "This is somebody’s address. Only what comes after the @ belongs here, or the Directory (tenant) ID.",
        )
    } else if !typed.contains('.') {
        Some("A Directory (tenant) ID has 36 characters: 8, 4, 4, 4 and 12, with hyphens between.")
    } else {
        None
    }
};

/// Entra: Application (client) ID.
pub(super) const ENTRA_CLIENT: Look = |typed| {
    let typed = typed.trim();
    (!typed.is_empty() && !is_guid(typed))
        .then_some("An Application (client) ID has 36 characters: 8, 4, 4, 4 and 12, with hyphens between.")
};

/// Entra: the value of a client secret. Its id is a GUID, its value never is (C-03).
pub(super) const CLIENT_SECRET: Look = |typed| {
    is_guid(typed.trim()).then_some(
        "This looks like the Secret ID. Copy the Value instead: the column beside it, shown only once.",
    )
};

/// Okta: the org's domain (C-17).
pub(super) const OKTA_DOMAIN: Look = |typed| {
    let typed = typed
        .trim()
        .trim_start_matches("https://")
        .trim_start_matches("http://");
    let host = typed.split('/').next().unwrap_or_default();
    if host.is_empty() {
        None
    } else if host.contains("-admin.okta") {
        Some("This is the address of the Admin Console. We take it without “-admin”.")
    } else if host != typed {
        Some("Only the domain is needed. We leave out what comes after it.")
    } else if !host.contains('.') {
        Some("The whole domain is needed: contoso.okta.com.")
    } else {
        None
    }
};

/// Okta: the client ID of an API Services integration.
pub(super) const OKTA_CLIENT: Look = |typed| {
    let typed = typed.trim();
    (!typed.is_empty() && !typed.starts_with("0oa")).then_some("Client IDs of Okta begin with 0oa.")
};

/// Okta: an API token.
pub(super) const API_TOKEN: Look = |typed| {
    let typed = typed.trim();
    if typed.to_ascii_uppercase().starts_with("SSWS") {
        Some("Only the token itself belongs here, without SSWS before it.")
    } else if typed.starts_with("00T") {
        Some("This looks like the token’s ID. The token itself is shown only once, when it is created.")
    } else {
        None
    }
};

/// A private key.
pub(super) const PRIVATE_KEY: Look = |typed| {
    let typed = typed.trim();
    if typed.is_empty() {
        None
    } else if typed.contains("BEGIN PUBLIC KEY") || typed.contains("BEGIN CERTIFICATE") {
        Some("This is the public half. The private key begins with -----BEGIN PRIVATE KEY-----.")
    } else if typed.contains("ENCRYPTED PRIVATE KEY") {
        Some(
            "This key is locked with a password. Save it without one; it is encrypted when it is stored here.",
        )
    } else if !typed.starts_with("-----BEGIN") && !typed.starts_with('{') {
        Some("A private key begins with -----BEGIN PRIVATE KEY-----. Copy it with its first and last line.")
    } else {
        None
    }
};

/// A certificate.
pub(super) const CERTIFICATE: Look = |typed| {
    let typed = typed.trim();
    if typed.contains("PRIVATE KEY") {
        Some("This is the private key. It belongs into the field below.")
    } else if !typed.is_empty() && !typed.starts_with("-----BEGIN CERTIFICATE") {
        Some("A certificate begins with -----BEGIN CERTIFICATE-----. Copy it with its first and last line.")
    } else {
        None
    }
};

/// 8-4-4-4-12 hexadecimal digits.
fn is_guid(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    parts.iter().map(|part| part.len()).eq([8, 4, 4, 4, 12])
        && parts
            .iter()
            .all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUID: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";

    #[test]
    fn c_03_the_id_of_a_secret_is_not_its_value() {
        assert!(CLIENT_SECRET(GUID).is_some_and(|said| said.contains("Value")));
        assert_eq!(CLIENT_SECRET("abc8Q~x.y_z-0123456789abcdefghijklmnopqr"), None);
        assert_eq!(CLIENT_SECRET(""), None);
    }

    #[test]
    fn a_tenant_is_a_guid_or_a_domain() {
        for fine in ["", GUID, "contoso.com", "contoso.onmicrosoft.com"] {
            assert_eq!(TENANT(fine), None, "{fine:?}");
        }
        for odd in [
            "https://login.example/x",
            "ann@contoso.com",
            "contoso",
            "72f988bf-86f1",
        ] {
            assert!(TENANT(odd).is_some(), "{odd:?}");
        }
    }

    #[test]
    fn c_17_an_okta_domain_is_a_domain() {
        for fine in [
            "",
            "contoso.okta.com",
            "https://contoso.okta.com",
            "login.contoso.com",
        ] {
            assert_eq!(OKTA_DOMAIN(fine), None, "{fine:?}");
        }
        for odd in [
            "https://contoso-admin.okta.com/",
            "contoso.okta.com/app",
            "contoso",
        ] {
            assert!(OKTA_DOMAIN(odd).is_some(), "{odd:?}");
        }
    }

    #[test]
    fn keys_and_certificates_know_each_other() {
        assert!(PRIVATE_KEY("-----BEGIN CERTIFICATE-----").is_some());
        assert!(CERTIFICATE("-----BEGIN PRIVATE KEY-----").is_some());
        assert_eq!(PRIVATE_KEY("-----BEGIN PRIVATE KEY-----\nMII"), None);
        assert_eq!(CERTIFICATE("-----BEGIN CERTIFICATE-----\nMII"), None);
    }

    #[test]
    fn a_token_is_not_its_id_and_has_no_scheme() {
        assert!(API_TOKEN("SSWS 00abc").is_some());
        assert!(API_TOKEN("00Tabc").is_some());
        assert_eq!(API_TOKEN("00QCjAl4MlV-WPXM…"), None);
        assert!(OKTA_CLIENT("abc").is_some());
        assert!(ENTRA_CLIENT("0oa1").is_some());
    }
}
