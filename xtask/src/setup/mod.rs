//! What the other commands need on a fresh machine. Each part looks first, says what it installs and why, and is quick the second time.

pub(crate) mod chromium;
pub(crate) mod node;
pub(crate) mod packages;
pub(crate) mod postgres;
pub(crate) mod tools;
pub(crate) mod wasm;

use crate::failure::Failure;
use crate::workspace::Workspace;

/// All parts, for `cargo xtask setup`.
pub(crate) fn everything(workspace: &Workspace, origin: wasm::Origin) -> Result<(), Failure> {
    let toolchain = wasm::ensure(workspace, origin)?;
    println!("setup: wasm by {toolchain}");
    node::ensure(workspace)?;
    println!("setup: node packages are installed");
    println!("setup: browser {}", chromium::ensure(workspace)?.display());
    println!("setup: PostgreSQL in {}", postgres::ensure(workspace)?.display());
    println!("setup: {}", tools::nextest(workspace)?);
    println!("setup: {}", tools::deny(workspace)?.display());
    println!("setup: {}", tools::cargo_fuzz(workspace)?.display());
    Ok(())
}
