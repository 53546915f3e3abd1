//! Where a deployment stands, in the words of whoever looks.

use domain::deployment::facts::QuestionFacts;
use domain::deployment::standing::{self, Standing};
use domain::deployment::{ExistingDirectory, Responsibility, SsoBefore, Step, StepState};
use domain::numbers::{plural, thousands};
use domain::settings::SyncSettings;
use domain::sync::RunState;
use domain::views::{Mood, Task, TaskState};
use domain::{Actor, Role, Timestamp};
use rules::appointment::Reader;
use store::customers::CustomerFacts;

use super::facts::Known;
use super::record::side_of;
use crate::when::{distance, is_over, is_soon, since};

/// Whoever looks: the same facts read differently from the two sides. What they read of appointments:
/// `appointments::words`.
pub(crate) struct Viewer<'a> {
    pub(crate) side: Responsibility,
    /// May do something about it, and is not only looking.
    pub(crate) acts: bool,
    /// The customer's name.
    pub(crate) customer: &'a str,
    /// The zone of their times.
    pub(crate) reader: Reader,
    pub(crate) now: Timestamp,
}

impl<'a> Viewer<'a> {
    pub(crate) fn of(actor: &Actor, customer: &'a str, reader: Reader, now: Timestamp) -> Self {
        Self {
            side: side_of(actor),
            acts: actor.role != Role::Viewer,
            customer,
            reader,
            now,
        }
    }

    /// The side whose turn it is, as whoever looks calls it.
    fn name(&self, turn: Responsibility) -> &'a str {
        match turn {
            Responsibility::Staff if self.side == Responsibility::Staff => "us",
            Responsibility::Staff => "the deployment team",
            _ => self.customer,
        }
    }

    /// Somebody else's turn. Whoever only looks has none.
    fn is_theirs(&self, turn: Responsibility) -> bool {
        !self.acts || (turn != self.side && turn != Responsibility::Joint)
    }

    /// The state of a step as a word, and as a sentence's end.
    fn state(&self, state: &StepState) -> (TaskState, String) {
        match state {
            StepState::Done { .. } => (TaskState::Done, "Done".to_owned()),
            StepState::Skipped => (TaskState::Skipped, "Not needed".to_owned()),
            StepState::Shut { until } => (
                TaskState::CannotStart,
                format!("Cannot start yet: {}", until.missing()),
            ),
            StepState::OnHold { until } => (TaskState::OnHold, format!("On hold: {}", until.missing())),
            StepState::Open {
                turn, since: from, ..
            } if self.is_theirs(*turn) => {
                let since = from
                    .map(|at| format!(" {}", since(at, self.now)))
                    .unwrap_or_default();
                (
                    TaskState::Theirs,
                    format!("Waiting for {}{since}", self.name(*turn)),
                )
            }
            StepState::Open {
                turn: Responsibility::Joint,
                ..
            } => (TaskState::Together, "Together".to_owned()),
            StepState::Open {
                reopened: Some(_), ..
            } => (TaskState::Again, "Your task again".to_owned()),
            StepState::Open { .. } => (TaskState::Yours, "Your task".to_owned()),
        }
    }

    /// One step as a row of the list.
    pub(super) fn task(&self, known: &Known, standing: &Standing) -> Task {
        let reopened = match standing.state {
            StepState::Open { reopened, .. } => reopened.map(domain::deployment::Reopened::sentence),
            _ => None,
        };
        let (state, words) = match self.state(&standing.state) {
            (TaskState::Together, _) if standing.step == Step::UserMapping => {
                self.state_of_asked(known, reopened.is_some())
            }
            found => found,
        };
        let mut detail = reopened.unwrap_or_else(|| detail(standing.step, &standing.state, known, self.now));
        if standing.step == Step::UserMapping && matches!(standing.state, StepState::Open { .. }) {
            for asked in self.asked(known.facts.questions) {
                detail = format!("{detail} {asked}");
            }
        }
        Task {
            step: standing.step,
            title: title(standing.step, known),
            side: standing.step.performed_by(),
            state,
            words,
            detail,
        }
    }

    /// The state of the user mapping while one side is to look at it and the other is asked about it: each has something of
    /// their own to do.
    fn state_of_asked(&self, known: &Known, is_reopened: bool) -> (TaskState, String) {
        if known.facts.questions.waiting_for(self.side) > 0 {
            (TaskState::Yours, "Your answer is awaited".to_owned())
        } else if is_reopened {
            (TaskState::Again, "Your task again".to_owned())
        } else {
            (TaskState::Yours, "Your task".to_owned())
        }
    }

    /// What is asked about the user mapping and waits for an answer, one sentence for each side that is asked.
    fn asked(&self, questions: QuestionFacts) -> Vec<String> {
        let sides = [Responsibility::Customer, Responsibility::Staff].into_iter();
        let waiting = sides.filter(|side| questions.waiting_for(*side) > 0);
        waiting
            .map(|side| {
                let count = plural(questions.waiting_for(side), "question waits", "questions wait");
                if self.acts && side == self.side {
                    format!("{count} for your answer.")
                } else {
                    format!("{count} for {} to answer.", self.name(side))
                }
            })
            .collect()
    }

    /// How open steps are meant: what was done and is to be done again counts before what is new.
    fn mood(&self, all: &[Standing]) -> Mood {
        let any = |wanted: &[TaskState]| {
            all.iter()
                .any(|standing| wanted.contains(&self.state(&standing.state).0))
        };
        if any(&[TaskState::Again]) {
            Mood::Problem
        } else if any(&[TaskState::Yours, TaskState::Together]) {
            Mood::Yours
        } else {
            Mood::Waits
        }
    }

    /// "The user mapping is waiting for you", and the step it is about; `None` when nothing is left to do.
    pub(super) fn next(&self, all: &[Standing]) -> Option<(Step, String)> {
        let mut open: Vec<(Step, Responsibility)> = standing::open(all).collect();
        // One's own first: what waits for the other side needs nothing.
        open.sort_by_key(|(_, turn)| self.is_theirs(*turn));
        let (step, turn) = *open.first()?;
        let whom = match turn {
            turn if self.is_theirs(turn) => format!("is waiting for {}", self.name(turn)),
            // Where questions are open about the mapping, either side has something of their own to do.
            Responsibility::Joint if step != Step::UserMapping => "is to be done together".to_owned(),
            _ => "is waiting for you".to_owned(),
        };
        let text = match step {
            Step::Existing | Step::Sso => format!("The question “{}” {whom}.", step.title()),
            step => format!("“{}” {whom}.", step.title()),
        };
        Some((step, text))
    }
}

/// The step's name; once the provider is known, with its name.
fn title(step: Step, known: &Known) -> String {
    match (step, known.customer.provider) {
        (Step::Provider, Some(provider)) => format!("Connect {}", provider.label()),
        _ => step.title().to_owned(),
    }
}

/// What is so about a step, one sentence.
fn detail(step: Step, state: &StepState, known: &Known, now: Timestamp) -> String {
    let is_done = matches!(state, StepState::Done { .. } | StepState::OnHold { .. });
    let stated = known.facts.statements.get(&step).filter(|_| is_done);
    if *state == StepState::Skipped {
        return skipped(step).to_owned();
    }
    let from_facts = match step {
        Step::LocalAdmin => Some(local_admins(known, now)),
        Step::Provider => Some(provider(&known.customer, now)),
        Step::TestSync => Some(test_sync(&known.customer, now)),
        Step::Existing => Some(existing(known)),
        Step::UserMapping if known.customer.others > 0 => Some(to_map(known.customer.others)),
        Step::SecurityGroups => settings(&known.customer, chosen_groups),
        Step::DataMapping if is_done => settings(&known.customer, |settings| {
            Some(format!(
                "{} attributes are mapped.",
                settings.mapping.attributes().len()
            ))
        }),
        Step::GroupSync if is_done => settings(&known.customer, |settings| Some(mapped_groups(settings))),
        Step::FirstRun => Some(first_run(&known.customer, now)),
        Step::Sso => Some(sso(known).to_owned()),
        _ => stated.map(|statement| format!("Recorded by {} {}.", statement.by, distance(statement.at, now))),
    };
    from_facts.unwrap_or_else(|| step.about().to_owned())
}

/// Why a step is on the branch not taken.
const fn skipped(step: Step) -> &'static str {
    match step {
        Step::ReconfigureSso => "Single sign-on was not configured before.",
        Step::SetUpSso => "Single sign-on is configured already; it is reconfigured.",
        _ => "The intranet is brand new: there is nobody to map.",
    }
}

fn test_sync(customer: &CustomerFacts, now: Timestamp) -> String {
    match customer.test_synced_at {
        Some(at) => format!("Everybody was read {}; nothing was written.", distance(at, now)),
        None => "Reads everybody and shows what it found. Writes nothing to People.".to_owned(),
    }
}

fn existing(known: &Known) -> String {
    let customer = &known.customer;
    match known.facts.existing() {
        Some(ExistingDirectory::Existing) => format!(
            "Yes: {} beside the local administrators.",
            plural(customer.others, "account", "accounts")
        ),
        Some(ExistingDirectory::BrandNew) => "Brand new: the sync makes everybody.".to_owned(),
        None => format!(
            "People holds {} today.",
            plural(customer.people, "account", "accounts")
        ),
    }
}

fn to_map(others: u64) -> String {
    format!(
        "People holds {} to map, beside the local administrators. Each gets its username in the new directory, or stays local.",
        plural(others, "account", "accounts")
    )
}

fn chosen_groups(settings: &SyncSettings) -> Option<String> {
    match settings.scope.groups.len() {
        0 => None,
        1 => Some("Members of one group are synchronised.".to_owned()),
        n => Some(format!("Members of {n} groups are synchronised.")),
    }
}

fn mapped_groups(settings: &SyncSettings) -> String {
    match settings.groups.len() {
        0 => "No group is mapped, on purpose.".to_owned(),
        1 => "One group is mapped.".to_owned(),
        n => format!("{n} groups are mapped."),
    }
}

fn first_run(customer: &CustomerFacts, now: Timestamp) -> String {
    match customer.synced_at {
        Some(at) => format!("The latest run that wrote to People ended {}.", distance(at, now)),
        None => "A preview first; the run itself waits for your decision.".to_owned(),
    }
}

fn sso(known: &Known) -> &'static str {
    match known.facts.sso() {
        Some(SsoBefore::Configured) => "Yes, with the previous directory.",
        Some(SsoBefore::NotConfigured) => "No: it is set up for the first time.",
        None => "Decides whether it is set up or reconfigured.",
    }
}

fn settings(customer: &CustomerFacts, words: impl FnOnce(&SyncSettings) -> Option<String>) -> Option<String> {
    customer.settings.as_ref().and_then(words)
}

fn local_admins(known: &Known, now: Timestamp) -> String {
    let people = &known.facts.people;
    let number = match people.local_admins {
        0 => return "People has no active local administrator.".to_owned(),
        1 => "One local administrator".to_owned(),
        n => format!("{} local administrators", thousands(n)),
    };
    match people.local_admin_proven {
        Some(at) => format!("{number}; the last proven sign-in was {}.", distance(at, now)),
        None => format!("{number}; none has proven a sign-in yet."),
    }
}

fn provider(customer: &CustomerFacts, now: Timestamp) -> String {
    let expiry = customer
        .secret_expires_at
        .filter(|at| !is_over(*at, now))
        .map(|at| format!(" The secret expires {}.", distance(at, now)))
        .unwrap_or_default();
    match (customer.config_saved_at, customer.tested) {
        (None, _) => "Choose Microsoft Entra ID or Okta and enter the values.".to_owned(),
        (Some(_), None) => "The values are saved. Run the connection test on them.".to_owned(),
        (Some(_), Some((at, true))) => format!("The test passed {}.{expiry}", distance(at, now)),
        (Some(_), Some((at, false))) => format!("The test failed {}.", distance(at, now)),
    }
}

/// What is not well, the worst first.
pub(super) fn health(known: &Known, now: Timestamp) -> Vec<String> {
    let customer = &known.customer;
    let mut all = Vec::new();
    // A test sync or the run of one person says nothing about the sync of everybody, so both are looked at.
    let last = customer.last_run.map(|run| run.number);
    let other = customer.last_sync.filter(|sync| Some(sync.number) != last);
    // That somebody could not be synchronised by themselves is told on the page of that run.
    let last = customer
        .last_run
        .filter(|run| run.kind.reads_everybody() || run.state == RunState::Held);
    for run in last.into_iter().chain(other) {
        let number = run.number;
        match run.state {
            RunState::Held => all.push(format!("Run {number} is held for a decision.")),
            RunState::Failed => all.push(format!("Run {number} failed.")),
            RunState::Interrupted => all.push(format!("Run {number} was interrupted.")),
            RunState::CompletedWithProblems => all.push(format!("Run {number} completed with problems.")),
            _ => {}
        }
    }
    if let Some(run) = customer
        .last_sync
        .filter(|run| run.state.is_final() && run.disputed > 0)
    {
        let people = plural(run.disputed, "person needs", "people need");
        all.push(format!("{people} a decision; run {} says whom.", run.number));
    }
    if let Some((_, false)) = customer.tested {
        all.push("The last connection test failed.".to_owned());
    }
    match customer.secret_expires_at {
        Some(at) if is_over(at, now) => all.push(format!("A secret expired {}.", distance(at, now))),
        Some(at) if is_soon(at, now) => all.push(format!("A secret expires {}.", distance(at, now))),
        _ => {}
    }
    all
}

/// The verdict of the customer's page: what is so, and what comes next, worst first; and how it is meant.
pub(super) fn headline(known: &Known, all: &[Standing], viewer: &Viewer<'_>) -> (Mood, String) {
    if let Some(run) = known.customer.last_run {
        let number = run.number;
        let said = match run.state {
            RunState::Held => Some((
                Mood::Held,
                format!("Run {number} is held and waits for a decision. Look at its list and decide."),
            )),
            RunState::Queued | RunState::Running => Some((
                Mood::Waits,
                format!("{} under way: run {number}.", run.kind.label()),
            )),
            RunState::Failed if run.kind.reads_everybody() => Some((
                Mood::Problem,
                format!("Run {number} failed. Open it to see what to do."),
            )),
            _ => None,
        };
        if let Some(said) = said {
            return said;
        }
    }
    if let Some((_, next)) = viewer.next(all) {
        let done = all
            .iter()
            .filter(|standing| matches!(standing.state, StepState::Done { .. }));
        let of = all.iter().filter(|standing| standing.state != StepState::Skipped);
        let sentence = format!("{} of {} steps are done. {next}", done.count(), of.count());
        return (viewer.mood(all), sentence);
    }
    let (mood, more) = match health(known, viewer.now).into_iter().next() {
        Some(sentence) => (Mood::Problem, sentence),
        None => (Mood::Well, "Nothing waits for you.".to_owned()),
    };
    (mood, format!("People follows the directory. {more}"))
}

/// What happens next, and how long it usually takes.
pub(super) fn lede(all: &[Standing], viewer: &Viewer<'_>) -> String {
    match viewer.next(all) {
        Some((step, _)) => match step.takes() {
            Some(takes) => format!("{} It usually takes {takes}.", step.about()),
            None => step.about().to_owned(),
        },
        None => "Every step is done. The runs and their history are below.".to_owned(),
    }
}
