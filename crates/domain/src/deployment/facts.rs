//! What is known of a deployment.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ExistingDirectory, Responsibility, Said, SsoBefore, Statement, Step};
use crate::Timestamp;

/// Everything from which follows where a deployment stands. Times are those at which something became so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The latest statement about each step that somebody spoke about.
    pub statements: BTreeMap<Step, Statement>,
    pub people: PeopleFacts,
    pub connection: ConnectionFacts,
    /// The latest complete test sync of the directory that is connected now.
    pub test_sync: Option<Timestamp>,
    /// A test sync was complete, but of a directory that is not connected any more.
    pub test_sync_of_another: bool,
    pub mapping: MappingFacts,
    pub questions: QuestionFacts,
    /// When the migration was verified.
    pub migrated: Option<Timestamp>,
    /// Security groups are chosen.
    pub scoped: bool,
    /// Groups are mapped.
    pub groups_mapped: bool,
    pub first_run: FirstRunFacts,
    /// Since when the schedule is on.
    pub scheduled: Option<Timestamp>,
}

/// Who is in People.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeopleFacts {
    /// Active local administrators.
    pub local_admins: u64,
    /// The latest sign-in that one of those has proven.
    pub local_admin_proven: Option<Timestamp>,
    /// Somebody's sign-in was proven who is no active local administrator any more.
    pub proven_admin_lost: bool,
    /// Accounts that are neither local administrators nor of the connected directory: what a migration is for.
    pub others: u64,
}

/// The connection to the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ConnectionFacts {
    /// When the values in force were saved.
    pub saved: Option<Timestamp>,
    /// The latest test of exactly those values, and whether all of its stages passed.
    pub tested: Option<(Timestamp, bool)>,
    /// Values that were saved before passed their test.
    pub worked_before: bool,
    /// Since when a secret that is in use has expired.
    pub expired: Option<Timestamp>,
}

/// The user mapping (step 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MappingFacts {
    #[default]
    None,
    /// The customer works on it.
    Begun,
    /// Frozen, and with staff.
    Submitted {
        at: Timestamp,
    },
    /// Staff gave it back, with reasons.
    Returned {
        at: Timestamp,
    },
    Approved {
        at: Timestamp,
    },
    /// Approved for a People or a directory that is not the one of today (P-17).
    Drifted {
        at: Timestamp,
    },
}

/// Questions about the user mapping that wait for an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QuestionFacts {
    /// Those of staff, which the customer answers.
    pub to_customer: u64,
    /// Those of the customer, which staff answer.
    pub to_staff: u64,
}

impl QuestionFacts {
    /// How many wait for a side.
    pub const fn waiting_for(self, side: Responsibility) -> u64 {
        match side {
            Responsibility::Customer => self.to_customer,
            Responsibility::Staff => self.to_staff,
            Responsibility::Joint => self.to_customer.saturating_add(self.to_staff),
        }
    }
}

/// Runs that wrote to People.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FirstRunFacts {
    /// The latest one that completed.
    pub completed: Option<Timestamp>,
    /// A list made under the settings of today was accepted (S-06).
    pub accepted: bool,
}

/// Why a step that was done is not any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Reopened {
    /// Somebody took the statement back.
    TakenBack,
    /// The values were changed and not tested since.
    ConnectionChanged,
    ConnectionFails,
    SecretExpired,
    /// What was read came from a directory that is not connected any more.
    OtherDirectory,
    /// "Brand new" was said, and there are accounts now (or more than when it was said).
    PeopleNotEmpty {
        others: u64,
    },
    /// Whoever had proven a sign-in is no active local administrator any more.
    AdminLost,
    /// S-06: nobody has looked at what the changed settings do.
    SettingsChanged,
    MappingReturned,
    MappingDrifted,
}

impl Reopened {
    /// One sentence for the person whose turn it is.
    pub fn sentence(self) -> String {
        match self {
            Reopened::TakenBack => "It was recorded as done and taken back.".into(),
            Reopened::ConnectionChanged => {
                "The values were changed after the last test that passed. Test them again.".into()
            }
            Reopened::ConnectionFails => "The last connection test failed.".into(),
            Reopened::SecretExpired => "The secret has expired. Enter a new one.".into(),
            Reopened::OtherDirectory => {
                "The last test sync read another directory than the one connected now. Run it again.".into()
            }
            Reopened::PeopleNotEmpty { others: 1 } => {
                "“Brand new” was answered, but People now holds one account beside the local administrators."
                    .into()
            }
            Reopened::PeopleNotEmpty { others } => format!(
                "“Brand new” was answered, but People now holds {} accounts beside the local administrators.",
                crate::numbers::thousands(others)
            ),
            Reopened::AdminLost => {
                "The account that proved its sign-in is no longer an active local administrator.".into()
            }
            Reopened::SettingsChanged => {
                "Settings changed since the last accepted run. Preview what that does, then run and accept it."
                    .into()
            }
            Reopened::MappingReturned => "It was returned with reasons.".into(),
            Reopened::MappingDrifted => {
                "People or the directory changed since it was approved. Look at what changed.".into()
            }
        }
    }
}

/// Whether the work of a step is done, whatever came before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Work {
    Done {
        at: Timestamp,
    },
    Open {
        turn: Responsibility,
        /// Since when it lies with that side, if that is known better than by what came before the step.
        since: Option<Timestamp>,
        reopened: Option<Reopened>,
    },
}

impl Facts {
    /// The answer to step 3, if it still stands.
    pub fn existing(&self) -> Option<ExistingDirectory> {
        match self.statements.get(&Step::Existing)?.said {
            Said::Existing { answer, others } => {
                // Accounts that are added by hand once the sync has begun its work belong to nobody's migration.
                let contradicted = answer == ExistingDirectory::BrandNew
                    && self.people.others > others
                    && self.first_run.completed.is_none();
                (!contradicted).then_some(answer)
            }
            _ => None,
        }
    }

    /// The answer to step 7.
    pub fn sso(&self) -> Option<SsoBefore> {
        match self.statements.get(&Step::Sso)?.said {
            Said::Sso { answer } => Some(answer),
            _ => None,
        }
    }

    pub(super) fn work(&self, step: Step) -> Work {
        match step {
            Step::LocalAdmin => self.local_admin(),
            Step::Provider => self.provider(),
            Step::TestSync => match self.test_sync {
                Some(at) => Work::Done { at },
                None => open(
                    step,
                    self.test_sync_of_another.then_some(Reopened::OtherDirectory),
                ),
            },
            Step::Existing => self.answered(step, self.existing().is_some()),
            Step::Sso => self.answered(step, self.sso().is_some()),
            Step::UserMapping => self.user_mapping(),
            Step::Migration => done_at(self.migrated).unwrap_or_else(|| open(step, None)),
            Step::GroupSync if self.groups_mapped => match self.connection.saved {
                Some(at) => Work::Done { at },
                None => open(step, None),
            },
            Step::SecurityGroups => match self.connection.saved {
                Some(at) if self.scoped => Work::Done { at },
                _ => open(step, None),
            },
            Step::FirstRun => match self.first_run.completed {
                Some(at) if self.first_run.accepted => Work::Done { at },
                Some(_) => open(step, Some(Reopened::SettingsChanged)),
                None => open(step, None),
            },
            Step::Schedule => done_at(self.scheduled).unwrap_or_else(|| open(step, None)),
            Step::LoginHandler
            | Step::Module
            | Step::DataMapping
            | Step::GroupSync
            | Step::ReconfigureSso
            | Step::SetUpSso
            | Step::SignInCheck => self.stated(step),
        }
    }

    fn stated(&self, step: Step) -> Work {
        match self.statements.get(&step) {
            Some(statement) if statement.said == Said::Done => Work::Done { at: statement.at },
            Some(statement) => Work::Open {
                turn: step.performed_by(),
                since: Some(statement.at),
                reopened: Some(Reopened::TakenBack),
            },
            None => open(step, None),
        }
    }

    fn answered(&self, step: Step, stands: bool) -> Work {
        match self.statements.get(&step) {
            Some(statement) if stands => Work::Done { at: statement.at },
            Some(statement) => {
                let reopened = match statement.said {
                    Said::Existing { .. } => Reopened::PeopleNotEmpty {
                        others: self.people.others,
                    },
                    _ => Reopened::TakenBack,
                };
                open(step, Some(reopened))
            }
            None => open(step, None),
        }
    }

    fn local_admin(&self) -> Work {
        match self.people.local_admin_proven {
            Some(at) if self.people.local_admins > 0 => Work::Done { at },
            _ => open(
                Step::LocalAdmin,
                self.people.proven_admin_lost.then_some(Reopened::AdminLost),
            ),
        }
    }

    fn provider(&self) -> Work {
        let ConnectionFacts {
            saved,
            tested,
            worked_before,
            expired,
        } = self.connection;
        let (since, reopened) = match (saved, tested, expired) {
            (Some(_), Some((at, true)), None) => return Work::Done { at },
            (Some(_), _, Some(at)) => (Some(at), Some(Reopened::SecretExpired)),
            (Some(_), Some((at, _)), None) => (Some(at), Some(Reopened::ConnectionFails)),
            (Some(at), None, None) => (Some(at), worked_before.then_some(Reopened::ConnectionChanged)),
            (None, ..) => (None, None),
        };
        Work::Open {
            turn: Step::Provider.performed_by(),
            since,
            reopened,
        }
    }

    fn user_mapping(&self) -> Work {
        let (turn, since, reopened) = match self.mapping {
            MappingFacts::Approved { at } => return Work::Done { at },
            MappingFacts::None | MappingFacts::Begun => (Responsibility::Customer, None, None),
            MappingFacts::Submitted { at } => (Responsibility::Staff, Some(at), None),
            MappingFacts::Returned { at } => (
                Responsibility::Customer,
                Some(at),
                Some(Reopened::MappingReturned),
            ),
            MappingFacts::Drifted { at } => (Responsibility::Staff, Some(at), Some(Reopened::MappingDrifted)),
        };
        // Whoever is asked has something to do, too: nothing but their answer goes on with the question.
        let turn = if self.questions.waiting_for(turn.other()) > 0 {
            Responsibility::Joint
        } else {
            turn
        };
        Work::Open {
            turn,
            since,
            reopened,
        }
    }
}

fn done_at(at: Option<Timestamp>) -> Option<Work> {
    at.map(|at| Work::Done { at })
}

fn open(step: Step, reopened: Option<Reopened>) -> Work {
    Work::Open {
        turn: step.performed_by(),
        since: None,
        reopened,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_asked_about_the_mapping_has_a_turn_too() {
        let asks = |to_customer, to_staff| QuestionFacts {
            to_customer,
            to_staff,
        };
        let at = Timestamp::UNIX_EPOCH;
        let submitted = MappingFacts::Submitted { at };
        for (mapping, questions, turn) in [
            (submitted, asks(0, 0), Some(Responsibility::Staff)),
            (submitted, asks(2, 0), Some(Responsibility::Joint)),
            (submitted, asks(0, 1), Some(Responsibility::Staff)),
            (MappingFacts::Begun, asks(2, 0), Some(Responsibility::Customer)),
            (MappingFacts::Begun, asks(0, 1), Some(Responsibility::Joint)),
            (MappingFacts::Approved { at }, asks(2, 0), None),
        ] {
            let facts = Facts {
                mapping,
                questions,
                ..Facts::default()
            };
            let found = match facts.work(Step::UserMapping) {
                Work::Open { turn, .. } => Some(turn),
                Work::Done { .. } => None,
            };
            assert_eq!(found, turn, "{mapping:?}, {questions:?}");
        }
    }
}
