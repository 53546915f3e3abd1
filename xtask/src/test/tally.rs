//! Counting the tests of other runners.

use serde::Deserialize;

/// How many tests passed and failed, and which failed, where the runner says it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
    pub(super) names: Vec<String>,
}

impl Tally {
    pub(super) fn of(passed: u64, failed: u64) -> Self {
        Self {
            passed,
            failed,
            names: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.names.extend(other.names);
    }

    /// The number before each of `words` in a line like `5 tests run: 3 passed (1 slow), 1 failed, 1 timed out`.
    fn numbers_before(line: &str, words: &[&str]) -> u64 {
        let parts = line.split([',', ':', '(']).map(str::trim);
        parts
            .filter_map(|part| {
                let (number, word) = part.split_once(' ')?;
                let number: u64 = number.parse().ok()?;
                words
                    .iter()
                    .any(|wanted| word.trim_end_matches(')').trim() == *wanted)
                    .then_some(number)
            })
            .sum()
    }

    /// From nextest's line `Summary [   1.234s] …`.
    pub(super) fn from_nextest(line: &str) -> Option<Self> {
        let (_, counts) = line.split_once("Summary [")?.1.split_once(']')?;
        Some(Self::of(
            Self::numbers_before(counts, &["passed"]),
            Self::numbers_before(counts, &["failed", "timed out", "exec failed", "leaky-failed"]),
        ))
    }

    /// The test of nextest's line `FAIL [   0.014s] (12/34) store::it name`: it comes when the test ends, and once more at the end.
    pub(super) fn failed_of_nextest(line: &str) -> Option<&str> {
        let (verdict, rest) = line.trim_start().split_once(" [")?;
        let is_failure = ["FAIL", "ABORT", "SIG"]
            .iter()
            .any(|start| verdict.starts_with(start))
            || ["TIMEOUT", "LEAK-FAIL", "XFAIL"].contains(&verdict);
        let test = rest.split_once(']')?.1.trim_start();
        let test = test.strip_prefix('(').map_or(test, |counted| {
            counted.split_once(") ").map_or(test, |(_, test)| test)
        });
        is_failure.then(|| test.trim())
    }

    /// From libtest's line `test result: ok. 3 passed; 0 failed; …`.
    pub(super) fn from_libtest(line: &str) -> Option<Self> {
        let (_, counts) = line.split_once("test result: ")?.1.split_once(". ")?;
        let counts = counts.replace(';', ",");
        Some(Self::of(
            Self::numbers_before(&counts, &["passed"]),
            Self::numbers_before(&counts, &["failed"]),
        ))
    }

    /// From Playwright's JSON report. A flaky test failed once: it counts as failed.
    pub(super) fn from_playwright(text: &str) -> Result<Self, serde_json::Error> {
        let report: Report = serde_json::from_str(text)?;
        let errors = u64::try_from(report.errors.len()).unwrap_or(u64::MAX);
        let mut tally = Self::of(
            report.stats.expected,
            report.stats.unexpected + report.stats.flaky + errors,
        );
        // A file of tests that could not be read.
        let unread = report.errors.iter().map(|error| plain(&error.message));
        tally.names.extend(unread);
        for suite in &report.suites {
            suite.name_failures(&mut tally.names);
        }
        Ok(tally)
    }
}

/// What is read of Playwright's report.
#[derive(Deserialize)]
struct Report {
    stats: Stats,
    #[serde(default)]
    errors: Vec<Problem>,
    #[serde(default)]
    suites: Vec<Suite>,
}

#[derive(Deserialize)]
struct Stats {
    expected: u64,
    unexpected: u64,
    flaky: u64,
}

/// A file of tests, or a group in it.
#[derive(Deserialize)]
struct Suite {
    #[serde(default)]
    specs: Vec<Spec>,
    #[serde(default)]
    suites: Vec<Suite>,
}

#[derive(Deserialize)]
struct Spec {
    title: String,
    file: String,
    line: u64,
    tests: Vec<Test>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Test {
    project_name: String,
    status: String,
    results: Vec<Outcome>,
}

#[derive(Deserialize)]
struct Outcome {
    error: Option<Problem>,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    message: String,
}

impl Suite {
    fn name_failures(&self, names: &mut Vec<String>) {
        for spec in &self.specs {
            for test in &spec.tests {
                if ["unexpected", "flaky"].contains(&test.status.as_str()) {
                    names.push(spec.failure(test));
                }
            }
        }
        for suite in &self.suites {
            suite.name_failures(names);
        }
    }
}

impl Spec {
    /// Which test it is, and what it says of itself.
    fn failure(&self, test: &Test) -> String {
        let said = test.results.iter().find_map(|result| result.error.as_ref());
        let said = said.map_or_else(String::new, |error| plain(&error.message));
        let Self {
            title, file, line, ..
        } = self;
        format!("[{}] {file}:{line} {title}\n{said}", test.project_name)
    }
}

/// What is shown of a message: it may end with everything the browser did.
const LINES: usize = 15;

/// The first lines of a message for a terminal, without its colours.
fn plain(message: &str) -> String {
    let text = anstream::adapter::strip_str(message.trim()).to_string();
    let lines: Vec<&str> = text.lines().take(LINES).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_summaries_are_counted() {
        let line = "     Summary [   2.501s] 7 tests run: 4 passed (1 slow, 1 leaky), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(Tally::from_nextest(line), Some(Tally::of(4, 3)));
        let line = "     Summary [   0.004s] 2 tests run: 2 passed, 0 skipped";
        assert_eq!(Tally::from_nextest(line), Some(Tally::of(2, 0)));
        assert_eq!(
            Tally::from_nextest("        PASS [   0.004s] domain summary"),
            None
        );
    }

    #[test]
    fn libtest_results_are_counted() {
        let line = "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(Tally::from_libtest(line), Some(Tally::of(3, 2)));
    }

    #[test]
    fn failed_tests_of_nextest_are_named() {
        let failed = Tally::failed_of_nextest;
        let line = "        FAIL [   0.014s] ( 12/1157) store::it migration::swaps";
        assert_eq!(failed(line), Some("store::it migration::swaps"));
        assert_eq!(
            failed("     TIMEOUT [  60.002s] server::it a::b"),
            Some("server::it a::b")
        );
        for verdict in ["FAIL + LEAK", "LEAK-FAIL", "XFAIL", "ABORT SIG 42", "SIGABRT"] {
            let line = format!("     {verdict} [   0.002s] (1/2) rules d");
            assert_eq!(failed(&line), Some("rules d"), "{verdict}");
        }
        for verdict in ["PASS", "LEAK", "SLOW", "TIMEOUT-PASS", "SKIP"] {
            let line = format!("     {verdict} [   0.002s] (1/2) rules d");
            assert_eq!(failed(&line), None, "{verdict}");
        }
        assert_eq!(
            failed("     Summary [   2.501s] 7 tests run: 4 passed, 3 failed"),
            None
        );
    }

    #[test]
    fn playwright_reports_are_counted_and_failures_named() {
        let text = r#"{"errors":[{"message":"b.spec.ts is none"}],"stats":{"expected":5,"unexpected":1,"flaky":1,"skipped":0,"duration":1.5},
            "suites":[{"title":"a.spec.ts","specs":[],"suites":[{"title":"a group","specs":[
                {"title":"is quiet","file":"a.spec.ts","line":7,"tests":[
                    {"projectName":"no-scripts","status":"unexpected","results":[{"error":{"message":" it \u001b[31mspoke\u001b[39m\nhere"}}]},
                    {"projectName":"with-scripts","status":"expected","results":[{}]}]}]}]}]}"#;
        let tally = Tally::from_playwright(text).unwrap();
        assert_eq!((tally.passed, tally.failed), (5, 3));
        assert_eq!(
            tally.names,
            [
                "b.spec.ts is none",
                "[no-scripts] a.spec.ts:7 is quiet\nit spoke\nhere"
            ]
        );
        assert!(Tally::from_playwright("{}").is_err());
    }
}
