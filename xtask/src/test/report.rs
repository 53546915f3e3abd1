//! What each step said, how long it took, and the closing line.

use std::time::{Duration, Instant};

use super::tally::Tally;
use crate::failure::Failure;

/// The steps of a run.
#[derive(Debug, Default)]
pub(super) struct Report {
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: String,
    took: Duration,
    tally: Tally,
}

impl Report {
    /// Runs a step that is one check: it passed or it failed.
    pub(super) fn check(&mut self, name: &str, step: impl FnOnce() -> Result<(), Failure>) {
        self.tests(name, || step().map(|()| Tally::of(1, 0)));
    }

    /// Runs a step that counts tests. A failure to run them at all counts as one that failed.
    pub(super) fn tests(&mut self, name: &str, step: impl FnOnce() -> Result<Tally, Failure>) {
        println!("\n== {name}");
        let started = Instant::now();
        let tally = step().unwrap_or_else(|failure| {
            crate::report(&failure);
            Tally {
                names: vec![failure.to_string()],
                ..Tally::of(0, 1)
            }
        });
        let took = started.elapsed();
        self.steps.push(Step {
            name: name.to_owned(),
            took,
            tally,
        });
    }

    /// Prints the summary, with what failed: of a long log often only the end is kept. Its last line is `N passed, N failed`.
    pub(super) fn finish(self) -> Result<(), Failure> {
        println!("\n== summary");
        let (mut passed, mut failures) = (0, 0);
        for step in &self.steps {
            let tally = &step.tally;
            let verdict = if tally.failed == 0 { "ok    " } else { "FAILED" };
            println!(
                "{verdict} {:>5} s  {:>5} passed, {:>3} failed  {}",
                step.took.as_secs(),
                tally.passed,
                tally.failed,
                step.name
            );
            for line in tally.names.iter().flat_map(|name| name.lines()) {
                println!("           {line}");
            }
            passed += tally.passed;
            failures += tally.failed;
        }
        let failed: Vec<&str> = self
            .steps
            .iter()
            .filter(|step| step.tally.failed > 0)
            .map(|step| step.name.as_str())
            .collect();
        println!("{passed} passed, {failures} failed");
        match (failed.is_empty(), passed) {
            (true, 0) => Err(Failure::Check("no test ran".to_owned())),
            (true, _) => Ok(()),
            (false, _) => Err(Failure::Check(format!("failed: {}", failed.join(", ")))),
        }
    }
}
