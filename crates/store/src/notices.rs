//! Notices, one for each cause, and the inboxes they lie in.

use domain::ids::{Id, NoticeId};
use domain::notices::Topic;
use domain::{ConsoleUserId, CustomerId, Timestamp};
use uuid::Uuid;

use crate::error::code;
use crate::sql::{execute, fetch_all, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = "INSERT INTO notices (customer_id, id, cause, topic, title, text, path, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (customer_id, cause) DO NOTHING";
    DELIVER = "INSERT INTO inbox (customer_id, user_id, notice_id) VALUES ($1, $2, $3)
        ON CONFLICT (customer_id, user_id, notice_id) DO NOTHING";
    INBOX = "SELECT n.id, c.name AS customer, n.topic, n.title, n.text, n.path, n.at, i.read_at FROM inbox i
        JOIN notices n ON n.customer_id = i.customer_id AND n.id = i.notice_id
        JOIN customers c ON c.id = i.customer_id
        WHERE i.user_id = $1 AND i.notice_id < $2 ORDER BY i.notice_id DESC LIMIT $3";
    UNREAD = "SELECT COUNT(*) FROM inbox WHERE user_id = $1 AND read_at IS NULL";
    READ = "UPDATE inbox SET read_at = $3 WHERE user_id = $1 AND notice_id = $2 AND read_at IS NULL";
    READ_ALL = "UPDATE inbox SET read_at = $3 WHERE user_id = $1 AND notice_id <= $2 AND read_at IS NULL";
}

/// A notice to be made.
#[derive(Clone, Copy, Debug)]
pub struct NewNotice<'a> {
    pub id: NoticeId,
    /// What made it. Of one cause, a customer has one notice.
    pub cause: &'a str,
    pub topic: Topic,
    pub title: &'a str,
    pub text: &'a str,
    /// The page where it can be dealt with, as a local address.
    pub path: &'a str,
    pub at: Timestamp,
}

/// A notice in somebody's inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxRow {
    pub id: NoticeId,
    /// The customer's name.
    pub customer: String,
    pub topic: Topic,
    pub title: String,
    pub text: String,
    pub path: String,
    pub at: Timestamp,
    pub read_at: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    customer: String,
    topic: String,
    title: String,
    text: String,
    path: String,
    at: Timestamp,
    read_at: Option<Timestamp>,
}

/// Makes a notice. False: there is one of this cause already.
pub async fn insert(tx: &mut Tx, customer: CustomerId, new: &NewNotice<'_>) -> Result<bool, StoreError> {
    let added = execute!(
        tx,
        INSERT,
        customer.uuid(),
        new.id.uuid(),
        new.cause,
        new.topic.code(),
        new.title,
        new.text,
        new.path,
        new.at
    )?;
    Ok(added == 1)
}

/// Puts a notice into somebody's inbox.
pub async fn deliver(
    tx: &mut Tx,
    user: ConsoleUserId,
    customer: CustomerId,
    notice: NoticeId,
) -> Result<(), StoreError> {
    execute!(tx, DELIVER, customer.uuid(), user.uuid(), notice.uuid())?;
    Ok(())
}

/// What lies in somebody's inbox, newest first, before the given notice.
pub async fn inbox(
    tx: &mut Tx,
    user: ConsoleUserId,
    before: Option<NoticeId>,
    limit: i64,
) -> Result<Vec<InboxRow>, StoreError> {
    let before = before.map_or(Uuid::max(), Id::uuid);
    fetch_all!(tx, Row, INBOX, user.uuid(), before, limit)?
        .into_iter()
        .map(|row| {
            Ok(InboxRow {
                id: NoticeId::from_uuid(row.id),
                customer: row.customer,
                topic: code("notices", "topic", &row.topic)?,
                title: row.title,
                text: row.text,
                path: row.path,
                at: row.at,
                read_at: row.read_at,
            })
        })
        .collect()
}

/// How many notices somebody has not read.
pub async fn unread(tx: &mut Tx, user: ConsoleUserId) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, UNREAD, user.uuid())
}

/// Remembers that somebody has read one of their notices.
pub async fn read(
    tx: &mut Tx,
    user: ConsoleUserId,
    notice: NoticeId,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, READ, user.uuid(), notice.uuid(), now)?;
    Ok(())
}

/// Remembers that somebody has read everything up to the given notice: what came in since they looked stays unread.
pub async fn read_up_to(
    tx: &mut Tx,
    user: ConsoleUserId,
    latest: NoticeId,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, READ_ALL, user.uuid(), latest.uuid(), now)?;
    Ok(())
}
