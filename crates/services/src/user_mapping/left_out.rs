//! What a new upload leaves out of what was said before (P-13). Decisions are lines of their version's file, so a file that was
//! made elsewhere knows nothing of them. Nothing of it is taken over silently: the page tells how many lines there are, lists
//! them, and [`MappingEdit::Keep`] puts them behind the lines of the file.
//!
//! The earlier version is the last one before the upload of which every line was looked at. An upload that nobody corrected or
//! submitted, and that left lines out itself, is passed over: it was a step on the way to the next one.

use domain::user_mapping::{LeftOut, MappingEdit};
use domain::views::{LeftOutMappingLine, Page};
use domain::{Actor, CustomerId, UserError};
use rules::export::original_cell;
use rules::user_mapping::rewritten;
use rules::username;
use store::Tx;
use store::user_mapping::{LeftOutLine, MappingVersion};

use super::edit::summary_of;
use crate::paging::{PAGE_ROWS, one_more, page};
use crate::{ServiceError, Services};

impl Services {
    /// A page of the lines that a version left out, in the order of the earlier version, at most 50; `after` is the `next` of
    /// the page before.
    pub async fn left_out_lines(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        after: Option<&str>,
    ) -> Result<Page<LeftOutMappingLine>, ServiceError> {
        let mut tx = self.db().read().await?;
        let (customer, _) = self.reader_of_mapping(&mut tx, actor, slug).await?;
        let found = store::user_mapping::version(&mut tx, customer, version).await?;
        let Some(left_out) = found.as_ref().and_then(left_out_of) else {
            return Ok(Page::empty());
        };
        let after = after.and_then(|after| after.parse().ok()).unwrap_or(0);
        let place = (after, one_more(PAGE_ROWS));
        let lines = lines_behind(&mut tx, customer, (left_out, version), place).await?;
        let lines = lines.into_iter().map(|line| {
            let shown = LeftOutMappingLine {
                line: line.line.unsigned_abs(),
                account_id: line.account().to_string(),
                account: line.username,
                new: line.new,
                target: line.target,
            };
            (shown.line, shown)
        });
        Ok(page(lines.collect(), PAGE_ROWS))
    }

    /// Refuses to take over lines of another version than the one that is shown, and to take over nothing: each version means
    /// something. Like a fix that is looked at first this needs nobody's turn, however many lines there are.
    pub(super) async fn keeps_a_line(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        edit: &MappingEdit,
    ) -> Result<(), ServiceError> {
        let MappingEdit::Keep { from } = edit else {
            return Ok(());
        };
        let mut tx = self.db().read().await?;
        let customer = self.mapping_of(&mut tx, actor, slug).await?;
        let latest = store::user_mapping::latest(&mut tx, customer).await?;
        let latest = latest.filter(|latest| latest.number == version);
        let left_out = latest.as_ref().and_then(left_out_of);
        let left_out = left_out.filter(|left_out| left_out.earlier == *from);
        let left_out = left_out.ok_or(UserError::Changed)?;
        let first = lines_behind(&mut tx, customer, (left_out, version), (0, 1)).await?;
        if first.is_empty() {
            let words = "None of these lines names an account any more. Nothing was saved.";
            return Err(UserError::field("earlier", words).into());
        }
        Ok(())
    }
}

/// Which lines a version may have left out; they are not counted. `None`: none, or nothing was before it.
pub(super) async fn may_leave_out(
    tx: &mut Tx,
    customer: CustomerId,
    version: &MappingVersion,
) -> Result<Option<LeftOut>, ServiceError> {
    let before = match &version.edit {
        None => return uploaded(tx, customer, version).await,
        // They were taken over.
        Some(MappingEdit::Keep { .. }) => None,
        Some(MappingEdit::Back { to }) => Some(*to),
        Some(_) => version.made_from,
    };
    // A correction leaves out what the version does that it was made out of.
    let before = match before {
        Some(before) => store::user_mapping::version(tx, customer, before).await?,
        None => None,
    };
    Ok(before.as_ref().and_then(left_out_of))
}

/// The same of an uploaded file.
async fn uploaded(
    tx: &mut Tx,
    customer: CustomerId,
    version: &MappingVersion,
) -> Result<Option<LeftOut>, ServiceError> {
    let (mut upload, mut before) = (version.number, version.made_from);
    // It may have been read in another way first.
    while let Some(number) = before {
        let Some(found) = store::user_mapping::version(tx, customer, number).await? else {
            break;
        };
        // Of a correction the file is the one that it made.
        if found.edit.is_some() {
            return Ok(left_out_of(&found));
        }
        (upload, before) = (number, found.made_from);
    }
    let Some(last) = store::user_mapping::checked_before(tx, customer, upload).await? else {
        return Ok(None);
    };
    let mut earlier = last.number;
    if last.edit.is_none()
        && let Some(left_out) = left_out_of(&last)
        && store::user_mapping::review(tx, customer, last.number)
            .await?
            .is_none()
    {
        earlier = left_out.earlier;
    }
    Ok(Some(LeftOut {
        earlier,
        uploaded: version.number,
        lines: 0,
    }))
}

/// What a version left out, as its check found.
pub(super) fn left_out_of(version: &MappingVersion) -> Option<LeftOut> {
    summary_of(version).and_then(|summary| summary.left_out)
}

/// Lines that `version` left out behind the line `after` of the earlier one, at most `limit`, in their order.
pub(super) async fn lines_behind(
    tx: &mut Tx,
    customer: CustomerId,
    (left_out, version): (LeftOut, i64),
    (mut after, limit): (i64, i64),
) -> Result<Vec<LeftOutLine>, ServiceError> {
    let versions = (left_out.earlier, left_out.uploaded, version);
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    loop {
        let lines = store::user_mapping::lines_left_out(tx, customer, versions, (after, limit)).await?;
        let Some(last) = lines.last() else {
            return Ok(found);
        };
        after = last.line;
        let is_end = lines.len() < most;
        found.extend(lines.into_iter().filter(names_its_account));
        if is_end || found.len() >= most {
            found.truncate(most);
            return Ok(found);
        }
    }
}

/// Whether a line still names its account: one that was renamed since would be somebody else, or nobody (P-17).
fn names_its_account(line: &LeftOutLine) -> bool {
    let existing = rewritten(&line.existing);
    let existing = username::stored(&original_cell(&existing));
    username::same(existing.as_str(), &line.username)
}
