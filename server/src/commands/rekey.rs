//! `usersync rekey`: seals every stored secret under the first configured key. Safe while the server runs, if it
//! already knows the new key; safe to repeat.

use std::process::ExitCode;
use std::sync::Arc;

use crate::config::{Config, Flags};
use crate::errors::Failure;
use crate::wiring::{self, SystemClock};

pub async fn run(flags: &Flags) -> Result<ExitCode, Failure> {
    let config =
        Config::load(flags).map_err(|error| Failure::new("the configuration is not right", error))?;
    let keys = config
        .key_ring()
        .map_err(|error| Failure::new("the keys could not be read", error))?;
    let current = keys.current().to_owned();
    let db = wiring::open(&config).await?;
    let parties = wiring::build(&config, db, keys, Arc::new(SystemClock));
    let done = parties.services.rekey().await.map_err(|error| {
        Failure::new(
            "not every secret could be sealed again; what was done stays done",
            error,
        )
    })?;
    println!(
        "{} secrets were sealed again under the key {current:?}; {} were already.",
        done.resealed, done.already_current
    );
    parties.db.close().await;
    Ok(ExitCode::SUCCESS)
}
