//! What a new upload leaves out of what was said before (P-13). Decisions are lines of their version's file, so a file that was
//! made elsewhere knows nothing of them. Nothing of it is taken over silently: the page tells how many lines there are, lists
//! them, and [`MappingEdit::Keep`] puts them behind the lines of the file. Leavers need no line: those about blocked accounts are
//! only counted.
//!
//! A file may also have a line as it was before it was corrected here: the same export once more. Where the line of an account is
//! that of the last upload behind the earlier version, and the earlier version says something else, that was settled, and the
//! file did not mean to change it. So it is where the earlier version has no line of the account any more: it was taken out there.
//! [`MappingEdit::Keep`] puts the line of the earlier version in its place, or takes it out again. What the file says anew stays as
//! the file says.
//!
//! The earlier version is the last one before the upload of which every line was looked at. An upload that nobody corrected or
//! submitted, and that left lines out itself, is passed over: it was a step on the way to the next one.

use domain::user_mapping::{LeftOut, MappingEdit};
use domain::views::{LeftOutMappingLine, Page};
use domain::{Actor, CustomerId, UserError};
use jobs::Lease;
use rules::export::original_cell;
use rules::user_mapping::rewritten;
use rules::username;
use store::Tx;
use store::user_mapping::{LeftOutLine, MappingVersion, RevertedLine};

use super::check::go_on;
use super::edit::summary_of;
use super::rows::place;
use crate::paging::{PAGE_ROWS, one_more, page};
use crate::{ServiceError, Services};

/// Lines that are read at once, however few are shown: accounts that were blocked or renamed stand beside each other.
const READ: i64 = 500;
/// Lines that are counted at once.
const PAGE: i64 = 2_000;
/// Where a list stands: among lines that the file does not have, or among those that it has as they were.
const MISSING: &str = "missing";
const REVERTED: &str = "reverted";

impl Services {
    /// A page of what a version left out, at most 50 lines: those it does not have, in the order of the earlier version, then those
    /// it has as they were before they were corrected, in its own order; `after` is the `next` of the page before.
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
        let (mut behind, which) = after.and_then(place).unwrap_or((0, MISSING));
        let (of, most) = ((left_out, version), one_more(PAGE_ROWS));
        let mut lines = Vec::new();
        if which != REVERTED {
            let missing = lines_behind(&mut tx, customer, of, (behind, most)).await?;
            lines.extend(missing.into_iter().map(missing_line));
            behind = 0;
        }
        let room = most - i64::try_from(lines.len()).unwrap_or(most);
        if room > 0 {
            let reverted = reverted_behind(&mut tx, customer, of, (behind, i64::MAX, room)).await?;
            lines.extend(reverted.into_iter().map(reverted_line));
        }
        Ok(page(lines, PAGE_ROWS))
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
        let of = (left_out, version);
        let is_nothing = lines_behind(&mut tx, customer, of, (0, 1)).await?.is_empty()
            && reverted_behind(&mut tx, customer, of, (0, i64::MAX, 1))
                .await?
                .is_empty();
        if is_nothing {
            let words = "None of these lines names an active account any more. Nothing was saved.";
            return Err(UserError::field("earlier", words).into());
        }
        Ok(())
    }
}

/// A line that the file does not have, and where it stands in the list.
fn missing_line(line: LeftOutLine) -> (String, LeftOutMappingLine) {
    let shown = LeftOutMappingLine {
        line: Some(line.line.unsigned_abs()),
        account_id: line.account().to_string(),
        account: line.username,
        new: line.new,
        target: line.target,
        now: None,
    };
    (format!("{}.{MISSING}", line.line), shown)
}

/// A line that the file has as it was, and where it stands in the list.
fn reverted_line(line: RevertedLine) -> (String, LeftOutMappingLine) {
    let earlier = line.earlier();
    let number = earlier.as_ref().map(|earlier| earlier.line.unsigned_abs());
    let (new, target) = earlier.map_or_else(Default::default, |earlier| (earlier.new, earlier.target));
    let shown = LeftOutMappingLine {
        line: number,
        account_id: line.account().to_string(),
        account: line.username,
        new,
        target,
        now: Some((line.new, line.target)),
    };
    (format!("{}.{REVERTED}", line.line), shown)
}

/// What a version left out that was said before, counted by its check, once its lines are written; `None`: nothing that anybody
/// has to look at.
pub(super) async fn count(
    services: &Services,
    customer: CustomerId,
    version: &MappingVersion,
    lease: &Lease,
) -> Result<Option<LeftOut>, ServiceError> {
    let mut tx = services.db().read().await?;
    let before = may_leave_out(&mut tx, customer, version).await?;
    drop(tx);
    let Some(before) = before else {
        return Ok(None);
    };
    // Of a version before only which versions are compared holds: a correction may take back another one.
    let mut found = LeftOut {
        earlier: before.earlier,
        uploaded: before.uploaded,
        base: before.base,
        ..LeftOut::default()
    };
    let versions = (found.earlier, found.uploaded, version.number);
    let mut after = 0;
    loop {
        go_on(lease)?;
        let mut tx = services.db().read().await?;
        let place = (after, i64::MAX, PAGE);
        let lines = store::user_mapping::lines_left_out(&mut tx, customer, versions, place).await?;
        drop(tx);
        let Some(last) = lines.last() else { break };
        after = last.line;
        for line in lines.iter().filter(|line| names_its_account(line)) {
            if line.is_blocked {
                found.blocked += 1;
                continue;
            }
            if found.lines == 0 {
                found.first = line.line;
            }
            found.last = line.line;
            found.lines += 1;
        }
    }
    count_reverted(services, customer, (&mut found, version.number), lease).await?;
    Ok((found.lines > 0 || found.reverted > 0).then_some(found))
}

async fn count_reverted(
    services: &Services,
    customer: CustomerId,
    (found, version): (&mut LeftOut, i64),
    lease: &Lease,
) -> Result<(), ServiceError> {
    let mut after = 0;
    loop {
        go_on(lease)?;
        let (of, place) = ((*found, version), (after, i64::MAX, PAGE));
        let mut tx = services.db().read().await?;
        let lines = reverted_behind(&mut tx, customer, of, place).await?;
        drop(tx);
        let Some((first, last)) = lines.first().zip(lines.last()) else {
            break;
        };
        after = last.line;
        if found.reverted == 0 {
            found.reverted_lines.0 = first.line;
        }
        found.reverted += u64::try_from(lines.len()).unwrap_or(u64::MAX);
    }
    found.reverted_lines.1 = after;
    Ok(())
}

/// Which versions a version is to be compared with; nothing is counted. `None`: with none, or nothing was before it.
async fn may_leave_out(
    tx: &mut Tx,
    customer: CustomerId,
    version: &MappingVersion,
) -> Result<Option<LeftOut>, ServiceError> {
    let before = match &version.edit {
        // What is begun without a file knows nothing of what was said before either.
        None | Some(MappingEdit::Begin) => return uploaded(tx, customer, version).await,
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

/// The same of an uploaded file, and of what is begun without one.
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
    if matches!(last.edit, None | Some(MappingEdit::Begin))
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
        base: base_of(tx, customer, earlier).await?,
        ..LeftOut::default()
    }))
}

/// The upload that corrections made a version out of; 0: it was begun here, or is an upload itself.
async fn base_of(tx: &mut Tx, customer: CustomerId, version: i64) -> Result<i64, ServiceError> {
    let mut number = version;
    while let Some(found) = store::user_mapping::version(tx, customer, number).await? {
        let before = match found.edit {
            None if number == version => None,
            None => return Ok(number),
            Some(MappingEdit::Back { to }) => Some(to),
            Some(_) => found.made_from,
        };
        match before {
            Some(before) => number = before,
            None => break,
        }
    }
    Ok(0)
}

/// What a version left out, as its check found.
pub(super) fn left_out_of(version: &MappingVersion) -> Option<LeftOut> {
    summary_of(version).and_then(|summary| summary.left_out)
}

/// Lines about active accounts that `version` left out, behind the line `after` of the earlier one, at most `limit`, in their
/// order.
pub(super) async fn lines_behind(
    tx: &mut Tx,
    customer: CustomerId,
    (left_out, version): (LeftOut, i64),
    (mut after, limit): (i64, i64),
) -> Result<Vec<LeftOutLine>, ServiceError> {
    let versions = (left_out.earlier, left_out.uploaded, version);
    let (most, read) = (size(limit), limit.max(READ));
    // Decisions stand behind everything else: there is no way through a million lines before them, or behind the last one.
    after = after.max(left_out.first - 1);
    let until = if left_out.last > 0 {
        left_out.last
    } else {
        i64::MAX
    };
    let mut found = Vec::new();
    loop {
        let place = (after, until, read);
        let lines = store::user_mapping::lines_left_out(tx, customer, versions, place).await?;
        let Some(last) = lines.last() else {
            return Ok(found);
        };
        after = last.line;
        let is_end = lines.len() < size(read);
        let counts = |line: &LeftOutLine| !line.is_blocked && names_its_account(line);
        found.extend(lines.into_iter().filter(counts));
        if is_end || found.len() >= most {
            found.truncate(most);
            return Ok(found);
        }
    }
}

/// Lines that `version` has as they were before they were corrected or taken out, behind its line `after` and not behind `until`,
/// at most `limit`, in their order.
pub(super) async fn reverted_behind(
    tx: &mut Tx,
    customer: CustomerId,
    (left_out, version): (LeftOut, i64),
    (mut after, mut until, limit): (i64, i64, i64),
) -> Result<Vec<RevertedLine>, ServiceError> {
    let versions = (left_out.earlier, left_out.base, version);
    let (most, read) = (size(limit), limit.max(READ));
    let (first, last) = left_out.reverted_lines;
    after = after.max(first - 1);
    if last > 0 {
        until = until.min(last);
    }
    let mut found = Vec::new();
    while left_out.base > 0 && after < until && found.len() < most {
        let place = (after, until, read);
        let lines = store::user_mapping::lines_reverted(tx, customer, versions, place).await?;
        after = match lines.last() {
            Some(last) if lines.len() >= size(read) => last.line,
            _ => until,
        };
        found.extend(lines.into_iter().filter(is_reverted));
    }
    found.truncate(most);
    Ok(found)
}

fn size(rows: i64) -> usize {
    usize::try_from(rows).unwrap_or(usize::MAX)
}

/// Whether a line still names its account: one that was renamed since would be somebody else, or nobody (P-17).
fn names_its_account(line: &LeftOutLine) -> bool {
    names(&line.existing, &line.username)
}

/// Whether somebody settled what a line says, or took it out: a correction writes all lines anew, and some of them look different
/// then.
fn is_reverted(line: &RevertedLine) -> bool {
    let Some(earlier) = line.earlier() else {
        return names(&line.existing, &line.username);
    };
    let now = [&line.existing, &line.new, &line.target].map(|cell| rewritten(cell));
    let then = [&earlier.existing, &earlier.new, &earlier.target].map(|cell| rewritten(cell));
    now != then && names(&earlier.existing, &line.username)
}

fn names(existing: &str, username: &str) -> bool {
    let existing = rewritten(existing);
    let existing = username::stored(&original_cell(&existing));
    username::same(existing.as_str(), username)
}
