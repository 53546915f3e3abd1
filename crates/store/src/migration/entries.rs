//! Entries of a plan, and the accounts they are made of.

use domain::directory::DirectoryStatus;
use domain::ids::Id;
use domain::migration::{EntryWho, MigrationEntry, Place};
use domain::people::{AccountState, Directory, Profile};
use domain::{AccountId, CustomerId, DirectoryId, ObjectId, Username};
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::people_list::contains;
use crate::sql::{execute, fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    // The same line twice counts once (X-01).
    ACCOUNTS_NOW = "SELECT a.id, a.username, a.directory_id, a.version, CASE WHEN $6 THEN a.profile END AS profile,
            l.object_id AS link, r.line, r.new, r.target,
            u.object_id AS person, u.status, (u.present AND u.in_scope) AS is_there, o.account_id AS person_account
        FROM accounts a
        LEFT JOIN identity_links l ON l.customer_id = $1 AND l.account_id = a.id AND l.directory_id = a.directory_id
        LEFT JOIN mapping_rows r ON r.customer_id = $1 AND r.version = $2 AND r.line = (SELECT MIN(m.line)
            FROM mapping_rows m WHERE m.customer_id = $1 AND m.version = $2 AND m.account_id = a.id)
        LEFT JOIN snapshot_users u ON u.customer_id = $1 AND u.directory_id = $3 AND u.row_no = r.person
        LEFT JOIN identity_links o ON o.customer_id = $1 AND o.directory_id = $3 AND o.object_id = u.object_id
        WHERE a.customer_id = $1 AND a.id > $4 ORDER BY a.id LIMIT $5";
    BETWEEN = "SELECT account_id, account_version, line, kind, held, username_before, directory_before, link_before,
            username_after, directory_after, link_after, steps_aside, frees
        FROM migration_entries WHERE customer_id = $1 AND plan = $2 AND account_id > $3 AND account_id <= $4
        ORDER BY account_id";
    INSERT = {
        sqlite: "INSERT INTO migration_entries (customer_id, plan, account_id, account_version, line, kind, held,
                username_before, key_before, directory_before, link_before, username_after, key_after, directory_after,
                link_after, relinks, steps_aside, frees, search_key, sort_key)
            SELECT $1, $2, unhex(r.value->>'account'), r.value->>'version', r.value->>'line', r.value->>'kind',
                r.value->>'held', r.value->>'username_before', r.value->>'key_before',
                unhex(r.value->>'directory_before'), r.value->>'link_before', r.value->>'username_after',
                r.value->>'key_after', unhex(r.value->>'directory_after'), r.value->>'link_after',
                r.value->>'relinks', r.value->>'steps_aside', r.value->>'frees', r.value->>'search_key',
                r.value->>'sort_key'
            FROM json_each($3) AS r",
        postgres: "INSERT INTO migration_entries (customer_id, plan, account_id, account_version, line, kind, held,
                username_before, key_before, directory_before, link_before, username_after, key_after, directory_after,
                link_after, relinks, steps_aside, frees, search_key, sort_key)
            SELECT $1, $2, r.account, r.version, r.line, r.kind, r.held, r.username_before, r.key_before,
                r.directory_before, r.link_before, r.username_after, r.key_after, r.directory_after, r.link_after,
                r.relinks, r.steps_aside, r.frees, r.search_key, r.sort_key
            FROM jsonb_to_recordset($3) AS r(account uuid, version bigint, line bigint, kind text, held text,
                username_before text, key_before text, directory_before uuid, link_before text, username_after text,
                key_after text, directory_after uuid, link_after text, relinks boolean, steps_aside boolean,
                frees boolean, search_key text, sort_key text)",
    };
    LIST = "SELECT e.account_id, e.account_version, e.line, e.kind, e.held, e.username_before, e.directory_before,
            e.link_before, e.username_after, e.directory_after, e.link_after, e.steps_aside, e.frees, a.profile, a.state
        FROM migration_entries e
        JOIN accounts a ON a.customer_id = $1 AND a.id = e.account_id
        WHERE e.customer_id = $1 AND e.plan = $2 AND e.account_id > $3
        AND (NOT $4 OR (e.directory_after IS NULL AND e.directory_before IS NOT NULL AND e.kind <> 'held'))
        AND ($5 = '' OR e.search_key LIKE $5 ESCAPE '!' OR e.key_before LIKE $5 ESCAPE '!')
        ORDER BY e.account_id LIMIT $6";
    LIST_OF_KIND = ["SELECT e.account_id, e.account_version, e.line, e.kind, e.held, e.username_before, e.directory_before,
            e.link_before, e.username_after, e.directory_after, e.link_after, e.steps_aside, e.frees, a.profile, a.state
        FROM migration_entries AS e" (index "migration_entries_by_kind") "
        JOIN accounts a ON a.customer_id = $1 AND a.id = e.account_id
        WHERE e.customer_id = $1 AND e.plan = $2 AND e.kind = $6 AND e.account_id > $3
        AND ($4 = '' OR e.search_key LIKE $4 ESCAPE '!' OR e.key_before LIKE $4 ESCAPE '!')
        ORDER BY e.account_id LIMIT $5"];
    RECONCILE = "SELECT e.account_id, e.account_version, e.line, e.kind, e.held, e.username_before, e.directory_before,
            e.link_before, e.username_after, e.directory_after, e.link_after, e.steps_aside, e.frees, a.profile, a.state,
            a.username, a.directory_id, l.object_id AS link
        FROM migration_entries e
        JOIN accounts a ON a.customer_id = $1 AND a.id = e.account_id
        LEFT JOIN identity_links l ON l.customer_id = $1 AND l.account_id = a.id
        WHERE e.customer_id = $1 AND e.plan = $2 AND e.account_id > $3 AND (NOT $4 OR (e.kind <> 'held'
            AND (a.username <> e.username_after OR a.directory_id IS DISTINCT FROM e.directory_after
                OR l.object_id IS DISTINCT FROM e.link_after)))
        ORDER BY e.account_id LIMIT $5";
}

/// An account as it is, and what the mapping says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountNow {
    pub id: AccountId,
    pub version: i64,
    pub place: Place,
    pub profile: Profile,
    pub line: Option<LineOf>,
}

/// A line of the mapping, and the person with the new username.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineOf {
    pub line: i64,
    pub new: String,
    pub target: String,
    pub person: Option<ObjectId>,
    /// Of that person; unknown where there is none.
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
    profile: Option<Json<Profile>>,
    link: Option<String>,
    line: Option<i64>,
    new: Option<String>,
    target: Option<String>,
    person: Option<String>,
    status: Option<String>,
    is_there: Option<bool>,
    person_account: Option<Uuid>,
}

fn place(username: String, directory: Option<Uuid>, link: Option<String>) -> Place {
    Place {
        username: Username::from_stored(username),
        directory: Directory::from(directory.map(DirectoryId::from_uuid)),
        link: link.map(ObjectId),
    }
}

/// Accounts behind `after`, at most `limit`, by id, with their lines of `version`; without `profiles` those are empty.
pub async fn accounts_now(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
    (after, limit): (Option<AccountId>, i64),
    profiles: bool,
) -> Result<Vec<AccountNow>, StoreError> {
    let after = after.map_or(Uuid::nil(), Id::uuid);
    let (c, d) = (customer.uuid(), directory.uuid());
    fetch_all!(
        tx,
        NowColumns,
        ACCOUNTS_NOW,
        c,
        version,
        d,
        after,
        limit,
        profiles
    )?
    .into_iter()
    .map(|row| {
        let line = match (row.line, row.new, row.target) {
            (Some(line), Some(new), Some(target)) => Some(LineOf {
                line,
                new,
                target,
                person: row.person.map(ObjectId),
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
            profile: row.profile.map(|profile| profile.0).unwrap_or_default(),
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

/// An entry to write, with the keys that look-ups, search and order use.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub entry: MigrationEntry,
    pub key_before: String,
    pub key_after: String,
    pub search_key: String,
    pub sort_key: String,
}

#[derive(Serialize)]
struct Record<'a> {
    account: String,
    version: i64,
    line: Option<u64>,
    kind: &'static str,
    held: Option<&'static str>,
    username_before: &'a str,
    key_before: &'a str,
    directory_before: Option<String>,
    link_before: Option<&'a str>,
    username_after: &'a str,
    key_after: &'a str,
    directory_after: Option<String>,
    link_after: Option<&'a str>,
    relinks: bool,
    steps_aside: bool,
    frees: bool,
    search_key: &'a str,
    sort_key: &'a str,
}

fn record(new: &NewEntry) -> Record<'_> {
    let entry = &new.entry;
    let directory = |place: &Place| {
        place
            .directory
            .external()
            .map(|id| id.uuid().simple().to_string())
    };
    Record {
        account: entry.account.uuid().simple().to_string(),
        version: entry.version,
        line: entry.line,
        kind: entry.kind.code(),
        held: entry.held.map(domain::migration::HeldReason::code),
        username_before: entry.before.username.as_str(),
        key_before: &new.key_before,
        directory_before: directory(&entry.before),
        link_before: entry.before.link.as_ref().map(ObjectId::as_str),
        username_after: entry.after.username.as_str(),
        key_after: &new.key_after,
        directory_after: directory(&entry.after),
        link_after: entry.after.link.as_ref().map(ObjectId::as_str),
        relinks: entry.relinks(),
        steps_aside: entry.steps_aside,
        frees: entry.frees,
        search_key: &new.search_key,
        sort_key: &new.sort_key,
    }
}

/// Writes entries.
pub async fn insert_entries(
    tx: &mut Tx,
    customer: CustomerId,
    plan: i64,
    entries: &[NewEntry],
) -> Result<(), StoreError> {
    if !entries.is_empty() {
        let records: Vec<_> = entries.iter().map(record).collect();
        execute!(tx, INSERT, customer.uuid(), plan, Json(records))?;
    }
    Ok(())
}

/// An entry in a list, and whose account it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedEntry {
    pub entry: MigrationEntry,
    pub profile: Profile,
    pub state: AccountState,
}

#[derive(sqlx::FromRow)]
struct ListedColumns {
    #[sqlx(flatten)]
    entry: EntryColumns,
    profile: Json<Profile>,
    state: String,
}

impl ListedColumns {
    fn read(self) -> Result<ListedEntry, StoreError> {
        Ok(ListedEntry {
            entry: self.entry.read()?,
            profile: self.profile.0,
            state: code("accounts", "state", &self.state)?,
        })
    }
}

/// Entries behind `after`, at most `limit`, by account; `search` is part of a name or username, in its folded form, and empty
/// for all.
pub async fn list_entries(
    tx: &mut Tx,
    customer: CustomerId,
    plan: i64,
    (who, search): (EntryWho, &str),
    (after, limit): (Option<AccountId>, i64),
) -> Result<Vec<ListedEntry>, StoreError> {
    let search = contains(search);
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
                kind
            )?
        }
        other => {
            let local = other == EntryWho::BecomesLocal;
            fetch_all!(tx, ListedColumns, LIST, c, plan, after, local, &search, limit)?
        }
    };
    rows.into_iter().map(ListedColumns::read).collect()
}

/// An entry beside the account as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    pub listed: ListedEntry,
    pub now: Place,
}

#[derive(sqlx::FromRow)]
struct ReconciledColumns {
    #[sqlx(flatten)]
    listed: ListedColumns,
    username: String,
    directory_id: Option<Uuid>,
    link: Option<String>,
}

/// Entries behind `after` beside the accounts as they are, at most `limit`; with `differing` only those that are not as
/// planned.
pub async fn reconcile(
    tx: &mut Tx,
    customer: CustomerId,
    plan: i64,
    differing: bool,
    (after, limit): (Option<AccountId>, i64),
) -> Result<Vec<Reconciled>, StoreError> {
    let after = after.map_or(Uuid::nil(), Id::uuid);
    let rows = fetch_all!(
        tx,
        ReconciledColumns,
        RECONCILE,
        customer.uuid(),
        plan,
        after,
        differing,
        limit
    )?;
    rows.into_iter()
        .map(|row| {
            Ok(Reconciled {
                now: place(row.username, row.directory_id, row.link),
                listed: row.listed.read()?,
            })
        })
        .collect()
}
