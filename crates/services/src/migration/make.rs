//! Making a plan: all accounts are read twice, and what becomes of each is written.

use std::sync::Arc;

use domain::deployment::Step;
use domain::migration::{
    EntryKind, MigrationEntry, MigrationOptions, MigrationPlan, MigrationPurpose, MigrationRunState, Place,
    PlanState,
};
use domain::people::Directory;
use domain::{AccountId, Actor, CustomerId, ObjectId, Provider, Timestamp, UserError};
use jobs::Lease;
use rand::Rng;
use rules::migration::{Line, Person, Planner, Settled, Surroundings, Wanted, Wish, inverse, wanted};
use rules::username;
use serde_json::json;
use store::migration::{AccountNow, Kept, LineOf, NewEntry, NewPlan};
use store::statistics::Filled;
use store::{StoreError, Tx};

use super::approval::{approved, is_as_begun, moment_of_check};
use super::rehearse::keeps_freed;
use super::{MIGRATION_JOB, PAGE, refused};
use crate::beside::Beside;
use crate::sync::keys_of;
use crate::{ServiceError, Services};

/// Entries that are written at once.
const BATCH: usize = 2_000;
/// The longest that freed usernames may be kept, in days.
const MOST_DAYS: i64 = 3_650;

/// What a plan is made of.
enum Source {
    /// The approved mapping.
    Mapping {
        provider: Provider,
        old: Vec<String>,
        /// When its lines were written.
        checked_at: Option<Timestamp>,
    },
    /// Another plan, for one account or all.
    Undo { plan: i64, only: Option<AccountId> },
}

impl Services {
    /// Has a plan made of the approved user mapping, and gives its number.
    pub async fn make_migration_plan(
        &self,
        actor: &Actor,
        slug: &str,
        options: MigrationOptions,
    ) -> Result<i64, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        self.require_step(&mut tx, customer, Step::Migration).await?;
        check_options(options)?;
        nothing_under_way(&mut tx, customer).await?;
        if store::migration::last_done(&mut tx, customer).await?.is_some() {
            return Err(refused(
                "The migration was carried out already. Undo it before it is done again.",
            ));
        }
        let (version, hash) = approved(&mut tx, customer).await?;
        let directory = store::directories::current(&mut tx, customer).await?;
        let directory = directory.ok_or(UserError::Changed)?.id;
        let marks = store::user_mapping::marks(&mut tx, customer, directory).await?;
        // A page of a test sync may have been written since the step was looked at (P-17).
        let checked = store::user_mapping::version(&mut tx, customer, version).await?;
        if checked.and_then(|checked| checked.marks) != Some(marks) {
            let until = Step::UserMapping;
            return Err(UserError::NotYet { until }.into());
        }
        let new = NewPlan {
            purpose: MigrationPurpose::Migrate,
            undoes: None,
            only: None,
            mapping_version: version,
            mapping_hash: &hash,
            directory,
            people_number: marks.people,
            snapshot_number: marks.snapshot,
            options,
            by: &actor.name,
            at: self.now(),
        };
        self.add_plan(tx, (actor, customer), &new).await
    }

    /// Has a plan made that takes a run back, for everybody or for one account, and gives its number (M-14). Everybody is
    /// possible until a sync writes to People; what changed since is left alone, and said.
    pub async fn make_undo_plan(
        &self,
        actor: &Actor,
        slug: &str,
        run: i64,
        only: Option<AccountId>,
    ) -> Result<i64, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        nothing_under_way(&mut tx, customer).await?;
        let run = store::migration::find_run(&mut tx, customer, run).await?;
        let run = run.ok_or(UserError::NotFound)?;
        let Some(since) = run
            .committed_at
            .filter(|_| run.state == MigrationRunState::Done && run.purpose == MigrationPurpose::Migrate)
        else {
            return Err(refused("Only a migration that is done can be undone."));
        };
        if only.is_none() && store::migration::written_since(&mut tx, customer, since).await? > 0 {
            return Err(refused(
                "A sync has come as far as to write to People since the migration, so it can be undone for one person at a time only.",
            ));
        }
        if let Some(only) = only {
            let about = (customer, run.plan);
            let entries = store::migration::entries_about(&mut tx, about, &[only], &[]).await?;
            if !entries.iter().any(|entry| entry.kind.writes() || entry.relinks()) {
                return Err(refused("The migration changed nothing about this account."));
            }
        }
        let (plan, ..) = found(&mut tx, customer, run.plan).await?;
        let marks = store::user_mapping::marks(&mut tx, customer, plan.directory).await?;
        let new = NewPlan {
            purpose: MigrationPurpose::Undo,
            undoes: Some(run.number),
            only,
            mapping_version: plan.mapping_version,
            mapping_hash: &plan.mapping_hash,
            directory: plan.directory,
            people_number: marks.people,
            snapshot_number: marks.snapshot,
            options: plan.options,
            by: &actor.name,
            at: self.now(),
        };
        self.add_plan(tx, (actor, customer), &new).await
    }

    async fn add_plan(
        &self,
        mut tx: Tx,
        (actor, customer): (&Actor, CustomerId),
        new: &NewPlan<'_>,
    ) -> Result<i64, ServiceError> {
        let number = store::migration::insert_plan(&mut tx, customer, new).await?;
        let details = json!({ "purpose": new.purpose.code(), "undoes": new.undoes, "only": new.only,
            "mapping": new.mapping_version, "sha256": new.mapping_hash, "options": new.options });
        let about = number.to_string();
        self.record(&mut tx, actor, Some(customer), "migration.plan", &about, &details)
            .await?;
        self.queue_migration(&mut tx, customer, &format!("plan:{number}"), self.now())
            .await?;
        tx.commit().await?;
        self.wake().wake();
        Ok(number)
    }

    /// Drops a plan that nobody wants to carry out, so that another one can be made. It stays on record.
    pub async fn drop_migration_plan(
        &self,
        actor: &Actor,
        slug: &str,
        plan: i64,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        nothing_under_way(&mut tx, customer).await?;
        newest(&mut tx, customer, plan).await?;
        // Whoever still works on it loses the job, and with it the right to write. They hold the job before they write to the plan:
        // the other way round the two would wait for each other.
        for subject in [format!("plan:{plan}"), format!("rehearse:{plan}")] {
            store::jobs::retire(&mut tx, customer, MIGRATION_JOB, &subject, self.now()).await?;
        }
        store::migration::drop_plan(&mut tx, customer, plan).await?;
        let about = plan.to_string();
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "migration.drop",
            &about,
            &json!({}),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Changes what a plan switches beside the accounts.
    pub async fn set_migration_options(
        &self,
        actor: &Actor,
        slug: &str,
        plan: i64,
        options: MigrationOptions,
    ) -> Result<(), ServiceError> {
        check_options(options)?;
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        nothing_under_way(&mut tx, customer).await?;
        let (before, ..) = newest(&mut tx, customer, plan).await?;
        let done = store::migration::last_done(&mut tx, customer).await?;
        if done.is_some_and(|run| run.plan == plan) {
            return Err(refused(
                "This plan was carried out: what it switched is on record.",
            ));
        }
        store::migration::set_options(&mut tx, customer, plan, options).await?;
        if keeps_freed(&before.options) != keeps_freed(&options) {
            // Newcomers with a freed username were held, or were not.
            store::migration::set_rehearsal(&mut tx, customer, plan, None).await?;
        }
        let details = json!({ "before": before.options, "after": options });
        let about = plan.to_string();
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "migration.options",
            &about,
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn give_plan_up(
        &self,
        customer: CustomerId,
        number: i64,
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        store::migration::fail_plan(&mut tx, customer, number).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Makes a plan. One that was begun is begun again. People who change meanwhile fail it: it would be stale.
    pub(super) async fn build_plan(
        &self,
        customer: CustomerId,
        number: i64,
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        let Some(whole) = self.begin_plan(customer, number, lease).await? else {
            return Ok(());
        };
        let whole = Arc::new(whole);
        let read = |after, details| {
            let (services, whole) = (self.clone(), Arc::clone(&whole));
            async move {
                services
                    .wishes(customer, (&whole.0, &whole.1), after, details)
                    .await
            }
        };
        let mut reading = Beside::nothing();
        let mut planner = Planner::new(rand::rng().random());
        reading.begin(read(None, false));
        while let Some(page) = reading.done().await.transpose()? {
            go_on(lease)?;
            let Some(last) = page.last() else { break };
            reading.begin(read(Some(last.wish.account), false));
            for one in &page {
                planner.look(&one.wish);
            }
        }
        let mut settled = planner.settle();
        let directory = Directory::External(whole.0.directory);
        let mut writing = Beside::nothing();
        reading.begin(read(None, true));
        while let Some(page) = reading.done().await.transpose()? {
            go_on(lease)?;
            let Some(last) = page.last() else { break };
            reading.begin(read(Some(last.wish.account), true));
            let entries: Vec<NewEntry> = page
                .into_iter()
                .filter_map(|one| {
                    Some(new_entry(
                        settled.entry(one.wish)?,
                        one.kept,
                        (directory, one.person),
                    ))
                })
                .collect();
            writing.done().await.transpose()?;
            let (services, lease) = (self.clone(), lease.clone());
            writing.begin(async move { services.add_entries((customer, number), &entries, &lease).await });
        }
        writing.done().await.transpose()?;
        self.end_plan(customer, (&whole.0, &whole.1), settled, lease)
            .await
    }

    /// A plan that is to be made, without entries, and what it is made of. `None`: it is not, or it cannot be made any more; then it
    /// has failed.
    async fn begin_plan(
        &self,
        customer: CustomerId,
        number: i64,
        lease: &Lease,
    ) -> Result<Option<(MigrationPlan, Source)>, ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let plan = store::migration::find_plan(&mut tx, customer, number).await?;
        let Some((plan, ..)) = plan.filter(|(plan, ..)| plan.state == PlanState::Making) else {
            return Ok(None);
        };
        store::migration::forget_entries(&mut tx, customer, number).await?;
        let source = source(&mut tx, customer, &plan).await?;
        // There is no way through all accounts for lines that nobody has approved (M-10).
        let is_sound = is_sound(&mut tx, customer, (&plan, &source)).await?;
        if !is_sound {
            store::migration::fail_plan(&mut tx, customer, number).await?;
        }
        tx.commit().await?;
        Ok(is_sound.then_some((plan, source)))
    }

    /// All entries of a plan are there.
    async fn end_plan(
        &self,
        customer: CustomerId,
        (plan, source): (&MigrationPlan, &Source),
        settled: Settled,
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        let (counts, hash) = settled.finish();
        store::statistics::refresh(self.db(), Filled::Plan, counts.all()).await;
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        store::migration::fill_lookups(&mut tx, customer, plan.number).await?;
        tx.commit().await?;
        store::statistics::refresh(self.db(), Filled::Lookups, counts.all()).await;
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        if !is_sound(&mut tx, customer, (plan, source)).await? || is_stale(&mut tx, customer, plan).await? {
            store::migration::fail_plan(&mut tx, customer, plan.number).await?;
        } else {
            store::migration::finish_plan(&mut tx, customer, plan.number, (&counts, &hash)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn add_entries(
        &self,
        (customer, plan): (CustomerId, i64),
        entries: &[NewEntry],
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        for chunk in entries.chunks(BATCH) {
            store::migration::insert_entries(&mut tx, customer, plan, chunk).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The next accounts; what they keep if that is asked for.
    async fn wishes(
        &self,
        customer: CustomerId,
        (plan, source): (&MigrationPlan, &Source),
        after: Option<AccountId>,
        details: bool,
    ) -> Result<Vec<Wished>, ServiceError> {
        let mut tx = self.db().read().await?;
        // An undo reads no lines.
        let version = match source {
            Source::Mapping { .. } => plan.mapping_version,
            Source::Undo { .. } => 0,
        };
        let whose = (customer, plan.directory);
        let accounts =
            store::migration::accounts_now(&mut tx, whose, version, (after, PAGE), details).await?;
        let mut entries = match (source, accounts.last()) {
            (Source::Undo { plan, .. }, Some(last)) => {
                store::migration::entries_between(&mut tx, customer, *plan, (after, last.id)).await?
            }
            _ => Vec::new(),
        }
        .into_iter()
        .peekable();
        Ok(accounts
            .into_iter()
            .map(|now| {
                let wanted = match source {
                    Source::Mapping { provider, old, .. } => {
                        let around = Surroundings {
                            provider: *provider,
                            directory: plan.directory,
                            old,
                        };
                        now.line.as_ref().map(|line| by_line(around, &now, line))
                    }
                    Source::Undo { only, .. } => entries
                        .next_if(|entry| entry.account == now.id)
                        .filter(|_| only.is_none_or(|only| only == now.id))
                        .and_then(|entry| inverse(&entry, now.version, &now.place)),
                };
                let wish = Wish {
                    account: now.id,
                    version: now.version,
                    now: now.place,
                    wanted,
                };
                let person = now.line.and_then(|line| line.person.zip(line.row));
                Wished {
                    wish,
                    kept: now.kept,
                    person,
                }
            })
            .collect())
    }
}

fn by_line(around: Surroundings<'_>, now: &AccountNow, line: &LineOf) -> Wanted {
    use domain::directory::Standing;
    let works = line
        .status
        .is_some_and(|status| status.standing() == Standing::Works);
    let person = line.person.as_ref().map(|object_id| Person {
        object_id,
        is_confirmed: line.is_there && works,
        linked_to: line.person_account,
    });
    let said = Line {
        line: line.line.unsigned_abs(),
        new: &line.new,
        target: &line.target,
        person,
    };
    wanted(around, now.id, &now.place, said)
}

/// What an account is to become.
struct Wished {
    wish: Wish,
    kept: Kept,
    /// The person that its line names, and their row in the snapshot.
    person: Option<(ObjectId, i64)>,
}

fn new_entry(
    entry: MigrationEntry,
    kept: Kept,
    (directory, person): (Directory, Option<(ObjectId, i64)>),
) -> NewEntry {
    let key = |place: &Place| username::key(&place.username).as_str().to_owned();
    let (search_key, sort_key) = keys_of(&kept.profile, entry.after.username.as_str());
    // Somebody who is held, is not in this directory afterwards, or stays linked to another person is not linked to this one.
    let links = entry.kind != EntryKind::Held && entry.after.directory == directory;
    let person = person.filter(|(id, _)| links && entry.after.link.as_ref() == Some(id));
    NewEntry {
        person: person.map(|(_, row)| row),
        key_before: key(&entry.before),
        key_after: key(&entry.after),
        search_key,
        sort_key,
        state: kept.state,
        groups: kept.groups,
        entry,
    }
}

async fn source(tx: &mut Tx, customer: CustomerId, plan: &MigrationPlan) -> Result<Source, ServiceError> {
    if let Some(run) = plan.undoes {
        let run = store::migration::find_run(tx, customer, run).await?;
        return Ok(Source::Undo {
            plan: run.ok_or(StoreError::Stale { what: "the run" })?.plan,
            only: plan.only,
        });
    }
    let directory = store::directories::find(tx, customer, plan.directory).await?;
    let what = "the directory";
    let old = store::directories::old(tx, customer).await?;
    Ok(Source::Mapping {
        provider: directory.ok_or(StoreError::Stale { what })?.provider,
        old: old.into_iter().map(|old| old.name).collect(),
        checked_at: moment_of_check(tx, customer, plan).await?,
    })
}

/// Whether the lines that a plan is made of are still those that were approved.
async fn is_sound(
    tx: &mut Tx,
    customer: CustomerId,
    (plan, source): (&MigrationPlan, &Source),
) -> Result<bool, ServiceError> {
    match source {
        Source::Mapping { checked_at, .. } => is_as_begun(tx, customer, (plan, *checked_at)).await,
        // An undo reads no lines.
        Source::Undo { .. } => Ok(true),
    }
}

/// A plan of this customer.
pub(super) async fn found(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
) -> Result<store::migration::StoredPlan, ServiceError> {
    let plan = store::migration::find_plan(tx, customer, number).await?;
    Ok(plan.ok_or(UserError::NotFound)?)
}

/// The same, if it is what is planned now: nothing is done with a plan that a newer one replaced, or that was dropped.
pub(super) async fn newest(
    tx: &mut Tx,
    customer: CustomerId,
    number: i64,
) -> Result<store::migration::StoredPlan, ServiceError> {
    let stored = found(tx, customer, number).await?;
    let latest = store::migration::latest_plan(tx, customer).await?;
    match latest {
        Some((latest, ..)) if latest.number != number && latest.state != PlanState::Dropped => {
            Err(refused(format!(
                "{} made plan {} meanwhile. Go on with that one.",
                latest.made_by, latest.number
            )))
        }
        Some((latest, ..)) if latest.number != number => Err(refused(format!(
            "This plan was replaced by plan {}, which was dropped. Make a new plan.",
            latest.number
        ))),
        _ if stored.0.state == PlanState::Dropped => Err(refused("This plan was dropped. Make a new plan.")),
        _ => Ok(stored),
    }
}

/// M-09: refuses while a run waits or is under way, and says whose.
pub(crate) async fn nothing_under_way(tx: &mut Tx, customer: CustomerId) -> Result<(), ServiceError> {
    match store::migration::open_run(tx, customer).await? {
        None => Ok(()),
        Some(run) => Err(refused(format!(
            "Migration {} of {} waits for its window or is under way already.",
            run.number, run.started_by
        ))),
    }
}

/// P-17, C-22: whether People or the directory changed since a plan was begun, or another directory is connected.
pub(super) async fn is_stale(
    tx: &mut Tx,
    customer: CustomerId,
    plan: &MigrationPlan,
) -> Result<bool, ServiceError> {
    let current = store::directories::current(tx, customer).await?;
    let is_connected = current.is_some_and(|current| current.id == plan.directory);
    let marks = store::user_mapping::marks(tx, customer, plan.directory).await?;
    Ok(!is_connected || (marks.people, marks.snapshot) != (plan.people_number, plan.snapshot_number))
}

fn check_options(options: MigrationOptions) -> Result<(), UserError> {
    if (0..=MOST_DAYS).contains(&options.reserved_days) {
        Ok(())
    } else {
        let words = format!("Enter a number of days from 0 to {MOST_DAYS}.");
        Err(UserError::field("reserved_days", words))
    }
}

pub(super) fn go_on(lease: &Lease) -> Result<(), ServiceError> {
    if lease.stop().is_cancelled() {
        let what = "the migration, which was asked to stop,";
        return Err(StoreError::Stale { what }.into());
    }
    Ok(())
}
