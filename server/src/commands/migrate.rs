//! `usersync migrate`: brings the schema up to date.

use std::process::ExitCode;

use crate::config::{Config, Flags};
use crate::errors::Failure;
use crate::wiring;

pub async fn run(flags: &Flags) -> Result<ExitCode, Failure> {
    let config =
        Config::load(flags).map_err(|error| Failure::new("the configuration is not right", error))?;
    let db = wiring::open(&config).await?;
    let pending = db
        .pending_migrations()
        .await
        .map_err(|error| Failure::new("the schema could not be looked at", error))?;
    db.migrate()
        .await
        .map_err(|error| Failure::new("the schema could not be brought up to date", error))?;
    match pending {
        0 => println!("The schema is up to date."),
        1 => println!("One migration was run; the schema is up to date."),
        n => println!("{n} migrations were run; the schema is up to date."),
    }
    db.close().await;
    Ok(ExitCode::SUCCESS)
}
