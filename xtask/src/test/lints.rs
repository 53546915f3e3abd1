//! Everything that reads the code without running it.

use std::process::Command;

use super::report::Report;
use super::{dependencies, house_rules};
use crate::failure::Failure;
use crate::process;
use crate::setup::tools;
use crate::workspace::{Workspace, encoded_flags};

/// `hydrate` turns on `app`'s browser half, which must never meet its server half in one build.
const NATIVE: [&str; 3] = ["--workspace", "--exclude", "hydrate"];
const DEMO: [&str; 2] = ["--features", "server/demo"];

/// All lints, the quick ones first.
pub(super) fn run(workspace: &Workspace, report: &mut Report) {
    report.check("rustfmt", || {
        process::run(
            "rustfmt --check",
            workspace.cargo().args(["fmt", "--all", "--check"]),
        )
    });
    house_rules::run(workspace, report);
    report.check("dependency table", || dependencies::check(workspace));
    report.check("cargo-deny: licences, bans, sources", || deny(workspace));
    report.check("clippy: server, crates and tools", || {
        let mut command = workspace.cargo();
        command
            .arg("clippy")
            .args(NATIVE)
            .args(DEMO)
            .args(["--all-targets", "--", "-D", "warnings"]);
        process::run("clippy", &mut command)
    });
    report.check("clippy: the browser's half", || {
        let mut command = workspace.cargo();
        command.args([
            "clippy",
            "--package",
            "hydrate",
            "--package",
            "app",
            "--features",
            "app/hydrate",
            "--lib",
        ]);
        process::run("clippy", command.args(["--", "-D", "warnings"]))
    });
    report.check("rustdoc", || {
        let flags = encoded_flags("RUSTDOCFLAGS", "CARGO_ENCODED_RUSTDOCFLAGS", &["-D", "warnings"]);
        let mut command = workspace.cargo();
        command
            .arg("doc")
            .args(NATIVE)
            .args(DEMO)
            .args(["--no-deps", "--document-private-items"]);
        process::run("rustdoc", command.env("CARGO_ENCODED_RUSTDOCFLAGS", flags))
    });
}

/// Advisories need a network beyond the registries, so they are no part of this: run `cargo deny check advisories` by hand.
fn deny(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = Command::new(tools::deny(workspace)?);
    command
        .current_dir(&workspace.root)
        .args([
            "--offline",
            "--log-level",
            "error",
            "--workspace",
            "check",
            "--hide-inclusion-graph",
        ])
        .args(["licenses", "bans", "sources"]);
    process::run("cargo-deny", &mut command)
}
