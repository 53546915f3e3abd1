//! Brotli files beside the originals, so that the server never compresses an asset.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use brotli::enc::BrotliEncoderParams;

use crate::WebError;

/// Compresses each file and prints its two sizes.
pub(crate) fn run(files: &[PathBuf]) -> Result<(), WebError> {
    for file in files {
        let (before, after) = one(file).map_err(|source| WebError::File {
            path: file.clone(),
            source,
        })?;
        println!("{before}\t{after}\t{}", file.display());
    }
    Ok(())
}

fn one(file: &Path) -> std::io::Result<(u64, u64)> {
    let mut target = file.as_os_str().to_os_string();
    target.push(".br");
    let mut input = File::open(file)?;
    let before = input.metadata()?.len();
    let mut output = BufWriter::new(File::create(&target)?);
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..BrotliEncoderParams::default()
    };
    brotli::BrotliCompress(&mut input, &mut output, &parameters)?;
    output.flush()?;
    drop(output);
    Ok((before, std::fs::metadata(&target)?.len()))
}
