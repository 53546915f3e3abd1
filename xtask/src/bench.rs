//! `cargo xtask bench`: builds and runs the benchmark in release, with a throw-away PostgreSQL beside it.

use crate::failure::Failure;
use crate::process;
use crate::test::Cluster;
use crate::workspace::Workspace;

/// Flags of the benchmark itself, after `--`; `-- --help` lists them.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "FLAGS")]
    flags: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<(), Failure> {
    // The migration alone is measured on a PostgreSQL that is started for it.
    let says = |word: &str| options.flags.iter().any(|flag| flag.contains(word));
    let is_measured = !says("--help") && (!says("--only") || says("migration")) && !says("sqlite");
    let postgres = is_measured.then(|| Cluster::start(workspace)).transpose()?;
    let mut cargo = workspace.cargo();
    cargo
        .args(["run", "--release", "--package", "bench", "--"])
        .args(&options.flags)
        .envs(
            postgres
                .iter()
                .map(|postgres| ("USERSYNC_BENCH_POSTGRES", postgres.url())),
        );
    process::run("the benchmark", &mut cargo)
}
