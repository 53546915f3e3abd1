//! What a read found, for the screen: totals, how attributes are filled, and what is odd. Everything is counted by
//! the database, so memory does not grow with the directory.

use domain::directory::AttributeValue;
use domain::ids::Id;
use domain::{CustomerId, DirectoryId, ObjectId, UsernameKey};
use sqlx::types::Json;

use crate::people_list::any_case;
use crate::snapshot::{SnapshotUser, UserColumns};
use crate::sql::{fetch_all, fetch_optional, fetch_value, statements};
use crate::{Sql, StoreError, Tx};

statements! {
    MAKE_UP = "SELECT status, guest, in_scope, COUNT(*) AS people,
            SUM(CASE WHEN mail IS NULL OR trim(mail) = '' THEN 1 ELSE 0 END) AS no_mail,
            SUM(CASE WHEN username_key IS NULL THEN 1 ELSE 0 END) AS no_username
        FROM snapshot_users WHERE customer_id = $1 AND directory_id = $2 AND present
        GROUP BY status, guest, in_scope";
    PAGE = "SELECT row_no, object_id, principal_name, username AS s_username, username_key AS s_username_key, mail,
            display_name, status, guest, manager, attributes, present, in_scope, changed_at
        FROM snapshot_users WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND row_no > $4 ORDER BY row_no LIMIT $5";
    BY_OBJECT = "SELECT row_no, object_id, principal_name, username AS s_username, username_key AS s_username_key, mail,
            display_name, status, guest, manager, attributes, present, in_scope, changed_at
        FROM snapshot_users WHERE customer_id = $1 AND directory_id = $2 AND object_id = $3";
    // A search that finds little walks through everybody, which 100,000 people can take. The forms: `any_case`.
    SEARCH = ["SELECT row_no, object_id, principal_name, username AS s_username, username_key AS s_username_key, mail,
            display_name, status, guest, manager, attributes, present, in_scope, changed_at
        FROM snapshot_users WHERE customer_id = $1 AND directory_id = $2 AND present
        AND EXISTS (SELECT 1 FROM " (list "$3") " AS form WHERE LOWER(display_name) LIKE form.value ESCAPE '!'
            OR LOWER(principal_name) LIKE form.value ESCAPE '!' OR LOWER(username) LIKE form.value ESCAPE '!'
            OR LOWER(mail) LIKE form.value ESCAPE '!')
        ORDER BY row_no LIMIT $4"];
    // More than two are no better than two.
    BY_USERNAME = ["SELECT object_id FROM snapshot_users" (index "snapshot_users_by_username") "
        WHERE customer_id = $1 AND directory_id = $2 AND username_key = $3 AND present LIMIT 2"];
    // One walk over everybody for all attributes. An `atom` is what is neither a list nor null.
    FILLED = {
        sqlite: "SELECT e.key AS attribute, COUNT(*) AS filled
            FROM snapshot_users u, json_each(u.attributes) AS e
            WHERE u.customer_id = $1 AND u.directory_id = $2 AND u.present AND (u.in_scope OR $3)
            AND (trim(e.atom) <> '' OR (e.type = 'array' AND e.value <> '[]'))
            GROUP BY e.key",
        postgres: "SELECT e.key AS attribute, COUNT(*) AS filled
            FROM snapshot_users u CROSS JOIN LATERAL jsonb_each_text(u.attributes) AS e
            WHERE u.customer_id = $1 AND u.directory_id = $2 AND u.present AND (u.in_scope OR $3)
            AND trim(e.value) NOT IN ('', '[]')
            GROUP BY e.key",
    };
    VALUES = "SELECT attributes -> $4 AS value FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND trim(COALESCE(attributes ->> $4, '')) NOT IN ('', '[]') ORDER BY row_no LIMIT $5";
    DOMAINS = {
        sqlite: "SELECT DISTINCT lower(substr(username, instr(username, '@') + 1)) AS domain
            FROM snapshot_users WHERE customer_id = $1 AND directory_id = $2 AND present
            AND username LIKE '%@%' LIMIT $3",
        postgres: "SELECT DISTINCT lower(split_part(username, '@', 2)) AS domain
            FROM snapshot_users WHERE customer_id = $1 AND directory_id = $2 AND present
            AND username LIKE '%@%' LIMIT $3",
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
    WITHOUT = "SELECT COALESCE(display_name, principal_name) AS name FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND (in_scope OR $3)
        AND trim(COALESCE(attributes ->> $5, '')) IN ('', '[]') ORDER BY row_no LIMIT $4";
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
    /// Of those, without an e-mail address.
    pub no_mail: i64,
    /// Of those, without a username.
    pub no_username: i64,
}

/// How many people have an attribute filled.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Filled {
    pub attribute: String,
    pub filled: i64,
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

/// The first people whose name, username or mail address holds `part`, in scope or not.
pub async fn search(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    part: &str,
    limit: i64,
) -> Result<Vec<SnapshotUser>, StoreError> {
    let forms = Json(any_case(part));
    let (c, d) = (customer.uuid(), directory.uuid());
    let rows = fetch_all!(tx, UserColumns, SEARCH, c, d, forms, limit)?;
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

/// Who has this username in the directory now: nobody, one, or two of several.
pub async fn by_username(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    key: &UsernameKey,
) -> Result<Vec<ObjectId>, StoreError> {
    let rows = fetch_all!(
        tx,
        (String,),
        BY_USERNAME,
        customer.uuid(),
        directory.uuid(),
        key.as_str()
    )?;
    Ok(rows.into_iter().map(|row| ObjectId(row.0)).collect())
}

/// How many people have each attribute filled. Attributes nobody has are not in the list.
pub async fn filled(tx: &mut Tx, among: Among) -> Result<Vec<Filled>, StoreError> {
    let (c, d) = (among.customer.uuid(), among.directory.uuid());
    fetch_all!(tx, Filled, FILLED, c, d, among.everybody)
}

/// The domains of all usernames as the data mapping makes them, in lower case, at most `limit`.
pub async fn domains(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    limit: i64,
) -> Result<Vec<String>, StoreError> {
    let (c, d) = (customer.uuid(), directory.uuid());
    let rows = fetch_all!(tx, (String,), DOMAINS, c, d, limit)?;
    Ok(rows.into_iter().map(|(domain,)| domain).collect())
}

/// Values of an attribute of the first people who have any.
pub async fn values(
    tx: &mut Tx,
    among: Among,
    attribute: &str,
    limit: i64,
) -> Result<Vec<AttributeValue>, StoreError> {
    let (c, d, e) = (among.customer.uuid(), among.directory.uuid(), among.everybody);
    let rows = fetch_all!(tx, (Json<AttributeValue>,), VALUES, c, d, e, attribute, limit)?;
    Ok(rows.into_iter().map(|row| row.0.0).collect())
}

/// The names of the first people who are odd in this way.
pub async fn odd(tx: &mut Tx, among: Among, odd: Odd<'_>, limit: i64) -> Result<Vec<String>, StoreError> {
    let (c, d, e) = (among.customer.uuid(), among.directory.uuid(), among.everybody);
    let list = match odd {
        Odd::NoMail => NO_MAIL,
        Odd::NoUsername => NO_USERNAME,
        Odd::Guest => GUESTS,
        Odd::Disabled => DISABLED,
        Odd::Pending => PENDING,
        Odd::UnknownStatus => UNKNOWN_STATUS,
        Odd::Without(_) => WITHOUT,
    };
    let rows = match odd {
        Odd::Without(attribute) => fetch_all!(tx, (String,), list, c, d, e, limit, attribute)?,
        _ => fetch_all!(tx, (String,), list, c, d, e, limit)?,
    };
    Ok(rows.into_iter().map(|row| row.0).collect())
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
    let rows = fetch_all!(tx, (String, i64), list, c, d, e, examples)?;
    let count = if rows.is_empty() {
        0
    } else {
        fetch_value!(tx, i64, count, c, d, e)?
    };
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
