//! `cargo xtask bench`: builds and runs the benchmark in release, with a throw-away PostgreSQL and the front-end beside it.

use crate::failure::Failure;
use crate::front_end::{self, Excess};
use crate::process;
use crate::setup::wasm;
use crate::test::Cluster;
use crate::workspace::Workspace;

/// Flags of the benchmark itself, after `--`; `-- --help` lists them.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "FLAGS")]
    flags: Vec<String>,
}

pub(crate) fn run(workspace: &Workspace, origin: wasm::Origin, options: &Options) -> Result<(), Failure> {
    let says = |word: &str| options.flags.iter().any(|flag| flag.contains(word));
    let is_measured = |part: &str| !says("--help") && (!says("--only") || says(part));
    // The migration alone is measured on a PostgreSQL that is started for it.
    let on_postgres = is_measured("migration") && !says("sqlite");
    let postgres = on_postgres.then(|| Cluster::start(workspace)).transpose()?;
    if is_measured("look") {
        front_end::build(workspace, origin, &front_end::Options::default(), Excess::Warns)?;
    }
    let mut cargo = workspace.cargo();
    cargo
        .args(["run", "--release", "--package", "bench", "--"])
        .args(&options.flags)
        .env("USERSYNC_BENCH_SITE", workspace.site().join("pkg"))
        .envs(
            postgres
                .iter()
                .map(|postgres| ("USERSYNC_BENCH_POSTGRES", postgres.url())),
        );
    process::run("the benchmark", &mut cargo)
}
