//! `usersync create-admin`: a staff administrator, from the terminal.

use std::io::{BufRead, IsTerminal};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use domain::{Actor, Role, UserError};
use rand::distr::{Alphanumeric, SampleString};
use secrecy::{ExposeSecret, SecretString};
use services::ServiceError;
use services::auth::NewUser;

use crate::config::{Config, Flags};
use crate::errors::Failure;
use crate::wiring::{self, SystemClock};

/// Whom to create.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// The name, as colleagues know it.
    #[arg(long)]
    pub name: String,
    /// The e-mail address to sign in with.
    #[arg(long)]
    pub email: String,
    /// A file that holds the password. Otherwise it is read from standard input; from a terminal, one is made up and
    /// printed once.
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

pub async fn run(flags: &Flags, options: Options) -> Result<ExitCode, Failure> {
    let config =
        Config::load(flags).map_err(|error| Failure::new("the configuration is not right", error))?;
    let keys = config
        .key_ring()
        .map_err(|error| Failure::new("the keys could not be read", error))?;
    let (password, made_up) = password(&options)?;
    let db = wiring::open(&config).await?;
    db.migrate()
        .await
        .map_err(|error| Failure::new("the schema could not be brought up to date", error))?;
    let parties = wiring::build(&config, db, keys, Arc::new(SystemClock));
    let user = NewUser {
        name: options.name,
        email: options.email,
        password: password.clone(),
        role: Role::Staff,
        customer: None,
    };
    let created = parties
        .services
        .create_user(&Actor::system("usersync create-admin"), &user)
        .await;
    parties.db.close().await;
    created.map_err(|error| refused("the administrator could not be created", error))?;
    println!("{} can sign in at {} now.", user.email, config.public_url);
    if made_up {
        println!("Password (shown only now): {}", password.expose_secret());
    }
    Ok(ExitCode::SUCCESS)
}

/// Names each thing to correct.
pub(super) fn refused(what: &str, error: ServiceError) -> Failure {
    match error {
        ServiceError::User(UserError::Invalid { errors }) => {
            let sentences: Vec<_> = errors.into_iter().map(|error| error.message).collect();
            Failure::plain(format!("{what}. {}", sentences.join(" ")))
        }
        error => Failure::new(what, error),
    }
}

/// The password, and whether it was made up here.
fn password(options: &Options) -> Result<(SecretString, bool), Failure> {
    if let Some(path) = &options.password_file {
        let text = std::fs::read_to_string(path).map_err(|error| {
            Failure::new(
                format!("the password file {} cannot be read", path.display()),
                error,
            )
        })?;
        return Ok((text.trim_end_matches(['\r', '\n']).into(), false));
    }
    let input = std::io::stdin();
    if input.is_terminal() {
        return Ok((Alphanumeric.sample_string(&mut rand::rng(), 20).into(), true));
    }
    let mut line = String::new();
    input
        .lock()
        .read_line(&mut line)
        .map_err(|error| Failure::new("the password could not be read from standard input", error))?;
    Ok((line.trim_end_matches(['\r', '\n']).into(), false))
}
