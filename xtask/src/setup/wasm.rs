//! A compiler for wasm32-unknown-unknown.
//!
//! The normal way is `rustup target add`, seconds. Where rustup's server is out of reach, Debian's own compiler of the suite
//! (`rustc-web`) builds the standard library for wasm from its packaged sources once (about a minute), and only the browser's
//! part of the product is compiled with it, in a target folder of its own: the two compilers' outputs do not mix.
//! Refused: vendoring a prebuilt standard library (it belongs to one compiler version only).

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use clap::ValueEnum;

use super::packages;
use crate::failure::Failure;
use crate::process;
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_PACKAGES: [&str; 3] = ["rustc-web", "cargo-web", "rust-web-src"];
/// rustup retries for minutes when its server is out of reach; a working one needs seconds.
const RUSTUP_DEADLINE: Duration = Duration::from_mins(2);
const STD_DEADLINE: Duration = Duration::from_mins(20);
/// Names the compiler that built the copied libraries: after an upgrade of the package they are built anew.
const STAMP: &str = "usersync-built-by";

/// Which way to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Origin {
    /// The default compiler, with rustup's help; else Debian's.
    Auto,
    /// Debian's compiler, whatever the default one can do.
    Debian,
}

/// A compiler that makes wasm.
#[derive(Debug)]
pub(crate) struct Toolchain {
    /// `None`: the cargo and rustc that run us.
    debian: Option<Debian>,
}

#[derive(Debug)]
struct Debian {
    cargo: PathBuf,
    rustc: PathBuf,
}

impl fmt::Display for Toolchain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.debian {
            None => write!(formatter, "the default compiler"),
            Some(debian) => write!(formatter, "Debian's compiler {}", debian.rustc.display()),
        }
    }
}

impl Toolchain {
    /// The folder in the target folder that holds its output.
    pub(crate) fn target(&self, workspace: &Workspace) -> PathBuf {
        workspace.target.join(if self.debian.is_some() {
            "wasm-debian"
        } else {
            "wasm"
        })
    }

    /// Its cargo, in the workspace.
    pub(crate) fn cargo(&self, workspace: &Workspace) -> Command {
        let target = self.target(workspace);
        match &self.debian {
            None => {
                let mut command = workspace.cargo();
                command.env("CARGO_TARGET_DIR", target);
                command
            }
            Some(debian) => {
                let mut command = workspace.cargo_by(&debian.cargo, &target);
                debian.prepare(&mut command);
                command
            }
        }
    }

    /// What `rustc -vV` says: part of the hash of the front-end's inputs.
    pub(crate) fn version(&self) -> Result<String, Failure> {
        let rustc = self
            .debian
            .as_ref()
            .map_or_else(default_rustc, |debian| debian.rustc.clone());
        process::capture(
            "asking for the compiler's version",
            Command::new(rustc).arg("-vV"),
        )
    }
}

fn default_rustc() -> PathBuf {
    std::env::var_os("RUSTC").map_or_else(|| PathBuf::from("rustc"), PathBuf::from)
}

/// Finds a compiler that makes wasm, or sets one up.
pub(crate) fn ensure(workspace: &Workspace, origin: Origin) -> Result<Toolchain, Failure> {
    if origin == Origin::Auto {
        if default_has_target() {
            return Ok(Toolchain { debian: None });
        }
        if Debian::find().is_none_or(|debian| !debian.is_ready()) && rustup_adds_target(workspace) {
            return Ok(Toolchain { debian: None });
        }
    }
    let debian = Debian::install(workspace)?;
    Ok(Toolchain { debian: Some(debian) })
}

fn default_has_target() -> bool {
    let folder = process::capture(
        "asking for the wasm libraries",
        Command::new(default_rustc()).args(["--print", "target-libdir", "--target", TARGET]),
    );
    folder.is_ok_and(|text| holds_core(Path::new(text.trim())))
}

fn holds_core(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries.flatten().any(|entry| {
            let path = entry.path();
            entry.file_name().to_string_lossy().starts_with("libcore-")
                && path.extension().is_some_and(|extension| extension == "rlib")
        })
    })
}

fn rustup_adds_target(workspace: &Workspace) -> bool {
    if process::find_program("rustup").is_none() {
        return false;
    }
    println!("setup: adding the compiler's {TARGET} target with rustup");
    let mut command = Command::new("rustup");
    command.args(["target", "add", TARGET]);
    match process::run_logged(
        "rustup target add",
        &mut command,
        &workspace.log("rustup"),
        RUSTUP_DEADLINE,
    ) {
        Ok(()) => default_has_target(),
        Err(failure) => {
            println!("setup: {failure}; trying Debian's compiler instead");
            false
        }
    }
}

impl Debian {
    fn find() -> Option<Self> {
        if !DEBIAN_PACKAGES
            .iter()
            .all(|package| packages::is_installed(package))
        {
            return None;
        }
        let program = |package: &str, end: &str| {
            let list =
                process::capture("listing a package", Command::new("dpkg").args(["-L", package])).ok()?;
            list.lines().find(|line| line.ends_with(end)).map(PathBuf::from)
        };
        // `/usr/bin/`: the package also has a `/usr/share/cargo/bin/cargo`, a wrapper for building Debian packages.
        Some(Self {
            cargo: program("cargo-web", "/usr/bin/cargo")?,
            rustc: program("rustc-web", "/usr/bin/rustc")?,
        })
    }

    /// Points a command at this compiler and away from rustup's.
    fn prepare(&self, command: &mut Command) {
        command.env("RUSTC", &self.rustc);
        for variable in [
            "CARGO",
            "RUSTUP_TOOLCHAIN",
            "RUSTC_WRAPPER",
            "RUSTC_WORKSPACE_WRAPPER",
        ] {
            command.env_remove(variable);
        }
    }

    fn sysroot(&self) -> Option<PathBuf> {
        let mut command = Command::new(&self.rustc);
        command.args(["--print", "sysroot"]);
        process::capture("asking for the compiler's folder", &mut command)
            .ok()
            .map(|text| PathBuf::from(text.trim()))
    }

    fn version(&self) -> Result<String, Failure> {
        process::capture(
            "asking for the compiler's version",
            Command::new(&self.rustc).arg("-vV"),
        )
    }

    fn library_folder(sysroot: &Path) -> PathBuf {
        sysroot.join("lib/rustlib").join(TARGET).join("lib")
    }

    /// Whether an earlier run built the libraries with this very compiler.
    fn is_ready(&self) -> bool {
        let Some(sysroot) = self.sysroot() else {
            return false;
        };
        let folder = Self::library_folder(&sysroot);
        let stamp = std::fs::read_to_string(folder.join(STAMP));
        holds_core(&folder) && matches!((stamp, self.version()), (Ok(built), Ok(now)) if built == now)
    }

    fn install(workspace: &Workspace) -> Result<Self, Failure> {
        let why = "compiling the browser's part (a Rust compiler with sources, since rustup cannot add the wasm target)";
        packages::install(workspace, &DEBIAN_PACKAGES, why)?;
        let debian = Self::find().ok_or_else(|| Failure::Missing {
            tool: "Debian's Rust compiler".to_owned(),
            advice: "the packages rustc-web and cargo-web are installed but hold no /usr/bin/rustc and /usr/bin/cargo".to_owned(),
        })?;
        if debian.is_ready() {
            return Ok(debian);
        }
        let linker = debian.linker_package()?;
        packages::install(workspace, &[&linker], "linking the browser's part")?;
        debian.link_linker(&linker)?;
        debian.build_std(workspace)?;
        Ok(debian)
    }

    /// The linker must know the object files of the compiler's own LLVM: `lld-22` for LLVM 22.
    fn linker_package(&self) -> Result<String, Failure> {
        let version = self.version()?;
        let major = version
            .lines()
            .find_map(|line| line.strip_prefix("LLVM version: "))
            .and_then(|text| text.split('.').next())
            .ok_or_else(|| Failure::Unreadable {
                what: "rustc -vV".to_owned(),
                detail: version.clone(),
            })?;
        Ok(format!("lld-{major}"))
    }

    /// rustc looks for `rust-lld` in its own folder, which Debian's package does not have.
    fn link_linker(&self, package: &str) -> Result<(), Failure> {
        let sysroot = self.known_sysroot()?;
        let host = self.host()?;
        let folder = sysroot.join("lib/rustlib").join(host).join("bin");
        let linker = process::find_program(package).ok_or_else(|| Failure::Missing {
            tool: format!("the linker `{package}`"),
            advice: format!("install the package {package}"),
        })?;
        process::run(
            "creating the linker's folder",
            packages::as_root("mkdir").arg("-p").arg(&folder),
        )?;
        process::run(
            "linking lld as rust-lld",
            packages::as_root("ln")
                .arg("-sf")
                .arg(linker)
                .arg(folder.join("rust-lld")),
        )
    }

    fn known_sysroot(&self) -> Result<PathBuf, Failure> {
        self.sysroot().ok_or_else(|| Failure::Unreadable {
            what: "rustc --print sysroot".to_owned(),
            detail: format!("{} gave no folder", self.rustc.display()),
        })
    }

    fn host(&self) -> Result<String, Failure> {
        let version = self.version()?;
        let host = version
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .map(str::to_owned);
        host.ok_or_else(|| Failure::Unreadable {
            what: "rustc -vV".to_owned(),
            detail: version,
        })
    }

    /// Builds the standard library for wasm by building an empty crate with it, and puts it where rustc looks.
    fn build_std(&self, workspace: &Workspace) -> Result<(), Failure> {
        println!(
            "setup: building the standard library for wasm with Debian's compiler, once, about a minute"
        );
        let folder = workspace.target.join("wasm-std");
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(Failure::file("remove", &folder))?;
        }
        write_empty_crate(&folder)?;
        let mut command = Command::new(&self.cargo);
        self.prepare(&mut command);
        command
            .current_dir(&folder)
            .args([
                "build",
                "--release",
                "-Zbuild-std=std,panic_abort",
                "--target",
                TARGET,
            ])
            .env("CARGO_TARGET_DIR", folder.join("target"))
            // -Z options of a released compiler; only here, never for the product.
            .env("RUSTC_BOOTSTRAP", "1")
            // Without bitcode in the libraries, `lto = true` of the product's profile fails when linking.
            .env("RUSTFLAGS", "-C embed-bitcode=yes")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        let log = workspace.log("wasm-std");
        process::run_logged(
            "building the standard library for wasm",
            &mut command,
            &log,
            STD_DEADLINE,
        )?;
        self.copy_std(&folder)
    }

    fn copy_std(&self, folder: &Path) -> Result<(), Failure> {
        let built = folder.join("target").join(TARGET).join("release/deps");
        let destination = Self::library_folder(&self.known_sysroot()?);
        let entries = std::fs::read_dir(&built).map_err(Failure::file("list", &built))?;
        let libraries: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "rlib"))
            .filter(|path| {
                !path
                    .file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with("libempty"))
            })
            .collect();
        // Libraries of an older compiler would be found twice.
        process::run(
            "removing old wasm libraries",
            packages::as_root("rm").arg("-rf").arg(&destination),
        )?;
        process::run(
            "creating the wasm libraries' folder",
            packages::as_root("mkdir").arg("-p").arg(&destination),
        )?;
        let mut install = packages::as_root("install");
        install
            .args(["-m", "644", "-t"])
            .arg(&destination)
            .args(&libraries);
        process::run("copying the wasm libraries", &mut install)?;
        let stamp = folder.join(STAMP);
        std::fs::write(&stamp, self.version()?).map_err(Failure::file("write", &stamp))?;
        let mut install = packages::as_root("install");
        process::run(
            "noting the compiler's version",
            install.args(["-m", "644", "-t"]).arg(&destination).arg(&stamp),
        )
    }
}

fn write_empty_crate(folder: &Path) -> Result<(), Failure> {
    let source = folder.join("src");
    std::fs::create_dir_all(&source).map_err(Failure::file("create", &source))?;
    let manifest = folder.join("Cargo.toml");
    let text = "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
                [lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n";
    std::fs::write(&manifest, text).map_err(Failure::file("write", &manifest))?;
    let library = source.join("lib.rs");
    std::fs::write(&library, "").map_err(Failure::file("write", &library))
}
