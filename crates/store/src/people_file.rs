//! People files: accounts of a directory that the intranet followed before, line by line, and what became of each.
//!
//! Whoever adds a file takes the customer's turn first ([`crate::customers::take_turn`]): numbers follow each other.

use domain::ids::Id;
use domain::people_file::{
    LineProblem, PeopleCells, PeopleFileCounts, PeopleFileReading, PeopleFileState, PeopleLineState,
};
use domain::{CustomerId, DirectoryId, Timestamp, UsernameKey};
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::{code, one_row};
use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    NEXT = "SELECT COALESCE(MAX(number), 0) + 1 FROM people_files WHERE customer_id = $1";
    INSERT = "INSERT INTO people_files (customer_id, number, name, state, lines, created, updated, unchanged, refused,
            uploaded_by, uploaded_at)
        VALUES ($1, $2, $3, 'receiving', 0, 0, 0, 0, 0, $4, $5)";
    INSERT_LINES = {
        sqlite: "INSERT INTO people_file_lines (customer_id, file, line, username, username_key, cells, state, problems)
            SELECT $1, $2, r.value->>'line', r.value->>'username', r.value->>'username_key', r.value->'cells',
                r.value->>'state', r.value->'problems'
            FROM json_each($3) AS r",
        postgres: "INSERT INTO people_file_lines (customer_id, file, line, username, username_key, cells, state, problems)
            SELECT $1, $2, r.line, r.username, r.username_key, r.cells, r.state, r.problems
            FROM jsonb_to_recordset($3) AS r(line bigint, username text, username_key text, cells jsonb, state text,
                problems jsonb)",
    };
    RECEIVED = "UPDATE people_files SET state = 'working', directory_id = $3, reading = $4, lines = $5, refused = $6
        WHERE customer_id = $1 AND number = $2 AND state = 'receiving'";
    BROKEN_OFF = "SELECT number FROM people_files WHERE customer_id = $1 AND state = 'receiving' AND uploaded_at < $2";
    DROP_LINES = "DELETE FROM people_file_lines WHERE customer_id = $1 AND file = $2";
    // Whatever a file that is worked on has is not an upload's to take.
    DROP_UPLOADED = "DELETE FROM people_file_lines WHERE customer_id = $1 AND file IN (SELECT number FROM people_files
            WHERE customer_id = $1 AND number = $2 AND state = 'receiving')";
    DROP_FILE = "DELETE FROM people_files WHERE customer_id = $1 AND number = $2 AND state = 'receiving'";
    ENDED_BEFORE = "SELECT number FROM people_files WHERE customer_id = $1 AND number < $2 AND state IN ('done', 'stopped')
        ORDER BY number DESC LIMIT 1";
    FIND = "SELECT number, directory_id, name, state, reading, lines, created, updated, unchanged, refused, uploaded_by,
            uploaded_at, finished_at
        FROM people_files WHERE customer_id = $1 AND number = $2 AND state <> 'receiving'";
    LATEST = "SELECT number, directory_id, name, state, reading, lines, created, updated, unchanged, refused, uploaded_by,
            uploaded_at, finished_at
        FROM people_files WHERE customer_id = $1 AND state <> 'receiving' ORDER BY number DESC LIMIT 1";
    OF_STATE = "SELECT line, username, username_key, cells, problems FROM people_file_lines
        WHERE customer_id = $1 AND file = $2 AND state = $3 AND line > $4 ORDER BY line LIMIT $5";
    REPEATED = ["SELECT username_key, MIN(line) AS first, MAX(line) AS last FROM people_file_lines
        WHERE customer_id = $1 AND file = $2 AND username_key IN " (list "$3") "
        GROUP BY username_key HAVING COUNT(*) > 1"];
    // An update that never inserts: the lines are there, and the conflict leads SQLite to the right one. What is done needs
    // its cells no more.
    SET_LINES = {
        sqlite: "INSERT INTO people_file_lines (customer_id, file, line, username, username_key, cells, state, problems)
            SELECT $1, $2, r.value->>'line', '', '', '{}', r.value->>'state', r.value->'problems'
            FROM json_each($3) AS r WHERE true
            ON CONFLICT (customer_id, file, line) DO UPDATE SET state = excluded.state, problems = excluded.problems,
                cells = CASE WHEN excluded.state = 'refused' THEN people_file_lines.cells ELSE excluded.cells END",
        postgres: "INSERT INTO people_file_lines (customer_id, file, line, username, username_key, cells, state, problems)
            SELECT $1, $2, r.line, '', '', '{}', r.state, r.problems
            FROM jsonb_to_recordset($3) AS r(line bigint, state text, problems jsonb)
            ON CONFLICT (customer_id, file, line) DO UPDATE SET state = excluded.state, problems = excluded.problems,
                cells = CASE WHEN excluded.state = 'refused' THEN people_file_lines.cells ELSE excluded.cells END",
    };
    COUNT = "UPDATE people_files SET created = created + $3, updated = updated + $4, unchanged = unchanged + $5,
            refused = refused + $6
        WHERE customer_id = $1 AND number = $2 AND state = 'working'";
    FINISH = "UPDATE people_files SET state = $3, finished_at = $4
        WHERE customer_id = $1 AND number = $2 AND state = 'working'";
}

/// A file that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeopleFile {
    pub number: i64,
    pub directory: DirectoryId,
    pub name: String,
    pub state: PeopleFileState,
    pub reading: PeopleFileReading,
    pub lines: i64,
    pub counts: PeopleFileCounts,
    pub uploaded_by: String,
    pub uploaded_at: Timestamp,
    pub finished_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Columns {
    number: i64,
    directory_id: Option<Uuid>,
    name: String,
    state: String,
    reading: Option<Json<PeopleFileReading>>,
    lines: i64,
    created: i64,
    updated: i64,
    unchanged: i64,
    refused: i64,
    uploaded_by: String,
    uploaded_at: Timestamp,
    finished_at: Option<Timestamp>,
}

impl Columns {
    fn read(self) -> Result<PeopleFile, StoreError> {
        let missing = |column| StoreError::Corrupt {
            table: "people_files",
            column,
            value: "nothing".to_owned(),
        };
        Ok(PeopleFile {
            number: self.number,
            directory: DirectoryId::from_uuid(self.directory_id.ok_or_else(|| missing("directory_id"))?),
            name: self.name,
            state: code("people_files", "state", &self.state)?,
            reading: self.reading.ok_or_else(|| missing("reading"))?.0,
            lines: self.lines,
            counts: PeopleFileCounts {
                created: self.created,
                updated: self.updated,
                unchanged: self.unchanged,
                refused: self.refused,
            },
            uploaded_by: self.uploaded_by,
            uploaded_at: self.uploaded_at,
            finished_at: self.finished_at,
        })
    }
}

/// A line to keep.
#[derive(Clone, Debug, Serialize)]
pub struct NewLine {
    pub line: u64,
    pub username: String,
    pub username_key: String,
    pub cells: PeopleCells,
    pub state: PeopleLineState,
    pub problems: Vec<LineProblem>,
}

/// A line that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptLine {
    pub line: i64,
    pub username: String,
    pub key: UsernameKey,
    pub cells: PeopleCells,
    pub problems: Vec<LineProblem>,
}

#[derive(sqlx::FromRow)]
struct LineColumns {
    line: i64,
    username: String,
    username_key: String,
    cells: Json<PeopleCells>,
    problems: Json<Vec<LineProblem>>,
}

/// What became of a line.
#[derive(Clone, Debug, Serialize)]
pub struct LineDone {
    pub line: i64,
    pub state: PeopleLineState,
    pub problems: Vec<LineProblem>,
}

/// A username that several lines have.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Repeated {
    pub username_key: String,
    pub first: i64,
    pub last: i64,
}

/// Begins an upload; gives the number of the file. Until it is whole nobody sees it.
pub async fn begin(
    tx: &mut Tx,
    customer: CustomerId,
    (name, by): (&str, &str),
    now: Timestamp,
) -> Result<i64, StoreError> {
    let number = fetch_value!(tx, i64, NEXT, customer.uuid())?;
    execute!(tx, INSERT, customer.uuid(), number, name, by, now)?;
    Ok(number)
}

/// Keeps the next lines of a file.
pub async fn insert_lines(
    tx: &mut Tx,
    customer: CustomerId,
    file: i64,
    lines: &[NewLine],
) -> Result<(), StoreError> {
    if !lines.is_empty() {
        execute!(tx, INSERT_LINES, customer.uuid(), file, Json(lines))?;
    }
    Ok(())
}

/// What is known of a file once all of it is here.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    pub directory: DirectoryId,
    pub reading: &'a PeopleFileReading,
    pub lines: i64,
    /// Lines that are wrong by themselves.
    pub refused: i64,
}

/// Ends an upload: its lines are worked on. One that was cleared away meanwhile is [`StoreError::Stale`]; where another file
/// is worked on it is [`StoreError::Conflict`].
pub async fn received(
    tx: &mut Tx,
    customer: CustomerId,
    file: i64,
    received: Received<'_>,
) -> Result<(), StoreError> {
    let directory = received.directory.uuid();
    let (reading, lines, refused) = (Json(received.reading), received.lines, received.refused);
    let touched = execute!(
        tx,
        RECEIVED,
        customer.uuid(),
        file,
        directory,
        &reading,
        lines,
        refused
    )?;
    one_row(touched, "the upload")
}

/// Uploads that were begun before `before` and never became whole.
pub async fn broken_off(
    tx: &mut Tx,
    customer: CustomerId,
    before: Timestamp,
) -> Result<Vec<i64>, StoreError> {
    let rows = fetch_all!(tx, (i64,), BROKEN_OFF, customer.uuid(), before)?;
    Ok(rows.into_iter().map(|(number,)| number).collect())
}

/// Removes an upload that is not whole; a file that is stays.
pub async fn drop_upload(tx: &mut Tx, customer: CustomerId, file: i64) -> Result<(), StoreError> {
    execute!(tx, DROP_UPLOADED, customer.uuid(), file)?;
    execute!(tx, DROP_FILE, customer.uuid(), file)?;
    Ok(())
}

/// Forgets the lines of a file; that there was one, and what came of it, stays.
pub async fn forget_lines(tx: &mut Tx, customer: CustomerId, file: i64) -> Result<(), StoreError> {
    execute!(tx, DROP_LINES, customer.uuid(), file)?;
    Ok(())
}

/// The file before this one that was worked on to its end.
pub async fn ended_before(tx: &mut Tx, customer: CustomerId, file: i64) -> Result<Option<i64>, StoreError> {
    let row = fetch_optional!(tx, (i64,), ENDED_BEFORE, customer.uuid(), file)?;
    Ok(row.map(|(number,)| number))
}

/// A file that is whole.
pub async fn find(tx: &mut Tx, customer: CustomerId, file: i64) -> Result<Option<PeopleFile>, StoreError> {
    let row = fetch_optional!(tx, Columns, FIND, customer.uuid(), file)?;
    row.map(Columns::read).transpose()
}

/// The newest file that is whole.
pub async fn latest(tx: &mut Tx, customer: CustomerId) -> Result<Option<PeopleFile>, StoreError> {
    let row = fetch_optional!(tx, Columns, LATEST, customer.uuid())?;
    row.map(Columns::read).transpose()
}

/// Lines of a file that came to this, behind the line `after`, at most `limit`.
pub async fn lines(
    tx: &mut Tx,
    customer: CustomerId,
    (file, state): (i64, PeopleLineState),
    after: i64,
    limit: i64,
) -> Result<Vec<KeptLine>, StoreError> {
    let rows = fetch_all!(
        tx,
        LineColumns,
        OF_STATE,
        customer.uuid(),
        file,
        state.code(),
        after,
        limit
    )?;
    let read = |row: LineColumns| KeptLine {
        line: row.line,
        username: row.username,
        key: UsernameKey::from_stored(row.username_key),
        cells: row.cells.0,
        problems: row.problems.0,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Which of these usernames several lines of the file have.
pub async fn repeated(
    tx: &mut Tx,
    customer: CustomerId,
    file: i64,
    keys: &[&UsernameKey],
) -> Result<Vec<Repeated>, StoreError> {
    fetch_all!(tx, Repeated, REPEATED, customer.uuid(), file, Json(keys))
}

/// Notes what became of lines, and counts them. A file that is not worked on is [`StoreError::Stale`].
pub async fn set_lines(
    tx: &mut Tx,
    customer: CustomerId,
    file: i64,
    done: &[LineDone],
) -> Result<(), StoreError> {
    let mut counts = PeopleFileCounts::default();
    for line in done {
        counts.add(line.state);
    }
    execute!(tx, SET_LINES, customer.uuid(), file, Json(done))?;
    let touched = execute!(
        tx,
        COUNT,
        customer.uuid(),
        file,
        counts.created,
        counts.updated,
        counts.unchanged,
        counts.refused
    )?;
    one_row(touched, "the People file")
}

/// Nothing more is done about a file. One that is not worked on is [`StoreError::Stale`].
pub async fn finish(
    tx: &mut Tx,
    customer: CustomerId,
    (file, state): (i64, PeopleFileState),
    now: Timestamp,
) -> Result<(), StoreError> {
    let touched = execute!(tx, FINISH, customer.uuid(), file, state.code(), now)?;
    one_row(touched, "the People file")
}
