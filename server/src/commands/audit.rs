//! `usersync audit verify`: whether the audit log is as it was written.

use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use domain::text::hex;
use services::audit::Chain;

use crate::config::{Config, Flags};
use crate::errors::Failure;
use crate::wiring::{self, SystemClock};

/// What may be done with the audit log.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Walk the whole chain of hashes; the exit status is 1 when an entry was changed, added or taken out. The last
    /// entry's number and hash are printed: kept elsewhere, they show when entries were cut off at the end.
    Verify,
}

/// Runs the command; the exit status tells whether the chain is whole.
pub async fn run(flags: &Flags, command: Command) -> Result<ExitCode, Failure> {
    let Command::Verify = command;
    let config =
        Config::load(flags).map_err(|error| Failure::new("the configuration is not right", error))?;
    let keys = config
        .key_ring()
        .map_err(|error| Failure::new("the keys could not be read", error))?;
    let db = wiring::open(&config).await?;
    let parties = wiring::build(&config, db, keys, Arc::new(SystemClock));
    let chain = parties
        .services
        .verify_audit()
        .await
        .map_err(|error| Failure::new("the audit log could not be read", error))?;
    parties.db.close().await;
    Ok(match chain {
        Chain::Whole { rows, last } => {
            println!(
                "The audit log is as it was written: {rows} entries, each carries the hash of the one before."
            );
            println!("The last entry is {rows}, with the hash {}.", hex(&last));
            println!(
                "Entries that were taken away at the end do not show in the log itself. Keep this number and hash somewhere \
                 else: a later log must still hold entry {rows}."
            );
            ExitCode::SUCCESS
        }
        Chain::Broken { seq } => {
            println!(
                "The audit log was tampered with: entry {seq} does not follow from the ones before it. Entries before it \
                 are as they were written; compare the rest with a backup."
            );
            ExitCode::FAILURE
        }
    })
}
