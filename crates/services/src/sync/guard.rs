//! Third phase: how much would this do, and may it without asking?

use chrono::TimeDelta;
use domain::sync::{ChangeState, HoldReason, RunPhase};
use rules::sync::guard::{GuardFacts, guard, would_hold};

use super::Running;
use super::stop::Stop;

impl Running<'_> {
    /// Counts the plan and decides. True: the run ends or waits here.
    pub(super) async fn guard(&mut self) -> Result<bool, Stop> {
        self.check_cancel()?;
        let mut tx = self.begin().await?;
        let planned = store::changes::counts(&mut tx, self.customer, self.run.id).await?;
        let mut counts = domain::sync::RunCounts {
            read: self.counts.read,
            in_scope: self.counts.in_scope,
            unchanged: self.counts.unchanged,
            ..Default::default()
        };
        for (kind, state, n) in planned {
            counts.add(kind, n);
            if state == ChangeState::Planned {
                counts.to_apply += n;
            }
        }
        self.counts = counts;
        let facts = self.guard_facts(&mut tx).await?;
        let limits = self.settings.limits;
        if !self.run.kind.applies() {
            self.run.hold = would_hold(&facts, limits);
            store::runs::would_hold(&mut tx, self.customer, self.run.id, &self.run.hold).await?;
            store::runs::progress(&mut tx, self.customer, self.run.id, &self.counts).await?;
            tx.commit().await?;
            return Ok(false);
        }
        let reasons: Vec<HoldReason> = guard(&facts, limits);
        if reasons.is_empty() {
            self.enter(&mut tx, RunPhase::Apply).await?;
            tx.commit().await?;
            return Ok(false);
        }
        store::runs::hold(&mut tx, self.customer, self.run.id, &reasons, &self.counts).await?;
        self.services
            .tell_held(&mut tx, self.customer, &self.run, &reasons)
            .await?;
        tx.commit().await?;
        metrics::counter!("usersync_runs_held_total").increment(1);
        Ok(true)
    }

    async fn guard_facts(&self, tx: &mut store::Tx) -> Result<GuardFacts, Stop> {
        let (customer, directory) = (self.customer, self.run.directory);
        let active = store::accounts::active_of_directory(tx, customer, directory).await?;
        let since = self.services.now() - TimeDelta::hours(24);
        let blocks = store::runs::unaccepted_blocks(tx, customer, directory, since).await?;
        let settings = store::settings::find(tx, customer, directory).await?;
        let accepted = settings.and_then(|row| row.accepted_version);
        Ok(GuardFacts {
            counts: self.counts,
            active_synced: u64::try_from(active).unwrap_or(0),
            blocks_last_24h: u64::try_from(blocks).unwrap_or(0),
            read: self.counts.read,
            in_scope: self.counts.in_scope,
            first_run: !store::runs::has_written(tx, customer, directory).await?,
            settings_changed: accepted != Some(self.run.settings_version),
            // Another tenant is refused before anything is read (C-22).
            other_tenant: false,
            kind: self.run.kind,
            was_accepted: self.run.accepted_by.is_some(),
        })
    }
}
