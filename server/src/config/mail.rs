//! The mail server: how letters leave.

use std::net::IpAddr;
use std::path::PathBuf;

use lettre::message::Mailbox;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

use super::file::Address;
use super::{ConfigError, Flags, secret};

/// The table `[mail]` of the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MailEntry {
    server: Option<Address>,
    from: Option<String>,
    username: Option<String>,
    password_file: Option<PathBuf>,
}

/// A mail server that takes our letters.
#[derive(Clone, Debug)]
pub struct MailServer {
    /// `smtps://host:465`, or `smtp://host:587` with STARTTLS.
    pub server: Url,
    pub from: Mailbox,
    /// Name and password, where the server asks for them.
    pub credentials: Option<(String, SecretString)>,
    /// Without TLS: a server on this machine, or at the operator's word (`allow_insecure`).
    pub plain: bool,
}

impl MailServer {
    /// Reads flags over the file; `None` when no server is named.
    pub(super) fn read(
        flags: &Flags,
        file: Option<MailEntry>,
        allow_insecure: bool,
    ) -> Result<Option<Self>, ConfigError> {
        let file = file.unwrap_or_default();
        let server = flags.mail_server.clone().or(file.server.map(|Address(url)| url));
        let from = flags.mail_from.clone().or(file.from);
        let username = flags.mail_username.clone().or(file.username);
        let password_file = flags.mail_password_file.clone().or(file.password_file);
        let Some(server) = server else {
            return if from.is_some() || username.is_some() || password_file.is_some() {
                Err(wrong(
                    "mail.server",
                    String::new(),
                    "name the mail server, too, as in smtps://smtp.example.org",
                ))
            } else {
                Ok(None)
            };
        };
        check_server(&server)?;
        let cure = "write it as an address, as in User Sync <usersync@example.org>";
        let from = from.ok_or_else(|| wrong("mail.from", String::new(), cure))?;
        let from: Mailbox = from.parse().map_err(|_| wrong("mail.from", from, cure))?;
        let credentials = match (username, password_file) {
            (Some(username), Some(path)) => Some((username, secret("the mail password file", &path)?)),
            (None, None) => None,
            (Some(username), None) => {
                return Err(wrong("mail.username", username, "give mail.password_file, too"));
            }
            (None, Some(path)) => {
                let shown = path.display().to_string();
                return Err(wrong("mail.password_file", shown, "give mail.username, too"));
            }
        };
        let plain = server.scheme() == "smtp" && (stays_here(&server) || allow_insecure);
        Ok(Some(Self {
            server,
            from,
            credentials,
            plain,
        }))
    }
}

/// Whether the server is on this machine. In addresses that are not of the web, `url` takes every host for a name.
fn stays_here(server: &Url) -> bool {
    let host = server.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let is_loopback = bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    is_loopback || host == "localhost"
}

fn check_server(server: &Url) -> Result<(), ConfigError> {
    // A password in the address is not shown.
    let mut shown = server.clone();
    let hidden = shown.set_password(None).and_then(|()| shown.set_username(""));
    let shown = if hidden.is_ok() {
        shown.to_string()
    } else {
        server.scheme().to_owned()
    };
    let named = matches!(server.scheme(), "smtps" | "smtp") && server.host().is_some();
    let cure = "write smtps://HOST (TLS, port 465) or smtp://HOST (STARTTLS, port 587)";
    if !named || !matches!(server.path(), "" | "/") || server.query().is_some() {
        return Err(wrong("mail.server", shown, cure));
    }
    if !server.username().is_empty() || server.password().is_some() {
        let cure =
            "name and password do not belong into the address: use mail.username and mail.password_file";
        return Err(wrong("mail.server", shown, cure));
    }
    Ok(())
}

fn wrong(setting: &'static str, value: String, cure: &'static str) -> ConfigError {
    ConfigError::Value { setting, value, cure }
}
