//! Where we do not go (C-18). A customer can type a host; this server must not become a probe of its own network.
//!
//! The addresses are checked when the connection is made, by the resolver itself: a check beforehand could be fooled by
//! a name that resolves differently the second time.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Resolves names as usual, and leaves out every address that is not public.
#[derive(Debug)]
pub(super) struct PublicOnly;

/// A name that has no public address.
#[derive(Debug, thiserror::Error)]
#[error("the name has no public address")]
pub(super) struct NotPublic;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let all = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = all.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(NotPublic.into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address belongs to a host of the public internet (IANA special-purpose registries, RFC 6890).
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // Addresses that carry an IPv4 address: mapped, NAT64 (RFC 6052), 6to4 (RFC 3056).
    let embedded =
        |high: u16, low: u16| is_public_v4(Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low)));
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return embedded(segments[6], segments[7]);
    }
    if segments[0] == 0x2002 {
        return embedded(segments[1], segments[2]);
    }
    // Only 2000::/3 is global unicast; within it, special blocks such as Teredo and documentation.
    let global = segments[0] & 0xe000 == 0x2000;
    let special = match segments[0] {
        0x2001 => segments[1] < 0x0200 || segments[1] == 0x0db8,
        0x3fff => segments[1] < 0x1000,
        _ => false,
    };
    global && !special
}

/// Whether a host that a customer typed may be tried at all: a domain name that can be public. Literal addresses never
/// reach the resolver, so they are refused here.
pub(crate) fn is_public_name(host: &str) -> bool {
    let Ok(Host::Domain(name)) = Host::parse(host) else {
        return false;
    };
    let name = name.trim_end_matches('.');
    let internal = [
        "localhost",
        "local",
        "internal",
        "intranet",
        "lan",
        "home",
        "corp",
        "test",
        "invalid",
        "onion",
    ];
    let last = name.rsplit('.').next().unwrap_or_default();
    name.contains('.')
        && name.len() <= 253
        && !internal.contains(&last)
        && !name.ends_with(".home.arpa")
        && name.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// Whether two addresses have the same scheme, host and port (G-01).
pub(crate) fn same_origin(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host_str() == other.host_str()
        && one.port_or_known_default() == other.port_or_known_default()
        && other.username().is_empty()
        && other.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_18_private_and_special_addresses_are_not_public() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
            "255.255.255.255",
            "198.18.0.1",
            "192.0.2.1",
            "::",
            "::1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(text.parse().expect("address")), "{text}");
        }
        for text in [
            "8.8.8.8",
            "52.3.4.5",
            "2606:4700::1111",
            "64:ff9b::808:808",
            "::ffff:8.8.8.8",
        ] {
            assert!(is_public(text.parse().expect("address")), "{text}");
        }
    }

    #[test]
    fn c_18_only_names_that_can_be_public_are_tried() {
        for host in [
            "login.contoso.com",
            "contoso.okta.com",
            "xn--bcher-kva.example.com",
        ] {
            assert!(is_public_name(host), "{host}");
        }
        for host in [
            "localhost",
            "db",
            "printer.local",
            "10.0.0.1",
            "[::1]",
            "2130706433",
            "0x7f.1",
            "a..b",
            "metadata.internal",
            "-a.com",
            "",
        ] {
            assert!(!is_public_name(host), "{host}");
        }
    }

    #[test]
    fn g_01_same_origin_compares_scheme_host_and_port() {
        let base = Url::parse("https://graph.microsoft.com").expect("url");
        let ok = |text: &str| same_origin(&base, &Url::parse(text).expect("url"));
        assert!(ok("https://graph.microsoft.com:443/v1.0/users?$skiptoken=x"));
        assert!(!ok("http://graph.microsoft.com/v1.0/users"));
        assert!(!ok("https://graph.microsoft.com:8443/"));
        assert!(!ok("https://graph.microsoft.com.evil.example/"));
        assert!(!ok("https://me@graph.microsoft.com/"));
    }

    #[tokio::test]
    async fn c_18_the_resolver_leaves_out_loopback() {
        let name: Name = "localhost".parse().expect("name");
        assert!(PublicOnly.resolve(name).await.is_err());
    }
}
