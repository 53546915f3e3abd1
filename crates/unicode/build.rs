//! Packs the case folding of the standard, as `caseless` has it, into runs of characters that fold alike: a tenth of the
//! size of its table, which counts where a browser loads it.

use std::fmt::Write as _;
use std::path::Path;

/// Characters from the first to the last, one `step` apart, each `add` away from what it folds to.
struct Run {
    first: u32,
    last: u32,
    step: u32,
    add: i64,
}

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    let (mut runs, mut longer): (Vec<Run>, Vec<(char, String)>) = (Vec::new(), Vec::new());
    for c in '\0'..=char::MAX {
        let folded = caseless::default_case_fold_str(c.encode_utf8(&mut [0; 4]));
        let mut all = folded.chars();
        match (all.next(), all.next()) {
            (Some(one), None) if one == c => {}
            (Some(one), None) => add(
                &mut runs,
                c.into(),
                i64::from(u32::from(one)) - i64::from(u32::from(c)),
            ),
            _ => longer.push((c, folded)),
        }
    }
    let mut text = "pub(super) const RUNS: &[(u32, u32, u32, i32)] = &[".to_owned();
    let mut write = || -> std::fmt::Result {
        for Run {
            first,
            last,
            step,
            add,
        } in &runs
        {
            write!(text, "({first}, {last}, {step}, {add}), ")?;
        }
        text.push_str("];\npub(super) const LONGER: &[(char, &str)] = &[");
        for (c, folded) in &longer {
            write!(text, "({c:?}, {folded:?}), ")?;
        }
        text.push_str("];\n");
        Ok(())
    };
    write().map_err(std::io::Error::other)?;
    let folder = std::env::var_os("OUT_DIR").unwrap_or_default();
    std::fs::write(Path::new(&folder).join("fold.rs"), text)
}

/// Makes the last run longer by a character, or begins another.
fn add(runs: &mut Vec<Run>, c: u32, add: i64) {
    if let Some(run) = runs.last_mut().filter(|run| run.add == add) {
        let step = c - run.last;
        if run.first == run.last && step <= 2 || step == run.step {
            (run.last, run.step) = (c, step);
            return;
        }
    }
    runs.push(Run {
        first: c,
        last: c,
        step: 1,
        add,
    });
}
