//! PostgreSQL's programs, for the throw-away cluster of the tests (`test::postgres`).

use std::path::{Path, PathBuf};

use super::packages;
use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

/// Where Debian keeps the programs of each version.
const DEBIAN_FOLDER: &str = "/usr/lib/postgresql";

/// The folder with `initdb`, `postgres` and `pg_ctl`; the newest version where there are several.
fn find() -> Option<PathBuf> {
    newest(Path::new(DEBIAN_FOLDER)).or_else(|| {
        let initdb = process::find_program("initdb")?.canonicalize().ok()?;
        initdb
            .parent()
            .filter(|folder| is_complete(folder))
            .map(Path::to_path_buf)
    })
}

fn is_complete(folder: &Path) -> bool {
    ["initdb", "postgres", "pg_ctl"]
        .iter()
        .all(|program| folder.join(program).is_file())
}

fn newest(folder: &Path) -> Option<PathBuf> {
    let versions = std::fs::read_dir(folder).ok()?.flatten().filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let programs = entry.path().join("bin");
        is_complete(&programs).then_some((version, programs))
    });
    versions.max().map(|(_, programs)| programs)
}

/// Finds PostgreSQL's programs or installs them.
pub(crate) fn ensure(workspace: &Workspace) -> Result<PathBuf, Failure> {
    if find().is_none() {
        packages::install(
            workspace,
            &["postgresql"],
            "PostgreSQL, the second database of the tests",
        )?;
    }
    find().ok_or_else(|| Failure::Missing {
        tool: "PostgreSQL".to_owned(),
        advice: "install the package postgresql, or put initdb, postgres and pg_ctl into PATH".to_owned(),
    })
}
