//! The schedule of a customer's sync: what the page shows, how it is changed and switched on, and the runs it starts.

use domain::deployment::Step;
use domain::deployment::standing::{self, StepState};
use domain::schedule::{Schedule, ScheduleForm};
use domain::sync::RunKind;
use domain::views::ScheduleView;
use domain::{Actor, CustomerId, Permission, Timestamp, UserError};
use serde_json::json;
use store::directories::DirectoryRow;
use store::schedules::{DueRow, ScheduleRow};
use store::{StoreError, Tx};

use crate::deployment::facts::known;
use crate::deployment::tell::Turn;
use crate::when::when;
use crate::{ServiceError, Services};

/// Due runs that are started at one look; the next look takes the rest.
const AT_ONCE: i64 = 100;
/// Due times that the page shows.
const SHOWN: usize = 3;
/// Who starts scheduled runs.
const SCHEDULE: &str = "Schedule";

impl Services {
    /// The page of the schedule.
    pub async fn schedule(&self, actor: &Actor, slug: &str) -> Result<ScheduleView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let directory = current(&mut tx, customer).await?;
        let row = store::schedules::find(&mut tx, customer, directory.id).await?;
        let schedule = row
            .as_ref()
            .map_or_else(Schedule::initial, |row| row.schedule.clone());
        let now = self.now();
        Ok(ScheduleView {
            version: row.as_ref().map_or(0, |row| row.version),
            form: rules::schedule::typed(&schedule),
            enabled: row.as_ref().is_some_and(|row| row.enabled),
            words: rules::schedule::words(&schedule.timing),
            next: rules::schedule::due_after(&schedule, now)
                .take(SHOWN)
                .map(|at| rules::schedule::in_zone(at, &schedule.time_zone))
                .collect(),
            skipped: row.and_then(|row| row.skipped_at).map(|at| when(at, now)),
            gate: gate(&mut tx, customer, now).await?,
            can_edit: actor.role.may(Permission::EditSettings),
            time_zones: rules::schedule::time_zones().map(ToOwned::to_owned).collect(),
        })
    }

    /// Saves what was typed; a schedule that is on stays on. `enable` switches it on, which is refused until everything
    /// that comes before is done (H-07).
    pub async fn save_schedule(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
        form: &ScheduleForm,
        enable: bool,
    ) -> Result<(), ServiceError> {
        let schedule = rules::schedule::read(form).map_err(|errors| UserError::Invalid { errors })?;
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditSettings)
            .await?
            .id;
        if enable {
            self.require_step(&mut tx, customer, Step::Schedule).await?;
        }
        let before = self.stored(&mut tx, customer, version).await?;
        let was_on = before.1.as_ref().is_some_and(|row| row.enabled);
        let change = Change {
            schedule,
            enabled: enable || was_on,
            action: if enable && !was_on {
                "schedule.enable"
            } else {
                "schedule.save"
            },
        };
        self.write_schedule(&mut tx, actor, customer, before, change)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Switches the schedule off. A run that is under way goes on to its end (S-07).
    pub async fn disable_schedule(
        &self,
        actor: &Actor,
        slug: &str,
        version: i64,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::EditSettings)
            .await?
            .id;
        let before = self.stored(&mut tx, customer, version).await?;
        let Some(row) = before.1.clone().filter(|row| row.enabled) else {
            return Ok(());
        };
        let change = Change {
            schedule: row.schedule,
            enabled: false,
            action: "schedule.disable",
        };
        self.write_schedule(&mut tx, actor, customer, before, change)
            .await?;
        tx.commit().await?;
        Ok(())
    }

    async fn stored(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        version: i64,
    ) -> Result<(DirectoryRow, Option<ScheduleRow>), ServiceError> {
        let directory = current(tx, customer).await?;
        let row = store::schedules::find(tx, customer, directory.id).await?;
        if row.as_ref().map_or(0, |row| row.version) != version {
            return Err(UserError::Changed.into());
        }
        Ok((directory, row))
    }

    async fn write_schedule(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        (directory, before): (DirectoryRow, Option<ScheduleRow>),
        change: Change,
    ) -> Result<(), ServiceError> {
        let now = self.now();
        let stood = standing::of(&known(tx, customer, now).await?.facts);
        // A run that is due this minute is started all the same.
        let overdue = before
            .as_ref()
            .filter(|row| row.enabled)
            .and_then(|row| row.next_run_at)
            .filter(|at| *at <= now);
        let next = change
            .enabled
            .then(|| overdue.or_else(|| rules::schedule::next(&change.schedule, now)))
            .flatten();
        let since = before.as_ref().and_then(|row| row.enabled_at);
        let row = ScheduleRow {
            version: before.as_ref().map_or(0, |row| row.version),
            schedule: change.schedule,
            enabled: change.enabled,
            enabled_at: change.enabled.then_some(since.unwrap_or(now)),
            next_run_at: next,
            skipped_at: None,
            saved_by: actor.name.clone(),
            saved_at: now,
        };
        store::schedules::save(tx, customer, directory.id, &row).await?;
        let switched = if row.enabled { "on" } else { "off" };
        let turn = Turn {
            cause: format!("schedule:{}:{}", directory.id, row.version + 1),
            what: format!("{} switched the schedule {switched}.", actor.name),
            before: &stood,
        };
        self.tell_hand_over(tx, actor, customer, &turn).await?;
        let details = json!({
            "before": before.map(|row| json!({ "schedule": row.schedule, "enabled": row.enabled })),
            "after": { "schedule": row.schedule, "enabled": row.enabled },
        });
        let object = directory.id.to_string();
        self.record(tx, actor, Some(customer), change.action, &object, &details)
            .await
    }

    /// Starts what is due, and gives how many runs. Any number of processes may call it at once: each due time starts
    /// one run. Times that were missed while nothing ran are made up for by one run, not by many (H-05).
    pub async fn start_due_runs(&self) -> Result<u64, ServiceError> {
        let due = {
            let mut tx = self.db().read().await?;
            store::schedules::due(&mut tx, self.now(), AT_ONCE).await?
        };
        let mut started = 0;
        for row in due {
            match self.start_due(&row).await {
                Ok(true) => started += 1,
                Ok(false) => {}
                // One customer's trouble is not everybody's: the others are still due.
                Err(error) => {
                    tracing::error!(customer = %row.customer, error = domain::text::chain(&error),
                        "a due run could not be started");
                    self.pass_over(&row).await?;
                }
            }
        }
        if started > 0 {
            self.wake().wake();
        }
        Ok(started)
    }

    /// A due time that cannot be kept, for instance because no security group is chosen any more, is noted, and the
    /// schedule goes on: it must not stay due for ever.
    async fn pass_over(&self, row: &DueRow) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let next = rules::schedule::next(&row.schedule, self.now());
        _ = is_late(store::schedules::advance(&mut tx, row, next, Some(row.due_at)).await)?;
        tx.commit().await?;
        Ok(())
    }

    /// H-02, M-01: while another run is open, or a migration under way, the due time is passed over, and noted.
    async fn start_due(&self, row: &DueRow) -> Result<bool, ServiceError> {
        let mut tx = self.db().begin().await?;
        let next = rules::schedule::next(&row.schedule, self.now());
        // A directory that is not connected any more has nothing to read.
        let is_current = store::directories::current(&mut tx, row.customer)
            .await?
            .is_some_and(|directory| directory.id == row.directory);
        if !is_current {
            _ = is_late(store::schedules::advance(&mut tx, row, None, None).await)?;
            tx.commit().await?;
            return Ok(false);
        }
        let is_migrated = store::migration::is_under_way(&mut tx, row.customer).await?;
        if is_migrated || store::runs::open(&mut tx, row.customer).await?.is_some() {
            _ = is_late(store::schedules::advance(&mut tx, row, next, Some(row.due_at)).await)?;
            tx.commit().await?;
            return Ok(false);
        }
        if is_late(store::schedules::advance(&mut tx, row, next, None).await)? {
            return Ok(false);
        }
        let actor = Actor::system(SCHEDULE);
        self.queue_run(&mut tx, &actor, row.customer, RunKind::Scheduled, None)
            .await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Whether somebody else was quicker, which is as well.
fn is_late(advanced: Result<(), StoreError>) -> Result<bool, StoreError> {
    match advanced {
        Ok(()) => Ok(false),
        Err(StoreError::Stale { .. }) => Ok(true),
        Err(error) => Err(error),
    }
}

/// What a schedule becomes.
struct Change {
    schedule: Schedule,
    enabled: bool,
    action: &'static str,
}

async fn current(tx: &mut Tx, customer: CustomerId) -> Result<DirectoryRow, ServiceError> {
    let directory = store::directories::current(tx, customer).await?;
    directory.ok_or_else(|| {
        UserError::NeededFirst {
            what: "A connection to Entra ID or Okta".to_owned(),
        }
        .into()
    })
}

/// H-07: everything the schedule waits for, a sentence each.
async fn gate(tx: &mut Tx, customer: CustomerId, now: Timestamp) -> Result<Vec<String>, ServiceError> {
    let known = known(tx, customer, now).await?;
    let all = standing::of(&known.facts);
    Ok(Step::Schedule
        .requires()
        .iter()
        .filter(|step| !standing::find(&all, **step).is_settled())
        .map(|step| match standing::find(&all, *step) {
            StepState::OnHold { until } => format!("“{}” is on hold: {}.", step.title(), until.missing()),
            _ => format!("“{}”: {}.", step.title(), step.missing()),
        })
        .collect())
}
