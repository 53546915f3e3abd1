//! Corrections in the console. Each makes a new version out of the newest one; the file of the new version is composed by
//! its check (`compose`), so that a correction of a million lines keeps nobody waiting for an answer.

use std::time::Duration;

use domain::user_mapping::{
    DecidedAbout, Decision, MappingEdit, MappingOutcome, MappingReading, MappingState, MappingSummary,
};
use domain::{Actor, CustomerId, FieldError, UserError};
use rules::user_mapping::rewritten;
use rules::username::MAX_CHARS;
use serde_json::json;
use store::Tx;
use store::user_mapping::MappingVersion;

use super::Source;
use crate::{ServiceError, Services};

/// How long a correction waits for its check, so that the page that follows shows what came of it.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest name of a domain or a directory, in characters.
const VALUE_CHARS: usize = 200;
const LOOK_AGAIN: Duration = Duration::from_millis(100);

impl Services {
    /// Corrects the newest version, which must be `from` (0: there is none yet): makes the next one, has it checked, and
    /// gives its number.
    pub async fn edit_mapping(
        &self,
        actor: &Actor,
        slug: &str,
        from: i64,
        edit: MappingEdit,
    ) -> Result<i64, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.mapping_of(&mut tx, actor, slug).await?;
        store::customers::take_turn(&mut tx, customer).await?;
        let latest = store::user_mapping::latest(&mut tx, customer).await?;
        if latest.as_ref().map_or(0, |latest| latest.number) != from {
            return Err(UserError::Changed.into());
        }
        let details = json!({ "from": from, "edit": &edit });
        let entry = ("mapping.edit", &details);
        let version = match (latest, &edit) {
            (None, MappingEdit::Begin) => {
                let reading = MappingReading::default();
                let source = Source {
                    file: None,
                    reading: &reading,
                    made_from: None,
                    edit: Some(&edit),
                };
                self.add_version(tx, (customer, actor), &source, entry).await?
            }
            (Some(latest), MappingEdit::Back { to }) => {
                let earlier = store::user_mapping::version(&mut tx, customer, *to).await?;
                let earlier = earlier
                    .filter(|earlier| earlier.number < latest.number && earlier.file.is_some())
                    .ok_or(UserError::NotFound)?;
                let source = Source {
                    file: earlier.file,
                    reading: &earlier.reading,
                    made_from: Some(latest.number),
                    edit: Some(&edit),
                };
                self.add_version(tx, (customer, actor), &source, entry).await?
            }
            (Some(latest), _) => {
                let summary = summary_of(&latest).ok_or(UserError::Changed)?;
                may_be_made(&edit, summary)?;
                changes_a_line(&mut tx, customer, latest.number, &edit).await?;
                let reading = MappingReading {
                    delimiter: Some(summary.delimiter),
                    ..MappingReading::default()
                };
                let source = Source {
                    file: None,
                    reading: &reading,
                    made_from: Some(latest.number),
                    edit: Some(&edit),
                };
                self.add_version(tx, (customer, actor), &source, entry).await?
            }
            (None, _) => return Err(UserError::NotFound.into()),
        };
        self.await_check(customer, version).await?;
        Ok(version)
    }

    /// Writes the line `line` of the newest version, which must be `from`, anew; `existing`, `new` and `target` are what it says
    /// from now on. Gives the next version, and where the line stands there ([`Self::same_mapping_line`]).
    pub async fn write_mapping_line(
        &self,
        actor: &Actor,
        slug: &str,
        (from, line): (i64, u64),
        (existing, new, target): (String, String, String),
    ) -> Result<(i64, Option<u64>), ServiceError> {
        let edit = MappingEdit::Line {
            line,
            existing,
            new,
            target,
        };
        let version = self.edit_mapping(actor, slug, from, edit).await?;
        let place = self.same_mapping_line(actor, slug, (from, line), version).await?;
        Ok((version, place))
    }

    /// Where the line `line` of version `before` stands in `version`, which a correction made of it: lines that are empty are
    /// not taken over. `None`: it is not read yet.
    pub async fn same_mapping_line(
        &self,
        actor: &Actor,
        slug: &str,
        (before, line): (i64, u64),
        version: i64,
    ) -> Result<Option<u64>, ServiceError> {
        let mut tx = self.db().read().await?;
        let (customer, _) = self.reader_of_mapping(&mut tx, actor, slug).await?;
        let line = i64::try_from(line).unwrap_or(i64::MAX);
        let found = store::user_mapping::same_place(&mut tx, customer, (before, line), version).await?;
        Ok(found.map(i64::unsigned_abs))
    }

    /// Has the newest version checked again, beside People and the directory as they are now (P-17). An approval that was
    /// given for how they were is taken back.
    pub async fn check_mapping_again(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.mapping_of(&mut tx, actor, slug).await?;
        store::customers::take_turn(&mut tx, customer).await?;
        let latest = store::user_mapping::latest(&mut tx, customer).await?;
        if latest.is_none_or(|latest| latest.number != version || latest.state != MappingState::Checked) {
            return Err(UserError::Changed.into());
        }
        store::user_mapping::check_again(&mut tx, customer, version).await?;
        store::user_mapping::reopen_review(&mut tx, customer, version).await?;
        let about = version.to_string();
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "mapping.check",
            &about,
            &json!({}),
        )
        .await?;
        self.queue_check(&mut tx, customer, version).await?;
        tx.commit().await?;
        self.wake().wake();
        self.await_check(customer, version).await
    }

    async fn await_check(&self, customer: CustomerId, version: i64) -> Result<(), ServiceError> {
        let begun = tokio::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            tokio::time::sleep(LOOK_AGAIN).await;
            let mut tx = self.db().read().await?;
            let found = store::user_mapping::version(&mut tx, customer, version).await?;
            if found.is_none_or(|found| found.state != MappingState::Checking) {
                break;
            }
        }
        Ok(())
    }
}

/// What came of the check of a version, if every line was looked at.
pub(super) fn summary_of(version: &MappingVersion) -> Option<&MappingSummary> {
    match (&version.state, &version.outcome) {
        (MappingState::Checked, Some(MappingOutcome::Checked(summary))) => Some(summary),
        _ => None,
    }
}

/// Refuses a correction of a line that is not there, and one that would leave it as it is: each version means something.
async fn changes_a_line(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    edit: &MappingEdit,
) -> Result<(), ServiceError> {
    let (MappingEdit::Line { line, .. } | MappingEdit::RemoveLine { line }) = edit else {
        return Ok(());
    };
    let line = i64::try_from(*line).unwrap_or(i64::MAX);
    let found = store::user_mapping::line(tx, customer, version, line).await?;
    let found = found.ok_or(UserError::Changed)?;
    match edit {
        MappingEdit::Line {
            existing,
            new,
            target,
            ..
        } if (existing, new, target) == (&found.existing, &found.new, &found.target) => {
            Err(UserError::field("new", "The line says exactly this already. Nothing was saved.").into())
        }
        _ => Ok(()),
    }
}

/// Refuses what makes no sense for this version, by field.
fn may_be_made(edit: &MappingEdit, summary: &MappingSummary) -> Result<(), UserError> {
    match edit {
        MappingEdit::Line {
            existing,
            new,
            target,
            ..
        } => line_error([("existing", existing), ("new", new), ("target", target)])?,
        MappingEdit::Fix {
            fix,
            code,
            severity,
            about,
            value,
        } => {
            let is_there = summary.groups.iter().any(|group| {
                group.example.line > 0
                    && (group.example.code, group.example.severity) == (*code, *severity)
                    && group.about == *about
            });
            if !is_there || !code.fixes().contains(fix) {
                return Err(UserError::Changed);
            }
            if fix.needs_value() {
                value_error(fix.label(), value)?;
            }
        }
        MappingEdit::Decide {
            decision: Decision::Username { new },
            about: DecidedAbout::One { .. },
        } => {
            if new.trim().is_empty() {
                return Err(UserError::field("new", "Type the new username."));
            }
            if let Some(error) = cell_error("new", new) {
                return Err(UserError::Invalid { errors: vec![error] });
            }
        }
        // One username for many would be a merge; "Begin" has no version before it.
        MappingEdit::Decide {
            decision: Decision::Username { .. },
            ..
        }
        | MappingEdit::Begin => return Err(UserError::Changed),
        MappingEdit::Decide {
            about: DecidedAbout::Rest,
            ..
        } if summary.coverage.undecided_together() == 0 => {
            return Err(UserError::field(
                "everybody",
                "Nobody but administrators is undecided, and they are decided about one by one. Nothing was saved.",
            ));
        }
        MappingEdit::Decide { .. } | MappingEdit::RemoveLine { .. } | MappingEdit::Back { .. } => {}
    }
    Ok(())
}

/// What no line may be, by field.
fn line_error(cells: [(&str, &str); 3]) -> Result<(), UserError> {
    // A line of nothing is a blank one in the next version's file, and nobody's any more (F-21).
    if cells.iter().all(|(_, text)| rewritten(text).trim().is_empty()) {
        return Err(UserError::field(
            "existing",
            "Enter a username, or remove the line.",
        ));
    }
    let errors: Vec<FieldError> = cells
        .into_iter()
        .filter_map(|(field, text)| cell_error(field, text))
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(UserError::Invalid { errors })
    }
}

/// What no cell of a line may hold.
fn cell_error(field: &str, text: &str) -> Option<FieldError> {
    let longest = usize::try_from(MAX_CHARS).unwrap_or(usize::MAX);
    let words = if text.chars().count() > longest {
        format!("A username has at most {longest} characters.")
    } else if text.chars().any(char::is_control) {
        "There is a line break or another control character inside. Remove it.".to_owned()
    } else {
        return None;
    };
    Some(FieldError {
        field: field.to_owned(),
        message: words,
    })
}

/// The domain or directory that was typed for a fix.
fn value_error(label: &str, value: &str) -> Result<(), UserError> {
    let value = value.trim();
    let words = if value.is_empty() {
        format!("“{label}” needs to know what to change it to.")
    } else if value.chars().any(char::is_control) || value.chars().count() > VALUE_CHARS {
        format!("Type a name of at most {VALUE_CHARS} characters, without line breaks.")
    } else {
        return Ok(());
    };
    Err(UserError::field("value", words))
}
