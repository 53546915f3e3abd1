//! The directory migration of many accounts, through the services: its dry run beside the check of the mapping and the bare
//! join of the three tables it is about, and its execution beside the least the same database can do for as many accounts,
//! which could not hand a username on: one update, and a history of it, in one transaction.

mod limit;
mod scene;

use std::time::Duration;

use domain::migration::MigrationStep;
use simulator::{Options, Simulator};

use crate::full::Failure;
use crate::mapping::{MEMORY, mebibytes};
use limit::Limit;
use scene::{Scene, Share};

/// What may be measured at once: a directory, and how many of its people change their username.
const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];
/// The server of PostgreSQL that `cargo xtask bench` started.
const SERVER: &str = "USERSYNC_BENCH_POSTGRES";

/// A database that is measured alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// Measures sizes from `least` to `most`, on SQLite and, where there is a server, on PostgreSQL.
pub(crate) async fn run(
    (least, most): (usize, usize),
    rounds: usize,
    engine: Option<Engine>,
) -> Result<(), Failure> {
    println!(
        "\ndirectory migration; execution, best of {rounds} rounds: from the check of the plan to the end of the commit, as the share\n\
         of a raw update with history that it reaches; dry run, once: plan and rehearsal, in checks of the mapping and joins"
    );
    let server = std::env::var(SERVER)
        .ok()
        .filter(|_| engine != Some(Engine::Sqlite));
    for size in SIZES.into_iter().filter(|size| (least..=most).contains(size)) {
        let simulator = Simulator::start(Options {
            // Not everybody is a plain person of the company.
            users: size + size / 4 + 100,
            ..Options::default()
        })
        .await?;
        for share in [Share::TenPercent, Share::OnePercent] {
            if engine != Some(Engine::Postgres) {
                measure(&simulator, (size, share), None, rounds).await?;
            }
            if let Some(server) = &server {
                let name = format!("bench_{size}_{}", share.percent());
                let database = limit::fresh_postgres(server, &name).await?;
                measure(&simulator, (size, share), Some(&database), rounds).await?;
            }
        }
    }
    Ok(())
}

async fn measure(
    simulator: &Simulator,
    (size, share): (usize, Share),
    database: Option<&str>,
    rounds: usize,
) -> Result<(), Failure> {
    let engine = database.map_or("SQLite", |_| "PostgreSQL");
    println!("\n{size} renames, {} % handed on, {engine}", share.percent());
    let scene = Scene::prepare(simulator, (size, share), database).await?;
    let dry = remembered(scene.dry_run()).await?;
    let done = executions(&scene, rounds).await?;
    // The limits come last: PostgreSQL knows its tables as well as the product had it look at them, and no better.
    let mut limit = Limit::open(&scene.address).await?;
    let join = limit.join().await?;
    told(
        "dry run",
        ratio(dry.took.iter().sum(), scene.validation + join),
        "times the check of the mapping and the join (goal 1.3)",
        dry.memory,
    );
    let [plan, rehearsal] = dry.took.map(|took| ratio(took, scene.validation + join));
    println!(
        "  {:<12} plan {plan:.2}, rehearsal {rehearsal:.2}, the join {:.2} of the check",
        "by part",
        ratio(join, scene.validation)
    );
    limit.prepare().await?;
    let (mut update, mut raw) = (Duration::MAX, Duration::MAX);
    for _ in 0..rounds {
        let took = limit.round().await?;
        update = update.min(took.update);
        raw = raw.min(took.all);
    }
    limit.close().await?;
    tell_execution(&done, (update, raw))?;
    scene.end().await
}

/// The quickest of some executions, and the most memory any took.
struct Executed {
    steps: scene::Steps,
    took: Duration,
    memory: usize,
}

/// Carries plans out, with an undo between them.
async fn executions(scene: &Scene, rounds: usize) -> Result<Executed, Failure> {
    let mut best = Executed {
        steps: Vec::new(),
        took: Duration::MAX,
        memory: 0,
    };
    for round in 0..rounds {
        if round > 0 {
            scene.undo().await?;
            scene.dry_run().await?;
        }
        let run = remembered(scene.migrate()).await?;
        best.memory = best.memory.max(run.memory);
        let took = span(&run.took, MigrationStep::Check, MigrationStep::Verify)?;
        if took < best.took {
            (best.took, best.steps) = (took, run.took);
        }
    }
    Ok(best)
}

/// The history of the raw side is written with its update; that of the product is its plan, which the dry run wrote.
fn tell_execution(done: &Executed, (update, raw): (Duration, Duration)) -> Result<(), Failure> {
    let (best, execution) = (&done.steps, done.took);
    told(
        "execution",
        ratio(raw, execution),
        "of a raw update with history (goal 0.6)",
        done.memory,
    );
    println!(
        "  {:<12} {:>6.2} of the raw update alone",
        "",
        ratio(update, execution)
    );
    let out = span(best, MigrationStep::LockOut, MigrationStep::FirstSync)?;
    println!(
        "  {:<12} {:>6.2} times the raw update with history",
        "lock-out",
        ratio(out, raw)
    );
    let steps: Vec<String> = best
        .windows(2)
        .filter_map(|pair| match pair {
            [(step, from), (_, to)] => Some(format!("{step} {:.2}", ratio(*to - *from, raw))),
            _ => None,
        })
        .collect();
    println!("  {:<12} {}", "by step", steps.join(", "));
    Ok(())
}

/// What something gave, and the most memory it held beside what was there before. What SQLite holds itself, 64 MiB of its
/// file for each connection, is not counted.
struct Remembered<T> {
    took: T,
    memory: usize,
}

async fn remembered<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<Remembered<T>, Failure> {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let took = work.await?;
    let memory = MEMORY.peak_usage().saturating_sub(before);
    Ok(Remembered { took, memory })
}

fn ratio(of: Duration, to: Duration) -> f64 {
    of.as_secs_f64() / to.as_secs_f64()
}

fn told(what: &str, ratio: f64, of: &str, memory: usize) {
    println!(
        "  {what:<12} {ratio:>6.2} {of}, {:.1} MiB above idle (goal 64)",
        mebibytes(memory)
    );
}

fn span(steps: &scene::Steps, from: MigrationStep, to: MigrationStep) -> Result<Duration, Failure> {
    let at = |wanted| {
        steps
            .iter()
            .find(|(step, _)| *step == wanted)
            .map(|(_, at)| *at)
            .ok_or_else(|| format!("the run never came to {wanted}"))
    };
    Ok(at(to)? - at(from)?)
}
