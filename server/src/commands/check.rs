//! `usersync check`: what is wrong with the configuration, in plain words.

use domain::text::chain;
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret;
use services::audit::Chain;
use store::Db;

use crate::config::{Config, Flags};
use crate::errors::Failure;
use crate::smtp::Smtp;
use crate::wiring::{self, SystemClock};
use crate::{database as place, logging as logs};

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    Good(String),
    /// Works, but should be known.
    Note(String),
    /// Must be corrected.
    Wrong(String),
}

impl Finding {
    pub fn is_wrong(&self) -> bool {
        matches!(self, Finding::Wrong(_))
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Finding::Good(text) => write!(f, "  ok     {text}"),
            Finding::Note(text) => write!(f, "  note   {text}"),
            Finding::Wrong(text) => write!(f, "  WRONG  {text}"),
        }
    }
}

pub async fn run(flags: &Flags) -> Result<ExitCode, Failure> {
    let findings = findings(flags).await;
    for finding in &findings {
        println!("{finding}");
    }
    let wrong = findings.iter().filter(|finding| finding.is_wrong()).count();
    if wrong == 0 {
        println!("Everything is in order.");
        return Ok(ExitCode::SUCCESS);
    }
    let things = if wrong == 1 {
        "One thing is".to_owned()
    } else {
        format!("{wrong} things are")
    };
    println!("{things} wrong.");
    Ok(ExitCode::FAILURE)
}

/// Looks at everything, as far as it can be looked at.
pub async fn findings(flags: &Flags) -> Vec<Finding> {
    let config = match Config::load(flags) {
        Ok(config) => config,
        Err(error) => return vec![Finding::Wrong(chain(&error))],
    };
    let mut findings = vec![Finding::Good("the configuration is understood".to_owned())];
    findings.extend(addresses(&config));
    findings.push(keys(&config));
    findings.extend(readable_keys(&config));
    findings.extend(logging(&config));
    findings.extend(site(&config));
    findings.push(clouds(&config));
    findings.push(mail(&config).await);
    findings.extend(database(&config).await);
    findings
}

fn addresses(config: &Config) -> Vec<Finding> {
    let url = &config.public_url;
    let mut findings = vec![if config.secure() {
        Finding::Good(format!(
            "the public address {url} uses https; the session cookie is __Host- and Secure"
        ))
    } else {
        Finding::Note(if config.allow_insecure {
            format!(
                "the public address {url} is plain http, which allow_insecure allows: passwords and sessions can be \
                 read on their way"
            )
        } else {
            format!("the public address {url} is plain http: good for this machine only")
        })
    }];
    if config.secure() && config.trusted_proxies.is_empty() {
        findings.push(Finding::Note(
            "trusted_proxies is empty: behind a reverse proxy all clients share one limit of sign-ins"
                .to_owned(),
        ));
    }
    if let Some(finding) = exposed("listen", config.listen, config.secure()) {
        findings.push(finding);
    }
    if let Some(address) = config
        .metrics_listen
        .filter(|address| !address.ip().is_loopback())
    {
        findings.push(Finding::Note(format!(
            "metrics are served on {address} without a password"
        )));
    }
    findings
}

fn exposed(setting: &str, address: SocketAddr, secure: bool) -> Option<Finding> {
    (!address.ip().is_loopback()).then(|| {
        let advice = if secure {
            "make sure only the reverse proxy reaches it"
        } else {
            "anybody can read it"
        };
        Finding::Note(format!(
            "{setting} {address} is open to the network and speaks plain http: {advice}"
        ))
    })
}

fn keys(config: &Config) -> Finding {
    match config.key_ring() {
        Ok(ring) => Finding::Good(format!("{} key(s) can be read; {:?} encrypts", config.keys.len(), ring.current())),
        Err(_) if config.keys.is_empty() => Finding::Wrong(
            "no key is configured: secrets could not be stored. Make one with `head -c 32 /dev/urandom | base64 > \
             usersync.key` and name it under [[keys]] or with --key-file 2026=usersync.key"
                .to_owned(),
        ),
        Err(error) => Finding::Wrong(chain(&error)),
    }
}

fn clouds(config: &Config) -> Finding {
    let mut ids: Vec<&str> = config.clouds.iter().map(|cloud| cloud.id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| pair.first() == pair.last()) {
        return Finding::Wrong("two clouds have the same id".to_owned());
    }
    let own = config.clouds.len();
    let orgs = config.okta_orgs.len();
    Finding::Good(format!(
        "{own} cloud(s) and {orgs} Okta organisation(s) of your own beside the built-in ones"
    ))
}

/// Whether letters can leave.
async fn mail(config: &Config) -> Finding {
    let Some(server) = config.mail.clone() else {
        return Finding::Note(
            "no mail server is configured: notices stay in the console's inbox, and nobody can reset a forgotten password \
             by themselves"
                .to_owned(),
        );
    };
    let name = server.server.to_string();
    let plain = server.plain;
    let smtp = Smtp::new(server, config.public_url.host_str().unwrap_or("localhost"));
    match tokio::time::timeout(PATIENCE, smtp.try_out()).await {
        Ok(Ok(())) if plain => Finding::Note(format!(
            "the mail server {name} answers; the way to it is not encrypted"
        )),
        Ok(Ok(())) => Finding::Good(format!("the mail server {name} answers")),
        Ok(Err(error)) => Finding::Wrong(format!("mail cannot be sent by {name}. {}", error.what)),
        Err(_) => Finding::Wrong(format!(
            "the mail server {name} does not answer within {PATIENCE:?}"
        )),
    }
}

/// A key that others can read is no key.
fn readable_keys(config: &Config) -> Vec<Finding> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let is_open = |path: &PathBuf| {
            path.metadata()
                .is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0)
        };
        let files = config
            .keys
            .iter()
            .map(|key| &key.file)
            .filter(|path| is_open(path));
        files
            .map(|path| {
                let path = path.display();
                Finding::Note(format!(
                    "the key file {path} can be read by others: chmod 600 {path}"
                ))
            })
            .collect()
    }
    #[cfg(not(unix))]
    {
        _ = config;
        Vec::new()
    }
}

fn logging(config: &Config) -> Option<Finding> {
    let error = logs::filter(config).err()?;
    Some(Finding::Wrong(format!(
        "{}. Write error, warn, info, debug or trace; or per module, as in info,providers=debug",
        chain(&error)
    )))
}

fn site(config: &Config) -> Option<Finding> {
    let dir = config.site_dir.as_ref()?;
    (!dir.join("pkg/usersync.js").is_file()).then(|| {
        Finding::Wrong(format!(
            "site_dir {} does not hold the browser's files (pkg/usersync.js): leave site_dir out to use the ones inside \
             the program",
            dir.display()
        ))
    })
}

async fn database(config: &Config) -> Vec<Finding> {
    let shown = config.database_shown();
    // Looking must not make a database.
    if let Some(file) = place::sqlite_file(config.database.expose_secret()) {
        if let Some(obstacle) = place::obstacle(file) {
            return vec![Finding::Wrong(format!(
                "the database {shown} cannot be used: {obstacle}"
            ))];
        }
        if !file.exists() {
            return vec![Finding::Note(format!(
                "the database {shown} is not there yet; the server makes it when it starts"
            ))];
        }
    }
    let reached = Db::reach(config.database.expose_secret());
    let opened = async {
        let failed = |error| Failure::new(format!("the database {shown} cannot be reached"), error);
        reached.await.map_err(failed)?;
        wiring::open(config).await
    };
    let db = match tokio::time::timeout(PATIENCE, opened).await {
        Ok(Ok(db)) => db,
        Ok(Err(failure)) => return vec![Finding::Wrong(chain(&failure))],
        Err(_) => {
            return vec![Finding::Wrong(format!(
                "the database {shown} does not answer within {PATIENCE:?}"
            ))];
        }
    };
    let mut findings = vec![Finding::Good(format!("the database {shown} can be reached"))];
    match db.pending_migrations().await {
        Ok(0) => {
            findings.push(Finding::Good("its schema is up to date".to_owned()));
            findings.extend(nobody(config, &db).await);
            findings.push(audit(config, db.clone()).await);
        }
        Ok(_) if config.migrate_on_start => findings.push(Finding::Note(
            "its schema is not up to date; the server will see to it when it starts".to_owned(),
        )),
        Ok(n) => findings.push(Finding::Wrong(format!(
            "{n} migration(s) are missing: run `usersync migrate`"
        ))),
        Err(error) => findings.push(Finding::Wrong(chain(&error))),
    }
    db.close().await;
    findings
}

/// Says so while nobody can sign in, and how that ends.
async fn nobody(config: &Config, db: &Db) -> Option<Finding> {
    let keys = config.key_ring().ok()?;
    let parties = wiring::build(config, db.clone(), keys, Arc::new(SystemClock));
    match parties.services.first_run().await {
        Ok(false) => None,
        Ok(true) => Some(Finding::Note(format!(
            "nobody can sign in yet: run `usersync create-admin`, or open {}welcome with the set-up code that \
             `usersync serve` prints",
            config.public_url
        ))),
        Err(error) => Some(Finding::Wrong(chain(&error))),
    }
}

async fn audit(config: &Config, db: Db) -> Finding {
    let Ok(keys) = config.key_ring() else {
        return Finding::Note("the audit log is not looked at without keys".to_owned());
    };
    let parties = wiring::build(config, db, keys, Arc::new(SystemClock));
    match parties.services.verify_audit().await {
        Ok(Chain::Whole { rows, .. }) => Finding::Good(format!("the audit log is whole: {rows} rows")),
        Ok(Chain::Broken { seq }) => Finding::Wrong(format!(
            "the audit log was changed behind our back: row {seq} does not follow from the rows before it"
        )),
        Err(error) => Finding::Wrong(chain(&error)),
    }
}
