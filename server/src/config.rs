//! The server's configuration: a flag wins over the environment, the environment over the file, the file over the
//! defaults of `usersync.example.toml`. Secrets come from files.

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

mod file;
mod mail;
mod shown;

pub use mail::MailServer;

use file::{Address, CloudEntry, File, OktaEntry, Socket, parse};

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
    /// Allow plain http beyond this machine, where passwords and sessions can be read on their way.
    #[arg(long, global = true, env = "USERSYNC_ALLOW_INSECURE")]
    pub allow_insecure: bool,
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
    /// The mail server that takes notices and invitations: `smtps://HOST`, or `smtp://HOST` with STARTTLS.
    #[arg(long, global = true, env = "USERSYNC_MAIL_SERVER", value_name = "URL")]
    pub mail_server: Option<Url>,
    /// Who the mail is from, as in `User Sync <usersync@example.org>`.
    #[arg(long, global = true, env = "USERSYNC_MAIL_FROM", value_name = "ADDRESS")]
    pub mail_from: Option<String>,
    /// The name by which the mail server knows us.
    #[arg(long, global = true, env = "USERSYNC_MAIL_USERNAME", value_name = "NAME")]
    pub mail_username: Option<String>,
    /// A file that holds the password for the mail server.
    #[arg(long, global = true, env = "USERSYNC_MAIL_PASSWORD_FILE", value_name = "FILE")]
    pub mail_password_file: Option<PathBuf>,
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
    /// Plain http is served beyond loopback, at the operator's word.
    pub allow_insecure: bool,
    pub trusted_proxies: Vec<IpNet>,
    pub database: SecretString,
    pub max_connections: u32,
    pub migrate_on_start: bool,
    pub workers: usize,
    /// How long the job of a process that died is left alone.
    pub lease: Duration,
    /// Of one client address.
    pub sign_ins_per_minute: u32,
    /// Of all together, in this process.
    pub sign_ins_per_minute_in_all: u32,
    pub log: String,
    pub log_format: LogFormat,
    pub metrics_listen: Option<SocketAddr>,
    pub metrics_token: Option<SecretString>,
    pub site_dir: Option<PathBuf>,
    pub keys: Vec<KeyFile>,
    /// `None`: notices stay in the console's inbox.
    pub mail: Option<MailServer>,
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
    /// The line is shown as it stands there: secrets are in files of their own.
    #[error("the configuration file {} is not understood, {place}: {problem}", .path.display())]
    File {
        path: PathBuf,
        /// The line, as in `line 3 (listn = "...")`.
        place: String,
        problem: String,
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
        let allow_insecure = flags.allow_insecure || file.allow_insecure.unwrap_or(false);
        let config = Self {
            listen: flags
                .listen
                .or(file.listen.or(defaults.listen).map(|Socket(address)| address))
                .ok_or_else(|| missing("listen"))?,
            public_url: (flags
                .public_url
                .clone()
                .or(file.public_url.or(defaults.public_url).map(|Address(url)| url)))
            .ok_or_else(|| missing("public_url"))?,
            allow_insecure,
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
            sign_ins_per_minute_in_all: file
                .sign_ins_per_minute_in_all
                .or(defaults.sign_ins_per_minute_in_all)
                .unwrap_or(600)
                .max(1),
            log: filled(flags.log.as_ref(), file.log, defaults.log).unwrap_or_else(|| "info".to_owned()),
            log_format: flags
                .log_format
                .or(file.log_format)
                .or(defaults.log_format)
                .unwrap_or_default(),
            metrics_listen: (flags.metrics_listen).or(file.metrics_listen.map(|Socket(address)| address)),
            metrics_token: token_file
                .map(|path| secret("the metrics token file", &path))
                .transpose()?,
            site_dir: flags.site_dir.clone().or(file.site_dir),
            keys: key_files(flags, file.keys)?,
            mail: MailServer::read(flags, file.mail, allow_insecure)?,
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
        config.check_database()?;
        config.check_addresses()?;
        Ok(config)
    }

    /// Whether browsers reach us over TLS, so that the cookie can be `__Host-` and Secure.
    pub fn secure(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// An address that is neither SQLite's nor PostgreSQL's is not shown: it may be a password.
    fn check_database(&self) -> Result<(), ConfigError> {
        let url = self.database.expose_secret();
        let known = ["sqlite:", "postgres:", "postgresql:"].map(|scheme| url.strip_prefix(scheme));
        if known
            .into_iter()
            .flatten()
            .any(|rest| !rest.trim_matches('/').is_empty())
        {
            return Ok(());
        }
        Err(ConfigError::Value {
            setting: "database",
            value: url.split_once(':').map_or("", |(scheme, _)| scheme).to_owned(),
            cure: "write sqlite:FILE, as in sqlite:usersync.db, or postgres://USER@HOST/NAME",
        })
    }

    fn check_addresses(&self) -> Result<(), ConfigError> {
        let url = &self.public_url;
        let public_url = |cure| {
            Err(ConfigError::Value {
                setting: "public_url",
                value: url.to_string(),
                cure,
            })
        };
        if !matches!(url.scheme(), "https" | "http") {
            return public_url("it must begin with https://");
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return public_url("give the address without a path, as in https://usersync.example.org");
        }
        if self.secure() || self.allow_insecure {
            return Ok(());
        }
        if !is_loopback(url) {
            return public_url(
                "with plain http, passwords and sessions can be read on their way. Put a reverse proxy with TLS in \
                 front and use https here; where nobody can listen in, say allow_insecure = true",
            );
        }
        if !self.listen.ip().is_loopback() {
            return Err(ConfigError::Value {
                setting: "listen",
                value: self.listen.to_string(),
                cure: "this is open to the network, and with plain http passwords and sessions can be read on their \
                       way. Listen on 127.0.0.1; or put a reverse proxy with TLS in front and give its https address \
                       as public_url; where nobody can listen in, say allow_insecure = true",
            });
        }
        Ok(())
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

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
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
