//! What was last read from a provider: people, groups and who is in them.
//!
//! A person is written only when something about them differs (the hash is compared first). What a read has seen is
//! kept as row numbers, a page at a time, so that memory stays flat and a broken read goes on where it stopped.

use domain::directory::{DirectoryGroup, DirectoryStatus, DirectoryUser};
use domain::ids::Id;
use domain::{CustomerId, DirectoryId, ObjectId, RunId, Timestamp, Username, UsernameKey};
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::sql::{execute, fetch_all, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    // The list leads: SQLite would rather walk the whole directory than look up a list given by IN.
    KNOWN = ["SELECT s.object_id, s.row_no, s.hash, s.present FROM " (list "$3") " k
        CROSS JOIN snapshot_users s WHERE s.customer_id = $1 AND s.directory_id = $2 AND s.object_id = k.value"];
    LAST_ROW = "SELECT COALESCE(MAX(row_no), 0) FROM snapshot_users WHERE customer_id = $1 AND directory_id = $2";
    UPSERT = {
        sqlite: "INSERT INTO snapshot_users (customer_id, directory_id, row_no, object_id, principal_name, username,
                username_key, mail, display_name, status, guest, manager, attributes, hash, present, in_scope, changed_at)
            SELECT $1, $2, r.value->>'row_no', r.value->>'object_id', r.value->>'principal_name',
                r.value->>'username', r.value->>'username_key', r.value->>'mail', r.value->>'display_name',
                r.value->>'status', r.value->>'guest', r.value->>'manager', r.value->'attributes',
                unhex(r.value->>'hash'), 1, 0, $4
            FROM json_each($3) AS r WHERE true
            ON CONFLICT (customer_id, directory_id, object_id) DO UPDATE SET
                principal_name = excluded.principal_name, username = excluded.username,
                username_key = excluded.username_key, mail = excluded.mail, display_name = excluded.display_name,
                status = excluded.status, guest = excluded.guest, manager = excluded.manager,
                attributes = excluded.attributes, hash = excluded.hash, present = 1,
                changed_at = excluded.changed_at",
        postgres: "INSERT INTO snapshot_users (customer_id, directory_id, row_no, object_id, principal_name, username,
                username_key, mail, display_name, status, guest, manager, attributes, hash, present, in_scope, changed_at)
            SELECT $1, $2, r.row_no, r.object_id, r.principal_name, r.username, r.username_key, r.mail,
                r.display_name, r.status, r.guest, r.manager, r.attributes, decode(r.hash, 'hex'), true, false, $4
            FROM jsonb_to_recordset($3) AS r(row_no bigint, object_id text, principal_name text, username text,
                username_key text, mail text, display_name text, status text, guest boolean, manager text,
                attributes jsonb, hash text)
            ON CONFLICT (customer_id, directory_id, object_id) DO UPDATE SET
                principal_name = excluded.principal_name, username = excluded.username,
                username_key = excluded.username_key, mail = excluded.mail, display_name = excluded.display_name,
                status = excluded.status, guest = excluded.guest, manager = excluded.manager,
                attributes = excluded.attributes, hash = excluded.hash, present = true,
                changed_at = excluded.changed_at",
    };
    PRESENT_ROWS = "SELECT row_no FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND present AND row_no > $3 ORDER BY row_no LIMIT $4";
    MARK_ABSENT = ["UPDATE snapshot_users SET present = false, in_scope = false, changed_at = $4
        WHERE customer_id = $1 AND directory_id = $2 AND row_no IN " (numbers "$3")];
    RESCOPE = ["UPDATE snapshot_users SET in_scope = NOT in_scope, changed_at = $4
        WHERE customer_id = $1 AND directory_id = $2 AND in_scope <> (present AND EXISTS (
            SELECT 1 FROM snapshot_members m WHERE m.customer_id = $1 AND m.directory_id = $2
            AND m.member_object_id = snapshot_users.object_id
            AND m.group_object_id IN " (list "$3") "))"];
    RESCOPE_ONE = ["UPDATE snapshot_users SET in_scope = NOT in_scope, changed_at = $5
        WHERE customer_id = $1 AND directory_id = $2 AND object_id = $4 AND in_scope <> (present AND EXISTS (
            SELECT 1 FROM snapshot_members m WHERE m.customer_id = $1 AND m.directory_id = $2
            AND m.member_object_id = $4 AND m.group_object_id IN " (list "$3") "))"];
    GROUPS_OF = "SELECT group_object_id FROM snapshot_members
        WHERE customer_id = $1 AND directory_id = $2 AND member_object_id = $3";
    JOIN = ["INSERT INTO snapshot_members (customer_id, directory_id, group_object_id, member_object_id)
        SELECT $1, $2, k.value, $4 FROM " (list "$3") " k WHERE true ON CONFLICT DO NOTHING"];
    TOTALS = "SELECT COUNT(*) AS present, COALESCE(SUM(CASE WHEN in_scope THEN 1 ELSE 0 END), 0) AS in_scope
        FROM snapshot_users WHERE customer_id = $1 AND directory_id = $2 AND present";
    PAGE_DONE = "INSERT INTO sync_pages (customer_id, run_id, collection, page, seen, next_cursor)
        VALUES ($1, $2, $3, $4, $5, $6)";
    PAGES = "SELECT page, seen, next_cursor FROM sync_pages
        WHERE customer_id = $1 AND run_id = $2 AND collection = $3 ORDER BY page";
    FORGET_PAGES = "DELETE FROM sync_pages WHERE customer_id = $1 AND run_id = $2";
    FORGET_COLLECTION = "DELETE FROM sync_pages WHERE customer_id = $1 AND run_id = $2 AND collection = $3";
    STAGE_MEMBERS = ["INSERT INTO sync_member_pages (customer_id, run_id, group_object_id, member_object_id)
        SELECT $1, $2, $3, k.value FROM " (list "$4") " k WHERE true ON CONFLICT DO NOTHING"];
    DROP_MEMBERS = "DELETE FROM snapshot_members
        WHERE customer_id = $1 AND directory_id = $2 AND group_object_id = $3
        AND NOT EXISTS (SELECT 1 FROM sync_member_pages p WHERE p.customer_id = $1 AND p.run_id = $4
            AND p.group_object_id = $3 AND p.member_object_id = snapshot_members.member_object_id)";
    TAKE_MEMBERS = "INSERT INTO snapshot_members (customer_id, directory_id, group_object_id, member_object_id)
        SELECT customer_id, $2, group_object_id, member_object_id FROM sync_member_pages
        WHERE customer_id = $1 AND run_id = $4 AND group_object_id = $3 ON CONFLICT DO NOTHING";
    FORGET_MEMBERS = "DELETE FROM sync_member_pages WHERE customer_id = $1 AND run_id = $2 AND group_object_id = $3";
    FORGET_ALL_MEMBERS = "DELETE FROM sync_member_pages WHERE customer_id = $1 AND run_id = $2";
    // Whoever compares with the snapshot sees that it changed (P-17).
    COUNT_CHANGE = "UPDATE directories SET snapshot_number = snapshot_number + 1 WHERE customer_id = $1 AND id = $2";
    UPSERT_GROUP = "INSERT INTO snapshot_groups (customer_id, directory_id, object_id, name, mail, kind, hidden_membership)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (customer_id, directory_id, object_id) DO UPDATE SET
            name = excluded.name, mail = excluded.mail, kind = excluded.kind,
            hidden_membership = excluded.hidden_membership";
    MEMBERS_READ = "UPDATE snapshot_groups SET members_read_at = $4, other_members = $5
        WHERE customer_id = $1 AND directory_id = $2 AND object_id = $3";
}

/// A person as the last read described them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotUser {
    pub row_no: i64,
    pub user: DirectoryUser,
    pub username: Option<Username>,
    pub username_key: Option<UsernameKey>,
    pub present: bool,
    pub in_scope: bool,
    pub changed_at: Timestamp,
}

/// The columns of `snapshot_users`, as every query on people of a snapshot reads them.
#[derive(sqlx::FromRow)]
pub(crate) struct UserColumns {
    row_no: i64,
    object_id: String,
    principal_name: String,
    s_username: Option<String>,
    s_username_key: Option<String>,
    mail: Option<String>,
    display_name: Option<String>,
    status: String,
    guest: bool,
    manager: Option<String>,
    attributes: Json<std::collections::BTreeMap<String, domain::directory::AttributeValue>>,
    present: bool,
    in_scope: bool,
    changed_at: Timestamp,
}

impl UserColumns {
    pub(crate) fn read(self) -> Result<SnapshotUser, StoreError> {
        Ok(SnapshotUser {
            row_no: self.row_no,
            user: DirectoryUser {
                object_id: ObjectId(self.object_id),
                principal_name: self.principal_name,
                mail: self.mail,
                display_name: self.display_name,
                status: code::<DirectoryStatus>("snapshot_users", "status", &self.status)?,
                guest: self.guest,
                manager: self.manager,
                attributes: self.attributes.0,
            },
            username: self.s_username.map(Username::from_stored),
            username_key: self.s_username_key.map(UsernameKey::from_stored),
            present: self.present,
            in_scope: self.in_scope,
            changed_at: self.changed_at,
        })
    }
}

/// What is stored of one person, for comparing before writing.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KnownUser {
    pub object_id: String,
    pub row_no: i64,
    pub hash: Vec<u8>,
    pub present: bool,
}

/// A person to write.
#[derive(Clone, Debug, Serialize)]
pub struct NewUser<'a> {
    pub row_no: i64,
    pub object_id: &'a str,
    pub principal_name: &'a str,
    pub username: Option<&'a str>,
    pub username_key: Option<&'a str>,
    pub mail: Option<&'a str>,
    pub display_name: Option<&'a str>,
    pub status: &'static str,
    pub guest: bool,
    pub manager: Option<&'a str>,
    pub attributes: &'a std::collections::BTreeMap<String, domain::directory::AttributeValue>,
    /// SHA-256 of the rest, in hexadecimal digits.
    pub hash: String,
}

/// What the snapshot already holds of these people.
pub async fn known(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    objects: &[&str],
) -> Result<Vec<KnownUser>, StoreError> {
    fetch_all!(
        tx,
        KnownUser,
        KNOWN,
        customer.uuid(),
        directory.uuid(),
        Json(objects)
    )
}

/// The highest row number given so far; 0 for an empty snapshot.
pub async fn last_row(tx: &mut Tx, customer: CustomerId, directory: DirectoryId) -> Result<i64, StoreError> {
    fetch_value!(tx, i64, LAST_ROW, customer.uuid(), directory.uuid())
}

/// Writes people: new ones and those who differ.
pub async fn upsert(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    users: &[NewUser<'_>],
    now: Timestamp,
) -> Result<(), StoreError> {
    if !users.is_empty() {
        execute!(tx, COUNT_CHANGE, customer.uuid(), directory.uuid())?;
        execute!(tx, UPSERT, customer.uuid(), directory.uuid(), Json(users), now)?;
    }
    Ok(())
}

/// Row numbers of the people who were there at the last complete read, after `after`, in order.
pub async fn present_rows(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    after: i64,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    let rows = fetch_all!(
        tx,
        (i64,),
        PRESENT_ROWS,
        customer.uuid(),
        directory.uuid(),
        after,
        limit
    )?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Notes that a complete read did not contain these people (L-03). Call it only with proof of completeness.
pub async fn mark_absent(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    rows: &[i64],
    now: Timestamp,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    execute!(tx, COUNT_CHANGE, customer.uuid(), directory.uuid())?;
    execute!(
        tx,
        MARK_ABSENT,
        customer.uuid(),
        directory.uuid(),
        Json(rows),
        now
    )?;
    Ok(())
}

/// Brings `in_scope` up to date with the members of the scope groups (U-13: the union).
pub async fn rescope(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    scope_groups: &[ObjectId],
    now: Timestamp,
) -> Result<u64, StoreError> {
    let (c, d) = (customer.uuid(), directory.uuid());
    let touched = execute!(tx, RESCOPE, c, d, Json(scope_groups), now)?;
    if touched > 0 {
        execute!(tx, COUNT_CHANGE, customer.uuid(), directory.uuid())?;
    }
    Ok(touched)
}

/// [`rescope`] for one person, whoever else's groups changed.
pub async fn rescope_one(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    scope_groups: &[ObjectId],
    person: &ObjectId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (c, d, p) = (customer.uuid(), directory.uuid(), person.as_str());
    execute!(tx, RESCOPE_ONE, c, d, Json(scope_groups), p, now)?;
    Ok(())
}

/// The groups that had this person as a member when their members were last read.
pub async fn groups_of(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    person: &ObjectId,
) -> Result<Vec<ObjectId>, StoreError> {
    let rows = fetch_all!(
        tx,
        (String,),
        GROUPS_OF,
        customer.uuid(),
        directory.uuid(),
        person.as_str()
    )?;
    Ok(rows.into_iter().map(|row| ObjectId(row.0)).collect())
}

/// Notes that the provider names one person as a member of these groups. Says nothing about any other group.
pub async fn join(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    groups: &[&ObjectId],
    person: &ObjectId,
) -> Result<(), StoreError> {
    let (c, d, p) = (customer.uuid(), directory.uuid(), person.as_str());
    execute!(tx, JOIN, c, d, Json(groups), p)?;
    Ok(())
}

/// How many people the snapshot holds, and how many of them are in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Totals {
    pub present: i64,
    pub in_scope: i64,
}

/// The totals of a snapshot.
pub async fn totals(tx: &mut Tx, customer: CustomerId, directory: DirectoryId) -> Result<Totals, StoreError> {
    let rows = fetch_all!(tx, Totals, TOTALS, customer.uuid(), directory.uuid())?;
    Ok(rows.into_iter().next().unwrap_or(Totals {
        present: 0,
        in_scope: 0,
    }))
}

/// A page that was read, and where to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadPage {
    pub page: i64,
    /// Row numbers seen on this page.
    pub seen: Vec<u32>,
    /// `None` on the last page: the proof that the read is complete.
    pub next_cursor: Option<String>,
}

/// Notes a page as read, in the same unit of work as its people.
pub async fn page_done(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    collection: &str,
    page: &ReadPage,
) -> Result<(), StoreError> {
    let seen: Vec<u8> = page.seen.iter().flat_map(|row| row.to_le_bytes()).collect();
    let next = page.next_cursor.as_deref();
    execute!(
        tx,
        PAGE_DONE,
        customer.uuid(),
        run.uuid(),
        collection,
        page.page,
        seen,
        next
    )?;
    Ok(())
}

/// The pages of a collection that this run has read.
pub async fn pages(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    collection: &str,
) -> Result<Vec<ReadPage>, StoreError> {
    type Row = (i64, Vec<u8>, Option<String>);
    let rows = fetch_all!(tx, Row, PAGES, customer.uuid(), run.uuid(), collection)?;
    Ok(rows
        .into_iter()
        .map(|(page, seen, next_cursor)| {
            let (rows, _) = seen.as_chunks::<4>();
            ReadPage {
                page,
                seen: rows.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(),
                next_cursor,
            }
        })
        .collect())
}

/// Forgets the progress of a run's read: it is complete, or must start over.
pub async fn forget_pages(tx: &mut Tx, customer: CustomerId, run: RunId) -> Result<(), StoreError> {
    execute!(tx, FORGET_PAGES, customer.uuid(), run.uuid())?;
    execute!(tx, FORGET_ALL_MEMBERS, customer.uuid(), run.uuid())?;
    Ok(())
}

/// Forgets the progress of one collection, which then starts over.
pub async fn forget_collection(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    collection: &str,
) -> Result<(), StoreError> {
    execute!(tx, FORGET_COLLECTION, customer.uuid(), run.uuid(), collection)?;
    Ok(())
}

/// Keeps one page of a group's members aside until the group is read completely (G-05).
pub async fn stage_members(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    group: &ObjectId,
    members: &[&str],
) -> Result<(), StoreError> {
    if !members.is_empty() {
        execute!(
            tx,
            STAGE_MEMBERS,
            customer.uuid(),
            run.uuid(),
            group.as_str(),
            Json(members)
        )?;
    }
    Ok(())
}

/// Starts the members of a group over.
pub async fn forget_members(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    group: &ObjectId,
) -> Result<(), StoreError> {
    execute!(tx, FORGET_MEMBERS, customer.uuid(), run.uuid(), group.as_str())?;
    Ok(())
}

/// The group is read completely: its members become what was kept aside, in one step.
pub async fn take_members(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    run: RunId,
    group: &ObjectId,
    other_members: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (c, d, g, r) = (customer.uuid(), directory.uuid(), group.as_str(), run.uuid());
    execute!(tx, DROP_MEMBERS, c, d, g, r)?;
    execute!(tx, TAKE_MEMBERS, c, d, g, r)?;
    execute!(tx, FORGET_MEMBERS, c, r, g)?;
    execute!(tx, MEMBERS_READ, c, d, g, now, other_members)?;
    Ok(())
}

/// Writes what is known of a group.
pub async fn upsert_group(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    group: &DirectoryGroup,
) -> Result<(), StoreError> {
    let (c, d): (Uuid, Uuid) = (customer.uuid(), directory.uuid());
    let (id, name, mail) = (
        group.object_id.as_str(),
        group.name.as_str(),
        group.mail.as_deref(),
    );
    execute!(
        tx,
        UPSERT_GROUP,
        c,
        d,
        id,
        name,
        mail,
        group.kind.code(),
        group.hidden_membership
    )?;
    Ok(())
}
