//! Accounts that came after a migration and look like somebody who was there before.

use domain::ids::Id;
use domain::people::Profile;
use domain::{AccountId, CustomerId, Timestamp};
use sqlx::types::Json;
use uuid::Uuid;

use crate::sql::{fetch_all, statements};
use crate::{StoreError, Tx};

statements! {
    // Newcomers are few. By name there is an index; for e-mail addresses there is none, so those of before are read once.
    BY_NAME = ["SELECT n.id AS newcomer, n.username AS newcomer_username, n.profile AS newcomer_profile,
            o.id AS older, o.username AS older_username, o.profile AS older_profile
        FROM accounts n
        CROSS JOIN accounts AS o" (index "accounts_by_name") "
        WHERE n.customer_id = $1 AND n.created_at > $2 AND n.state <> 'blocked' AND NOT n.is_administrator
        AND EXISTS (SELECT 1 FROM identity_links l WHERE l.customer_id = $1 AND l.account_id = n.id)
        AND NOT o.is_administrator
        AND NOT EXISTS (SELECT 1 FROM identity_links l WHERE l.customer_id = $1 AND l.account_id = o.id)
        AND o.customer_id = $1 AND o.sort_key = n.sort_key AND o.created_at <= $2 AND o.state <> 'blocked'
        ORDER BY n.id, o.id LIMIT $3"];
    BY_MAIL = "WITH newcomers AS (SELECT id, username, profile, lower(profile->>'email') AS email FROM accounts
            WHERE customer_id = $1 AND created_at > $2 AND state <> 'blocked' AND NOT is_administrator
            AND EXISTS (SELECT 1 FROM identity_links l WHERE l.customer_id = $1 AND l.account_id = accounts.id)),
        others AS (SELECT id, username, profile, lower(profile->>'email') AS email FROM accounts
            WHERE customer_id = $1 AND created_at <= $2 AND state <> 'blocked' AND NOT is_administrator
            AND NOT EXISTS (SELECT 1 FROM identity_links l WHERE l.customer_id = $1 AND l.account_id = accounts.id))
        SELECT n.id AS newcomer, n.username AS newcomer_username, n.profile AS newcomer_profile,
            o.id AS older, o.username AS older_username, o.profile AS older_profile
        FROM newcomers n JOIN others o ON o.email = n.email WHERE n.email <> ''
        ORDER BY n.id, o.id LIMIT $3";
}

/// A newcomer and somebody who was there before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookalike {
    pub newcomer: AccountId,
    pub newcomer_username: String,
    pub newcomer_profile: Profile,
    pub older: AccountId,
    pub older_username: String,
    pub older_profile: Profile,
}

#[derive(sqlx::FromRow)]
struct Columns {
    newcomer: Uuid,
    newcomer_username: String,
    newcomer_profile: Json<Profile>,
    older: Uuid,
    older_username: String,
    older_profile: Json<Profile>,
}

impl Columns {
    fn read(self) -> Lookalike {
        Lookalike {
            newcomer: AccountId::from_uuid(self.newcomer),
            newcomer_username: self.newcomer_username,
            newcomer_profile: self.newcomer_profile.0,
            older: AccountId::from_uuid(self.older),
            older_username: self.older_username,
            older_profile: self.older_profile.0,
        }
    }
}

/// Active accounts with a person of the directory that came after `since` and have the name, or the e-mail address, of an
/// active account without one that was there before; administrators are left to people; at most `limit` of each kind.
pub async fn lookalikes(
    tx: &mut Tx,
    customer: CustomerId,
    since: Timestamp,
    limit: i64,
) -> Result<(Vec<Lookalike>, Vec<Lookalike>), StoreError> {
    let by_name = fetch_all!(tx, Columns, BY_NAME, customer.uuid(), since, limit)?;
    let by_mail = fetch_all!(tx, Columns, BY_MAIL, customer.uuid(), since, limit)?;
    let read = |rows: Vec<Columns>| rows.into_iter().map(Columns::read).collect();
    Ok((read(by_name), read(by_mail)))
}
