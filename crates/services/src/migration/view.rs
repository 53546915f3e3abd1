//! What the pages of the migration show, and who is waived.

use chrono::TimeDelta;
use domain::migration::{MigrationPurpose, MigrationRunState, PlanState, RehearsalOutcome};
use domain::numbers::thousands;
use domain::views::{MigrationPlanView, MigrationRunView, MigrationView, RehearsalView};
use domain::{Actor, CustomerId, FieldError, Permission, UserError};
use rules::appointment::Reader;
use serde_json::json;
use store::Tx;
use store::migration::{MigrationRun, StoredPlan};

use super::MIGRATION_JOB;
use super::approval::is_withdrawn;
use super::make::{found, is_stale};
use super::rail;
use super::run::agreed_window;
use crate::appointments::own_zone;
use crate::when::{took, when};
use crate::{ServiceError, Services};

/// Accounts that are written in a second where nothing was measured yet: a slow disk's.
const ASSUMED_RATE: u64 = 5_000;
/// A run that begins by then is as good as under way.
const SOON: TimeDelta = TimeDelta::minutes(2);
/// The longest reason.
const MAX_REASON: usize = 1_000;

impl Services {
    /// How the migration of a customer stands.
    pub async fn migration(&self, actor: &Actor, slug: &str) -> Result<MigrationView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let done = store::migration::last_done(&mut tx, customer).await?;
        let done = done.filter(|run| run.state == MigrationRunState::Done);
        let done = match done {
            Some(run) => Some(self.run_view(&mut tx, customer, run).await?),
            None => None,
        };
        let run = match store::migration::latest_run(&mut tx, customer).await? {
            Some(run) => Some(self.run_view(&mut tx, customer, run).await?),
            None => None,
        };
        let rate = run.as_ref().or(done.as_ref()).and_then(|run| run.rate);
        let plan = store::migration::latest_plan(&mut tx, customer).await?;
        let plan = match plan.filter(|(plan, ..)| plan.state != PlanState::Dropped) {
            Some(plan) => Some(self.plan_view(&mut tx, customer, plan, rate).await?),
            None => None,
        };
        let pause = store::migration::access_pause(&mut tx, customer).await?;
        let agreed = self.agreed_words(&mut tx, actor, customer).await?;
        let announcement = match &plan {
            Some(plan) if plan.state == PlanState::Ready && plan.purpose == MigrationPurpose::Migrate => {
                Some(announcement(&mut tx, customer, plan, agreed.as_deref()).await?)
            }
            _ => None,
        };
        Ok(MigrationView {
            agreed,
            announcement,
            can_migrate: actor.role.may(Permission::Migrate),
            plan,
            run,
            done,
            paused_until: pause.map(|pause| when(pause.until, self.now())),
        })
    }

    /// One plan, for instance of a run that is over.
    pub async fn migration_plan(
        &self,
        actor: &Actor,
        slug: &str,
        number: i64,
    ) -> Result<MigrationPlanView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let plan = found(&mut tx, customer, number).await?;
        self.plan_view(&mut tx, customer, plan, None).await
    }

    /// One run: what its live page asks for.
    pub async fn migration_run(
        &self,
        actor: &Actor,
        slug: &str,
        number: i64,
    ) -> Result<MigrationRunView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let run = store::migration::find_run(&mut tx, customer, number).await?;
        self.run_view(&mut tx, customer, run.ok_or(UserError::NotFound)?)
            .await
    }

    /// The agreed window in the time of whoever reads.
    async fn agreed_words(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
    ) -> Result<Option<String>, ServiceError> {
        let now = self.now();
        let Some(agreed) = agreed_window(tx, customer, now).await? else {
            return Ok(None);
        };
        let own = own_zone(tx, actor).await?;
        let zone = Reader::of(own.as_deref(), Some(&agreed.time_zone)).zone;
        Ok(Some(rules::appointment::span(
            agreed.starts_at,
            agreed.minutes,
            zone,
            now,
        )))
    }

    async fn plan_view(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        (plan, rehearsal, backup): StoredPlan,
        rate: Option<u64>,
    ) -> Result<MigrationPlanView, ServiceError> {
        let now = self.now();
        let rehearsal = match rehearsal {
            None => None,
            Some(rehearsal) => {
                let whose = (customer, plan.directory);
                let unwaived = store::migration::unwaived(tx, customer, plan.number).await?;
                Some(RehearsalView {
                    is_stale: self.is_outdated(tx, whose, &rehearsal).await?,
                    counts: rehearsal.counts,
                    sentence: rehearsal.counts.sentence(),
                    when: when(rehearsal.at, now),
                    unwaived: unwaived.unsigned_abs(),
                })
            }
        };
        // A mapping that was checked again has other lines, whatever they say (M-10); an undo reads none.
        let is_stale = is_stale(tx, customer, &plan).await?
            || (plan.purpose == MigrationPurpose::Migrate && is_withdrawn(tx, customer, &plan).await?);
        let subject = format!("rehearse:{}", plan.number);
        let rate = rate.unwrap_or(ASSUMED_RATE).max(1);
        Ok(MigrationPlanView {
            number: plan.number,
            purpose: plan.purpose,
            undoes: plan.undoes,
            only: plan.only.map(|only| only.to_string()),
            state: plan.state,
            mapping_version: plan.mapping_version,
            is_stale,
            rehearsal_failed: store::jobs::was_given_up(tx, customer, MIGRATION_JOB, &subject).await?,
            is_rehearsing: store::jobs::is_pending(tx, customer, MIGRATION_JOB, &subject).await?,
            hash: plan.hash,
            sentence: plan.counts.sentence(),
            estimated_seconds: 1 + plan.counts.written() / rate,
            counts: plan.counts,
            options: plan.options,
            made_by: plan.made_by,
            made: when(plan.made_at, now),
            rehearsal,
            backup,
        })
    }

    async fn run_view(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        run: MigrationRun,
    ) -> Result<MigrationRunView, ServiceError> {
        let now = self.now();
        let (plan, ..) = found(tx, customer, run.plan).await?;
        let accounts = plan.counts.written();
        let lasted = run.frozen_at.zip(run.committed_at);
        let rate = lasted.map(|(from, to)| {
            let milliseconds = u64::try_from((to - from).num_milliseconds()).unwrap_or(0).max(1);
            accounts.saturating_mul(1_000) / milliseconds
        });
        let begins = run.window_from - now;
        let is_scheduled = run.state == MigrationRunState::Scheduled;
        let left = (run.state.is_open() && !is_scheduled && run.committed_at.is_none())
            .then(|| took(now, run.window_until));
        let at = self.migrations.of(customer, run.number);
        let is_done = run.state == MigrationRunState::Done && run.purpose == MigrationPurpose::Migrate;
        let can_undo_whole = match run.committed_at.filter(|_| is_done) {
            Some(since) => store::migration::written_since(tx, customer, since).await? == 0,
            None => false,
        };
        Ok(MigrationRunView {
            rail: rail::of((run.purpose, run.state), at, accounts),
            left,
            is_moving: run.state.is_open() && (!is_scheduled || begins < SOON),
            agreement: run.agreement,
            number: run.number,
            plan: run.plan,
            purpose: run.purpose,
            state: run.state,
            started_by: run.started_by,
            started: when(run.started_at, now),
            window_from: when(run.window_from, now),
            window_until: when(run.window_until, now),
            frozen: run.frozen_at.map(|at| when(at, now)),
            committed: run.committed_at.map(|at| when(at, now)),
            finished: run.finished_at.map(|at| when(at, now)),
            problem: run.problem,
            accounts,
            rate,
            can_undo_whole,
        })
    }

    /// Accepts what the rehearsal says of somebody, by name and with a reason.
    pub async fn waive_rehearsed(
        &self,
        actor: &Actor,
        slug: &str,
        (outcome, subject): (RehearsalOutcome, &str),
        reason: &str,
    ) -> Result<(), ServiceError> {
        let reason = typed("reason", reason, MAX_REASON, "Say why this is all right.")?;
        if !outcome.blocks() {
            return Err(UserError::NotFound.into());
        }
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        let who = (outcome, subject);
        store::migration::waive(&mut tx, customer, who, (reason, &actor.name), self.now()).await?;
        let details = json!({ "outcome": outcome.code(), "reason": reason });
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "migration.waive",
            subject,
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Accepts it no more.
    pub async fn withdraw_waiver(
        &self,
        actor: &Actor,
        slug: &str,
        (outcome, subject): (RehearsalOutcome, &str),
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        store::migration::withdraw_waiver(&mut tx, customer, (outcome, subject)).await?;
        let details = json!({ "outcome": outcome.code() });
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "migration.waive.withdraw",
            subject,
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// M-24, M-06: what everybody should know beforehand, to be sent by the customer.
async fn announcement(
    tx: &mut Tx,
    customer: CustomerId,
    plan: &MigrationPlanView,
    agreed: Option<&str>,
) -> Result<String, ServiceError> {
    let directory = store::directories::current(tx, customer).await?;
    let provider = directory.map_or("the new directory", |directory| directory.provider.label());
    let when = agreed.unwrap_or("at a time that is still to be agreed on");
    let renamed = plan.counts.renames + plan.counts.both;
    let names = match renamed {
        0 => "All usernames stay as they are.".to_owned(),
        1 => "One person gets another username; the help desk has it.".to_owned(),
        _ => format!(
            "{} people get another username; the help desk has the list of old and new ones.",
            thousands(renamed)
        ),
    };
    Ok(format!(
        "When: {when}. Meanwhile nobody can use the intranet: the People directory moves to {provider}. Please save your \
         work before.\n\n\
         Afterwards you sign in with {provider}. {names}\n\n\
         Your content, groups and permissions stay with your account. Usernames that were written in texts, and addresses \
         you saved as bookmarks, are not changed."
    ))
}

/// What was typed, trimmed; nothing and too much are refused.
pub(super) fn typed<'a>(
    field: &str,
    typed: &'a str,
    most: usize,
    missing: &str,
) -> Result<&'a str, UserError> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(UserError::field(field, missing));
    }
    if typed.chars().count() > most {
        let most = thousands(u64::try_from(most).unwrap_or(u64::MAX));
        return Err(UserError::field(field, format!("At most {most} characters.")));
    }
    // R-07, in every text that is typed.
    if let Some(error) = FieldError::unseen(field, typed, true) {
        return Err(UserError::Invalid { errors: vec![error] });
    }
    Ok(typed)
}
