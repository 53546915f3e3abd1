//! `cargo xtask build`: the front-end, then one program with it inside.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::front_end;
use crate::process;
use crate::setup::wasm;
use crate::workspace::Workspace;

/// The program's name.
const PROGRAM: &str = "usersync";

/// Builds the release program and says where it is.
pub(crate) fn release(workspace: &Workspace, origin: wasm::Origin) -> Result<(), Failure> {
    front_end::build(workspace, origin, &front_end::Options::default())?;
    let program = server(workspace, Flavour::Shipped)?;
    let size = std::fs::metadata(&program)
        .map_err(Failure::file("read", &program))?
        .len();
    println!("build: {} ({} kB)", program.display(), size / 1000);
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

/// Builds the server; the front-end must be in `target/site` before, since it is embedded (or read from there by a debug build).
pub(crate) fn server(workspace: &Workspace, flavour: Flavour) -> Result<PathBuf, Failure> {
    let mut command = workspace.cargo();
    command.args(["build", "--package", "server", "--bin", PROGRAM]);
    if flavour != Flavour::Shipped {
        command.args(["--features", "demo"]);
    }
    let folder = if flavour == Flavour::Demo {
        "debug"
    } else {
        command.arg("--release");
        "release"
    };
    println!("build: compiling the server, minutes the first time");
    process::run("compiling the server", &mut command)?;
    Ok(workspace
        .target
        .join(folder)
        .join(format!("{PROGRAM}{}", std::env::consts::EXE_SUFFIX)))
}
