//! What was planned beside what is, account by account.

use domain::ids::Id;
use domain::migration::Place;
use domain::people::AccountState;
use domain::{AccountId, CustomerId, GroupId, Timestamp};
use uuid::Uuid;

use super::entries::{ListedColumns, ListedEntry, place};
use crate::error::code;
use crate::sql::{fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    // Newcomers and twins, as in `duplicates`. Ids are by time, so that newcomers are a range of them.
    RECONCILE = ["WITH newcomers AS (SELECT n.sort_key, lower(n.profile->>'email') AS email FROM accounts n
            WHERE n.customer_id = $1 AND n.id > $6 AND n.created_at > $7 AND n.state <> 'blocked' AND NOT n.is_administrator
            AND EXISTS (SELECT 1 FROM identity_links l WHERE l.customer_id = $1 AND l.account_id = n.id)),
        beside AS (SELECT e.account_id, e.account_version, e.line, e.kind, e.held, e.username_before,
                e.directory_before, e.link_before, e.username_after, e.directory_after, e.link_after, e.steps_aside,
                e.frees, e.state AS state_then, e.group_ids AS groups_then, a.profile, a.state, a.username,
                a.directory_id, l.object_id AS link, " (groups "a.id") " AS groups_now,
                (a.state <> 'blocked' AND NOT a.is_administrator
                    AND NOT EXISTS (SELECT 1 FROM identity_links o WHERE o.customer_id = $1 AND o.account_id = a.id)
                    AND (a.sort_key IN (SELECT sort_key FROM newcomers)
                        OR lower(a.profile->>'email') IN (SELECT email FROM newcomers WHERE email <> ''))) AS has_twin
            FROM migration_entries e
            JOIN accounts a ON a.customer_id = $1 AND a.id = e.account_id
            LEFT JOIN identity_links l ON l.customer_id = $1 AND l.account_id = a.id AND l.directory_id = a.directory_id
            WHERE e.customer_id = $1 AND e.plan = $2 AND e.account_id > $3)
        SELECT * FROM beside WHERE NOT $4 OR has_twin OR state <> state_then OR groups_now <> groups_then
            OR username <> CASE kind WHEN 'held' THEN username_before ELSE username_after END
            OR directory_id IS DISTINCT FROM CASE kind WHEN 'held' THEN directory_before ELSE directory_after END
            OR link IS DISTINCT FROM CASE kind WHEN 'held' THEN link_before ELSE link_after END
        ORDER BY account_id LIMIT $5"];
}

/// An entry beside the account as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// With the state as it is.
    pub listed: ListedEntry,
    pub now: Place,
    pub groups: Vec<GroupId>,
    /// When the plan was made; unknown of plans that are older than this comparison.
    pub state_then: Option<AccountState>,
    pub groups_then: Option<Vec<GroupId>>,
    /// Somebody who came afterwards looks like the same person.
    pub has_twin: bool,
}

#[derive(sqlx::FromRow)]
struct Columns {
    #[sqlx(flatten)]
    listed: ListedColumns,
    username: String,
    directory_id: Option<Uuid>,
    link: Option<String>,
    state_then: Option<String>,
    groups_then: Option<String>,
    groups_now: String,
    has_twin: Option<bool>,
}

impl Columns {
    fn read(self) -> Result<Reconciled, StoreError> {
        let state_then = self.state_then.as_deref();
        Ok(Reconciled {
            now: place(self.username, self.directory_id, self.link),
            groups: groups(&self.groups_now)?,
            state_then: state_then
                .map(|text| code("migration_entries", "state", text))
                .transpose()?,
            groups_then: self.groups_then.as_deref().map(groups).transpose()?,
            has_twin: self.has_twin.unwrap_or(false),
            listed: self.listed.read()?,
        })
    }
}

fn groups(text: &str) -> Result<Vec<GroupId>, StoreError> {
    let ids = text.split(',').filter(|id| !id.is_empty());
    ids.map(|id| Ok(GroupId::from_uuid(code("migration_entries", "group_ids", id)?)))
        .collect()
}

/// Entries behind `after` beside the accounts as they are, at most `limit`; with `differing` only those that are not as
/// planned. `since`: when the migration happened, while newcomers are watched.
pub async fn reconcile(
    tx: &mut Tx,
    customer: CustomerId,
    (plan, since): (i64, Option<Timestamp>),
    differing: bool,
    (after, limit): (Option<AccountId>, i64),
) -> Result<Vec<Reconciled>, StoreError> {
    let after = after.map_or(Uuid::nil(), Id::uuid);
    // Nobody has the highest id.
    let (first, since) = since.map_or((Uuid::max(), Timestamp::UNIX_EPOCH), |at| {
        (AccountId::at(at, [0; 10]).uuid(), at)
    });
    fetch_all!(
        tx,
        Columns,
        RECONCILE,
        customer.uuid(),
        plan,
        after,
        differing,
        limit,
        first,
        since
    )?
    .into_iter()
    .map(Columns::read)
    .collect()
}
