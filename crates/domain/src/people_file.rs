//! A People CSV: accounts of a directory that the intranet followed before, as an export of People has them (domain 1.5),
//! and what is said about its lines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::codes;
use crate::numbers::{plural, thousands};
use crate::people::AccountState;
use crate::user_mapping::{Delimiter, FileEncoding, Finding, FindingCode, Rejection, Severity};

/// The column with the account's state, beside `username` and the keys of the profile fields.
pub const STATE_COLUMN: &str = "account_state";
/// The column with the directory that owns the account. It is compared, never written.
pub const DIRECTORY_COLUMN: &str = "directory";

/// How a state is written in the file: whether the account may be used (domain 1.5). A frozen one is: that ends by itself.
pub const fn state_word(state: AccountState) -> &'static str {
    match state {
        AccountState::Active | AccountState::Frozen => "Yes",
        AccountState::Blocked => "No",
    }
}

/// The cells of a line by their columns, as they were meant: without what a spreadsheet or an export put around them. A
/// column that the file does not have is absent, and changes nothing.
pub type PeopleCells = BTreeMap<String, String>;

codes! {
    /// How far a file has come.
    pub enum PeopleFileState {
        /// It is on its way; nobody sees it before its end (F-34).
        Receiving = "receiving",
        /// All of it is here, and its lines become accounts one after the other.
        Working = "working",
        Done = "done",
        /// It broke off, again and again. What became of each line is known.
        Stopped = "stopped",
    }
}

codes! {
    /// What became of a line.
    pub enum PeopleLineState {
        Waiting = "waiting",
        Created = "created",
        Updated = "updated",
        Unchanged = "unchanged",
        Refused = "refused",
    }
}

/// How a file was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleFileReading {
    pub encoding: FileEncoding,
    pub delimiter: Delimiter,
    /// The columns that were read, by their symbolic names.
    pub read: Vec<String>,
    /// Columns that were left out, by their headings (F-06).
    pub ignored: Vec<String>,
    /// F-21.
    pub blank_lines: u64,
}

/// How many lines came to what so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleFileCounts {
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub refused: i64,
}

impl PeopleFileCounts {
    /// How many lines are done.
    pub const fn done(self) -> i64 {
        self.created + self.updated + self.unchanged + self.refused
    }

    /// Counts a line.
    pub const fn add(&mut self, state: PeopleLineState) {
        match state {
            PeopleLineState::Created => self.created += 1,
            PeopleLineState::Updated => self.updated += 1,
            PeopleLineState::Unchanged => self.unchanged += 1,
            PeopleLineState::Refused => self.refused += 1,
            PeopleLineState::Waiting => {}
        }
    }
}

/// What became of an upload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PeopleFileReceived {
    /// The file with this number is worked on.
    File(i64),
    /// F-12: it is not UTF-8. Lines as they read in Windows-1252; nothing was stored.
    Asks { samples: Vec<String> },
}

/// Why a whole file is refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PeopleRejection {
    File(Rejection),
    /// F-07: the headings that were found.
    NoUsername {
        found: Vec<String>,
    },
}

impl PeopleRejection {
    /// What is wrong with the file as a whole, and the cure.
    pub fn sentence(&self) -> String {
        match self {
            PeopleRejection::File(rejection) => rejection.sentence(),
            PeopleRejection::NoUsername { found } if found.is_empty() => NO_USERNAME.to_owned(),
            PeopleRejection::NoUsername { found } => {
                format!("{NO_USERNAME} The first line reads: {}.", found.join(", "))
            }
        }
    }
}

const NO_USERNAME: &str = "No column is called username, so nobody knows whose lines these are. Put the symbolic names of the \
     columns in the first line, as an export of People has them.";

impl From<Rejection> for PeopleRejection {
    fn from(rejection: Rejection) -> Self {
        Self::File(rejection)
    }
}

/// Why a line changed nothing. [`LineProblem::sentence`] says it, and the cure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineProblem {
    /// F-17: a quote closes before its cell ends.
    StrayQuote,
    /// F-22.
    CommentLine,
    /// F-23. A cell that is missing could empty a field.
    TooFewCells {
        cells: u64,
        columns: u64,
    },
    /// F-24.
    TooManyCells {
        cells: u64,
        columns: u64,
    },
    UsernameMissing,
    /// What the intake of usernames says (F-13, F-17, F-28, F-33, R-07, R-13).
    Username {
        code: FindingCode,
        text: Option<String>,
    },
    /// Another line of the file has the same username.
    Repeated {
        line: u64,
    },
    /// B-05. Fields are named as on the screen.
    TooLong {
        field: String,
        limit: u32,
    },
    /// B-03, B-04: `takes` ends "Office takes …".
    NotOfKind {
        field: String,
        takes: String,
    },
    NotAnAddress {
        field: String,
    },
    /// by its code point.
    Hidden {
        field: String,
        sign: String,
    },
    /// F-13.
    Lost {
        field: String,
    },
    /// F-33.
    SpreadsheetError {
        field: String,
    },
    UnknownState {
        text: String,
    },
    /// The line itself says that the account is local (D-02).
    SaysLocal,
    /// The line itself names another directory.
    SaysDirectory {
        text: String,
        chosen: String,
    },
    /// People has a local account of this name.
    LocalAccount,
    /// An account of another directory has the username.
    OtherDirectory,
    Administrator,
    /// somebody gave the username up in a migration.
    Reserved,
}

impl LineProblem {
    /// What is wrong, and the cure. The line and the username stand beside it.
    pub fn sentence(&self) -> String {
        self.fixed().map_or_else(|| self.told(), str::to_owned)
    }

    const fn fixed(&self) -> Option<&'static str> {
        Some(match self {
            LineProblem::StrayQuote => {
                "A quotation mark closes before the cell ends. Put the whole cell between quotation marks and double those inside it, or remove them."
            }
            LineProblem::CommentLine => {
                "A line that begins with # counts like any other in a CSV file. If it is a remark, remove it."
            }
            LineProblem::UsernameMissing => {
                "There is no username on this line. Type whose line it is, or remove it."
            }
            LineProblem::SaysLocal => {
                "The column directory says Local. Local accounts are never changed by an import: leave the line out."
            }
            LineProblem::LocalAccount => {
                "A local account has this username, and local accounts are never changed by an import. Leave the line out, or correct the username."
            }
            LineProblem::OtherDirectory => {
                "An account of another directory has this username. Choose that directory for the line, or correct the username."
            }
            LineProblem::Administrator => {
                "The account is an administrator’s, and administrators are never changed by an import. Change it in People, and leave the line out."
            }
            LineProblem::Reserved => {
                "The migration freed this username, and it is kept from newcomers for a while, so that nobody is taken for its former owner. Correct the username, or upload the line later."
            }
            _ => return None,
        })
    }

    fn told(&self) -> String {
        match self {
            LineProblem::TooFewCells { cells, columns } => format!(
                "The line has {} and the file {}. Add the separators that are missing, so that every cell stands below its heading.",
                plural(*cells, "cell", "cells"),
                plural(*columns, "column", "columns")
            ),
            LineProblem::TooManyCells { cells, columns } => format!(
                "The line has {} and the file {}; a separator inside a cell needs quotation marks around the cell.",
                plural(*cells, "cell", "cells"),
                plural(*columns, "column", "columns")
            ),
            LineProblem::Username { code, text } => Finding {
                line: 0,
                column: None,
                severity: Severity::Error,
                code: *code,
                other: None,
                text: text.clone(),
            }
            .sentence_of_file(),
            LineProblem::Repeated { line } => format!(
                "Line {} has the same username, so it is not clear which counts. Keep the line that is right, and remove the other.",
                thousands(*line)
            ),
            LineProblem::UnknownState { text } => format!(
                "“{text}” is no state of an account. Write Yes for an active account, No for a blocked one, or leave the cell empty to change nothing."
            ),
            LineProblem::SaysDirectory { text, chosen } => format!(
                "The column directory says “{text}”, and the file was uploaded for {chosen}. Choose that directory for the line; if both are the same one, leave the column out."
            ),
            _ => self.told_of_field(),
        }
    }

    fn told_of_field(&self) -> String {
        match self {
            LineProblem::TooLong { field, limit } => {
                format!(
                    "{field} takes at most {} characters. Shorten it.",
                    thousands(u64::from(*limit))
                )
            }
            LineProblem::NotOfKind { field, takes } => {
                format!("{field} takes {takes}. Correct the cell, or leave it empty.")
            }
            LineProblem::NotAnAddress { field } => {
                format!(
                    "{field} takes an address such as anna@example.org. Correct the cell, or leave it empty."
                )
            }
            LineProblem::Hidden { field, sign } => format!(
                "{field} holds a character that cannot be seen and changes how the text reads ({sign}). Type it again without it."
            ),
            LineProblem::Lost { field } => format!(
                "{field} holds the sign � in place of a letter that was lost before. Type the letter again."
            ),
            LineProblem::SpreadsheetError { field } => {
                format!("{field} holds an error of a spreadsheet. Take the value from where it came from.")
            }
            // What remains is said in other words above.
            _ => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_said_with_its_cure() {
        let text = || "x".to_owned();
        let code = FindingCode::LineBreak;
        for problem in [
            LineProblem::StrayQuote,
            LineProblem::CommentLine,
            LineProblem::TooFewCells { cells: 1, columns: 3 },
            LineProblem::TooManyCells { cells: 4, columns: 3 },
            LineProblem::UsernameMissing,
            LineProblem::Username { code, text: None },
            LineProblem::Repeated { line: 12 },
            LineProblem::TooLong {
                field: text(),
                limit: 128,
            },
            LineProblem::NotOfKind {
                field: text(),
                takes: text(),
            },
            LineProblem::NotAnAddress { field: text() },
            LineProblem::Hidden {
                field: text(),
                sign: text(),
            },
            LineProblem::Lost { field: text() },
            LineProblem::SpreadsheetError { field: text() },
            LineProblem::UnknownState { text: text() },
            LineProblem::SaysLocal,
            LineProblem::SaysDirectory {
                text: text(),
                chosen: text(),
            },
            LineProblem::LocalAccount,
            LineProblem::OtherDirectory,
            LineProblem::Administrator,
            LineProblem::Reserved,
        ] {
            let sentence = problem.sentence();
            assert!(
                sentence.len() > 30 && sentence.ends_with('.'),
                "{problem:?}: {sentence}"
            );
        }
    }
}
