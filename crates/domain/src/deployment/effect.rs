//! What an edit would re-open, before it is made: where every step stands now, beside where it would stand.

use super::standing::{self, StepState};
use super::{ExistingDirectory, Facts, Said, SsoBefore, Statement, Step};
use crate::Timestamp;

/// An edit that somebody is about to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Other values for the provider that is connected.
    Connection,
    /// Another provider, or another tenant of it. `linked` is how many accounts belong to the one of today.
    OtherDirectory { linked: u64 },
    /// Settings of the sync: security groups, data mapping, group sync, limits.
    Settings,
    /// Step 3.
    Existing(ExistingDirectory),
    /// Step 7.
    Sso(SsoBefore),
    /// A statement about a step is taken back.
    TakeBack(Step),
}

/// The steps that are done now and would not be after the edit, in the order of the guide: those to do again, and those
/// that only wait for them.
#[must_use]
pub fn reopens(facts: &Facts, edit: Edit, now: Timestamp) -> Vec<Step> {
    let before = standing::of(facts);
    let after = standing::of(&edited(facts, edit, now));
    before
        .iter()
        .filter(|standing| matches!(standing.state, StepState::Done { .. }))
        .map(|standing| standing.step)
        .filter(|step| !standing::find(&after, *step).is_settled())
        .collect()
}

/// The first step that the edit would put before somebody, and that lies with nobody now: what ends the wait. `None` when
/// nothing is re-opened.
#[must_use]
pub fn cure(facts: &Facts, edit: Edit, now: Timestamp) -> Option<Step> {
    if reopens(facts, edit, now).is_empty() {
        return None;
    }
    let is_open = |state: &StepState| matches!(state, StepState::Open { .. });
    let before = standing::of(facts);
    standing::of(&edited(facts, edit, now))
        .iter()
        .find(|standing| is_open(&standing.state) && !is_open(standing::find(&before, standing.step)))
        .map(|standing| standing.step)
}

/// The facts as they would be.
fn edited(facts: &Facts, edit: Edit, now: Timestamp) -> Facts {
    let mut facts = facts.clone();
    let mut say = |step: Step, said: Said| {
        let before = facts.statements.get(&step);
        let statement = Statement {
            by: String::new(),
            side: before.map_or(step.performed_by(), |statement| statement.side),
            at: now,
            said,
        };
        facts.statements.insert(step, statement);
    };
    match edit {
        Edit::Connection => {
            let connection = &mut facts.connection;
            connection.worked_before |= connection.tested.is_some_and(|(_, passed)| passed);
            connection.tested = None;
            connection.saved = Some(now);
        }
        Edit::OtherDirectory { linked } => {
            facts.connection = super::facts::ConnectionFacts {
                saved: Some(now),
                ..Default::default()
            };
            facts.test_sync_of_another |= facts.test_sync.take().is_some();
            facts.people.others += linked;
            facts.scoped = false;
            facts.groups_mapped = false;
            facts.first_run = super::facts::FirstRunFacts::default();
            facts.scheduled = None;
            // Said about a directory that would not be connected any more.
            facts.statements.remove(&Step::DataMapping);
            facts.statements.remove(&Step::GroupSync);
        }
        Edit::Settings => facts.first_run.accepted = false,
        Edit::Existing(answer) => {
            let others = facts.people.others;
            say(Step::Existing, Said::Existing { answer, others });
        }
        Edit::Sso(answer) => say(Step::Sso, Said::Sso { answer }),
        Edit::TakeBack(step) => say(step, Said::NotDone),
    }
    facts
}
