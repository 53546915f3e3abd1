//! What the page of the user mapping shows.

use serde::{Deserialize, Serialize};

use super::When;
use crate::user_mapping::{Column, FindingGroup, MappingOutcome, MappingReading, MappingState};

/// How the mapping of a customer stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserMappingView {
    /// Whoever looks may upload a file now.
    pub can_edit: bool,
    /// The newest version.
    pub version: Option<MappingVersionView>,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingVersionView {
    pub number: i64,
    pub file_name: String,
    pub by: String,
    pub when: When,
    pub state: MappingState,
    pub reading: MappingReading,
    pub outcome: Option<MappingOutcome>,
}

/// The lines of one group of findings, a page of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingFindings {
    pub group: FindingGroup,
    pub rows: Vec<MappingFindingRow>,
    pub next: Option<String>,
}

/// One finding, with its line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingFindingRow {
    pub line: u64,
    pub column: Option<Column>,
    pub existing: String,
    pub new: String,
    pub target: String,
    pub sentence: String,
}
