//! What the page is told, in the words of the console.

use domain::user_mapping::{FindingGroup, MappingOutcome, MappingQuestion};
use rules::user_mapping::Look;

use crate::json::Json;

/// What came of a file, or of its beginning.
#[derive(Debug, PartialEq, Eq)]
pub struct Told {
    /// How far the look is: `reads`, `asks`, `refused` or `checked`.
    pub state: &'static str,
    /// What is to be said first; nothing while it reads.
    pub sentence: String,
    /// Lines that were looked at.
    pub lines: u64,
    /// The cells of the first of them, as they are read.
    pub first: Vec<[String; 3]>,
    /// What was found, by cause, the gravest and most frequent first.
    pub groups: Vec<Group>,
    /// Lines of the file as they may read, where that is the question (F-12).
    pub samples: Vec<String>,
}

/// Findings with one cause.
#[derive(Debug, PartialEq, Eq)]
pub struct Group {
    /// The code of the severity.
    pub severity: &'static str,
    /// Its word on screen.
    pub label: &'static str,
    pub title: &'static str,
    /// How many lines.
    pub lines: u64,
    /// The first of them.
    pub line: u64,
    /// What is said about that one.
    pub sentence: String,
}

impl Told {
    /// What was found while the file is still read.
    pub fn so_far(look: &Look<'_>) -> Self {
        let (lines, groups) = look.so_far();
        Self {
            lines,
            first: look.first().to_vec(),
            groups: all(&groups),
            ..Self::said("reads", String::new())
        }
    }

    /// What is said in the end.
    pub fn of(look: &mut Look<'_>) -> Self {
        match look.finish() {
            MappingOutcome::Asks(question) => Self {
                samples: match &question {
                    MappingQuestion::Encoding { samples } => samples.clone(),
                    MappingQuestion::Heading { .. } => Vec::new(),
                },
                ..Self::said("asks", question.sentence())
            },
            MappingOutcome::Refused(rejection) => Self::said("refused", rejection.sentence()),
            MappingOutcome::Checked(summary) => Self {
                lines: summary.lines,
                first: look.first().to_vec(),
                groups: all(&summary.groups),
                ..Self::said("checked", summary.sentence())
            },
            MappingOutcome::Failed => Self::said("refused", String::new()),
        }
    }

    fn said(state: &'static str, sentence: String) -> Self {
        Self {
            state,
            sentence,
            lines: 0,
            first: Vec::new(),
            groups: Vec::new(),
            samples: Vec::new(),
        }
    }

    /// As the page reads it.
    pub fn json(&self) -> String {
        let mut json = Json::default();
        json.object(|json| {
            json.text("state", self.state);
            json.text("sentence", &self.sentence);
            json.number("lines", self.lines);
            json.list("first", self.first.as_flattened(), |json, cell| json.value(cell));
            json.list("groups", &self.groups, |json, group| {
                json.object(|json| {
                    json.text("severity", group.severity);
                    json.text("label", group.label);
                    json.text("title", group.title);
                    json.number("lines", group.lines);
                    json.number("line", group.line);
                    json.text("sentence", &group.sentence);
                });
            });
            json.list("samples", &self.samples, |json, line| json.value(line));
        });
        json.finish()
    }
}

fn all(groups: &[FindingGroup]) -> Vec<Group> {
    groups
        .iter()
        .map(|group| Group {
            severity: group.example.severity.code(),
            label: group.example.severity.label(),
            title: group.example.code.title_of_file(),
            lines: group.lines,
            line: group.example.line,
            sentence: group.example.sentence_of_file(),
        })
        .collect()
}
