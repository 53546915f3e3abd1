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
    /// Those that people are linked to.
    accounts: HashMap<AccountId, PeopleAccount>,
    names: Names,
}

/// What there is to know about usernames that people should get.
#[derive(Default)]
struct Names {
    holders: HashMap<UsernameKey, HolderRow>,
    rivals: HashSet<UsernameKey>,
    reserved: HashSet<UsernameKey>,
}

impl Context {
    /// Its last row, if there is one.
    pub(crate) fn last(&self) -> Option<i64> {
        self.people.last().map(|last| last.user.row_no)
    }

    /// Usernames that people have in the directory and do not have here: of nearly everybody who is linked nobody needs to
    /// know who else has theirs.
    fn open_names(&self) -> Vec<&UsernameKey> {
        self.people
            .iter()
            .filter_map(|row| {
                let key = row.user.username_key.as_ref()?;
                let linked = row.account.and_then(|id| self.accounts.get(&id));
                let has_it = linked.is_some_and(|account| account.username_key == *key);
                (!has_it).then_some(key)
            })
            .collect()
    }
}

impl Pages {
    /// The people behind row `after`, at most `limit`.
    pub(crate) async fn read(self, after: i64, limit: i64) -> Result<Context, Stop> {
        let mut tx = self.services.db().read().await?;
        let people = store::compare::people(&mut tx, self.customer, self.directory, after, limit).await?;
        let mut context = Context {
            people,
            accounts: HashMap::new(),
            names: Names::default(),
        };
        self.read_linked(&mut tx, after, &mut context).await?;
        let open = context.open_names();
        if !open.is_empty() {
            context.names = self.read_names(&mut tx, &open).await?;
        }
        Ok(context)
    }

    /// The accounts that people are linked to; with a plan, would be linked to.
    async fn read_linked(&self, tx: &mut Tx, after: i64, context: &mut Context) -> Result<(), Stop> {
        let linked: Vec<AccountId> = context.people.iter().filter_map(|row| row.account).collect();
        let accounts = store::accounts::by_ids(tx, self.customer, &linked).await?;
        context.accounts = accounts
            .into_iter()
            .map(|account| (account.id, account))
            .collect();
        let (Some(plan), Some(last)) = (&self.plan, context.last()) else {
            return Ok(());
        };
        let plan = (self.customer, plan.number);
        let mut entries = store::migration::entries_about(tx, plan, &linked, &[]).await?;
        for (entry, account) in store::migration::entries_of_people(tx, plan, (after, last)).await? {
            context.accounts.insert(account.id, account);
            entries.push(entry);
        }
        for entry in &entries {
            if let Some(account) = context.accounts.get_mut(&entry.account) {
                apply(account, entry);
            }
        }
        let links = links_after(&context.people, &entries, self.directory);
        for row in &mut context.people {
            row.account = links.get(&row.user.user.object_id).copied();
        }
        Ok(())
    }

    /// Who has these usernames, or wants them; with a plan, would have them.
    async fn read_names(&self, tx: &mut Tx, keys: &[&UsernameKey]) -> Result<Names, Stop> {
        let (customer, directory) = (self.customer, self.directory);
        let mut holders = store::compare::holders(tx, customer, keys).await?;
        let rivals = store::compare::rivals(tx, customer, directory, keys).await?;
        let now = self.services.now();
        let mut reserved = store::migration::reserved(tx, customer, keys, now).await?;
        if let Some(plan) = &self.plan {
            self.hand_on(tx, (customer, plan.number), keys, &mut holders)
                .await?;
            if plan.options.reserved_days > 0 {
                reserved.extend(store::migration::freed(tx, (customer, plan.number), keys).await?);
            }
        }
        Ok(Names {
            holders: holders
                .into_iter()
                .map(|row| (row.account.username_key.clone(), row))
                .collect(),
            rivals: rivals.into_iter().collect(),
            reserved: reserved.into_iter().collect(),
        })
    }

    /// The accounts that have usernames, and those that get them, as a plan would leave them.
    async fn hand_on(
        &self,
        tx: &mut Tx,
        plan: (CustomerId, i64),
        keys: &[&UsernameKey],
        holders: &mut Vec<HolderRow>,
    ) -> Result<(), Stop> {
        let ids: Vec<AccountId> = holders.iter().map(|row| row.account.id).collect();
        let entries = store::migration::entries_about(tx, plan, &ids, keys).await?;
        let had: HashSet<AccountId> = ids.into_iter().collect();
        let getting: Vec<AccountId> = entries
            .iter()
            .map(|entry| entry.account)
            .filter(|id| !had.contains(id))
            .collect();
        let accounts = store::accounts::by_ids(tx, self.customer, &getting).await?;
        holders.extend(accounts.into_iter().map(|account| HolderRow {
            account,
            linked_to: None,
        }));
        let entries: HashMap<AccountId, MigrationEntry> =
            entries.into_iter().map(|entry| (entry.account, entry)).collect();
        for row in holders {
            if let Some(entry) = entries.get(&row.account.id) {
                apply(&mut row.account, entry);
                row.linked_to.clone_from(&entry.after.link);
            }
        }
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
        context: Context,
        wanted: impl Fn(&ObjectId) -> bool,
        collected: &mut Collected,
    ) {
        let Context {
            people,
            accounts,
            names,
        } = context;
        for row in people {
            if wanted(&row.user.user.object_id) {
                let linked = row.account.and_then(|id| accounts.get(&id));
                self.compare_person(&names, &person(row.user), linked, collected);
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

    fn compare_person(
        &self,
        usernames: &Names,
        person: &Person,
        linked: Option<&PeopleAccount>,
        collected: &mut Collected,
    ) {
        let key = person.username_key.as_ref();
        let holder = key
            .and_then(|key| usernames.holders.get(key))
            .filter(|holder| linked.is_none_or(|linked| linked.id != holder.account.id));
        let facts = Facts {
            person,
            linked,
            holder: holder.map(|h| Holder {
                account: &h.account,
                linked_to: h.linked_to.as_ref(),
            }),
            rivals: key.is_some_and(|key| usernames.rivals.contains(key)),
            reserved: key.is_some_and(|key| usernames.reserved.contains(key)),
        };
        let rules = self.rules();
        let named = || named(person, linked);
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

fn person(row: SnapshotUser) -> Person {
    Person {
        user: row.user,
        username: row.username,
        username_key: row.username_key,
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
