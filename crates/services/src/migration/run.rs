//! Runs: put on the calendar, begun, given up, ended.

use chrono::TimeDelta;
use domain::appointment::AppointmentKind;
use domain::deployment::standing;
use domain::migration::{MigrationPlan, MigrationPurpose, MigrationRunState, MigrationStep};
use domain::{Actor, CustomerId, Timestamp, UserError};
use jobs::Lease;
use serde_json::json;
use store::Tx;
use store::appointments::AppointmentRow;
use store::migration::{MigrationRun, NewMigrationRun, RunStep};

use super::make::{found, newest};
use super::rehearse::keeps_freed;
use super::{MIGRATION_JOB, OnStep, Stop, refused};
use crate::deployment::facts::known;
use crate::deployment::tell::Turn;
use crate::sync::control::no_open_run;
use crate::when::moment;
use crate::{ServiceError, Services};

/// What the job's entries in the log are signed with.
pub(super) const ACTOR: &str = "Directory migration";

/// The longest window that begins at once, in minutes.
const LONGEST: u32 = 24 * 60;
/// The longest note on who agreed.
const MAX_AGREEMENT: usize = 1_000;

/// When a run may work. What has not passed the point of no return at the end of its window is given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MigrationStart {
    /// In the window that both sides agreed on, or in what is left of it.
    Agreed,
    /// At once, for so many minutes; who of the customer agrees to that is put on record.
    Now { minutes: u32, agreement: String },
}

/// The window of a run.
struct Window {
    from: Timestamp,
    until: Timestamp,
    agreement: String,
}

impl Services {
    /// Puts the run of a plan on the calendar, after everything that can be looked at before was; gives its number. Whoever
    /// made the mapping does not carry it out (M-22).
    pub async fn start_migration(
        &self,
        actor: &Actor,
        slug: &str,
        plan: i64,
        start: MigrationStart,
    ) -> Result<i64, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        let now = self.now();
        super::make::nothing_under_way(&mut tx, customer).await?;
        let stored = newest(&mut tx, customer, plan).await?;
        self.not_by_its_author(&mut tx, actor, customer, &stored.0)
            .await?;
        let window = self.window(&mut tx, customer, start).await?;
        // What has to be so when it begins is looked at again then.
        let checks = self.migration_checks(&mut tx, customer, &stored, now).await?;
        if let Some(check) = checks.into_iter().find(|check| !check.is_ok) {
            return Err(refused(check.words));
        }
        let new = NewMigrationRun {
            plan,
            purpose: stored.0.purpose,
            by: &actor.name,
            at: now,
            from: window.from,
            until: window.until,
            agreement: &window.agreement,
        };
        let number = store::migration::insert_run(&mut tx, customer, &new).await?;
        let details = json!({ "plan": plan, "hash": stored.0.hash, "from": window.from, "until": window.until,
            "agreement": window.agreement, "backup": stored.2 });
        let about = number.to_string();
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "migration.start",
            &about,
            &details,
        )
        .await?;
        self.tell_scheduled(&mut tx, actor, customer, (number, &new))
            .await?;
        self.queue_migration(&mut tx, customer, &format!("run:{number}"), window.from)
            .await?;
        tx.commit().await?;
        self.wake().wake();
        Ok(number)
    }

    async fn window(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        start: MigrationStart,
    ) -> Result<Window, ServiceError> {
        let now = self.now();
        match start {
            MigrationStart::Agreed => {
                let agreed = agreed_window(tx, customer, now).await?.ok_or_else(|| {
                    let words = "No window is agreed on that is still ahead. Propose one, or begin now and say who agreed.";
                    UserError::field("when", words)
                })?;
                Ok(Window {
                    from: agreed.starts_at.max(now),
                    until: agreed.present().ends_at,
                    agreement: agreement(&agreed),
                })
            }
            MigrationStart::Now { minutes, agreement } => {
                if !(1..=LONGEST).contains(&minutes) {
                    let words = format!("Enter a number of minutes from 1 to {LONGEST}.");
                    return Err(UserError::field("window_minutes", words).into());
                }
                let missing = "Say who of the customer agrees to begin now, and how they said so.";
                let agreement = super::view::typed("agreement", &agreement, MAX_AGREEMENT, missing)?;
                Ok(Window {
                    from: now,
                    until: now + TimeDelta::minutes(i64::from(minutes)),
                    agreement: agreement.to_owned(),
                })
            }
        }
    }

    async fn not_by_its_author(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        plan: &MigrationPlan,
    ) -> Result<(), ServiceError> {
        let version = store::user_mapping::version(tx, customer, plan.mapping_version).await?;
        let version = version.ok_or(UserError::NotFound)?;
        if self.has_worked_on(tx, actor, customer, &version).await? {
            return Err(refused(
                "Whoever made the user mapping does not carry it out. Ask another member of the deployment team.",
            ));
        }
        Ok(())
    }

    /// The window of a run that waits holds no more: nobody is locked out at a time that was taken back.
    pub(crate) async fn take_off_calendar(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
    ) -> Result<(), ServiceError> {
        let open = store::migration::open_run(tx, customer).await?;
        match open.filter(|run| run.state == MigrationRunState::Scheduled) {
            Some(run) => self.cancel(tx, actor, customer, run.number).await,
            None => Ok(()),
        }
    }

    /// Has runs worked on whose job was given up while the database could not be reached: none stays open for ever, with access
    /// paused. Gives how many those were.
    pub async fn take_up_migrations(&self) -> Result<u64, ServiceError> {
        let mut tx = self.db().read().await?;
        let open = store::migration::open_runs(&mut tx).await?;
        drop(tx);
        let mut taken_up = 0;
        for (customer, number, from) in open {
            let mut tx = self.db().begin().await?;
            let subject = format!("run:{number}");
            if store::jobs::is_pending(&mut tx, customer, MIGRATION_JOB, &subject).await? {
                continue;
            }
            self.queue_migration(&mut tx, customer, &subject, from.max(self.now()))
                .await?;
            tx.commit().await?;
            taken_up += 1;
        }
        Ok(taken_up)
    }

    /// Takes a run off the calendar that has not begun.
    pub async fn cancel_migration(&self, actor: &Actor, slug: &str, run: i64) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        self.cancel(&mut tx, actor, customer, run).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn cancel(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        run: i64,
    ) -> Result<(), ServiceError> {
        let words = format!("Cancelled by {}.", actor.name);
        let states = (MigrationRunState::Scheduled, MigrationRunState::Interrupted);
        store::migration::end_run(tx, customer, run, states, Some(&words), self.now()).await?;
        let about = run.to_string();
        self.record(tx, actor, Some(customer), "migration.cancel", &about, &json!({}))
            .await?;
        self.tell_cancelled(tx, actor, customer, run).await
    }

    /// Works on a run until it ends.
    pub(super) async fn work_on_migration_run(
        &self,
        customer: CustomerId,
        number: i64,
        (lease, on_step): (&Lease, OnStep<'_>),
    ) -> Result<(), ServiceError> {
        let told = |step: MigrationStep| {
            self.migrations.begins(customer, number, step);
            on_step(step);
        };
        let done = self.go_through(customer, number, (lease, &told)).await;
        self.migrations.ends(customer);
        done
    }

    /// What another worker left behind is gone on with: the state says where (M-08).
    async fn go_through(
        &self,
        customer: CustomerId,
        number: i64,
        (lease, on_step): (&Lease, OnStep<'_>),
    ) -> Result<(), ServiceError> {
        loop {
            let run = {
                let mut tx = self.db().read().await?;
                store::migration::find_run(&mut tx, customer, number).await?
            };
            let Some(run) = run.filter(|run| run.state.is_open()) else {
                return Ok(());
            };
            let done = match run.state {
                MigrationRunState::Scheduled => self.freeze(customer, &run, (lease, on_step)).await,
                MigrationRunState::Freezing => self.enter_running(customer, &run, lease).await,
                MigrationRunState::Running => self.change_accounts(customer, &run, (lease, on_step)).await,
                _ => self.verify(customer, &run, (lease, on_step)).await,
            };
            match done {
                Ok(()) => {}
                Err(Stop::Refused(words)) => self.fail(customer, number, &words, lease).await?,
                Err(Stop::Service(error)) => return Err(error),
            }
        }
    }

    /// M-01, M-07: no sync, and nobody comes in. What is in the way of both refuses the run before.
    async fn freeze(
        &self,
        customer: CustomerId,
        run: &MigrationRun,
        (lease, on_step): (&Lease, OnStep<'_>),
    ) -> Result<(), Stop> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        on_step(MigrationStep::Freeze);
        self.in_window(run)?;
        store::customers::take_turn(&mut tx, customer).await?;
        no_open_run(&mut tx, customer).await?;
        let stored = found(&mut tx, customer, run.plan).await?;
        self.is_whole(&mut tx, customer, &stored.0).await?;
        let checks = self
            .migration_checks(&mut tx, customer, &stored, self.now())
            .await?;
        let in_the_way = checks
            .into_iter()
            .find(|check| !check.is_ok && check.check != domain::migration::MigrationCheck::NoOtherMigration);
        if let Some(check) = in_the_way {
            return Err(Stop::Refused(check.words));
        }
        if stored.0.purpose == MigrationPurpose::Migrate && keeps_freed(&stored.0.options) {
            store::migration::fill_freed(&mut tx, customer, run.plan).await?;
        }
        on_step(MigrationStep::LockOut);
        let now = self.now();
        store::migration::pause_access(&mut tx, customer, now, run.window_until).await?;
        let step = RunStep {
            from: MigrationRunState::Scheduled,
            to: MigrationRunState::Freezing,
            frozen_at: Some(now),
            committed_at: None,
            switched: None,
            reserved_until: None,
        };
        store::migration::advance(&mut tx, customer, run.number, &step).await?;
        self.note(
            &mut tx,
            customer,
            run,
            ("migration.freeze", &json!({ "until": run.window_until })),
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn enter_running(
        &self,
        customer: CustomerId,
        run: &MigrationRun,
        lease: &Lease,
    ) -> Result<(), Stop> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let step = RunStep {
            from: MigrationRunState::Freezing,
            to: MigrationRunState::Running,
            frozen_at: None,
            committed_at: None,
            switched: None,
            reserved_until: None,
        };
        store::migration::advance(&mut tx, customer, run.number, &step).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A window that is over is no time to begin.
    pub(super) fn in_window(&self, run: &MigrationRun) -> Result<(), Stop> {
        if self.now() < run.window_until {
            return Ok(());
        }
        Err(Stop::Refused(
            "The window was over before the accounts were changed, so nothing was.".to_owned(),
        ))
    }

    /// An entry in the log.
    pub(super) async fn note(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        run: &MigrationRun,
        (action, details): (&str, &serde_json::Value),
    ) -> Result<(), ServiceError> {
        let about = run.number.to_string();
        self.record(tx, &Actor::system(ACTOR), Some(customer), action, &about, details)
            .await
    }

    /// Ends a run that has changed nothing, with the reason, and lets everybody in.
    async fn fail(
        &self,
        customer: CustomerId,
        number: i64,
        words: &str,
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        self.end_unchanged(customer, number, (MigrationRunState::Failed, words), lease)
            .await
    }

    /// Ends a run that nobody could finish. What has happened has happened.
    pub(super) async fn give_run_up(
        &self,
        customer: CustomerId,
        number: i64,
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        let words = "It broke off again and again, on our side.";
        self.end_unchanged(customer, number, (MigrationRunState::Interrupted, words), lease)
            .await
    }

    async fn end_unchanged(
        &self,
        customer: CustomerId,
        number: i64,
        (state, words): (MigrationRunState, &str),
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let run = store::migration::find_run(&mut tx, customer, number).await?;
        let Some(run) = run.filter(|run| run.state.is_open()) else {
            return Ok(());
        };
        if run.state == MigrationRunState::Verifying {
            // What was found by then comes first.
            let words = run.problem.iter().map(String::as_str);
            let words: Vec<&str> = words
                .chain(["It could not be verified what the first sync will do."])
                .collect();
            return self.finish(tx, customer, &run, Some(&words.join(" "))).await;
        }
        let states = (run.state, state);
        store::migration::end_run(&mut tx, customer, number, states, Some(words), self.now()).await?;
        store::migration::lift_pause(&mut tx, customer).await?;
        self.note(
            &mut tx,
            customer,
            &run,
            ("migration.fail", &json!({ "problem": words })),
        )
        .await?;
        self.tell_given_up(&mut tx, customer, number, words).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Lets everybody in again, once.
    pub(super) async fn unlock(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        run: &MigrationRun,
    ) -> Result<(), ServiceError> {
        if store::migration::access_pause(tx, customer).await?.is_some() {
            store::migration::lift_pause(tx, customer).await?;
            let took = run.frozen_at.map_or(TimeDelta::zero(), |from| self.now() - from);
            let details = json!({ "paused_seconds": took.num_seconds() });
            self.note(tx, customer, run, ("migration.unlock", &details))
                .await?;
        }
        Ok(())
    }

    /// Ends a run that has happened, lets everybody in, and tells whose turn it is.
    pub(super) async fn finish(
        &self,
        mut tx: Tx,
        customer: CustomerId,
        run: &MigrationRun,
        problem: Option<&str>,
    ) -> Result<(), ServiceError> {
        let now = self.now();
        let before = standing::of(&known(&mut tx, customer, now).await?.facts);
        let states = (MigrationRunState::Verifying, MigrationRunState::Done);
        store::migration::end_run(&mut tx, customer, run.number, states, problem, now).await?;
        self.unlock(&mut tx, customer, run).await?;
        let details = json!({ "problem": problem });
        self.note(&mut tx, customer, run, ("migration.done", &details))
            .await?;
        let (plan, ..) = found(&mut tx, customer, run.plan).await?;
        let what = match (run.purpose, plan.only) {
            (MigrationPurpose::Migrate, _) => "The directory migration is done.",
            (MigrationPurpose::Undo, None) => "The directory migration was undone.",
            (MigrationPurpose::Undo, Some(_)) => "One account was taken back from the directory migration.",
        };
        let turn = Turn {
            cause: format!("migration:{}", run.number),
            what: what.to_owned(),
            before: &before,
        };
        self.tell_hand_over(&mut tx, &Actor::system(ACTOR), customer, &turn)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The window that both sides agreed on, if it is not over.
pub(super) async fn agreed_window(
    tx: &mut Tx,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Option<AppointmentRow>, ServiceError> {
    let kind = AppointmentKind::MigrationWindow;
    let latest = store::appointments::of_kind(tx, customer, kind, 1).await?.pop();
    Ok(latest.filter(|row| row.present().is_ahead(now)))
}

/// "Agreed by Anna Admin on 3 March 2026 at 09:41 UTC."
fn agreement(agreed: &AppointmentRow) -> String {
    let said = if agreed.for_customer {
        format!("{}: ", agreed.note)
    } else {
        String::new()
    };
    format!("{said}agreed by {} on {}.", agreed.by, moment(agreed.at))
}
