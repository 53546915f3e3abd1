//! placeholder
use crate::{failure::Failure, setup::wasm, workspace::Workspace};
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Options {}
pub(crate) fn run(_: &Workspace, _: wasm::Origin, _: &Options) -> Result<(), Failure> {
    Ok(())
}
