//! The changes of a run: the plan, and what became of it. A row each for a person, and for a membership.

use domain::ids::Id;
use domain::sync::{ChangeKind, ChangeState, FieldChange, PlannedChange, Reason};
use domain::{AccountId, CustomerId, GroupId, ObjectId, RunId, Timestamp};
use serde::Serialize;
use sqlx::types::Json;
use uuid::Uuid;

use crate::error::code;
use crate::sql::{execute, fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    INSERT = {
        sqlite: "INSERT INTO sync_changes (customer_id, run_id, seq, component, kind, state, object_id, account_id,
                account_version, group_id, manager_id, name, username, search_key, reason, fields, at)
            SELECT $1, $2, r.value->>'seq', r.value->>'component', r.value->>'kind', r.value->>'state',
                r.value->>'object_id', unhex(r.value->>'account_id'), r.value->>'account_version',
                unhex(r.value->>'group_id'), unhex(r.value->>'manager_id'), r.value->>'name',
                r.value->>'username', r.value->>'search_key', r.value->'reason', r.value->'fields', $4
            FROM json_each($3) AS r",
        postgres: "INSERT INTO sync_changes (customer_id, run_id, seq, component, kind, state, object_id, account_id,
                account_version, group_id, manager_id, name, username, search_key, reason, fields, at)
            SELECT $1, $2, r.seq, r.component, r.kind, r.state, r.object_id, r.account_id, r.account_version,
                r.group_id, r.manager_id, r.name, r.username, r.search_key, r.reason, r.fields, $4
            FROM jsonb_to_recordset($3) AS r(seq bigint, component bigint, kind text, state text, object_id text,
                account_id uuid, account_version bigint, group_id uuid, manager_id uuid, name text, username text,
                search_key text, reason jsonb, fields jsonb)",
    };
    // Kinds that write nothing are 'noted', never 'planned', so the state alone says what is left to apply.
    LEFT_TO_APPLY = "SELECT seq, component, kind, state, object_id, account_id, account_version, group_id,
            manager_id, name, username, reason, fields, at
        FROM sync_changes WHERE customer_id = $1 AND run_id = $2 AND seq > $3 AND state = 'planned'
        ORDER BY seq LIMIT $4";
    // The rows of a component are adjacent, so this ends at the first row that is not one of them: whatever else the
    // run has planned is not looked at.
    REST_OF_COMPONENT = "SELECT seq, component, kind, state, object_id, account_id, account_version, group_id,
            manager_id, name, username, reason, fields, at
        FROM sync_changes WHERE customer_id = $1 AND run_id = $2 AND seq > $3
        AND seq < COALESCE((SELECT n.seq FROM sync_changes n WHERE n.customer_id = $1 AND n.run_id = $2 AND n.seq > $3
            AND n.component IS DISTINCT FROM $4 ORDER BY n.seq LIMIT 1), 9223372036854775807)
        AND state = 'planned' ORDER BY seq";
    APPLIED = ["UPDATE sync_changes SET state = 'applied', at = $4
        WHERE customer_id = $1 AND run_id = $2 AND seq IN " (numbers "$3") " AND state = 'planned'"];
    FAILED = "UPDATE sync_changes SET state = 'failed', reason = $4, at = $5
        WHERE customer_id = $1 AND run_id = $2 AND seq = $3 AND state = 'planned'";
    DROP_REST = "UPDATE sync_changes SET state = 'dropped' WHERE customer_id = $1 AND run_id = $2 AND state = 'planned'";
    FORGET = "DELETE FROM sync_changes WHERE customer_id = $1 AND run_id = $2";
    COUNTS = "SELECT kind, state, COUNT(*) AS n FROM sync_changes
        WHERE customer_id = $1 AND run_id = $2 GROUP BY kind, state";
    // L-08: whoever is beyond the licences waits, the earliest account first.
    WAIT_BLOCKED = ["UPDATE sync_changes SET kind = 'skip', state = 'noted', reason = $4
        WHERE customer_id = $1 AND run_id = $2 AND seq IN (
            SELECT c.seq FROM sync_changes c" (index "sync_changes_by_kind") "
                JOIN accounts a ON a.customer_id = c.customer_id AND a.id = c.account_id
            WHERE c.customer_id = $1 AND c.run_id = $2 AND c.kind = 'unblock' AND c.state = 'planned'
            ORDER BY a.created_at, a.id LIMIT 9223372036854775807 OFFSET $3)"];
    CREATE_BLOCKED = ["UPDATE sync_changes SET reason = $4
        WHERE customer_id = $1 AND run_id = $2 AND seq IN (
            SELECT c.seq FROM sync_changes c" (index "sync_changes_by_kind") "
            WHERE c.customer_id = $1 AND c.run_id = $2 AND c.kind = 'create' AND c.state = 'planned'
            ORDER BY c.seq LIMIT 9223372036854775807 OFFSET $3)"];
    // L-10: of those who would be blocked, the managers of people who stay.
    LEAVING_MANAGERS = ["SELECT c.object_id, c.account_id, c.name, c.username, c.search_key,
            (SELECT MAX(s.seq) FROM sync_changes s WHERE s.customer_id = $1 AND s.run_id = $2) AS last,
            COUNT(*) AS people
        FROM sync_changes c" (index "sync_changes_by_kind") "
        CROSS JOIN accounts a" (index "accounts_by_manager") "
        WHERE c.customer_id = $1 AND c.run_id = $2 AND c.kind = 'block' AND c.state = 'planned'
            AND a.customer_id = $1 AND a.manager_id = c.account_id AND a.state <> 'blocked'
        GROUP BY c.seq, c.object_id, c.account_id, c.name, c.username, c.search_key
        ORDER BY c.seq"];
    ADD_MANAGER = {
        sqlite: "UPDATE sync_changes SET manager_id = $4, fields = json_insert(fields, '$[#]', json($5))
            WHERE customer_id = $1 AND run_id = $2 AND seq = $3",
        postgres: "UPDATE sync_changes SET manager_id = $4, fields = fields || jsonb_build_array($5::jsonb)
            WHERE customer_id = $1 AND run_id = $2 AND seq = $3",
    };
}

/// A change to write, with the words it is found by.
#[derive(Clone, Debug)]
pub struct NewChange {
    pub seq: i64,
    pub component: Option<i64>,
    pub change: PlannedChange,
    pub group: Option<GroupId>,
    pub manager: Option<AccountId>,
    pub name: String,
    pub username: String,
    /// `rules::username::search_key` of both.
    pub search_key: String,
}

/// A change as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeRecord {
    pub seq: i64,
    pub component: Option<i64>,
    pub state: ChangeState,
    pub change: PlannedChange,
    pub group: Option<GroupId>,
    /// The new manager, when the fields say that the manager changes.
    pub manager: Option<AccountId>,
    pub name: String,
    pub username: String,
    pub at: Timestamp,
}

#[derive(sqlx::FromRow)]
pub(crate) struct ChangeColumns {
    seq: i64,
    component: Option<i64>,
    kind: String,
    state: String,
    object_id: Option<String>,
    account_id: Option<Uuid>,
    account_version: Option<i64>,
    group_id: Option<Uuid>,
    manager_id: Option<Uuid>,
    name: String,
    username: String,
    reason: Json<Reason>,
    fields: Json<Vec<FieldChange>>,
    at: Timestamp,
}

impl ChangeColumns {
    pub(crate) fn read(self) -> Result<ChangeRecord, StoreError> {
        Ok(ChangeRecord {
            seq: self.seq,
            component: self.component,
            state: code("sync_changes", "state", &self.state)?,
            change: PlannedChange {
                kind: code("sync_changes", "kind", &self.kind)?,
                object_id: self.object_id.map(ObjectId),
                account: self.account_id.map(AccountId::from_uuid),
                account_version: self.account_version,
                reason: self.reason.0,
                fields: self.fields.0,
            },
            group: self.group_id.map(GroupId::from_uuid),
            manager: self.manager_id.map(AccountId::from_uuid),
            name: self.name,
            username: self.username,
            at: self.at,
        })
    }
}

#[derive(Serialize)]
struct Record<'a> {
    seq: i64,
    component: Option<i64>,
    kind: &'static str,
    state: &'static str,
    object_id: Option<&'a str>,
    account_id: Option<String>,
    account_version: Option<i64>,
    group_id: Option<String>,
    manager_id: Option<String>,
    name: &'a str,
    username: &'a str,
    search_key: &'a str,
    reason: &'a Reason,
    fields: &'a [FieldChange],
}

fn record(new: &NewChange) -> Record<'_> {
    let change = &new.change;
    let state = if change.kind.writes() {
        ChangeState::Planned
    } else {
        ChangeState::Noted
    };
    Record {
        seq: new.seq,
        component: new.component,
        kind: change.kind.code(),
        state: state.code(),
        object_id: change.object_id.as_ref().map(ObjectId::as_str),
        account_id: change.account.map(|id| id.uuid().simple().to_string()),
        account_version: change.account_version,
        group_id: new.group.map(|id| id.uuid().simple().to_string()),
        manager_id: new.manager.map(|id| id.uuid().simple().to_string()),
        name: &new.name,
        username: &new.username,
        search_key: &new.search_key,
        reason: &change.reason,
        fields: &change.fields,
    }
}

/// Writes planned changes.
pub async fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    changes: &[NewChange],
    now: Timestamp,
) -> Result<(), StoreError> {
    if !changes.is_empty() {
        let records: Vec<_> = changes.iter().map(record).collect();
        execute!(tx, INSERT, customer.uuid(), run.uuid(), Json(records), now)?;
    }
    Ok(())
}

/// The next changes to apply after `after`, about `limit` of them; a component is never cut in two.
pub async fn left_to_apply(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    after: i64,
    limit: i64,
) -> Result<Vec<ChangeRecord>, StoreError> {
    let (c, r) = (customer.uuid(), run.uuid());
    let mut rows = fetch_all!(tx, ChangeColumns, LEFT_TO_APPLY, c, r, after, limit)?;
    if let Some(last) = rows.last()
        && let Some(component) = last.component
    {
        let rest = fetch_all!(tx, ChangeColumns, REST_OF_COMPONENT, c, r, last.seq, component)?;
        rows.extend(rest);
    }
    rows.into_iter().map(ChangeColumns::read).collect()
}

/// What became of one change: applied, or failed for this reason.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub seq: i64,
    pub failed: Option<Reason>,
}

/// Notes what became of planned changes, in the unit of work that applied them.
pub async fn settle(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    outcomes: &[Outcome],
    now: Timestamp,
) -> Result<(), StoreError> {
    let (c, r) = (customer.uuid(), run.uuid());
    let applied: Vec<i64> = outcomes
        .iter()
        .filter(|outcome| outcome.failed.is_none())
        .map(|outcome| outcome.seq)
        .collect();
    if !applied.is_empty() {
        execute!(tx, APPLIED, c, r, Json(applied), now)?;
    }
    // Failures are rare, so they may be written one by one.
    for outcome in outcomes {
        if let Some(reason) = &outcome.failed {
            execute!(tx, FAILED, c, r, outcome.seq, Json(reason), now)?;
        }
    }
    Ok(())
}

/// What is still planned will not be applied: the run was rejected, cancelled or failed.
pub async fn drop_rest(tx: &mut Tx, customer: CustomerId, run: RunId) -> Result<(), StoreError> {
    execute!(tx, DROP_REST, customer.uuid(), run.uuid())?;
    Ok(())
}

/// Forgets a plan that was not finished; comparing starts over.
pub async fn forget(tx: &mut Tx, customer: CustomerId, run: RunId) -> Result<(), StoreError> {
    execute!(tx, FORGET, customer.uuid(), run.uuid())?;
    Ok(())
}

/// How many changes of each kind are in which state.
pub async fn counts(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
) -> Result<Vec<(ChangeKind, ChangeState, u64)>, StoreError> {
    let rows = fetch_all!(tx, (String, String, i64), COUNTS, customer.uuid(), run.uuid())?;
    rows.into_iter()
        .map(|(kind, state, n)| {
            Ok((
                code("sync_changes", "kind", &kind)?,
                code("sync_changes", "state", &state)?,
                u64::try_from(n).unwrap_or(0),
            ))
        })
        .collect()
}

/// Lets those beyond the first `back` who would be unblocked, and beyond the first `new` who would be created, wait for
/// a licence (L-08). Doing it again changes nothing.
pub async fn wait_for_licence(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    back: u64,
    new: u64,
) -> Result<(), StoreError> {
    let (c, r) = (customer.uuid(), run.uuid());
    let keep = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    execute!(tx, WAIT_BLOCKED, c, r, keep(back), Json(Reason::NoLicence))?;
    execute!(tx, CREATE_BLOCKED, c, r, keep(new), Json(Reason::NoLicence))?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct LeavingManager {
    object_id: Option<String>,
    account_id: Uuid,
    name: String,
    username: String,
    search_key: String,
    last: i64,
    people: i64,
}

/// A note for each manager who would be blocked while people report to them (L-10), behind all other rows.
pub async fn leaving_managers(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
) -> Result<Vec<NewChange>, StoreError> {
    let rows = fetch_all!(tx, LeavingManager, LEAVING_MANAGERS, customer.uuid(), run.uuid())?;
    let notes = rows.into_iter().zip(1..).map(|(row, n)| NewChange {
        seq: row.last + n,
        component: None,
        change: PlannedChange {
            kind: ChangeKind::Flag,
            object_id: row.object_id.map(ObjectId),
            account: Some(AccountId::from_uuid(row.account_id)),
            account_version: None,
            reason: Reason::Manages {
                people: u64::try_from(row.people).unwrap_or(0),
            },
            fields: Vec::new(),
        },
        group: None,
        manager: None,
        name: row.name,
        username: row.username,
        search_key: row.search_key,
    });
    Ok(notes.collect())
}

/// Adds a new manager to a change that is already planned for the person.
pub async fn add_manager(
    tx: &mut Tx,
    customer: CustomerId,
    run: RunId,
    seq: i64,
    manager: Option<AccountId>,
    field: &FieldChange,
) -> Result<(), StoreError> {
    let (c, r, m) = (customer.uuid(), run.uuid(), manager.map(Id::uuid));
    execute!(tx, ADD_MANAGER, c, r, seq, m, Json(field))?;
    Ok(())
}
