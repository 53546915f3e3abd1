//! One minified style sheet from `style/main.css` and all it imports.

use std::path::Path;

use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::stylesheet::{MinifyOptions, ParserOptions, PrinterOptions};
use lightningcss::targets::{Browsers, Targets};

use crate::WebError;

/// The oldest browsers we write CSS for: the first of each with `light-dark()`, container queries, nesting and popovers.
/// Newer syntax than these know is lowered by the bundler. A version is `major << 16 | minor << 8`.
fn targets() -> Targets {
    let version = |major: u32, minor: u32| Some((major << 16) | (minor << 8));
    Targets::from(Browsers {
        chrome: version(123, 0),
        edge: version(123, 0),
        firefox: version(125, 0),
        safari: version(17, 5),
        ios_saf: version(17, 5),
        ..Browsers::default()
    })
}

/// Bundles `entry` into `out`.
pub(crate) fn run(entry: &Path, out: &Path) -> Result<(), WebError> {
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler
        .bundle(entry)
        .map_err(|error| WebError::Css(error.to_string()))?;
    let targets = targets();
    sheet
        .minify(MinifyOptions {
            targets,
            ..MinifyOptions::default()
        })
        .map_err(|error| WebError::Css(error.to_string()))?;
    let printed = sheet
        .to_css(PrinterOptions {
            minify: true,
            targets,
            ..PrinterOptions::default()
        })
        .map_err(|error| WebError::Css(error.to_string()))?;
    std::fs::write(out, printed.code).map_err(|source| WebError::File {
        path: out.to_path_buf(),
        source,
    })
}
