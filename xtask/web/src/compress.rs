//! Brotli files beside the originals, so that the server never compresses an asset; and what gzip would make of them.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::WebError;

/// Compresses each file and prints its three sizes.
pub(crate) fn run(files: &[PathBuf]) -> Result<(), WebError> {
    for file in files {
        let (before, after, gzip) = one(file).map_err(|source| WebError::File {
            path: file.clone(),
            source,
        })?;
        println!("{before}\t{after}\t{gzip}\t{}", file.display());
    }
    Ok(())
}

fn one(file: &Path) -> std::io::Result<(u64, u64, u64)> {
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
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&std::fs::read(file)?)?;
    let gzip = u64::try_from(gzip.finish()?.len()).unwrap_or(u64::MAX);
    Ok((before, std::fs::metadata(&target)?.len(), gzip))
}
