//! Cargo's test runner, licence checker and fuzzer, in the versions we name, built once into the user's cache folder.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

const NEXTEST: &str = "0.9.143";
const DENY: &str = "0.20.2";
const FUZZ: &str = "0.13.2";
const DEADLINE: Duration = Duration::from_mins(30);

/// cargo-nextest: any installed one will do. Gives its version line.
pub(crate) fn nextest(workspace: &Workspace) -> Result<String, Failure> {
    let ask = |workspace: &Workspace| {
        let mut command = workspace.cargo();
        command
            .args(["nextest", "--version"])
            .env("PATH", path_with_tools(workspace));
        process::capture("asking for nextest's version", &mut command)
    };
    if process::find_program("cargo-nextest").is_none() && !installed(workspace, "cargo-nextest", NEXTEST) {
        install(workspace, "cargo-nextest", NEXTEST, "running the Rust tests")?;
    }
    let text = ask(workspace)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// cargo-deny in our version: its configuration changes with it. Gives its path.
pub(crate) fn deny(workspace: &Workspace) -> Result<PathBuf, Failure> {
    if !installed(workspace, "cargo-deny", DENY) {
        install(
            workspace,
            "cargo-deny",
            DENY,
            "checking licences and sources of the dependencies",
        )?;
    }
    Ok(folder(workspace, "cargo-deny", DENY).join("bin/cargo-deny"))
}

/// cargo-fuzz in our version: the compiler flags it chooses must be ones of a released compiler. Gives its path.
pub(crate) fn cargo_fuzz(workspace: &Workspace) -> Result<PathBuf, Failure> {
    if !installed(workspace, "cargo-fuzz", FUZZ) {
        install(workspace, "cargo-fuzz", FUZZ, "fuzzing the intake of files")?;
    }
    Ok(folder(workspace, "cargo-fuzz", FUZZ).join("bin/cargo-fuzz"))
}

/// Every crate that Cargo.lock names, for whatever system: checks that run offline read them all, and nothing before
/// them on a fresh machine needs more than a part.
pub(crate) fn crates(workspace: &Workspace) -> Result<(), Failure> {
    let fetch = || {
        let mut command = workspace.cargo();
        command.args(["fetch", "--locked"]);
        command
    };
    if process::succeeds(fetch().arg("--offline")) {
        return Ok(());
    }
    println!("setup: downloading the crates that Cargo.lock names");
    process::run_logged("cargo fetch", &mut fetch(), &workspace.log("fetch"), DEADLINE)
}

/// PATH with our own tools behind the system's.
pub(crate) fn path_with_tools(workspace: &Workspace) -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = folder(workspace, "cargo-nextest", NEXTEST).join("bin");
    let folders = std::env::split_paths(&path).chain(std::iter::once(own));
    std::env::join_paths(folders).unwrap_or(path)
}

fn folder(workspace: &Workspace, name: &str, version: &str) -> PathBuf {
    workspace.cache.join("tools").join(format!("{name}-{version}"))
}

fn installed(workspace: &Workspace, name: &str, version: &str) -> bool {
    folder(workspace, name, version).join("bin").join(name).is_file()
}

fn install(workspace: &Workspace, name: &str, version: &str, why: &str) -> Result<(), Failure> {
    println!("setup: building {name} {version} for {why}, once, some minutes");
    let mut command = Command::new("cargo");
    command
        .args(["install", name, "--version", version, "--locked", "--root"])
        .arg(folder(workspace, name, version))
        .arg("--target-dir")
        .arg(workspace.target.join("tools-build"))
        // They run for seconds: a quick build beats a quick program.
        .args(["--config", "profile.release.lto=false"])
        .args(["--config", "profile.release.opt-level=1"])
        .args(["--config", "profile.release.codegen-units=16"])
        .args(["--config", "profile.release.debug=false"]);
    process::run_logged(
        &format!("cargo install {name}"),
        &mut command,
        &workspace.log(name),
        DEADLINE,
    )
}
