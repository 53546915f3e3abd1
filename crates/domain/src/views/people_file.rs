//! What the page shows on which accounts of the old directory come in.

use serde::{Deserialize, Serialize};

use super::{OldDirectoryView, When};
use crate::people_file::{PeopleFileCounts, PeopleFileReading, PeopleFileState};

/// The directories that the intranet followed before, and the newest file with accounts of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleFileView {
    /// Whoever looks may upload a file now.
    pub can_edit: bool,
    pub directories: Vec<OldDirectoryView>,
    pub latest: Option<PeopleFileResult>,
}

/// A file, and what became of its lines so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleFileResult {
    pub number: i64,
    pub name: String,
    /// The name of the directory it was for.
    pub directory: String,
    pub state: PeopleFileState,
    pub reading: PeopleFileReading,
    pub lines: i64,
    pub counts: PeopleFileCounts,
    pub by: String,
    pub when: When,
}

/// A line that changed nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedLine {
    pub line: i64,
    pub username: String,
    /// Sentences, each with its cure.
    pub problems: Vec<String>,
}
