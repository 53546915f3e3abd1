//! Deployments: the customer's task list, the staff's board of all of them, the page of each step, and what people put
//! on record. Where a step stands is never stored; it follows from the facts (`domain::deployment`).

mod drawer;
pub(crate) mod facts;
pub(crate) mod record;
pub(crate) mod tell;
mod warning;
pub(crate) mod words;

#[cfg(test)]
mod tests;

use domain::appointment::{AppointmentKind, Wanted};
use domain::deployment::standing::{self, Standing};
use domain::deployment::{Responsibility, Said, Step, StepState};
use domain::views::{
    AdministratorView, BoardFilter, BoardShow, CommentView, CustomerRow, DeploymentView, LastRun,
    OldDirectoryView, Special, StatementView, StepView, Task,
};
use domain::{Actor, CustomerId, Permission, Timestamp, UserError};
use rules::appointment::Reader;
use store::Tx;
use store::appointments::AppointmentRow;
use store::customers::CustomerFacts;
use store::deployments::{CommentRow, StatementRow};

use self::facts::{Known, known};
pub use self::warning::Before;
use self::words::Viewer;
use crate::appointments::own_zone;
use crate::paging::SEARCH_CHARS;
use crate::people::name_of;
use crate::when::{day, since, when};
use crate::{ServiceError, Services};

/// Statements and comments shown of one step.
const SHOWN: i64 = 200;

impl Services {
    /// The staff's board: every customer whose name or address holds the text, and where each stands.
    pub async fn board(&self, actor: &Actor, filter: &BoardFilter) -> Result<Vec<CustomerRow>, ServiceError> {
        actor.require(Permission::ListCustomers)?;
        let mut tx = self.db().read().await?;
        let search: String = filter.search.chars().take(SEARCH_CHARS).collect();
        let customers = store::customers::facts_of_all(&mut tx, &search).await?;
        let statements = store::deployments::latest_of_all(&mut tx).await?;
        let appointments = store::appointments::latest_of_all(&mut tx).await?;
        let now = self.now();
        let own = own_zone(&mut tx, actor).await?;
        Ok(customers
            .into_iter()
            .map(|customer| {
                let id = customer.customer.id;
                let of_customer = of(&statements, |row: &StatementRow| row.customer == id);
                let appointments = of(&appointments, |row: &AppointmentRow| row.customer == id);
                let facts = facts::facts(&customer, &of_customer, now);
                let reader = Reader::of(own.as_deref(), customer.time_zone.as_deref());
                let name = customer.customer.name.clone();
                let viewer = Viewer::of(actor, &name, reader, now);
                board_row(&Known { customer, facts }, &appointments, &viewer)
            })
            .filter(|row| shows(row, filter.show))
            .collect())
    }

    /// A customer's own page.
    pub async fn deployment(&self, actor: &Actor, slug: &str) -> Result<DeploymentView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let now = self.now();
        let known = known(&mut tx, customer, now).await?;
        let people = store::accounts::counts(&mut tx, customer).await?;
        let all = standing::of(&known.facts);
        let reader = self.reader(&mut tx, actor, &known).await?;
        let viewer = Viewer::of(actor, &known.customer.customer.name, reader, now);
        let appointments = store::appointments::latest(&mut tx, customer).await?;
        let last_run = last_run(&known.customer, now);
        let (mood, headline) = words::headline(&known, &all, &viewer);
        Ok(DeploymentView {
            slug: known.customer.customer.slug.clone(),
            name: known.customer.customer.name.clone(),
            provider: known.customer.provider,
            headline,
            mood,
            lede: words::lede(&all, &viewer),
            tasks: all.iter().map(|standing| viewer.task(&known, standing)).collect(),
            appointments: viewer.lines(&appointments, &all),
            people_active: number(people.active),
            people_blocked: number(people.blocked),
            people_local: number(people.local),
            open_run: last_run.clone().filter(|run| !run.state.is_final()),
            last_run,
        })
    }

    /// The page of one step.
    pub async fn step(&self, actor: &Actor, slug: &str, step: Step) -> Result<StepView, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self
            .customer(&mut tx, actor, slug, Permission::ReadCustomer)
            .await?
            .id;
        let now = self.now();
        let known = known(&mut tx, customer, now).await?;
        let all = standing::of(&known.facts);
        let reader = self.reader(&mut tx, actor, &known).await?;
        let viewer = Viewer::of(actor, &known.customer.customer.name, reader, now);
        let state = standing::find(&all, step);
        let task = viewer.task(
            &known,
            &Standing {
                step,
                state: state.clone(),
            },
        );
        let record = store::deployments::of_step(&mut tx, customer, step, SHOWN).await?;
        let comments = store::deployments::comments(&mut tx, customer, step, SHOWN).await?;
        let special = special(&mut tx, customer, step, &known, now).await?;
        // The page of a branch not taken shows it only where there is no other page: what is agreed can be cancelled.
        let is_here =
            |kind: &AppointmentKind| *state != StepState::Skipped || kind.wanted(&all).0 == Wanted::NotNeeded;
        let appointment = match AppointmentKind::of_step(step).filter(is_here) {
            Some(kind) => {
                self.appointment_view(&mut tx, actor, &known, &viewer, kind)
                    .await?
            }
            None => None,
        };
        let may = actor.role.may(Permission::RecordStep) && step.performed_by().includes(actor.role);
        // Groups that are mapped speak for themselves.
        let speaks = step == Step::GroupSync && known.facts.groups_mapped;
        let statement = known.facts.statements.get(&step);
        let is_stated = statement.is_some_and(|statement| statement.said == Said::Done);
        Ok(StepView {
            task,
            about: step.about().to_owned(),
            takes: step.takes().map(ToOwned::to_owned),
            gate: gate(&known, &all, &viewer, step),
            record: record.iter().map(|row| statement_view(row, now)).collect(),
            comments: comments
                .into_iter()
                .map(|comment| comment_view(comment, now))
                .collect(),
            can_state: may && state.may_be_entered() && !speaks,
            is_stated,
            can_comment: actor.role.may(Permission::Comment),
            tells: self.who_is_told(&mut tx, actor, customer).await?,
            appointment,
            today: now.format("%Y-%m-%d").to_string(),
            special,
        })
    }

    /// Whether a step may be entered now.
    pub(crate) async fn may_enter(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        step: Step,
    ) -> Result<bool, ServiceError> {
        let known = known(tx, customer, self.now()).await?;
        Ok(standing::find(&standing::of(&known.facts), step).may_be_entered())
    }

    /// Refuses what a step stands for as long as the step may not be entered.
    pub(crate) async fn require_step(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        step: Step,
    ) -> Result<(), ServiceError> {
        match self.until(tx, customer, step).await? {
            Some(until) => Err(UserError::NotYet { until }.into()),
            None => Ok(()),
        }
    }

    /// The open step at the root of why a step may not be entered now; `None` when it may.
    pub(crate) async fn until(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        step: Step,
    ) -> Result<Option<Step>, ServiceError> {
        let known = known(tx, customer, self.now()).await?;
        let all = standing::of(&known.facts);
        Ok(match *standing::find(&all, step) {
            StepState::Shut { until } | StepState::OnHold { until } => Some(until),
            _ => None,
        })
    }
}

fn number(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}

fn comment_view(comment: CommentRow, now: Timestamp) -> CommentView {
    CommentView {
        author: comment.author,
        side: comment.side,
        when: when(comment.at, now),
        text: comment.text,
    }
}

/// What a step waits for, each as it stands; nothing once it may be entered.
fn gate(known: &Known, all: &[Standing], viewer: &Viewer<'_>, step: Step) -> Vec<Task> {
    if standing::find(all, step).may_be_entered() || *standing::find(all, step) == StepState::Skipped {
        return Vec::new();
    }
    all.iter()
        .filter(|standing| step.requires().contains(&standing.step))
        .filter(|standing| standing.state != StepState::Skipped)
        .map(|standing| viewer.task(known, standing))
        .collect()
}

/// The rows of one customer among those of all.
fn of<T: Clone>(all: &[T], theirs: impl Fn(&T) -> bool) -> Vec<T> {
    all.iter().filter(|row| theirs(row)).cloned().collect()
}

fn board_row(known: &Known, appointments: &[AppointmentRow], viewer: &Viewer<'_>) -> CustomerRow {
    let (customer, now) = (&known.customer, viewer.now);
    let all = standing::of(&known.facts);
    // Questions about the mapping wait for the one side while the mapping itself waits for the other.
    let is_asked =
        |(step, turn): (Step, Responsibility)| step == Step::UserMapping && turn == Responsibility::Joint;
    let waits = |step: Step| {
        let from = match standing::find(&all, step) {
            StepState::Open { since, .. } => *since,
            _ => None,
        };
        format!(
            "{}, {}",
            step.title(),
            since(from.unwrap_or(customer.created_at), now)
        )
    };
    // What is ours counts before what waits for the customer.
    let ours = standing::open(&all).find(|(_, turn)| *turn != Responsibility::Customer);
    let theirs = standing::open(&all).find(|open| open.1 == Responsibility::Customer || is_asked(*open));
    let next = ours.or(theirs);
    let count = |state: fn(&StepState) -> bool| {
        let n = all.iter().filter(|standing| state(&standing.state)).count();
        u64::try_from(n).unwrap_or(0)
    };
    CustomerRow {
        slug: customer.customer.slug.clone(),
        name: viewer.customer.to_owned(),
        provider: customer.provider,
        people: customer.people,
        last_run: last_run(customer, now),
        turn: next.map(|open| {
            if is_asked(open) {
                Responsibility::Staff
            } else {
                open.1
            }
        }),
        next: next.map_or_else(|| "Finished".to_owned(), |(step, _)| waits(step)),
        theirs_too: ours.and(theirs).map(|(step, _)| waits(step)),
        done: count(|state| matches!(state, StepState::Done { .. })),
        of: count(|state| *state != StepState::Skipped),
        appointment: viewer.lines(appointments, &all).into_iter().next(),
        health: [words::health(known, now), viewer.unrecorded(appointments, &all)].concat(),
    }
}

fn shows(row: &CustomerRow, show: Option<BoardShow>) -> bool {
    match show {
        None => true,
        Some(BoardShow::Ours) => row.is_ours(),
        Some(BoardShow::Theirs) => row.is_theirs(),
        Some(BoardShow::Attention) => !row.health.is_empty(),
        Some(BoardShow::Done) => row.turn.is_none(),
    }
}

fn last_run(customer: &CustomerFacts, now: Timestamp) -> Option<LastRun> {
    customer.last_run.map(|run| LastRun {
        number: run.number,
        kind: run.kind,
        state: run.state,
        when: when(run.queued_at, now),
    })
}

fn statement_view(row: &StatementRow, now: Timestamp) -> StatementView {
    StatementView {
        sentence: match (&row.statement.said, &row.account_username) {
            (Said::SignedIn { .. }, Some(username)) => format!("{username} has signed in"),
            (said, _) => said.sentence(),
        },
        by: row.statement.by.clone(),
        side: row.statement.side,
        when: when(row.statement.at, now),
        happened_on: day(&row.happened_on),
        evidence: row.evidence.clone(),
    }
}

async fn special(
    tx: &mut Tx,
    customer: CustomerId,
    step: Step,
    known: &Known,
    now: Timestamp,
) -> Result<Special, ServiceError> {
    Ok(match step {
        Step::LocalAdmin => {
            let all = store::accounts::local_administrators(tx, customer, SHOWN).await?;
            let view = |account: domain::people::PeopleAccount| AdministratorView {
                account: account.id,
                name: name_of(&account.profile, account.username.as_str()),
                username: account.username.as_str().to_owned(),
                is_active: account.state == domain::people::AccountState::Active,
                last_sign_in: account.last_sign_in_at.map(|at| when(at, now)),
            };
            Special::Administrators(all.into_iter().map(view).collect())
        }
        Step::Existing => Special::Existing {
            answer: known.facts.existing(),
            others: known.customer.others,
            old: old_directories(tx, customer, now).await?,
        },
        Step::UserMapping | Step::Migration => {
            Special::OldDirectories(old_directories(tx, customer, now).await?)
        }
        Step::Sso => Special::Sso(known.facts.sso()),
        _ => Special::None,
    })
}

/// The directories that the intranet followed before, with their accounts and their sync.
pub(crate) async fn old_directories(
    tx: &mut Tx,
    customer: CustomerId,
    now: Timestamp,
) -> Result<Vec<OldDirectoryView>, ServiceError> {
    let all = store::directories::old(tx, customer).await?;
    let view = |row: store::directories::OldDirectoryRow| OldDirectoryView {
        id: row.id,
        kind: row.kind,
        name: row.name,
        sync_off: row.sync_off_at.map(|at| when(at, now)),
        accounts: u64::try_from(row.accounts).unwrap_or(0),
    };
    Ok(all.into_iter().map(view).collect())
}
