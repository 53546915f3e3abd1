//! Counting the tests of other runners.

use serde::Deserialize;

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Tally {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
        }
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
        Some(Self {
            passed: Self::numbers_before(counts, &["passed"]),
            failed: Self::numbers_before(counts, &["failed", "timed out", "exec failed", "leaky-failed"]),
        })
    }

    /// From libtest's line `test result: ok. 3 passed; 0 failed; …`.
    pub(super) fn from_libtest(line: &str) -> Option<Self> {
        let (_, counts) = line.split_once("test result: ")?.1.split_once(". ")?;
        let counts = counts.replace(';', ",");
        Some(Self {
            passed: Self::numbers_before(&counts, &["passed"]),
            failed: Self::numbers_before(&counts, &["failed"]),
        })
    }

    /// From Playwright's JSON report. A flaky test failed once: it counts as failed.
    pub(super) fn from_playwright(text: &str) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Root {
            stats: Stats,
            #[serde(default)]
            errors: Vec<serde_json::Value>,
        }
        #[derive(Deserialize)]
        struct Stats {
            expected: u64,
            unexpected: u64,
            flaky: u64,
        }
        let root: Root = serde_json::from_str(text)?;
        let errors = u64::try_from(root.errors.len()).unwrap_or(u64::MAX);
        Ok(Self {
            passed: root.stats.expected,
            failed: root.stats.unexpected + root.stats.flaky + errors,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nextest_summaries_are_counted() {
        let line = "     Summary [   2.501s] 7 tests run: 4 passed (1 slow, 1 leaky), 2 failed, 1 timed out, 3 skipped";
        assert_eq!(Tally::from_nextest(line), Some(Tally { passed: 4, failed: 3 }));
        let line = "     Summary [   0.004s] 2 tests run: 2 passed, 0 skipped";
        assert_eq!(Tally::from_nextest(line), Some(Tally { passed: 2, failed: 0 }));
        assert_eq!(
            Tally::from_nextest("        PASS [   0.004s] domain summary"),
            None
        );
    }

    #[test]
    fn libtest_results_are_counted() {
        let line = "test result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(Tally::from_libtest(line), Some(Tally { passed: 3, failed: 2 }));
    }

    #[test]
    fn playwright_reports_are_counted() {
        let text =
            r#"{"errors":[{}],"stats":{"expected":5,"unexpected":1,"flaky":1,"skipped":0,"duration":1.5}}"#;
        assert_eq!(
            Tally::from_playwright(text).unwrap(),
            Tally { passed: 5, failed: 3 }
        );
        assert!(Tally::from_playwright("{}").is_err());
    }
}
