//! Structured logs. What must never be in them: names, addresses, usernames, search words, secrets. Requests are
//! logged by the pattern of their route, not by their address.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Config, LogFormat};
use crate::errors::Failure;

/// Libraries that log the addresses of requests at their finest levels; some addresses hold a link's secret.
const ADDRESSES: &[&str] = &["tower_http::csrf", "hyper", "h2"];

/// What is to be logged.
pub fn filter(config: &Config) -> Result<EnvFilter, Failure> {
    let filter = EnvFilter::try_new(&config.log)
        .map_err(|error| Failure::new(format!("log {:?} is not understood", config.log), error))?;
    Ok(ADDRESSES
        .iter()
        .filter_map(|target| format!("{target}=warn").parse().ok())
        .fold(filter, EnvFilter::add_directive))
}

/// Starts logging to standard error; called once, by commands that work for long.
pub fn start(config: &Config) -> Result<(), Failure> {
    let filter = filter(config)?;
    let registry = tracing_subscriber::registry().with(filter);
    let writer = std::io::stderr;
    let started = match config.log_format {
        LogFormat::Json => {
            let lines = tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_writer(writer);
            registry.with(lines).try_init()
        }
        LogFormat::Text => registry
            .with(tracing_subscriber::fmt::layer().with_writer(writer))
            .try_init(),
    };
    started.map_err(|error| Failure::new("logging could not be started", error))?;
    std::panic::set_hook(Box::new(|panic| {
        // The place only: the message may hold a value.
        let place = panic.location().map(ToString::to_string);
        tracing::error!(place, "panicked");
    }));
    Ok(())
}
