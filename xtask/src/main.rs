//! `cargo xtask`: everything a newcomer, a developer and CI do with this repository. Read `docs/CONTRIBUTING.md` first.

mod bench;
mod build;
mod demo;
mod failure;
mod front_end;
mod inputs;
mod process;
mod setup;
mod test;
mod workspace;

use std::error::Error as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Failure;
use crate::workspace::Workspace;

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Sets up, builds, shows and tests User Sync",
    max_term_width = 100
)]
struct Arguments {
    /// Where the wasm part of the compiler comes from. `debian` skips rustup, to try the way for machines without it.
    #[arg(
        long,
        global = true,
        env = "USERSYNC_WASM_TOOLCHAIN",
        default_value = "auto",
        hide_env = true
    )]
    wasm_toolchain: setup::wasm::Origin,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what the other commands need: wasm target, node packages, Chromium, PostgreSQL, test tools. The others do it by themselves.
    Setup,
    /// Build the browser's part (wasm, script, styles) into target/site.
    BuildWeb(front_end::Options),
    /// Build the release program `usersync` with its assets inside.
    Build,
    /// Start the product with simulated providers and demo accounts, until Ctrl-C.
    Demo(demo::Options),
    /// Run every check: lints, Rust tests on SQLite and PostgreSQL, browser tests.
    Test(test::Options),
    /// Measure a full sync beside the bare pipeline, in release. Only the ratio means anything.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match Workspace::find().and_then(|workspace| run(&workspace, &arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            report(&failure);
            ExitCode::FAILURE
        }
    }
}

fn run(workspace: &Workspace, arguments: &Arguments) -> Result<(), Failure> {
    let origin = arguments.wasm_toolchain;
    match &arguments.task {
        Task::Setup => setup::everything(workspace, origin),
        Task::BuildWeb(options) => {
            front_end::build(workspace, origin, options, front_end::Excess::Fails).map(drop)
        }
        Task::Build => build::release(workspace, origin),
        Task::Demo(options) => demo::run(workspace, origin, options),
        Task::Test(options) => test::run(workspace, origin, options),
        Task::Bench(options) => bench::run(workspace, origin, options),
    }
}

/// One line for the failure, one for each cause below it.
fn report(failure: &Failure) {
    eprintln!("error: {failure}");
    let mut cause = failure.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
}
