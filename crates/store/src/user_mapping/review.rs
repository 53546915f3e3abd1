//! Versions that were submitted, what was said about their lines, and how versions differ.

use domain::deployment::Responsibility;
use domain::ids::{Id, RemarkId};
use domain::user_mapping::{Acknowledged, ReviewState, TakenBack};
use domain::{ConsoleUserId, CustomerId, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use super::Number;
use super::lines::MappingLine;
use crate::error::{code, one_row};
use crate::sql::{execute, fetch_all, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    // One that is submitted again keeps what it was returned with, and by whom, until the next decision.
    INSERT_REVIEW = "INSERT INTO mapping_reviews (customer_id, version, hash, state, submitted_by, submitted_by_name,
            submitted_at, acknowledged, decided_by_name, reason, seconded_by_name)
        VALUES ($1, $2, $3, 'submitted', $4, $5, $6, $7, '', '', '')
        ON CONFLICT (customer_id, version) DO UPDATE SET hash = excluded.hash, state = 'submitted',
            submitted_by = excluded.submitted_by, submitted_by_name = excluded.submitted_by_name,
            submitted_at = excluded.submitted_at, acknowledged = excluded.acknowledged, taken_back = NULL,
            seconded_by_name = '', seconded_at = NULL
        WHERE mapping_reviews.state = 'returned'";
    LATEST_REVIEW = "SELECT version, hash, state, submitted_by, submitted_by_name, submitted_at, decided_by,
            decided_by_name, decided_at, reason, seconded_by_name, seconded_at, acknowledged, taken_back
        FROM mapping_reviews WHERE customer_id = $1 ORDER BY version DESC LIMIT 1";
    REVIEW = "SELECT version, hash, state, submitted_by, submitted_by_name, submitted_at, decided_by, decided_by_name,
            decided_at, reason, seconded_by_name, seconded_at, acknowledged, taken_back
        FROM mapping_reviews WHERE customer_id = $1 AND version = $2";
    // A version that was submitted again keeps the reasons it was returned with before; one that was checked again the approval
    // that it had.
    REVIEW_BEFORE = "SELECT version, hash, state, submitted_by, submitted_by_name, submitted_at, decided_by,
            decided_by_name, decided_at, reason, seconded_by_name, seconded_at, acknowledged, taken_back
        FROM mapping_reviews WHERE customer_id = $1 AND version < $2
        AND (state IN ('returned', 'approved') OR reason <> '' OR taken_back IS NOT NULL) ORDER BY version DESC LIMIT 1";
    DECIDE = "UPDATE mapping_reviews SET state = $4, decided_by = $5, decided_by_name = $6, decided_at = $7, reason = $8
        WHERE customer_id = $1 AND version = $2 AND state = $3";
    SECOND = "UPDATE mapping_reviews SET state = 'approved', seconded_by_name = $3, seconded_at = $4
        WHERE customer_id = $1 AND version = $2 AND state = 'seconding'";
    REOPEN = "UPDATE mapping_reviews SET state = 'submitted', decided_by = NULL, decided_by_name = '', decided_at = NULL,
            seconded_by_name = '', seconded_at = NULL, taken_back = $3
        WHERE customer_id = $1 AND version = $2 AND state IN ('approved', 'seconding')";
    ACKNOWLEDGE = "UPDATE mapping_reviews SET acknowledged = $3 WHERE customer_id = $1 AND version = $2";
    // What a version has a file in common with has the same lines.
    SAME_FILE_BEFORE = "SELECT number FROM mapping_versions WHERE customer_id = $1 AND file = $2 AND number < $3";
    INSERT_REMARK = "INSERT INTO mapping_remarks (customer_id, id, version, line, existing, new, target, rewritten_existing,
            rewritten_new, rewritten_target, author_name, side, text, at, settled_by_name, asks, answers)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, '', $15, $16)";
    REMARK = "SELECT m.id, m.version, m.line, m.existing, m.new, m.target, m.author_name, m.side, m.text, m.at,
            m.settled_by_name, m.settled_at, m.asks, CAST(NULL AS TEXT) AS question
        FROM mapping_remarks m WHERE m.customer_id = $1 AND m.id = $2";
    // Those about lines that say in this version what they said, if only written anew, and those about all of it (line 0);
    // others are about the past. What is open and not about the past comes first, and of that what asks. A username may stand in
    // a million lines: a line is looked for among the 250 before and behind the place that it had among them, in an index.
    REMARKS = ["SELECT * FROM (SELECT m.id, m.version, m.existing, m.new, m.target, m.author_name, m.side, m.text, m.at,
                m.settled_by_name, m.settled_at, m.asks, q.text AS question,
                CASE WHEN m.line = 0 THEN m.line ELSE (SELECT MIN(r.line) FROM mapping_rows AS r" (index "mapping_rows_by_existing") "
                    WHERE r.customer_id = $1 AND r.version = $2 AND r.existing IN (m.existing, m.rewritten_existing)
                    AND r.nth BETWEEN COALESCE(o.nth, 0) - 250 AND COALESCE(o.nth, 0) + 250
                    AND r.new IN (m.new, m.rewritten_new) AND r.target IN (m.target, m.rewritten_target)) END AS line
            FROM mapping_remarks m LEFT JOIN mapping_remarks q ON q.customer_id = $1 AND q.id = m.answers
            LEFT JOIN mapping_rows o ON o.customer_id = $1 AND o.version = m.version AND o.line = m.line
            WHERE m.customer_id = $1) AS x
        ORDER BY x.settled_at IS NOT NULL, (x.settled_at IS NULL AND x.line IS NULL),
            (x.settled_at IS NULL AND x.asks) DESC, x.id DESC LIMIT $3 OFFSET $4"];
    REMARKS_OF_LINE = "SELECT m.id, m.version, m.line, m.existing, m.new, m.target, m.author_name, m.side, m.text, m.at,
            m.settled_by_name, m.settled_at, m.asks, q.text AS question
        FROM mapping_remarks m LEFT JOIN mapping_remarks q ON q.customer_id = $1 AND q.id = m.answers
        WHERE m.customer_id = $1 AND m.line > 0 AND ((m.existing = $2 AND m.new = $3 AND m.target = $4)
            OR (COALESCE(m.rewritten_existing, m.existing) = $5 AND COALESCE(m.rewritten_new, m.new) = $6
                AND COALESCE(m.rewritten_target, m.target) = $7))
        ORDER BY m.settled_at IS NOT NULL, (m.settled_at IS NULL AND m.asks) DESC, m.id DESC LIMIT $8";
    // A question waits whatever becomes of its line: that may be the answer, and whoever asked says so.
    OPEN_REMARKS = ["SELECT COUNT(CASE WHEN x.asks THEN 1 END) AS questions,
            COUNT(CASE WHEN x.asks AND x.side = 'staff' THEN 1 END) AS to_customer,
            COUNT(CASE WHEN x.asks AND NOT x.applies THEN 1 END) AS changed,
            COUNT(CASE WHEN x.applies AND NOT x.asks THEN 1 END) AS remarks
        FROM (SELECT m.asks, m.side, (m.line = 0 OR EXISTS (SELECT 1
                FROM mapping_rows AS r" (index "mapping_rows_by_existing") "
                WHERE r.customer_id = $1 AND r.version = $2 AND r.existing IN (m.existing, m.rewritten_existing)
                AND r.nth BETWEEN COALESCE(o.nth, 0) - 250 AND COALESCE(o.nth, 0) + 250
                AND r.new IN (m.new, m.rewritten_new) AND r.target IN (m.target, m.rewritten_target))) AS applies
            FROM mapping_remarks m
            LEFT JOIN mapping_rows o ON o.customer_id = $1 AND o.version = m.version AND o.line = m.line
            WHERE m.customer_id = $1 AND m.settled_at IS NULL) AS x"];
    // What waits for an answer is settled by it, and by whoever asked.
    SETTLE = "UPDATE mapping_remarks SET settled_by_name = $3, settled_at = $4
        WHERE customer_id = $1 AND id = $2 AND settled_at IS NULL AND (NOT asks OR side = $5)";
    ANSWER = "UPDATE mapping_remarks SET settled_by_name = $3, settled_at = $4
        WHERE customer_id = $1 AND id = $2 AND settled_at IS NULL AND asks AND side = $5";
    // By what stands in the file: lines that only one of two versions has, and lines that say something else. A username
    // that stands there several times is compared in its order: its first line with its first, and so on. Which one a line is
    // is noted when it is written: counted here, thousands of equal cells would keep a database busy for hours.
    DIFF = ["SELECT r.line, r.existing, r.nth, o.new AS old_new, o.target AS old_target, r.new, r.target
        FROM mapping_rows r LEFT JOIN mapping_rows AS o" (index "mapping_rows_by_existing") " ON o.customer_id = $1
            AND o.version = $2 AND o.existing = r.existing AND o.nth = r.nth
        WHERE r.customer_id = $1 AND r.version = $3 AND r.line > $4
        AND (o.line IS NULL OR o.new <> r.new OR o.target <> r.target) ORDER BY r.line LIMIT $5"];
    GONE = ["SELECT r.line, r.existing, r.nth, r.new AS old_new, r.target AS old_target, CAST(NULL AS TEXT) AS new,
            CAST(NULL AS TEXT) AS target
        FROM mapping_rows r WHERE r.customer_id = $1 AND r.version = $2 AND r.line > $4
        AND NOT EXISTS (SELECT 1 FROM mapping_rows AS n" (index "mapping_rows_by_existing") "
            WHERE n.customer_id = $1 AND n.version = $3 AND n.existing = r.existing AND n.nth = r.nth)
        ORDER BY r.line LIMIT $5"];
}

/// How a version fares that was submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    pub version: i64,
    /// SHA-256 of its file, in hexadecimal digits.
    pub hash: String,
    pub state: ReviewState,
    pub submitted_by: Option<ConsoleUserId>,
    pub submitted_by_name: String,
    pub submitted_at: Timestamp,
    /// The last decision. A version that is submitted again keeps it until the next: what it was returned with.
    pub decided_by: Option<ConsoleUserId>,
    /// Empty before.
    pub decided_by_name: String,
    pub decided_at: Option<Timestamp>,
    pub reason: String,
    pub seconded_by_name: String,
    pub seconded_at: Option<Timestamp>,
    /// The groups of warnings that were ticked since it was submitted.
    pub acknowledged: Vec<Acknowledged>,
    /// The last approval that a new check took back since it was submitted; it stays when it is decided anew.
    pub taken_back: Option<TakenBack>,
}

#[derive(sqlx::FromRow)]
struct ReviewColumns {
    version: i64,
    hash: String,
    state: String,
    submitted_by: Option<Uuid>,
    submitted_by_name: String,
    submitted_at: Timestamp,
    decided_by: Option<Uuid>,
    decided_by_name: String,
    decided_at: Option<Timestamp>,
    reason: String,
    seconded_by_name: String,
    seconded_at: Option<Timestamp>,
    acknowledged: Json<Vec<Acknowledged>>,
    taken_back: Option<Json<TakenBack>>,
}

impl ReviewColumns {
    fn read(self) -> Result<Review, StoreError> {
        Ok(Review {
            version: self.version,
            hash: self.hash,
            state: code("mapping_reviews", "state", &self.state)?,
            submitted_by: self.submitted_by.map(ConsoleUserId::from_uuid),
            submitted_by_name: self.submitted_by_name,
            submitted_at: self.submitted_at,
            decided_by: self.decided_by.map(ConsoleUserId::from_uuid),
            decided_by_name: self.decided_by_name,
            decided_at: self.decided_at,
            reason: self.reason,
            seconded_by_name: self.seconded_by_name,
            seconded_at: self.seconded_at,
            acknowledged: self.acknowledged.0,
            taken_back: self.taken_back.map(|taken_back| taken_back.0),
        })
    }
}

/// Submits a version, with the warnings that were ticked. One that was returned may be submitted again; one that is with staff,
/// or approved, is [`StoreError::Stale`].
pub async fn insert_review(
    tx: &mut Tx,
    customer: CustomerId,
    (version, hash): (i64, &str),
    acknowledged: &[Acknowledged],
    (by, by_name): (Option<ConsoleUserId>, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (id, by, acknowledged) = (customer.uuid(), by.map(Id::uuid), Json(acknowledged));
    let touched = execute!(
        tx,
        INSERT_REVIEW,
        id,
        version,
        hash,
        by,
        by_name,
        now,
        &acknowledged
    )?;
    one_row(touched, "the review")
}

/// Notes the warnings that were ticked of a version, in place of those that were noted before.
pub async fn acknowledge(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    acknowledged: &[Acknowledged],
) -> Result<(), StoreError> {
    let acknowledged = Json(acknowledged);
    let touched = execute!(tx, ACKNOWLEDGE, customer.uuid(), version, &acknowledged)?;
    one_row(touched, "the review")
}

/// The review of the newest version that was ever submitted.
pub async fn latest_review(tx: &mut Tx, customer: CustomerId) -> Result<Option<Review>, StoreError> {
    let row = fetch_optional!(tx, ReviewColumns, LATEST_REVIEW, customer.uuid())?;
    row.map(ReviewColumns::read).transpose()
}

/// The review of a version, if it was submitted.
pub async fn review(tx: &mut Tx, customer: CustomerId, version: i64) -> Result<Option<Review>, StoreError> {
    let row = fetch_optional!(tx, ReviewColumns, REVIEW, customer.uuid(), version)?;
    row.map(ReviewColumns::read).transpose()
}

/// The review before that of `version`: the newest of an older version that was returned or approved (F-30), if only until it was
/// checked again (P-17).
pub async fn review_before(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
) -> Result<Option<Review>, StoreError> {
    let row = fetch_optional!(tx, ReviewColumns, REVIEW_BEFORE, customer.uuid(), version)?;
    row.map(ReviewColumns::read).transpose()
}

/// A decision about a version.
#[derive(Clone, Copy, Debug)]
pub struct ReviewChange<'a> {
    /// How it stands; else the decision is [`StoreError::Stale`].
    pub from: ReviewState,
    pub to: ReviewState,
    pub by: Option<ConsoleUserId>,
    pub by_name: &'a str,
    pub reason: &'a str,
    pub at: Timestamp,
}

/// Returns or approves a version.
pub async fn decide_review(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    change: &ReviewChange<'_>,
) -> Result<(), StoreError> {
    let (id, by) = (customer.uuid(), change.by.map(Id::uuid));
    let (from, to) = (change.from.code(), change.to.code());
    let touched = execute!(
        tx,
        DECIDE,
        id,
        version,
        from,
        to,
        by,
        change.by_name,
        change.at,
        change.reason
    )?;
    one_row(touched, "the review")
}

/// The second approval.
pub async fn second_review(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    by_name: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let touched = execute!(tx, SECOND, customer.uuid(), version, by_name, now)?;
    one_row(touched, "the review")
}

/// Takes an approval back: what it was given for is looked at again (P-17). Gives whether there was one.
pub async fn reopen_review(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    taken_back: &TakenBack,
) -> Result<bool, StoreError> {
    Ok(execute!(tx, REOPEN, customer.uuid(), version, Json(taken_back))? > 0)
}

/// Older versions than `before` that were read out of the same file.
pub async fn versions_of_file(
    tx: &mut Tx,
    customer: CustomerId,
    file: i64,
    before: i64,
) -> Result<Vec<i64>, StoreError> {
    let rows = fetch_all!(tx, Number, SAME_FILE_BEFORE, customer.uuid(), file, before)?;
    Ok(rows.into_iter().map(|row| row.number).collect())
}

/// The cells of a line as a correction writes them anew: existing username, new username and target directory.
pub type Rewritten = [String; 3];

/// Something said about a line, or about all of a mapping: line 0, with empty cells.
#[derive(Clone, Copy, Debug)]
pub struct NewRemark<'a> {
    pub id: RemarkId,
    pub version: i64,
    /// What it is about, as it stands in that version.
    pub row: &'a MappingLine,
    pub rewritten: &'a Rewritten,
    pub by_name: &'a str,
    pub side: Responsibility,
    pub text: &'a str,
    /// It asks the other side.
    pub asks: bool,
    /// The question that it answers.
    pub answers: Option<RemarkId>,
    pub at: Timestamp,
}

/// Writes a remark down.
pub async fn insert_remark(tx: &mut Tx, customer: CustomerId, new: &NewRemark<'_>) -> Result<(), StoreError> {
    let row = new.row;
    let [existing, of_new, target] = new.rewritten;
    execute!(
        tx,
        INSERT_REMARK,
        customer.uuid(),
        new.id.uuid(),
        new.version,
        row.line,
        row.existing.as_str(),
        row.new.as_str(),
        row.target.as_str(),
        changed(existing, &row.existing),
        changed(of_new, &row.new),
        changed(target, &row.target),
        new.by_name,
        new.side.code(),
        new.text,
        new.at,
        new.asks,
        new.answers.map(Id::uuid)
    )?;
    Ok(())
}

/// The rewritten cell, where it is not the cell itself.
fn changed<'a>(rewritten: &'a str, cell: &str) -> Option<&'a str> {
    Some(rewritten).filter(|rewritten| *rewritten != cell)
}

/// A remark as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub id: RemarkId,
    pub version: i64,
    pub existing: String,
    pub new: String,
    pub target: String,
    pub by: String,
    pub side: Responsibility,
    pub text: String,
    pub at: Timestamp,
    /// It asks the other side, whose answer settles it.
    pub asks: bool,
    /// The text of the question that it answers.
    pub question: Option<String>,
    /// Who settled it, and when.
    pub settled: Option<(String, Timestamp)>,
    /// The line it is about in the version that was asked for; 0: about all of it; `None`: the line says something else there.
    pub line: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct RemarkColumns {
    id: Uuid,
    version: i64,
    existing: String,
    new: String,
    target: String,
    author_name: String,
    side: String,
    text: String,
    at: Timestamp,
    settled_by_name: String,
    settled_at: Option<Timestamp>,
    asks: bool,
    question: Option<String>,
    line: Option<i64>,
}

impl RemarkColumns {
    fn read(self) -> Result<Remark, StoreError> {
        Ok(Remark {
            id: RemarkId::from_uuid(self.id),
            version: self.version,
            existing: self.existing,
            new: self.new,
            target: self.target,
            by: self.author_name,
            side: code("mapping_remarks", "side", &self.side)?,
            text: self.text,
            at: self.at,
            asks: self.asks,
            question: self.question,
            settled: self.settled_at.map(|at| (self.settled_by_name, at)),
            line: self.line,
        })
    }
}

/// What was said about a mapping, seen from `version`, at most `limit`, behind the first `after`: what is open first, questions
/// before the rest; then what is open about lines that say something else in this version; then what is settled; and of each
/// the newest first.
pub async fn remarks(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    (after, limit): (i64, i64),
) -> Result<Vec<Remark>, StoreError> {
    let rows = fetch_all!(tx, RemarkColumns, REMARKS, customer.uuid(), version, limit, after)?;
    rows.into_iter().map(RemarkColumns::read).collect()
}

/// What was said about a line, whose cells a correction writes anew as `rewritten`: in the same order, at most `limit`. The line
/// of each is that one.
pub async fn remarks_of_line(
    tx: &mut Tx,
    customer: CustomerId,
    (row, rewritten): (&MappingLine, &Rewritten),
    limit: i64,
) -> Result<Vec<Remark>, StoreError> {
    let [existing, new, target] = rewritten;
    let rows = fetch_all!(
        tx,
        RemarkColumns,
        REMARKS_OF_LINE,
        customer.uuid(),
        row.existing.as_str(),
        row.new.as_str(),
        row.target.as_str(),
        existing.as_str(),
        new.as_str(),
        target.as_str(),
        limit
    )?;
    let here = |columns: RemarkColumns| {
        RemarkColumns {
            line: Some(row.line),
            ..columns
        }
        .read()
    };
    rows.into_iter().map(here).collect()
}

/// One remark, with the line it was said about in the version it was said about.
pub async fn remark(tx: &mut Tx, customer: CustomerId, id: RemarkId) -> Result<Option<Remark>, StoreError> {
    let row = fetch_optional!(tx, RemarkColumns, REMARK, customer.uuid(), id.uuid())?;
    row.map(RemarkColumns::read).transpose()
}

/// How much of what was said is open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenRemarks {
    /// Questions that wait for an answer, whatever their lines say meanwhile.
    pub questions: u64,
    /// Those among them that staff asked.
    pub to_customer: u64,
    /// Those among them whose line says something else in the version that was asked for.
    pub changed: u64,
    /// Remarks about lines that say in that version what they said, and about all of it.
    pub remarks: u64,
}

#[derive(sqlx::FromRow)]
struct OpenColumns {
    questions: i64,
    to_customer: i64,
    changed: i64,
    remarks: i64,
}

/// How much of what was said is open, seen from `version`.
pub async fn open_remarks(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
) -> Result<OpenRemarks, StoreError> {
    let found = fetch_optional!(tx, OpenColumns, OPEN_REMARKS, customer.uuid(), version)?;
    Ok(found.map_or_else(OpenRemarks::default, |open| OpenRemarks {
        questions: open.questions.unsigned_abs(),
        to_customer: open.to_customer.unsigned_abs(),
        changed: open.changed.unsigned_abs(),
        remarks: open.remarks.unsigned_abs(),
    }))
}

/// Notes that a remark needs nothing more; `side` is who says so. Gives whether it was open: one that is settled stays as it is,
/// and so does a question of the other side, which is answered ([`answer_question`]).
pub async fn settle_remark(
    tx: &mut Tx,
    customer: CustomerId,
    id: RemarkId,
    (side, by_name): (Responsibility, &str),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let (c, side) = (customer.uuid(), side.code());
    let touched = execute!(tx, SETTLE, c, id.uuid(), by_name, now, side)?;
    Ok(touched > 0)
}

/// Notes that a question of the other side is answered; `side` is who answers. One that is settled, or no question of theirs, is
/// [`StoreError::Stale`].
pub async fn answer_question(
    tx: &mut Tx,
    customer: CustomerId,
    id: RemarkId,
    (side, by_name): (Responsibility, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (c, other) = (customer.uuid(), side.other().code());
    let touched = execute!(tx, ANSWER, c, id.uuid(), by_name, now, other)?;
    one_row(touched, "the question")
}

/// A line that two versions do not have in common.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ChangedLine {
    pub line: i64,
    pub existing: String,
    /// How many lines before it have the same existing username.
    pub nth: i64,
    /// `None`: the older version has no such line.
    pub old_new: Option<String>,
    pub old_target: Option<String>,
    /// `None`: the newer version has no such line.
    pub new: Option<String>,
    pub target: Option<String>,
}

/// Lines of `newer` that came or changed since `older`, behind its line `after`, at most `limit`, in their order.
pub async fn changed_lines(
    tx: &mut Tx,
    customer: CustomerId,
    (older, newer): (i64, i64),
    (after, limit): (i64, i64),
) -> Result<Vec<ChangedLine>, StoreError> {
    fetch_all!(tx, ChangedLine, DIFF, customer.uuid(), older, newer, after, limit)
}

/// Lines of `older` that went in `newer`, behind the line `after` of `older`, at most `limit`, in their order.
pub async fn gone_lines(
    tx: &mut Tx,
    customer: CustomerId,
    (older, newer): (i64, i64),
    (after, limit): (i64, i64),
) -> Result<Vec<ChangedLine>, StoreError> {
    fetch_all!(tx, ChangedLine, GONE, customer.uuid(), older, newer, after, limit)
}
