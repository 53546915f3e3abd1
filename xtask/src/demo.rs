//! `cargo xtask demo`: from an empty clone to a running product with people in it.

use std::path::PathBuf;
use std::process::Command;

use clap::Args;

use crate::build::{self, Flavour};
use crate::failure::Failure;
use crate::front_end;
use crate::setup::wasm;
use crate::workspace::Workspace;

#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// Where the product listens, on loopback.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// The folder of the demo's database and keys [default: target/demo/data]. Found again at the next start.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// People in each simulated directory.
    #[arg(long, value_name = "N")]
    users: Option<u64>,
    /// Use this database instead of SQLite in the data folder, e.g. `postgres://user@host/name`.
    #[arg(long, value_name = "URL")]
    database: Option<String>,
    /// Forget the data of earlier demos.
    #[arg(long)]
    fresh: bool,
    /// Optimise the server: slower to build, needed for big directories.
    #[arg(long)]
    release: bool,
    /// Skip optimising the front-end: quicker to build, for trying changes.
    #[arg(long)]
    quick: bool,
}

impl Options {
    /// The arguments of `usersync demo`.
    fn arguments(&self, workspace: &Workspace) -> Vec<std::ffi::OsString> {
        let folder = workspace.root.join("target/demo");
        let data = self.data.clone().unwrap_or_else(|| folder.join("data"));
        let mut arguments: Vec<std::ffi::OsString> = vec![
            "demo".into(),
            "--port".into(),
            self.port.to_string().into(),
            "--data".into(),
            data.into(),
            "--ready".into(),
            folder.join("ready.json").into(),
        ];
        if let Some(users) = self.users {
            arguments.extend(["--users".into(), users.to_string().into()]);
        }
        if let Some(database) = &self.database {
            arguments.extend(["--database".into(), database.into()]);
        }
        if self.fresh {
            arguments.push("--fresh".into());
        }
        arguments
    }
}

/// Builds what is needed and becomes the demo server.
pub(crate) fn run(workspace: &Workspace, origin: wasm::Origin, options: &Options) -> Result<(), Failure> {
    let site_options = front_end::Options {
        quick: options.quick,
        force: false,
    };
    let site = front_end::build(workspace, origin, &site_options, front_end::Excess::Warns)?;
    let flavour = if options.release {
        Flavour::FastDemo
    } else {
        Flavour::Demo
    };
    let program = build::server(workspace, flavour, &site)?;
    let mut command = Command::new(&program);
    command
        .current_dir(&workspace.root)
        .args(options.arguments(workspace));
    become_program(&mut command)
}

/// Replaces this process, so that Ctrl-C reaches the server alone and its exit code is ours.
#[cfg(unix)]
fn become_program(command: &mut Command) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt as _;
    let program = command.get_program().to_string_lossy().into_owned();
    let source = command.exec();
    Err(Failure::Start {
        program,
        purpose: "starting the demo".to_owned(),
        source,
    })
}

#[cfg(not(unix))]
fn become_program(command: &mut Command) -> Result<(), Failure> {
    crate::process::run("running the demo", command)
}
