//! The node packages of `end2end/`: Playwright and axe for the browser tests, binaryen's `wasm-opt` for the front-end build.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::packages;
use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

const DEADLINE: Duration = Duration::from_mins(10);
/// Our tools run on this version and newer ones.
const OLDEST_NODE: u32 = 20;

/// Installs exactly what package-lock.json names, unless that has been done.
pub(crate) fn ensure(workspace: &Workspace) -> Result<(), Failure> {
    demand_node(workspace)?;
    let folder = workspace.end2end();
    let lock = folder.join("package-lock.json");
    let wanted = std::fs::read(&lock).map_err(Failure::file("read", &lock))?;
    let stamp = folder.join("node_modules/.usersync-installed");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("setup: installing node packages into end2end/node_modules, for the browser tests and wasm-opt");
    let mut command = Command::new("npm");
    // A browser of Playwright's own is never fetched: the tests use the system's.
    command
        .current_dir(&folder)
        .args(["ci", "--no-audit", "--no-fund"])
        .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
    process::run_logged("npm ci", &mut command, &workspace.log("npm"), DEADLINE)?;
    std::fs::write(&stamp, wanted).map_err(Failure::file("write", &stamp))
}

/// A program from the installed packages, to be run by node.
pub(crate) fn script(workspace: &Workspace, path: &str) -> PathBuf {
    workspace.end2end().join("node_modules").join(path)
}

fn demand_node(workspace: &Workspace) -> Result<(), Failure> {
    if process::find_program("node").is_none() || process::find_program("npm").is_none() {
        packages::install(
            workspace,
            &["nodejs", "npm"],
            "Node.js, which runs the browser tests and wasm-opt",
        )?;
    }
    let text = process::capture("asking for node's version", Command::new("node").arg("--version"))?;
    let major = text
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major >= OLDEST_NODE) {
        return Ok(());
    }
    Err(Failure::Missing {
        tool: format!("Node.js {OLDEST_NODE} or newer"),
        advice: format!("`node --version` says {}; install a newer nodejs", text.trim()),
    })
}
