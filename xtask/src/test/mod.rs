//! `cargo xtask test`: what CI runs. Every step runs even when one before it failed; nothing is skipped silently.

mod browser;
mod dependencies;
mod fuzz;
mod house_rules;
mod lints;
mod postgres;
mod report;
mod rust_tests;
mod tally;

use clap::{Args, ValueEnum};

use crate::failure::Failure;
use crate::front_end;
use crate::setup::{chromium, node, postgres as postgres_setup, tools, wasm};
use crate::workspace::Workspace;
use report::Report;

pub(crate) use postgres::Cluster;

#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Run one part only.
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Arguments for the tool behind `--only rust` (nextest), `--only browser` (Playwright) or `--only fuzz` (libFuzzer),
    /// after `--`.
    #[arg(last = true, requires = "only")]
    rest: Vec<String>,
}

/// The parts of a full run, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// rustfmt, clippy, rustdoc, the dependency table, the house rules, cargo-deny.
    Lints,
    /// Rust tests on SQLite and on PostgreSQL.
    Rust,
    /// Browser tests, with scripts and without.
    Browser,
    /// Files and cells of any kind for the intake of mapping files, for half a minute each.
    Fuzz,
}

pub(crate) fn run(workspace: &Workspace, origin: wasm::Origin, options: &Options) -> Result<(), Failure> {
    let wants = |part: Part| options.only.is_none_or(|only| only == part);
    prepare(workspace, &wants)?;
    let mut report = Report::default();
    if wants(Part::Rust) || wants(Part::Browser) {
        report.check("front-end and its budget", || {
            front_end::build(
                workspace,
                origin,
                &front_end::Options::default(),
                front_end::Excess::Fails,
            )
            .map(drop)
        });
    }
    if wants(Part::Lints) {
        lints::run(workspace, &mut report);
    }
    if wants(Part::Rust) {
        rust_tests::run(workspace, &mut report, &options.rest);
    }
    if wants(Part::Browser) {
        browser::run(workspace, &mut report, &options.rest, wants(Part::Rust));
    }
    if wants(Part::Fuzz) {
        fuzz::run(workspace, &mut report, &options.rest);
    }
    report.finish()
}

/// All set-up comes first: a missing tool ends the run in its first minutes, not in its last.
fn prepare(workspace: &Workspace, wants: &impl Fn(Part) -> bool) -> Result<(), Failure> {
    if wants(Part::Browser) {
        chromium::ensure(workspace)?;
        node::ensure(workspace)?;
    }
    if wants(Part::Rust) {
        postgres_setup::ensure(workspace)?;
        tools::nextest(workspace)?;
    }
    if wants(Part::Lints) {
        tools::crates(workspace)?;
        tools::deny(workspace)?;
    }
    if wants(Part::Fuzz) {
        tools::cargo_fuzz(workspace)?;
    }
    // The server embeds this folder: it must be there to read the server's code, full or empty.
    let site = workspace.site();
    std::fs::create_dir_all(&site).map_err(Failure::file("create", &site))
}
