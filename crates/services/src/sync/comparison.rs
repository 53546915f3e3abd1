//! People of the snapshot beside the accounts, a page at a time: what a run plans of, and what a migration is rehearsed with,
//! before it is carried out. Nothing is decided here: `rules` does that.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::migration::{MigrationEntry, MigrationPlan};
use domain::people::{AccountState, Directory, PeopleAccount};
use domain::profile::ProfileFields;
use domain::settings::SyncSettings;
use domain::sync::{ChangeKind, PlannedChange};
use domain::{AccountId, CustomerId, DirectoryId, ObjectId, UsernameKey};
use rules::sync::{Claim, Decision, Facts, Holder, Person, Rules, last_administrator, settle};
use store::Tx;
use store::compare::{HolderRow, PersonRow};
use store::snapshot::SnapshotUser;

use super::plan::{Named, Plan};
use super::stop::Stop;
use crate::Services;

/// People are compared this many at a time.
pub(crate) const PAGE: i64 = 2_000;

/// What people are compared under.
pub(crate) struct Comparison<'a> {
    pub(crate) services: &'a Services,
    pub(crate) customer: CustomerId,
    pub(crate) directory: DirectoryId,
    pub(crate) settings: &'a SyncSettings,
    /// The fields the profiles of this People directory have.
    pub(crate) fields: &'a ProfileFields,
}

/// Reads people of the snapshot with everything there is to know about them, a page at a time.
#[derive(Clone)]
pub(crate) struct Pages {
    services: Services,
    customer: CustomerId,
    directory: DirectoryId,
    /// Accounts are taken as this plan of a migration would leave them.
    plan: Option<Arc<MigrationPlan>>,
}

/// What comparing collects besides the plan.
#[derive(Default)]
pub(crate) struct Collected {
    pub(crate) plan: Plan,
    claims: Vec<Claim>,
    /// The words of people with a claim, and of administrators who would be blocked.
    named: HashMap<ObjectId, Named>,
    administrators: Vec<PlannedChange>,
    pub(crate) unchanged: u64,
    /// Who they are, for whoever asks for them.
    pub(crate) same: Option<Vec<(ObjectId, AccountId, Named)>>,
}

/// One page with everything there is to know about its people.
pub(crate) struct Context {
    people: Vec<PersonRow>,
    accounts: HashMap<AccountId, PeopleAccount>,
    holders: HashMap<UsernameKey, HolderRow>,
    rivals: HashSet<UsernameKey>,
    reserved: HashSet<UsernameKey>,
}

impl Context {
    /// Its last row, if there is one.
    pub(crate) fn last(&self) -> Option<i64> {
        self.people.last().map(|last| last.user.row_no)
    }
}

impl Pages {
    /// The people behind row `after`, at most `limit`.
    pub(crate) async fn read(self, after: i64, limit: i64) -> Result<Context, Stop> {
        let (customer, directory) = (self.customer, self.directory);
        let mut tx = self.services.db().read().await?;
        let people = store::compare::people(&mut tx, customer, directory, after, limit).await?;
        let linked: Vec<AccountId> = people.iter().filter_map(|row| row.account).collect();
        let keys: Vec<&UsernameKey> = people
            .iter()
            .filter_map(|row| row.user.username_key.as_ref())
            .collect();
        let accounts = store::accounts::by_ids(&mut tx, customer, &linked).await?;
        let holders = store::compare::holders(&mut tx, customer, &keys).await?;
        let rivals = store::compare::rivals(&mut tx, customer, directory, &keys).await?;
        let now = self.services.now();
        let reserved = store::migration::reserved(&mut tx, customer, &keys, now).await?;
        let mut context = Context {
            accounts: accounts
                .into_iter()
                .map(|account| (account.id, account))
                .collect(),
            holders: holders
                .into_iter()
                .map(|h| (h.account.username_key.clone(), h))
                .collect(),
            rivals: rivals.into_iter().collect(),
            reserved: reserved.into_iter().collect(),
            people,
        };
        if let Some(plan) = &self.plan {
            self.put_on_top(&mut tx, plan, &mut context).await?;
        }
        Ok(context)
    }

    /// Accounts, links and usernames as a plan would leave them.
    async fn put_on_top(&self, tx: &mut Tx, plan: &MigrationPlan, context: &mut Context) -> Result<(), Stop> {
        let mut all: HashMap<AccountId, HolderRow> = context
            .people
            .iter()
            .filter_map(|row| {
                let account = context.accounts.get(&row.account?)?.clone();
                let linked_to = Some(row.user.user.object_id.clone());
                Some((account.id, HolderRow { account, linked_to }))
            })
            .chain(context.holders.drain().map(|(_, row)| (row.account.id, row)))
            .collect();
        let ids: Vec<AccountId> = all.keys().copied().collect();
        let objects: Vec<&ObjectId> = context
            .people
            .iter()
            .map(|row| &row.user.user.object_id)
            .collect();
        let keys: Vec<&UsernameKey> = context
            .people
            .iter()
            .filter_map(|row| row.user.username_key.as_ref())
            .collect();
        let top = store::migration::on_top(tx, (self.customer, plan.number), &ids, &objects, &keys).await?;
        let missing: Vec<AccountId> = top
            .entries
            .iter()
            .map(|entry| entry.account)
            .filter(|id| !all.contains_key(id))
            .collect();
        for account in store::accounts::by_ids(tx, self.customer, &missing).await? {
            let linked_to = None;
            all.insert(account.id, HolderRow { account, linked_to });
        }
        for entry in &top.entries {
            if let Some(row) = all.get_mut(&entry.account) {
                apply(&mut row.account, entry);
                row.linked_to.clone_from(&entry.after.link);
            }
        }
        let links = links_after(&context.people, &top.entries, self.directory);
        for row in &mut context.people {
            row.account = links.get(&row.user.user.object_id).copied();
        }
        if plan.options.reserved_days > 0 {
            context.reserved.extend(top.freed);
        }
        context.accounts = all
            .values()
            .map(|row| (row.account.id, row.account.clone()))
            .collect();
        context.holders = all
            .into_values()
            .map(|row| (row.account.username_key.clone(), row))
            .collect();
        Ok(())
    }
}

impl Comparison<'_> {
    /// What is compared; with accounts as `plan` would leave them.
    pub(crate) fn pages(&self, plan: Option<MigrationPlan>) -> Pages {
        Pages {
            services: self.services.clone(),
            customer: self.customer,
            directory: self.directory,
            plan: plan.map(Arc::new),
        }
    }

    /// Compares the people of `context` of whom `wanted` is true.
    pub(crate) fn decide(
        &self,
        context: &Context,
        wanted: impl Fn(&ObjectId) -> bool,
        collected: &mut Collected,
    ) {
        for row in &context.people {
            if wanted(&row.user.user.object_id) {
                self.compare_person(context, row, collected);
            }
        }
    }

    /// Accounts of this directory that nobody in the directory claims (L-03).
    pub(crate) fn leavers(&self, accounts: &[PeopleAccount], collected: &mut Collected) {
        for account in accounts {
            match self.rules().leaver(account) {
                Decision::Change(change) if account.is_administrator => {
                    collected.administrators.push(change);
                }
                Decision::Change(change) => {
                    collected.plan.add(change, Named::of_account(account), None);
                }
                _ => {}
            }
        }
    }

    fn rules(&self) -> Rules<'_> {
        Rules {
            directory: self.directory,
            settings: self.settings,
            fields: self.fields,
        }
    }

    fn compare_person(&self, context: &Context, row: &PersonRow, collected: &mut Collected) {
        let linked = row.account.and_then(|id| context.accounts.get(&id));
        let key = row.user.username_key.as_ref();
        let holder = key
            .and_then(|key| context.holders.get(key))
            .filter(|holder| linked.is_none_or(|linked| linked.id != holder.account.id));
        let person = person(&row.user);
        let facts = Facts {
            person: &person,
            linked,
            holder: holder.map(|h| Holder {
                account: &h.account,
                linked_to: h.linked_to.as_ref(),
            }),
            rivals: key.is_some_and(|key| context.rivals.contains(key)),
            reserved: key.is_some_and(|key| context.reserved.contains(key)),
        };
        let rules = self.rules();
        let named = || named(&person, linked);
        for problem in rules.problems(&facts) {
            collected.plan.add(problem, named(), None);
        }
        match rules.decide(&facts, || self.services.new_id()) {
            Decision::Ignored => {}
            Decision::Unchanged => {
                collected.unchanged += 1;
                if let (Some(same), Some(account)) = (&mut collected.same, linked)
                    && account.state != AccountState::Blocked
                {
                    same.push((person.user.object_id.clone(), account.id, named()));
                }
            }
            Decision::Claim(claim) => {
                collected.named.insert(person.user.object_id.clone(), named());
                collected.claims.push(*claim);
            }
            Decision::Change(change) => {
                // Without a link the only account that can be blocked is the holder of the name (L-02).
                let administrator = linked
                    .or(holder.map(|h| &h.account))
                    .is_some_and(|account| account.is_administrator);
                if administrator && change.kind == ChangeKind::Block {
                    collected.named.insert(person.user.object_id.clone(), named());
                    collected.administrators.push(change);
                } else {
                    collected.plan.add(change, named(), None);
                }
            }
        }
    }

    /// I-18: administrators who would be blocked are, unless nobody of them would be left.
    pub(crate) async fn spare_last_administrator(&self, collected: &mut Collected) -> Result<(), Stop> {
        let blocks = std::mem::take(&mut collected.administrators);
        if blocks.is_empty() {
            return Ok(());
        }
        let mut tx = self.services.db().read().await?;
        let unblocked = store::accounts::unblocked_administrators(&mut tx, self.customer).await?;
        let ids: Vec<AccountId> = blocks.iter().filter_map(|change| change.account).collect();
        let accounts: HashMap<_, _> = store::accounts::by_ids(&mut tx, self.customer, &ids)
            .await?
            .into_iter()
            .map(|account| (account.id, Named::of_account(&account)))
            .collect();
        for change in last_administrator(u64::try_from(unblocked).unwrap_or(0), blocks) {
            let named = change
                .account
                .and_then(|id| accounts.get(&id).cloned())
                .unwrap_or_default();
            collected.plan.add(change, named, None);
        }
        Ok(())
    }

    /// Names that somebody holds or that several want (I-05, I-06, 2.3): settled together, kept together.
    pub(crate) fn settle_names(collected: &mut Collected) {
        let settled = settle(std::mem::take(&mut collected.claims)).changes;
        for together in settled.chunk_by(|a, b| a.component == b.component) {
            // One alone depends on nobody: thousands of plain renames are applied like any other change.
            let component = match together {
                [first, _, ..] => Some(i64::from(first.component)),
                _ => None,
            };
            for settled in together {
                let change = settled.change.clone();
                let named = change
                    .object_id
                    .as_ref()
                    .and_then(|id| collected.named.get(id).cloned())
                    .unwrap_or_default();
                collected.plan.add(change, named, component);
            }
        }
    }
}

/// Who would be linked to the people of a page.
fn links_after(
    people: &[PersonRow],
    entries: &[MigrationEntry],
    directory: DirectoryId,
) -> HashMap<ObjectId, AccountId> {
    let touched: HashSet<AccountId> = entries.iter().map(|entry| entry.account).collect();
    let ours = Directory::External(directory);
    let kept = people.iter().filter_map(|row| {
        let account = row.account.filter(|account| !touched.contains(account))?;
        Some((row.user.user.object_id.clone(), account))
    });
    let made = entries.iter().filter_map(|entry| {
        let link = entry
            .after
            .link
            .clone()
            .filter(|_| entry.after.directory == ours)?;
        Some((link, entry.account))
    });
    kept.chain(made).collect()
}

/// An account as an entry would leave it.
pub(crate) fn apply(account: &mut PeopleAccount, entry: &MigrationEntry) {
    account.username = entry.after.username.clone();
    account.username_key = rules::username::key(&account.username);
    account.directory = entry.after.directory;
}

fn person(row: &SnapshotUser) -> Person {
    Person {
        user: row.user.clone(),
        username: row.username.clone(),
        username_key: row.username_key.clone(),
        present: row.present,
        in_scope: row.in_scope,
    }
}

/// How the history calls somebody: as the directory does, and by the username they have here.
fn named(person: &Person, linked: Option<&PeopleAccount>) -> Named {
    let user = &person.user;
    let username = linked
        .map(|account| account.username.as_str())
        .or_else(|| person.username.as_ref().map(domain::Username::as_str))
        .unwrap_or(&user.principal_name)
        .to_owned();
    let name = match (user.display_name.as_deref().map(str::trim), linked) {
        (Some(name), _) if !name.is_empty() => name.to_owned(),
        (_, Some(account)) => Named::of_account(account).name,
        _ => username.clone(),
    };
    Named { name, username }
}
