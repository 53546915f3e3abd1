//! `usersync demo`: simulated providers and a console with people in it, in one process. Started again it finds its
//! data, its ports and its credentials again.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use providers::{Cloud, OktaOrg};
use rand::RngCore;
use rand::distr::{Alphanumeric, SampleString};
use serde::{Deserialize, Serialize};
use simulator::{MailServer, Simulator};
use store::{Db, DbOptions};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::commands::serve;
use crate::config::{Config, Flags, KeyFile, LogFormat};
use crate::errors::Failure;
use crate::wiring::{self, SystemClock};
use crate::{http, logging};

mod mapping;
mod people;
mod ready;

/// The cloud by which the console reaches the simulated tenant.
const CLOUD: &str = "simulated";
/// Its name in the wizard.
const CLOUD_NAME: &str = "Simulated Microsoft cloud";

/// How the demo is set up.
#[derive(clap::Args, Clone, Debug)]
pub struct Options {
    /// Where the console listens, on loopback; 0 takes any free port.
    #[arg(long, default_value_t = 3000)]
    pub port: u16,
    /// The folder of the demo's database, keys and ports.
    #[arg(long, value_name = "DIR", default_value = "target/demo/data")]
    pub data: PathBuf,
    /// People in each simulated directory.
    #[arg(long, value_name = "N", default_value_t = 250)]
    pub users: usize,
    /// Forget the data of earlier demos.
    #[arg(long)]
    pub fresh: bool,
    /// Where to write address, accounts and credentials as JSON once the console listens.
    #[arg(long, value_name = "FILE", default_value = "target/demo/ready.json")]
    pub ready: PathBuf,
}

/// What must be the same at the next start.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Kept {
    seed: u64,
    users: usize,
    /// The simulated tenant's port; the organisation has the next one.
    simulator_port: u16,
    accounts: Vec<Account>,
}

/// Somebody who can sign in.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Account {
    name: String,
    email: String,
    password: String,
    role: domain::Role,
    /// The customer's name in addresses; `None` for staff.
    customer: Option<String>,
}

/// `--database` of `flags` is used instead of SQLite in the data folder; everything else is the demo's own.
pub async fn run(flags: &Flags, options: Options) -> Result<ExitCode, Failure> {
    let kept_file = options.data.join("demo.json");
    if options.fresh {
        if let Some(url) = &flags.database {
            must_be_unused(url).await?;
        }
        forget(&options.data)?;
    }
    make_folder(&options.data)?;
    let kept = read_kept(&kept_file)?;
    let simulator = start_simulator(&options, kept.as_ref()).await?;
    let mail = MailServer::start(Ipv4Addr::LOCALHOST.into())
        .await
        .map_err(|error| Failure::new("the simulated mail server could not be started", error))?;
    let listener = serve::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, options.port))).await?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::new("the address is not known", error))?;
    let config = configuration(flags, &options, address, &simulator, &mail)?;
    logging::start(&config)?;
    http::metrics::start()?;
    let keys = config
        .key_ring()
        .map_err(|error| Failure::new("the keys could not be read", error))?;
    let db = wiring::open(&config).await?;
    db.migrate()
        .await
        .map_err(|error| Failure::new("the schema could not be brought up to date", error))?;
    let parties = wiring::build(&config, db, keys, Arc::new(SystemClock));
    let kept = match (kept, first_run(&parties).await?) {
        (Some(kept), false) => kept,
        (None, false) => {
            let cure = "the database holds data that is not this demo's: give an empty one, or the --data it belongs to";
            return Err(Failure::plain(cure));
        }
        (_, true) => {
            let accounts = people::create(&parties.services, &simulator).await?;
            let kept = Kept {
                seed: SEED,
                users: options.users,
                simulator_port: port_of(&simulator.entra().login_base)?,
                accounts,
            };
            write_json(&kept_file, &kept)?;
            kept
        }
    };
    let dirty = mapping::write(&options.data, &simulator)?;
    let ready = ready::Ready::new(&config, &kept.accounts, &simulator, (&mail, &dirty));
    // The edge is there before anybody is told.
    write_json(&options.ready, &ready)?;
    ready.print(&options);
    let stop = CancellationToken::new();
    let signals = tokio::spawn(serve::stop_on_signal(stop.clone()));
    let served = serve::serve(&config, &parties, listener, None, stop).await;
    signals.abort();
    serve::close(&parties.db, serve::CLOSING).await;
    simulator.shutdown().await;
    // Whoever finds the file must find the console, too.
    let _ = std::fs::remove_file(&options.ready);
    served.map(|()| ExitCode::SUCCESS)
}

/// The same directories each time.
const SEED: u64 = 1;

async fn first_run(parties: &wiring::Parties) -> Result<bool, Failure> {
    parties
        .services
        .first_run()
        .await
        .map_err(|error| Failure::new("the accounts could not be read", error))
}

/// A database of the operator's own is not emptied, and what belongs to the data in it is not forgotten.
async fn must_be_unused(url: &str) -> Result<(), Failure> {
    let failed = |error| Failure::new("the database could not be opened", error);
    let db = Db::open(&DbOptions {
        url: url.to_owned(),
        max_connections: 1,
    })
    .await
    .map_err(failed)?;
    let mut tx = db.read().await.map_err(failed)?;
    // Without the table it is as empty as can be.
    let used = store::console_users::count(&mut tx)
        .await
        .is_ok_and(|users| users > 0);
    drop(tx);
    db.close().await;
    if used {
        return Err(Failure::plain(
            "--fresh leaves a --database alone, and this one holds data already: give an empty one",
        ));
    }
    Ok(())
}

/// A port of which the next one is free, too, so that both providers are found again at the next start.
async fn free_pair() -> Result<u16, Failure> {
    for _ in 0..50 {
        let first = serve::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).await?;
        let Ok(port) = first.local_addr().map(|address| address.port()) else {
            continue;
        };
        let Some(next) = port.checked_add(1) else { continue };
        if serve::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, next)))
            .await
            .is_ok()
        {
            return Ok(port);
        }
    }
    Err(Failure::plain(
        "no two free ports in a row were found for the simulated providers",
    ))
}

async fn start_simulator(options: &Options, kept: Option<&Kept>) -> Result<Simulator, Failure> {
    let folder = options.data.join("providers");
    make_folder(&folder)?;
    let what = if kept.is_some() {
        "the simulated providers could not be started; perhaps this demo is running already"
    } else {
        "the simulated providers could not be started"
    };
    let failed = |error| Failure::new(what, error);
    simulator::keep_keys_in(&folder).map_err(failed)?;
    let (seed, users, port) = if let Some(kept) = kept {
        if kept.users != options.users {
            eprintln!(
                "The demo has {} people in each directory; --fresh begins with {}.",
                kept.users, options.users
            );
        }
        (kept.seed, kept.users, kept.simulator_port)
    } else {
        (SEED, options.users, free_pair().await?)
    };
    let how = simulator::Options {
        seed,
        users,
        tls: true,
        port,
        ..simulator::Options::default()
    };
    Simulator::start(how).await.map_err(failed)
}

fn configuration(
    given: &Flags,
    options: &Options,
    address: SocketAddr,
    simulator: &Simulator,
    mail: &MailServer,
) -> Result<Config, Failure> {
    let flags = Flags {
        database: given
            .database
            .clone()
            .or_else(|| Some(format!("sqlite:{}", options.data.join("usersync.db").display()))),
        listen: Some(address),
        public_url: Some(parse(&format!("http://localhost:{}", address.port()))?),
        site_dir: given.site_dir.clone(),
        log: Some(
            given
                .log
                .clone()
                .unwrap_or_else(|| "warn,sqlx::query=error".to_owned()),
        ),
        log_format: Some(LogFormat::Text),
        mail_server: Some(parse(&format!("smtp://{}", mail.smtp))?),
        mail_from: Some("User Sync <usersync@vendor.example>".to_owned()),
        ..Flags::default()
    };
    let mut config =
        Config::load(&flags).map_err(|error| Failure::new("the configuration is not right", error))?;
    config.keys = vec![key(&options.data.join("usersync.key"))?];
    // Browser tests sign in all the time, from one address.
    config.sign_ins_per_minute = 6000;
    let ca_pem = simulator.ca_pem().map(ToOwned::to_owned);
    config.clouds = vec![Cloud {
        id: CLOUD.to_owned(),
        name: CLOUD_NAME.to_owned(),
        login_base: parse(&simulator.entra().login_base)?,
        graph_base: parse(&simulator.entra().graph_base)?,
        ca_pem: ca_pem.clone(),
        loopback_allowed: true,
    }];
    config.okta_orgs = vec![OktaOrg {
        domain: simulator.okta().domain.clone(),
        base: parse(&simulator.okta().base_url)?,
        ca_pem,
    }];
    Ok(config)
}

fn key(file: &Path) -> Result<KeyFile, Failure> {
    if !file.exists() {
        let mut bytes = [0_u8; services::seal::KEY_BYTES];
        rand::rng().fill_bytes(&mut bytes);
        write_private(file, &bytes)
            .map_err(|error| Failure::new(format!("{} cannot be written", file.display()), error))?;
    }
    Ok(KeyFile {
        id: "demo".to_owned(),
        file: file.to_owned(),
    })
}

/// Writes a file only its owner may read.
fn write_private(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(bytes)
}

fn parse(url: &str) -> Result<Url, Failure> {
    Url::parse(url).map_err(|error| Failure::new(format!("{url:?} is not an address"), error))
}

fn port_of(url: &str) -> Result<u16, Failure> {
    parse(url)?
        .port()
        .ok_or_else(|| Failure::plain("the simulated provider has no port"))
}

/// A password nobody has to remember: `target/demo/ready.json` and the screen have it.
fn made_up() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), 16)
}

/// Removes what earlier demos left in their folder, and nothing else.
fn forget(folder: &Path) -> Result<(), Failure> {
    let names = [
        "demo.json",
        "usersync.key",
        "usersync.db",
        "usersync.db-wal",
        "usersync.db-shm",
        "providers",
    ];
    for path in names.map(|name| folder.join(name)) {
        let removed = if path.is_dir() {
            std::fs::remove_dir_all(&path)
        } else {
            std::fs::remove_file(&path)
        };
        match removed {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::new(
                    format!("{} cannot be removed", path.display()),
                    error,
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn make_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::new(format!("the folder {} cannot be made", folder.display()), error))
}

fn read_kept(file: &Path) -> Result<Option<Kept>, Failure> {
    match std::fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            Failure::new(
                format!("{} is not understood; --fresh starts over", file.display()),
                error,
            )
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::new(format!("{} cannot be read", file.display()), error)),
    }
}

/// Written beside and moved, so that nobody reads half of it.
fn write_json(file: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::new(format!("{} cannot be written", file.display()), error);
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder)?;
    }
    let text = serde_json::to_vec_pretty(value).map_err(|error| failed(error.into()))?;
    let beside = file.with_extension("tmp");
    std::fs::write(&beside, text).map_err(failed)?;
    std::fs::rename(&beside, file).map_err(failed)
}
