//! The People directory: the list, and one person with account, link, snapshot and history.

use domain::people::{Block, BlockedBy, Directory, PeopleAccount, Profile, field};
use domain::profile::ProfileFields;
use domain::views::{
    LinkView, Page, PeopleFilter, PersonChange, PersonEvent, PersonRow, PersonView, SnapshotView,
};
use domain::{AccountId, Actor, CustomerId, Permission, Timestamp, UserError};
use store::Tx;
use store::people_list::{ListedPerson, Narrowed, Owned};

use crate::paging::{EXPORT_ROWS, PAGE_ROWS, one_more, page, searched};
use crate::runs::change_row;
use crate::when::when;
use crate::{ServiceError, Services};

/// Entries of a person's history that are shown.
const HISTORY_ROWS: i64 = 200;

impl Services {
    /// A page of people by surname, at most 50; `after` is the `next` of the page before.
    pub async fn people(
        &self,
        actor: &Actor,
        slug: &str,
        filter: &PeopleFilter,
        after: Option<&str>,
    ) -> Result<Page<PersonRow>, ServiceError> {
        let found = self
            .list_people(actor, slug, Permission::ReadPeople, filter, after, PAGE_ROWS)
            .await?;
        Ok(rows(found))
    }

    /// The same list in larger pages, for a download.
    pub async fn export_people(
        &self,
        actor: &Actor,
        slug: &str,
        filter: &PeopleFilter,
        after: Option<&str>,
    ) -> Result<Page<PersonRow>, ServiceError> {
        Ok(rows(
            self.export_people_accounts(actor, slug, filter, after).await?,
        ))
    }

    /// The same, with everything that stands in the profiles.
    pub(crate) async fn export_people_accounts(
        &self,
        actor: &Actor,
        slug: &str,
        filter: &PeopleFilter,
        after: Option<&str>,
    ) -> Result<Page<ListedPerson>, ServiceError> {
        self.list_people(actor, slug, Permission::Export, filter, after, EXPORT_ROWS)
            .await
    }

    async fn list_people(
        &self,
        actor: &Actor,
        slug: &str,
        permission: Permission,
        filter: &PeopleFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<ListedPerson>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.customer(&mut tx, actor, slug, permission).await?.id;
        let after = after
            .map(str::parse::<AccountId>)
            .transpose()
            .map_err(|_| UserError::NotFound)?;
        let search = searched(&filter.search);
        let owned = match filter.directory.as_str() {
            "" => Owned::Any,
            "local" => Owned::Local,
            "synced" => Owned::Synced,
            "before" => Owned::Before,
            _ => {
                let cure = "Choose local, synchronised, or a directory from before.";
                return Err(UserError::field("directory", cure).into());
            }
        };
        let narrowed = Narrowed {
            search: &search,
            state: filter.state,
            owned,
        };
        let found = store::people_list::page(&mut tx, customer, narrowed, after, one_more(limit)).await?;
        let found = found.ok_or(UserError::NotFound)?;
        Ok(page(
            found.into_iter().map(|person| (person.id, person)).collect(),
            limit,
        ))
    }

    /// One person.
    pub async fn person(
        &self,
        actor: &Actor,
        slug: &str,
        account: AccountId,
    ) -> Result<PersonView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadPeople)
            .await?
            .id;
        let now = self.now();
        let account = store::accounts::find(&mut tx, customer, account)
            .await?
            .ok_or(UserError::NotFound)?;
        let directory = match account.directory.external() {
            Some(id) => store::directories::name(&mut tx, customer, id).await?,
            None => None,
        };
        let manager = match account.manager {
            Some(id) => store::accounts::find(&mut tx, customer, id).await?,
            None => None,
        };
        let fields = store::profile_fields::all(&mut tx, customer).await?;
        let groups = store::groups::of_account(&mut tx, customer, account.id).await?;
        let link = link(&mut tx, customer, &account, now).await?;
        let history = person_history(&mut tx, (customer, account.id), &fields, now).await?;
        Ok(PersonView {
            blocked: account.block.map(blocked),
            created: when(account.created_at, now),
            updated: when(account.updated_at, now),
            last_sign_in: account.last_sign_in_at.map(|at| when(at, now)),
            manager: manager
                .map(|manager| (manager.id, name_of(&manager.profile, manager.username.as_str()))),
            groups: groups.into_iter().map(|(_, name)| name).collect(),
            fields: filled(&account.profile, &fields),
            link,
            history,
            row: row(listed(account, directory)),
        })
    }
}

/// What syncs and migrations did to an account, the newest first.
async fn person_history(
    tx: &mut Tx,
    (customer, account): (CustomerId, AccountId),
    fields: &ProfileFields,
    now: Timestamp,
) -> Result<Vec<PersonEvent>, ServiceError> {
    let mut events = Vec::new();
    for entry in store::people_list::history(tx, customer, account, HISTORY_ROWS).await? {
        let change = PersonChange {
            run: entry.run,
            when: when(entry.at, now),
            change: change_row(entry.change, fields),
        };
        events.push((entry.at, PersonEvent::Change(change)));
    }
    let migrations = crate::migration::of_account(tx, (customer, account), HISTORY_ROWS, now).await?;
    // Where older syncs are cut off, so are older migrations: nothing is missing in between.
    let is_cut = events.len() == usize::try_from(HISTORY_ROWS).unwrap_or(usize::MAX);
    let oldest = events.last().map(|(at, _)| *at).filter(|_| is_cut);
    events.extend(
        migrations
            .into_iter()
            .filter(|(at, _)| oldest.is_none_or(|oldest| *at >= oldest))
            .map(|(at, done)| (at, PersonEvent::Migration(done))),
    );
    events.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(events.into_iter().map(|(_, event)| event).collect())
}

fn listed(account: PeopleAccount, directory: Option<String>) -> ListedPerson {
    ListedPerson {
        id: account.id,
        username: account.username.as_str().to_owned(),
        state: account.state,
        is_administrator: account.is_administrator,
        profile: account.profile,
        directory,
    }
}

fn rows(page: Page<ListedPerson>) -> Page<PersonRow> {
    Page {
        rows: page.rows.into_iter().map(row).collect(),
        next: page.next,
    }
}

fn row(person: ListedPerson) -> PersonRow {
    let of = |key: &str| person.profile.get(key).cloned();
    PersonRow {
        id: person.id,
        name: name_of(&person.profile, &person.username),
        email: of(field::EMAIL),
        job_title: of(field::JOB_TITLE),
        department: of(field::DEPARTMENT),
        state: person.state,
        directory: person.directory.unwrap_or_else(|| Directory::LOCAL.to_owned()),
        is_administrator: person.is_administrator,
        username: person.username,
    }
}

/// First name and surname; somebody without either is called by their username.
pub(crate) fn name_of(profile: &Profile, username: &str) -> String {
    let parts: Vec<&str> = [field::FIRST_NAME, field::SURNAME]
        .iter()
        .filter_map(|key| profile.get(*key))
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        username.to_owned()
    } else {
        parts.join(" ")
    }
}

/// Title and value of every field that has one: those a data mapping may fill in their order, then the others.
fn filled(profile: &Profile, fields: &ProfileFields) -> Vec<(String, String)> {
    let known = fields
        .iter()
        .filter_map(|field| profile.get_key_value(&field.key));
    let others = profile.iter().filter(|(key, _)| fields.get(key).is_none());
    known
        .chain(others)
        .map(|(key, value)| (fields.label(key).to_owned(), value.clone()))
        .collect()
}

fn blocked(block: Block) -> String {
    let reason = block.reason.sentence();
    match block.by {
        BlockedBy::Sync => format!("Blocked by the sync: {}.", lower_first(reason)),
        BlockedBy::Administrator => format!("{reason}. Only an administrator unblocks the account again."),
    }
}

fn lower_first(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

async fn link(
    tx: &mut Tx,
    customer: CustomerId,
    account: &PeopleAccount,
    now: Timestamp,
) -> Result<Option<LinkView>, ServiceError> {
    let Some(link) = store::links::of_account(tx, customer, account.id).await? else {
        return Ok(None);
    };
    let directory = store::directories::find(tx, customer, link.directory).await?;
    let found = store::found_list::by_object(tx, customer, link.directory, &link.object_id).await?;
    let read = store::run_list::last_read(tx, customer, link.directory).await?;
    let settings = store::settings::find(tx, customer, link.directory).await?;
    let found = found.filter(|found| found.present);
    let other_username = found.as_ref().zip(settings).and_then(|(found, row)| {
        rules::sync::username_differs(&found.user, &row.settings.mapping, &account.username)
    });
    let snapshot = found.map(|found| SnapshotView {
        principal_name: found.user.principal_name,
        status: found.user.status.label().to_owned(),
        in_scope: found.in_scope,
        read: when(read.map_or(found.changed_at, |read| read.at), now),
        attributes: found
            .user
            .attributes
            .iter()
            .map(|(name, value)| (name.clone(), value.to_text().unwrap_or_default()))
            .collect(),
    });
    Ok(Some(LinkView {
        directory: directory.map(|directory| directory.name).unwrap_or_default(),
        object_id: link.object_id.0,
        linked: when(link.linked_at, now),
        other_username: other_username.map(|username| username.as_str().to_owned()),
        snapshot,
    }))
}

#[cfg(test)]
mod tests {
    use domain::people::BlockReason;
    use domain::profile::{FieldKind, ProfileField};

    use super::*;

    fn profile(pairs: &[(&str, &str)]) -> Profile {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn a_person_is_called_by_name_or_else_by_username() {
        for (pairs, name) in [
            (
                &[(field::FIRST_NAME, "Anna"), (field::SURNAME, "Li")][..],
                "Anna Li",
            ),
            (&[(field::SURNAME, "Suharto")][..], "Suharto"),
            (&[(field::FIRST_NAME, " ")][..], "a.li"),
            (&[][..], "a.li"),
        ] {
            assert_eq!(name_of(&profile(pairs), "a.li"), name);
        }
    }

    #[test]
    fn fields_come_in_the_order_of_the_data_mapping() {
        let own = ProfileField {
            key: "office".into(),
            title: "Office".into(),
            kind: FieldKind::Text,
            options: Vec::new(),
        };
        let profile = profile(&[
            ("a_removed", "1"),
            ("office", "o"),
            (field::EMAIL, "e"),
            (field::FIRST_NAME, "f"),
        ]);
        let filled = filled(&profile, &ProfileFields::with(vec![own]));
        let titles: Vec<&str> = filled.iter().map(|(title, _)| title.as_str()).collect();
        assert_eq!(titles, ["First name", "E-mail", "Office", "a_removed"]);
    }

    #[test]
    fn l_06_a_block_says_by_whom_and_why() {
        let by_sync = Block {
            by: BlockedBy::Sync,
            reason: BlockReason::LeftDirectory,
        };
        assert_eq!(
            blocked(by_sync),
            "Blocked by the sync: no longer in the directory."
        );
        let by_hand = Block {
            by: BlockedBy::Administrator,
            reason: BlockReason::ByAdministrator,
        };
        assert_eq!(
            blocked(by_hand),
            "Blocked by an administrator. Only an administrator unblocks the account again."
        );
    }
}
