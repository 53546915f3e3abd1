//! `cargo xtask bench`: how long a mapping file takes, next to a bare pass of a CSV reader over its bytes, and in a browser
//! next to the same rules natively; how long
//! proposals take, next to hashing once what they compare; how long a page of
//! a checked mapping of a million lines takes; how long the directory migration takes, next to what the database can do at all;
//! and how many people a second a full sync handles, next to the bare pipeline on
//! the same machine, the same simulated provider and the same database engine, in the same run. Only the ratio means anything:
//! machines are shared and noisy.

mod bare;
mod full;
mod look;
mod mapping;
mod migration;
mod pages;
mod proposals;

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use simulator::{Options, Simulator};

#[derive(Parser)]
#[command(
    name = "cargo xtask bench",
    about = "Users per second of a full sync, beside the bare pipeline"
)]
struct Arguments {
    /// People in the simulated directory.
    #[arg(long, default_value_t = 20_000)]
    users: usize,
    /// The database of the full sync: a fresh SQLite file, or this PostgreSQL database, which must be empty.
    #[arg(long)]
    database: Option<String>,
    /// Measure one part only.
    #[arg(long)]
    only: Option<Part>,
    /// The most accounts of the directory migration: 10 thousand, 100 thousand and 1 million are measured up to this many.
    #[arg(long, default_value_t = 100_000)]
    accounts: usize,
    /// The fewest.
    #[arg(long, default_value_t = 0)]
    least: usize,
    /// Measure the directory migration on one database only.
    #[arg(long)]
    engine: Option<migration::Engine>,
    /// What the browser loads: `cargo xtask` builds it and says where it is.
    #[arg(long, env = "USERSYNC_BENCH_SITE", hide = true)]
    site: Option<PathBuf>,
    /// Rounds; the best of each side counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The sync, beside the bare pipeline.
    Sync,
    /// The check of mapping files, beside a bare pass of a CSV reader.
    Mapping,
    /// The browser's first look at a mapping file, beside the same rules natively.
    Look,
    /// Proposals of new usernames, beside hashing once what they compare.
    Proposals,
    /// Pages of a checked mapping of a million lines.
    Pages,
    /// The directory migration, beside a raw update of as many accounts.
    Migration,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments = Arguments::parse();
    let wants = |part| arguments.only.is_none_or(|only| only == part);
    if wants(Part::Mapping) {
        mapping::run(arguments.rounds).map_err(|rejection| rejection.sentence())?;
    }
    if wants(Part::Look) {
        let site = arguments.site.ok_or("what the browser loads is not known")?;
        look::run(&site, arguments.rounds)?;
    }
    if wants(Part::Proposals) {
        proposals::run(arguments.rounds);
    }
    rustls::crypto::aws_lc_rs::default_provider()
        .install_default()
        .map_err(|_| "TLS was chosen before")?;
    if wants(Part::Migration) {
        migration::run(
            (arguments.least, arguments.accounts),
            arguments.rounds,
            arguments.engine,
        )
        .await?;
    }
    if !wants(Part::Sync) && !wants(Part::Pages) {
        return Ok(());
    }
    let simulator = Simulator::start(Options {
        users: arguments.users,
        ..Options::default()
    })
    .await?;
    if wants(Part::Pages) {
        // A database that was given is empty once only: the sync has it, unless the pages are all that is measured.
        let database = arguments.database.as_deref();
        pages::run(&simulator, database.filter(|_| !wants(Part::Sync))).await?;
    }
    if !wants(Part::Sync) {
        return Ok(());
    }
    // The first read makes the simulator build its directory; it is nobody's time.
    bare::run(&simulator).await?;
    let mut best_bare = Duration::MAX;
    for _ in 0..arguments.rounds {
        best_bare = best_bare.min(bare::run(&simulator).await?.took);
    }
    let measured = full::run(&simulator, arguments.database.as_deref(), arguments.rounds).await?;
    let people = measured.people;
    let line = |name: &str, took: Duration| {
        let rate = per_second(people, took);
        println!(
            "{name:<44} {rate:>10.0} people/s   {:>5.2} of the bare pipeline",
            best_bare.as_secs_f64() / took.as_secs_f64()
        );
    };
    println!("{people} people, best of {} rounds\n", arguments.rounds);
    line("bare pipeline: download, parse, insert", best_bare);
    line("test sync of an empty snapshot", measured.first_read);
    line("first run, applied: everybody is created", measured.first_apply);
    line("test sync when nothing changed", measured.unchanged);
    Ok(())
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "a rate to print"
)]
fn per_second(people: u64, took: Duration) -> f64 {
    people as f64 / took.as_secs_f64()
}
