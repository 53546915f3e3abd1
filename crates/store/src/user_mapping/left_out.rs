//! What an earlier version said and an uploaded file does not: lines about accounts that have none any more, and lines that
//! are again as they were before they were corrected or taken out.

use domain::ids::Id;
use domain::{AccountId, CustomerId};
use uuid::Uuid;

use super::lines::MappingLine;
use crate::sql::{fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    // The account of a line is the one its check found by the comparison key (domain 2.0), so the same account is the same
    // key; a line that could not be read has none. Walks through the lines of the earlier version, in their order, from behind
    // one to another.
    LEFT_OUT = ["SELECT r.line, r.existing, r.new, r.target, a.id AS account_id, a.username, a.state = 'blocked' AS is_blocked
        FROM mapping_rows r CROSS JOIN accounts a
        WHERE r.customer_id = $1 AND r.version = $2 AND r.line > $5 AND r.line <= $6 AND a.customer_id = $1 AND a.id = r.account_id
        AND NOT EXISTS (SELECT 1 FROM mapping_rows AS u" (index "mapping_rows_by_account") "
            WHERE u.customer_id = $1 AND u.version = $3 AND u.account_id = r.account_id)
        AND NOT EXISTS (SELECT 1 FROM mapping_rows AS n" (index "mapping_rows_by_account") "
            WHERE n.customer_id = $1 AND n.version = $4 AND n.account_id = r.account_id)
        ORDER BY r.line LIMIT $7"];
    // Three versions beside each other: what was uploaded once ($3), what became of it ($2), which may be no line any more, and
    // what stands there now ($4). An account with several lines is left alone: nobody can tell which of them is meant. Walks
    // through the lines of now, in their order.
    REVERTED = ["SELECT n.line, n.existing, n.new, n.target, e.line AS earlier_line, e.existing AS earlier_existing,
            e.new AS earlier_new, e.target AS earlier_target, a.id AS account_id, a.username
        FROM mapping_rows n CROSS JOIN accounts a LEFT JOIN mapping_rows AS e" (index "mapping_rows_by_account") "
            ON e.customer_id = $1 AND e.version = $2 AND e.account_id = n.account_id
        WHERE n.customer_id = $1 AND n.version = $4 AND n.line > $5 AND n.line <= $6
        AND (e.line IS NULL OR e.existing <> n.existing OR e.new <> n.new OR e.target <> n.target)
        AND a.customer_id = $1 AND a.id = n.account_id AND a.state <> 'blocked'
        AND EXISTS (SELECT 1 FROM mapping_rows AS b" (index "mapping_rows_by_account") "
            WHERE b.customer_id = $1 AND b.version = $3 AND b.account_id = n.account_id
            AND b.existing = n.existing AND b.new = n.new AND b.target = n.target)
        AND NOT EXISTS (SELECT 1 FROM mapping_rows AS m" (index "mapping_rows_by_account") "
            WHERE m.customer_id = $1 AND m.version = $4 AND m.account_id = n.account_id AND m.line <> n.line)
        AND NOT EXISTS (SELECT 1 FROM mapping_rows AS o" (index "mapping_rows_by_account") "
            WHERE o.customer_id = $1 AND o.version = $2 AND o.account_id = n.account_id AND o.line <> e.line)
        ORDER BY n.line LIMIT $7"];
}

/// A line of an earlier version, as it stands there, and the account it is about.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct LeftOutLine {
    pub line: i64,
    pub existing: String,
    pub new: String,
    pub target: String,
    account_id: Uuid,
    /// The username the account has now.
    pub username: String,
    /// The account is blocked.
    pub is_blocked: bool,
}

impl LeftOutLine {
    /// The account.
    pub fn account(&self) -> AccountId {
        AccountId::from_uuid(self.account_id)
    }
}

/// Lines of `earlier` behind its line `after` and not behind its line `until`, at most `limit`, in their order, about accounts
/// that are still there and have a line neither in `uploaded` nor in `now`.
pub async fn lines_left_out(
    tx: &mut Tx,
    customer: CustomerId,
    (earlier, uploaded, now): (i64, i64, i64),
    (after, until, limit): (i64, i64, i64),
) -> Result<Vec<LeftOutLine>, StoreError> {
    let id = customer.uuid();
    fetch_all!(
        tx,
        LeftOutLine,
        LEFT_OUT,
        id,
        earlier,
        uploaded,
        now,
        after,
        until,
        limit
    )
}

/// A line that is again as it was before it was corrected or taken out, as it stands in the version of now and in the earlier
/// one, and the account it is about.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct RevertedLine {
    /// Its number now.
    pub line: i64,
    pub existing: String,
    pub new: String,
    pub target: String,
    earlier_line: Option<i64>,
    earlier_existing: Option<String>,
    earlier_new: Option<String>,
    earlier_target: Option<String>,
    account_id: Uuid,
    /// The username the account has now.
    pub username: String,
}

impl RevertedLine {
    /// The account.
    pub fn account(&self) -> AccountId {
        AccountId::from_uuid(self.account_id)
    }

    /// The line of the earlier version about the same account; `None`: it has none, the line was taken out there.
    pub fn earlier(&self) -> Option<MappingLine> {
        Some(MappingLine {
            line: self.earlier_line?,
            existing: self.earlier_existing.clone()?,
            new: self.earlier_new.clone()?,
            target: self.earlier_target.clone()?,
        })
    }
}

/// Lines of `now` behind its line `after` and not behind its line `until`, at most `limit`, in their order, that say what `base`
/// said of their account, although `earlier` says something else, or nothing. Only of active accounts that have one line now, and
/// at most one in `earlier`.
pub async fn lines_reverted(
    tx: &mut Tx,
    customer: CustomerId,
    (earlier, base, now): (i64, i64, i64),
    (after, until, limit): (i64, i64, i64),
) -> Result<Vec<RevertedLine>, StoreError> {
    let id = customer.uuid();
    fetch_all!(
        tx,
        RevertedLine,
        REVERTED,
        id,
        earlier,
        base,
        now,
        after,
        until,
        limit
    )
}
