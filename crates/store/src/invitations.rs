//! Invitations to the console. Kept under the SHA-256 of their link's token, so that a copy of this table invites
//! nobody.

use std::collections::HashMap;

use domain::ids::Id;
use domain::{CustomerId, InvitationId, Role, Timestamp};
use uuid::Uuid;

use crate::console_users::email_key;
use crate::error::code;
use crate::sql::{execute, fetch_all, fetch_optional, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = "INSERT INTO invitations (customer_id, id, email, email_key, role, token_hash, invited_by_name, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    OPEN = "SELECT id, customer_id, email, role, invited_by_name, expires_at FROM invitations
        WHERE customer_id IS NOT DISTINCT FROM $1 AND accepted_at IS NULL AND revoked_at IS NULL ORDER BY id LIMIT $2";
    // Of each open invitation whose latest letter could not be sent.
    FAILED_LETTERS = "SELECT i.id, l.problem FROM invitations i JOIN letters l ON l.invitation_id = i.id
        WHERE i.customer_id IS NOT DISTINCT FROM $1 AND i.accepted_at IS NULL AND i.revoked_at IS NULL
        AND l.state = 'failed' AND NOT EXISTS (SELECT 1 FROM letters newer
            WHERE newer.invitation_id = i.id AND newer.id > l.id)";
    OPEN_FOR = "SELECT id, customer_id, email, role, invited_by_name, expires_at FROM invitations
        WHERE customer_id IS NOT DISTINCT FROM $1 AND email_key = $2 AND accepted_at IS NULL AND revoked_at IS NULL";
    FIND = "SELECT id, customer_id, email, role, invited_by_name, expires_at FROM invitations
        WHERE customer_id IS NOT DISTINCT FROM $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL";
    RENEW = "UPDATE invitations SET token_hash = $3, invited_by_name = $4, expires_at = $5
        WHERE customer_id IS NOT DISTINCT FROM $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL";
    REVOKE = "UPDATE invitations SET revoked_at = $3
        WHERE customer_id IS NOT DISTINCT FROM $1 AND id = $2 AND accepted_at IS NULL AND revoked_at IS NULL";
    BY_TOKEN = "SELECT id, customer_id, email, role, invited_by_name, expires_at FROM invitations
        WHERE token_hash = $1 AND expires_at > $2 AND accepted_at IS NULL AND revoked_at IS NULL";
    // Says again what makes it good: of two who accept at the same moment, one does.
    ACCEPT = "UPDATE invitations SET accepted_at = $2
        WHERE token_hash = $1 AND expires_at > $2 AND accepted_at IS NULL AND revoked_at IS NULL";
}

/// A new invitation.
#[derive(Clone, Copy, Debug)]
pub struct NewInvitation<'a> {
    pub id: InvitationId,
    /// `None` for staff.
    pub customer: Option<CustomerId>,
    pub email: &'a str,
    pub role: Role,
    pub token_hash: &'a [u8],
    pub by: &'a str,
    pub expires_at: Timestamp,
}

/// An invitation that is neither accepted nor revoked; it may be too old.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitationRow {
    pub id: InvitationId,
    pub customer: Option<CustomerId>,
    pub email: String,
    pub role: Role,
    /// Who sent the link that counts.
    pub by: String,
    pub expires_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    customer_id: Option<Uuid>,
    email: String,
    role: String,
    invited_by_name: String,
    expires_at: Timestamp,
}

impl Row {
    fn read(self) -> Result<InvitationRow, StoreError> {
        Ok(InvitationRow {
            id: InvitationId::from_uuid(self.id),
            customer: self.customer_id.map(CustomerId::from_uuid),
            email: self.email,
            role: code("invitations", "role", &self.role)?,
            by: self.invited_by_name,
            expires_at: self.expires_at,
        })
    }
}

/// Adds an invitation.
pub async fn insert(tx: &mut Tx, new: &NewInvitation<'_>, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        new.customer.map(Id::uuid),
        new.id.uuid(),
        new.email.trim(),
        email_key(new.email),
        new.role.code(),
        new.token_hash,
        new.by,
        now,
        new.expires_at
    )?;
    Ok(())
}

/// The open invitations to a team (`None`: the staff), the oldest first.
pub async fn open(
    tx: &mut Tx,
    team: Option<CustomerId>,
    limit: i64,
) -> Result<Vec<InvitationRow>, StoreError> {
    fetch_all!(tx, Row, OPEN, team.map(Id::uuid), limit)?
        .into_iter()
        .map(Row::read)
        .collect()
}

/// The open invitations of a team whose latest letter could not be sent, and what the mail server said.
pub async fn failed_letters(
    tx: &mut Tx,
    team: Option<CustomerId>,
) -> Result<HashMap<InvitationId, String>, StoreError> {
    type Row = (Uuid, Option<String>);
    let rows = fetch_all!(tx, Row, FAILED_LETTERS, team.map(Id::uuid))?;
    Ok(rows
        .into_iter()
        .map(|(id, problem)| (InvitationId::from_uuid(id), problem.unwrap_or_default()))
        .collect())
}

/// The open invitation of an address to a team, too old or not.
pub async fn open_for(
    tx: &mut Tx,
    team: Option<CustomerId>,
    email: &str,
) -> Result<Option<InvitationRow>, StoreError> {
    fetch_optional!(tx, Row, OPEN_FOR, team.map(Id::uuid), email_key(email))?
        .map(Row::read)
        .transpose()
}

/// One open invitation of a team.
pub async fn find(
    tx: &mut Tx,
    team: Option<CustomerId>,
    id: InvitationId,
) -> Result<Option<InvitationRow>, StoreError> {
    fetch_optional!(tx, Row, FIND, team.map(Id::uuid), id.uuid())?
        .map(Row::read)
        .transpose()
}

/// Gives an open invitation a new link; the old one is worth nothing from now on. False when it is not open any more.
pub async fn renew(
    tx: &mut Tx,
    team: Option<CustomerId>,
    id: InvitationId,
    token_hash: &[u8],
    by: &str,
    expires_at: Timestamp,
) -> Result<bool, StoreError> {
    Ok(execute!(
        tx,
        RENEW,
        team.map(Id::uuid),
        id.uuid(),
        token_hash,
        by,
        expires_at
    )? == 1)
}

/// Takes an open invitation back. False when it is not open any more.
pub async fn revoke(
    tx: &mut Tx,
    team: Option<CustomerId>,
    id: InvitationId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(execute!(tx, REVOKE, team.map(Id::uuid), id.uuid(), now)? == 1)
}

/// The invitation behind a link that works.
pub async fn by_token(
    tx: &mut Tx,
    token_hash: &[u8],
    now: Timestamp,
) -> Result<Option<InvitationRow>, StoreError> {
    fetch_optional!(tx, Row, BY_TOKEN, token_hash, now)?
        .map(Row::read)
        .transpose()
}

/// Uses a link up. False when it does not work, or somebody else was quicker.
pub async fn accept(tx: &mut Tx, token_hash: &[u8], now: Timestamp) -> Result<bool, StoreError> {
    Ok(execute!(tx, ACCEPT, token_hash, now)? == 1)
}
