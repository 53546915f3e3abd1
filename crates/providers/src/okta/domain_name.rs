//! The org's domain, as people type it (C-17, C-18).

use url::Url;

use crate::error::ProviderError;
use crate::http::is_public_name;

/// The domains Okta gives to its orgs.
const OKTA: [&str; 6] = [
    "okta.com",
    "oktapreview.com",
    "okta-emea.com",
    "okta-gov.com",
    "okta.mil",
    "okta-miltest.com",
];

/// The domain of an org from whatever was pasted: scheme, path, port, capitals and the `-admin` of the admin console
/// are taken away (C-17). A form shows the result. Does not say that the domain may be connected to.
pub fn okta_domain(typed: &str) -> Result<String, ProviderError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(ProviderError::Missing { field: "tenant" });
    }
    let address = if typed.contains("://") {
        typed.to_owned()
    } else {
        format!("https://{typed}")
    };
    let malformed = ProviderError::Malformed {
        field: "tenant",
        why: "is not a domain such as contoso.okta.com",
    };
    let Some(host) = Url::parse(&address)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
    else {
        return Err(malformed);
    };
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    Ok(match host.split_once('.') {
        Some((org, rest)) if OKTA.contains(&rest) => {
            format!("{}.{rest}", org.strip_suffix("-admin").unwrap_or(org))
        }
        Some(_) => host,
        None => return Err(malformed),
    })
}

/// Whether we may try this domain: one of Okta's, or a name that can be public. Its addresses are checked when the
/// connection is made (C-18).
pub(crate) fn may_be_tried(domain: &str) -> bool {
    let of_okta = domain
        .split_once('.')
        .is_some_and(|(org, rest)| !org.is_empty() && OKTA.contains(&rest));
    let bare = OKTA.contains(&domain) || domain == "www.okta.com";
    (of_okta || is_public_name(domain)) && !bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_17_whatever_was_pasted_becomes_the_domain() {
        for typed in [
            "contoso.okta.com",
            " Contoso.okta.com ",
            "https://contoso-admin.okta.com/admin/dashboard?x=1",
            "http://contoso.okta.com:443/",
            "contoso.okta.com.",
            "contoso.okta.com/app/UserHome",
        ] {
            assert_eq!(okta_domain(typed).expect("domain"), "contoso.okta.com", "{typed}");
        }
        assert_eq!(
            okta_domain("https://login.contoso.com/x").expect("domain"),
            "login.contoso.com"
        );
        // Only the admin console's own name is changed, not an org that is called so.
        assert_eq!(
            okta_domain("my-admin.contoso.com").expect("domain"),
            "my-admin.contoso.com"
        );
    }

    #[test]
    fn c_17_what_is_no_domain_is_said_so() {
        assert!(matches!(
            okta_domain("  "),
            Err(ProviderError::Missing { field: "tenant" })
        ));
        for typed in ["contoso", "https://", "con toso.okta.com", "a b"] {
            assert!(
                matches!(okta_domain(typed), Err(ProviderError::Malformed { .. })),
                "{typed}"
            );
        }
    }

    #[test]
    fn c_18_hosts_of_our_own_network_are_not_tried() {
        for domain in [
            "169.254.169.254",
            "localhost.localdomain.local",
            "db.internal",
            "okta.com",
            "10.0.0.1",
            "2130706433.test",
        ] {
            assert!(!may_be_tried(domain), "{domain}");
        }
        for domain in ["contoso.okta.com", "contoso.oktapreview.com", "login.contoso.com"] {
            assert!(may_be_tried(domain), "{domain}");
        }
    }
}
