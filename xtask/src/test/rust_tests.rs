//! The Rust tests, once, with both databases at hand.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::postgres::Cluster;
use super::report::Report;
use super::tally::Tally;
use crate::failure::Failure;
use crate::setup::tools;
use crate::workspace::Workspace;

/// Where the tests find PostgreSQL; they fail, and do not skip, without it.
const POSTGRES: &str = "USERSYNC_TEST_POSTGRES";
/// `hydrate` would turn on `app`'s browser half beside its server half; `xtask-web` has no tests and heavy dependencies.
pub(super) const CRATES: [&str; 7] = [
    "--workspace",
    "--exclude",
    "hydrate",
    "--exclude",
    "xtask-web",
    "--features",
    "server/demo",
];

pub(super) fn run(workspace: &Workspace, report: &mut Report, rest: &[String]) {
    let cluster = match Cluster::start(workspace) {
        Ok(cluster) => cluster,
        Err(failure) => return report.check("PostgreSQL for the tests", || Err(failure)),
    };
    report.tests("Rust tests on SQLite and PostgreSQL", || {
        nextest(workspace, &cluster, rest)
    });
    if rest.is_empty() {
        report.tests("examples in the documentation", || doctests(workspace, &cluster));
    }
}

fn nextest(workspace: &Workspace, cluster: &Cluster, rest: &[String]) -> Result<Tally, Failure> {
    let names_crates = rest
        .iter()
        .any(|argument| argument == "-p" || argument.starts_with("--package"));
    let crates: &[&str] = if names_crates { &[] } else { &CRATES };
    let mut command = workspace.cargo();
    command
        .args(["nextest", "run", "--no-fail-fast"])
        .args(crates)
        .args(rest)
        .env("PATH", tools::path_with_tools(workspace))
        .env(POSTGRES, cluster.url());
    count("the Rust tests", command.stderr(Stdio::piped()), Source::Errors)
}

fn doctests(workspace: &Workspace, cluster: &Cluster) -> Result<Tally, Failure> {
    let mut command = workspace.cargo();
    command
        .args(["test", "--quiet", "--doc", "--no-fail-fast"])
        .args(CRATES)
        .env(POSTGRES, cluster.url());
    count("the examples", command.stdout(Stdio::piped()), Source::Output)
}

/// Which of its two streams a runner sums up on: nextest on its errors, libtest on its output.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Output,
    Errors,
}

fn boxed(stream: impl std::io::Read + 'static) -> Box<dyn std::io::Read> {
    Box::new(stream)
}

fn nothing() -> Box<dyn std::io::Read> {
    Box::new(std::io::empty())
}

/// Shows a runner's output and counts its tests. A runner that fails without a failed test (a build error) is a failure.
fn count(purpose: &str, command: &mut Command, source: Source) -> Result<Tally, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let start_failure = |source| Failure::Start {
        program,
        purpose: purpose.to_owned(),
        source,
    };
    let mut child = command.stdin(Stdio::null()).spawn().map_err(start_failure)?;
    let stream: Box<dyn std::io::Read> = match source {
        Source::Output => child.stdout.take().map_or_else(nothing, boxed),
        Source::Errors => child.stderr.take().map_or_else(nothing, boxed),
    };
    let mut tally = Tally::default();
    for line in BufReader::new(stream).split(b'\n').flatten() {
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        // nextest shows the output of a failed test, which ends with a line of libtest's: only one of the two is counted.
        let (counts, name) = match source {
            Source::Errors => (Tally::from_nextest(&line), Tally::failed_of_nextest(&line)),
            Source::Output => (Tally::from_libtest(&line), None),
        };
        tally.add(counts.unwrap_or_default());
        tally.names.extend(name.map(str::to_owned));
    }
    tally.names.sort();
    tally.names.dedup();
    let status = child.wait().map_err(|source| Failure::Start {
        program: purpose.to_owned(),
        purpose: purpose.to_owned(),
        source,
    })?;
    if !status.success() && tally.failed == 0 {
        return Err(Failure::Status {
            purpose: purpose.to_owned(),
            status,
        });
    }
    Ok(tally)
}
