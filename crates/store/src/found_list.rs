//! What a read found, for the screen: totals, how attributes are filled, and what is odd. Everything is counted by
//! the database, so memory does not grow with the directory.

use domain::ids::Id;
use domain::{CustomerId, DirectoryId, ObjectId};

use crate::snapshot::{SnapshotUser, UserColumns};
use crate::sql::{fetch_all, fetch_optional, fetch_value, statements};
use crate::{Sql, StoreError, Tx};

statements! {
    MAKE_UP = "SELECT status, guest, in_scope, COUNT(*) AS people FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present GROUP BY status, guest, in_scope";
    PAGE = "SELECT row_no, object_id, principal_name, username AS s_username, username_key AS s_username_key, mail,
            display_name, status, guest, manager, attributes, present, in_scope, changed_at
        FROM snapshot_users WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND row_no > $4 ORDER BY row_no LIMIT $5";
    BY_OBJECT = "SELECT row_no, object_id, principal_name, username AS s_username, username_key AS s_username_key, mail,
            display_name, status, guest, manager, attributes, present, in_scope, changed_at
        FROM snapshot_users WHERE customer_id = $1 AND directory_id = $2 AND object_id = $3";
    FILLED = {
        sqlite: "SELECT e.key AS attribute, COUNT(*) AS filled, MIN(CAST(e.value AS TEXT)) AS low,
                MAX(CAST(e.value AS TEXT)) AS high
            FROM snapshot_users u, json_each(u.attributes) AS e
            WHERE u.customer_id = $1 AND u.directory_id = $2 AND u.present AND (u.in_scope OR $3)
            AND e.type <> 'null' AND trim(CAST(e.value AS TEXT)) NOT IN ('', '[]')
            GROUP BY e.key ORDER BY e.key",
        postgres: "SELECT e.key AS attribute, COUNT(*) AS filled, MIN(e.value) AS low, MAX(e.value) AS high
            FROM snapshot_users u CROSS JOIN LATERAL jsonb_each_text(u.attributes) AS e
            WHERE u.customer_id = $1 AND u.directory_id = $2 AND u.present AND (u.in_scope OR $3)
            AND trim(e.value) NOT IN ('', '[]')
            GROUP BY e.key ORDER BY e.key",
    };
    NO_MAIL = "SELECT COALESCE(display_name, principal_name) AS name FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND (mail IS NULL OR trim(mail) = '') ORDER BY row_no LIMIT $4";
    NO_USERNAME = "SELECT COALESCE(display_name, principal_name) AS name FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND username_key IS NULL ORDER BY row_no LIMIT $4";
    GUESTS = "SELECT COALESCE(display_name, principal_name) AS name FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND guest ORDER BY row_no LIMIT $4";
    DISABLED = "SELECT COALESCE(display_name, principal_name) AS name FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND status IN ('disabled', 'suspended', 'deprovisioned') ORDER BY row_no LIMIT $4";
    PENDING = "SELECT COALESCE(display_name, principal_name) AS name FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND status IN ('pending_acceptance', 'staged') ORDER BY row_no LIMIT $4";
    UNKNOWN_STATUS = "SELECT COALESCE(display_name, principal_name) AS name FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND status = 'unknown' ORDER BY row_no LIMIT $4";
    COUNT_NO_MAIL = "SELECT COUNT(*) FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND (mail IS NULL OR trim(mail) = '')";
    COUNT_NO_USERNAME = "SELECT COUNT(*) FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3) AND username_key IS NULL";
    COUNT_GUESTS = "SELECT COUNT(*) FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3) AND guest";
    COUNT_DISABLED = "SELECT COUNT(*) FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND status IN ('disabled', 'suspended', 'deprovisioned')";
    COUNT_PENDING = "SELECT COUNT(*) FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND status IN ('pending_acceptance', 'staged')";
    COUNT_UNKNOWN_STATUS = "SELECT COUNT(*) FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3) AND status = 'unknown'";
    WITHOUT = "SELECT COALESCE(display_name, principal_name) AS name FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND trim(COALESCE(attributes ->> $5, '')) IN ('', '[]') ORDER BY row_no LIMIT $4";
    COUNT_WITHOUT = "SELECT COUNT(*) FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND trim(COALESCE(attributes ->> $4, '')) IN ('', '[]')";
    SAME_NAME = "SELECT display_name AS what, COUNT(*) AS people FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3) AND trim(display_name) <> ''
        GROUP BY display_name HAVING COUNT(*) > 1 ORDER BY people DESC, what LIMIT $4";
    SAME_MAIL = "SELECT LOWER(mail) AS what, COUNT(*) AS people FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3) AND trim(mail) <> ''
        GROUP BY LOWER(mail) HAVING COUNT(*) > 1 ORDER BY people DESC, what LIMIT $4";
    SAME_USERNAME = "SELECT MIN(username) AS what, COUNT(*) AS people FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3) AND username_key IS NOT NULL
        GROUP BY username_key HAVING COUNT(*) > 1 ORDER BY people DESC, what LIMIT $4";
    COUNT_SAME_NAME = "SELECT CAST(COALESCE(SUM(people), 0) AS BIGINT) FROM (SELECT COUNT(*) AS people
        FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3) AND trim(display_name) <> ''
        GROUP BY display_name HAVING COUNT(*) > 1) AS shared";
    COUNT_SAME_MAIL = "SELECT CAST(COALESCE(SUM(people), 0) AS BIGINT) FROM (SELECT COUNT(*) AS people
        FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3) AND trim(mail) <> ''
        GROUP BY LOWER(mail) HAVING COUNT(*) > 1) AS shared";
    COUNT_SAME_USERNAME = "SELECT CAST(COALESCE(SUM(people), 0) AS BIGINT) FROM (SELECT COUNT(*) AS people
        FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3) AND username_key IS NOT NULL
        GROUP BY username_key HAVING COUNT(*) > 1) AS shared";
    GROUPS = "SELECT COUNT(*) FROM snapshot_groups WHERE customer_id = $1 AND directory_id = $2";
    SCOPE_GROUPS = "SELECT g.object_id, g.name, g.other_members, (SELECT COUNT(*) FROM snapshot_members m
            WHERE m.customer_id = $1 AND m.directory_id = $2 AND m.group_object_id = g.object_id) AS members
        FROM snapshot_groups g WHERE g.customer_id = $1 AND g.directory_id = $2 AND g.members_read_at IS NOT NULL
        ORDER BY g.name, g.object_id";
}

/// Whose people are looked at: a directory's, and of those everybody or only who is in a synchronised group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Among {
    pub customer: CustomerId,
    pub directory: DirectoryId,
    pub everybody: bool,
}

/// How many people share a status, a kind and a place.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MakeUp {
    pub status: String,
    pub guest: bool,
    pub in_scope: bool,
    pub people: i64,
}

/// How many people have an attribute filled, with its least and greatest value as examples.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Filled {
    pub attribute: String,
    pub filled: i64,
    pub low: Option<String>,
    pub high: Option<String>,
}

/// What can be odd about one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Odd<'a> {
    NoMail,
    NoUsername,
    Guest,
    Disabled,
    Pending,
    UnknownStatus,
    /// This attribute is empty.
    Without(&'a str),
}

/// What two people can have in common and should not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    DisplayName,
    Mail,
    Username,
}

/// How many, and the first few by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    pub count: i64,
    pub examples: Vec<String>,
}

/// A group whose members were read.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ReadGroup {
    pub object_id: String,
    pub name: String,
    /// Members that are not people (U-06).
    pub other_members: i64,
    /// People in it, whether they were read or not.
    pub members: i64,
}

/// How the people of a directory divide up.
pub async fn make_up(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<Vec<MakeUp>, StoreError> {
    fetch_all!(tx, MakeUp, MAKE_UP, customer.uuid(), directory.uuid())
}

/// People in the order of their first appearance, after the row `after`, at most `limit`.
pub async fn page(
    tx: &mut Tx,
    among: Among,
    after: i64,
    limit: i64,
) -> Result<Vec<SnapshotUser>, StoreError> {
    let (c, d) = (among.customer.uuid(), among.directory.uuid());
    let rows = fetch_all!(tx, UserColumns, PAGE, c, d, among.everybody, after, limit)?;
    rows.into_iter().map(UserColumns::read).collect()
}

/// One person by their object id, there or not at the last complete read.
pub async fn by_object(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    object: &ObjectId,
) -> Result<Option<SnapshotUser>, StoreError> {
    let row = fetch_optional!(
        tx,
        UserColumns,
        BY_OBJECT,
        customer.uuid(),
        directory.uuid(),
        object.as_str()
    )?;
    row.map(UserColumns::read).transpose()
}

/// How many people have each attribute filled. Attributes nobody has are not in the list.
pub async fn filled(tx: &mut Tx, among: Among) -> Result<Vec<Filled>, StoreError> {
    let (c, d) = (among.customer.uuid(), among.directory.uuid());
    fetch_all!(tx, Filled, FILLED, c, d, among.everybody)
}

/// How many people are odd in this way, and the names of the first `examples`.
pub async fn odd(tx: &mut Tx, among: Among, odd: Odd<'_>, examples: i64) -> Result<Counted, StoreError> {
    let (count, list): (Sql, Sql) = match odd {
        Odd::NoMail => (COUNT_NO_MAIL, NO_MAIL),
        Odd::NoUsername => (COUNT_NO_USERNAME, NO_USERNAME),
        Odd::Guest => (COUNT_GUESTS, GUESTS),
        Odd::Disabled => (COUNT_DISABLED, DISABLED),
        Odd::Pending => (COUNT_PENDING, PENDING),
        Odd::UnknownStatus => (COUNT_UNKNOWN_STATUS, UNKNOWN_STATUS),
        Odd::Without(attribute) => return without(tx, among, attribute, examples).await,
    };
    let (c, d, e) = (among.customer.uuid(), among.directory.uuid(), among.everybody);
    let count = fetch_value!(tx, i64, count, c, d, e)?;
    let names = fetch_all!(tx, (String,), list, c, d, e, examples)?;
    Ok(Counted {
        count,
        examples: names.into_iter().map(|row| row.0).collect(),
    })
}

async fn without(tx: &mut Tx, among: Among, attribute: &str, examples: i64) -> Result<Counted, StoreError> {
    let (c, d, e) = (among.customer.uuid(), among.directory.uuid(), among.everybody);
    let count = fetch_value!(tx, i64, COUNT_WITHOUT, c, d, e, attribute)?;
    let names = fetch_all!(tx, (String,), WITHOUT, c, d, e, examples, attribute)?;
    Ok(Counted {
        count,
        examples: names.into_iter().map(|row| row.0).collect(),
    })
}

/// How many people have this in common with somebody else; what most of them share, and how many each.
pub async fn shared(
    tx: &mut Tx,
    among: Among,
    shared: Shared,
    examples: i64,
) -> Result<(i64, Vec<(String, i64)>), StoreError> {
    let (count, list): (Sql, Sql) = match shared {
        Shared::DisplayName => (COUNT_SAME_NAME, SAME_NAME),
        Shared::Mail => (COUNT_SAME_MAIL, SAME_MAIL),
        Shared::Username => (COUNT_SAME_USERNAME, SAME_USERNAME),
    };
    let (c, d, e) = (among.customer.uuid(), among.directory.uuid(), among.everybody);
    let count = fetch_value!(tx, i64, count, c, d, e)?;
    let rows = fetch_all!(tx, (String, i64), list, c, d, e, examples)?;
    Ok((count, rows))
}

/// How many groups are known.
pub async fn groups(tx: &mut Tx, customer: CustomerId, directory: DirectoryId) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, GROUPS, customer.uuid(), directory.uuid())
}

/// The groups whose members were read, by name.
pub async fn read_groups(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
) -> Result<Vec<ReadGroup>, StoreError> {
    fetch_all!(tx, ReadGroup, SCOPE_GROUPS, customer.uuid(), directory.uuid())
}
