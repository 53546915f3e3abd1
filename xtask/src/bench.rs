//! `cargo xtask bench`: builds and runs the benchmark in release, with a throw-away PostgreSQL beside it.

use crate::failure::Failure;
use crate::process;
use crate::test::Cluster;
use crate::workspace::Workspace;

/// Flags of the benchmark itself, after `--`: `--users`, `--rounds`, `--database`, `--help`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "FLAGS")]
    flags: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    let postgres = Cluster::start(workspace)?;
    let mut cargo = workspace.cargo();
    cargo
        .args(["run", "--release", "--package", "bench", "--"])
        .args(&options.flags)
        .env("USERSYNC_BENCH_POSTGRES", postgres.url());
    process::run("the benchmark", &mut cargo)
}
