//! The JavaScript around the wasm file.

use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use crate::WebError;

/// Writes `<name>.js` and `<name>_bg.wasm` into `out`, for `import` in a browser.
///
/// The default wasm path is left out of the script: the page passes it, since the shipped file is called `<name>.wasm`.
pub(crate) fn run(input: &Path, out: &Path, name: &str, names: bool) -> Result<(), WebError> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(input)
        .out_name(name)
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(!names)
        .remove_producers_section(!names);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(out))
        .map_err(|error| WebError::Bindgen {
            input: input.to_path_buf(),
            source: error.into(),
        })
}
