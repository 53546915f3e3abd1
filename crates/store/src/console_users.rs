//! The people who sign in to this console, and the back-off of failed sign-ins. Whoever is removed stays in the table,
//! so that what they did keeps its name; to everything but the list of their team they are gone.

use domain::ids::Id;
use domain::{ConsoleUserId, CustomerId, Role, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::code;
use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

/// The advisory lock on PostgreSQL under which the very first user is made, and teams lose members.
const LOCK_KEY: i64 = 0x0075_7365_7231_7374;

statements! {
    INSERT = "INSERT INTO console_users (id, customer_id, email, email_key, name, role, password_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    COUNT = "SELECT COUNT(*) FROM console_users";
    LOCK = { sqlite: "SELECT $1", postgres: "SELECT pg_advisory_xact_lock($1)" };
    BY_EMAIL = "SELECT id, password_hash FROM console_users WHERE email_key = $1 AND deactivated_at IS NULL";
    BY_ID = "SELECT u.id, u.customer_id, u.email, u.name, u.role, c.slug FROM console_users u LEFT JOIN customers c ON c.id = u.customer_id WHERE u.id = $1 AND u.deactivated_at IS NULL";
    NAME = "SELECT name FROM console_users WHERE id = $2 AND (customer_id IS NULL OR customer_id = $1)";
    ADDRESS = "SELECT COUNT(*) FROM console_users WHERE email_key = $1";
    PASSWORD = "SELECT password_hash FROM console_users WHERE id = $1 AND deactivated_at IS NULL";
    SET_PASSWORD = "UPDATE console_users SET password_hash = $2
        WHERE id = $1 AND deactivated_at IS NULL AND password_hash = COALESCE($3, password_hash)";
    RENAME = "UPDATE console_users SET name = $2 WHERE id = $1 AND deactivated_at IS NULL";
    TEAM = "SELECT id, email, name, role, last_sign_in_at, deactivated_at FROM console_users
        WHERE customer_id IS NOT DISTINCT FROM $1 ORDER BY deactivated_at IS NOT NULL, name, id LIMIT $2";
    MEMBER = "SELECT id, email, name, role, last_sign_in_at, deactivated_at FROM console_users
        WHERE customer_id IS NOT DISTINCT FROM $1 AND id = $2";
    OTHERS = "SELECT COUNT(*) FROM console_users
        WHERE customer_id IS NOT DISTINCT FROM $1 AND role = $2 AND id <> $3 AND deactivated_at IS NULL";
    SET_ROLE = "UPDATE console_users SET role = $3 WHERE customer_id = $1 AND id = $2 AND deactivated_at IS NULL";
    SET_DEACTIVATED = "UPDATE console_users SET deactivated_at = $3
        WHERE customer_id IS NOT DISTINCT FROM $1 AND id = $2";
    SIGNED_IN = "UPDATE console_users SET last_sign_in_at = $2 WHERE id = $1";
    ATTEMPTS = "SELECT failed_attempts, locked_until FROM sign_in_attempts WHERE email_hash = $1";
    // Names the count it saw: of two attempts at the same moment only one is charged, and only that one goes on.
    CHARGE = "INSERT INTO sign_in_attempts (email_hash, failed_attempts, locked_until, last_at) VALUES ($1, $2, $3, $4) ON CONFLICT (email_hash) DO UPDATE SET failed_attempts = excluded.failed_attempts, locked_until = excluded.locked_until, last_at = excluded.last_at WHERE sign_in_attempts.failed_attempts = excluded.failed_attempts - 1";
    FORGIVE = "DELETE FROM sign_in_attempts WHERE email_hash = $1";
    FORGET = "DELETE FROM sign_in_attempts WHERE last_at < $1";
}

/// A new console user.
#[derive(Clone, Copy, Debug)]
pub struct NewConsoleUser<'a> {
    pub id: ConsoleUserId,
    /// `None` for staff, who see every customer.
    pub customer: Option<CustomerId>,
    pub email: &'a str,
    pub name: &'a str,
    pub role: Role,
    /// In PHC format; never the password.
    pub password_hash: &'a str,
}

/// A console user, without the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleUserRow {
    pub id: ConsoleUserId,
    pub customer: Option<CustomerId>,
    /// The customer's name in addresses.
    pub slug: Option<String>,
    pub email: String,
    pub name: String,
    pub role: Role,
}

/// A console user as their team sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberRow {
    pub id: ConsoleUserId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub last_sign_in_at: Option<Timestamp>,
    /// Since when they may not sign in; `None` for whoever may.
    pub deactivated_at: Option<Timestamp>,
}

/// What a sign-in is checked against.
#[derive(Clone)]
pub struct Credentials {
    pub id: ConsoleUserId,
    pub password_hash: String,
}

/// Failed sign-ins for one address so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    pub failed: i64,
    pub locked_until: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    customer_id: Option<Uuid>,
    email: String,
    name: String,
    role: String,
    slug: Option<String>,
}

#[derive(sqlx::FromRow)]
struct MemberColumns {
    id: Uuid,
    email: String,
    name: String,
    role: String,
    last_sign_in_at: Option<Timestamp>,
    deactivated_at: Option<Timestamp>,
}

impl MemberColumns {
    fn read(self) -> Result<MemberRow, StoreError> {
        Ok(MemberRow {
            id: ConsoleUserId::from_uuid(self.id),
            email: self.email,
            name: self.name,
            role: code("console_users", "role", &self.role)?,
            last_sign_in_at: self.last_sign_in_at,
            deactivated_at: self.deactivated_at,
        })
    }
}

#[derive(sqlx::FromRow)]
struct CredentialsRow {
    id: Uuid,
    password_hash: String,
}

#[derive(sqlx::FromRow)]
struct AttemptsRow {
    failed_attempts: i64,
    locked_until: Option<Timestamp>,
}

/// The form of an e-mail address by which accounts are found: trimmed, in lower case.
pub(crate) fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

fn email_hash(email: &str) -> Vec<u8> {
    Sha256::digest(email_key(email).as_bytes()).to_vec()
}

/// Adds a console user; an address that is taken is [`StoreError::Conflict`].
pub async fn insert(tx: &mut Tx, user: &NewConsoleUser<'_>, now: Timestamp) -> Result<(), StoreError> {
    execute!(
        tx,
        INSERT,
        user.id.uuid(),
        user.customer.map(Id::uuid),
        user.email.trim(),
        email_key(user.email),
        user.name.trim(),
        user.role.code(),
        user.password_hash,
        now
    )?;
    Ok(())
}

/// How many console users there are.
pub async fn count(tx: &mut Tx) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, COUNT)
}

/// Holds back everybody else who wants to make the very first user or to change a team, until this unit of work ends.
pub async fn lock(tx: &mut Tx) -> Result<(), StoreError> {
    execute!(tx, LOCK, LOCK_KEY)?;
    Ok(())
}

/// Whether an address has an account, of anybody's, removed or not.
pub async fn is_taken(tx: &mut Tx, email: &str) -> Result<bool, StoreError> {
    Ok(fetch_value!(tx, i64, ADDRESS, email_key(email))? > 0)
}

/// Everybody of a team (`None`: the staff): those who may sign in first, then those who were removed, by name.
pub async fn team(tx: &mut Tx, team: Option<CustomerId>, limit: i64) -> Result<Vec<MemberRow>, StoreError> {
    fetch_all!(tx, MemberColumns, TEAM, team.map(Id::uuid), limit)?
        .into_iter()
        .map(MemberColumns::read)
        .collect()
}

/// One of a team, removed or not.
pub async fn member(
    tx: &mut Tx,
    team: Option<CustomerId>,
    user: ConsoleUserId,
) -> Result<Option<MemberRow>, StoreError> {
    fetch_optional!(tx, MemberColumns, MEMBER, team.map(Id::uuid), user.uuid())?
        .map(MemberColumns::read)
        .transpose()
}

/// How many of a team have this role and may sign in, beside this user.
pub async fn others(
    tx: &mut Tx,
    team: Option<CustomerId>,
    role: Role,
    user: ConsoleUserId,
) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, OTHERS, team.map(Id::uuid), role.code(), user.uuid())
}

/// Gives somebody of a customer another role.
pub async fn set_role(
    tx: &mut Tx,
    customer: CustomerId,
    user: ConsoleUserId,
    role: Role,
) -> Result<(), StoreError> {
    execute!(tx, SET_ROLE, customer.uuid(), user.uuid(), role.code())?;
    Ok(())
}

/// Removes somebody from a team at this moment, or (`None`) brings them back.
pub async fn set_deactivated(
    tx: &mut Tx,
    team: Option<CustomerId>,
    user: ConsoleUserId,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    execute!(tx, SET_DEACTIVATED, team.map(Id::uuid), user.uuid(), at)?;
    Ok(())
}

/// The password hash of somebody who may sign in.
pub async fn password_hash(tx: &mut Tx, user: ConsoleUserId) -> Result<Option<String>, StoreError> {
    let row: Option<(String,)> = fetch_optional!(tx, (String,), PASSWORD, user.uuid())?;
    Ok(row.map(|(hash,)| hash))
}

/// Sets the password of somebody who may sign in, where `known` is given only in the place of that one. False when they
/// may not any more, or have another password by now.
pub async fn set_password(
    tx: &mut Tx,
    user: ConsoleUserId,
    password_hash: &str,
    known: Option<&str>,
) -> Result<bool, StoreError> {
    Ok(execute!(tx, SET_PASSWORD, user.uuid(), password_hash, known)? == 1)
}

/// Gives a user another name.
pub async fn rename(tx: &mut Tx, user: ConsoleUserId, name: &str) -> Result<(), StoreError> {
    execute!(tx, RENAME, user.uuid(), name.trim())?;
    Ok(())
}

/// The id and password hash of the user with this address, if they may sign in.
pub async fn credentials(tx: &mut Tx, email: &str) -> Result<Option<Credentials>, StoreError> {
    let row = fetch_optional!(tx, CredentialsRow, BY_EMAIL, email_key(email))?;
    Ok(row.map(|row| Credentials {
        id: ConsoleUserId::from_uuid(row.id),
        password_hash: row.password_hash,
    }))
}

/// One console user who may sign in.
pub async fn find(tx: &mut Tx, user: ConsoleUserId) -> Result<Option<ConsoleUserRow>, StoreError> {
    fetch_optional!(tx, Row, BY_ID, user.uuid())?
        .map(|row| {
            Ok(ConsoleUserRow {
                id: ConsoleUserId::from_uuid(row.id),
                customer: row.customer_id.map(CustomerId::from_uuid),
                slug: row.slug,
                email: row.email,
                name: row.name,
                role: code("console_users", "role", &row.role)?,
            })
        })
        .transpose()
}

/// The name of a customer's user, or of one of the staff, removed or not.
pub async fn name_of(
    tx: &mut Tx,
    customer: CustomerId,
    user: ConsoleUserId,
) -> Result<Option<String>, StoreError> {
    let row = fetch_optional!(tx, (String,), NAME, customer.uuid(), user.uuid())?;
    Ok(row.map(|(name,)| name))
}

/// Remembers a sign-in.
pub async fn signed_in(tx: &mut Tx, user: ConsoleUserId, now: Timestamp) -> Result<(), StoreError> {
    execute!(tx, SIGNED_IN, user.uuid(), now)?;
    Ok(())
}

/// Failed sign-ins for this address, whether or not there is such an account.
pub async fn attempts(tx: &mut Tx, email: &str) -> Result<Attempts, StoreError> {
    let row = fetch_optional!(tx, AttemptsRow, ATTEMPTS, email_hash(email))?;
    Ok(row.map_or_else(Attempts::default, |row| Attempts {
        failed: row.failed_attempts,
        locked_until: row.locked_until,
    }))
}

/// Counts an attempt as failed before it is looked at; a success takes it back ([`forgive`]). False when another
/// attempt for the same address was counted since `failed` was read.
pub async fn charge(
    tx: &mut Tx,
    email: &str,
    failed: i64,
    locked_until: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    Ok(execute!(tx, CHARGE, email_hash(email), failed, locked_until, now)? == 1)
}

/// Forgets the failed sign-ins of an address.
pub async fn forgive(tx: &mut Tx, email: &str) -> Result<(), StoreError> {
    execute!(tx, FORGIVE, email_hash(email))?;
    Ok(())
}

/// Forgets failed sign-ins that nobody repeated since `before`.
pub async fn forget_attempts(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    execute!(tx, FORGET, before)
}
