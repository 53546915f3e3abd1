//! Where every step stands: a pure function of the facts.

use super::facts::Work;
use super::{ExistingDirectory, Facts, Reopened, Responsibility, SsoBefore, Step};
use crate::Timestamp;

/// Where one step stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub step: Step,
    pub state: StepState,
}

/// The state of a step. "May it be entered" and "is its work done" are two truths; the variants are their four
/// combinations, and the branch not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepState {
    /// Entered and done.
    Done { at: Timestamp },
    /// May be entered and is not done: somebody's turn.
    Open {
        turn: Responsibility,
        /// Since when it lies there; `None` for what could be begun from the start.
        since: Option<Timestamp>,
        /// It was done before; what changed.
        reopened: Option<Reopened>,
    },
    /// Its work is done, but something it rests on is not (any more): it counts again once that is. `until` is the open
    /// step at the root of it.
    OnHold { until: Step },
    /// Neither; `until` as above.
    Shut { until: Step },
    /// On the branch that a decision did not take.
    Skipped,
}

impl StepState {
    /// Whether others may rest on it.
    pub const fn is_settled(&self) -> bool {
        matches!(self, StepState::Done { .. } | StepState::Skipped)
    }

    /// Whether somebody may work on it now, or look at what was done.
    pub const fn may_be_entered(&self) -> bool {
        matches!(self, StepState::Done { .. } | StepState::Open { .. })
    }
}

/// Where every step stands, in the order of the guide.
pub fn of(facts: &Facts) -> Vec<Standing> {
    let mut all: Vec<Standing> = Vec::with_capacity(Step::ALL.len());
    for step in Step::ALL {
        let state = state(facts, *step, &all);
        all.push(Standing { step: *step, state });
    }
    all
}

/// Where one step stands among all of them.
pub fn find(all: &[Standing], step: Step) -> &StepState {
    // `of` gives every step, so the last arm is for lists that are not of `of`.
    all.iter()
        .find(|standing| standing.step == step)
        .map_or(&StepState::Skipped, |standing| &standing.state)
}

/// The steps that somebody may do something about now, in order.
pub fn open(all: &[Standing]) -> impl Iterator<Item = (Step, Responsibility)> {
    all.iter().filter_map(|standing| match standing.state {
        StepState::Open { turn, .. } => Some((standing.step, turn)),
        _ => None,
    })
}

/// `before` holds everything a step can require: requirements point backwards in the guide.
fn state(facts: &Facts, step: Step, before: &[Standing]) -> StepState {
    if is_skipped(facts, step) {
        return StepState::Skipped;
    }
    let missing = step
        .requires()
        .iter()
        .copied()
        .find(|required| !find(before, *required).is_settled())
        .map(|required| match find(before, required) {
            // What that one waits for is what somebody can do something about.
            StepState::Shut { until } | StepState::OnHold { until } => *until,
            _ => required,
        });
    match (facts.work(step), missing) {
        (Work::Done { at }, None) => StepState::Done { at },
        (Work::Done { .. }, Some(until)) => StepState::OnHold { until },
        (Work::Open { .. }, Some(until)) => StepState::Shut { until },
        (
            Work::Open {
                turn,
                since,
                reopened,
            },
            None,
        ) => StepState::Open {
            turn,
            since: since.or_else(|| ready_since(step, before)),
            reopened,
        },
    }
}

/// The branches of the two decisions: what they leave out.
fn is_skipped(facts: &Facts, step: Step) -> bool {
    match step {
        Step::UserMapping | Step::Migration => facts.existing() == Some(ExistingDirectory::BrandNew),
        Step::ReconfigureSso => facts.sso() == Some(SsoBefore::NotConfigured),
        Step::SetUpSso => facts.sso() == Some(SsoBefore::Configured),
        _ => false,
    }
}

/// When the last thing a step waited for was done.
fn ready_since(step: Step, before: &[Standing]) -> Option<Timestamp> {
    step.requires()
        .iter()
        .filter_map(|required| match find(before, *required) {
            StepState::Done { at } => Some(*at),
            _ => None,
        })
        .max()
}
