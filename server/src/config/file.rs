//! The configuration file as it is written.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use providers::{Cloud, OktaOrg};
use serde::Deserialize;
use url::Url;

use super::mail::MailEntry;
use super::{ConfigError, KeyFile, LogFormat, read};

/// An address in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Address(pub(super) Url);

impl TryFrom<String> for Address {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let cure = "write a whole address, as in https://usersync.example.org";
        Url::parse(&text)
            .map(Self)
            .map_err(|error| format!("{error}; {cure}"))
    }
}

/// An address to listen on in the file.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Socket(pub(super) SocketAddr);

impl TryFrom<String> for Socket {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let cure = "write an IP address and a port, as in 127.0.0.1:3000";
        text.parse().map(Self).map_err(|_| cure)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) listen: Option<Socket>,
    pub(super) public_url: Option<Address>,
    pub(super) allow_insecure: Option<bool>,
    pub(super) trusted_proxies: Option<Vec<String>>,
    pub(super) database: Option<String>,
    pub(super) database_file: Option<PathBuf>,
    pub(super) max_connections: Option<u32>,
    pub(super) migrate_on_start: Option<bool>,
    pub(super) workers: Option<usize>,
    pub(super) lease_seconds: Option<u64>,
    pub(super) sign_ins_per_minute: Option<u32>,
    pub(super) sign_ins_per_minute_in_all: Option<u32>,
    pub(super) log: Option<String>,
    pub(super) log_format: Option<LogFormat>,
    pub(super) metrics_listen: Option<Socket>,
    pub(super) metrics_token_file: Option<PathBuf>,
    pub(super) site_dir: Option<PathBuf>,
    pub(super) mail: Option<MailEntry>,
    #[serde(default)]
    pub(super) keys: Vec<KeyFile>,
    #[serde(default)]
    pub(super) clouds: Vec<CloudEntry>,
    #[serde(default)]
    pub(super) okta_orgs: Vec<OktaEntry>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CloudEntry {
    id: String,
    name: String,
    login: Address,
    graph: Address,
    ca_file: Option<PathBuf>,
    #[serde(default)]
    private_addresses: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OktaEntry {
    domain: String,
    base: Address,
    ca_file: Option<PathBuf>,
}

impl CloudEntry {
    pub(super) fn read(self) -> Result<Cloud, ConfigError> {
        let taken = providers::built_in_clouds()
            .iter()
            .any(|cloud| cloud.id == self.id);
        if taken || self.id.is_empty() {
            let cure = "choose an id that is not empty and not one of the built-in clouds";
            return Err(ConfigError::Value {
                setting: "clouds.id",
                value: self.id,
                cure,
            });
        }
        for Address(url) in [&self.login, &self.graph] {
            if url.scheme() != "https" && !(self.private_addresses && url.scheme() == "http") {
                let cure = "use https, or say private_addresses = true for a laboratory";
                return Err(ConfigError::Value {
                    setting: "clouds",
                    value: url.to_string(),
                    cure,
                });
            }
        }
        Ok(Cloud {
            id: self.id,
            name: self.name,
            login_base: self.login.0,
            graph_base: self.graph.0,
            ca_pem: self
                .ca_file
                .as_deref()
                .map(|path| read("the CA file", path))
                .transpose()?,
            loopback_allowed: self.private_addresses,
        })
    }
}

impl OktaEntry {
    pub(super) fn read(self) -> Result<OktaOrg, ConfigError> {
        let ca_pem = self
            .ca_file
            .as_deref()
            .map(|path| read("the CA file", path))
            .transpose()?;
        Ok(OktaOrg {
            domain: self.domain,
            base: self.base.0,
            ca_pem,
        })
    }
}

pub(super) fn parse(text: &str, path: &Path) -> Result<File, ConfigError> {
    toml::from_str(text).map_err(|error: toml::de::Error| ConfigError::File {
        path: path.to_owned(),
        place: place(text, error.span().map_or(0, |span| span.start)),
        problem: error.message().trim().replace('\n', "; "),
    })
}

/// The number of the line and, unless it holds an address with a password in it, what stands there.
fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let number = before.matches('\n').count() + 1;
    match text.lines().nth(number - 1).map(str::trim) {
        Some(line) if !line.is_empty() && !line.contains('@') => format!("line {number} ({line})"),
        _ => format!("line {number}"),
    }
}
