//! `usersync config`: the documented file, or what is in force.

use std::process::ExitCode;

use crate::config::{Config, EXAMPLE, Flags};
use crate::errors::Failure;

/// What to print.
#[derive(clap::Args, Debug)]
pub struct Options {
    /// Print what is in force, from flags, environment and file, without secrets.
    #[arg(long)]
    pub effective: bool,
}

pub fn run(flags: &Flags, options: &Options) -> Result<ExitCode, Failure> {
    if options.effective {
        let config =
            Config::load(flags).map_err(|error| Failure::new("the configuration is not right", error))?;
        print!("{config}");
    } else {
        print!("{EXAMPLE}");
    }
    Ok(ExitCode::SUCCESS)
}
