//! The rehearsal: the decisions of the first sync over People as the plan would leave it. Nothing is written but what would
//! become of everybody.

use std::collections::{HashMap, HashSet};

use domain::migration::{
    MigrationOptions, MigrationPlan, MigrationPurpose, PlanState, RehearsalCounts, RehearsalOutcome,
};
use domain::people::{Directory, PeopleAccount};
use domain::sync::{ChangeKind, Reason};
use domain::{Actor, CustomerId, DirectoryId, ObjectId, UserError};
use jobs::Lease;
use rules::username::search_key;
use serde_json::json;
use store::StoreError;
use store::changes::NewChange;
use store::migration::{Rehearsal, Rehearsed};
use store::statistics::Filled;

use super::approval::still_approved;
use super::make::{found, go_on, is_stale, newest};
use super::{Stop, refused};
use crate::beside::Beside;
use crate::sync::comparison::{Collected, Comparison, PAGE, apply};
use crate::sync::plan::Named;
use crate::sync::stop;
use crate::{ServiceError, Services};

/// People that are written at once.
const BATCH: usize = 2_000;

impl From<stop::Stop> for Stop {
    fn from(stop: stop::Stop) -> Self {
        match stop {
            stop::Stop::Store(error) => error.into(),
            stop::Stop::Service(error) => error.into(),
            stop::Stop::Provider(error) => Stop::Service(error.into()),
            stop::Stop::Refused(advice) => Stop::Refused(advice.problem),
            stop::Stop::Cancelled | stop::Stop::Interrupted => StoreError::Stale {
                what: "the rehearsal",
            }
            .into(),
        }
    }
}

/// What becomes of people, as it is found out.
struct Outcomes<'a> {
    services: &'a Services,
    lease: &'a Lease,
    customer: CustomerId,
    plan: i64,
    directory: DirectoryId,
    /// Written, for the rehearsal; only counted, for the verification.
    writes: bool,
    waiting: Vec<Rehearsed>,
    writing: Beside<Result<(), ServiceError>>,
    seq: i64,
    counts: RehearsalCounts,
    /// People with a link in the plan for whom an account would be made all the same.
    claimed: u64,
}

impl Services {
    /// Has a plan rehearsed. At any time, and as often as wanted.
    pub async fn rehearse_migration(&self, actor: &Actor, slug: &str, plan: i64) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.migration_of(&mut tx, actor, slug).await?;
        let (found, ..) = newest(&mut tx, customer, plan).await?;
        if found.state != PlanState::Ready {
            return Err(UserError::Changed.into());
        }
        if is_stale(&mut tx, customer, &found).await? {
            return Err(refused(
                "People or the directory changed since the plan was made. Make a new plan.",
            ));
        }
        if found.purpose == MigrationPurpose::Migrate {
            still_approved(&mut tx, customer, &found).await?;
        }
        // Before the plan, as whoever works on it does: else the two would wait for each other.
        self.queue_migration(&mut tx, customer, &format!("rehearse:{plan}"), self.now())
            .await?;
        // What was found before says nothing any more, also where the work on it breaks off.
        store::migration::set_rehearsal(&mut tx, customer, plan, None).await?;
        let about = plan.to_string();
        self.record(
            &mut tx,
            actor,
            Some(customer),
            "migration.rehearse",
            &about,
            &json!({}),
        )
        .await?;
        tx.commit().await?;
        self.wake().wake();
        Ok(())
    }

    /// The body of the job.
    pub(super) async fn rehearse(
        &self,
        customer: CustomerId,
        number: i64,
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let (plan, ..) = found(&mut tx, customer, number).await?;
        if plan.state != PlanState::Ready {
            return Ok(());
        }
        store::migration::set_rehearsal(&mut tx, customer, number, None).await?;
        store::migration::forget_rehearsed(&mut tx, customer, number).await?;
        let marks = store::user_mapping::marks(&mut tx, customer, plan.directory).await?;
        tx.commit().await?;
        let mut outcomes = Outcomes::new(self, lease, (customer, &plan), true);
        let settings_version = match self.first_sync(&plan, Some(number), &mut outcomes).await {
            Ok(version) => version,
            Err(Stop::Service(error)) => return Err(error),
            Err(Stop::Refused(words)) => return Err(refused(words)),
        };
        outcomes.flush(true).await?;
        store::statistics::refresh(self.db(), Filled::Rehearsal, outcomes.counts.all()).await;
        let rehearsal = Rehearsal {
            counts: outcomes.counts,
            people_number: marks.people,
            snapshot_number: marks.snapshot,
            settings_version,
            at: self.now(),
        };
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let (now, ..) = found(&mut tx, customer, number).await?;
        // Meanwhile it was decided otherwise about freed usernames: somebody has to have it rehearsed again.
        if keeps_freed(&now.options) == keeps_freed(&plan.options) {
            store::migration::set_rehearsal(&mut tx, customer, number, Some(&rehearsal)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn add_rehearsed(
        &self,
        (customer, plan): (CustomerId, i64),
        people: &[Rehearsed],
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        for chunk in people.chunks(BATCH) {
            store::migration::insert_rehearsed(&mut tx, customer, plan, chunk).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Whether a rehearsal was made for another People, directory or other settings.
    pub(super) async fn is_outdated(
        &self,
        tx: &mut store::Tx,
        (customer, directory): (CustomerId, DirectoryId),
        rehearsal: &Rehearsal,
    ) -> Result<bool, ServiceError> {
        let marks = store::user_mapping::marks(tx, customer, directory).await?;
        let settings = store::settings::find(tx, customer, directory).await?;
        let version = settings.map_or(0, |row| row.settings.version);
        let then = (
            rehearsal.people_number,
            rehearsal.snapshot_number,
            rehearsal.settings_version,
        );
        Ok((marks.people, marks.snapshot, version) != then)
    }

    /// M-25: what the first sync would do to People as they are now; a sentence for each thing it should not.
    pub(super) async fn verify_first_sync(
        &self,
        customer: CustomerId,
        plan: &MigrationPlan,
        lease: &Lease,
    ) -> Result<Vec<String>, Stop> {
        let mut tx = self.db().read().await?;
        let rehearsed = found(&mut tx, customer, plan.number).await?.1;
        drop(tx);
        let mut outcomes = Outcomes::new(self, lease, (customer, plan), false);
        self.first_sync(plan, None, &mut outcomes).await?;
        outcomes.flush(true).await?;
        let mut problems = Vec::new();
        if outcomes.claimed > 0 {
            problems.push("The first sync would make accounts for people who have one.".to_owned());
        }
        let then = rehearsed.map(|rehearsal| rehearsal.counts).unwrap_or_default();
        let now = outcomes.counts;
        if now.duplicated > then.duplicated || now.lost > then.lost {
            problems.push(format!(
                "The first sync would do other things than were rehearsed: {}",
                now.sentence()
            ));
        }
        Ok(problems)
    }

    /// The decisions of a sync of everybody, with nothing written; gives the version of the settings.
    async fn first_sync(
        &self,
        plan: &MigrationPlan,
        on_top: Option<i64>,
        outcomes: &mut Outcomes<'_>,
    ) -> Result<i64, Stop> {
        let (customer, directory) = (outcomes.customer, plan.directory);
        let (settings, fields) = {
            let mut tx = self.db().read().await?;
            let settings = store::settings::find(&mut tx, customer, directory).await?;
            let what = "the settings";
            let settings = settings.ok_or(StoreError::Stale { what })?.settings;
            (settings, store::profile_fields::all(&mut tx, customer).await?)
        };
        let comparison = Comparison {
            services: self,
            customer,
            directory,
            settings: &settings,
            fields: &fields,
        };
        let mut collected = Collected::default();
        collected.same = Some(Vec::new());
        let pages = comparison.pages(on_top.map(|_| plan.clone()));
        let mut reading = Beside::nothing();
        reading.begin(pages.clone().read(0, PAGE));
        while let Some(page) = reading.done().await.transpose()? {
            go_on(outcomes.lease)?;
            let Some(last) = page.last() else { break };
            reading.begin(pages.clone().read(last, PAGE));
            comparison.decide(page, |_| true, &mut collected);
            outcomes.take(&mut collected).await?;
        }
        let mut after = None;
        loop {
            go_on(outcomes.lease)?;
            let mut tx = self.db().read().await?;
            let whose = (customer, directory);
            let page =
                store::migration::unclaimed_after(&mut tx, whose, on_top.unwrap_or(0), after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            let (ours, others) = self
                .split_unclaimed(&mut tx, (customer, plan), on_top, page)
                .await?;
            drop(tx);
            comparison.leavers(&ours, &mut collected);
            outcomes.left_behind(&others);
            outcomes.take(&mut collected).await?;
        }
        comparison.spare_last_administrator(&mut collected).await?;
        Comparison::settle_names(&mut collected);
        outcomes.take(&mut collected).await?;
        Ok(settings.version)
    }

    /// Accounts that nobody claims: those of the directory as the plan leaves them, and those that stay in another one
    /// although nobody decided so. (Whoever was left there on purpose has an entry.)
    async fn split_unclaimed(
        &self,
        tx: &mut store::Tx,
        (customer, plan): (CustomerId, &MigrationPlan),
        on_top: Option<i64>,
        mut page: Vec<PeopleAccount>,
    ) -> Result<(Vec<PeopleAccount>, Vec<PeopleAccount>), Stop> {
        let ids: Vec<_> = page.iter().map(|account| account.id).collect();
        let about = (customer, plan.number);
        let entries = store::migration::entries_about(tx, about, &ids, &[]).await?;
        let entries: HashMap<_, _> = entries.iter().map(|entry| (entry.account, entry)).collect();
        if on_top.is_some() {
            for account in &mut page {
                if let Some(entry) = entries.get(&account.id) {
                    apply(account, entry);
                }
            }
        }
        let ours = Directory::External(plan.directory);
        let (ours, mut others): (Vec<_>, Vec<_>) =
            page.into_iter().partition(|account| account.directory == ours);
        others.retain(|account| !entries.contains_key(&account.id));
        Ok((ours, others))
    }
}

impl<'a> Outcomes<'a> {
    fn new(
        services: &'a Services,
        lease: &'a Lease,
        (customer, plan): (CustomerId, &MigrationPlan),
        writes: bool,
    ) -> Self {
        Self {
            services,
            lease,
            customer,
            plan: plan.number,
            directory: plan.directory,
            writes,
            waiting: Vec::new(),
            writing: Beside::nothing(),
            seq: 0,
            counts: RehearsalCounts::default(),
            claimed: 0,
        }
    }

    /// Takes what was decided so far.
    async fn take(&mut self, collected: &mut Collected) -> Result<(), Stop> {
        let same = collected.same.replace(Vec::new()).unwrap_or_default();
        for (object, account, named) in same {
            let subject = account.to_string();
            let who = (Some(account), Some(object), named, subject);
            self.add(RehearsalOutcome::Continues, who, String::new());
        }
        let changes = collected.plan.take(true);
        let created: Vec<&ObjectId> = changes
            .iter()
            .filter(|new| new.change.kind == ChangeKind::Create)
            .filter_map(|new| new.change.object_id.as_ref())
            .collect();
        let (claimed, probable) = if created.is_empty() {
            Default::default()
        } else {
            let mut tx = self.services.db().read().await?;
            let whose = (self.customer, self.directory);
            // In a rehearsal whoever is claimed has their account.
            let claimed = if self.writes {
                Vec::new()
            } else {
                store::migration::claimed(&mut tx, whose, self.plan, &created).await?
            };
            let probable = store::migration::probable_accounts(&mut tx, whose, &created).await?;
            (HashSet::<ObjectId>::from_iter(claimed), probable)
        };
        for new in &changes {
            self.counts.more_active += match new.change.kind {
                ChangeKind::Create | ChangeKind::Unblock => 1,
                ChangeKind::Block => -1,
                _ => 0,
            };
            let object = new.change.object_id.as_ref();
            if new.change.kind == ChangeKind::Create && object.is_some_and(|id| claimed.contains(id)) {
                self.claimed += 1;
            }
            let account = object.and_then(|id| probable.get(id));
            if let Some((outcome, reason)) = outcome(new, account.map(String::as_str)) {
                self.add_change(new, outcome, reason);
            }
        }
        self.flush(false).await?;
        Ok(())
    }

    fn add_change(&mut self, new: &NewChange, outcome: RehearsalOutcome, reason: String) {
        let change = &new.change;
        let account = change.account.filter(|_| change.kind != ChangeKind::Create);
        let of_account = matches!(outcome, RehearsalOutcome::Lost | RehearsalOutcome::Continues);
        let subject = match (account.filter(|_| of_account), &change.object_id) {
            (Some(account), _) => account.to_string(),
            (None, Some(object)) => object.to_string(),
            (None, None) => return,
        };
        let named = Named {
            name: new.name.clone(),
            username: new.username.clone(),
        };
        self.add(
            outcome,
            (account, change.object_id.clone(), named, subject),
            reason,
        );
    }

    /// P-13, P-18: whoever follows a directory whose sync is off is left without anybody saying so.
    fn left_behind(&mut self, accounts: &[PeopleAccount]) {
        for account in accounts {
            let who = (
                Some(account.id),
                None,
                Named::of_account(account),
                account.id.to_string(),
            );
            let reason = "Stays in the old directory, whose sync is switched off.".to_owned();
            self.add(RehearsalOutcome::Lost, who, reason);
        }
    }

    fn add(
        &mut self,
        outcome: RehearsalOutcome,
        (account, object, named, subject): (Option<domain::AccountId>, Option<ObjectId>, Named, String),
        reason: String,
    ) {
        self.counts.add(outcome);
        if !self.writes {
            return;
        }
        self.seq += 1;
        self.waiting.push(Rehearsed {
            outcome,
            seq: self.seq,
            subject,
            account,
            object,
            search_key: search_key(&format!("{} {}", named.name, named.username)),
            name: named.name,
            username: named.username,
            reason,
            waiver: None,
        });
    }

    /// Writes what waits, if it is enough to be worth it or `all`.
    async fn flush(&mut self, all: bool) -> Result<(), ServiceError> {
        if self.waiting.len() >= BATCH || (all && !self.waiting.is_empty()) {
            let (services, lease) = (self.services.clone(), self.lease.clone());
            let (customer, plan, people) = (self.customer, self.plan, std::mem::take(&mut self.waiting));
            let write = async move { services.add_rehearsed((customer, plan), &people, &lease).await };
            self.writing.done().await.transpose()?;
            self.writing.begin(write);
        }
        if all {
            self.writing.done().await.transpose()?;
        }
        Ok(())
    }
}

/// Whether newcomers with a freed username are held.
pub(super) const fn keeps_freed(options: &MigrationOptions) -> bool {
    options.reserved_days > 0
}

/// What a decision of the sync means for the person. `account`: one that is probably theirs.
fn outcome(new: &NewChange, account: Option<&str>) -> Option<(RehearsalOutcome, String)> {
    let reason = &new.change.reason;
    Some(match (new.change.kind, account) {
        (ChangeKind::Create, Some(account)) => {
            let words = format!("An account would be made beside {account}, which is probably theirs.");
            (RehearsalOutcome::Duplicated, words)
        }
        (ChangeKind::Create, None) => (RehearsalOutcome::New, reason.sentence()),
        (ChangeKind::Block, _) => (RehearsalOutcome::Lost, reason.sentence()),
        (ChangeKind::Dispute, _) if !matches!(reason, Reason::NameHeld { .. }) => {
            (RehearsalOutcome::Duplicated, reason.sentence())
        }
        (
            ChangeKind::Link
            | ChangeKind::Update
            | ChangeKind::Rename
            | ChangeKind::Unblock
            | ChangeKind::Dispute,
            _,
        ) => (RehearsalOutcome::Continues, String::new()),
        (ChangeKind::Skip, _)
            if new.change.account.is_some() && *reason != Reason::BlockedByAdministrator =>
        {
            (RehearsalOutcome::Continues, reason.sentence())
        }
        _ => return None,
    })
}
