//! The server's configuration: a flag wins over the environment, the environment over the file, the file over the
//! defaults of `usersync.example.toml`. Secrets come from files.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, ValueEnum};
use ipnet::IpNet;
use providers::{Cloud, OktaOrg};
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::Deserialize;
use services::KeyRing;
use services::seal::{KEY_BYTES, SealError};
use url::{Host, Url};

/// The documented default file.
pub const EXAMPLE: &str = include_str!("../usersync.example.toml");

/// What every command takes.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// The configuration file; `usersync config` prints one with every setting explained.
    #[arg(long, global = true, env = "USERSYNC_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database: `sqlite:FILE` or `postgres://USER@HOST/NAME`.
    #[arg(
        long,
        global = true,
        env = "USERSYNC_DATABASE",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// A file that holds the database's address, for addresses with a password in them.
    #[arg(long, global = true, env = "USERSYNC_DATABASE_FILE", value_name = "FILE")]
    pub database_file: Option<PathBuf>,
    /// The address to listen on.
    #[arg(long, global = true, env = "USERSYNC_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// The address people type, such as `https://usersync.example.org`.
    #[arg(long, global = true, env = "USERSYNC_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<Url>,
    /// A reverse proxy (address or network) whose X-Forwarded-For is believed. May be repeated.
    #[arg(
        long,
        global = true,
        env = "USERSYNC_TRUSTED_PROXIES",
        value_name = "NETWORK",
        value_delimiter = ','
    )]
    pub trusted_proxy: Vec<String>,
    /// A key that encrypts secrets at rest, as ID=FILE with 32 bytes in it. May be repeated; the first one encrypts.
    #[arg(
        long,
        global = true,
        env = "USERSYNC_KEY_FILES",
        value_name = "ID=FILE",
        value_delimiter = ','
    )]
    pub key_file: Vec<String>,
    /// Serve /metrics on an address of its own.
    #[arg(
        long,
        global = true,
        env = "USERSYNC_METRICS_LISTEN",
        value_name = "ADDRESS:PORT"
    )]
    pub metrics_listen: Option<SocketAddr>,
    /// Serve /metrics on the main address to whoever has the token in this file.
    #[arg(long, global = true, env = "USERSYNC_METRICS_TOKEN_FILE", value_name = "FILE")]
    pub metrics_token_file: Option<PathBuf>,
    /// Read the browser's files from this folder instead of the ones inside the program.
    #[arg(long, global = true, env = "USERSYNC_SITE_DIR", value_name = "DIR")]
    pub site_dir: Option<PathBuf>,
    /// What is logged: error, warn, info, debug, trace, or per module.
    #[arg(long, global = true, env = "USERSYNC_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How it is logged.
    #[arg(long, global = true, env = "USERSYNC_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<LogFormat>,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// One JSON object a line.
    #[default]
    Json,
    /// For people.
    Text,
}

/// The configuration in force. Its `Debug` shows no secret.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: Url,
    pub trusted_proxies: Vec<IpNet>,
    pub database: SecretString,
    pub max_connections: u32,
    pub migrate_on_start: bool,
    pub workers: usize,
    /// How long the job of a process that died is left alone.
    pub lease: Duration,
    pub sign_ins_per_minute: u32,
    pub log: String,
    pub log_format: LogFormat,
    pub metrics_listen: Option<SocketAddr>,
    pub metrics_token: Option<SecretString>,
    pub site_dir: Option<PathBuf>,
    pub keys: Vec<KeyFile>,
    /// The operator's own clouds, beside the built-in ones.
    pub clouds: Vec<Cloud>,
    pub okta_orgs: Vec<OktaOrg>,
}

/// Where a key is kept.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    pub id: String,
    pub file: PathBuf,
}

/// What is wrong with the configuration, in words for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{what} {} cannot be read", .path.display())]
    Unreadable {
        what: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the configuration file {} is not understood", .path.display())]
    File {
        path: PathBuf,
        #[source]
        source: Box<toml::de::Error>,
    },
    #[error("{setting} {value:?} is not right: {cure}")]
    Value {
        setting: &'static str,
        value: String,
        cure: &'static str,
    },
    #[error(
        "the key file {} of the key {id:?} holds {bytes} bytes; a key has {KEY_BYTES}, raw or in base64: \
         head -c 32 /dev/urandom | base64 > {}", .path.display(), .path.display()
    )]
    KeyLength { id: String, path: PathBuf, bytes: usize },
    #[error("the keys are not right")]
    Keys(#[source] SealError),
}

/// An address in the file.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Address(Url);

impl TryFrom<String> for Address {
    type Error = url::ParseError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Url::parse(&text).map(Self)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<SocketAddr>,
    public_url: Option<Address>,
    trusted_proxies: Option<Vec<String>>,
    database: Option<String>,
    database_file: Option<PathBuf>,
    max_connections: Option<u32>,
    migrate_on_start: Option<bool>,
    workers: Option<usize>,
    lease_seconds: Option<u64>,
    sign_ins_per_minute: Option<u32>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    metrics_listen: Option<SocketAddr>,
    metrics_token_file: Option<PathBuf>,
    site_dir: Option<PathBuf>,
    #[serde(default)]
    keys: Vec<KeyFile>,
    #[serde(default)]
    clouds: Vec<CloudEntry>,
    #[serde(default)]
    okta_orgs: Vec<OktaEntry>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CloudEntry {
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
struct OktaEntry {
    domain: String,
    base: Address,
    ca_file: Option<PathBuf>,
}

impl Config {
    /// Reads the file, if there is one, and puts environment and flags over it (clap has both in `flags`).
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        let defaults = parse(EXAMPLE, Path::new("usersync.example.toml"))?;
        let file = match &flags.config {
            Some(path) => parse(&read("the configuration file", path)?, path)?,
            None => File::default(),
        };
        Self::merge(flags, file, defaults)
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one entry a setting; a split would hide a missing one"
    )]
    fn merge(flags: &Flags, file: File, defaults: File) -> Result<Self, ConfigError> {
        let missing = |setting| ConfigError::Value {
            setting,
            value: String::new(),
            cure: "the documented default is missing",
        };
        let database = database(flags, &file)?
            .or(defaults.database)
            .ok_or_else(|| missing("database"))?;
        let proxies = if flags.trusted_proxy.is_empty() {
            file.trusted_proxies.unwrap_or_default()
        } else {
            flags.trusted_proxy.clone()
        };
        let token_file = flags.metrics_token_file.clone().or(file.metrics_token_file);
        let filled = |flag: Option<&String>, file: Option<String>, default: Option<String>| {
            flag.cloned().or(file).or(default)
        };
        let config = Self {
            listen: flags
                .listen
                .or(file.listen)
                .or(defaults.listen)
                .ok_or_else(|| missing("listen"))?,
            public_url: (flags
                .public_url
                .clone()
                .or(file.public_url.or(defaults.public_url).map(|Address(url)| url)))
            .ok_or_else(|| missing("public_url"))?,
            trusted_proxies: proxies
                .iter()
                .map(|text| network(text))
                .collect::<Result<_, _>>()?,
            database: database.into(),
            max_connections: file
                .max_connections
                .or(defaults.max_connections)
                .unwrap_or(20)
                .max(1),
            migrate_on_start: file
                .migrate_on_start
                .or(defaults.migrate_on_start)
                .unwrap_or(true),
            workers: file.workers.or(defaults.workers).unwrap_or(4).max(1),
            lease: Duration::from_secs(file.lease_seconds.or(defaults.lease_seconds).unwrap_or(30).max(2)),
            sign_ins_per_minute: file
                .sign_ins_per_minute
                .or(defaults.sign_ins_per_minute)
                .unwrap_or(30)
                .max(1),
            log: filled(flags.log.as_ref(), file.log, defaults.log).unwrap_or_else(|| "info".to_owned()),
            log_format: flags
                .log_format
                .or(file.log_format)
                .or(defaults.log_format)
                .unwrap_or_default(),
            metrics_listen: flags.metrics_listen.or(file.metrics_listen),
            metrics_token: token_file
                .map(|path| secret("the metrics token file", &path))
                .transpose()?,
            site_dir: flags.site_dir.clone().or(file.site_dir),
            keys: key_files(flags, file.keys)?,
            clouds: file
                .clouds
                .into_iter()
                .map(CloudEntry::read)
                .collect::<Result<_, _>>()?,
            okta_orgs: file
                .okta_orgs
                .into_iter()
                .map(OktaEntry::read)
                .collect::<Result<_, _>>()?,
        };
        config.check_public_url()?;
        Ok(config)
    }

    /// Whether browsers reach us over TLS, so that the cookie can be `__Host-` and Secure.
    pub fn secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    fn check_public_url(&self) -> Result<(), ConfigError> {
        let wrong = |cure| {
            Err(ConfigError::Value {
                setting: "public_url",
                value: self.public_url.to_string(),
                cure,
            })
        };
        let loopback = match self.public_url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        match self.public_url.scheme() {
            "https" | "http" if self.public_url.path() != "/" => wrong("give the address without a path"),
            "https" => Ok(()),
            "http" if loopback => Ok(()),
            "http" => {
                wrong("use https; plain http is for loopback addresses only, the session would be readable")
            }
            _ => wrong("it must begin with https://"),
        }
    }

    /// Reads the keys from their files.
    pub fn key_ring(&self) -> Result<KeyRing, ConfigError> {
        let keys = self
            .keys
            .iter()
            .map(|key| Ok((key.id.clone(), key.read()?)))
            .collect::<Result<Vec<_>, ConfigError>>()?;
        KeyRing::new(keys).map_err(ConfigError::Keys)
    }

    /// The database's address without its password.
    pub fn database_shown(&self) -> String {
        let url = self.database.expose_secret();
        let scheme = url.split(':').next().unwrap_or_default();
        if scheme == "sqlite" {
            return url.to_owned();
        }
        match Url::parse(url) {
            // A password may also stand in the query, and a stray `/`, `@` or `#` in one shifts the parts.
            Ok(mut parsed) if parsed.fragment().is_none() && !parsed.path().contains('@') => {
                parsed.set_query(None);
                if parsed.password().is_some() && parsed.set_password(Some("hidden")).is_err() {
                    return format!("{scheme}:(hidden)");
                }
                parsed.to_string()
            }
            _ => format!("{scheme}:(hidden)"),
        }
    }
}

impl fmt::Display for Config {
    /// What is in force, without secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |items: Vec<String>| format!("[{}]", items.join(", "));
        writeln!(f, "listen = {:?}", self.listen.to_string())?;
        writeln!(f, "public_url = {:?}", self.public_url.as_str())?;
        let proxies = self
            .trusted_proxies
            .iter()
            .map(|net| format!("{:?}", net.to_string()))
            .collect();
        writeln!(f, "trusted_proxies = {}", list(proxies))?;
        writeln!(f, "database = {:?}", self.database_shown())?;
        writeln!(f, "max_connections = {}", self.max_connections)?;
        writeln!(f, "migrate_on_start = {}", self.migrate_on_start)?;
        writeln!(f, "workers = {}", self.workers)?;
        writeln!(f, "lease_seconds = {}", self.lease.as_secs())?;
        writeln!(f, "sign_ins_per_minute = {}", self.sign_ins_per_minute)?;
        writeln!(f, "log = {:?}", self.log)?;
        writeln!(
            f,
            "log_format = {:?}",
            format!("{:?}", self.log_format).to_lowercase()
        )?;
        if let Some(address) = self.metrics_listen {
            writeln!(f, "metrics_listen = {:?}", address.to_string())?;
        }
        writeln!(
            f,
            "# metrics token: {}",
            if self.metrics_token.is_some() {
                "set"
            } else {
                "none"
            }
        )?;
        if let Some(dir) = &self.site_dir {
            writeln!(f, "site_dir = {:?}", dir.display().to_string())?;
        }
        for key in &self.keys {
            writeln!(
                f,
                "\n[[keys]]\nid = {:?}\nfile = {:?}",
                key.id,
                key.file.display().to_string()
            )?;
        }
        for cloud in &self.clouds {
            let (login, graph) = (cloud.login_base.as_str(), cloud.graph_base.as_str());
            writeln!(f, "\n[[clouds]]\nid = {:?}\nname = {:?}", cloud.id, cloud.name)?;
            writeln!(f, "login = {login:?}\ngraph = {graph:?}")?;
        }
        for org in &self.okta_orgs {
            writeln!(
                f,
                "\n[[okta_orgs]]\ndomain = {:?}\nbase = {:?}",
                org.domain,
                org.base.as_str()
            )?;
        }
        Ok(())
    }
}

impl KeyFile {
    /// The key's bytes: raw, or in base64 with white space around it.
    pub fn read(&self) -> Result<SecretSlice<u8>, ConfigError> {
        let content = std::fs::read(&self.file).map_err(|source| ConfigError::Unreadable {
            what: "the key file",
            path: self.file.clone(),
            source,
        })?;
        let decoded = std::str::from_utf8(&content)
            .ok()
            .and_then(|text| STANDARD.decode(text.trim()).ok());
        let bytes = if content.len() == KEY_BYTES {
            content
        } else {
            decoded.unwrap_or(content)
        };
        if bytes.len() == KEY_BYTES {
            return Ok(bytes.into());
        }
        Err(ConfigError::KeyLength {
            id: self.id.clone(),
            path: self.file.clone(),
            bytes: bytes.len(),
        })
    }
}

impl CloudEntry {
    fn read(self) -> Result<Cloud, ConfigError> {
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
    fn read(self) -> Result<OktaOrg, ConfigError> {
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

fn parse(text: &str, path: &Path) -> Result<File, ConfigError> {
    toml::from_str(text).map_err(|source| ConfigError::File {
        path: path.to_owned(),
        source: Box::new(source),
    })
}

fn read(what: &'static str, path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
        what,
        path: path.to_owned(),
        source,
    })
}

fn secret(what: &'static str, path: &Path) -> Result<SecretString, ConfigError> {
    let text = read(what, path)?;
    let text = text.trim();
    if text.is_empty() {
        return Err(ConfigError::Value {
            setting: what,
            value: path.display().to_string(),
            cure: "the file is empty",
        });
    }
    Ok(text.into())
}

/// Whichever was given at the strongest place; a flag or variable wins over both forms in the file.
fn database(flags: &Flags, file: &File) -> Result<Option<String>, ConfigError> {
    let from = |url: &Option<String>, path: &Option<PathBuf>| match (url, path) {
        (Some(url), _) => Ok(Some(url.clone())),
        (None, Some(path)) => Ok(Some(read("the database address file", path)?.trim().to_owned())),
        (None, None) => Ok(None),
    };
    match from(&flags.database, &flags.database_file)? {
        Some(url) => Ok(Some(url)),
        None => from(&file.database, &file.database_file),
    }
}

fn network(text: &str) -> Result<IpNet, ConfigError> {
    let text = text.trim();
    let address = text.parse::<IpAddr>().map(IpNet::from);
    address.or_else(|_| text.parse()).map_err(|_| ConfigError::Value {
        setting: "trusted_proxies",
        value: text.to_owned(),
        cure: "give an address such as 127.0.0.1 or a network such as 10.0.0.0/8",
    })
}

fn key_files(flags: &Flags, file: Vec<KeyFile>) -> Result<Vec<KeyFile>, ConfigError> {
    if flags.key_file.is_empty() {
        return Ok(file);
    }
    let split = |text: &String| match text.split_once('=') {
        Some((id, path)) if !id.is_empty() && !path.is_empty() => Ok(KeyFile {
            id: id.to_owned(),
            file: PathBuf::from(path),
        }),
        _ => Err(ConfigError::Value {
            setting: "key_file",
            value: text.clone(),
            cure: "write it as ID=FILE, such as 2026=/run/secrets/usersync-key",
        }),
    };
    flags.key_file.iter().map(split).collect()
}

#[cfg(test)]
mod tests;
