//! The browser's part of the product: `target/site/pkg/usersync.{js,wasm,css}` and what checks mapping files in a
//! worker, each with a `.br` beside it, and the files of `public/`.
//!
//! The layout is cargo-leptos's. Built into the target folder (which CI keeps), then mirrored to `target/site` of the checkout,
//! which the server embeds. Unchanged inputs are not built again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Deserialize;

use crate::failure::Failure;
use crate::inputs;
use crate::process;
use crate::setup::{node, wasm};
use crate::workspace::{OUTPUT_NAME, Workspace};

/// What the front-end is made from; `Cargo.lock` stands for all dependencies.
const INPUTS: [&str; 11] = [
    "Cargo.toml",
    "Cargo.lock",
    "app",
    "crates/domain",
    "crates/hydrate",
    "crates/mapping-worker",
    "crates/rules",
    "crates/unicode",
    "style",
    "public",
    "xtask/web",
];
const STAMP: &str = "inputs.sha256";
const BUDGET: &str = "xtask/budget.toml";
const OPTIMISE_DEADLINE: Duration = Duration::from_mins(20);

#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Options {
    /// A quick build for trying things: not optimised, larger, with function names.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Build even if nothing changed.
    #[arg(long)]
    pub(crate) force: bool,
}

impl Options {
    fn profile(&self) -> &'static str {
        if self.quick { "dev" } else { "wasm-release" }
    }

    /// Cargo's folder of that profile.
    fn profile_folder(&self) -> &'static str {
        if self.quick { "debug" } else { "wasm-release" }
    }
}

/// What becomes of a front-end that is larger than its budget.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Excess {
    /// A failure: what is shipped and what CI sees.
    Fails,
    /// A warning: somebody is only looking.
    Warns,
}

/// The largest sizes after brotli, in bytes. A build may exceed one by 2 %.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Budget {
    /// The wasm and the scripts together.
    code: u64,
    /// The style sheet.
    styles: u64,
    /// The module that checks mapping files in a worker, after gzip.
    mapping_module: u64,
    /// The scripts around it.
    mapping_scripts: u64,
}

#[derive(Debug)]
struct Size {
    name: String,
    raw: u64,
    compressed: u64,
    gzip: u64,
}

/// Builds what changed and gives the hash of the inputs.
pub(crate) fn build(
    workspace: &Workspace,
    origin: wasm::Origin,
    options: &Options,
    excess: Excess,
) -> Result<String, Failure> {
    let toolchain = wasm::ensure(workspace, origin)?;
    let hash = inputs::hash(
        &workspace.root,
        &INPUTS,
        &[options.profile(), &toolchain.version()?],
    )?;
    let folder = workspace.target.join("front-end").join(options.profile());
    let site = folder.join("site");
    let stamp = folder.join(STAMP);
    let known = std::fs::read_to_string(&stamp).is_ok_and(|built| built == hash);
    if known && !options.force {
        println!("build-web: unchanged");
    } else {
        let started = Instant::now();
        node::ensure(workspace)?;
        // A build that fails half-way leaves a half site: no earlier stamp may vouch for it.
        if stamp.exists() {
            std::fs::remove_file(&stamp).map_err(Failure::file("remove", &stamp))?;
        }
        build_site(workspace, &toolchain, options, &site)?;
        std::fs::write(&stamp, &hash).map_err(Failure::file("write", &stamp))?;
        println!("build-web: done in {} s", started.elapsed().as_secs());
    }
    let sizes = read_sizes(&folder)?;
    mirror(&site, &workspace.site(), &hash)?;
    match check_budget(workspace, &sizes) {
        Err(Failure::Check(text)) if options.quick || excess == Excess::Warns => {
            println!("build-web: warning: {text}");
        }
        other => other?,
    }
    Ok(hash)
}

fn build_site(
    workspace: &Workspace,
    toolchain: &wasm::Toolchain,
    options: &Options,
    site: &Path,
) -> Result<(), Failure> {
    let package = site.join("pkg");
    if site.exists() {
        std::fs::remove_dir_all(site).map_err(Failure::file("remove", site))?;
    }
    std::fs::create_dir_all(&package).map_err(Failure::file("create", &package))?;
    println!(
        "build-web: compiling the front-end with {toolchain} (profile {}), minutes the first time",
        options.profile()
    );
    let compiled = compile(workspace, toolchain, options, "hydrate", "hydrate")?;
    let tool = web_tool(workspace)?;
    bind(&tool, &compiled, &package, options)?;
    let bound = package.join(format!("{OUTPUT_NAME}_bg.wasm"));
    let shipped = package.join(format!("{OUTPUT_NAME}.wasm"));
    optimise(workspace, (&bound, &shipped), &[], options)?;
    mapping_worker(workspace, toolchain, options, &package)?;
    styles(workspace, &tool, &package)?;
    copy_tree(&workspace.root.join("public"), site)?;
    compress(&tool, site)
}

/// Compiles one of our crates to wasm and gives the path of the module.
fn compile(
    workspace: &Workspace,
    toolchain: &wasm::Toolchain,
    options: &Options,
    package: &str,
    module: &str,
) -> Result<PathBuf, Failure> {
    process::run(
        &format!("compiling {package}"),
        toolchain.cargo(workspace).args([
            "build",
            "--package",
            package,
            "--target",
            "wasm32-unknown-unknown",
            "--profile",
            options.profile(),
        ]),
    )?;
    Ok(toolchain
        .target(workspace)
        .join("wasm32-unknown-unknown")
        .join(options.profile_folder())
        .join(format!("{module}.wasm")))
}

/// Builds `xtask-web` and gives its path.
fn web_tool(workspace: &Workspace) -> Result<PathBuf, Failure> {
    println!("build-web: building the tools for wasm and styles, minutes the first time");
    let mut command = workspace.cargo();
    // Flags for the product are none of the tools' business, and would build them twice.
    command.env_remove("CARGO_ENCODED_RUSTFLAGS");
    command.args(["build", "--quiet", "--package", "xtask-web", "--profile", "tools"]);
    process::run("building xtask-web", &mut command)?;
    Ok(workspace
        .target
        .join("tools")
        .join(format!("xtask-web{}", std::env::consts::EXE_SUFFIX)))
}

fn bind(tool: &Path, compiled: &Path, package: &Path, options: &Options) -> Result<(), Failure> {
    println!("build-web: wasm-bindgen");
    let mut command = Command::new(tool);
    command
        .arg("bindgen")
        .arg(compiled)
        .arg("--out")
        .arg(package)
        .args(["--name", OUTPUT_NAME]);
    if options.quick {
        command.arg("--names");
    }
    process::run("wasm-bindgen", &mut command)
}

/// From what the compiler and wasm-bindgen made to what is shipped.
fn optimise(
    workspace: &Workspace,
    (made, shipped): (&Path, &Path),
    more: &[&str],
    options: &Options,
) -> Result<(), Failure> {
    if options.quick {
        return std::fs::rename(made, shipped).map_err(Failure::file("rename", made));
    }
    println!("build-web: wasm-opt");
    let mut command = Command::new("node");
    command
        .arg(node::script(workspace, "binaryen/bin/wasm-opt"))
        .args([
            "-Oz",
            "--enable-bulk-memory",
            "--enable-nontrapping-float-to-int",
            "--enable-sign-ext",
        ])
        .args([
            "--enable-mutable-globals",
            "--enable-reference-types",
            "--enable-multivalue",
        ])
        .args(more)
        .arg(made)
        .arg("-o")
        .arg(shipped);
    process::run_logged(
        "wasm-opt",
        &mut command,
        &workspace.log("wasm-opt"),
        OPTIMISE_DEADLINE,
    )?;
    std::fs::remove_file(made).map_err(Failure::file("remove", made))
}

/// The check of mapping files in a worker: a module of its own and its scripts (docs/adr/0017).
fn mapping_worker(
    workspace: &Workspace,
    toolchain: &wasm::Toolchain,
    options: &Options,
    package: &Path,
) -> Result<(), Failure> {
    println!("build-web: the check of mapping files in the browser");
    let compiled = compile(workspace, toolchain, options, "mapping-worker", "mapping_worker")?;
    let made = package.join("mapping-worker_made.wasm");
    std::fs::copy(&compiled, &made).map_err(Failure::file("copy", &compiled))?;
    // What compresses well counts here: many small functions that are alike, beside those that are named alike.
    let more = [
        "--low-memory-unused",
        "--one-caller-inline-max-function-size=30",
        "--reorder-functions-by-name",
        "--strip-debug",
        "--strip-producers",
    ];
    let shipped = package.join("mapping-worker.wasm");
    optimise(workspace, (&made, &shipped), &more, options)?;
    copy_tree(&workspace.root.join("crates/mapping-worker/js"), package)
}

fn styles(workspace: &Workspace, tool: &Path, package: &Path) -> Result<(), Failure> {
    println!("build-web: styles");
    let entry = workspace.root.join("style/main.css");
    let out = package.join(format!("{OUTPUT_NAME}.css"));
    process::run(
        "bundling the styles",
        Command::new(tool).arg("css").arg(entry).arg("--out").arg(out),
    )
}

/// Compresses what compresses well, and keeps the sizes beside the site.
fn compress(tool: &Path, site: &Path) -> Result<(), Failure> {
    let files: Vec<PathBuf> = inputs::files_under(site)?
        .into_iter()
        .filter(|file| {
            let extension = file.extension().and_then(|extension| extension.to_str());
            matches!(
                extension,
                Some("js" | "wasm" | "css" | "svg" | "txt" | "json" | "webmanifest" | "ico")
            )
        })
        .collect();
    let text = process::capture("compressing", Command::new(tool).arg("compress").args(&files))?;
    let shown = text.replace(&format!("{}/", site.display()), "");
    let sizes = site.with_file_name("sizes.tsv");
    std::fs::write(&sizes, shown).map_err(Failure::file("write", &sizes))
}

fn read_sizes(folder: &Path) -> Result<Vec<Size>, Failure> {
    let path = folder.join("sizes.tsv");
    let text = std::fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
    text.lines()
        .map(|line| {
            let mut fields = line.split('\t');
            let number = |field: Option<&str>| field.and_then(|text| text.parse::<u64>().ok());
            let sizes = [fields.next(), fields.next(), fields.next()].map(number);
            match (sizes, fields.next()) {
                ([Some(raw), Some(compressed), Some(gzip)], Some(name)) => Ok(Size {
                    name: name.to_owned(),
                    raw,
                    compressed,
                    gzip,
                }),
                _ => Err(Failure::Unreadable {
                    what: path.display().to_string(),
                    detail: line.to_owned(),
                }),
            }
        })
        .collect()
}

fn check_budget(workspace: &Workspace, sizes: &[Size]) -> Result<(), Failure> {
    let path = workspace.root.join(BUDGET);
    let text = std::fs::read_to_string(&path).map_err(Failure::file("read", &path))?;
    let budget: Budget = toml::from_str(&text).map_err(|error| Failure::Unreadable {
        what: BUDGET.to_owned(),
        detail: error.to_string(),
    })?;
    for size in sizes.iter().filter(|size| size.name.starts_with("pkg/")) {
        println!(
            "build-web: {:>9} bytes, {:>8} compressed  {}",
            size.raw, size.compressed, size.name
        );
    }
    let total = |wanted: &[&str], size: fn(&Size) -> u64| -> u64 {
        let is_wanted = |name: &str| {
            let name = name.strip_prefix("pkg/");
            name.is_some_and(|name| wanted.contains(&name))
        };
        let sizes = sizes.iter().filter(|size| is_wanted(&size.name));
        sizes.map(size).sum()
    };
    let brotli = |size: &Size| size.compressed;
    let mut faults = String::new();
    for (what, actual, allowed) in [
        (
            "wasm and scripts",
            total(&["usersync.wasm", "usersync.js"], brotli),
            budget.code,
        ),
        ("styles", total(&["usersync.css"], brotli), budget.styles),
        (
            "the module for mapping files",
            total(&["mapping-worker.wasm"], |size| size.gzip),
            budget.mapping_module,
        ),
        (
            "the scripts for mapping files",
            total(&["mapping.js", "mapping-line.js", "mapping-worker.js"], brotli),
            budget.mapping_scripts,
        ),
    ] {
        println!("build-web: {what}: {actual} bytes compressed, budget {allowed}");
        if exceeds(actual, allowed) {
            let _ = write!(
                faults,
                "{what} take {actual} bytes compressed, more than 2 % over the budget of {allowed}. "
            );
        }
    }
    if faults.is_empty() {
        return Ok(());
    }
    Err(Failure::Check(format!(
        "{faults}Make them smaller, or raise {BUDGET} and say why in the commit"
    )))
}

/// More than 2 % over the budget.
fn exceeds(actual: u64, allowed: u64) -> bool {
    actual.saturating_mul(100) > allowed.saturating_mul(102)
}

/// Makes `to` a copy of `from`, unless it is one already.
fn mirror(from: &Path, to: &Path, hash: &str) -> Result<(), Failure> {
    let stamp = to.with_extension("sha256");
    if to.join("pkg").is_dir() && std::fs::read_to_string(&stamp).is_ok_and(|copied| copied == hash) {
        return Ok(());
    }
    if to.exists() {
        std::fs::remove_dir_all(to).map_err(Failure::file("remove", to))?;
    }
    std::fs::create_dir_all(to).map_err(Failure::file("create", to))?;
    copy_tree(from, to)?;
    std::fs::write(&stamp, hash).map_err(Failure::file("write", &stamp))
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), Failure> {
    for file in inputs::files_under(from)? {
        let Ok(name) = file.strip_prefix(from) else {
            continue;
        };
        if name
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'))
        {
            continue;
        }
        let target = to.join(name);
        if let Some(folder) = target.parent() {
            std::fs::create_dir_all(folder).map_err(Failure::file("create", folder))?;
        }
        std::fs::copy(&file, &target).map_err(Failure::file("copy", &file))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_may_exceed_its_budget_by_two_per_cent() {
        assert!(!exceeds(1_020, 1_000));
        assert!(exceeds(1_021, 1_000));
    }

    #[test]
    fn sizes_that_cannot_be_read_are_a_failure() {
        let folder = std::env::temp_dir().join(format!("usersync-xtask-sizes-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("sizes.tsv"), "10\t4\t5\tpkg/usersync.css\n").unwrap();
        let size = &read_sizes(&folder).unwrap()[0];
        assert_eq!((size.compressed, size.gzip), (4, 5));
        std::fs::write(folder.join("sizes.tsv"), "10\t4\tpkg/usersync.css\n").unwrap();
        assert!(read_sizes(&folder).is_err());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
