//! The guard between plan and apply: when a run must be held and a person decide (domain 3.7).

use domain::settings::SafetyLimits;
use domain::sync::{ChangeKind, HoldReason, RunCounts, RunKind};

/// What the guard looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GuardFacts {
    /// The plan's numbers, after claims are settled.
    pub counts: RunCounts,
    /// Active accounts of this directory before the run.
    pub active_synced: u64,
    /// Blocks that runs of the last 24 hours applied without anybody's decision (S-04). Blocks a person accepted do
    /// not count, or one accepted run would hold every run of the next day.
    pub blocks_last_24h: u64,
    /// People the provider returned.
    pub read: u64,
    /// Of those, in a synchronised group.
    pub in_scope: u64,
    /// No run of this directory has written yet (S-03).
    pub first_run: bool,
    /// Settings are not those of the last accepted run (S-06).
    pub settings_changed: bool,
    /// The provider's tenant or org id is not that of the stored links (C-22).
    pub other_tenant: bool,
    pub kind: RunKind,
    /// A person has accepted this run's list (S-05: the list, not a switch: what is applied is that list and nothing
    /// that came later).
    pub was_accepted: bool,
}

/// Why this run is held; empty when it may go on. Runs that apply nothing are never held: what a real run would be
/// held for is [`would_hold`].
///
/// Nobody accepts their way past [`HoldReason::OtherTenant`]: every person would be unknown, so it takes other
/// credentials or a new directory.
pub fn guard(facts: &GuardFacts, limits: SafetyLimits) -> Vec<HoldReason> {
    if !facts.kind.applies() {
        return Vec::new();
    }
    let mut reasons = would_hold(facts, limits);
    if facts.was_accepted {
        reasons.retain(|reason| *reason == HoldReason::OtherTenant);
    }
    reasons
}

/// Why a run with this plan would be held, the gravest first: what a preview shows.
pub fn would_hold(facts: &GuardFacts, limits: SafetyLimits) -> Vec<HoldReason> {
    let mut reasons = Vec::new();
    if facts.other_tenant {
        reasons.push(HoldReason::OtherTenant);
    }
    // S-02, U-03: whatever the limit. One person who is gone is a leaver like any other.
    let reads_everybody = facts.kind.reads_everybody();
    if reads_everybody && facts.read == 0 {
        reasons.push(HoldReason::NobodyRead);
    } else if reads_everybody && facts.in_scope == 0 {
        reasons.push(HoldReason::NobodyInScope);
    }
    reasons.extend(over_limits(facts, limits));
    if facts.first_run {
        reasons.push(HoldReason::FirstRun);
    } else if facts.settings_changed && writes(&facts.counts) {
        reasons.push(HoldReason::SettingsChanged);
    }
    reasons
}

/// S-01: disables and leavers (both are blocks), renames, group removals; S-04: blocks over a day.
fn over_limits(facts: &GuardFacts, limits: SafetyLimits) -> impl Iterator<Item = HoldReason> {
    let limit = limits.allowed(facts.active_synced);
    let counts = facts.counts;
    let blocked = match counts.blocked {
        0 => 0,
        now => now.saturating_add(facts.blocks_last_24h),
    };
    [
        (ChangeKind::Block, blocked),
        (ChangeKind::Rename, counts.renamed),
        (ChangeKind::GroupRemove, counts.group_removed),
    ]
    .into_iter()
    .filter(move |(_, count)| *count > limit)
    .map(move |(kind, count)| HoldReason::TooMany { kind, count, limit })
}

fn writes(counts: &RunCounts) -> bool {
    ChangeKind::ALL
        .iter()
        .any(|kind| kind.writes() && counts.of(*kind) > 0)
}
