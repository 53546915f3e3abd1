//! What people do to runs: start, cancel, accept, reject.

use domain::deployment::Step;
use domain::sync::{RunKind, RunState};
use domain::{Actor, CustomerId, ObjectId, Permission, Provider, RunId, UserError};
use store::jobs::NewJob;
use store::runs::NewRun;
use store::{StoreError, Tx};

use super::{RUN_JOB, RUN_SUBJECT};
use crate::{ServiceError, Services};

/// A run that loses its worker this often is given up. Generous, since a starved machine loses leases, too.
const MAX_ATTEMPTS: i64 = 20;

/// What is wrong with a run of one person that names nobody.
const WHOSE: &str = "Say whose run it is: enter their username or directory object ID.";

impl Services {
    /// Puts a run of the whole directory into the queue and gives its number (H-01). One at a time for each customer
    /// (H-02). The run of one person is [`Services::start_person_run`].
    pub async fn start_run(&self, actor: &Actor, slug: &str, kind: RunKind) -> Result<i64, ServiceError> {
        let permission = match kind {
            RunKind::TestSync | RunKind::Simulation => Permission::StartTestSync,
            RunKind::SingleUser => return Err(UserError::field("kind", WHOSE).into()),
            // Somebody who starts a run by hand starts a manual one, which passes the gate of the first run.
            RunKind::Scheduled if actor.user.is_some() => return Err(UserError::Forbidden.into()),
            RunKind::Manual | RunKind::Scheduled => Permission::StartSync,
        };
        let mut tx = self.db().begin().await?;
        let customer = self.customer(&mut tx, actor, slug, permission).await?.id;
        let number = self.queue_run(&mut tx, actor, customer, kind, None).await?;
        tx.commit().await?;
        self.wake().wake();
        Ok(number)
    }

    /// Puts the run of one person into the queue and gives its number (H-01). `whose` is their username, sign-in name
    /// or directory object ID; only somebody the last read has not seen must be named by the latter.
    pub async fn start_person_run(
        &self,
        actor: &Actor,
        slug: &str,
        whose: &str,
    ) -> Result<i64, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::StartSync)
            .await?
            .id;
        let person = find_person(&mut tx, customer, whose.trim()).await?;
        let number = self
            .queue_run(&mut tx, actor, customer, RunKind::SingleUser, Some(&person))
            .await?;
        tx.commit().await?;
        self.wake().wake();
        Ok(number)
    }

    /// Puts a run into the queue, in the caller's unit of work, and gives its number.
    pub(crate) async fn queue_run(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        kind: RunKind,
        person: Option<&ObjectId>,
    ) -> Result<i64, ServiceError> {
        let directory =
            store::directories::current(tx, customer)
                .await?
                .ok_or_else(|| UserError::NeededFirst {
                    what: "A connection to Entra ID or Okta".to_owned(),
                })?;
        let settings = store::settings::find(tx, customer, directory.id)
            .await?
            .ok_or(StoreError::Stale { what: "the settings" })?
            .settings;
        if settings.scope.groups.is_empty() && kind != RunKind::TestSync {
            return Err(UserError::NeededFirst {
                what: "A security group".to_owned(),
            }
            .into());
        }
        // What writes to People waits until nobody is left to be mapped and migrated.
        if passes_the_gate(kind) {
            self.require_step(tx, customer, Step::FirstRun).await?;
        }
        // Whoever wants the next number waits for it, so nobody else starts a run from here on.
        let number = store::customers::next_run_number(tx, customer).await?;
        if store::migration::is_under_way(tx, customer).await? {
            let what = "The end of the directory migration".to_owned();
            return Err(UserError::NeededFirst { what }.into());
        }
        no_open_run(tx, customer).await?;
        let run = NewRun {
            id: self.new_id(),
            number,
            directory: directory.id,
            kind,
            settings_version: settings.version,
            started_by: &actor.name,
            person,
        };
        store::runs::insert(tx, customer, &run, self.now()).await?;
        self.enqueue_run(tx, customer, number).await?;
        let details = serde_json::json!({ "kind": kind.code(), "settings_version": settings.version,
            "person": person });
        self.record(
            tx,
            actor,
            Some(customer),
            "run.start",
            &number.to_string(),
            &details,
        )
        .await?;
        Ok(number)
    }

    /// Puts the one job into the queue that works on a run. Whoever has an older one, for instance the worker that has
    /// just held the run and not yet said that it is done, has lost it: a run is never in two hands (H-02).
    async fn enqueue_run(&self, tx: &mut Tx, customer: CustomerId, number: i64) -> Result<(), StoreError> {
        let subject = format!("{RUN_SUBJECT}{number}");
        let now = self.now();
        store::jobs::retire(tx, customer, RUN_JOB, &subject, now).await?;
        let job = NewJob {
            id: self.new_id(),
            customer: Some(customer),
            kind: RUN_JOB,
            subject: &subject,
            run_at: now,
            max_attempts: MAX_ATTEMPTS,
            dedupe_key: None,
        };
        store::jobs::enqueue(tx, &job, now).await?;
        Ok(())
    }

    /// Asks a run to stop: within a second it does, at a safe point; what was applied stays and is in the history.
    pub async fn cancel_run(&self, actor: &Actor, slug: &str, number: i64) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::CancelRun)
            .await?
            .id;
        let run = store::runs::by_number(&mut tx, customer, number)
            .await?
            .ok_or(UserError::NotFound)?;
        store::runs::request_cancel(&mut tx, customer, run.id).await?;
        let details = serde_json::json!({ "phase": run.phase.code() });
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "run.cancel",
            &number.to_string(),
            &details,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Decides about a held run (S-01, S-05): accepting applies exactly the list that was shown; what changed since
    /// is left for the next run. Rejecting applies nothing.
    pub async fn decide_run(
        &self,
        actor: &Actor,
        slug: &str,
        number: i64,
        accept: bool,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::DecideHeldRun)
            .await?
            .id;
        let run = store::runs::by_number(&mut tx, customer, number)
            .await?
            .ok_or(UserError::NotFound)?;
        if run.state != RunState::Held {
            return Err(UserError::NotHeld.into());
        }
        let action = if accept {
            let settings = store::settings::find(&mut tx, customer, run.directory).await?;
            if settings.is_none_or(|row| row.settings.version != run.settings_version) {
                return Err(UserError::SettingsChanged.into());
            }
            // What the run was started on may have changed while it was held.
            if passes_the_gate(run.kind) {
                self.require_step(&mut tx, customer, Step::FirstRun).await?;
            }
            self.accept(&mut tx, actor, customer, run.id, number).await?;
            "run.accept"
        } else {
            self.reject(&mut tx, customer, run.id).await?;
            "run.reject"
        };
        let details = serde_json::json!({ "hold": run.hold, "counts": run.counts });
        self.record(
            &mut tx,
            actor,
            Some(customer),
            action,
            &number.to_string(),
            &details,
        )
        .await?;
        tx.commit().await?;
        self.wake().wake();
        Ok(())
    }

    async fn accept(
        &self,
        tx: &mut Tx,
        actor: &Actor,
        customer: CustomerId,
        run: RunId,
        number: i64,
    ) -> Result<(), ServiceError> {
        store::runs::accept(tx, customer, run, &actor.name).await?;
        self.enqueue_run(tx, customer, number).await?;
        Ok(())
    }

    async fn reject(&self, tx: &mut Tx, customer: CustomerId, run: RunId) -> Result<(), ServiceError> {
        store::changes::drop_rest(tx, customer, run).await?;
        store::runs::reject(tx, customer, run, self.now()).await?;
        Ok(())
    }
}

/// H-02: refuses while a run of this customer is open, and names it.
pub(crate) async fn no_open_run(tx: &mut Tx, customer: CustomerId) -> Result<(), ServiceError> {
    match store::runs::open(tx, customer).await? {
        None => Ok(()),
        Some(run) => Err(UserError::RunActive {
            number: run.number,
            is_held: run.state == RunState::Held,
            of_one_person: !run.kind.reads_everybody(),
        }
        .into()),
    }
}

/// Whether a run of this kind may only be started, and accepted, when the first run may. The schedule passed its own
/// gate when it was switched on.
pub(crate) const fn passes_the_gate(kind: RunKind) -> bool {
    matches!(kind, RunKind::Manual | RunKind::SingleUser)
}

/// Who is meant by what was typed: somebody the last read has seen, or else an object id the provider may know.
async fn find_person(tx: &mut Tx, customer: CustomerId, whose: &str) -> Result<ObjectId, ServiceError> {
    let wrong = |message: &str| UserError::field("person", message);
    if whose.is_empty() {
        return Err(wrong(WHOSE).into());
    }
    let Some(directory) = store::directories::current(tx, customer).await? else {
        return Err(UserError::NeededFirst {
            what: "A connection to Entra ID or Okta".to_owned(),
        }
        .into());
    };
    // Entra writes its ids in lower case, whatever a person copies them from.
    let id = ObjectId::new(match directory.provider {
        Provider::Entra => whose.to_ascii_lowercase(),
        Provider::Okta => whose.to_owned(),
    });
    if store::found_list::by_object(tx, customer, directory.id, &id)
        .await?
        .is_some()
    {
        return Ok(id);
    }
    let key = rules::username::key(&rules::username::stored(whose));
    let found = store::found_list::by_username(tx, customer, directory.id, &key).await?;
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] if directory.provider.is_object_id(whose) => Ok(id),
        [] => Err(wrong(
            "The last read found nobody with this username. If they are new in the directory, enter their \
             directory object ID.",
        )
        .into()),
        _ => Err(wrong(
            "Several people in the directory have this username. Enter the directory object ID of the one you mean.",
        )
        .into()),
    }
}
