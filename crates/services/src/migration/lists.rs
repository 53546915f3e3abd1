//! Lists of the migration: what a plan says of each account, what the rehearsal says of each person, and what the help desk
//! needs.

use std::collections::HashMap;

use domain::migration::{EntryKind, EntryWho, MigrationEntry, Place, RehearsalOutcome};
use domain::people::Directory;
use domain::views::{HelpDeskRow, MigrationEntryRow, Page, RehearsedRow};
use domain::{AccountId, Actor, CustomerId, DirectoryId, Permission, UserError};
use store::Tx;
use store::migration::ListedEntry;

use super::make::found;
use crate::paging::{PAGE_ROWS, one_more, page, searched, searched_username};
use crate::people::name_of;
use crate::when::moment;
use crate::{ServiceError, Services};

/// What a list of entries is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct MigrationFilter {
    pub who: EntryWho,
    pub search: String,
}

/// Rows of lists that are printed and taken away.
pub(super) const LIST_ROWS: usize = 250;

/// Names of directories, looked up once.
#[derive(Default)]
pub(super) struct Names(HashMap<DirectoryId, String>);

impl Names {
    pub(super) async fn of(
        &mut self,
        tx: &mut Tx,
        customer: CustomerId,
        place: &Place,
    ) -> Result<String, ServiceError> {
        let Some(id) = place.directory.external() else {
            return Ok(Directory::LOCAL.to_owned());
        };
        if let Some(name) = self.0.get(&id) {
            return Ok(name.clone());
        }
        let name = store::directories::name(tx, customer, id)
            .await?
            .unwrap_or_default();
        self.0.insert(id, name.clone());
        Ok(name)
    }
}

impl Services {
    /// A page of a plan's entries, at most 50; `after` is the `next` of the page before.
    pub async fn migration_entries(
        &self,
        actor: &Actor,
        slug: &str,
        plan: i64,
        filter: &MigrationFilter,
        after: Option<&str>,
    ) -> Result<Page<MigrationEntryRow>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.reader_of_migration(&mut tx, actor, slug).await?;
        found(&mut tx, customer, plan).await?;
        let (folded, key) = searched_username(&filter.search);
        let search = (folded.as_str(), key.as_str());
        let keys = (account(after)?, one_more(PAGE_ROWS));
        let rows =
            store::migration::list_entries(&mut tx, customer, plan, (filter.who, search), keys).await?;
        let mut names = Names::default();
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let view = entry_row(&mut tx, customer, &mut names, &row).await?;
            views.push((row.entry.account, view));
        }
        Ok(page(views, PAGE_ROWS))
    }

    /// A page of the people of one outcome of the rehearsal, at most 50.
    pub async fn rehearsed_people(
        &self,
        actor: &Actor,
        slug: &str,
        (plan, outcome): (i64, RehearsalOutcome),
        search: &str,
        after: Option<&str>,
    ) -> Result<Page<RehearsedRow>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.reader_of_migration(&mut tx, actor, slug).await?;
        found(&mut tx, customer, plan).await?;
        let after = after.map_or(Ok(0), str::parse).map_err(|_| UserError::NotFound)?;
        let keys = (after, one_more(PAGE_ROWS));
        let search = searched(search);
        let rows =
            store::migration::list_rehearsed(&mut tx, customer, (plan, outcome), &search, keys).await?;
        let rows = rows.into_iter().map(|row| {
            let view = RehearsedRow {
                outcome: row.outcome,
                subject: row.subject,
                account: row.account.map(|id| id.to_string()),
                name: row.name,
                username: row.username,
                reason: row.reason,
                waiver: row.waiver,
            };
            (row.seq, view)
        });
        Ok(page(rows.collect(), PAGE_ROWS))
    }

    /// A page of who signs in in another way from now on, at most 250: for the help desk.
    pub async fn migration_help_desk(
        &self,
        actor: &Actor,
        slug: &str,
        plan: i64,
        after: Option<&str>,
    ) -> Result<Page<HelpDeskRow>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.reader_of_migration(&mut tx, actor, slug).await?;
        found(&mut tx, customer, plan).await?;
        let open = store::migration::open_run(&mut tx, customer).await?;
        let run = match open.filter(|run| run.plan == plan) {
            Some(open) => Some(open),
            None => store::migration::last_done(&mut tx, customer).await?,
        };
        let when = run.filter(|run| run.plan == plan).map_or_else(
            || "after the migration".to_owned(),
            |run| match run.committed_at {
                Some(at) => format!("since {}", moment(at)),
                None => format!("from {} on", moment(run.window_until)),
            },
        );
        let keys = (account(after)?, one_more(LIST_ROWS));
        let rows =
            store::migration::list_entries(&mut tx, customer, plan, (EntryWho::Everybody, ("", "")), keys)
                .await?;
        let mut names = Names::default();
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let directory = names.of(&mut tx, customer, &row.entry.after).await?;
            let view = HelpDeskRow {
                name: name_of(&row.profile, row.entry.before.username.as_str()),
                old_username: row.entry.before.username.as_str().to_owned(),
                new_username: now_called(&row.entry).to_owned(),
                how: how(&row.entry, &directory),
                when: when.clone(),
            };
            views.push((row.entry.account, view));
        }
        Ok(page(views, LIST_ROWS))
    }

    pub(super) async fn reader_of_migration(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        slug: &str,
    ) -> Result<CustomerId, ServiceError> {
        Ok(self.customer(tx, actor, slug, Permission::ReadPeople).await?.id)
    }
}

pub(super) fn account(after: Option<&str>) -> Result<Option<AccountId>, UserError> {
    after.map(str::parse).transpose().map_err(|_| UserError::NotFound)
}

/// Held ones keep what they have.
fn now_called(entry: &MigrationEntry) -> &str {
    match entry.kind {
        EntryKind::Held => entry.before.username.as_str(),
        _ => entry.after.username.as_str(),
    }
}

fn how(entry: &MigrationEntry, directory: &str) -> String {
    if entry.kind == EntryKind::Held {
        "Signs in as before.".to_owned()
    } else if entry.needs_password() {
        "Signs in with the username and a password of the intranet, which has to be set first.".to_owned()
    } else if entry.after.directory == Directory::Local {
        "Signs in with the username and the password of the intranet.".to_owned()
    } else {
        format!("Signs in with {directory}.")
    }
}

pub(super) async fn entry_row(
    tx: &mut Tx,
    customer: CustomerId,
    names: &mut Names,
    row: &ListedEntry,
) -> Result<MigrationEntryRow, ServiceError> {
    let entry = &row.entry;
    Ok(MigrationEntryRow {
        account: entry.account.to_string(),
        name: name_of(&row.profile, entry.before.username.as_str()),
        line: entry.line,
        kind: entry.kind,
        username_before: entry.before.username.as_str().to_owned(),
        username_after: entry.after.username.as_str().to_owned(),
        directory_before: names.of(tx, customer, &entry.before).await?,
        directory_after: names.of(tx, customer, &entry.after).await?,
        is_linked: entry.after.link.is_some(),
        needs_password: entry.needs_password(),
        held: entry
            .held
            .map(|held| held.sentence(entry.after.username.as_str())),
    })
}
