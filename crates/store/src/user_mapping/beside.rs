//! What a mapping is checked beside: accounts of People, people of the directory, and who is probably whose owner.

use std::collections::BTreeMap;

use domain::ids::Id;
use domain::people::{AccountState, Profile};
use domain::user_mapping::{ProposalClass, ProposalReason};
use domain::{AccountId, CustomerId, DirectoryId, Timestamp};
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::accounts::hex_ids;
use crate::error::code;
use crate::people_list::contains;
use crate::sql::{execute, fetch_all, fetch_optional, fetch_value, statements};
use crate::{StoreError, Tx};

statements! {
    ACCOUNTS = "SELECT id, username, directory_id, state, is_administrator, profile, last_sign_in_at IS NOT NULL AS has_signed_in
        FROM accounts WHERE customer_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    MARKS = "SELECT c.people_number AS people, COALESCE((SELECT d.snapshot_number FROM directories d
            WHERE d.customer_id = $1 AND d.id = $2), 0) AS snapshot
        FROM customers c WHERE c.id = $1";
    FORGET_PROPOSALS = "DELETE FROM mapping_proposals WHERE customer_id = $1";
    INSERT_PROPOSALS = {
        sqlite: "INSERT INTO mapping_proposals (customer_id, account_id, person, class, reason, by_hand, unclaimed)
            SELECT $1, unhex(r.value->>'account'), r.value->>'person', r.value->>'class', r.value->>'reason',
                r.value->>'by_hand', r.value->>'unclaimed'
            FROM json_each($2) AS r",
        postgres: "INSERT INTO mapping_proposals (customer_id, account_id, person, class, reason, by_hand, unclaimed)
            SELECT $1, r.account, r.person, r.class, r.reason, r.by_hand, r.unclaimed
            FROM jsonb_to_recordset($2) AS r(account uuid, person bigint, class text, reason text, by_hand boolean,
                unclaimed boolean)",
    };
    // Active, not in the connected directory, and no line is about them. Walks `accounts_by_name`.
    UNDECIDED = "SELECT a.id, a.username, a.is_administrator, a.profile, a.sort_key, a.last_sign_in_at, d.name AS directory,
            p.class, p.reason, u.username AS proposed, u.display_name AS proposed_name
        FROM accounts a
        LEFT JOIN directories d ON d.customer_id = $1 AND d.id = a.directory_id
        LEFT JOIN mapping_proposals p ON p.customer_id = $1 AND p.account_id = a.id
        LEFT JOIN snapshot_users u ON u.customer_id = $1 AND u.directory_id = $3 AND u.row_no = p.person
        WHERE a.customer_id = $1 AND (a.sort_key, a.id) > ($4, $5) AND a.state <> 'blocked'
        AND a.directory_id IS DISTINCT FROM $3
        AND ($6 = '' OR p.class = $6)
        AND NOT ($7 AND (a.is_administrator OR ($6 <> '' AND (p.by_hand OR NOT p.unclaimed))))
        AND ($8 = '' OR a.search_key LIKE $8 ESCAPE '!')
        AND NOT EXISTS (SELECT 1 FROM mapping_rows r WHERE r.customer_id = $1 AND r.version = $2 AND r.account_id = a.id)
        ORDER BY a.sort_key, a.id LIMIT $9";
    ONE_UNDECIDED = "SELECT a.id, a.username, a.is_administrator, a.profile, a.sort_key, a.last_sign_in_at,
            d.name AS directory, p.class, p.reason, u.username AS proposed, u.display_name AS proposed_name
        FROM accounts a
        LEFT JOIN directories d ON d.customer_id = $1 AND d.id = a.directory_id
        LEFT JOIN mapping_proposals p ON p.customer_id = $1 AND p.account_id = a.id
        LEFT JOIN snapshot_users u ON u.customer_id = $1 AND u.directory_id = $3 AND u.row_no = p.person
        WHERE a.customer_id = $1 AND a.id = $4 AND a.state <> 'blocked' AND a.directory_id IS DISTINCT FROM $3
        AND NOT EXISTS (SELECT 1 FROM mapping_rows r WHERE r.customer_id = $1 AND r.version = $2 AND r.account_id = a.id)";
    // Undecided accounts of administrators: the few of an index that holds nobody else.
    UNDECIDED_ADMINISTRATORS = ["SELECT id, username, profile FROM accounts" (index "accounts_administrators") "
        WHERE customer_id = $1 AND is_administrator AND state <> 'blocked' AND directory_id IS DISTINCT FROM $3
        AND NOT EXISTS (SELECT 1 FROM mapping_rows r WHERE r.customer_id = $1 AND r.version = $2 AND r.account_id = accounts.id)
        ORDER BY sort_key, id LIMIT $4"];
    // How many undecided accounts have a proposal of each class, and may have it accepted together.
    PROPOSED = "SELECT p.class, COUNT(*) AS accounts FROM mapping_proposals p
        JOIN accounts a ON a.customer_id = $1 AND a.id = p.account_id
        WHERE p.customer_id = $1 AND NOT p.by_hand AND p.unclaimed AND NOT a.is_administrator AND a.state <> 'blocked'
        AND a.directory_id IS DISTINCT FROM $3
        AND NOT EXISTS (SELECT 1 FROM mapping_rows r WHERE r.customer_id = $1 AND r.version = $2 AND r.account_id = a.id)
        GROUP BY p.class";
    PROPOSALS_OF = ["SELECT p.account_id, p.class, p.reason, u.username AS proposed, u.display_name AS proposed_name
        FROM mapping_proposals p
        JOIN snapshot_users u ON u.customer_id = $1 AND u.directory_id = $2 AND u.row_no = p.person
        WHERE p.customer_id = $1 AND p.account_id IN " (ids "$3")];
    // An account without a line whose probable owner is the person with the new username of this one (P-01).
    MEANT = ["SELECT a.username FROM mapping_rows r
        CROSS JOIN mapping_proposals AS p" (index "mapping_proposals_by_person") "
        CROSS JOIN accounts a
        WHERE r.customer_id = $1 AND r.version = $2 AND r.line = $3 AND p.customer_id = $1 AND p.person = r.person
        AND a.customer_id = $1 AND a.id = p.account_id
        AND NOT EXISTS (SELECT 1 FROM mapping_rows AS o" (index "mapping_rows_by_account") "
            WHERE o.customer_id = $1 AND o.version = $2 AND o.account_id = a.id) LIMIT 1"];
    // A range of `accounts_by_name`. More than two are no better than two.
    NAMESAKES = ["SELECT a.username FROM (SELECT n.id, n.username FROM accounts AS n" (index "accounts_by_name") "
            WHERE n.customer_id = $1 AND n.sort_key >= $3 AND n.sort_key < $4 AND n.state <> 'blocked'
            ORDER BY n.sort_key, n.id LIMIT 50) AS a
        WHERE NOT EXISTS (SELECT 1 FROM mapping_rows AS o" (index "mapping_rows_by_account") "
            WHERE o.customer_id = $1 AND o.version = $2 AND o.account_id = a.id)
        LIMIT 2"];
    // People whom no line names, and who are somebody's probable owner (T-08). As a join, SQLite would look through all lines
    // behind the first account once for each.
    MISSED = ["SELECT p.account_id AS id, u.display_name AS name, u.username AS username, a.username AS account, p.reason,
            (SELECT MIN(r.line) FROM mapping_rows AS r" (index "mapping_rows_by_account") "
                WHERE r.customer_id = $1 AND r.version = $3 AND r.account_id = p.account_id) AS line
        FROM mapping_proposals p
        JOIN accounts a ON a.customer_id = $1 AND a.id = p.account_id
        JOIN snapshot_users u ON u.customer_id = $1 AND u.directory_id = $2 AND u.row_no = p.person
        WHERE p.customer_id = $1 AND p.account_id > $4 AND p.unclaimed AND u.in_scope AND u.present
        AND EXISTS (SELECT 1 FROM mapping_rows AS r" (index "mapping_rows_by_account") "
            WHERE r.customer_id = $1 AND r.version = $3 AND r.account_id = p.account_id)
        ORDER BY p.account_id LIMIT $5"];
    COUNT_MISSED = ["SELECT COUNT(*) FROM mapping_proposals p
        JOIN snapshot_users u ON u.customer_id = $1 AND u.directory_id = $2 AND u.row_no = p.person
        WHERE p.customer_id = $1 AND p.unclaimed AND u.in_scope AND u.present
        AND EXISTS (SELECT 1 FROM mapping_rows AS r" (index "mapping_rows_by_account") "
            WHERE r.customer_id = $1 AND r.version = $3 AND r.account_id = p.account_id)"];
    CHANGED_ACCOUNTS = "SELECT id, username, profile, created_at,
            (SELECT COUNT(*) FROM accounts x WHERE x.customer_id = $1 AND x.updated_at > $2) AS of_all
        FROM accounts
        WHERE customer_id = $1 AND updated_at > $2 ORDER BY updated_at DESC, id LIMIT $3";
    CHANGED_PEOPLE = "SELECT display_name AS name, username, present, in_scope,
            (SELECT COUNT(*) FROM snapshot_users x WHERE x.customer_id = $1 AND x.directory_id = $2
            AND x.changed_at > $3) AS of_all
        FROM snapshot_users
        WHERE customer_id = $1 AND directory_id = $2 AND changed_at > $3 ORDER BY changed_at DESC, row_no LIMIT $4";
}

/// How often People and the snapshot of a directory have changed: what was checked names both (P-17).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marks {
    pub directory: DirectoryId,
    pub people: i64,
    pub snapshot: i64,
}

#[derive(sqlx::FromRow)]
struct MarkColumns {
    people: i64,
    snapshot: i64,
}

/// The marks of now.
pub async fn marks(tx: &mut Tx, customer: CustomerId, directory: DirectoryId) -> Result<Marks, StoreError> {
    let row = fetch_optional!(tx, MarkColumns, MARKS, customer.uuid(), directory.uuid())?;
    let (people, snapshot) = row.map_or((0, 0), |row| (row.people, row.snapshot));
    Ok(Marks {
        directory,
        people,
        snapshot,
    })
}

/// An account, as far as a mapping is checked beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountBeside {
    pub id: AccountId,
    pub username: String,
    pub directory: Option<DirectoryId>,
    pub state: AccountState,
    pub is_administrator: bool,
    pub profile: Profile,
    pub has_signed_in: bool,
}

#[derive(sqlx::FromRow)]
struct AccountColumns {
    id: Uuid,
    username: String,
    directory_id: Option<Uuid>,
    state: String,
    is_administrator: bool,
    profile: Json<Profile>,
    has_signed_in: bool,
}

/// Accounts behind `after`, at most `limit`, by id.
pub async fn accounts_beside(
    tx: &mut Tx,
    customer: CustomerId,
    after: Option<AccountId>,
    limit: i64,
) -> Result<Vec<AccountBeside>, StoreError> {
    fetch_all!(
        tx,
        AccountColumns,
        ACCOUNTS,
        customer.uuid(),
        after.map_or(Uuid::nil(), Id::uuid),
        limit
    )?
    .into_iter()
    .map(|row| {
        Ok(AccountBeside {
            id: AccountId::from_uuid(row.id),
            username: row.username,
            directory: row.directory_id.map(DirectoryId::from_uuid),
            state: code("accounts", "state", &row.state)?,
            is_administrator: row.is_administrator,
            profile: row.profile.0,
            has_signed_in: row.has_signed_in,
        })
    })
    .collect()
}

/// Somebody who is probably the owner of an account.
#[derive(Clone, Copy, Debug)]
pub struct NewProposal {
    pub account: AccountId,
    /// Their `row_no` in the snapshot.
    pub person: i64,
    pub class: ProposalClass,
    pub reason: ProposalReason,
    pub by_hand: bool,
    pub unclaimed: bool,
}

#[derive(Serialize)]
struct ProposalRecord {
    account: String,
    person: i64,
    class: &'static str,
    reason: &'static str,
    by_hand: bool,
    unclaimed: bool,
}

/// Forgets what was proposed before.
pub async fn forget_proposals(tx: &mut Tx, customer: CustomerId) -> Result<(), StoreError> {
    execute!(tx, FORGET_PROPOSALS, customer.uuid())?;
    Ok(())
}

/// Notes proposals.
pub async fn insert_proposals(
    tx: &mut Tx,
    customer: CustomerId,
    proposals: &[NewProposal],
) -> Result<(), StoreError> {
    if !proposals.is_empty() {
        let records: Vec<_> = proposals
            .iter()
            .map(|new| ProposalRecord {
                account: new.account.uuid().simple().to_string(),
                person: new.person,
                class: new.class.code(),
                reason: new.reason.code(),
                by_hand: new.by_hand,
                unclaimed: new.unclaimed,
            })
            .collect();
        execute!(tx, INSERT_PROPOSALS, customer.uuid(), Json(records))?;
    }
    Ok(())
}

/// An active account that no line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    pub id: AccountId,
    pub username: String,
    pub is_administrator: bool,
    pub profile: Profile,
    pub sort_key: String,
    pub last_sign_in_at: Option<Timestamp>,
    /// The directory it belongs to; `None`: local.
    pub directory: Option<String>,
    pub proposal: Option<Proposed>,
}

/// Who is proposed for an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    pub class: ProposalClass,
    pub reason: ProposalReason,
    pub username: String,
    pub name: Option<String>,
}

#[derive(sqlx::FromRow)]
struct UndecidedColumns {
    id: Uuid,
    username: String,
    is_administrator: bool,
    profile: Json<Profile>,
    sort_key: String,
    last_sign_in_at: Option<Timestamp>,
    directory: Option<String>,
    class: Option<String>,
    reason: Option<String>,
    proposed: Option<String>,
    proposed_name: Option<String>,
}

impl UndecidedColumns {
    fn read(self) -> Result<Undecided, StoreError> {
        let proposal = match (self.class, self.reason, self.proposed) {
            (Some(class), Some(reason), Some(username)) => Some(Proposed {
                class: code("mapping_proposals", "class", &class)?,
                reason: code("mapping_proposals", "reason", &reason)?,
                username,
                name: self.proposed_name,
            }),
            _ => None,
        };
        Ok(Undecided {
            id: AccountId::from_uuid(self.id),
            username: self.username,
            is_administrator: self.is_administrator,
            profile: self.profile.0,
            sort_key: self.sort_key,
            last_sign_in_at: self.last_sign_in_at,
            directory: self.directory,
            proposal,
        })
    }
}

/// Whom a list of undecided accounts holds.
#[derive(Clone, Copy, Debug, Default)]
pub struct UndecidedWho<'a> {
    /// Only those with a proposal of this class.
    pub class: Option<ProposalClass>,
    /// Without administrators, and with a class without those whose person a line names already: they are decided about one
    /// by one.
    pub together: bool,
    /// Part of the search key, in its folded form; empty for everybody.
    pub search: &'a str,
}

/// Undecided accounts behind `after` (sort key and id), at most `limit`, by name.
pub async fn undecided(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
    who: UndecidedWho<'_>,
    (after, limit): (Option<(&str, AccountId)>, i64),
) -> Result<Vec<Undecided>, StoreError> {
    let class = who.class.map_or("", ProposalClass::code);
    let search = contains(who.search);
    let (c, d) = (customer.uuid(), directory.uuid());
    let (sort_key, id) = after.map_or(("", Uuid::nil()), |(key, id)| (key, id.uuid()));
    fetch_all!(
        tx,
        UndecidedColumns,
        UNDECIDED,
        c,
        version,
        d,
        sort_key,
        id,
        class,
        who.together,
        &search,
        limit
    )?
    .into_iter()
    .map(UndecidedColumns::read)
    .collect()
}

/// One undecided account; `None`: a line is about it, or it is blocked, in the connected directory, or gone.
pub async fn one_undecided(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
    account: AccountId,
) -> Result<Option<Undecided>, StoreError> {
    let (c, d) = (customer.uuid(), directory.uuid());
    let row = fetch_optional!(tx, UndecidedColumns, ONE_UNDECIDED, c, version, d, account.uuid())?;
    row.map(UndecidedColumns::read).transpose()
}

/// An administrator who is undecided.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct UndecidedAdministrator {
    id: Uuid,
    pub username: String,
    pub profile: Json<Profile>,
}

impl UndecidedAdministrator {
    /// The account.
    pub fn id(&self) -> AccountId {
        AccountId::from_uuid(self.id)
    }
}

/// Administrators who are undecided, at most `limit`, by name: they are decided about one by one (P-07).
pub async fn undecided_administrators(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
    limit: i64,
) -> Result<Vec<UndecidedAdministrator>, StoreError> {
    let (c, d) = (customer.uuid(), directory.uuid());
    fetch_all!(
        tx,
        UndecidedAdministrator,
        UNDECIDED_ADMINISTRATORS,
        c,
        version,
        d,
        limit
    )
}

#[derive(sqlx::FromRow)]
struct ProposedColumns {
    account_id: Uuid,
    class: String,
    reason: String,
    proposed: Option<String>,
    proposed_name: Option<String>,
}

/// Who is proposed for these accounts, as the last check found out.
pub async fn proposals_of(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, Proposed>, StoreError> {
    let (c, d) = (customer.uuid(), directory.uuid());
    fetch_all!(tx, ProposedColumns, PROPOSALS_OF, c, d, hex_ids(accounts))?
        .into_iter()
        .filter_map(|row| {
            let username = row.proposed?;
            Some((row.account_id, row.class, row.reason, username, row.proposed_name))
        })
        .map(|(id, class, reason, username, name)| {
            let proposed = Proposed {
                class: code("mapping_proposals", "class", &class)?,
                reason: code("mapping_proposals", "reason", &reason)?,
                username,
                name,
            };
            Ok((AccountId::from_uuid(id), proposed))
        })
        .collect()
}

/// The username of the account that no line names and whose probable owner is the person with the new username of this line
/// (P-01).
pub async fn meant_account(
    tx: &mut Tx,
    customer: CustomerId,
    (version, line): (i64, i64),
) -> Result<Option<String>, StoreError> {
    let found = fetch_optional!(tx, (String,), MEANT, customer.uuid(), version, line)?;
    Ok(found.map(|(username,)| username))
}

/// The username of the only account with a surname, in the folded form of search keys, that no line names (P-01).
pub async fn only_namesake(
    tx: &mut Tx,
    customer: CustomerId,
    version: i64,
    surname: &str,
) -> Result<Option<String>, StoreError> {
    // Behind a surname stands a blank and the first name, or nothing.
    let end = [surname, "!"].concat();
    let found = fetch_all!(tx, (String,), NAMESAKES, customer.uuid(), version, surname, &end)?;
    let mut found = found.into_iter().map(|(username,)| username);
    let only = found.next();
    Ok(only.filter(|_| found.next().is_none()))
}

#[derive(sqlx::FromRow)]
struct ClassCount {
    class: String,
    accounts: i64,
}

/// How many undecided accounts have a proposal of each class that may be accepted with others.
pub async fn proposed(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
) -> Result<Vec<(ProposalClass, i64)>, StoreError> {
    fetch_all!(
        tx,
        ClassCount,
        PROPOSED,
        customer.uuid(),
        version,
        directory.uuid()
    )?
    .into_iter()
    .map(|row| Ok((code("mapping_proposals", "class", &row.class)?, row.accounts)))
    .collect()
}

/// A person whom no line names, and the account that is probably theirs.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Missed {
    id: Uuid,
    /// The line of the account.
    pub line: i64,
    pub name: Option<String>,
    pub username: Option<String>,
    /// The username of the account.
    pub account: String,
    reason: String,
}

impl Missed {
    /// The account.
    pub fn id(&self) -> AccountId {
        AccountId::from_uuid(self.id)
    }

    /// What speaks for it.
    pub fn reason(&self) -> Result<ProposalReason, StoreError> {
        code("mapping_proposals", "reason", &self.reason)
    }
}

/// People whom no line names although an account that has a line is probably theirs, behind the account `after`, at most
/// `limit` (T-08).
pub async fn missed(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
    (after, limit): (Option<AccountId>, i64),
) -> Result<Vec<Missed>, StoreError> {
    let (c, d) = (customer.uuid(), directory.uuid());
    let after = after.map_or(Uuid::nil(), Id::uuid);
    fetch_all!(tx, Missed, MISSED, c, d, version, after, limit)
}

/// How many there are.
pub async fn count_missed(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    version: i64,
) -> Result<i64, StoreError> {
    let (c, d) = (customer.uuid(), directory.uuid());
    fetch_value!(tx, i64, COUNT_MISSED, c, d, version)
}

/// An account that changed since a time.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ChangedAccount {
    id: Uuid,
    pub username: String,
    pub profile: Json<Profile>,
    pub created_at: Timestamp,
    /// How many accounts changed.
    pub of_all: i64,
}

impl ChangedAccount {
    pub fn id(&self) -> AccountId {
        AccountId::from_uuid(self.id)
    }
}

/// A person of the directory who changed since a time.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ChangedPerson {
    pub name: Option<String>,
    pub username: Option<String>,
    pub present: bool,
    pub in_scope: bool,
    /// How many people changed.
    pub of_all: i64,
}

/// Accounts and people that changed since `since`, the newest first, at most `limit` of each.
pub async fn changed_since(
    tx: &mut Tx,
    (customer, directory): (CustomerId, DirectoryId),
    since: Timestamp,
    limit: i64,
) -> Result<(Vec<ChangedAccount>, Vec<ChangedPerson>), StoreError> {
    let accounts = fetch_all!(
        tx,
        ChangedAccount,
        CHANGED_ACCOUNTS,
        customer.uuid(),
        since,
        limit
    )?;
    let (c, d) = (customer.uuid(), directory.uuid());
    let people = fetch_all!(tx, ChangedPerson, CHANGED_PEOPLE, c, d, since, limit)?;
    Ok((accounts, people))
}
