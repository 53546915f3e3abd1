//! What comparing needs: the snapshot beside the accounts, a page at a time, in the order of the snapshot's rows.

use domain::ids::Id;
use domain::people::PeopleAccount;
use domain::{AccountId, CustomerId, DirectoryId, GroupId, ObjectId, RunId, Timestamp, UsernameKey};
use sqlx::types::Json;
use uuid::Uuid;

use crate::accounts::AccountColumns;
use crate::snapshot::{SnapshotUser, UserColumns};
use crate::sql::{fetch_all, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    PEOPLE = "SELECT s.row_no, s.object_id, s.principal_name, s.username AS s_username,
            s.username_key AS s_username_key, s.mail, s.display_name, s.status, s.guest, s.manager, s.attributes,
            s.present, s.in_scope, s.changed_at, l.account_id
        FROM snapshot_users s
        LEFT JOIN identity_links l ON l.customer_id = $1 AND l.directory_id = $2 AND l.object_id = s.object_id
        WHERE s.customer_id = $1 AND s.directory_id = $2 AND s.row_no > $3
        ORDER BY s.row_no LIMIT $4";
    // The list leads: SQLite would rather walk a whole directory than look up a list given by IN.
    HOLDERS = ["SELECT a.id, a.username, a.username_key, a.directory_id, a.state, a.blocked_by, a.block_reason,
            a.is_administrator, a.profile, a.manager_id, a.version, a.created_at, a.updated_at,
            a.last_sign_in_at, l.object_id AS linked_to
        FROM (SELECT DISTINCT value FROM " (list "$2") " k) k
        CROSS JOIN accounts a
        LEFT JOIN identity_links l ON l.customer_id = $1 AND l.account_id = a.id
        WHERE a.customer_id = $1 AND a.username_key = k.value"];
    RIVALS = ["SELECT s.username_key FROM (SELECT DISTINCT value FROM " (list "$3") " k) k
        CROSS JOIN snapshot_users s" (index "snapshot_users_by_username") "
        WHERE s.customer_id = $1 AND s.directory_id = $2 AND s.username_key = k.value AND s.present AND s.in_scope
        GROUP BY s.username_key HAVING COUNT(*) > 1"];
    // Accounts of this directory that no directory object claims, by link or by username.
    UNCLAIMED = ["SELECT a.id, a.username, a.username_key, a.directory_id, a.state, a.blocked_by, a.block_reason,
            a.is_administrator, a.profile, a.manager_id, a.version, a.created_at, a.updated_at, a.last_sign_in_at
        FROM accounts a
        WHERE a.customer_id = $1 AND a.directory_id = $2 AND a.state <> 'blocked' AND a.id > $3
        AND NOT EXISTS (SELECT 1 FROM identity_links l WHERE l.customer_id = $1 AND l.account_id = a.id)
        AND NOT EXISTS (SELECT 1 FROM snapshot_users s" (index "snapshot_users_by_username") "
            WHERE s.customer_id = $1 AND s.directory_id = $2
            AND s.username_key = a.username_key AND s.present AND s.in_scope)
        ORDER BY a.id LIMIT $4"];
    // Members lead, for SQLite, which would rather walk through everybody for each group. The account of a member is
    // the linked one, or the one this run creates or links. One that is blocked joins only when this run brings it
    // back: it unblocks it, or links it and the sync itself had blocked it (L-06, L-09).
    JOINING = ["SELECT DISTINCT COALESCE(l.account_id, c.account_id) AS account_id, s.object_id,
            COALESCE(s.display_name, s.principal_name) AS name, COALESCE(s.username, s.principal_name) AS username
        FROM snapshot_members m
        CROSS JOIN snapshot_users s
        LEFT JOIN identity_links l ON l.customer_id = $1 AND l.directory_id = $2 AND l.object_id = s.object_id
        LEFT JOIN sync_changes c" (index "sync_changes_by_object") " ON c.customer_id = $1 AND c.run_id = $3
            AND c.object_id = s.object_id AND c.kind IN ('create', 'link', 'unblock', 'block')
        LEFT JOIN accounts a ON a.customer_id = $1 AND a.id = COALESCE(l.account_id, c.account_id)
        WHERE m.customer_id = $1 AND m.directory_id = $2 AND m.group_object_id IN " (list "$4") "
        AND s.customer_id = $1 AND s.directory_id = $2 AND s.object_id = m.member_object_id AND s.present AND s.in_scope
        AND COALESCE(l.account_id, c.account_id) IS NOT NULL
        AND (a.id IS NULL OR a.state <> 'blocked' OR c.kind = 'unblock' OR (c.kind = 'link' AND a.blocked_by = 'sync'))
        AND c.kind IS DISTINCT FROM 'block'
        AND NOT EXISTS (SELECT 1 FROM memberships p WHERE p.customer_id = $1 AND p.group_id = $5
            AND p.account_id = COALESCE(l.account_id, c.account_id))
        ORDER BY s.object_id"];
    // Additive groups lose only whom the sync put there; authoritative ones everybody else too (U-10). People who are
    // out of scope or gone keep their memberships: they are blocked, and come back as they were.
    LEAVING = ["SELECT p.account_id, COALESCE(s.object_id, '') AS object_id,
            COALESCE(s.display_name, a.username) AS name, a.username
        FROM memberships p
        JOIN accounts a ON a.customer_id = $1 AND a.id = p.account_id
        LEFT JOIN identity_links l ON l.customer_id = $1 AND l.directory_id = $2 AND l.account_id = p.account_id
        LEFT JOIN sync_changes c" (index "sync_changes_by_account") " ON c.customer_id = $1
            AND c.account_id = p.account_id AND c.run_id = $6 AND c.kind IN ('link', 'unblock', 'block')
        LEFT JOIN snapshot_users s ON s.customer_id = $1 AND s.directory_id = $2
            AND s.object_id = COALESCE(l.object_id, CASE WHEN c.kind = 'link' THEN c.object_id END)
        WHERE p.customer_id = $1 AND p.group_id = $3 AND (p.by_sync OR $5)
        AND (a.state <> 'blocked' OR c.kind = 'unblock' OR (c.kind = 'link' AND a.blocked_by = 'sync'))
        AND c.kind IS DISTINCT FROM 'block'
        AND ((s.object_id IS NULL AND $5) OR (s.present AND s.in_scope))
        AND NOT EXISTS (SELECT 1 FROM snapshot_members m WHERE m.customer_id = $1 AND m.directory_id = $2
            AND m.member_object_id = s.object_id AND m.group_object_id IN " (list "$4") ")
        ORDER BY p.account_id"];
    GROUPS_READ_SINCE = ["SELECT COUNT(*) FROM snapshot_groups WHERE customer_id = $1 AND directory_id = $2
        AND object_id IN " (list "$3") " AND members_read_at >= $4"];
}

/// A person of the snapshot, and the account linked to them.
#[derive(Clone, Debug)]
pub struct PersonRow {
    pub user: SnapshotUser,
    pub account: Option<AccountId>,
}

#[derive(sqlx::FromRow)]
struct PersonColumns {
    #[sqlx(flatten)]
    user: UserColumns,
    account_id: Option<Uuid>,
}

/// The next people of the snapshot after row `after`.
pub async fn people(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    after: i64,
    limit: i64,
) -> Result<Vec<PersonRow>, StoreError> {
    let rows = fetch_all!(
        tx,
        PersonColumns,
        PEOPLE,
        customer.uuid(),
        directory.uuid(),
        after,
        limit
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(PersonRow {
                user: row.user.read()?,
                account: row.account_id.map(AccountId::from_uuid),
            })
        })
        .collect()
}

/// An account that has one of the wanted usernames, and the object it is linked to.
#[derive(Clone, Debug)]
pub struct HolderRow {
    pub account: PeopleAccount,
    pub linked_to: Option<ObjectId>,
}

#[derive(sqlx::FromRow)]
struct HolderColumns {
    #[sqlx(flatten)]
    account: AccountColumns,
    linked_to: Option<String>,
}

/// Who has these usernames now.
pub async fn holders(
    tx: &mut Tx,
    customer: CustomerId,
    keys: &[&UsernameKey],
) -> Result<Vec<HolderRow>, StoreError> {
    let rows = fetch_all!(tx, HolderColumns, HOLDERS, customer.uuid(), Json(keys))?;
    rows.into_iter()
        .map(|row| {
            Ok(HolderRow {
                account: row.account.read()?,
                linked_to: row.linked_to.map(ObjectId),
            })
        })
        .collect()
}

/// Which of these usernames more than one person in scope has.
pub async fn rivals(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    keys: &[&UsernameKey],
) -> Result<Vec<UsernameKey>, StoreError> {
    let rows = fetch_all!(
        tx,
        (String,),
        RIVALS,
        customer.uuid(),
        directory.uuid(),
        Json(keys)
    )?;
    Ok(rows
        .into_iter()
        .map(|row| UsernameKey::from_stored(row.0))
        .collect())
}

/// Accounts of this directory that no directory object claims, after `after` in the order of their ids.
pub async fn unclaimed(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<PeopleAccount>, StoreError> {
    let after = after.map_or(Uuid::nil(), Id::uuid);
    let rows = fetch_all!(
        tx,
        AccountColumns,
        UNCLAIMED,
        customer.uuid(),
        directory.uuid(),
        after,
        limit
    )?;
    rows.into_iter().map(AccountColumns::read).collect()
}

/// Somebody who joins or leaves a People group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mover {
    pub account: AccountId,
    /// `None` for an account without a link.
    pub object_id: Option<ObjectId>,
    pub name: String,
    pub username: String,
}

#[derive(sqlx::FromRow)]
struct MoverColumns {
    account_id: Uuid,
    object_id: String,
    name: String,
    username: String,
}

impl From<MoverColumns> for Mover {
    fn from(row: MoverColumns) -> Self {
        Self {
            account: AccountId::from_uuid(row.account_id),
            object_id: Some(row.object_id).filter(|id| !id.is_empty()).map(ObjectId),
            name: row.name,
            username: row.username,
        }
    }
}

/// Members of any of the directory groups who are not in the People group yet (U-13, U-17).
pub async fn joining(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    run: RunId,
    sources: &[&ObjectId],
    group: GroupId,
) -> Result<Vec<Mover>, StoreError> {
    let (c, d, r, g) = (customer.uuid(), directory.uuid(), run.uuid(), group.uuid());
    let rows = fetch_all!(tx, MoverColumns, JOINING, c, d, r, Json(sources), g)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Members of the People group who are in none of the directory groups (any more).
pub async fn leaving(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    run: RunId,
    sources: &[&ObjectId],
    group: GroupId,
    authoritative: bool,
) -> Result<Vec<Mover>, StoreError> {
    let (c, d, g) = (customer.uuid(), directory.uuid(), group.uuid());
    let rows = fetch_all!(
        tx,
        MoverColumns,
        LEAVING,
        c,
        d,
        g,
        Json(sources),
        authoritative,
        run.uuid()
    )?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// How many of these groups had their members read completely since `since` (G-05).
pub async fn groups_read_since(
    tx: &mut Tx,
    customer: CustomerId,
    directory: DirectoryId,
    groups: &[&ObjectId],
    since: Timestamp,
) -> Result<i64, StoreError> {
    fetch_value!(
        tx,
        i64,
        GROUPS_READ_SINCE,
        customer.uuid(),
        directory.uuid(),
        Json(groups),
        since
    )
}
