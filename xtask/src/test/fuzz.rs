//! Fuzzing of what strangers' bytes reach first (`fuzz/`, docs/adr/0017), a while for each target. What was found to be
//! interesting is kept in the target folder, so that the next run goes on from there.

use std::process::Command;

use super::report::Report;
use crate::failure::Failure;
use crate::process;
use crate::setup::tools;
use crate::workspace::Workspace;

/// The targets, and the longest input of each: what is longer is slower and no different.
const TARGETS: [(&str, u32); 2] = [("intake", 2_048), ("cell", 512)];
/// Seconds for each target, unless an argument says otherwise (`-- -max_total_time=600`).
const SECONDS: u32 = 25;

pub(super) fn run(workspace: &Workspace, report: &mut Report, rest: &[String]) {
    report.check("rustfmt: the fuzzer", || {
        process::run("rustfmt --check", package(workspace, "fmt").arg("--check"))
    });
    report.check("clippy: the fuzzer", || {
        let mut command = package(workspace, "clippy");
        process::run(
            "clippy",
            command.args(["--locked", "--lib", "--", "-D", "warnings"]),
        )
    });
    for (target, longest) in TARGETS {
        report.check(&format!("fuzzing: {target}"), || {
            fuzz(workspace, target, longest, rest)
        });
    }
}

/// Cargo for the package, which is no member of the workspace.
fn package(workspace: &Workspace, task: &str) -> Command {
    let mut command = workspace.cargo();
    command.args([task, "--manifest-path", "fuzz/Cargo.toml"]);
    command
}

fn fuzz(workspace: &Workspace, target: &str, longest: u32, rest: &[String]) -> Result<(), Failure> {
    let folder = workspace.target.join("fuzz");
    let (corpus, faults) = (folder.join("corpus").join(target), folder.join("faults"));
    for folder in [&corpus, &faults] {
        std::fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
    }
    let mut command = Command::new(tools::cargo_fuzz(workspace)?);
    command
        .current_dir(&workspace.root)
        .env("CARGO_TARGET_DIR", folder.join("build"))
        // It writes its own flags into RUSTFLAGS, which these would outdo.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_MANIFEST_DIR")
        .env_remove("CARGO_MANIFEST_PATH")
        // Sanitizers need a nightly compiler, and look for faults that code without `unsafe` does not have.
        .args(["run", "--sanitizer", "none", "--fuzz-dir", "fuzz", target])
        .arg(&corpus)
        .arg(format!("fuzz/seeds/{target}"))
        .arg("--")
        .arg(format!("-artifact_prefix={}/{target}-", faults.display()))
        .arg(format!("-max_total_time={SECONDS}"))
        .arg(format!("-max_len={longest}"))
        // Seconds for one input: none takes a hundredth of it.
        .args(["-timeout=10", "-print_final_stats=1", "-verbosity=0"])
        .args(rest);
    process::run_logged(
        &format!("fuzzing {target}"),
        &mut command,
        &workspace.log(&format!("fuzz-{target}")),
        std::time::Duration::from_hours(24),
    )
}
