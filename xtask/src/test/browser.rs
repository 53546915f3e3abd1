//! Playwright against the demo server, with scripts and without.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::report::Report;
use super::rust_tests::CRATES;
use super::tally::Tally;
use crate::build::{self, Flavour};
use crate::failure::Failure;
use crate::process;
use crate::setup::{chromium, node};
use crate::workspace::Workspace;

/// `with_rust`: the Rust tests ran before, so their build of the server is at hand.
pub(super) fn run(workspace: &Workspace, report: &mut Report, rest: &[String], with_rust: bool) {
    report.check("types of the browser tests", || {
        let mut command = Command::new("node");
        command
            .current_dir(workspace.end2end())
            .arg(node::script(workspace, "typescript/bin/tsc"))
            .arg("--noEmit");
        process::run("tsc", &mut command)
    });
    report.tests("browser tests", || {
        let program = if with_rust {
            server_of_tests(workspace)?
        } else {
            build::server(workspace, Flavour::Demo, "")?
        };
        playwright(workspace, &program, rest)
    });
}

/// The server as the Rust tests built it. Cargo chooses the features of dependencies anew for each selection of crates:
/// any other selection than theirs would compile most dependencies a second time.
fn server_of_tests(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let mut command = workspace.cargo();
    command
        .arg("build")
        .args(CRATES)
        .args(["--tests", "--bin", build::PROGRAM]);
    process::run("compiling the server", &mut command)?;
    Ok(build::program_in(&workspace.target.join("debug")))
}

fn playwright(workspace: &Workspace, program: &Path, rest: &[String]) -> Result<Tally, Failure> {
    let results = workspace.log("playwright").with_extension("json");
    let _ = std::fs::remove_file(&results);
    let mut command = Command::new("node");
    command
        .current_dir(workspace.end2end())
        .arg(node::script(workspace, "@playwright/test/cli.js"))
        .arg("test")
        .args(rest)
        .env("USERSYNC_PROGRAM", program)
        .env(chromium::VARIABLE, chromium::ensure(workspace)?)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &results);
    let outcome = process::run("Playwright", &mut command);
    let Ok(text) = std::fs::read_to_string(&results) else {
        return Err(outcome.err().unwrap_or_else(|| Failure::Unreadable {
            what: results.display().to_string(),
            detail: "Playwright wrote no report".to_owned(),
        }));
    };
    let tally = Tally::from_playwright(&text).map_err(|error| Failure::Unreadable {
        what: results.display().to_string(),
        detail: error.to_string(),
    })?;
    match outcome {
        Err(failure) if tally.failed == 0 => Err(failure),
        _ => Ok(tally),
    }
}
