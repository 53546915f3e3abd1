//! Arguments to command.

use domain::text::chain;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use server::commands::{audit, check, config, create_admin, migrate, rekey, reset_password, serve};
use server::config::Flags;
use server::errors::Failure;

/// User Sync keeps the people of an intranet in step with Microsoft Entra ID or Okta.
///
/// Begin with `usersync config > usersync.toml`, edit it, have it checked with `usersync check --config
/// usersync.toml`, and start with `usersync serve --config usersync.toml`.
#[derive(Parser)]
#[command(name = "usersync", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the console and run the sync jobs, until told to stop.
    Serve,
    /// Bring the database's schema up to date.
    Migrate,
    /// Create a staff administrator.
    CreateAdmin(create_admin::Options),
    /// Print a link by which somebody sets a new password.
    ResetPassword(reset_password::Options),
    /// Say in plain words what is wrong with the configuration.
    Check,
    /// Print the configuration file with every setting explained.
    Config(config::Options),
    /// Prove that nobody changed the audit log.
    #[command(subcommand)]
    Audit(audit::Command),
    /// Encrypt every stored secret again under the first configured key.
    Rekey,
    /// Start simulated providers and a console with people in it, to try the product.
    #[cfg(feature = "demo")]
    Demo(server::commands::demo::Options),
}

/// How long what still runs on other threads may take when the command has ended.
const LAST: Duration = Duration::from_secs(2);

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("usersync: {}", chain(&failure));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    server::wiring::install_crypto()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new("the runtime could not be started", error))?;
    let ended = runtime.block_on(async {
        match cli.command {
            Command::Serve => serve::run(&cli.flags).await,
            Command::Migrate => migrate::run(&cli.flags).await,
            Command::CreateAdmin(options) => create_admin::run(&cli.flags, options).await,
            Command::ResetPassword(options) => reset_password::run(&cli.flags, options).await,
            Command::Check => check::run(&cli.flags).await,
            Command::Config(options) => config::run(&cli.flags, &options),
            Command::Audit(command) => audit::run(&cli.flags, command).await,
            Command::Rekey => rekey::run(&cli.flags).await,
            #[cfg(feature = "demo")]
            Command::Demo(options) => server::commands::demo::run(&cli.flags, options).await,
        }
    });
    // Work on other threads, such as the hash of a password, is not waited for for ever.
    runtime.shutdown_timeout(LAST);
    ended
}
