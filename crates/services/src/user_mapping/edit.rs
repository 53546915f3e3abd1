//! Corrections in the console. Each makes a new version out of the newest one; the file of the new version is composed by
//! its check (`compose`), so that a correction of a million lines keeps nobody waiting for an answer.

use std::time::Duration;

use domain::user_mapping::{
    MappingEdit, MappingFix, MappingOutcome, MappingReading, MappingState, MappingSummary,
};
use domain::{Actor, CustomerId, FieldError, UserError};
use rules::user_mapping::rewritten;
use rules::username::{self, MAX_CHARS};
use serde_json::json;
use store::Tx;
use store::user_mapping::MappingVersion;

use super::compose::{WRITTEN_WITH, changes};
use super::decide::{decides_about_somebody, is_as_shown, may_be_decided};
use super::{MappingShown, Source};
use crate::{ServiceError, Services};

/// How long a correction waits for its check, so that the page that follows shows what came of it.
const PATIENCE: Duration = Duration::from_secs(3);
/// The longest name of a domain or a directory, in characters.
const VALUE_CHARS: usize = 200;
/// Lines of a group that are looked at together.
const LOOKED_AT: i64 = 500;
const LOOK_AGAIN: Duration = Duration::from_millis(100);

impl Services {
    /// Corrects the newest version, which must be `from` (0: there is none yet): makes the next one, has it checked, and
    /// gives its number. A decision is refused, too, where the version was checked again since it was shown: other accounts may be
    /// undecided, and have other proposals (P-17).
    pub async fn edit_mapping(
        &self,
        actor: &Actor,
        slug: &str,
        from: impl Into<MappingShown>,
        edit: MappingEdit,
    ) -> Result<i64, ServiceError> {
        let shown = from.into();
        let from = shown.version;
        self.mends_a_line(actor, slug, from, &edit).await?;
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
            (latest, MappingEdit::Begin) => {
                if latest.as_ref().is_some_and(|latest| !may_be_begun_behind(latest)) {
                    return Err(UserError::Changed.into());
                }
                // It has no line of the version before: what it leaves out is found by its check (P-13).
                let reading = MappingReading::default();
                let source = Source::made(&reading, None, &edit);
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
                is_as_shown(&edit, shown, &latest)?;
                may_be_made(&edit, summary)?;
                changes_a_line(&mut tx, customer, latest.number, &edit).await?;
                decides_about_somebody(&mut tx, customer, latest.number, &edit).await?;
                let reading = MappingReading {
                    delimiter: Some(WRITTEN_WITH),
                    ..MappingReading::default()
                };
                let source = Source::made(&reading, Some(latest.number), &edit);
                self.add_version(tx, (customer, actor), &source, entry).await?
            }
            (None, _) => return Err(UserError::NotFound.into()),
        };
        self.await_check(customer, version).await?;
        Ok(version)
    }

    /// Refuses a fix that would leave each line of its group as it is, and to take over no line: each version means something.
    /// It reads one picture of the lines, so it needs nobody's turn, however many they are; a check again may write them anew
    /// meanwhile, so that nothing is refused for how they were.
    async fn mends_a_line(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        edit: &MappingEdit,
    ) -> Result<(), ServiceError> {
        let MappingEdit::Fix {
            fix,
            code,
            severity,
            about,
            value,
        } = edit
        else {
            return self.keeps_a_line(actor, slug, version, edit).await;
        };
        if fix.needs_value() {
            value_error(*fix, value)?;
        }
        let group = (*code, *severity, about.as_str());
        let mut tx = self.db().read().await?;
        let customer = self.mapping_of(&mut tx, actor, slug).await?;
        let directory = store::directories::current(&mut tx, customer).await?;
        let whose = (customer, directory.ok_or(UserError::NotFound)?.id);
        let latest = store::user_mapping::latest(&mut tx, customer).await?;
        // Of one that is being checked again not all lines are there.
        let is_checked = |latest: &MappingVersion| latest.number == version && summary_of(latest).is_some();
        let latest = latest.filter(is_checked).ok_or(UserError::Changed)?;
        let mut after = 0;
        loop {
            let place = (after, LOOKED_AT);
            let page = store::user_mapping::affected_lines(&mut tx, whose, version, group, place).await?;
            match page.last() {
                Some(last) => after = last.line,
                // Where the group is not there at all, that is what will be said.
                None if after == 0 => return Ok(()),
                None => break,
            }
            if page.into_iter().any(|line| changes(line, edit)) {
                return Ok(());
            }
        }
        drop(tx);
        let mut tx = self.db().read().await?;
        let now = store::user_mapping::latest(&mut tx, customer).await?;
        let is_same = now
            .filter(is_checked)
            .is_some_and(|now| now.checked_at == latest.checked_at);
        let refused = if is_same {
            mends_nothing(*fix)
        } else {
            UserError::Changed
        };
        Err(refused.into())
    }

    /// Gives an account that has no line one, so that line `line` of the newest version, which must be `from`, may have its
    /// username (P-09 to P-11): `existing`, `new` and `target` are what the new line says. Gives the next version, and where
    /// `line` stands there ([`Self::same_mapping_line`]).
    pub async fn add_mapping_line(
        &self,
        actor: &Actor,
        slug: &str,
        (from, line): (i64, u64),
        (existing, new, target): (String, String, String),
    ) -> Result<(i64, Option<u64>), ServiceError> {
        let edit = MappingEdit::Add {
            existing,
            new,
            target,
        };
        self.edit_along(actor, slug, (from, line), edit).await
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
        self.edit_along(actor, slug, (from, line), edit).await
    }

    /// Corrects the newest version, and gives the next one and where `line` stands there.
    async fn edit_along(
        &self,
        actor: &Actor,
        slug: &str,
        (from, line): (i64, u64),
        edit: MappingEdit,
    ) -> Result<(i64, Option<u64>), ServiceError> {
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
    /// given for how they were is taken back, and stays with the review until it is decided anew. One whose check broke off on our
    /// side is checked once more in the same way. `shown`: the version, and its check as it was on the page: it may have been checked
    /// again, and approved, since.
    pub async fn check_mapping_again(
        &self,
        actor: &Actor,
        slug: &str,
        shown: impl Into<MappingShown>,
    ) -> Result<(), ServiceError> {
        let shown = shown.into();
        let version = shown.version;
        let mut tx = self.db().begin().await?;
        let customer = self.mapping_of(&mut tx, actor, slug).await?;
        store::customers::take_turn(&mut tx, customer).await?;
        let latest = self.newest(&mut tx, customer, shown).await?;
        if !may_be_checked_again(&latest) {
            return Err(UserError::Changed.into());
        }
        store::user_mapping::check_again(&mut tx, customer, version).await?;
        let approved = self.with_staff(&mut tx, customer).await?;
        let is_reopened = self.reopen(&mut tx, actor, customer, &latest).await?;
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
        if let Some(approved) = approved.filter(|_| is_reopened) {
            self.tell_reopened(&mut tx, actor, customer, &approved).await?;
        }
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

/// Whether a mapping may be begun without a file behind this version: not while its check is under way, and not behind one that
/// was begun so and is as it was: each version means something.
fn may_be_begun_behind(latest: &MappingVersion) -> bool {
    latest.state != MappingState::Checking && latest.edit != Some(MappingEdit::Begin)
}

/// Whether the check of a version may begin once more: every line was looked at, or it broke off on our side.
fn may_be_checked_again(latest: &MappingVersion) -> bool {
    match latest.state {
        MappingState::Checked => true,
        MappingState::Refused => matches!(latest.outcome, Some(MappingOutcome::Failed)),
        MappingState::Checking | MappingState::Asks => false,
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
        return adds_a_line(tx, customer, version, edit).await;
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

/// Refuses a line for nobody, and a second one for the same account, which would split it.
async fn adds_a_line(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    edit: &MappingEdit,
) -> Result<(), ServiceError> {
    let MappingEdit::Add { existing, .. } = edit else {
        return Ok(());
    };
    let key = username::key(&username::stored(existing));
    let account = store::accounts::by_key(tx, customer, &key).await?;
    let account = account.ok_or_else(|| {
        UserError::field(
            "existing",
            "People has no account with this username. Correct it.",
        )
    })?;
    let line = store::user_mapping::line_of_account(tx, customer, version, account.id).await?;
    if line.is_some() {
        let words = "A line is about this account already. Correct that one.";
        return Err(UserError::field("existing", words).into());
    }
    Ok(())
}

/// Why a fix is refused that no line needs, or that can do nothing for any of them.
fn mends_nothing(fix: MappingFix) -> UserError {
    let words = match fix {
        MappingFix::UseProposal => {
            "None of these lines has a proposal that can be written without a look: doubtful ones, and those for \
             administrators, are decided about line by line. Nothing was saved."
        }
        _ => "This would leave each of these lines as it is. Nothing was saved.",
    };
    UserError::field("value", words)
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
        MappingEdit::Add {
            existing,
            new,
            target,
        } => aside_error(existing, new, target)?,
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
            // A value that nothing asked for would stand in the history.
            let is_asked_for = fix.needs_value() || value.is_empty();
            if !is_there || !code.fixes().contains(fix) || !is_asked_for {
                return Err(UserError::Changed);
            }
            if fix.needs_value() {
                value_error(*fix, value)?;
            }
        }
        MappingEdit::Decide { about, decision } => may_be_decided((about, decision), summary)?,
        // "Begin" is made out of no version.
        MappingEdit::Begin => return Err(UserError::Changed),
        MappingEdit::RemoveLine { .. } | MappingEdit::Back { .. } | MappingEdit::Keep { .. } => {}
    }
    Ok(())
}

/// What no new username may be that is typed by itself.
pub(super) fn new_error(new: &str) -> Result<(), UserError> {
    if new.trim().is_empty() {
        return Err(UserError::field("new", "Type the new username."));
    }
    match cell_error("new", new) {
        Some(error) => Err(UserError::Invalid { errors: vec![error] }),
        None => Ok(()),
    }
}

/// What no line may be that is to rename an account aside, by field.
fn aside_error(existing: &str, new: &str, target: &str) -> Result<(), UserError> {
    if existing.trim().is_empty() {
        let words = "Enter the username that the account has today.";
        return Err(UserError::field("existing", words));
    }
    new_error(new)?;
    line_error([("existing", existing), ("new", new), ("target", target)])?;
    if username::same(
        username::stored(existing).as_str(),
        username::stored(new).as_str(),
    ) {
        let words = "This is the username it has. Type another one, so that this one is free.";
        return Err(UserError::field("new", words));
    }
    // Somebody may work with it: where it belongs is said, and not left to what nothing means (P-09).
    if target.trim().is_empty() {
        return Err(UserError::field("target", "Choose where the account belongs."));
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
fn value_error(fix: MappingFix, value: &str) -> Result<(), UserError> {
    let value = value.trim();
    let words = if value.is_empty() && fix == MappingFix::ChangeTarget {
        "Choose which directory it means.".to_owned()
    } else if value.is_empty() {
        format!("“{}” needs to know what to change it to.", fix.label())
    } else if value.chars().any(char::is_control) || value.chars().count() > VALUE_CHARS {
        format!("Type a name of at most {VALUE_CHARS} characters, without line breaks.")
    } else {
        return Ok(());
    };
    Err(UserError::field("value", words))
}
