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
        self.tests(name, || step().map(|()| Tally { passed: 1, failed: 0 }));
    }

    /// Runs a step that counts tests. A failure to run them at all counts as one that failed.
    pub(super) fn tests(&mut self, name: &str, step: impl FnOnce() -> Result<Tally, Failure>) {
        println!("\n== {name}");
        let started = Instant::now();
        let tally = step().unwrap_or_else(|failure| {
            crate::report(&failure);
            Tally { passed: 0, failed: 1 }
        });
        let took = started.elapsed();
        self.steps.push(Step {
            name: name.to_owned(),
            took,
            tally,
        });
    }

    /// Prints the summary; the last line is `N passed, N failed`.
    pub(super) fn finish(self) -> Result<(), Failure> {
        println!("\n== summary");
        let mut total = Tally::default();
        for step in &self.steps {
            let verdict = if step.tally.failed == 0 {
                "ok    "
            } else {
                "FAILED"
            };
            println!(
                "{verdict} {:>5} s  {:>5} passed, {:>3} failed  {}",
                step.took.as_secs(),
                step.tally.passed,
                step.tally.failed,
                step.name
            );
            total = total.plus(step.tally);
        }
        let failed: Vec<&str> = self
            .steps
            .iter()
            .filter(|step| step.tally.failed > 0)
            .map(|step| step.name.as_str())
            .collect();
        println!("{} passed, {} failed", total.passed, total.failed);
        match (failed.is_empty(), total.passed) {
            (true, 0) => Err(Failure::Check("no test ran".to_owned())),
            (true, _) => Ok(()),
            (false, _) => Err(Failure::Check(format!("failed: {}", failed.join(", ")))),
        }
    }
}
