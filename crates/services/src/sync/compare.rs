//! Second phase: the snapshot beside the accounts, a page at a time; every difference becomes a planned change.
//! Nothing is decided here: `rules` does that. Starting over is harmless, only the plan is written.

use std::collections::HashMap;

use domain::people::field;
use domain::settings::GroupMode;
use domain::sync::{ChangeKind, FieldChange, PlannedChange, Reason, RunPhase};
use domain::{GroupId, ObjectId, Timestamp};
use store::compare::Mover;
use store::statistics::Filled;

use super::Running;
use super::comparison::{Collected, Comparison, PAGE};
use super::plan::{Named, Plan};
use super::stop::Stop;
use crate::beside::Beside;

impl Running<'_> {
    /// Makes the plan of this run.
    pub(super) async fn compare(&mut self) -> Result<(), Stop> {
        let mut tx = self.begin().await?;
        store::changes::forget(&mut tx, self.customer, self.run.id).await?;
        tx.commit().await?;
        let mut collected = Collected::default();
        if let Some(person) = self.run.person.clone() {
            self.compare_one(&person, &mut collected).await?;
        } else {
            self.compare_people(&mut collected).await?;
            self.compare_unclaimed(&mut collected).await?;
        }
        let comparison = self.comparison();
        comparison.spare_last_administrator(&mut collected).await?;
        Comparison::settle_names(&mut collected);
        self.write(&mut collected.plan, false).await?;
        self.counts.unchanged = collected.unchanged;
        self.write(&mut collected.plan, true).await?;
        let changes = collected.plan.numbered();
        store::statistics::refresh(self.services.db(), Filled::Changes, changes).await;
        self.compare_managers(&mut collected.plan).await?;
        self.compare_groups(&mut collected.plan).await?;
        let mut tx = self.begin().await?;
        let rest = collected.plan.take(true);
        let now = self.services.now();
        store::changes::insert(&mut tx, self.customer, self.run.id, &rest, now).await?;
        self.share_licences(&mut tx).await?;
        self.note_leaving_managers(&mut tx).await?;
        self.enter(&mut tx, RunPhase::Guard).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) async fn write(&self, plan: &mut Plan, all: bool) -> Result<(), Stop> {
        let changes = plan.take(all);
        if !changes.is_empty() {
            let mut tx = self.begin().await?;
            let now = self.services.now();
            for chunk in changes.chunks(super::plan::CHUNK) {
                store::changes::insert(&mut tx, self.customer, self.run.id, chunk, now).await?;
            }
            tx.commit().await?;
        }
        self.check_cancel()
    }

    /// The run of one person: their row of the snapshot, and no other.
    async fn compare_one(&self, person: &ObjectId, collected: &mut Collected) -> Result<(), Stop> {
        if let Some(row) = self.row_of(person).await? {
            let only = |found: &ObjectId| found == person;
            let comparison = self.comparison();
            let page = comparison.pages(None).read(row - 1, 1).await?;
            comparison.decide(page, only, collected);
        }
        Ok(())
    }

    /// The number of somebody's row in the snapshot.
    pub(super) async fn row_of(&self, person: &ObjectId) -> Result<Option<i64>, Stop> {
        let mut tx = self.services.db().read().await?;
        let known =
            store::snapshot::known(&mut tx, self.customer, self.run.directory, &[person.as_str()]).await?;
        Ok(known.first().map(|known| known.row_no))
    }

    fn comparison(&self) -> Comparison<'_> {
        Comparison {
            services: self.services,
            customer: self.customer,
            directory: self.run.directory,
            settings: &self.settings,
            fields: &self.fields,
        }
    }

    async fn compare_people(&self, collected: &mut Collected) -> Result<(), Stop> {
        let pages = self.comparison().pages(None);
        let mut reading = Beside::nothing();
        reading.begin(pages.clone().read(0, PAGE));
        while let Some(page) = reading.done().await.transpose()? {
            let Some(last) = page.last() else { break };
            reading.begin(pages.clone().read(last, PAGE));
            self.comparison().decide(page, |_| true, collected);
            self.write(&mut collected.plan, false).await?;
        }
        Ok(())
    }

    /// Accounts of this directory that nobody in the directory claims: leavers (L-03).
    async fn compare_unclaimed(&self, collected: &mut Collected) -> Result<(), Stop> {
        let (customer, directory) = (self.customer, self.run.directory);
        let mut after = None;
        loop {
            let accounts = {
                let mut tx = self.services.db().read().await?;
                store::compare::unclaimed(&mut tx, customer, directory, after, PAGE).await?
            };
            let Some(last) = accounts.last() else { break };
            after = Some(last.id);
            self.comparison().leavers(&accounts, collected);
            self.write(&mut collected.plan, false).await?;
        }
        Ok(())
    }

    /// Group sync: each People group against all directory groups mapped to it (U-13).
    async fn compare_groups(&self, plan: &mut Plan) -> Result<(), Stop> {
        let mut mapped: Vec<(GroupId, Vec<&ObjectId>, bool)> = Vec::new();
        for mapping in &self.settings.groups {
            let authoritative = mapping.mode == GroupMode::Authoritative;
            match mapped.iter_mut().find(|(group, ..)| *group == mapping.group) {
                Some((_, sources, all)) => {
                    sources.push(&mapping.object_id);
                    *all &= authoritative;
                }
                None => mapped.push((mapping.group, vec![&mapping.object_id], authoritative)),
            }
        }
        let names: HashMap<GroupId, String> = {
            let mut tx = self.services.db().read().await?;
            store::groups::all(&mut tx, self.customer)
                .await?
                .into_iter()
                .collect()
        };
        for (group, sources, authoritative) in mapped {
            let Some(name) = names.get(&group) else { continue };
            self.compare_group(plan, group, name, &sources, authoritative)
                .await?;
        }
        Ok(())
    }

    async fn compare_group(
        &self,
        plan: &mut Plan,
        group: GroupId,
        name: &str,
        sources: &[&ObjectId],
        authoritative: bool,
    ) -> Result<(), Stop> {
        let (customer, directory, run) = (self.customer, self.run.directory, self.run.id);
        let mut tx = self.services.db().read().await?;
        // G-05: unless every source was read in this run, memberships stay as they are. What is known of one person's
        // groups was proven in their own run, or by the last complete read.
        let since = match self.run.person {
            Some(_) => Timestamp::UNIX_EPOCH,
            None => self.run.started_at.unwrap_or(self.run.queued_at),
        };
        let read = store::compare::groups_read_since(&mut tx, customer, directory, sources, since).await?;
        if usize::try_from(read).unwrap_or(0) < sources.len() {
            return Ok(());
        }
        let joining = store::compare::joining(&mut tx, customer, directory, run, sources, group).await?;
        let leaving =
            store::compare::leaving(&mut tx, customer, directory, run, sources, group, authoritative).await?;
        drop(tx);
        let of_this_run = |mover: &Mover| match &self.run.person {
            Some(person) => mover.object_id.as_ref() == Some(person),
            None => true,
        };
        for mover in joining.into_iter().filter(of_this_run) {
            let reason = Reason::GroupMember {
                group: name.to_owned(),
            };
            add_membership(plan, ChangeKind::GroupAdd, mover, reason, group, name);
            self.write(plan, false).await?;
        }
        for mover in leaving.into_iter().filter(of_this_run) {
            let reason = Reason::NotGroupMember {
                group: name.to_owned(),
            };
            add_membership(plan, ChangeKind::GroupRemove, mover, reason, group, name);
            self.write(plan, false).await?;
        }
        Ok(())
    }
}

fn add_membership(
    plan: &mut Plan,
    kind: ChangeKind,
    mover: Mover,
    reason: Reason,
    group: GroupId,
    group_name: &str,
) {
    let (before, after) = match kind {
        ChangeKind::GroupAdd => (None, Some(group_name)),
        _ => (Some(group_name), None),
    };
    let change = PlannedChange {
        kind,
        object_id: mover.object_id,
        account: Some(mover.account),
        account_version: None,
        reason,
        fields: vec![FieldChange::new(field::GROUP, before, after)],
    };
    plan.add_membership(
        change,
        Named {
            name: mover.name,
            username: mover.username,
        },
        group,
    );
}
