//! What both sides put on record about a deployment, and say to each other about its steps.

use domain::deployment::{Responsibility, Said, Statement, Step};
use domain::ids::{CommentId, Id, StatementId};
use domain::{ConsoleUserId, CustomerId, DirectoryId, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::sql::{execute, fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    STATE = "INSERT INTO statements (customer_id, id, step, said, happened_on, evidence, account_id, directory_id, stated_by,
            stated_by_name, side, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    // The latest of each step, and of each account that somebody has signed in with: of one customer ($2) or, for staff, of all of them ($1 is true).
    LATEST = "SELECT s.customer_id, s.step, s.said, s.happened_on, s.evidence, s.directory_id,
            s.stated_by_name, s.side, s.at, a.username AS account_username,
            (a.id IS NOT NULL AND a.state = 'active' AND a.directory_id IS NULL AND a.is_administrator) AS account_stands
        FROM statements s LEFT JOIN accounts a ON a.customer_id = s.customer_id AND a.id = s.account_id
        WHERE ($1 OR s.customer_id = $2) AND NOT EXISTS (SELECT 1 FROM statements n
            WHERE n.customer_id = s.customer_id AND n.step = s.step AND n.id > s.id
            AND n.account_id IS NOT DISTINCT FROM s.account_id)";
    OF_STEP = "SELECT s.customer_id, s.step, s.said, s.happened_on, s.evidence, s.directory_id,
            s.stated_by_name, s.side, s.at, a.username AS account_username,
            (a.id IS NOT NULL AND a.state = 'active' AND a.directory_id IS NULL AND a.is_administrator) AS account_stands
        FROM statements s LEFT JOIN accounts a ON a.customer_id = $1 AND a.id = s.account_id
        WHERE s.customer_id = $1 AND s.step = $2 ORDER BY s.id DESC LIMIT $3";
    COMMENT = "INSERT INTO comments (customer_id, id, step, author_id, author_name, side, text, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    COMMENTS = "SELECT author_name, side, text, at FROM comments
        WHERE customer_id = $1 AND step = $2 ORDER BY id DESC LIMIT $3";
    LATEST_COMMENTS = "SELECT step, author_name, side, text, at FROM comments
        WHERE customer_id = $1 ORDER BY id DESC LIMIT $2";
}

/// A statement to put on record.
#[derive(Clone, Debug)]
pub struct NewStatement<'a> {
    pub id: StatementId,
    pub step: Step,
    pub said: Said,
    /// The day of the work, `2026-03-12`.
    pub happened_on: &'a str,
    /// How one can see that it was done; may be empty.
    pub evidence: &'a str,
    /// The directory that is connected now.
    pub directory: Option<DirectoryId>,
    pub by: Option<ConsoleUserId>,
    pub by_name: &'a str,
    pub side: Responsibility,
    pub at: Timestamp,
}

/// A statement as it is on record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementRow {
    pub customer: CustomerId,
    pub step: Step,
    pub statement: Statement,
    pub happened_on: String,
    pub evidence: String,
    /// Whether the account of [`Said::SignedIn`] is an active local administrator now.
    pub account_stands: bool,
    /// And its username.
    pub account_username: Option<String>,
    pub directory: Option<DirectoryId>,
}

#[derive(sqlx::FromRow)]
struct StatementColumns {
    customer_id: Uuid,
    step: String,
    said: Json<Said>,
    happened_on: String,
    evidence: String,
    account_stands: bool,
    account_username: Option<String>,
    directory_id: Option<Uuid>,
    stated_by_name: String,
    side: String,
    at: Timestamp,
}

impl StatementColumns {
    fn read(self) -> Result<StatementRow, StoreError> {
        Ok(StatementRow {
            customer: CustomerId::from_uuid(self.customer_id),
            step: code("statements", "step", &self.step)?,
            statement: Statement {
                by: self.stated_by_name,
                side: code("statements", "side", &self.side)?,
                at: self.at,
                said: self.said.0,
            },
            happened_on: self.happened_on,
            evidence: self.evidence,
            account_stands: self.account_stands,
            account_username: self.account_username,
            directory: self.directory_id.map(DirectoryId::from_uuid),
        })
    }
}

/// Puts a statement on record. It stays there; a later one about the same step takes its place.
pub async fn state(tx: &mut Tx, customer: CustomerId, new: &NewStatement<'_>) -> Result<(), StoreError> {
    let account = match new.said {
        Said::SignedIn { account } => Some(account.uuid()),
        _ => None,
    };
    execute!(
        tx,
        STATE,
        customer.uuid(),
        new.id.uuid(),
        new.step.code(),
        Json(new.said),
        new.happened_on,
        new.evidence,
        account,
        new.directory.map(Id::uuid),
        new.by.map(Id::uuid),
        new.by_name,
        new.side.code(),
        new.at
    )?;
    Ok(())
}

/// The latest statement of each step of one customer.
pub async fn latest(tx: &mut Tx, customer: CustomerId) -> Result<Vec<StatementRow>, StoreError> {
    read_latest(tx, Some(customer)).await
}

/// The latest statement of each step of every customer. For staff only.
pub async fn latest_of_all(tx: &mut Tx) -> Result<Vec<StatementRow>, StoreError> {
    read_latest(tx, None).await
}

async fn read_latest(tx: &mut Tx, customer: Option<CustomerId>) -> Result<Vec<StatementRow>, StoreError> {
    let id = customer.map_or(Uuid::nil(), Id::uuid);
    let rows = fetch_all!(tx, StatementColumns, LATEST, customer.is_none(), id)?;
    rows.into_iter().map(StatementColumns::read).collect()
}

/// What was said about one step, the latest first.
pub async fn of_step(
    tx: &mut Tx,
    customer: CustomerId,
    step: Step,
    limit: i64,
) -> Result<Vec<StatementRow>, StoreError> {
    let rows = fetch_all!(tx, StatementColumns, OF_STEP, customer.uuid(), step.code(), limit)?;
    rows.into_iter().map(StatementColumns::read).collect()
}

/// A comment to add.
#[derive(Clone, Debug)]
pub struct NewComment<'a> {
    pub id: CommentId,
    pub step: Step,
    pub author: Option<ConsoleUserId>,
    pub author_name: &'a str,
    pub side: Responsibility,
    pub text: &'a str,
    pub at: Timestamp,
}

/// A comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentRow {
    pub author: String,
    pub side: Responsibility,
    pub text: String,
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct CommentColumns {
    author_name: String,
    side: String,
    text: String,
    at: Timestamp,
}

impl CommentColumns {
    fn read(self) -> Result<CommentRow, StoreError> {
        Ok(CommentRow {
            author: self.author_name,
            side: code("comments", "side", &self.side)?,
            text: self.text,
            at: self.at,
        })
    }
}

/// Adds a comment to a step.
pub async fn comment(tx: &mut Tx, customer: CustomerId, new: &NewComment<'_>) -> Result<(), StoreError> {
    execute!(
        tx,
        COMMENT,
        customer.uuid(),
        new.id.uuid(),
        new.step.code(),
        new.author.map(Id::uuid),
        new.author_name,
        new.side.code(),
        new.text,
        new.at
    )?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct StepCommentColumns {
    step: String,
    #[sqlx(flatten)]
    comment: CommentColumns,
}

/// The latest comments on any step, the newest first.
pub async fn latest_comments(
    tx: &mut Tx,
    customer: CustomerId,
    limit: i64,
) -> Result<Vec<(Step, CommentRow)>, StoreError> {
    let rows = fetch_all!(tx, StepCommentColumns, LATEST_COMMENTS, customer.uuid(), limit)?;
    rows.into_iter()
        .map(|row| Ok((code("comments", "step", &row.step)?, row.comment.read()?)))
        .collect()
}

/// The latest comments on a step, the oldest of them first.
pub async fn comments(
    tx: &mut Tx,
    customer: CustomerId,
    step: Step,
    limit: i64,
) -> Result<Vec<CommentRow>, StoreError> {
    fetch_all!(tx, CommentColumns, COMMENTS, customer.uuid(), step.code(), limit)?
        .into_iter()
        .rev()
        .map(CommentColumns::read)
        .collect()
}
