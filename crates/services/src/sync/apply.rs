//! Last phase: the plan is carried out in chunks, each one unit of work that writes accounts, links, memberships, what
//! became of every change, and proves the lease. A worker that dies leaves whole chunks behind; the next one goes on
//! with what is still planned.

use std::collections::{HashMap, HashSet};

use domain::people::{AccountState, Block, BlockReason, BlockedBy, Directory, PeopleAccount, Profile, field};
use domain::sync::{ChangeKind, Reason};
use domain::{AccountId, GroupId, ObjectId, Timestamp};
use rules::username;
use store::accounts::AccountWrite;
use store::changes::{ChangeRecord, Outcome};
use store::{StoreError, Tx};

use super::Running;
use super::stop::Stop;

/// Changes applied in one unit of work, about; what belongs together is never split.
pub(super) const CHUNK: i64 = 1_000;

/// Everything one chunk writes.
#[derive(Default)]
struct Effects {
    created: Vec<PeopleAccount>,
    changed: HashMap<AccountId, PeopleAccount>,
    renamed: Vec<AccountId>,
    links: Vec<(ObjectId, AccountId)>,
    joined: Vec<(GroupId, AccountId)>,
    left: Vec<(GroupId, AccountId)>,
    outcomes: Vec<Outcome>,
}

impl Running<'_> {
    /// Applies what is still planned.
    pub(super) async fn apply(&mut self) -> Result<(), Stop> {
        let mut after = 0;
        loop {
            self.check_cancel()?;
            let chunk = {
                let mut tx = self.services.db().read().await?;
                store::changes::left_to_apply(&mut tx, self.customer, self.run.id, after, CHUNK).await?
            };
            let Some(last) = chunk.last() else {
                return self.appoint_managers().await;
            };
            after = last.seq;
            match self.apply_together(&chunk).await {
                Ok(()) => {}
                // Somebody of this chunk is in the way of somebody outside it: find out who, and let the rest go on.
                Err(Stop::Store(error)) if is_about_one_row(&error) => self.apply_apart(&chunk).await?,
                Err(other) => return Err(other),
            }
        }
    }

    /// S-08: what belongs together, each in a unit of work of its own; what the database refuses is noted and the rest
    /// goes on.
    async fn apply_apart(&mut self, chunk: &[ChangeRecord]) -> Result<(), Stop> {
        for together in chunk.chunk_by(|a, b| a.component.is_some() && a.component == b.component) {
            self.check_cancel()?;
            match self.apply_together(together).await {
                Ok(()) => {}
                Err(Stop::Store(error)) if is_about_one_row(&error) => self.refuse(together, &error).await?,
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    async fn refuse(&mut self, changes: &[ChangeRecord], error: &StoreError) -> Result<(), Stop> {
        let reference = format!(
            "{}-{}",
            self.run.number,
            changes.first().map_or(0, |change| change.seq)
        );
        tracing::warn!(customer = %self.customer, run = self.run.number, reference,
            error = domain::text::chain(error), "a change was refused by the database");
        let outcomes: Vec<_> = changes
            .iter()
            .map(|change| {
                failed(
                    change,
                    Reason::Refused {
                        reference: reference.clone(),
                    },
                )
            })
            .collect();
        let mut tx = self.begin().await?;
        self.settle(&mut tx, &outcomes).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn apply_together(&mut self, changes: &[ChangeRecord]) -> Result<(), Stop> {
        let now = self.services.now();
        let counts_before = self.counts;
        let mut tx = self.begin().await?;
        let effects = self.effects(&mut tx, changes, now).await?;
        let written = async {
            self.write_effects(&mut tx, &effects, now).await?;
            self.settle(&mut tx, &effects.outcomes).await?;
            Ok::<_, Stop>(tx.commit().await?)
        };
        let written = written.await;
        if written.is_err() {
            self.counts = counts_before;
        }
        written
    }

    /// What these changes do to the accounts as they are now. A change whose account is not what the plan saw fails by
    /// itself (S-05, P-17); the next run looks again.
    async fn effects(&self, tx: &mut Tx, changes: &[ChangeRecord], now: Timestamp) -> Result<Effects, Stop> {
        let ids: Vec<AccountId> = changes
            .iter()
            .filter(|change| change.change.kind != ChangeKind::Create)
            .filter_map(|change| change.change.account)
            .collect();
        let mut accounts: HashMap<AccountId, PeopleAccount> =
            store::accounts::by_ids(tx, self.customer, &ids)
                .await?
                .into_iter()
                .map(|account| (account.id, account))
                .collect();
        let mut effects = Effects::default();
        let lost = self.lost_components(changes, &accounts);
        let is_lost = |change: &ChangeRecord| {
            change
                .component
                .is_some_and(|component| lost.contains(&component))
        };
        let managers: Vec<AccountId> = changes.iter().filter_map(|change| change.manager).collect();
        let mut there = store::accounts::existing(tx, self.customer, &managers).await?;
        there.extend(
            changes
                .iter()
                .filter(|change| change.change.kind == ChangeKind::Create && !is_lost(change))
                .filter_map(|change| change.change.account),
        );
        for change in changes {
            let changed_meanwhile =
                is_lost(change) || !self.apply_one(change, &mut accounts, &there, &mut effects, now);
            effects.outcomes.push(if changed_meanwhile {
                failed(change, Reason::ChangedMeanwhile)
            } else {
                Outcome {
                    seq: change.seq,
                    failed: None,
                }
            });
        }
        Ok(effects)
    }

    /// Swaps and chains stand or fall together: when one of them changed meanwhile, the whole component fails.
    fn lost_components(
        &self,
        changes: &[ChangeRecord],
        accounts: &HashMap<AccountId, PeopleAccount>,
    ) -> HashSet<i64> {
        changes
            .iter()
            .filter(|change| change.change.account_version.is_some())
            .filter(|change| {
                let account = change.change.account.and_then(|id| accounts.get(&id));
                !account.is_some_and(|account| self.is_as_planned(change, account))
            })
            .filter_map(|change| change.component)
            .collect()
    }

    fn is_as_planned(&self, change: &ChangeRecord, account: &PeopleAccount) -> bool {
        account.directory == Directory::External(self.run.directory)
            && change
                .change
                .account_version
                .is_none_or(|version| version == account.version)
    }

    /// Applies one change to the accounts in memory. False: the account is not what the plan saw.
    fn apply_one(
        &self,
        record: &ChangeRecord,
        accounts: &mut HashMap<AccountId, PeopleAccount>,
        there: &HashSet<AccountId>,
        effects: &mut Effects,
        now: Timestamp,
    ) -> bool {
        let change = &record.change;
        let Some(id) = change.account else { return false };
        if change.kind == ChangeKind::Create {
            effects.created.push(self.new_account(id, record, there, now));
            effects
                .links
                .extend(change.object_id.clone().map(|object| (object, id)));
            return true;
        }
        if let Some(group) = record.group {
            // A membership needs its account, which an earlier chunk, or this one, may have failed to create.
            let exists = accounts.contains_key(&id) || effects.created.iter().any(|account| account.id == id);
            if exists {
                let list = match change.kind {
                    ChangeKind::GroupRemove => &mut effects.left,
                    _ => &mut effects.joined,
                };
                list.push((group, id));
            }
            return exists;
        }
        let Some(account) = accounts.get_mut(&id) else {
            return false;
        };
        // The version was raised in memory by nobody yet: it is compared with the stored one.
        if !self.is_as_planned(record, account) {
            return false;
        }
        if alter(account, record, there) {
            effects.renamed.push(id);
        }
        if change.kind == ChangeKind::Link {
            effects
                .links
                .extend(change.object_id.clone().map(|object| (object, id)));
        }
        effects.changed.insert(id, account.clone());
        true
    }

    fn new_account(
        &self,
        id: AccountId,
        record: &ChangeRecord,
        there: &HashSet<AccountId>,
        now: Timestamp,
    ) -> PeopleAccount {
        let username = username::stored(&record.username);
        let mut account = PeopleAccount {
            id,
            username_key: username::key(&username),
            username,
            directory: Directory::External(self.run.directory),
            state: AccountState::Active,
            block: None,
            is_administrator: false,
            profile: Profile::new(),
            manager: None,
            version: 1,
            created_at: now,
            updated_at: now,
            last_sign_in_at: None,
        };
        alter(&mut account, record, there);
        if record.change.reason == Reason::NoLicence {
            account.state = AccountState::Blocked;
            account.block = Some(Block {
                by: BlockedBy::Sync,
                reason: BlockReason::Licence,
            });
        }
        account
    }

    async fn write_effects(&self, tx: &mut Tx, effects: &Effects, now: Timestamp) -> Result<(), Stop> {
        let customer = self.customer;
        let write = |account: &PeopleAccount| account_write(account.clone());
        let changed: Vec<_> = effects.changed.values().map(write).collect();
        let created: Vec<_> = effects.created.iter().map(write).collect();
        store::accounts::step_aside(tx, customer, &effects.renamed).await?;
        let touched = store::accounts::update(tx, customer, &changed, now).await?;
        if usize::try_from(touched).ok() != Some(changed.len()) {
            return Err(StoreError::Stale { what: "an account" }.into());
        }
        store::accounts::insert(tx, customer, &created, now).await?;
        let links: Vec<_> = effects
            .links
            .iter()
            .map(|(object, account)| (object, *account))
            .collect();
        store::links::insert(tx, customer, self.run.directory, &links, now).await?;
        store::groups::remove_members(tx, customer, &effects.left).await?;
        store::groups::add_members(tx, customer, &effects.joined, true).await?;
        Ok(())
    }

    async fn settle(&mut self, tx: &mut Tx, outcomes: &[Outcome]) -> Result<(), Stop> {
        let now = self.services.now();
        store::changes::settle(tx, self.customer, self.run.id, outcomes, now).await?;
        let failed = outcomes.iter().filter(|outcome| outcome.failed.is_some()).count();
        self.counts.failed += u64::try_from(failed).unwrap_or(0);
        self.counts.applied += u64::try_from(outcomes.len() - failed).unwrap_or(0);
        store::runs::progress(tx, self.customer, self.run.id, &self.counts).await?;
        Ok(())
    }
}

/// An account with the keys that search and order use.
pub(crate) fn account_write(account: PeopleAccount) -> AccountWrite {
    let (search_key, sort_key) = keys_of(&account.profile, account.username.as_str());
    AccountWrite {
        account,
        search_key,
        sort_key,
    }
}

/// What an account is found by, and where it stands in a list.
pub(crate) fn keys_of(profile: &Profile, username: &str) -> (String, String) {
    let part = |key| profile.get(key).map(String::as_str).unwrap_or_default();
    let (first, surname, email) = (part(field::FIRST_NAME), part(field::SURNAME), part(field::EMAIL));
    let search_key = username::search_key(&format!("{first} {surname} {username} {email}"));
    let mut sort_key = username::search_key(&format!("{surname} {first}"));
    if sort_key.is_empty() {
        sort_key = username::search_key(username);
    }
    (search_key, sort_key)
}

/// Writes the planned fields into an account; true when its username changes. A manager who is not there yet comes at
/// the end of the run.
fn alter(account: &mut PeopleAccount, record: &ChangeRecord, there: &HashSet<AccountId>) -> bool {
    let mut renamed = false;
    for change in &record.change.fields {
        match (change.field.as_str(), change.after.as_deref()) {
            (field::USERNAME, Some(after)) => {
                account.username = username::stored(after);
                account.username_key = username::key(&account.username);
                renamed = true;
            }
            (field::STATE, Some(after)) => set_state(account, after, &record.change.reason),
            (field::MANAGER, _) => {
                if record.manager.is_none_or(|manager| there.contains(&manager)) {
                    account.manager = record.manager;
                }
            }
            (field::USERNAME | field::STATE, None) => {}
            (key, Some(after)) => {
                account.profile.insert(key.to_owned(), after.to_owned());
            }
            (key, None) => {
                account.profile.remove(key);
            }
        }
    }
    renamed
}

fn set_state(account: &mut PeopleAccount, after: &str, reason: &Reason) {
    let Some(state) = AccountState::from_code(after) else {
        return;
    };
    account.state = state;
    account.block = match (state, reason) {
        (AccountState::Blocked, Reason::Blocked { why }) => Some(Block {
            by: BlockedBy::Sync,
            reason: *why,
        }),
        (AccountState::Blocked, _) => account.block,
        _ => None,
    };
}

fn failed(change: &ChangeRecord, reason: Reason) -> Outcome {
    Outcome {
        seq: change.seq,
        failed: Some(reason),
    }
}

/// Whether a smaller unit of work may get further: a name or a link that is taken, an account that just changed.
fn is_about_one_row(error: &StoreError) -> bool {
    match error {
        StoreError::Conflict { .. } => true,
        StoreError::Stale { what } => *what == "an account",
        _ => false,
    }
}
