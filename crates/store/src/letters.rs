//! The outbox: letters that leave by mail. What one says is sealed here, and gone once it has left.

use domain::ids::{Id, LetterId};
use domain::notices::LetterState;
use domain::{CustomerId, InvitationId, Timestamp};
use uuid::Uuid;

use crate::error::{code, one_row};
use crate::sql::{execute, fetch_all, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = "INSERT INTO letters (id, customer_id, to_name, to_email, subject, key_id, nonce, ciphertext, state, created_at,
            link_until, invitation_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9, $10, $11)";
    FIND = "SELECT id, to_name, to_email, subject, key_id, nonce, ciphertext, state, problem, created_at, ended_at, link_until
        FROM letters WHERE id = $1";
    NOTICES = "SELECT id, to_name, to_email, subject, key_id, nonce, ciphertext, state, problem, created_at, ended_at, link_until
        FROM letters WHERE customer_id = $1 AND link_until IS NULL ORDER BY id DESC LIMIT $2";
    SENT = "UPDATE letters SET state = 'sent', problem = NULL, key_id = NULL, nonce = NULL, ciphertext = NULL, ended_at = $2
        WHERE id = $1";
    TROUBLE = "UPDATE letters SET problem = $2 WHERE id = $1";
    // Only what a notice says is kept: whoever needs a link is given a new one.
    FAILED = "UPDATE letters SET state = 'failed', problem = COALESCE($2, problem), ended_at = $3,
            key_id = CASE WHEN link_until IS NULL THEN key_id END, nonce = CASE WHEN link_until IS NULL THEN nonce END,
            ciphertext = CASE WHEN link_until IS NULL THEN ciphertext END
        WHERE id = $1";
    AGAIN = "UPDATE letters SET state = 'waiting', problem = NULL, ended_at = NULL
        WHERE id = $1 AND customer_id = $2 AND state = 'failed' AND link_until IS NULL AND ciphertext IS NOT NULL";
    RECALL = "UPDATE letters SET state = 'failed', problem = $2, key_id = NULL, nonce = NULL, ciphertext = NULL, ended_at = $3
        WHERE invitation_id = $1 AND state = 'waiting'";
    FORGET = "DELETE FROM letters WHERE ended_at < $1";
    SEALED = "SELECT id, key_id, nonce, ciphertext FROM letters
        WHERE ciphertext IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";
    RESEAL = "UPDATE letters SET key_id = $3, nonce = $4, ciphertext = $5 WHERE id = $1 AND nonce = $2";
}

/// A sealed text: which key opens it, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedText {
    pub key_id: String,
    pub nonce: Vec<u8>,
    pub ciphertext: Vec<u8>,
}

/// A letter to be sent.
#[derive(Clone, Debug)]
pub struct NewLetter<'a> {
    pub id: LetterId,
    pub customer: Option<CustomerId>,
    pub to_name: &'a str,
    pub to_email: &'a str,
    pub subject: &'a str,
    pub text: SealedText,
    /// The link it carries; `None` for a notice.
    pub link: Option<LetterLink>,
}

/// A link in a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LetterLink {
    /// When it ends to work.
    pub until: Timestamp,
    /// The invitation it accepts, if it is one.
    pub invitation: Option<InvitationId>,
}

/// A letter as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LetterRow {
    pub id: LetterId,
    pub to_name: String,
    pub to_email: String,
    pub subject: String,
    /// `None` once it has left.
    pub text: Option<SealedText>,
    pub state: LetterState,
    /// What the mail server said last.
    pub problem: Option<String>,
    pub created_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    /// Until when the link in it works; `None` for a notice.
    pub link_until: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    to_name: String,
    to_email: String,
    subject: String,
    key_id: Option<String>,
    nonce: Option<Vec<u8>>,
    ciphertext: Option<Vec<u8>>,
    state: String,
    problem: Option<String>,
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
    link_until: Option<Timestamp>,
}

impl Row {
    fn read(self) -> Result<LetterRow, StoreError> {
        Ok(LetterRow {
            id: LetterId::from_uuid(self.id),
            to_name: self.to_name,
            to_email: self.to_email,
            subject: self.subject,
            text: self.key_id.zip(self.nonce).zip(self.ciphertext).map(sealed),
            state: code("letters", "state", &self.state)?,
            problem: self.problem,
            created_at: self.created_at,
            ended_at: self.ended_at,
            link_until: self.link_until,
        })
    }
}

fn sealed(((key_id, nonce), ciphertext): ((String, Vec<u8>), Vec<u8>)) -> SealedText {
    SealedText {
        key_id,
        nonce,
        ciphertext,
    }
}

/// Puts a letter into the outbox.
pub async fn insert(tx: &mut Tx, new: &NewLetter<'_>, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        new.id.uuid(),
        new.customer.map(Id::uuid),
        new.to_name,
        new.to_email,
        new.subject,
        &new.text.key_id,
        &new.text.nonce,
        &new.text.ciphertext,
        now,
        new.link.map(|link| link.until),
        new.link.and_then(|link| link.invitation).map(Id::uuid)
    )?;
    Ok(())
}

/// One letter.
pub async fn find(tx: &mut Tx, letter: LetterId) -> Result<Option<LetterRow>, StoreError> {
    fetch_optional!(tx, Row, FIND, letter.uuid())?
        .map(Row::read)
        .transpose()
}

/// The latest notices that were sent about a customer's deployment. Letters with links are nobody's to read about.
pub async fn notices(tx: &mut Tx, customer: CustomerId, limit: i64) -> Result<Vec<LetterRow>, StoreError> {
    fetch_all!(tx, Row, NOTICES, customer.uuid(), limit)?
        .into_iter()
        .map(Row::read)
        .collect()
}

/// A letter has left; what it said is forgotten.
pub async fn sent(tx: &mut Tx, letter: LetterId, now: Timestamp) -> Result<(), StoreError> {
    one_row(execute!(tx, SENT, letter.uuid(), now)?, "the letter")
}

/// Notes why a letter could not leave yet.
pub async fn trouble(tx: &mut Tx, letter: LetterId, problem: &str) -> Result<(), StoreError> {
    one_row(execute!(tx, TROUBLE, letter.uuid(), problem)?, "the letter")
}

/// A letter will not leave by itself any more. What a notice says is kept, so that somebody can have it sent again.
pub async fn failed(
    tx: &mut Tx,
    letter: LetterId,
    problem: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    one_row(execute!(tx, FAILED, letter.uuid(), problem, now)?, "the letter")
}

/// Puts a notice that failed back into the outbox; one that did not, or is none, is [`StoreError::Stale`].
pub async fn again(tx: &mut Tx, letter: LetterId, customer: CustomerId) -> Result<(), StoreError> {
    let touched = execute!(tx, AGAIN, letter.uuid(), customer.uuid())?;
    one_row(touched, "the letter")
}

/// Ends the letters of an invitation that have not left: their link is worth nothing any more.
pub async fn recall(
    tx: &mut Tx,
    invitation: InvitationId,
    problem: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(tx, RECALL, invitation.uuid(), problem, now)?;
    Ok(())
}

/// Forgets letters that ended before `before`.
pub async fn forget(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    execute!(tx, FORGET, before)
}

#[derive(sqlx::FromRow)]
struct SealedRow {
    id: Uuid,
    key_id: String,
    nonce: Vec<u8>,
    ciphertext: Vec<u8>,
}

/// Up to `limit` letters that have not left, after the given one, for the rotation of keys.
pub async fn sealed_page(
    tx: &mut Tx,
    after: Option<LetterId>,
    limit: i64,
) -> Result<Vec<(LetterId, SealedText)>, StoreError> {
    let after = after.map_or(Uuid::nil(), Id::uuid);
    let rows = fetch_all!(tx, SealedRow, SEALED, after, limit)?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let text = sealed(((row.key_id, row.nonce), row.ciphertext));
            (LetterId::from_uuid(row.id), text)
        })
        .collect())
}

/// Puts what a letter says under another key; one that left meanwhile stays as it is.
pub async fn reseal(
    tx: &mut Tx,
    letter: LetterId,
    old_nonce: &[u8],
    new: &SealedText,
) -> Result<(), StoreError> {
    execute!(
        tx,
        RESEAL,
        letter.uuid(),
        old_nonce,
        &new.key_id,
        &new.nonce,
        &new.ciphertext
    )?;
    Ok(())
}
