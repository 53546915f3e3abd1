//! What the operator of the server decides about providers. A customer can choose a cloud, never type a login host.

use std::time::Duration;

use url::Url;

/// A Microsoft cloud (provider-apis 1.9), or one that the operator defined: that is how the demo reaches the
/// simulator.
#[derive(Clone, Debug)]
pub struct Cloud {
    /// Stored in `ProviderValues::cloud`: `global`, `usgov`, `dod`, `china`, or the operator's own.
    pub id: String,
    /// The name on the screen.
    pub name: String,
    /// Where tokens come from: `https://login.microsoftonline.com`.
    pub login_base: Url,
    /// Where Graph is, without the version: `https://graph.microsoft.com`. Also the resource of the token's scope.
    pub graph_base: Url,
    /// An additional certificate authority to trust for this cloud, PEM.
    pub ca_pem: Option<String>,
    /// Whether these hosts may have loopback or private addresses, or plain HTTP. Never true for the built-in clouds.
    pub loopback_allowed: bool,
}

/// An operator-defined mapping of an Okta domain, as a customer types it, to a base address.
#[derive(Clone, Debug)]
pub struct OktaOrg {
    /// `contoso.okta.test`
    pub domain: String,
    pub base: Url,
    /// An additional certificate authority to trust for this org, PEM.
    pub ca_pem: Option<String>,
}

/// The clouds Microsoft documents (C-07, provider-apis 1.9). For China two vendor pages disagree about the login host;
/// the newer one is taken, and an operator can define the other.
pub fn built_in_clouds() -> Vec<Cloud> {
    [
        (
            "global",
            "Microsoft (worldwide, GCC)",
            "https://login.microsoftonline.com",
            "https://graph.microsoft.com",
        ),
        (
            "usgov",
            "US Government L4 (GCC High)",
            "https://login.microsoftonline.us",
            "https://graph.microsoft.us",
        ),
        (
            "dod",
            "US Government L5 (DoD)",
            "https://login.microsoftonline.us",
            "https://dod-graph.microsoft.us",
        ),
        (
            "china",
            "China (21Vianet)",
            "https://login.partner.microsoftonline.cn",
            "https://microsoftgraph.chinacloudapi.cn",
        ),
    ]
    .into_iter()
    .filter_map(|(id, name, login, graph)| {
        Some(Cloud {
            id: id.to_owned(),
            name: name.to_owned(),
            login_base: Url::parse(login).ok()?,
            graph_base: Url::parse(graph).ok()?,
            ca_pem: None,
            loopback_allowed: false,
        })
    })
    .collect()
}

/// How patient and how careful the HTTP client is. The defaults are for production; tests shorten the waits.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Time to a connection.
    pub connect: Duration,
    /// Time for one attempt of one call, its body included.
    pub attempt: Duration,
    /// Time for one call with all its attempts and waits (G-07).
    pub call: Duration,
    /// Attempts per call.
    pub attempts: u32,
    /// The first back-off; doubled for each further attempt. The wait is random between `floor` and that.
    pub backoff: Duration,
    /// No wait is shorter: a 429 without `Retry-After`, or one that always says 1, must not turn into a storm.
    pub floor: Duration,
    /// No single wait is longer; a provider that asks for more fails the call.
    pub longest_wait: Duration,
    /// Bytes of one answer, after decompression.
    pub answer_bytes: usize,
    /// Calls per second of one connection.
    pub per_second: u32,
    /// Calls at the same time of one connection. Okta allows 35 on its free plan (provider-apis 2.6).
    pub concurrent: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            attempt: Duration::from_mins(1),
            call: Duration::from_mins(10),
            attempts: 6,
            backoff: Duration::from_secs(1),
            floor: Duration::from_millis(500),
            longest_wait: Duration::from_mins(5),
            answer_bytes: 32 * 1024 * 1024,
            per_second: 50,
            concurrent: 8,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_07_the_documented_clouds_are_built_in() {
        let clouds: Vec<String> = built_in_clouds()
            .iter()
            .map(|cloud| format!("{} {} {}", cloud.id, cloud.login_base, cloud.graph_base))
            .collect();
        assert_eq!(
            clouds,
            [
                "global https://login.microsoftonline.com/ https://graph.microsoft.com/",
                "usgov https://login.microsoftonline.us/ https://graph.microsoft.us/",
                "dod https://login.microsoftonline.us/ https://dod-graph.microsoft.us/",
                "china https://login.partner.microsoftonline.cn/ https://microsoftgraph.chinacloudapi.cn/",
            ]
        );
        assert!(
            built_in_clouds()
                .iter()
                .all(|cloud| !cloud.loopback_allowed && cloud.ca_pem.is_none())
        );
    }
}
