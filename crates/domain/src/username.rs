//! A username has a stored form and a comparison key (domain 2.0). The function that makes both lives in
//! `rules::username`, once; here are only the types, so that nobody compares one with the other.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The stored form: what is written to the account. NFC, outer white space trimmed, letter case preserved.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Username(String);

/// The key: what uniqueness and look-ups use. Case-folded stored form, unique within a customer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UsernameKey(String);

impl Username {
    /// Wraps text that is already in stored form: out of the database, or out of `rules::username::stored`.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl UsernameKey {
    /// Wraps text that is already a key: out of the database, or out of `rules::username::key`.
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
