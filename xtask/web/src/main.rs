//! The heavy half of the front-end build: wasm-bindgen, the CSS bundler and the compressor.
//!
//! A program of its own, so that `cargo xtask` starts without compiling them. Only `xtask` calls it, with paths it has checked.

mod bindgen;
mod compress;
mod css;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(about = "wasm-bindgen, CSS bundling and compression for `cargo xtask build-web`")]
struct Arguments {
    #[command(subcommand)]
    step: Step,
}

#[derive(Subcommand)]
enum Step {
    /// Writes NAME.js and `NAME_bg.wasm` for browsers.
    Bindgen {
        /// What the compiler made.
        input: PathBuf,
        #[arg(long)]
        out: PathBuf,
        #[arg(long)]
        name: String,
        /// Keep function names, for readable stack traces.
        #[arg(long)]
        names: bool,
    },
    /// Bundles and minifies a style sheet with all it imports.
    Css {
        entry: PathBuf,
        #[arg(long)]
        out: PathBuf,
    },
    /// Writes FILE.br beside each FILE and prints `bytes<TAB>brotli bytes<TAB>gzip bytes<TAB>FILE`.
    Compress { files: Vec<PathBuf> },
}

/// What can go wrong; the text below it comes from the tool itself.
#[derive(Debug, thiserror::Error)]
enum WebError {
    #[error("wasm-bindgen refused {}", .input.display())]
    Bindgen {
        input: PathBuf,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    #[error("the style sheet is wrong: {0}")]
    Css(String),
    #[error("cannot read or write {}", .path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

fn main() -> ExitCode {
    let result = match Arguments::parse().step {
        Step::Bindgen {
            input,
            out,
            name,
            names,
        } => bindgen::run(&input, &out, &name, names),
        Step::Css { entry, out } => css::run(&entry, &out),
        Step::Compress { files } => compress::run(&files),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}
