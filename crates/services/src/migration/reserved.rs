//! Usernames that a migration freed: kept from newcomers, who would take over what was meant for somebody else, until
//! their time is over or staff give them free.

use domain::migration::PlanState;
use domain::views::{Page, ReservedRow};
use domain::{Actor, UserError};
use rules::username;
use serde_json::json;

use super::refused;
use crate::paging::{PAGE_ROWS, one_more, page, searched_username};
use crate::people::name_of;
use crate::when::moment;
use crate::{ServiceError, Services};

impl Services {
    /// A page of the reserved usernames, at most 50; `after` is the `next` of the page before.
    pub async fn reserved_usernames(
        &self,
        actor: &Actor,
        slug: &str,
        search: &str,
        after: Option<&str>,
    ) -> Result<Page<ReservedRow>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.reader_of_migration(&mut tx, actor, slug).await?;
        let keys = (after.unwrap_or_default(), one_more(PAGE_ROWS));
        let (folded, key) = searched_username(search);
        let search = (folded.as_str(), key.as_str());
        let rows = store::migration::list_reserved(&mut tx, customer, search, self.now(), keys).await?;
        let rows = rows.into_iter().map(|row| {
            let view = ReservedRow {
                account: row.account.to_string(),
                name: name_of(&row.profile, &row.now),
                now: row.now,
                username: row.username,
                until: moment(row.until),
            };
            (row.key.as_str().to_owned(), view)
        });
        Ok(page(rows.collect(), PAGE_ROWS))
    }

    /// Gives a reserved username free: whoever comes with it gets an account.
    pub async fn release_username(&self, actor: &Actor, slug: &str, typed: &str) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        super::nothing_under_way(&mut tx, customer).await?;
        let stored = username::stored(typed);
        if stored.as_str().is_empty() {
            return Err(UserError::field("username", "Enter the username to give free.").into());
        }
        let key = username::key(&stored);
        if !store::migration::release_username(&mut tx, customer, &key, self.now()).await? {
            return Err(refused(format!("{} is not reserved.", stored.as_str())));
        }
        // What was rehearsed for a plan that waits was rehearsed while it was reserved.
        let done = store::migration::last_done(&mut tx, customer).await?;
        if let Some((plan, Some(_), _)) = store::migration::latest_plan(&mut tx, customer).await?
            && plan.state == PlanState::Ready
            && done.is_none_or(|run| run.plan != plan.number)
        {
            store::migration::set_rehearsal(&mut tx, customer, plan.number, None).await?;
        }
        let details = json!({ "username": stored.as_str() });
        let action = "migration.release";
        self.record(&mut tx, actor, Some(customer), action, stored.as_str(), &details)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
