//! The one unit of work that changes everything, and the look at what it left.

use chrono::TimeDelta;
use domain::CustomerId;
use domain::migration::{MigrationPlan, MigrationPurpose, MigrationRunState, MigrationStep};
use domain::numbers::thousands;
use jobs::Lease;
use rules::migration::canonical;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::Tx;
use store::migration::{MigrationRun, RunStep, SwitchedOff};
use store::statistics::Filled;

use super::approval::still_approved;
use super::checks::nothing_works_on_people;
use super::make::{found, go_on, is_stale};
use super::{OnStep, PAGE, Stop};
use crate::{ServiceError, Services};

/// Accounts that are written by one statement, so that a process that goes down is heard.
const BATCH: i64 = 50_000;
/// Accounts that are named when People changed.
const NAMED: i64 = 10;

impl Services {
    /// Everything, or nothing (M-02). Whoever drops out of it leaves all as it was.
    pub(super) async fn change_accounts(
        &self,
        customer: CustomerId,
        run: &MigrationRun,
        (lease, on_step): (&Lease, OnStep<'_>),
    ) -> Result<(), Stop> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        on_step(MigrationStep::Check);
        let plan = self.check_again(&mut tx, customer, run).await?;
        on_step(MigrationStep::OldSyncOff);
        let mut switched = self.switch_syncs(&mut tx, customer, &plan).await?;
        on_step(MigrationStep::StepAside);
        store::migration::step_aside(&mut tx, customer, plan.number).await?;
        on_step(MigrationStep::Write);
        let written = self.write_accounts(&mut tx, customer, plan.number, lease).await?;
        on_step(MigrationStep::Link);
        store::migration::unlink(&mut tx, customer, plan.number).await?;
        store::migration::link(&mut tx, customer, plan.number, self.now()).await?;
        on_step(MigrationStep::PasswordPolicy);
        switched.password_policy = self.switch_policy(&mut tx, customer, &plan).await?;
        on_step(MigrationStep::Count);
        let temporary = store::migration::count_temporary(&mut tx, customer).await?;
        if written != plan.counts.written() || temporary != 0 {
            return Err(Stop::Refused(format!(
                "{} accounts would have changed where {} were planned, so nothing was changed.",
                thousands(written),
                thousands(plan.counts.written())
            )));
        }
        self.mark_committed(&mut tx, customer, (run, &plan), &switched)
            .await?;
        lease.hold(&mut tx).await?;
        on_step(MigrationStep::Commit);
        self.in_window(run)?;
        tx.commit().await?;
        Ok(())
    }

    /// M-09 to M-12, inside the lock: what was approved is what is there.
    async fn check_again(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        run: &MigrationRun,
    ) -> Result<MigrationPlan, Stop> {
        self.in_window(run)?;
        store::customers::take_turn(tx, customer).await?;
        let is_running = store::migration::open_run(tx, customer)
            .await?
            .is_some_and(|open| open.number == run.number && open.state == MigrationRunState::Running);
        if !is_running {
            let what = "the migration";
            return Err(store::StoreError::Stale { what }.into());
        }
        nothing_works_on_people(tx, customer).await?;
        let (plan, ..) = found(tx, customer, run.plan).await?;
        if plan.purpose == MigrationPurpose::Migrate {
            still_approved(tx, customer, &plan).await?;
        }
        let stale = is_stale(tx, customer, &plan).await?
            || !store::migration::begin_change(tx, customer, plan.people_number).await?;
        if stale {
            return Err(Stop::Refused(changed_words(tx, customer, &plan).await?));
        }
        Ok(plan)
    }

    /// M-10: the entries are those that the plan's hash was made over.
    pub(super) async fn is_whole(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        plan: &MigrationPlan,
    ) -> Result<(), Stop> {
        let mut hash = Sha256::new();
        let mut bytes = Vec::new();
        let mut after = None;
        while let Some(last) = store::migration::next_bound(tx, customer, plan.number, after, PAGE).await? {
            let entries = store::migration::entries_between(tx, customer, plan.number, (after, last)).await?;
            for entry in entries {
                bytes.clear();
                canonical(&entry, &mut bytes);
                hash.update(&bytes);
            }
            after = Some(last);
        }
        if domain::text::hex(&hash.finalize()) == plan.hash {
            return Ok(());
        }
        Err(Stop::Refused(
            "The plan is not what it was when it was made. Make a new one.".to_owned(),
        ))
    }

    /// The old syncs go off before anybody is renamed, else they would make the old usernames anew; an undo of everybody
    /// brings back what the run had switched.
    async fn switch_syncs(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        plan: &MigrationPlan,
    ) -> Result<SwitchedOff, Stop> {
        let mut switched = SwitchedOff::default();
        match plan.undoes {
            None if plan.options.old_sync_off => {
                switched.old_syncs = store::migration::switch_old_sync_off(tx, customer, self.now()).await?;
            }
            Some(run) if plan.only.is_none() => {
                let undone = store::migration::find_run(tx, customer, run).await?;
                let before = undone.and_then(|run| run.switched).unwrap_or_default();
                store::migration::switch_old_sync_on(tx, customer, &before.old_syncs).await?;
            }
            _ => {}
        }
        Ok(switched)
    }

    async fn switch_policy(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        plan: &MigrationPlan,
    ) -> Result<Option<bool>, Stop> {
        let to = match plan.undoes {
            None => plan.options.password_policy_off.then_some(false),
            Some(run) if plan.only.is_none() => {
                let undone = store::migration::find_run(tx, customer, run).await?;
                undone
                    .and_then(|run| run.switched)
                    .and_then(|switched| switched.password_policy)
            }
            Some(_) => None,
        };
        let Some(to) = to else { return Ok(None) };
        let before = store::migration::switch_password_policy(tx, customer, plan.directory, to).await?;
        Ok(Some(before))
    }

    async fn write_accounts(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        plan: i64,
        lease: &Lease,
    ) -> Result<u64, Stop> {
        let (mut after, mut written) = (None, 0);
        while let Some(last) = store::migration::next_bound(tx, customer, plan, after, BATCH).await? {
            go_on(lease)?;
            written += store::migration::write(tx, customer, plan, (after, last), self.now()).await?;
            self.migrations.wrote(customer, written);
            after = Some(last);
        }
        Ok(written)
    }

    /// In the same commit: the state says that it has happened, and the log what.
    async fn mark_committed(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        (run, plan): (&MigrationRun, &MigrationPlan),
        switched: &SwitchedOff,
    ) -> Result<(), Stop> {
        let until = self.now() + TimeDelta::days(plan.options.reserved_days);
        let step = RunStep {
            from: MigrationRunState::Running,
            to: MigrationRunState::Verifying,
            frozen_at: None,
            committed_at: Some(self.now()),
            switched: Some(switched),
            reserved_until: (plan.purpose == MigrationPurpose::Migrate).then_some(until),
        };
        store::migration::advance(tx, customer, run.number, &step).await?;
        let action = match plan.undoes {
            None => "migration.commit",
            Some(_) => "migration.undo",
        };
        if let Some(undone) = plan.undoes.filter(|_| plan.only.is_none()) {
            store::migration::roll_back(tx, customer, undone).await?;
            self.approve_again(tx, customer, (undone, plan)).await?;
        }
        let details = json!({ "plan": plan.number, "hash": plan.hash, "counts": plan.counts,
            "started_by": run.started_by, "mapping": plan.mapping_version, "sha256": plan.mapping_hash,
            "switched": switched, "options": plan.options, "only": plan.only });
        self.note(tx, customer, run, (action, &details)).await?;
        Ok(())
    }

    /// What was undone completely, while nobody else changed People, left People as it was when the mapping was approved: the
    /// approval still holds, and the migration can be done again.
    async fn approve_again(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        (undone, plan): (i64, &MigrationPlan),
    ) -> Result<(), Stop> {
        let Some(run) = store::migration::find_run(tx, customer, undone).await? else {
            return Ok(());
        };
        let (carried_out, ..) = found(tx, customer, run.plan).await?;
        if plan.counts.held == 0 && plan.people_number == carried_out.people_number + 1 {
            let numbers = (carried_out.people_number, plan.people_number + 1);
            store::user_mapping::move_mark(tx, customer, plan.mapping_version, numbers).await?;
        }
        Ok(())
    }

    /// M-25: every account is what was planned, while nobody works with it yet; and then, while people work again, the first
    /// sync as it would go now, which keeps nobody waiting.
    pub(super) async fn verify(
        &self,
        customer: CustomerId,
        run: &MigrationRun,
        (lease, on_step): (&Lease, OnStep<'_>),
    ) -> Result<(), Stop> {
        on_step(MigrationStep::Verify);
        let mut tx = self.db().read().await?;
        let (plan, ..) = found(&mut tx, customer, run.plan).await?;
        let is_paused = store::migration::access_pause(&mut tx, customer).await?.is_some();
        drop(tx);
        // Once people work again, what they change is not the migration's: what was found before stands at the run.
        let mut problems: Vec<String> = run.problem.iter().cloned().collect();
        if is_paused {
            store::statistics::refresh(self.db(), Filled::Links, plan.counts.linked).await;
            let mut tx = self.db().read().await?;
            let wrong = store::migration::mismatches(&mut tx, customer, run.plan).await?;
            drop(tx);
            problems.clear();
            if wrong != 0 {
                let wrong = thousands(wrong.unsigned_abs());
                problems.push(format!("{wrong} accounts are not as planned."));
            }
            on_step(MigrationStep::Unlock);
            let mut tx = self.db().begin().await?;
            lease.hold(&mut tx).await?;
            let found = problems.first().map(String::as_str);
            store::migration::note_problem(&mut tx, customer, run.number, found).await?;
            self.unlock(&mut tx, customer, run).await?;
            tx.commit().await?;
        }
        if plan.purpose == MigrationPurpose::Migrate {
            on_step(MigrationStep::FirstSync);
            problems.extend(self.verify_first_sync(customer, &plan, lease).await?);
        }
        let problem = (!problems.is_empty()).then(|| problems.join(" "));
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        self.finish(tx, customer, run, problem.as_deref()).await?;
        Ok(())
    }
}

/// M-11, P-17: that People changed, and who.
async fn changed_words(
    tx: &mut Tx,
    customer: CustomerId,
    plan: &MigrationPlan,
) -> Result<String, ServiceError> {
    let since = (plan.number, plan.made_at);
    let changed = store::migration::changed_accounts(tx, customer, since, NAMED).await?;
    let who = if changed.is_empty() {
        String::new()
    } else {
        format!(": {}", changed.join(", "))
    };
    Ok(format!(
        "People or the directory changed since the plan was made{who}. Make a new plan."
    ))
}
