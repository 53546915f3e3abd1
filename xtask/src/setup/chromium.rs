//! The browser of the browser tests: the system's, never a download of its own.

use std::path::PathBuf;

use super::packages;
use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

/// Names another browser to test with.
pub(crate) const VARIABLE: &str = "USERSYNC_CHROMIUM";
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

fn find() -> Option<PathBuf> {
    std::env::var_os(VARIABLE)
        .map(PathBuf::from)
        .filter(|path| path.is_file())
        .or_else(|| NAMES.iter().find_map(process::find_program))
}

/// Finds Chromium or installs it.
pub(crate) fn ensure(workspace: &Workspace) -> Result<PathBuf, Failure> {
    if find().is_none() {
        packages::install(
            workspace,
            &["chromium", "fonts-noto-core"],
            "Chromium, the browser of the browser tests",
        )?;
    }
    find().ok_or_else(|| Failure::Missing {
        tool: "Chromium".to_owned(),
        advice: format!("install the package chromium, or name a browser in {VARIABLE}"),
    })
}
