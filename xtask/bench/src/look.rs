//! The browser's first look at a mapping file, beside the same rules natively: the module as it is shipped, in Node.

use std::cell::OnceCell;
use std::error::Error;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use domain::Provider;
use domain::user_mapping::{Domains, MappingKnown, MappingOutcome};
use rules::user_mapping::Look;

use crate::mapping::file;

/// Bytes that are read at once, as a browser does.
const PIECE: usize = 64 * 1024;

/// The best of as many rounds on both sides: four times those asked for, since Node needs some until it has compiled the module
/// well.
pub(crate) fn run(site: &Path, rounds: usize) -> Result<(), Box<dyn Error>> {
    let rounds = rounds * 4;
    println!("\nfirst look in the browser, beside the same rules natively, best of {rounds} rounds\n");
    for lines in [10_000_u32, 100_000] {
        let text = file(lines);
        let mut native = Duration::MAX;
        for _ in 0..rounds {
            native = native.min(look(text.as_bytes()));
        }
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("mapping.csv");
        std::fs::write(&path, &text)?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/look.mjs");
        let said = Command::new("node")
            .args([script.as_path(), site, &path])
            .arg(rounds.to_string())
            .output()?;
        if !said.status.success() {
            return Err(String::from_utf8_lossy(&said.stderr).into());
        }
        let milliseconds: f64 = String::from_utf8(said.stdout)?.trim().parse()?;
        println!(
            "{lines:>9} lines {:>5.2} times native (goal 3.0)",
            milliseconds / 1000.0 / native.as_secs_f64()
        );
    }
    Ok(())
}

fn look(bytes: &[u8]) -> Duration {
    let known = MappingKnown {
        provider: Provider::Entra,
        by_sign_in_name: true,
        domains: Domains::from(vec!["contoso.com".to_owned()]),
        old: Vec::new(),
    };
    let place = OnceCell::new();
    let begun = Instant::now();
    let mut look = Look::new(&known, &place, 0x5EED);
    for piece in bytes.chunks(PIECE) {
        look.feed(piece);
    }
    let outcome = black_box(look.finish());
    let took = begun.elapsed();
    assert!(
        matches!(outcome, MappingOutcome::Checked(_)),
        "every line was read"
    );
    took
}
