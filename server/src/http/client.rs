//! The address of the client: the peer's, or what a trusted proxy says of it.

use std::net::{IpAddr, SocketAddr};

use ::http::{Extensions, HeaderMap};
use axum::extract::ConnectInfo;
use ipnet::IpNet;

/// Walks `X-Forwarded-For` from the right for as long as the addresses are trusted proxies; the first one that is
/// not is the client. What stands further left was written by the client and is not believed.
pub fn address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: IpAddr| trusted.iter().any(|network| network.contains(&ip));
    let mut address = peer.to_canonical();
    let hops: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in hops.iter().rev() {
        if !is_trusted(address) {
            break;
        }
        match hop_address(hop) {
            Some(ip) => address = ip.to_canonical(),
            None => break,
        }
    }
    address
}

/// Some proxies write the port, too.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let with_port = || hop.parse::<SocketAddr>().map(|address| address.ip());
    hop.parse().or_else(|_| with_port()).ok()
}

/// The peer of the connection; the unspecified address when a test calls without one.
pub fn peer(extensions: &Extensions) -> IpAddr {
    extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(address)| address.ip())
}

/// What counts as one client: an IPv4 address, or the /64 network that an IPv6 line has.
pub fn bucket(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().expect("a header"));
        let trusted: Vec<IpNet> = trusted
            .iter()
            .map(|net| net.parse().expect("a network"))
            .collect();
        address(peer.parse().expect("an address"), &headers, &trusted).to_string()
    }

    #[test]
    fn forwarded_headers_are_believed_from_trusted_proxies_only() {
        assert_eq!(seen("203.0.113.9", "198.51.100.1", &[]), "203.0.113.9");
        assert_eq!(seen("10.0.0.2", "198.51.100.1", &["10.0.0.0/8"]), "198.51.100.1");
        // The left part was written by the client itself.
        assert_eq!(
            seen("10.0.0.2", "1.1.1.1, 198.51.100.1", &["10.0.0.0/8"]),
            "198.51.100.1"
        );
        assert_eq!(
            seen("10.0.0.2", "198.51.100.1, 10.0.0.3", &["10.0.0.0/8"]),
            "198.51.100.1"
        );
        for with_port in ["198.51.100.1:4711", "198.51.100.1:4711, 10.0.0.3:80"] {
            assert_eq!(seen("10.0.0.2", with_port, &["10.0.0.0/8"]), "198.51.100.1");
        }
        assert_eq!(
            seen("10.0.0.2", "[2001:db8::1]:4711", &["10.0.0.0/8"]),
            "2001:db8::1"
        );
        assert_eq!(seen("10.0.0.2", "nonsense", &["10.0.0.0/8"]), "10.0.0.2");
        assert_eq!(
            seen("::ffff:10.0.0.2", "198.51.100.1", &["10.0.0.0/8"]),
            "198.51.100.1"
        );
    }

    #[test]
    fn an_ipv6_line_is_one_client() {
        let bucket = |text: &str| bucket(text.parse().expect("an address"));
        assert_eq!(bucket("2001:db8:1:2:3:4:5:6"), bucket("2001:db8:1:2::1"));
        assert_ne!(bucket("2001:db8:1:2::1"), bucket("2001:db8:1:3::1"));
    }
}
