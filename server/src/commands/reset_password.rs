//! `usersync reset-password`: a link by which somebody sets a new password, from the terminal. For when nobody who could
//! make one on the team page can sign in.

use std::process::ExitCode;
use std::sync::Arc;

use domain::Actor;

use crate::commands::create_admin::refused;
use crate::config::{Config, Flags};
use crate::errors::Failure;
use crate::wiring::{self, SystemClock};

/// Whose password.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// The e-mail address they sign in with.
    #[arg(long)]
    pub email: String,
}

pub async fn run(flags: &Flags, options: Options) -> Result<ExitCode, Failure> {
    let config =
        Config::load(flags).map_err(|error| Failure::new("the configuration is not right", error))?;
    let keys = config
        .key_ring()
        .map_err(|error| Failure::new("the keys could not be read", error))?;
    let db = wiring::open(&config).await?;
    let parties = wiring::build(&config, db, keys, Arc::new(SystemClock));
    let actor = Actor::system("usersync reset-password");
    let link = async {
        let sealed = parties
            .services
            .make_reset_link_for(&actor, &options.email)
            .await?;
        parties.services.open_link(&actor, &sealed)
    };
    let link = link.await;
    parties.db.close().await;
    let link = link.map_err(|error| refused("no link could be made", error))?;
    println!(
        "{} can set a new password once, {}:",
        link.email, link.until.words
    );
    println!("{}", link.url);
    Ok(ExitCode::SUCCESS)
}
