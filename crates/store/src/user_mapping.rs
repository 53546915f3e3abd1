//! The user mapping: uploaded files in parts, and the versions that were read out of them.
//!
//! Whoever adds a file or a version takes the customer's turn first ([`crate::customers::take_turn`]): numbers follow each
//! other without gaps.

use domain::ids::Id;
use domain::user_mapping::{FileEncoding, MappingEdit, MappingOutcome, MappingReading, MappingState};
use domain::{ConsoleUserId, CustomerId, DirectoryId, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::{code, one_row};
use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

mod alike;
mod beside;
mod fixable;
mod left_out;
mod lines;
mod review;

pub(crate) use alike::ALL as ALIKE;
pub(crate) use beside::ALL as BESIDE;
pub(crate) use fixable::ALL as FIXABLE;
pub(crate) use left_out::ALL as LEFT_OUT;
pub(crate) use lines::ALL as LINES;
pub(crate) use review::ALL as REVIEW;

pub use alike::{Written, WrittenLine, lines_written};
pub use beside::{
    AccountBeside, ChangedAccount, ChangedPerson, Marks, Missed, NewProposal, Proposed, Undecided,
    UndecidedAdministrator, UndecidedWho, accounts_beside, changed_since, count_missed, forget_proposals,
    insert_proposals, marks, meant_account, missed, one_undecided, only_namesake, proposals_of, proposed,
    undecided, undecided_administrators,
};
pub use fixable::{FixableLine, affected_lines, line_of_account, lines_of};
pub use left_out::{LeftOutLine, RevertedLine, lines_left_out, lines_reverted};
pub use lines::{
    FindingRow, LineFacts, MappingLine, NewFinding, NewLine, RowFilter, ShownAccount, ShownPerson, ShownRow,
    findings, findings_of_line, forget_lines, insert_findings, insert_lines, line, nearest_accounts, rows,
    same_place, set_facts, shown_account,
};
pub use review::{
    ChangedLine, NewRemark, OpenRemarks, Remark, Review, ReviewChange, Rewritten, acknowledge,
    answer_question, changed_lines, decide_review, gone_lines, insert_remark, insert_review, latest_review,
    open_remarks, remark, remarks, remarks_of_line, reopen_review, review, review_before, second_review,
    settle_remark, versions_of_file,
};

statements! {
    NEXT_FILE = "SELECT COALESCE(MAX(number), 0) + 1 FROM mapping_files WHERE customer_id = $1";
    INSERT_FILE = "INSERT INTO mapping_files (customer_id, number, name, bytes, samples, uploaded_by, uploaded_at)
        VALUES ($1, $2, $3, 0, $4, $5, $6)";
    INSERT_PART = "INSERT INTO mapping_file_parts (customer_id, file, part, bytes) VALUES ($1, $2, $3, $4)";
    FINISH_FILE = "UPDATE mapping_files SET hash = $3, bytes = $4, encoding = $5, samples = $6
        WHERE customer_id = $1 AND number = $2 AND hash IS NULL";
    FILE = "SELECT number, name, hash, bytes, encoding, samples, uploaded_by, uploaded_at
        FROM mapping_files WHERE customer_id = $1 AND number = $2 AND hash IS NOT NULL";
    SAME_FILE = "SELECT number, name, hash, bytes, encoding, samples, uploaded_by, uploaded_at
        FROM mapping_files WHERE customer_id = $1 AND hash = $2 ORDER BY number LIMIT 1";
    BROKEN_OFF = "SELECT number FROM mapping_files WHERE customer_id = $1 AND hash IS NULL AND uploaded_at < $2";
    DROP_PARTS = "DELETE FROM mapping_file_parts WHERE customer_id = $1 AND file = $2";
    DROP_FILE = "DELETE FROM mapping_files WHERE customer_id = $1 AND number = $2";
    PART = "SELECT bytes FROM mapping_file_parts WHERE customer_id = $1 AND file = $2 AND part = $3";
    NEXT_VERSION = "SELECT COALESCE(MAX(number), 0) + 1 FROM mapping_versions WHERE customer_id = $1";
    INSERT_VERSION = "INSERT INTO mapping_versions (customer_id, number, file, reading, state, made_from, edit, author_id,
            created_by, created_at)
        VALUES ($1, $2, $3, $4, 'checking', $5, $6, $7, $8, $9)";
    LATEST = "SELECT number, file, reading, state, result, made_from, edit, directory_id, people_number, snapshot_number, author_id, created_by,
            created_at, checked_at
        FROM mapping_versions WHERE customer_id = $1 ORDER BY number DESC LIMIT 1";
    VERSION = "SELECT number, file, reading, state, result, made_from, edit, directory_id, people_number, snapshot_number, author_id, created_by,
            created_at, checked_at
        FROM mapping_versions WHERE customer_id = $1 AND number = $2";
    CHECKED_BEFORE = "SELECT number, file, reading, state, result, made_from, edit, directory_id, people_number, snapshot_number, author_id,
            created_by, created_at, checked_at
        FROM mapping_versions WHERE customer_id = $1 AND number < $2 AND state = 'checked' ORDER BY number DESC LIMIT 1";
    CHECKING_BEFORE = "SELECT number FROM mapping_versions
        WHERE customer_id = $1 AND number < $2 AND state = 'checking' ORDER BY number DESC LIMIT 1";
    EARLIER = "SELECT number, state, edit, created_by, created_at FROM mapping_versions
        WHERE customer_id = $1 AND number < $2
        AND number < (SELECT MAX(n.number) FROM mapping_versions n WHERE n.customer_id = $1)
        ORDER BY number DESC LIMIT $3";
    GIVE_FILE = "UPDATE mapping_versions SET file = $3 WHERE customer_id = $1 AND number = $2 AND file IS NULL";
    FINISH_VERSION = "UPDATE mapping_versions SET state = $3, result = $4, checked_at = $5, people_number = $6,
            snapshot_number = $7, directory_id = $8
        WHERE customer_id = $1 AND number = $2 AND state = 'checking'";
    MOVE_MARK = "UPDATE mapping_versions SET people_number = $4
        WHERE customer_id = $1 AND number = $2 AND people_number = $3";
    CHECK_AGAIN = "UPDATE mapping_versions SET state = 'checking'
        WHERE customer_id = $1 AND number = $2 AND state IN ('checked', 'refused')";
}

/// A file that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingFile {
    pub number: i64,
    pub name: String,
    /// SHA-256 of the bytes, in hexadecimal digits.
    pub hash: String,
    pub bytes: i64,
    /// `None`: a person has to say (F-12).
    pub encoding: Option<FileEncoding>,
    /// Lines that are not UTF-8.
    pub samples: Vec<String>,
    pub uploaded_by: String,
    pub uploaded_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct FileColumns {
    number: i64,
    name: String,
    hash: Option<String>,
    bytes: i64,
    encoding: Option<String>,
    samples: Json<Vec<String>>,
    uploaded_by: String,
    uploaded_at: Timestamp,
}

impl FileColumns {
    fn read(self) -> Result<MappingFile, StoreError> {
        let encoding = self.encoding.as_deref();
        Ok(MappingFile {
            number: self.number,
            name: self.name,
            hash: self.hash.unwrap_or_default(),
            bytes: self.bytes,
            encoding: encoding
                .map(|text| code("mapping_files", "encoding", text))
                .transpose()?,
            samples: self.samples.0,
            uploaded_by: self.uploaded_by,
            uploaded_at: self.uploaded_at,
        })
    }
}

/// A version of the mapping.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappingVersion {
    pub number: i64,
    pub file: Option<i64>,
    pub reading: MappingReading,
    pub state: MappingState,
    pub outcome: Option<MappingOutcome>,
    /// The version it was made out of, and how; `None` for an uploaded file.
    pub made_from: Option<i64>,
    pub edit: Option<MappingEdit>,
    /// What it was checked against; `None` before.
    pub marks: Option<Marks>,
    pub author: Option<ConsoleUserId>,
    pub created_by: String,
    pub created_at: Timestamp,
    pub checked_at: Option<Timestamp>,
}

impl MappingVersion {
    /// Names the check that wrote its lines and findings: when that ended, in microseconds. The next check writes them anew
    /// (P-17); 0: there are none, or they are being written.
    pub fn check(&self) -> i64 {
        let is_checked = self.state == MappingState::Checked;
        let at = self.checked_at.filter(|_| is_checked);
        at.map_or(0, |at| at.timestamp_micros())
    }
}

#[derive(sqlx::FromRow)]
struct VersionColumns {
    number: i64,
    file: Option<i64>,
    reading: Json<MappingReading>,
    state: String,
    result: Option<Json<MappingOutcome>>,
    made_from: Option<i64>,
    edit: Option<Json<MappingEdit>>,
    directory_id: Option<Uuid>,
    people_number: Option<i64>,
    snapshot_number: Option<i64>,
    author_id: Option<Uuid>,
    created_by: String,
    created_at: Timestamp,
    checked_at: Option<Timestamp>,
}

impl VersionColumns {
    fn read(self) -> Result<MappingVersion, StoreError> {
        Ok(MappingVersion {
            number: self.number,
            file: self.file,
            reading: self.reading.0,
            state: code("mapping_versions", "state", &self.state)?,
            outcome: self.result.map(|result| result.0),
            made_from: self.made_from,
            edit: self.edit.map(|edit| edit.0),
            marks: match (self.directory_id, self.people_number, self.snapshot_number) {
                (Some(directory), Some(people), Some(snapshot)) => Some(Marks {
                    directory: DirectoryId::from_uuid(directory),
                    people,
                    snapshot,
                }),
                _ => None,
            },
            author: self.author_id.map(ConsoleUserId::from_uuid),
            created_by: self.created_by,
            created_at: self.created_at,
            checked_at: self.checked_at,
        })
    }
}

/// Begins an upload; gives the number of the file. Until it is finished nobody sees it.
pub async fn begin_file(
    tx: &mut Tx,
    customer: CustomerId,
    name: &str,
    by: &str,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let number = fetch_value!(tx, i64, NEXT_FILE, customer.uuid())?;
    let none: Json<Vec<String>> = Json(Vec::new());
    execute!(tx, INSERT_FILE, customer.uuid(), number, name, &none, by, now)?;
    Ok(number)
}

/// Adds the next bytes of a file; parts are counted from 0.
pub async fn insert_part(
    tx: &mut Tx,
    customer: CustomerId,
    file: i64,
    part: i64,
    bytes: &[u8],
) -> Result<(), StoreError> {
    execute!(tx, INSERT_PART, customer.uuid(), file, part, bytes)?;
    Ok(())
}

/// What is known of a file once all of it is there.
#[derive(Clone, Debug)]
pub struct FinishedFile<'a> {
    pub hash: &'a str,
    pub bytes: i64,
    pub encoding: Option<FileEncoding>,
    pub samples: &'a [String],
}

/// Ends an upload. One that was cleared away meanwhile is [`StoreError::Stale`].
pub async fn finish_file(
    tx: &mut Tx,
    customer: CustomerId,
    file: i64,
    finished: &FinishedFile<'_>,
) -> Result<(), StoreError> {
    let encoding = finished.encoding.map(FileEncoding::code);
    let samples = Json(finished.samples);
    let touched = execute!(
        tx,
        FINISH_FILE,
        customer.uuid(),
        file,
        finished.hash,
        finished.bytes,
        encoding,
        &samples
    )?;
    one_row(touched, "the upload")
}

/// A file that is whole.
pub async fn file(tx: &mut Tx, customer: CustomerId, number: i64) -> Result<Option<MappingFile>, StoreError> {
    let row = fetch_optional!(tx, FileColumns, FILE, customer.uuid(), number)?;
    row.map(FileColumns::read).transpose()
}

/// The first file with these bytes (F-29).
pub async fn same_file(
    tx: &mut Tx,
    customer: CustomerId,
    hash: &str,
) -> Result<Option<MappingFile>, StoreError> {
    let row = fetch_optional!(tx, FileColumns, SAME_FILE, customer.uuid(), hash)?;
    row.map(FileColumns::read).transpose()
}

#[derive(sqlx::FromRow)]
struct Number {
    number: i64,
}

/// Uploads that were begun before `before` and never finished.
pub async fn broken_off(
    tx: &mut Tx,
    customer: CustomerId,
    before: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let rows = fetch_all!(tx, Number, BROKEN_OFF, customer.uuid(), before)?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

/// Removes a file nothing was read out of.
pub async fn drop_file(tx: &mut Tx, customer: CustomerId, file: i64) -> Result<(), StoreError> {
    execute!(tx, DROP_PARTS, customer.uuid(), file)?;
    execute!(tx, DROP_FILE, customer.uuid(), file)?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Part {
    bytes: Vec<u8>,
}

/// One part of a file; `None` behind the last one.
pub async fn part(
    tx: &mut Tx,
    customer: CustomerId,
    file: i64,
    part: i64,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = fetch_optional!(tx, Part, PART, customer.uuid(), file, part)?;
    Ok(row.map(|row| row.bytes))
}

/// A version to add: read out of a file, made out of another version, or begun from nothing.
#[derive(Clone, Copy, Debug)]
pub struct NewVersion<'a> {
    /// `None`: the check makes it first, by the edit.
    pub file: Option<i64>,
    pub reading: &'a MappingReading,
    pub made_from: Option<i64>,
    pub edit: Option<&'a MappingEdit>,
    pub author: Option<ConsoleUserId>,
    pub by: &'a str,
    pub at: Timestamp,
}

/// Adds a version that is to be checked; gives its number.
pub async fn insert_version(
    tx: &mut Tx,
    customer: CustomerId,
    new: &NewVersion<'_>,
) -> Result<i64, StoreError> {
    let number = fetch_value!(tx, i64, NEXT_VERSION, customer.uuid())?;
    execute!(
        tx,
        INSERT_VERSION,
        customer.uuid(),
        number,
        new.file,
        Json(new.reading),
        new.made_from,
        new.edit.map(Json),
        new.author.map(Id::uuid),
        new.by,
        new.at
    )?;
    Ok(number)
}

/// Gives a version that is made out of another one its file, once. One that has a file already is [`StoreError::Stale`].
pub async fn give_file(tx: &mut Tx, customer: CustomerId, number: i64, file: i64) -> Result<(), StoreError> {
    let touched = execute!(tx, GIVE_FILE, customer.uuid(), number, file)?;
    one_row(touched, "the version of the user mapping")
}

/// A version in the list of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarlierVersion {
    pub number: i64,
    pub state: MappingState,
    /// `None` for an uploaded file.
    pub edit: Option<MappingEdit>,
    pub created_by: String,
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct EarlierColumns {
    number: i64,
    state: String,
    edit: Option<Json<MappingEdit>>,
    created_by: String,
    created_at: Timestamp,
}

/// Versions older than the newest and than `before`, if it is given, the newest of them first, at most `limit`.
pub async fn earlier_versions(
    tx: &mut Tx,
    customer: CustomerId,
    (before, limit): (Option<i64>, i64),
) -> Result<Vec<EarlierVersion>, StoreError> {
    let before = before.unwrap_or(i64::MAX);
    fetch_all!(tx, EarlierColumns, EARLIER, customer.uuid(), before, limit)?
        .into_iter()
        .map(|row| {
            Ok(EarlierVersion {
                number: row.number,
                state: code("mapping_versions", "state", &row.state)?,
                edit: row.edit.map(|edit| edit.0),
                created_by: row.created_by,
                created_at: row.created_at,
            })
        })
        .collect()
}

/// The newest version before `number` of which every line was looked at.
pub async fn checked_before(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
) -> Result<Option<MappingVersion>, StoreError> {
    let row = fetch_optional!(tx, VersionColumns, CHECKED_BEFORE, customer.uuid(), number)?;
    row.map(VersionColumns::read).transpose()
}

/// The newest version before `number` that is not checked to its end.
pub async fn checking_before(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
) -> Result<Option<i64>, StoreError> {
    let row = fetch_optional!(tx, Number, CHECKING_BEFORE, customer.uuid(), number)?;
    Ok(row.map(|row| row.number))
}

/// Lets a version be checked again, beside People and the directory as they are now: one that was checked, or whose check ended
/// without. One that is being checked, or that asks something, is [`StoreError::Stale`].
pub async fn check_again(tx: &mut Tx, customer: CustomerId, number: i64) -> Result<(), StoreError> {
    let touched = execute!(tx, CHECK_AGAIN, customer.uuid(), number)?;
    one_row(touched, "the version of the user mapping")
}

/// The newest version.
pub async fn latest(tx: &mut Tx, customer: CustomerId) -> Result<Option<MappingVersion>, StoreError> {
    let row = fetch_optional!(tx, VersionColumns, LATEST, customer.uuid())?;
    row.map(VersionColumns::read).transpose()
}

/// One version.
pub async fn version(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
) -> Result<Option<MappingVersion>, StoreError> {
    let row = fetch_optional!(tx, VersionColumns, VERSION, customer.uuid(), number)?;
    row.map(VersionColumns::read).transpose()
}

/// Notes what came of the check of a version, and what it was checked against. One that is not being checked is
/// [`StoreError::Stale`].
pub async fn finish_version(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
    (state, outcome, marks): (MappingState, &MappingOutcome, Option<Marks>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let outcome = Json(outcome);
    let touched = execute!(
        tx,
        FINISH_VERSION,
        customer.uuid(),
        number,
        state.code(),
        &outcome,
        now,
        marks.map(|marks| marks.people),
        marks.map(|marks| marks.snapshot),
        marks.map(|marks| marks.directory.uuid())
    )?;
    one_row(touched, "the version of the user mapping")
}

/// A version that was checked against one state of People holds for another one, which is the same.
pub async fn move_mark(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
    (from, to): (i64, i64),
) -> Result<(), StoreError> {
    execute!(tx, MOVE_MARK, customer.uuid(), number, from, to)?;
    Ok(())
}
