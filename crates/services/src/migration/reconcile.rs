//! Every account as it was planned beside the account as it is.

use std::collections::{HashMap, HashSet};

use domain::migration::EntryKind;
use domain::views::{Page, ReconciliationRow};
use domain::{Actor, CustomerId, GroupId};
use store::Tx;
use store::migration::Reconciled;

use super::lists::{LIST_ROWS, Names, account, entry_row};
use super::make::found;
use crate::paging::{one_more, page};
use crate::{ServiceError, Services};

/// What directories and groups are called.
struct Known {
    directories: Names,
    groups: HashMap<GroupId, String>,
}

impl Services {
    /// A page of accounts, planned beside real, at most 250: name, directory, link, and what a migration leaves alone, state and
    /// the groups that people put it into; and whether somebody came since who looks like the same person. With
    /// `differing` only those that are not as planned.
    pub async fn migration_reconciliation(
        &self,
        actor: &Actor,
        slug: &str,
        (plan, differing): (i64, bool),
        after: Option<&str>,
    ) -> Result<Page<ReconciliationRow>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.reader_of_migration(&mut tx, actor, slug).await?;
        found(&mut tx, customer, plan).await?;
        let keys = (account(after)?, one_more(LIST_ROWS));
        let watched = self.watched(&mut tx, customer).await?;
        let since = watched
            .filter(|run| run.plan == plan)
            .and_then(|run| run.committed_at);
        let rows = store::migration::reconcile(&mut tx, customer, (plan, since), differing, keys).await?;
        let of_row = |row: &Reconciled| {
            let then = row.groups_then.iter().flatten();
            then.chain(&row.groups).copied().collect::<Vec<_>>()
        };
        let groups: HashSet<GroupId> = rows.iter().flat_map(of_row).collect();
        let groups: Vec<GroupId> = groups.into_iter().collect();
        let mut known = Known {
            directories: Names::default(),
            groups: store::groups::names(&mut tx, customer, &groups)
                .await?
                .into_iter()
                .collect(),
        };
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let view = reconciliation_row(&mut tx, customer, &mut known, &row).await?;
            views.push((row.listed.entry.account, view));
        }
        Ok(page(views, LIST_ROWS))
    }
}

async fn reconciliation_row(
    tx: &mut Tx,
    customer: CustomerId,
    known: &mut Known,
    row: &Reconciled,
) -> Result<ReconciliationRow, ServiceError> {
    let groups = row.groups.iter().map(|id| known.group(*id).to_owned()).collect();
    Ok(ReconciliationRow {
        username: row.now.username.as_str().to_owned(),
        directory: known.directories.of(tx, customer, &row.now).await?,
        state: row.listed.state.label().to_owned(),
        is_linked: row.now.link.is_some(),
        groups,
        differences: known.differences(row),
        entry: entry_row(tx, customer, &mut known.directories, &row.listed).await?,
    })
}

impl Known {
    fn group(&self, id: GroupId) -> &str {
        self.groups
            .get(&id)
            .map_or("a group that is gone", String::as_str)
    }

    /// A sentence for each thing that is not as planned.
    fn differences(&self, row: &Reconciled) -> Vec<String> {
        let entry = &row.listed.entry;
        let planned = if entry.kind == EntryKind::Held {
            &entry.before
        } else {
            &entry.after
        };
        let mut words = Vec::new();
        if row.now.username != planned.username {
            words.push("The username is another one.".to_owned());
        }
        if row.now.directory != planned.directory {
            words.push("The directory is another one.".to_owned());
        }
        if row.now.link != planned.link {
            words.push("The link is another one.".to_owned());
        }
        if let Some(then) = row.state_then.filter(|then| *then != row.listed.state) {
            words.push(format!("The state was {} when the plan was made.", then.label()));
        }
        if let Some(then) = &row.groups_then {
            let lost = then.iter().filter(|id| !row.groups.contains(id));
            words.extend(lost.map(|id| format!("Left the group {}.", self.group(*id))));
            let new = row.groups.iter().filter(|id| !then.contains(id));
            words.extend(new.map(|id| format!("Joined the group {}.", self.group(*id))));
        }
        if row.has_twin {
            words.push("Somebody who came since looks like the same person: see the duplicates.".to_owned());
        }
        words
    }
}
