//! `usersync serve`: the console and the jobs, until told to stop.

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use store::Db;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::config::{Config, Flags};
use crate::errors::Failure;
use crate::wiring::{self, Parties, SystemClock};
use crate::{http, logging, router};

/// How long requests and jobs under way may take to end.
const GRACE: Duration = Duration::from_secs(25);
/// How long the database may take to close: whatever was cut off may still hold a connection.
pub const CLOSING: Duration = Duration::from_secs(5);

pub async fn run(flags: &Flags) -> Result<ExitCode, Failure> {
    let config =
        Config::load(flags).map_err(|error| Failure::new("the configuration is not right", error))?;
    logging::start(&config)?;
    http::metrics::start()?;
    let keys = config
        .key_ring()
        .map_err(|error| Failure::new("the keys could not be read", error))?;
    let db = wiring::open(&config).await?;
    if config.migrate_on_start {
        db.migrate()
            .await
            .map_err(|error| Failure::new("the schema could not be brought up to date", error))?;
    }
    let parties = wiring::build(&config, db, keys, Arc::new(SystemClock));
    let listener = listen(config.listen).await?;
    let stop = CancellationToken::new();
    let metrics = match config.metrics_listen {
        Some(address) => Some(listen(address).await?),
        None => None,
    };
    if !config.secure() && (config.allow_insecure || !config.listen.ip().is_loopback()) {
        tracing::warn!("allow_insecure: passwords and sessions can be read on their way to this server");
    }
    greet(&config, &parties).await?;
    tracing::info!(address = %config.listen, url = %config.public_url, "serving");
    let signals = tokio::spawn(stop_on_signal(stop.clone()));
    let served = serve(&config, &parties, listener, metrics, stop).await;
    signals.abort();
    close(&parties.db, CLOSING).await;
    tracing::info!("stopped");
    served.map(|()| ExitCode::SUCCESS)
}

/// As long as nobody can sign in, the set-up code goes to standard output; not to the log, which others may read.
async fn greet(config: &Config, parties: &Parties) -> Result<(), Failure> {
    let code = parties
        .services
        .setup_code()
        .await
        .map_err(|error| Failure::new("the accounts could not be read", error))?;
    let Some(code) = code else { return Ok(()) };
    tracing::warn!("nobody can sign in yet; standard output says how");
    let url = &config.public_url;
    let told = writeln!(
        std::io::stdout(),
        "Nobody can sign in yet. Open {url}welcome and enter the set-up code {code}\n\
         or run `usersync create-admin`."
    );
    told.map_err(|error| Failure::new("the set-up code could not be printed", error))
}

/// Closes the database, but does not wait for it for ever. False: something still held a connection.
pub async fn close(db: &Db, patience: Duration) -> bool {
    let closed = tokio::time::timeout(patience, db.close()).await.is_ok();
    if !closed {
        tracing::warn!("a connection to the database was still in use after {patience:?}; it is cut off");
    }
    closed
}

/// Opens an address.
pub async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Failure::new(format!("{address} cannot be opened"), error))
}

/// Serves and works until `stop` is cancelled, then lets what is under way end.
pub async fn serve(
    config: &Config,
    parties: &Parties,
    listener: TcpListener,
    metrics: Option<TcpListener>,
    stop: CancellationToken,
) -> Result<(), Failure> {
    let edge = router::build(config, parties, stop.clone())?;
    let runner = tokio::spawn(wiring::runner(parties, config.workers, config.lease).run(stop.clone()));
    let working = runner.abort_handle();
    if let Some(listener) = metrics {
        // It holds nothing up: numbers are served until the process ends.
        tokio::spawn(answer(
            listener,
            http::metrics::router(),
            CancellationToken::new(),
        ));
    }
    let served = tokio::spawn(answer(listener, edge, stop.clone()));
    let serving = served.abort_handle();
    let ended = async {
        let served = served.await;
        // If serving failed, the jobs stop, too.
        stop.cancel();
        let worked = runner.await;
        (served, worked)
    };
    tokio::pin!(ended);
    let patience = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        (served, worked) = &mut ended => {
            worked.map_err(|error| Failure::new("the worker broke down", error))?;
            served
                .map_err(|error| Failure::new("the server broke down", error))?
                .map_err(|error| Failure::new("the address could not be served", error))
        }
        () = patience => {
            tracing::warn!("what was still under way after {GRACE:?} is cut off");
            working.abort();
            serving.abort();
            Ok(())
        }
    }
}

async fn answer(listener: TcpListener, router: Router, stop: CancellationToken) -> std::io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

/// Cancels at the first Ctrl-C or termination signal.
pub async fn stop_on_signal(stop: CancellationToken) {
    let interrupt = async {
        // Without a handler the signal ends the process at once, which is all we could do.
        let _ = tokio::signal::ctrl_c().await;
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    () = interrupt => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => interrupt.await,
        }
    }
    #[cfg(not(unix))]
    interrupt.await;
    tracing::info!("stopping");
    stop.cancel();
}
