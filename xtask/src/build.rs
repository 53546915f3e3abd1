//! `cargo xtask build`: the front-end, then one program with it inside.

use std::path::{Path, PathBuf};

use crate::failure::Failure;
use crate::front_end::{self, Excess};
use crate::process;
use crate::setup::wasm;
use crate::workspace::Workspace;

/// The program's name.
pub(crate) const PROGRAM: &str = "usersync";

/// Builds the release program and says where it is.
pub(crate) fn release(workspace: &Workspace, origin: wasm::Origin) -> Result<(), Failure> {
    let site = front_end::build(workspace, origin, &front_end::Options::default(), Excess::Fails)?;
    let program = server(workspace, Flavour::Shipped, &site)?;
    let bytes = std::fs::metadata(&program)
        .map_err(Failure::file("read", &program))?
        .len();
    println!("build: {} ({} kB)", program.display(), bytes / 1000);
    Ok(())
}

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flavour {
    /// Optimised, without the demo.
    Shipped,
    /// With the simulated providers, quick to build.
    Demo,
    /// With the simulated providers, optimised.
    FastDemo,
}

/// Builds the server; the front-end with the hash `site` must be in `target/site` before, since a release embeds it. A debug
/// build reads it from there while it runs.
pub(crate) fn server(workspace: &Workspace, flavour: Flavour, site: &str) -> Result<PathBuf, Failure> {
    let mut command = workspace.cargo();
    command.args(["build", "--package", "server", "--bin", PROGRAM]);
    if flavour != Flavour::Shipped {
        command.args(["--features", "demo"]);
    }
    let folder = if flavour == Flavour::Demo {
        "debug"
    } else {
        // Read by server/build.rs: the program is built again when the site changed.
        command.arg("--release").env("USERSYNC_SITE_HASH", site);
        "release"
    };
    println!("build: compiling the server, minutes the first time");
    process::run("compiling the server", &mut command)?;
    Ok(program_in(&workspace.target.join(folder)))
}

/// The program in cargo's folder of a profile.
pub(crate) fn program_in(folder: &Path) -> PathBuf {
    folder.join(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX))
}
