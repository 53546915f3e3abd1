//! Entries of a plan, and the accounts they are made of.

use domain::directory::DirectoryStatus;
use domain::ids::Id;
use domain::migration::{EntryWho, HeldReason, MigrationEntry, MigrationPurpose, Place};
use domain::people::{AccountState, Directory, Profile};
use domain::{AccountId, CustomerId, DirectoryId, ObjectId, Timestamp, Username};
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::people_list::contains;
use crate::sql::{fetch_all, insert_rows, statements};
use crate::{StoreError, Tx};

statements! {
    // Several lines of an account stand together, the first of them first.
    ACCOUNTS_NOW = ["SELECT a.id, a.username, a.directory_id, a.version, a.state,
            CASE WHEN $6 THEN a.profile END AS profile, CASE WHEN $6 THEN " (groups "a.id") " END AS group_ids,
            l.object_id AS link, r.line, r.new, r.target,
            u.row_no, u.object_id AS person, u.status, (u.present AND u.in_scope) AS is_there, o.account_id AS person_account
        FROM accounts a
        LEFT JOIN identity_links l ON l.customer_id = $1 AND l.account_id = a.id AND l.directory_id = a.directory_id
        LEFT JOIN mapping_rows AS r" (index "mapping_rows_by_account") "
            ON r.customer_id = $1 AND r.version = $2 AND r.account_id = a.id
        LEFT JOIN snapshot_users u ON u.customer_id = $1 AND u.directory_id = $3 AND u.row_no = r.person
        LEFT JOIN identity_links o ON o.customer_id = $1 AND o.directory_id = $3 AND o.object_id = u.object_id
        WHERE a.customer_id = $1 AND a.id > $4 ORDER BY a.id, r.line LIMIT $5"];
    BETWEEN = "SELECT account_id, account_version, line, kind, held, username_before, directory_before, link_before,
            username_after, directory_after, link_after, steps_aside, frees
        FROM migration_entries WHERE customer_id = $1 AND plan = $2 AND account_id > $3 AND account_id <= $4
        ORDER BY account_id";
    INSERT = {
        sqlite: "INSERT INTO migration_entries (customer_id, plan, account_id, account_version, line, kind, held,
                username_before, key_before, directory_before, link_before, username_after, key_after, directory_after,
                link_after, relinks, steps_aside, frees, search_key, sort_key, state, group_ids, person)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22,
                $23)",
        postgres: "INSERT INTO migration_entries (customer_id, plan, account_id, account_version, line, kind, held,
                username_before, key_before, directory_before, link_before, username_after, key_after, directory_after,
                link_after, relinks, steps_aside, frees, search_key, sort_key, state, group_ids, person)
            SELECT * FROM UNNEST($1::uuid[], $2::bigint[], $3::uuid[], $4::bigint[], $5::bigint[], $6::text[], $7::text[],
                $8::text[], $9::text[], $10::uuid[], $11::text[], $12::text[], $13::text[], $14::uuid[],
                $15::text[], $16::boolean[], $17::boolean[], $18::boolean[], $19::text[], $20::text[], $21::text[],
                $22::text[], $23::bigint[])",
    };
    OF_ACCOUNT = "SELECT r.number, r.purpose, r.started_by, r.committed_at, e.account_id, e.account_version, e.line, e.kind,
            e.held, e.username_before, e.directory_before, e.link_before, e.username_after, e.directory_after,
            e.link_after, e.steps_aside, e.frees
        FROM migration_runs r
        JOIN migration_entries e ON e.customer_id = $1 AND e.plan = r.plan AND e.account_id = $2
        WHERE r.customer_id = $1 AND r.committed_at IS NOT NULL AND e.kind <> 'held'
        ORDER BY r.number DESC LIMIT $3";
    LIST = "SELECT e.account_id, e.account_version, e.line, e.kind, e.held, e.username_before, e.directory_before,
            e.link_before, e.username_after, e.directory_after, e.link_after, e.steps_aside, e.frees, a.profile, a.state
        FROM migration_entries e
        JOIN accounts a ON a.customer_id = $1 AND a.id = e.account_id
        WHERE e.customer_id = $1 AND e.plan = $2 AND e.account_id > $3
        AND (NOT $4 OR (e.directory_after IS NULL AND e.directory_before IS NOT NULL AND e.kind <> 'held'))
        AND ($5 = '' OR e.search_key LIKE $5 ESCAPE '!' OR e.key_before LIKE $7 ESCAPE '!')
        ORDER BY e.account_id LIMIT $6";
    LIST_OF_KIND = ["SELECT e.account_id, e.account_version, e.line, e.kind, e.held, e.username_before, e.directory_before,
            e.link_before, e.username_after, e.directory_after, e.link_after, e.steps_aside, e.frees, a.profile, a.state
        FROM migration_entries AS e" (index "migration_entries_by_kind") "
        JOIN accounts a ON a.customer_id = $1 AND a.id = e.account_id
        WHERE e.customer_id = $1 AND e.plan = $2 AND e.kind = $6 AND e.account_id > $3
        AND ($4 = '' OR e.search_key LIKE $4 ESCAPE '!' OR e.key_before LIKE $7 ESCAPE '!')
        ORDER BY e.account_id LIMIT $5"];
    // The few of an index that holds nobody else: whom People saw sign in, and whom somebody put on record.
    PROVEN = ["SELECT a.username, NOT EXISTS (SELECT 1 FROM migration_entries e WHERE e.customer_id = $1 AND e.plan = $2
                AND e.account_id = a.id AND e.kind IN ('rename', 'move', 'both')) AS stays
        FROM accounts AS a" (index "accounts_local_administrators") "
        WHERE a.customer_id = $1 AND a.directory_id IS NULL AND a.is_administrator AND a.state = 'active'
        AND (a.last_sign_in_at >= $3 OR EXISTS (SELECT 1 FROM statements AS s" (index "statements_by_account") "
            WHERE s.customer_id = $1 AND s.account_id = a.id AND s.at >= $3))
        ORDER BY stays DESC, a.sort_key, a.id LIMIT $4"];
}

/// An account as it is, and what the mapping says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountNow {
    pub id: AccountId,
    pub version: i64,
    pub place: Place,
    pub kept: Kept,
    pub line: Option<LineOf>,
}

/// What of an account a migration leaves as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub state: AccountState,
    pub profile: Profile,
    /// Ids of its groups in one text: equal texts are equal groups.
    pub groups: String,
}

/// A line of the mapping, and the person with the new username.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineOf {
    pub line: i64,
    pub new: String,
    pub target: String,
    pub person: Option<ObjectId>,
    /// Of that person, like their status: unknown where there is none.
    pub row: Option<i64>,
    pub status: Option<DirectoryStatus>,
    /// Present and in scope.
    pub is_there: bool,
    pub person_account: Option<AccountId>,
}

#[derive(sqlx::FromRow)]
struct NowColumns {
    id: Uuid,
    username: String,
    directory_id: Option<Uuid>,
    version: i64,
    state: String,
    profile: Option<Json<Profile>>,
    group_ids: Option<String>,
    link: Option<String>,
    line: Option<i64>,
    new: Option<String>,
    target: Option<String>,
    row_no: Option<i64>,
    person: Option<String>,
    status: Option<String>,
    is_there: Option<bool>,
    person_account: Option<Uuid>,
}

pub(super) fn place(username: String, directory: Option<Uuid>, link: Option<String>) -> Place {
    Place {
        username: Username::from_stored(username),
        directory: Directory::from(directory.map(DirectoryId::from_uuid)),
        link: link.map(ObjectId),
    }
}

/// Accounts behind `after`, at most `limit`, by id, with their lines of `version`; without `details` profiles and
/// groups are empty.
pub async fn accounts_now(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
    (after, limit): (Option<AccountId>, i64),
    details: bool,
) -> Result<Vec<AccountNow>, StoreError> {
    let after = after.map_or(Uuid::nil(), Id::uuid);
    let (c, d) = (customer.uuid(), directory.uuid());
    let mut rows = fetch_all!(tx, NowColumns, ACCOUNTS_NOW, c, version, d, after, limit, details)?;
    // The same line twice counts once (X-01); what is left of it behind the limit is not behind its account.
    rows.dedup_by_key(|row| row.id);
    rows.into_iter()
        .map(|row| {
            let line = match (row.line, row.new, row.target) {
                (Some(line), Some(new), Some(target)) => Some(LineOf {
                    line,
                    new,
                    target,
                    person: row.person.map(ObjectId),
                    row: row.row_no,
                    status: row
                        .status
                        .map(|text| code("snapshot_users", "status", &text))
                        .transpose()?,
                    is_there: row.is_there.unwrap_or(false),
                    person_account: row.person_account.map(AccountId::from_uuid),
                }),
                _ => None,
            };
            Ok(AccountNow {
                id: AccountId::from_uuid(row.id),
                version: row.version,
                place: place(row.username, row.directory_id, row.link),
                kept: Kept {
                    state: code("accounts", "state", &row.state)?,
                    profile: row.profile.map(|profile| profile.0).unwrap_or_default(),
                    groups: row.group_ids.unwrap_or_default(),
                },
                line,
            })
        })
        .collect()
}

#[derive(sqlx::FromRow)]
pub(super) struct EntryColumns {
    account_id: Uuid,
    account_version: i64,
    line: Option<i64>,
    kind: String,
    held: Option<String>,
    username_before: String,
    directory_before: Option<Uuid>,
    link_before: Option<String>,
    username_after: String,
    directory_after: Option<Uuid>,
    link_after: Option<String>,
    steps_aside: bool,
    frees: bool,
}

impl EntryColumns {
    pub(super) fn read(self) -> Result<MigrationEntry, StoreError> {
        let held = self.held.as_deref();
        Ok(MigrationEntry {
            account: AccountId::from_uuid(self.account_id),
            version: self.account_version,
            line: self.line.map(i64::unsigned_abs),
            kind: code("migration_entries", "kind", &self.kind)?,
            held: held
                .map(|text| code("migration_entries", "held", text))
                .transpose()?,
            before: place(self.username_before, self.directory_before, self.link_before),
            after: place(self.username_after, self.directory_after, self.link_after),
            steps_aside: self.steps_aside,
            frees: self.frees,
        })
    }
}

/// Entries of accounts behind `after` up to `last`, by id.
pub async fn entries_between(
    tx: &mut Tx,
    customer: CustomerId,
    plan: i64,
    (after, last): (Option<AccountId>, AccountId),
) -> Result<Vec<MigrationEntry>, StoreError> {
    let after = after.map_or(Uuid::nil(), Id::uuid);
    let rows = fetch_all!(
        tx,
        EntryColumns,
        BETWEEN,
        customer.uuid(),
        plan,
        after,
        last.uuid()
    )?;
    rows.into_iter().map(EntryColumns::read).collect()
}

/// What a run did to an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryOfRun {
    pub run: i64,
    pub purpose: MigrationPurpose,
    pub by: String,
    pub at: Timestamp,
    pub entry: MigrationEntry,
}

#[derive(sqlx::FromRow)]
struct OfRunColumns {
    number: i64,
    purpose: String,
    started_by: String,
    committed_at: Timestamp,
    #[sqlx(flatten)]
    entry: EntryColumns,
}

/// What migrations did to an account, the newest first, at most `limit`.
pub async fn entries_of_account(
    tx: &mut Tx,
    customer: CustomerId,
    account: AccountId,
    limit: i64,
) -> Result<Vec<EntryOfRun>, StoreError> {
    fetch_all!(
        tx,
        OfRunColumns,
        OF_ACCOUNT,
        customer.uuid(),
        account.uuid(),
        limit
    )?
    .into_iter()
    .map(|row| {
        Ok(EntryOfRun {
            run: row.number,
            purpose: code("migration_runs", "purpose", &row.purpose)?,
            by: row.started_by,
            at: row.committed_at,
            entry: row.entry.read()?,
        })
    })
    .collect()
}

/// An entry to write, with the keys that look-ups, search and order use.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub entry: MigrationEntry,
    pub key_before: String,
    pub key_after: String,
    pub search_key: String,
    pub sort_key: String,
    /// Of the account, now and afterwards.
    pub state: AccountState,
    pub groups: String,
    /// The row in the snapshot of the person it links to, where the mapping's line names them.
    pub person: Option<i64>,
}

/// Writes entries.
pub async fn insert_entries(
    tx: &mut Tx,
    customer: CustomerId,
    plan: i64,
    entries: &[NewEntry],
) -> Result<(), StoreError> {
    let directory = |place: &Place| place.directory.external().map(Id::uuid);
    let link = |place: &Place| place.link.as_ref().map(|link| link.as_str().to_owned());
    insert_rows!(tx, INSERT, entries, |new| [
        customer.uuid(),
        plan,
        new.entry.account.uuid(),
        new.entry.version,
        new.entry.line.map(u64::cast_signed),
        new.entry.kind.code(),
        new.entry.held.map(HeldReason::code),
        new.entry.before.username.as_str(),
        new.key_before.as_str(),
        directory(&new.entry.before),
        link(&new.entry.before),
        new.entry.after.username.as_str(),
        new.key_after.as_str(),
        directory(&new.entry.after),
        link(&new.entry.after),
        new.entry.relinks(),
        new.entry.steps_aside,
        new.entry.frees,
        new.search_key.as_str(),
        new.sort_key.as_str(),
        new.state.code(),
        new.groups.as_str(),
        new.person,
    ])
}

/// An entry in a list, and whose account it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEntry {
    pub entry: MigrationEntry,
    pub profile: Profile,
    pub state: AccountState,
}

#[derive(sqlx::FromRow)]
pub(super) struct ListedColumns {
    #[sqlx(flatten)]
    entry: EntryColumns,
    profile: Json<Profile>,
    state: String,
}

impl ListedColumns {
    pub(super) fn read(self) -> Result<ListedEntry, StoreError> {
        Ok(ListedEntry {
            entry: self.entry.read()?,
            profile: self.profile.0,
            state: code("accounts", "state", &self.state)?,
        })
    }
}

/// Entries behind `after`, at most `limit`, by account; `search` is part of a name or of the username afterwards, folded, and
/// part of the username before, as in its key; empty for all.
pub async fn list_entries(
    tx: &mut Tx,
    customer: CustomerId,
    plan: i64,
    (who, search): (EntryWho, (&str, &str)),
    (after, limit): (Option<AccountId>, i64),
) -> Result<Vec<ListedEntry>, StoreError> {
    let (search, before) = (contains(search.0), contains(search.1));
    let (c, after) = (customer.uuid(), after.map_or(Uuid::nil(), Id::uuid));
    let rows = match who {
        EntryWho::OfKind(kind) => {
            let kind = kind.code();
            fetch_all!(
                tx,
                ListedColumns,
                LIST_OF_KIND,
                c,
                plan,
                after,
                &search,
                limit,
                kind,
                &before
            )?
        }
        other => {
            let local = other == EntryWho::BecomesLocal;
            fetch_all!(
                tx,
                ListedColumns,
                LIST,
                c,
                plan,
                after,
                local,
                &search,
                limit,
                &before
            )?
        }
    };
    rows.into_iter().map(ListedColumns::read).collect()
}

/// A local administrator who has signed in lately.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ProvenAdministrator {
    pub username: String,
    /// The plan leaves the account local, under its username (P-07).
    pub stays: bool,
}

/// Active local administrators who signed in at `since` or later, as People saw it or somebody put it on record: at most `limit`,
/// those first whom the plan leaves as they are.
pub async fn proven_administrators(
    tx: &mut Tx,
    customer: CustomerId,
    plan: i64,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<ProvenAdministrator>, StoreError> {
    fetch_all!(
        tx,
        ProvenAdministrator,
        PROVEN,
        customer.uuid(),
        plan,
        since,
        limit
    )
}
