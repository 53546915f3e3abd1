//! What ends a command. Each sentence says what to do, where there is something to do.

use std::path::{Path, PathBuf};
use std::process::ExitStatus;

/// Every way a task of ours fails.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The program is not there, or may not be run.
    #[error("`{program}` could not be started ({purpose})")]
    Start {
        program: String,
        purpose: String,
        #[source]
        source: std::io::Error,
    },
    /// The program ran and said no.
    #[error("{purpose} failed ({status})")]
    Status { purpose: String, status: ExitStatus },
    /// The program did not end in its time.
    #[error("{purpose} was stopped: no end after {seconds} s")]
    Deadline { purpose: String, seconds: u64 },
    /// A file of ours.
    #[error("cannot {action} {}", .path.display())]
    File {
        action: &'static str,
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// A tool is missing and could not be installed.
    #[error("{tool} is missing: {advice}")]
    Missing { tool: String, advice: String },
    /// A program printed, or a file holds, what we cannot read.
    #[error("cannot make sense of {what}: {detail}")]
    Unreadable { what: String, detail: String },
    /// One or more checks found faults, which were printed.
    #[error("{0}")]
    Check(String),
}

impl Failure {
    /// For `map_err` around file operations.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::File { action, path, source }
    }
}
