//! Appointments: times that both sides of a deployment agree on. Each kind has one at a time; what happened to it is a
//! list of events that only grows, and the latest one says how it stands.

use serde::{Deserialize, Serialize};

use crate::deployment::standing::{Standing, find};
use crate::deployment::{Responsibility, Step, StepState};
use crate::{Role, Timestamp, codes};

codes! {
    /// What is done together, or needs the other side to know when. The code is also part of its file's address.
    pub enum AppointmentKind {
        /// Step 1.
        ModuleDeployment = "module-deployment",
        /// Step 5: nobody can use the intranet meanwhile.
        MigrationWindow = "migration-window",
        /// Step 8.
        SsoSession = "sso-session",
    }
}

codes! {
    /// What happened to an appointment.
    pub enum AppointmentEvent {
        /// Somebody proposed a time; it takes the place of whatever was proposed or agreed before.
        Proposed = "proposed",
        Agreed = "agreed",
        Declined = "declined",
        Cancelled = "cancelled",
    }
}

impl AppointmentKind {
    /// What it is called on its step's page.
    pub const fn title(self) -> &'static str {
        match self {
            AppointmentKind::ModuleDeployment => "Module deployment",
            AppointmentKind::MigrationWindow => "Migration window",
            AppointmentKind::SsoSession => "Single sign-on session",
        }
    }

    /// The kind that a step's page shows, if the step has one.
    pub const fn of_step(step: Step) -> Option<Self> {
        match step {
            Step::Module => Some(AppointmentKind::ModuleDeployment),
            Step::Migration => Some(AppointmentKind::MigrationWindow),
            Step::ReconfigureSso | Step::SetUpSso | Step::SignInCheck => Some(AppointmentKind::SsoSession),
            _ => None,
        }
    }

    /// The steps it is for. One that a decision left out is not looked at.
    pub const fn steps(self) -> &'static [Step] {
        match self {
            AppointmentKind::ModuleDeployment => &[Step::Module],
            AppointmentKind::MigrationWindow => &[Step::Migration],
            AppointmentKind::SsoSession => &[Step::ReconfigureSso, Step::SetUpSso, Step::SignInCheck],
        }
    }
}

/// Whether an appointment is wanted, by where its steps stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Yes,
    /// The work is on record, so no time has to be found for it.
    Done,
    /// A decision left its steps out.
    NotNeeded,
}

impl AppointmentKind {
    /// Whether somebody still has to find a time, and the step whose page it is agreed on.
    pub fn wanted(self, all: &[Standing]) -> (Wanted, Step) {
        let needed = |step: &&Step| *find(all, **step) != StepState::Skipped;
        let is_open = |step: &&Step| {
            !matches!(
                find(all, **step),
                StepState::Done { .. } | StepState::OnHold { .. }
            )
        };
        let steps = self.steps();
        let first = steps.iter().find(needed);
        let Some(first) = first else {
            return (Wanted::NotNeeded, steps[0]);
        };
        match steps.iter().filter(needed).find(is_open) {
            Some(step) => (Wanted::Yes, *step),
            None => (Wanted::Done, *first),
        }
    }
}

/// How an appointment stands: its latest event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    pub event: AppointmentEvent,
    /// The side that proposed this time.
    pub proposed_by: Responsibility,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

impl Present {
    /// Proposed and waiting for the other side; `None` when nobody's answer is awaited. A time that has begun is
    /// nothing to agree to any more.
    pub fn waits_for(&self, now: Timestamp) -> Option<Responsibility> {
        (self.event == AppointmentEvent::Proposed && self.starts_at > now).then_some(match self.proposed_by {
            Responsibility::Staff => Responsibility::Customer,
            _ => Responsibility::Staff,
        })
    }

    /// Agreed, and not over yet.
    pub fn is_ahead(&self, now: Timestamp) -> bool {
        self.event == AppointmentEvent::Agreed && self.ends_at > now
    }

    /// Agreed, and over: whether its work was done has to be on record by now.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.event == AppointmentEvent::Agreed && self.ends_at <= now
    }
}

/// What an appointment needs of whoever looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// The other side has proposed a time.
    Answer,
    /// The time they proposed was declined, or has passed without an answer.
    ProposeAgain,
    /// The agreed time is over, and nobody has recorded that its work was done.
    RecordIt,
}

codes! {
    /// What somebody wants to do to an appointment.
    pub enum AppointmentAct {
        Propose = "propose",
        Agree = "agree",
        /// Staff put on record that the customer agrees, by telephone for instance.
        AgreeForCustomer = "agree_for_customer",
        Decline = "decline",
        Cancel = "cancel",
    }
}

impl AppointmentAct {
    /// What it leaves behind.
    pub const fn event(self) -> AppointmentEvent {
        match self {
            AppointmentAct::Propose => AppointmentEvent::Proposed,
            AppointmentAct::Agree | AppointmentAct::AgreeForCustomer => AppointmentEvent::Agreed,
            AppointmentAct::Decline => AppointmentEvent::Declined,
            AppointmentAct::Cancel => AppointmentEvent::Cancelled,
        }
    }

    /// Whether it needs words: the other side has to know why, or how one can see it.
    pub const fn needs_reason(self) -> bool {
        matches!(
            self,
            AppointmentAct::AgreeForCustomer | AppointmentAct::Decline | AppointmentAct::Cancel
        )
    }
}

/// Why something cannot be done to an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refused {
    /// A viewer, or a customer who would speak for staff.
    NotTheirs,
    /// Nothing is proposed.
    NothingProposed,
    /// A side does not answer its own proposal.
    OwnProposal,
    /// The proposed time has begun or is over.
    Passed,
    /// Neither proposed nor agreed.
    NothingToCancel,
}

impl Refused {
    /// One sentence for whoever tried.
    pub const fn sentence(self) -> &'static str {
        match self {
            Refused::NotTheirs => "This is for the other side to say.",
            Refused::NothingProposed => "No time is proposed that waits for an answer.",
            Refused::OwnProposal => {
                "Your own side proposed this time; the other side answers. Propose another time, or withdraw it."
            }
            Refused::Passed => "The proposed time has passed. Propose another one.",
            Refused::NothingToCancel => "Nothing is proposed or agreed that could be cancelled.",
        }
    }
}

/// Whether somebody with this role may do this now. A side never answers its own proposal; staff may put on record
/// that the customer agrees to theirs, which is marked as such.
pub fn judge(
    present: Option<&Present>,
    act: AppointmentAct,
    role: Role,
    now: Timestamp,
) -> Result<(), Refused> {
    use AppointmentAct as A;
    let side = match role {
        Role::Staff => Responsibility::Staff,
        Role::CustomerAdmin => Responsibility::Customer,
        Role::Viewer => return Err(Refused::NotTheirs),
    };
    let speaks_for = match (act, side) {
        (A::AgreeForCustomer, Responsibility::Staff) => Responsibility::Customer,
        (A::AgreeForCustomer, _) => return Err(Refused::NotTheirs),
        (_, side) => side,
    };
    match act {
        A::Propose => Ok(()),
        A::Cancel => match present.map(|present| present.event) {
            Some(AppointmentEvent::Proposed | AppointmentEvent::Agreed) => Ok(()),
            _ => Err(Refused::NothingToCancel),
        },
        A::Agree | A::AgreeForCustomer | A::Decline => match present {
            Some(present) if present.event == AppointmentEvent::Proposed => {
                if present.proposed_by == speaks_for {
                    Err(Refused::OwnProposal)
                } else if present.starts_at <= now && act != A::Decline {
                    Err(Refused::Passed)
                } else {
                    Ok(())
                }
            }
            _ => Err(Refused::NothingProposed),
        },
    }
}

/// A time as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppointmentForm {
    /// `2026-03-12`
    pub day: String,
    /// `14:00`
    pub start: String,
    /// The length in minutes.
    pub minutes: String,
    /// The zone the two are meant in, such as `Europe/London`.
    pub time_zone: String,
    /// What the other side should know; may be empty.
    pub note: String,
}

/// The shortest and the longest appointment, in minutes.
pub const MINUTES: std::ops::RangeInclusive<u32> = 15..=720;

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH + TimeDelta::days(20_000)
    }

    fn present(event: AppointmentEvent, proposed_by: Responsibility, in_hours: i64) -> Present {
        let starts_at = now() + TimeDelta::hours(in_hours);
        Present {
            event,
            proposed_by,
            starts_at,
            ends_at: starts_at + TimeDelta::hours(2),
        }
    }

    /// Who may do what, in every state: the whole of it as a table.
    #[test]
    fn the_table_of_who_may_agree_what() {
        use AppointmentEvent as E;
        let mut table = String::new();
        let states = [
            ("nothing", None),
            (
                "proposed by staff",
                Some(present(E::Proposed, Responsibility::Staff, 24)),
            ),
            (
                "proposed by the customer",
                Some(present(E::Proposed, Responsibility::Customer, 24)),
            ),
            (
                "proposed by staff, passed",
                Some(present(E::Proposed, Responsibility::Staff, -1)),
            ),
            ("agreed", Some(present(E::Agreed, Responsibility::Staff, 24))),
            ("declined", Some(present(E::Declined, Responsibility::Staff, 24))),
            (
                "cancelled",
                Some(present(E::Cancelled, Responsibility::Staff, 24)),
            ),
        ];
        for (name, state) in states {
            for role in Role::ALL {
                let may: Vec<&str> = AppointmentAct::ALL
                    .iter()
                    .filter(|act| judge(state.as_ref(), **act, *role, now()).is_ok())
                    .map(|act| act.code())
                    .collect();
                table.extend([name, ", ", role.code(), ": ", &may.join(" "), "\n"]);
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn nobody_answers_their_own_proposal() {
        let theirs = present(AppointmentEvent::Proposed, Responsibility::Customer, 1);
        let ours = present(AppointmentEvent::Proposed, Responsibility::Staff, 1);
        for (state, act, role, refused) in [
            (&ours, AppointmentAct::Agree, Role::Staff, Refused::OwnProposal),
            (
                &theirs,
                AppointmentAct::Agree,
                Role::CustomerAdmin,
                Refused::OwnProposal,
            ),
            // Speaking for the customer, staff would answer the customer's own proposal.
            (
                &theirs,
                AppointmentAct::AgreeForCustomer,
                Role::Staff,
                Refused::OwnProposal,
            ),
            (
                &ours,
                AppointmentAct::AgreeForCustomer,
                Role::CustomerAdmin,
                Refused::NotTheirs,
            ),
        ] {
            assert_eq!(judge(Some(state), act, role, now()), Err(refused), "{act} {role}");
        }
    }

    #[test]
    fn an_agreed_time_is_ahead_until_it_ends_and_then_wants_a_record() {
        let event = AppointmentEvent::Agreed;
        for (in_hours, ahead, over) in [(1, true, false), (-1, true, false), (-2, false, true)] {
            let present = present(event, Responsibility::Staff, in_hours);
            assert_eq!(
                (present.is_ahead(now()), present.is_over(now())),
                (ahead, over),
                "{in_hours}"
            );
        }
        let proposed = present(AppointmentEvent::Proposed, Responsibility::Staff, 1);
        assert_eq!(proposed.waits_for(now()), Some(Responsibility::Customer));
        assert!(!proposed.is_ahead(now()) && !proposed.is_over(now()));
        let late = present(AppointmentEvent::Proposed, Responsibility::Staff, -1);
        assert_eq!(late.waits_for(now()), None);
    }

    #[test]
    fn a_time_is_wanted_for_work_that_is_needed_and_not_on_record() {
        use AppointmentKind as K;
        let standing = |step, state| Standing { step, state };
        let done = || StepState::Done { at: now() };
        let shut = || StepState::Shut { until: Step::Sso };
        let all = [
            standing(Step::Module, done()),
            standing(Step::Migration, StepState::Skipped),
            standing(Step::ReconfigureSso, StepState::Skipped),
            standing(Step::SetUpSso, done()),
            standing(Step::SignInCheck, shut()),
        ];
        assert_eq!(K::ModuleDeployment.wanted(&all), (Wanted::Done, Step::Module));
        assert_eq!(
            K::MigrationWindow.wanted(&all),
            (Wanted::NotNeeded, Step::Migration)
        );
        // A session of which the check is left.
        assert_eq!(K::SsoSession.wanted(&all), (Wanted::Yes, Step::SignInCheck));
    }

    #[test]
    fn every_step_of_a_kind_shows_it() {
        for kind in AppointmentKind::ALL {
            for step in kind.steps() {
                assert_eq!(AppointmentKind::of_step(*step), Some(*kind));
            }
        }
    }
}
