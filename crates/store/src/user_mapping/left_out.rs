//! Lines of an earlier version about accounts that have no line any more since a file was uploaded.

use domain::ids::Id;
use domain::{AccountId, CustomerId};
use uuid::Uuid;

use crate::sql::{fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    // The account of a line is the one its check found by the comparison key (domain 2.0), so the same account is the same
    // key; a line that could not be read has none. Walks through the lines of the earlier version, in their order.
    LEFT_OUT = ["SELECT r.line, r.existing, r.new, r.target, a.id AS account_id, a.username
        FROM mapping_rows r CROSS JOIN accounts a
        WHERE r.customer_id = $1 AND r.version = $2 AND r.line > $5 AND a.customer_id = $1 AND a.id = r.account_id
        AND NOT EXISTS (SELECT 1 FROM mapping_rows AS u" (index "mapping_rows_by_account") "
            WHERE u.customer_id = $1 AND u.version = $3 AND u.account_id = r.account_id)
        AND NOT EXISTS (SELECT 1 FROM mapping_rows AS n" (index "mapping_rows_by_account") "
            WHERE n.customer_id = $1 AND n.version = $4 AND n.account_id = r.account_id)
        ORDER BY r.line LIMIT $6"];
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
}

impl LeftOutLine {
    /// The account.
    pub fn account(&self) -> AccountId {
        AccountId::from_uuid(self.account_id)
    }
}

/// Lines of `earlier` behind its line `after`, at most `limit`, in their order, about accounts that are still there and have
/// a line neither in `uploaded` nor in `now`.
pub async fn lines_left_out(
    tx: &mut Tx,
    customer: CustomerId,
    (earlier, uploaded, now): (i64, i64, i64),
    (after, limit): (i64, i64),
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
        limit
    )
}
