//! Starting other programs: with their output shown, captured, or kept in a log while we show that we are alive.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// How often a long silent step says that it is still at work.
const HEARTBEAT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(100);

fn name(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

fn start_failure(command: &Command, purpose: &str) -> impl FnOnce(std::io::Error) -> Failure {
    let (program, purpose) = (name(command), purpose.to_owned());
    move |source| Failure::Start {
        program,
        purpose,
        source,
    }
}

fn demand(purpose: &str, status: ExitStatus) -> Result<(), Failure> {
    if status.success() {
        Ok(())
    } else {
        Err(Failure::Status {
            purpose: purpose.to_owned(),
            status,
        })
    }
}

/// Runs with the terminal as its own and demands success.
pub(crate) fn run(purpose: &str, command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(start_failure(command, purpose))?;
    demand(purpose, status)
}

/// Runs and gives what it printed on standard output; what it printed on standard error is shown only when it fails.
pub(crate) fn capture(purpose: &str, command: &mut Command) -> Result<String, Failure> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(start_failure(command, purpose))?;
    if !output.status.success() {
        eprint!("{}", String::from_utf8_lossy(&output.stderr));
    }
    demand(purpose, output.status)?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether it could be started and ended well. Its output is thrown away.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a long, talkative step: its output goes to `log`, a line every 20 s goes to the terminal, and a failure shows the log's end.
pub(crate) fn run_logged(
    purpose: &str,
    command: &mut Command,
    log: &Path,
    deadline: Duration,
) -> Result<(), Failure> {
    run_silently(purpose, command, log, deadline).inspect_err(|_| show_end(log))
}

/// The same for a step that may well fail, since there is another way: the log's end is not shown.
pub(crate) fn run_silently(
    purpose: &str,
    command: &mut Command,
    log: &Path,
    deadline: Duration,
) -> Result<(), Failure> {
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
    }
    let output = File::create(log).map_err(Failure::file("create", log))?;
    let errors = output.try_clone().map_err(Failure::file("write", log))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors)
        .spawn()
        .map_err(start_failure(command, purpose))?;
    wait(purpose, &mut child, deadline)
}

fn wait(purpose: &str, child: &mut Child, deadline: Duration) -> Result<(), Failure> {
    let started = Instant::now();
    let mut shown = started;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return demand(purpose, status),
            Ok(None) => {}
            Err(source) => {
                return Err(Failure::Start {
                    program: purpose.to_owned(),
                    purpose: purpose.to_owned(),
                    source,
                });
            }
        }
        if started.elapsed() > deadline {
            // It may have ended in this very moment; either way it is gone afterwards.
            let _ = child.kill();
            let _ = child.wait();
            return Err(Failure::Deadline {
                purpose: purpose.to_owned(),
                seconds: deadline.as_secs(),
            });
        }
        if shown.elapsed() > HEARTBEAT {
            shown = Instant::now();
            println!("    {purpose}: {} s so far", started.elapsed().as_secs());
        }
        std::thread::sleep(POLL);
    }
}

/// Shows the last lines of a log.
pub(crate) fn show_end(log: &Path) {
    let Ok(text) = std::fs::read_to_string(log) else {
        return;
    };
    let lines: Vec<&str> = text.lines().collect();
    let from = lines.len().saturating_sub(25);
    eprintln!("    the end of {}:", log.display());
    for line in &lines[from..] {
        eprintln!("    | {line}");
    }
}

/// Where a program lies in PATH.
pub(crate) fn find_program(name: impl AsRef<OsStr>) -> Option<PathBuf> {
    let name = name.as_ref();
    std::env::split_paths(&std::env::var_os("PATH")?)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}
