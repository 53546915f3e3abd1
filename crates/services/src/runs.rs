//! Runs as they are looked at: the list, one run, its changes, and what the last test sync found. Starting, cancelling
//! and deciding is in `sync::control`.

mod test_sync;
mod words;

use domain::deployment::Step;
use domain::people::{AccountState, field};
use domain::profile::ProfileFields;
use domain::sync::{ChangeKind, Reason, RunKind, RunState};
use domain::views::{ChangeFilter, ChangeRow, Page, RunFilter, RunPerson, RunRow, RunView};
use domain::{Actor, CustomerId, ObjectId, Permission, Timestamp, UserError};
use store::Tx;
use store::run_list::{ListedChange, NarrowedChanges};
use store::runs::RunRecord;

use crate::paging::{EXPORT_ROWS, PAGE_ROWS, RUN_ROWS, one_more, page, searched};
use crate::relink::is_recreated;
use crate::sync::passes_the_gate;
use crate::when::{took, when};
use crate::{ServiceError, Services};

impl Services {
    /// A page of runs, newest first, at most 25; `after` is the `next` of the page before.
    pub async fn runs(
        &self,
        actor: &Actor,
        slug: &str,
        filter: RunFilter,
        after: Option<&str>,
    ) -> Result<Page<RunRow>, ServiceError> {
        self.list_runs(actor, slug, Permission::ReadCustomer, filter, after, RUN_ROWS)
            .await
    }

    /// The same list in larger pages, for a download.
    pub async fn export_runs(
        &self,
        actor: &Actor,
        slug: &str,
        filter: RunFilter,
        after: Option<&str>,
    ) -> Result<Page<RunRow>, ServiceError> {
        self.list_runs(actor, slug, Permission::Export, filter, after, EXPORT_ROWS)
            .await
    }

    async fn list_runs(
        &self,
        actor: &Actor,
        slug: &str,
        permission: Permission,
        filter: RunFilter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<RunRow>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.customer(&mut tx, actor, slug, permission).await?.id;
        let before = number_after(after)?.unwrap_or(i64::MAX);
        let (kind, state) = (filter.kind, filter.state);
        let found = store::run_list::page(&mut tx, customer, kind, state, before, one_more(limit)).await?;
        let now = self.now();
        Ok(page(
            found
                .into_iter()
                .map(|run| (run.number, run_row(&run, now)))
                .collect(),
            limit,
        ))
    }

    /// One run, live or finished.
    pub async fn run(&self, actor: &Actor, slug: &str, number: i64) -> Result<RunView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let run = store::runs::by_number(&mut tx, customer, number)
            .await?
            .ok_or(UserError::NotFound)?;
        let person = match &run.person {
            Some(id) => Some(person_of(&mut tx, customer, &run, id).await?),
            None => None,
        };
        let mut view = run_view(&run, person, actor, self.now());
        if run.state == RunState::Held && passes_the_gate(run.kind) {
            view.waits_for = self.until(&mut tx, customer, Step::FirstRun).await?;
        }
        Ok(view)
    }

    /// A page of the changes of a run, at most 50; `after` is the `next` of the page before.
    pub async fn changes(
        &self,
        actor: &Actor,
        slug: &str,
        number: i64,
        filter: &ChangeFilter,
        after: Option<&str>,
    ) -> Result<Page<ChangeRow>, ServiceError> {
        self.list_changes(
            actor,
            slug,
            Permission::ReadPeople,
            (number, filter, after),
            PAGE_ROWS,
        )
        .await
    }

    /// The same list in larger pages, for a download.
    pub async fn export_changes(
        &self,
        actor: &Actor,
        slug: &str,
        number: i64,
        filter: &ChangeFilter,
        after: Option<&str>,
    ) -> Result<Page<ChangeRow>, ServiceError> {
        self.list_changes(
            actor,
            slug,
            Permission::Export,
            (number, filter, after),
            EXPORT_ROWS,
        )
        .await
    }

    async fn list_changes(
        &self,
        actor: &Actor,
        slug: &str,
        permission: Permission,
        (number, filter, after): (i64, &ChangeFilter, Option<&str>),
        limit: usize,
    ) -> Result<Page<ChangeRow>, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.customer(&mut tx, actor, slug, permission).await?.id;
        let run = store::runs::by_number(&mut tx, customer, number)
            .await?
            .ok_or(UserError::NotFound)?;
        let search = searched(&filter.search);
        let narrowed = NarrowedChanges {
            kind: filter.kind,
            state: filter.state,
            search: &search,
        };
        let after = number_after(after)?.unwrap_or(-1);
        let found =
            store::run_list::changes(&mut tx, customer, run.id, narrowed, after, one_more(limit)).await?;
        let fields = store::profile_fields::all(&mut tx, customer).await?;
        // A list that waits for a decision is decided first.
        let may_decide = actor.role.may(Permission::DecideHeldRun) && run.state.is_final();
        Ok(page(
            found
                .into_iter()
                .map(|change| {
                    let can_relink = may_decide && is_recreated(&change);
                    (
                        change.seq,
                        ChangeRow {
                            can_relink,
                            ..change_row(change, &fields)
                        },
                    )
                })
                .collect(),
            limit,
        ))
    }
}

/// The key a page begins after. One that we did not make leads nowhere.
fn number_after(after: Option<&str>) -> Result<Option<i64>, UserError> {
    after.map(str::parse).transpose().map_err(|_| UserError::NotFound)
}

pub(crate) fn change_row(mut change: ListedChange, fields: &ProfileFields) -> ChangeRow {
    // L-08: planned as active, then without a licence to be it.
    if change.kind == ChangeKind::Create && change.reason == Reason::NoLicence {
        let state = change
            .fields
            .iter_mut()
            .find(|change| change.field == field::STATE);
        if let Some(state) = state {
            state.after = Some(AccountState::Blocked.code().to_owned());
        }
    }
    for change in &mut change.fields {
        change.field = fields.label(&change.field).to_owned();
    }
    ChangeRow {
        seq: change.seq,
        remedy: change.reason.remedy().map(ToOwned::to_owned),
        can_relink: false,
        kind: change.kind,
        state: change.state,
        account: change.account,
        object_id: change.object_id.map(|id| id.0),
        name: change.name,
        username: change.username,
        reason: change.reason.sentence(),
        fields: change.fields,
    }
}

fn run_row(run: &RunRecord, now: Timestamp) -> RunRow {
    RunRow {
        number: run.number,
        kind: run.kind,
        state: run.state,
        started_by: run.started_by.clone(),
        queued: when(run.queued_at, now),
        took: run
            .finished_at
            .map(|end| took(run.started_at.unwrap_or(run.queued_at), end)),
        counts: run.counts,
    }
}

async fn person_of(
    tx: &mut Tx,
    customer: CustomerId,
    run: &RunRecord,
    id: &ObjectId,
) -> Result<RunPerson, ServiceError> {
    let found = store::found_list::by_object(tx, customer, run.directory, id).await?;
    let account = store::links::of_object(tx, customer, run.directory, id).await?;
    Ok(RunPerson {
        name: found.map_or_else(
            || id.0.clone(),
            |found| found.user.display_name.unwrap_or(found.user.principal_name),
        ),
        object_id: id.0.clone(),
        account,
    })
}

fn run_view(run: &RunRecord, person: Option<RunPerson>, actor: &Actor, now: Timestamp) -> RunView {
    let under_way = matches!(run.state, RunState::Queued | RunState::Running);
    RunView {
        row: run_row(run, now),
        person,
        headline: words::headline(run),
        phase: run.phase,
        rail: words::rail(run),
        hold: run
            .hold
            .iter()
            .map(|reason| words::hold_sentence(run.kind, reason))
            .collect(),
        warnings: run.warnings.clone(),
        advice: run.problem.clone(),
        settings_version: run.settings_version,
        can_cancel: under_way && !run.cancel_requested && actor.role.may(Permission::CancelRun),
        can_decide: run.state == RunState::Held && actor.role.may(Permission::DecideHeldRun),
        waits_for: None,
        cancel_requested: run.cancel_requested,
    }
}

/// Whether what is planned and what is done differ in words: a preview never does anything.
const fn only_looks(kind: RunKind) -> bool {
    !kind.applies()
}
