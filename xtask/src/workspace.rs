//! Where things are, and how cargo is called.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

use crate::failure::Failure;
use crate::process;

/// Leptos flags that the server and the wasm must share, or the page does not hydrate.
/// `erase_components` halves the time of compiling views.
const RUSTFLAGS: [&str; 2] = ["--cfg", "erase_components"];
/// The name of the files in target/site/pkg, compiled into leptos.
pub(crate) const OUTPUT_NAME: &str = "usersync";

/// The folders of this checkout and of this user.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the workspace's Cargo.toml.
    pub(crate) root: PathBuf,
    /// Cargo's target folder, which may lie outside the checkout.
    pub(crate) target: PathBuf,
    /// Tools we build once for this user: `$XDG_CACHE_HOME/usersync`.
    pub(crate) cache: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self, Failure> {
        let text = process::capture(
            "asking cargo for the workspace",
            Command::new(cargo_program()).args(["metadata", "--no-deps", "--format-version", "1"]),
        )?;
        let metadata: Metadata = serde_json::from_str(&text).map_err(|error| Failure::Unreadable {
            what: "cargo metadata".to_owned(),
            detail: error.to_string(),
        })?;
        Ok(Self {
            root: metadata.workspace_root,
            target: metadata.target_directory,
            cache: cache_folder()?,
        })
    }

    /// Cargo in the root of the workspace, with the target folder and the flags that every build of ours shares.
    pub(crate) fn cargo(&self) -> Command {
        self.cargo_by(&cargo_program(), &self.target)
    }

    /// The same by another cargo, into another target folder.
    pub(crate) fn cargo_by(&self, program: &Path, target: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", target)
            .env("LEPTOS_OUTPUT_NAME", OUTPUT_NAME)
            .env(
                "CARGO_ENCODED_RUSTFLAGS",
                encoded_flags("RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", &[]),
            )
            // These speak of the xtask crate, which `cargo run` started; the crates built from here must not see them.
            .env_remove("CARGO_MANIFEST_DIR")
            .env_remove("CARGO_MANIFEST_PATH");
        command
    }

    /// A log for the output of a long step.
    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.target.join("xtask-logs").join(format!("{name}.log"))
    }

    /// The folder the server embeds and serves.
    pub(crate) fn site(&self) -> PathBuf {
        self.root.join("target/site")
    }

    pub(crate) fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }
}

fn cargo_program() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}

/// The caller's flags, ours, and more, in the form that knows no quoting (separated by the unit separator).
pub(crate) fn encoded_flags(plain: &str, encoded: &str, more: &[&str]) -> String {
    let mut flags: Vec<String> = match (std::env::var(encoded), std::env::var(plain)) {
        (Ok(text), _) if !text.is_empty() => text.split('\u{1f}').map(str::to_owned).collect(),
        (_, Ok(text)) => text.split_whitespace().map(str::to_owned).collect(),
        _ => Vec::new(),
    };
    flags.extend(RUSTFLAGS.iter().chain(more).map(|flag| (*flag).to_owned()));
    flags.join("\u{1f}")
}

fn cache_folder() -> Result<PathBuf, Failure> {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .ok_or_else(|| Failure::Missing {
            tool: "a cache folder".to_owned(),
            advice: "set HOME or XDG_CACHE_HOME".to_owned(),
        })?;
    Ok(base.join("usersync"))
}
