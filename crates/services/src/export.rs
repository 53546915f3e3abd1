//! Taking lists away: who may, that they did, and the one list that no page shows whole.

use domain::views::{FoundPerson, Page};
use domain::{Actor, Permission, UserError};
use serde_json::json;
use store::found_list::Among;

use crate::{ServiceError, Services};

/// People of one page of a download.
const FOUND_PAGE: i64 = 500;

impl Services {
    /// Allows a download and notes in the audit log that it was made. `what` names the list; `None` as customer is
    /// the staff's list of customers.
    pub async fn begin_export(
        &self,
        actor: &Actor,
        slug: Option<&str>,
        what: &str,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = if let Some(slug) = slug {
            Some(self.customer(&mut tx, actor, slug, Permission::Export).await?.id)
        } else {
            actor.require(Permission::ListCustomers)?;
            None
        };
        self.record(&mut tx, actor, customer, "list.export", what, &json!({}))
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// The people the last complete read found, page by page, in the order of their first appearance.
    pub async fn found(
        &self,
        actor: &Actor,
        slug: &str,
        after: Option<&str>,
    ) -> Result<Page<FoundPerson>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.customer(&mut tx, actor, slug, Permission::Export).await?.id;
        let Some(directory) = store::directories::current(&mut tx, customer).await? else {
            return Ok(Page::empty());
        };
        let after: i64 = after
            .map_or(Ok(-1), str::parse)
            .map_err(|_| UserError::NotFound)?;
        let among = Among {
            customer,
            directory: directory.id,
            everybody: true,
        };
        let found = store::found_list::page(&mut tx, among, after, FOUND_PAGE).await?;
        let full = i64::try_from(found.len()).is_ok_and(|n| n == FOUND_PAGE);
        let next = found.last().filter(|_| full).map(|last| last.row_no.to_string());
        let rows = found
            .into_iter()
            .map(|row| FoundPerson {
                object_id: row.user.object_id.0,
                name: row.user.display_name.unwrap_or_default(),
                principal_name: row.user.principal_name,
                mail: row.user.mail,
                status: row.user.status.label().to_owned(),
                in_scope: row.in_scope,
            })
            .collect();
        Ok(Page { rows, next })
    }
}
