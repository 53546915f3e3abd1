//! Versions that were submitted, what was said about their lines, and how versions differ.

use domain::deployment::Responsibility;
use domain::ids::{Id, RemarkId};
use domain::user_mapping::ReviewState;
use domain::{ConsoleUserId, CustomerId, Timestamp};
use uuid::Uuid;

use crate::error::{code, one_row};
use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    // One that is submitted again keeps what it was returned with, and by whom, until the next decision.
    INSERT_REVIEW = "INSERT INTO mapping_reviews (customer_id, version, hash, state, submitted_by, submitted_by_name,
            submitted_at, decided_by_name, reason, seconded_by_name)
        VALUES ($1, $2, $3, 'submitted', $4, $5, $6, '', '', '')
        ON CONFLICT (customer_id, version) DO UPDATE SET hash = excluded.hash, state = 'submitted',
            submitted_by = excluded.submitted_by, submitted_by_name = excluded.submitted_by_name,
            submitted_at = excluded.submitted_at, seconded_by_name = '', seconded_at = NULL
        WHERE mapping_reviews.state = 'returned'";
    LATEST_REVIEW = "SELECT version, hash, state, submitted_by, submitted_by_name, submitted_at, decided_by,
            decided_by_name, decided_at, reason, seconded_by_name, seconded_at
        FROM mapping_reviews WHERE customer_id = $1 ORDER BY version DESC LIMIT 1";
    REVIEW = "SELECT version, hash, state, submitted_by, submitted_by_name, submitted_at, decided_by, decided_by_name,
            decided_at, reason, seconded_by_name, seconded_at
        FROM mapping_reviews WHERE customer_id = $1 AND version = $2";
    // A version that was submitted again keeps the reasons it was returned with before.
    REVIEW_BEFORE = "SELECT version, hash, state, submitted_by, submitted_by_name, submitted_at, decided_by,
            decided_by_name, decided_at, reason, seconded_by_name, seconded_at
        FROM mapping_reviews WHERE customer_id = $1 AND version < $2
        AND (state IN ('returned', 'approved') OR reason <> '') ORDER BY version DESC LIMIT 1";
    DECIDE = "UPDATE mapping_reviews SET state = $4, decided_by = $5, decided_by_name = $6, decided_at = $7, reason = $8
        WHERE customer_id = $1 AND version = $2 AND state = $3";
    SECOND = "UPDATE mapping_reviews SET state = 'approved', seconded_by_name = $3, seconded_at = $4
        WHERE customer_id = $1 AND version = $2 AND state = 'seconding'";
    REOPEN = "UPDATE mapping_reviews SET state = 'submitted', decided_by = NULL, decided_by_name = '', decided_at = NULL,
            seconded_by_name = '', seconded_at = NULL
        WHERE customer_id = $1 AND version = $2 AND state IN ('approved', 'seconding')";
    INSERT_REMARK = "INSERT INTO mapping_remarks (customer_id, id, version, line, existing, new, target, author_name, side,
            text, at, settled_by_name, asks)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, '', $12)";
    // Those about lines that stand in this version as they stood when they were said, and those about all of it (line 0);
    // others are about the past.
    REMARKS = ["SELECT m.id, m.version, m.existing, m.new, m.target, m.author_name, m.side, m.text, m.at, m.settled_by_name,
            m.settled_at, m.asks,
            CASE WHEN m.line = 0 THEN m.line ELSE (SELECT MIN(r.line) FROM mapping_rows AS r" (index "mapping_rows_by_existing") "
                WHERE r.customer_id = $1 AND r.version = $2 AND r.existing = m.existing AND r.new = m.new
                AND r.target = m.target) END AS line
        FROM mapping_remarks m WHERE m.customer_id = $1
        ORDER BY m.settled_at IS NOT NULL, (m.asks AND m.settled_at IS NULL) DESC, m.id DESC LIMIT $3"];
    OPEN_QUESTIONS = ["SELECT COUNT(*) FROM mapping_remarks m
        WHERE m.customer_id = $1 AND m.asks AND m.settled_at IS NULL
        AND (m.line = 0 OR EXISTS (SELECT 1 FROM mapping_rows AS r" (index "mapping_rows_by_existing") "
            WHERE r.customer_id = $1 AND r.version = $2 AND r.existing = m.existing AND r.new = m.new AND r.target = m.target))"];
    // What waits for an answer is settled by it, and by whoever asked.
    SETTLE = "UPDATE mapping_remarks SET settled_by_name = $3, settled_at = $4
        WHERE customer_id = $1 AND id = $2 AND settled_at IS NULL AND (NOT asks OR side = $5)";
    ANSWER = "UPDATE mapping_remarks SET settled_by_name = $6, settled_at = $7
        WHERE customer_id = $1 AND existing = $2 AND new = $3 AND target = $4 AND side = $5 AND asks AND settled_at IS NULL";
    // By what stands in the file: lines that only one of two versions has, and lines that say something else. A username
    // that stands there several times is compared in its order: its first line with its first, and so on.
    DIFF = ["SELECT r.line, r.existing, o.new AS old_new, o.target AS old_target, r.new, r.target
        FROM mapping_rows r LEFT JOIN mapping_rows AS o" (index "mapping_rows_by_existing") " ON o.customer_id = $1
            AND o.version = $2 AND o.existing = r.existing
            AND (SELECT COUNT(*) FROM mapping_rows AS p" (index "mapping_rows_by_existing") " WHERE p.customer_id = $1
            AND p.version = $2 AND p.existing = o.existing AND p.line < o.line)
            = (SELECT COUNT(*) FROM mapping_rows AS q" (index "mapping_rows_by_existing") " WHERE q.customer_id = $1
            AND q.version = $3 AND q.existing = r.existing AND q.line < r.line)
        WHERE r.customer_id = $1 AND r.version = $3 AND r.line > $4
        AND (o.line IS NULL OR o.new <> r.new OR o.target <> r.target) ORDER BY r.line LIMIT $5"];
    GONE = ["SELECT r.line, r.existing, r.new AS old_new, r.target AS old_target, CAST(NULL AS TEXT) AS new,
            CAST(NULL AS TEXT) AS target
        FROM mapping_rows r WHERE r.customer_id = $1 AND r.version = $2 AND r.line > $4
        AND (SELECT COUNT(*) FROM mapping_rows AS p" (index "mapping_rows_by_existing") " WHERE p.customer_id = $1
            AND p.version = $2 AND p.existing = r.existing AND p.line < r.line)
            >= (SELECT COUNT(*) FROM mapping_rows AS n" (index "mapping_rows_by_existing") "
                WHERE n.customer_id = $1 AND n.version = $3 AND n.existing = r.existing)
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
        })
    }
}

/// Submits a version. One that was returned may be submitted again; one that is with staff, or approved, is
/// [`StoreError::Stale`].
pub async fn insert_review(
    tx: &mut Tx,
    customer: CustomerId,
    (version, hash): (i64, &str),
    (by, by_name): (Option<ConsoleUserId>, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let (id, by) = (customer.uuid(), by.map(Id::uuid));
    let touched = execute!(tx, INSERT_REVIEW, id, version, hash, by, by_name, now)?;
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

/// The review before that of `version`: the newest of an older version that was returned or approved (F-30).
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
pub async fn reopen_review(tx: &mut Tx, customer: CustomerId, version: i64) -> Result<bool, StoreError> {
    Ok(execute!(tx, REOPEN, customer.uuid(), version)? > 0)
}

/// Something said about a line, or about all of a mapping: line 0, with empty cells.
#[derive(Clone, Copy, Debug)]
pub struct NewRemark<'a> {
    pub id: RemarkId,
    pub version: i64,
    pub line: i64,
    pub existing: &'a str,
    pub new: &'a str,
    pub target: &'a str,
    pub by_name: &'a str,
    pub side: Responsibility,
    pub text: &'a str,
    /// It asks the other side.
    pub asks: bool,
    pub at: Timestamp,
}

/// Writes a remark down. Questions of the other side about the same line are answered by it; gives how many those were.
pub async fn insert_remark(
    tx: &mut Tx,
    customer: CustomerId,
    new: &NewRemark<'_>,
) -> Result<u64, StoreError> {
    let (side, other) = (new.side.code(), new.side.other().code());
    let id = customer.uuid();
    let answered = execute!(
        tx,
        ANSWER,
        id,
        new.existing,
        new.new,
        new.target,
        other,
        new.by_name,
        new.at
    )?;
    execute!(
        tx,
        INSERT_REMARK,
        id,
        new.id.uuid(),
        new.version,
        new.line,
        new.existing,
        new.new,
        new.target,
        new.by_name,
        side,
        new.text,
        new.at,
        new.asks
    )?;
    Ok(answered)
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
    /// It asks the other side, whose next remark about the line settles it.
    pub asks: bool,
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
    line: Option<i64>,
}

/// What was said about lines, the newest first, at most `limit`; questions that are open first, then what else is open, then
/// what is settled.
pub async fn remarks(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    limit: i64,
) -> Result<Vec<Remark>, StoreError> {
    fetch_all!(tx, RemarkColumns, REMARKS, customer.uuid(), version, limit)?
        .into_iter()
        .map(|row| {
            Ok(Remark {
                id: RemarkId::from_uuid(row.id),
                version: row.version,
                existing: row.existing,
                new: row.new,
                target: row.target,
                by: row.author_name,
                side: code("mapping_remarks", "side", &row.side)?,
                text: row.text,
                at: row.at,
                asks: row.asks,
                settled: row.settled_at.map(|at| (row.settled_by_name, at)),
                line: row.line,
            })
        })
        .collect()
}

/// How many questions wait for an answer: about lines that say in this version what they said when it was asked, and about all
/// of it.
pub async fn open_questions(tx: &mut Tx, customer: CustomerId, version: i64) -> Result<u64, StoreError> {
    let open = fetch_value!(tx, i64, OPEN_QUESTIONS, customer.uuid(), version)?;
    Ok(open.unsigned_abs())
}

/// Notes that a remark needs nothing more; `side` is who says so. Gives whether it was open: one that is settled stays as it is,
/// and so does a question of the other side, which is answered by a remark.
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

/// A line that two versions do not have in common.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ChangedLine {
    pub line: i64,
    pub existing: String,
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
