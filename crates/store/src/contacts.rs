//! Who is told about a deployment: its contacts, and the console users who are told where nobody was chosen.

use domain::deployment::Responsibility;
use domain::ids::{ContactId, Id};
use domain::notices::Topic;
use domain::{ConsoleUserId, CustomerId, Role, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::console_users::email_key;
use crate::error::{code, one_row};
use crate::sql::{execute, fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    // A contact is somebody who signs in here by their address, which one user has; a user of another customer is not.
    ALL_OF = "SELECT c.id, c.name, c.email, c.side, c.topics,
            CASE WHEN u.deactivated_at IS NULL THEN u.id END AS user_id, u.deactivated_at IS NOT NULL AS is_removed
        FROM contacts c
        LEFT JOIN console_users u ON u.email_key = c.email_key AND (u.customer_id IS NULL OR u.customer_id = $1)
        WHERE c.customer_id = $1 ORDER BY c.name, c.id";
    INSERT = "INSERT INTO contacts (customer_id, id, name, email, email_key, side, topics, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    UPDATE = "UPDATE contacts SET name = $3, email = $4, email_key = $5, side = $6, topics = $7
        WHERE customer_id = $1 AND id = $2";
    DELETE = "DELETE FROM contacts WHERE customer_id = $1 AND id = $2";
    USERS = "SELECT id, name, email FROM console_users WHERE customer_id IS NOT DISTINCT FROM $1 AND role = $2
            AND deactivated_at IS NULL ORDER BY name, id";
}

/// A contact of a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContactRow {
    pub id: ContactId,
    pub name: String,
    pub email: String,
    pub side: Responsibility,
    pub topics: Vec<Topic>,
    /// Who they are in the console, if they sign in here.
    pub user: Option<ConsoleUserId>,
    /// They were removed from the team: nothing is told to them, neither here nor by mail.
    pub is_removed: bool,
}

/// A console user who may be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToldUser {
    pub id: ConsoleUserId,
    pub name: String,
    pub email: String,
}

/// What is stored of a contact.
#[derive(Clone, Copy, Debug)]
pub struct NewContact<'a> {
    pub name: &'a str,
    pub email: &'a str,
    pub side: Responsibility,
    pub topics: &'a [Topic],
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    name: String,
    email: String,
    side: String,
    topics: Json<Vec<Topic>>,
    user_id: Option<Uuid>,
    is_removed: bool,
}

#[derive(sqlx::FromRow)]
struct UserRow {
    id: Uuid,
    name: String,
    email: String,
}

/// Every contact of a customer, by name.
pub async fn all(tx: &mut Tx, customer: CustomerId) -> Result<Vec<ContactRow>, StoreError> {
    fetch_all!(tx, Row, ALL_OF, customer.uuid())?
        .into_iter()
        .map(|row| {
            Ok(ContactRow {
                id: ContactId::from_uuid(row.id),
                name: row.name,
                email: row.email,
                side: code("contacts", "side", &row.side)?,
                topics: row.topics.0,
                user: row.user_id.map(ConsoleUserId::from_uuid),
                is_removed: row.is_removed,
            })
        })
        .collect()
}

/// Adds a contact; an address that is there already is [`StoreError::Conflict`].
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    id: ContactId,
    new: NewContact<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        customer.uuid(),
        id.uuid(),
        new.name,
        new.email,
        email_key(new.email),
        new.side.code(),
        Json(new.topics),
        now
    )?;
    Ok(())
}

/// Writes a contact anew; an address that another one has is [`StoreError::Conflict`], one that is gone
/// [`StoreError::Stale`].
pub async fn update(
    tx: &mut Tx,
    customer: CustomerId,
    id: ContactId,
    new: NewContact<'_>,
) -> Result<(), StoreError> {
    let touched = execute!(
        tx,
        UPDATE,
        customer.uuid(),
        id.uuid(),
        new.name,
        new.email,
        email_key(new.email),
        new.side.code(),
        Json(new.topics)
    )?;
    one_row(touched, "the contact")
}

/// Removes a contact. One that is gone already is no error.
pub async fn remove(tx: &mut Tx, customer: CustomerId, id: ContactId) -> Result<(), StoreError> {
    execute!(tx, DELETE, customer.uuid(), id.uuid())?;
    Ok(())
}

/// The users of one role, of a customer or (`None`) among the staff.
pub async fn users(
    tx: &mut Tx,
    customer: Option<CustomerId>,
    role: Role,
) -> Result<Vec<ToldUser>, StoreError> {
    let rows = fetch_all!(tx, UserRow, USERS, customer.map(Id::uuid), role.code())?;
    Ok(rows
        .into_iter()
        .map(|row| ToldUser {
            id: ConsoleUserId::from_uuid(row.id),
            name: row.name,
            email: row.email,
        })
        .collect())
}
