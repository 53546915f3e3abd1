//! Errors on their way out: to the operator's terminal, or to the log under a reference.

use std::error::Error;

/// A command that failed: what was being done, and why it could not be.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct Failure {
    what: String,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Failure {
    pub fn new(what: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            what: what.into(),
            source: Some(source.into()),
        }
    }

    /// One that says everything itself.
    pub fn plain(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            source: None,
        }
    }
}
