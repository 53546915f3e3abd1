//! Who gets which username when several people want, hold or leave it in the same run (domain 2.3, I-05, I-06, I-10).
//!
//! Each claim waits for at most one other: the one whose account must leave the name. A name claimed twice is
//! nobody's, so at most one winner waits for the same claim, and what is left are chains (`a -> b`, `b -> c`, c free)
//! and cycles (swaps). Both are walked with a loop, ten thousand long or not; the result does not depend on
//! the order of the input.

use std::collections::{HashMap, VecDeque};

use domain::sync::{ChangeKind, PlannedChange};
use domain::{AccountId, UsernameKey};

use super::decide::claimed_twice;
use super::person::Claim;

/// One settled change and what it must stay together with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledChange {
    pub change: PlannedChange,
    /// Changes with the same number are one transaction. They are adjacent, and numbers only grow.
    pub component: u32,
    /// Part of a swap or a longer cycle: no order is safe under a unique constraint, so all usernames of the component
    /// are moved out of the way first (M-03). Otherwise the order given is safe one by one.
    pub cycle: bool,
}

/// What became of the claims.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    pub changes: Vec<SettledChange>,
}

/// Settles all claims of a run together.
pub fn settle(mut claims: Vec<Claim>) -> Settled {
    claims.sort_by(|a, b| order(a).cmp(&order(b)));
    let waits_for = dependencies(&claims);
    let verdicts = judge(&claims, &waits_for);
    let mut settled = Settled::default();
    let mut claims: Vec<Option<Claim>> = claims.into_iter().map(Some).collect();
    for (component, walk) in (0..).zip(walks(&verdicts, &waits_for)) {
        for index in walk.members {
            let Some(claim) = claims[index].take() else {
                continue;
            };
            let changes = outcome(claim, verdicts[index]);
            settled
                .changes
                .extend(changes.into_iter().map(|change| SettledChange {
                    change,
                    component,
                    cycle: walk.cycle,
                }));
        }
    }
    settled
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Granted,
    /// The holder keeps the name (I-06, X-09).
    Held,
    /// I-02, X-04.
    ClaimedTwice,
}

fn order(claim: &Claim) -> (Option<&str>, Option<AccountId>, &UsernameKey) {
    let object_id = claim.change.object_id.as_ref().map(domain::ObjectId::as_str);
    (object_id, claim.change.account, &claim.key)
}

/// What a claim waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    Nothing,
    /// The claim at this place, whose account leaves the name.
    For(usize),
    /// The holder does not move at all.
    Forever,
}

fn dependencies(claims: &[Claim]) -> Vec<Wait> {
    let movers: HashMap<AccountId, usize> = claims
        .iter()
        .enumerate()
        .filter_map(|(index, claim)| Some((claim.mover?, index)))
        .collect();
    let leaves = |index: usize, key: &UsernameKey| claims[index].old_key.as_ref() == Some(key);
    claims
        .iter()
        .map(|claim| match claim.holder {
            None => Wait::Nothing,
            Some(holder) => match movers.get(&holder) {
                Some(&index) if leaves(index, &claim.key) => Wait::For(index),
                _ => Wait::Forever,
            },
        })
        .collect()
}

/// A claim fails when another wants the same name, when the holder stays, or when the one it waits for fails.
fn judge(claims: &[Claim], waits_for: &[Wait]) -> Vec<Verdict> {
    let mut wanted: HashMap<&UsernameKey, u32> = HashMap::with_capacity(claims.len());
    for claim in claims {
        *wanted.entry(&claim.key).or_default() += 1;
    }
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); claims.len()];
    for (index, wait) in waits_for.iter().enumerate() {
        if let Wait::For(other) = wait {
            behind[*other].push(index);
        }
    }
    let mut verdicts = vec![Verdict::Granted; claims.len()];
    let mut failed = VecDeque::new();
    for (index, claim) in claims.iter().enumerate() {
        if wanted.get(&claim.key).is_some_and(|count| *count > 1) {
            verdicts[index] = Verdict::ClaimedTwice;
        } else if waits_for[index] == Wait::Forever {
            verdicts[index] = Verdict::Held;
        } else {
            continue;
        }
        failed.push_back(index);
    }
    while let Some(index) = failed.pop_front() {
        for &next in &behind[index] {
            if verdicts[next] == Verdict::Granted {
                verdicts[next] = Verdict::Held;
                failed.push_back(next);
            }
        }
    }
    verdicts
}

/// Claims in the order to apply them, that belong together.
struct Walk {
    members: Vec<usize>,
    cycle: bool,
}

fn walks(verdicts: &[Verdict], waits_for: &[Wait]) -> Vec<Walk> {
    let granted = |index: usize| verdicts[index] == Verdict::Granted;
    // Who moves in when this one has left; at most one, since names claimed twice are out.
    let mut follower: Vec<Option<usize>> = vec![None; verdicts.len()];
    for (index, wait) in waits_for.iter().enumerate() {
        if let (Wait::For(other), true) = (wait, granted(index)) {
            follower[*other] = Some(index);
        }
    }
    let mut done = vec![false; verdicts.len()];
    let mut walks = Vec::new();
    // Chains start where nothing is waited for, and so do claims that failed; what is left then are cycles.
    for cycle in [false, true] {
        for start in 0..verdicts.len() {
            let waiting = granted(start) && matches!(waits_for[start], Wait::For(_));
            if done[start] || waiting != cycle {
                continue;
            }
            let mut members = Vec::new();
            let mut next = Some(start);
            while let Some(index) = next.filter(|&index| !done[index]) {
                done[index] = true;
                members.push(index);
                next = follower[index];
            }
            walks.push(Walk { members, cycle });
        }
    }
    walks
}

fn outcome(claim: Claim, verdict: Verdict) -> Vec<PlannedChange> {
    let mut changes = match verdict {
        Verdict::Granted => return vec![claim.change],
        Verdict::Held | Verdict::ClaimedTwice => claim.otherwise,
    };
    if verdict == Verdict::ClaimedTwice {
        for change in &mut changes {
            if change.kind == ChangeKind::Dispute {
                change.reason = claimed_twice(&claim.username);
            }
        }
    }
    changes
}
