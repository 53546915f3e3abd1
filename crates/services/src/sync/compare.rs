//! Second phase: the snapshot beside the accounts, a page at a time; every difference becomes a planned change.
//! Nothing is decided here: `rules` does that. Starting over is harmless, only the plan is written.

use std::collections::{HashMap, HashSet};

use domain::people::{PeopleAccount, field};
use domain::settings::GroupMode;
use domain::sync::{ChangeKind, FieldChange, PlannedChange, Reason, RunPhase};
use domain::{AccountId, GroupId, ObjectId, Timestamp, UsernameKey};
use rules::sync::{Claim, Decision, Facts, Holder, Person, Rules, last_administrator, settle};
use store::compare::{HolderRow, Mover, PersonRow};
use store::snapshot::SnapshotUser;

use super::Running;
use super::plan::{Named, Plan};
use super::stop::Stop;

/// People are compared this many at a time.
pub(super) const PAGE: i64 = 2_000;

/// What comparing collects besides the plan.
#[derive(Default)]
struct Collected {
    plan: Plan,
    claims: Vec<Claim>,
    /// The words of people with a claim, and of administrators who would be blocked.
    named: HashMap<ObjectId, Named>,
    administrators: Vec<PlannedChange>,
    unchanged: u64,
}

/// One page with everything there is to know about its people.
struct Context {
    people: Vec<PersonRow>,
    accounts: HashMap<AccountId, PeopleAccount>,
    holders: HashMap<UsernameKey, HolderRow>,
    rivals: HashSet<UsernameKey>,
}

impl Running<'_> {
    /// Makes the plan of this run.
    pub(super) async fn compare(&mut self) -> Result<(), Stop> {
        let mut tx = self.begin().await?;
        store::changes::forget(&mut tx, self.customer, self.run.id).await?;
        tx.commit().await?;
        let mut collected = Collected::default();
        if let Some(person) = self.run.person.clone() {
            self.compare_one(&person, &mut collected).await?;
        } else {
            self.compare_people(&mut collected).await?;
            self.compare_unclaimed(&mut collected).await?;
        }
        self.spare_last_administrator(&mut collected).await?;
        self.settle_names(&mut collected).await?;
        self.counts.unchanged = collected.unchanged;
        self.write(&mut collected.plan, true).await?;
        self.compare_managers(&mut collected.plan).await?;
        self.compare_groups(&mut collected.plan).await?;
        let mut tx = self.begin().await?;
        let rest = collected.plan.take(true);
        let now = self.services.now();
        store::changes::insert(&mut tx, self.customer, self.run.id, &rest, now).await?;
        self.share_licences(&mut tx).await?;
        self.note_leaving_managers(&mut tx).await?;
        self.enter(&mut tx, RunPhase::Guard).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn write(&self, plan: &mut Plan, all: bool) -> Result<(), Stop> {
        let changes = plan.take(all);
        if !changes.is_empty() {
            let mut tx = self.begin().await?;
            let now = self.services.now();
            for chunk in changes.chunks(super::plan::CHUNK) {
                store::changes::insert(&mut tx, self.customer, self.run.id, chunk, now).await?;
            }
            tx.commit().await?;
        }
        self.check_cancel()
    }

    /// The run of one person: their row of the snapshot, and no other.
    async fn compare_one(&self, person: &ObjectId, collected: &mut Collected) -> Result<(), Stop> {
        if let Some(row) = self.row_of(person).await? {
            let context = self.context(row - 1, 1).await?;
            for row in context
                .people
                .iter()
                .filter(|row| row.user.user.object_id == *person)
            {
                self.compare_person(&context, row, collected);
            }
        }
        Ok(())
    }

    /// The number of somebody's row in the snapshot.
    pub(super) async fn row_of(&self, person: &ObjectId) -> Result<Option<i64>, Stop> {
        let mut tx = self.services.db().read().await?;
        let known =
            store::snapshot::known(&mut tx, self.customer, self.run.directory, &[person.as_str()]).await?;
        Ok(known.first().map(|known| known.row_no))
    }

    async fn compare_people(&self, collected: &mut Collected) -> Result<(), Stop> {
        let mut after = 0;
        loop {
            let context = self.context(after, PAGE).await?;
            let Some(last) = context.people.last() else {
                return Ok(());
            };
            after = last.user.row_no;
            for row in &context.people {
                self.compare_person(&context, row, collected);
            }
            self.write(&mut collected.plan, false).await?;
        }
    }

    async fn context(&self, after: i64, limit: i64) -> Result<Context, Stop> {
        let (customer, directory) = (self.customer, self.run.directory);
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
        Ok(Context {
            people,
            accounts: accounts
                .into_iter()
                .map(|account| (account.id, account))
                .collect(),
            holders: holders
                .into_iter()
                .map(|h| (h.account.username_key.clone(), h))
                .collect(),
            rivals: rivals.into_iter().collect(),
        })
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
        };
        let rules = Rules {
            directory: self.run.directory,
            settings: &self.settings,
            fields: &self.fields,
        };
        let named = || named(&person, linked);
        for problem in rules.problems(&facts) {
            collected.plan.add(problem, named(), None);
        }
        match rules.decide(&facts, || self.services.new_id()) {
            Decision::Ignored => {}
            Decision::Unchanged => collected.unchanged += 1,
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

    /// Accounts of this directory that nobody in the directory claims: leavers (L-03).
    async fn compare_unclaimed(&self, collected: &mut Collected) -> Result<(), Stop> {
        let (customer, directory) = (self.customer, self.run.directory);
        let rules = Rules {
            directory,
            settings: &self.settings,
            fields: &self.fields,
        };
        let mut after = None;
        loop {
            let accounts = {
                let mut tx = self.services.db().read().await?;
                store::compare::unclaimed(&mut tx, customer, directory, after, PAGE).await?
            };
            let Some(last) = accounts.last() else { break };
            after = Some(last.id);
            for account in &accounts {
                match rules.leaver(account) {
                    Decision::Change(change) if account.is_administrator => {
                        collected.administrators.push(change);
                    }
                    Decision::Change(change) => {
                        collected.plan.add(change, Named::of_account(account), None);
                    }
                    _ => {}
                }
            }
            self.write(&mut collected.plan, false).await?;
        }
        Ok(())
    }

    /// I-18: administrators who would be blocked are, unless nobody of them would be left.
    async fn spare_last_administrator(&self, collected: &mut Collected) -> Result<(), Stop> {
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
    async fn settle_names(&self, collected: &mut Collected) -> Result<(), Stop> {
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
        self.write(&mut collected.plan, false).await
    }

    /// Group sync: each People group against all directory groups mapped to it (U-13).
    async fn compare_groups(&self, plan: &mut Plan) -> Result<(), Stop> {
        let mut mapped: Vec<(GroupId, Vec<&ObjectId>, bool)> = Vec::new();
        for mapping in &self.settings.groups {
            let authoritative = mapping.mode == GroupMode::Authoritative;
            match mapped.iter_mut().find(|(group, ..)| *group == mapping.group) {
                Some((_, sources, all)) => {
                    sources.push(&mapping.object_id);
                    *all &= authoritative;
                }
                None => mapped.push((mapping.group, vec![&mapping.object_id], authoritative)),
            }
        }
        let names: HashMap<GroupId, String> = {
            let mut tx = self.services.db().read().await?;
            store::groups::all(&mut tx, self.customer)
                .await?
                .into_iter()
                .collect()
        };
        for (group, sources, authoritative) in mapped {
            let Some(name) = names.get(&group) else { continue };
            self.compare_group(plan, group, name, &sources, authoritative)
                .await?;
        }
        Ok(())
    }

    async fn compare_group(
        &self,
        plan: &mut Plan,
        group: GroupId,
        name: &str,
        sources: &[&ObjectId],
        authoritative: bool,
    ) -> Result<(), Stop> {
        let (customer, directory, run) = (self.customer, self.run.directory, self.run.id);
        let mut tx = self.services.db().read().await?;
        // G-05: unless every source was read in this run, memberships stay as they are. What is known of one person's
        // groups was proven in their own run, or by the last complete read.
        let since = match self.run.person {
            Some(_) => Timestamp::UNIX_EPOCH,
            None => self.run.started_at.unwrap_or(self.run.queued_at),
        };
        let read = store::compare::groups_read_since(&mut tx, customer, directory, sources, since).await?;
        if usize::try_from(read).unwrap_or(0) < sources.len() {
            return Ok(());
        }
        let joining = store::compare::joining(&mut tx, customer, directory, run, sources, group).await?;
        let leaving =
            store::compare::leaving(&mut tx, customer, directory, run, sources, group, authoritative).await?;
        drop(tx);
        let of_this_run = |mover: &Mover| match &self.run.person {
            Some(person) => mover.object_id.as_ref() == Some(person),
            None => true,
        };
        for mover in joining.into_iter().filter(of_this_run) {
            let reason = Reason::GroupMember {
                group: name.to_owned(),
            };
            add_membership(plan, ChangeKind::GroupAdd, mover, reason, group, name);
            self.write(plan, false).await?;
        }
        for mover in leaving.into_iter().filter(of_this_run) {
            let reason = Reason::NotGroupMember {
                group: name.to_owned(),
            };
            add_membership(plan, ChangeKind::GroupRemove, mover, reason, group, name);
            self.write(plan, false).await?;
        }
        Ok(())
    }
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

fn add_membership(
    plan: &mut Plan,
    kind: ChangeKind,
    mover: Mover,
    reason: Reason,
    group: GroupId,
    group_name: &str,
) {
    let (before, after) = match kind {
        ChangeKind::GroupAdd => (None, Some(group_name)),
        _ => (Some(group_name), None),
    };
    let change = PlannedChange {
        kind,
        object_id: mover.object_id,
        account: Some(mover.account),
        account_version: None,
        reason,
        fields: vec![FieldChange::new(field::GROUP, before, after)],
    };
    plan.add_membership(
        change,
        Named {
            name: mover.name,
            username: mover.username,
        },
        group,
    );
}
