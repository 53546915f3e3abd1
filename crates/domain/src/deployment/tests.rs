//! The process as a table, and as properties over every order of events.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use proptest::prelude::*;

use super::effect::{Edit, cure, reopens};
use super::facts::{ConnectionFacts, FirstRunFacts, MappingFacts};
use super::standing::{find, of, open};
use super::*;

fn at(minute: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + TimeDelta::minutes(minute)
}

fn said(said: Said, minute: i64) -> Statement {
    Statement {
        by: "Sam".into(),
        side: Responsibility::Staff,
        at: at(minute),
        said,
    }
}

fn brand_new(others: u64) -> Said {
    Said::Existing {
        answer: ExistingDirectory::BrandNew,
        others,
    }
}

const EXISTING: Said = Said::Existing {
    answer: ExistingDirectory::Existing,
    others: 12,
};

/// Something that happens to a deployment.
#[derive(Clone, Copy, Debug)]
enum Event {
    State(Step, Said),
    AdminAppears,
    AdminProves,
    AdminGoes,
    AccountAppears,
    Saves,
    Tests(bool),
    SecretExpires,
    OtherDirectory,
    ReadsEverybody,
    ScopeIs(bool),
    Mapping(MappingFacts),
    Migrates,
    Runs,
    SettingsChange,
    ScheduleIs(bool),
}

/// What an event leaves behind. Only the product's own limits are kept: a statement is refused unless the step may be
/// entered, and so is everything that writes to People.
fn happen(facts: &mut Facts, event: Event, minute: i64) {
    let now = at(minute);
    let may = |facts: &Facts, step| find(&of(facts), step).may_be_entered();
    match event {
        Event::State(step, what) if may(facts, step) => {
            facts.statements.insert(step, said(what, minute));
        }
        Event::State(..) => {}
        Event::AdminAppears => facts.people.local_admins += 1,
        Event::AdminProves if facts.people.local_admins > 0 => {
            facts.people.local_admin_proven = Some(now);
            facts.people.proven_admin_lost = false;
        }
        Event::AdminProves => {}
        Event::AdminGoes => {
            facts.people.local_admins = 0;
            facts.people.proven_admin_lost = facts.people.local_admin_proven.take().is_some();
        }
        Event::AccountAppears => facts.people.others += 1,
        Event::Saves => {
            facts.connection.worked_before |= facts.connection.tested.is_some_and(|(_, passed)| passed);
            facts.connection = ConnectionFacts {
                saved: Some(now),
                tested: None,
                expired: None,
                ..facts.connection
            };
        }
        Event::Tests(passed) if facts.connection.saved.is_some() => {
            facts.connection.tested = Some((now, passed));
        }
        Event::Tests(_) => {}
        Event::SecretExpires => facts.connection.expired = facts.connection.saved.map(|_| now),
        Event::OtherDirectory => {
            facts.test_sync_of_another |= facts.test_sync.take().is_some();
            facts.scoped = false;
        }
        Event::ReadsEverybody if may(facts, Step::TestSync) => facts.test_sync = Some(now),
        Event::ReadsEverybody => {}
        Event::ScopeIs(scoped) => facts.scoped = scoped,
        Event::Mapping(mapping) if may(facts, Step::UserMapping) => facts.mapping = mapping,
        Event::Mapping(_) => {}
        Event::Migrates if may(facts, Step::Migration) => facts.migrated = Some(now),
        Event::Migrates => {}
        Event::Runs if may(facts, Step::FirstRun) => {
            facts.first_run = FirstRunFacts {
                completed: Some(now),
                accepted: true,
            };
        }
        Event::Runs => {}
        Event::SettingsChange => facts.first_run.accepted = false,
        Event::ScheduleIs(true) if may(facts, Step::Schedule) => facts.scheduled = Some(now),
        Event::ScheduleIs(true) => {}
        Event::ScheduleIs(false) => facts.scheduled = None,
    }
}

fn after(events: &[Event]) -> Facts {
    let mut facts = Facts::default();
    for (minute, event) in (1..).zip(events) {
        happen(&mut facts, *event, minute);
    }
    facts
}

fn is_done(all: &[Standing]) -> bool {
    all.iter().all(|standing| standing.state.is_settled())
}

/// One word a step: what a table of the process shows.
fn word(state: &StepState) -> String {
    match state {
        StepState::Done { .. } => "done".into(),
        StepState::Open { turn, reopened, .. } => {
            let again = if reopened.is_some() { " again" } else { "" };
            format!("{turn}{again}")
        }
        StepState::OnHold { until } => format!("on hold: {until}"),
        StepState::Shut { until } => format!("shut: {until}"),
        StepState::Skipped => "skipped".into(),
    }
}

fn table(facts: &Facts) -> String {
    let lines: Vec<String> = of(facts)
        .iter()
        .map(|standing| format!("{}: {}", standing.step, word(&standing.state)))
        .collect();
    lines.join("\n")
}

/// Everything up to a sync that runs by itself, for a customer without a directory before.
const BRAND_NEW: &[Event] = &[
    Event::State(Step::LoginHandler, Said::Done),
    Event::AdminAppears,
    Event::AdminProves,
    Event::State(Step::Module, Said::Done),
    Event::Saves,
    Event::Tests(true),
    Event::ReadsEverybody,
    Event::State(
        Step::Existing,
        Said::Existing {
            answer: ExistingDirectory::BrandNew,
            others: 0,
        },
    ),
    Event::ScopeIs(true),
    Event::State(Step::DataMapping, Said::Done),
    Event::State(Step::GroupSync, Said::Done),
    Event::Runs,
    Event::ScheduleIs(true),
];

#[test]
fn at_the_start_what_needs_nothing_is_open_and_says_whose_turn() {
    insta::assert_snapshot!(table(&Facts::default()), @r"
    login-handler: staff
    local-admin: customer
    module: staff
    provider: customer
    test-sync: shut: provider
    existing: customer
    user-mapping: shut: existing
    migration: shut: login-handler
    groups: shut: provider
    data-mapping: shut: provider
    group-sync: shut: provider
    first-run: shut: provider
    schedule: shut: login-handler
    sso: staff
    sso-reconfiguration: shut: sso
    sso-set-up: shut: sso
    sign-in-check: shut: sso
    ");
}

#[test]
fn a_brand_new_customer_skips_mapping_and_migration() {
    let mut events = BRAND_NEW.to_vec();
    events.extend([
        Event::State(
            Step::Sso,
            Said::Sso {
                answer: SsoBefore::NotConfigured,
            },
        ),
        Event::State(Step::SetUpSso, Said::Done),
        Event::State(Step::SignInCheck, Said::Done),
    ]);
    let facts = after(&events);
    insta::assert_snapshot!(table(&facts), @r"
    login-handler: done
    local-admin: done
    module: done
    provider: done
    test-sync: done
    existing: done
    user-mapping: skipped
    migration: skipped
    groups: done
    data-mapping: done
    group-sync: done
    first-run: done
    schedule: done
    sso: done
    sso-reconfiguration: skipped
    sso-set-up: done
    sign-in-check: done
    ");
    assert!(is_done(&of(&facts)));
}

#[test]
fn an_existing_directory_is_mapped_and_migrated_before_anything_is_written() {
    let mut events: Vec<Event> = BRAND_NEW
        .iter()
        .copied()
        .map(|event| match event {
            Event::State(Step::Existing, _) => Event::State(Step::Existing, EXISTING),
            other => other,
        })
        .collect();
    let facts = after(&events);
    assert_eq!(word(find(&of(&facts), Step::UserMapping)), "customer");
    assert_eq!(word(find(&of(&facts), Step::FirstRun)), "shut: user-mapping");
    assert_eq!(facts.first_run.completed, None, "the run was refused");
    events.push(Event::Mapping(MappingFacts::Submitted { at: at(20) }));
    assert_eq!(word(find(&of(&after(&events)), Step::UserMapping)), "staff");
    events.push(Event::Mapping(MappingFacts::Returned { at: at(21) }));
    assert_eq!(
        word(find(&of(&after(&events)), Step::UserMapping)),
        "customer again"
    );
    events.push(Event::Mapping(MappingFacts::Approved { at: at(22) }));
    assert_eq!(word(find(&of(&after(&events)), Step::Migration)), "staff");
    events.extend([Event::Migrates, Event::Runs, Event::ScheduleIs(true)]);
    assert_eq!(word(find(&of(&after(&events)), Step::Schedule)), "done");
}

#[test]
fn a_changed_secret_reopens_the_connection_and_holds_what_rests_on_it() {
    let mut events = BRAND_NEW.to_vec();
    events.push(Event::Saves);
    let facts = after(&events);
    insta::assert_snapshot!(table(&facts), @r"
    login-handler: done
    local-admin: done
    module: done
    provider: customer again
    test-sync: on hold: provider
    existing: done
    user-mapping: skipped
    migration: skipped
    groups: on hold: provider
    data-mapping: on hold: provider
    group-sync: on hold: provider
    first-run: on hold: provider
    schedule: on hold: provider
    sso: staff
    sso-reconfiguration: shut: sso
    sso-set-up: shut: sso
    sign-in-check: shut: sso
    ");
    events.push(Event::Tests(false));
    let failing = after(&events);
    let StepState::Open { since, reopened, .. } = *find(&of(&failing), Step::Provider) else {
        panic!("open");
    };
    assert_eq!((since, reopened), (Some(at(15)), Some(Reopened::ConnectionFails)));
    events.push(Event::Tests(true));
    assert_eq!(word(find(&of(&after(&events)), Step::Schedule)), "done");
}

#[test]
fn brand_new_is_asked_again_when_people_is_not_empty() {
    let before_the_run = &BRAND_NEW[..11];
    let mut events = before_the_run.to_vec();
    events.push(Event::AccountAppears);
    let facts = after(&events);
    let StepState::Open { reopened, .. } = *find(&of(&facts), Step::Existing) else {
        panic!("open");
    };
    assert_eq!(reopened, Some(Reopened::PeopleNotEmpty { others: 1 }));
    assert_eq!(word(find(&of(&facts), Step::UserMapping)), "shut: existing");
    assert_eq!(word(find(&of(&facts), Step::FirstRun)), "shut: existing");
    // Answered again, knowing of the account, it stands.
    events.push(Event::State(Step::Existing, brand_new(1)));
    assert_eq!(word(find(&of(&after(&events)), Step::FirstRun)), "customer");
    // Once the sync has begun its work, accounts added by hand are nobody's migration.
    let mut live = BRAND_NEW.to_vec();
    live.push(Event::AccountAppears);
    assert_eq!(word(find(&of(&after(&live)), Step::Existing)), "done");
}

#[test]
fn the_last_local_administrator_reopens_p2() {
    let mut events = BRAND_NEW.to_vec();
    events.push(Event::AdminGoes);
    let all = of(&after(&events));
    assert_eq!(word(find(&all, Step::LocalAdmin)), "customer again");
    assert_eq!(word(find(&all, Step::Schedule)), "on hold: local-admin");
}

#[test]
fn s_06_changed_settings_reopen_the_first_run() {
    let mut events = BRAND_NEW.to_vec();
    events.push(Event::SettingsChange);
    let all = of(&after(&events));
    assert_eq!(word(find(&all, Step::FirstRun)), "customer again");
    assert_eq!(word(find(&all, Step::Schedule)), "on hold: first-run");
}

#[test]
fn what_was_stated_can_be_taken_back() {
    let mut events = BRAND_NEW.to_vec();
    events.push(Event::State(Step::LoginHandler, Said::NotDone));
    let all = of(&after(&events));
    assert_eq!(word(find(&all, Step::LoginHandler)), "staff again");
    assert_eq!(word(find(&all, Step::Schedule)), "on hold: login-handler");
}

#[test]
fn a_step_lies_with_somebody_since_what_it_waited_for_was_done() {
    let facts = after(&BRAND_NEW[..6]);
    let StepState::Open { since, .. } = *find(&of(&facts), Step::TestSync) else {
        panic!("open");
    };
    assert_eq!(since, Some(at(6)), "since the connection test passed");
}

#[test]
fn requirements_point_backwards_and_nobody_requires_a_step_twice() {
    let mut places = BTreeMap::new();
    for (place, step) in Step::ALL.iter().enumerate() {
        for required in step.requires() {
            assert!(
                places.contains_key(required),
                "{step} requires {required}, which comes later"
            );
        }
        places.insert(*step, place);
    }
}

#[test]
fn steps_are_numbered_in_their_order_and_each_once() {
    let numbers: Vec<&str> = Step::ALL.iter().map(|step| step.number()).collect();
    let mut sorted = numbers.clone();
    // The prerequisites come first, although letters come after digits.
    sorted.sort_by_key(|number| (!number.starts_with('P'), *number));
    sorted.dedup();
    assert_eq!(numbers, sorted);
}

#[test]
fn customers_do_their_own_and_what_is_done_together() {
    assert!(Responsibility::Customer.includes(Role::CustomerAdmin));
    assert!(Responsibility::Joint.includes(Role::CustomerAdmin));
    assert!(!Responsibility::Staff.includes(Role::CustomerAdmin));
    for side in Responsibility::ALL {
        assert!(side.includes(Role::Staff) && !side.includes(Role::Viewer));
    }
}

fn event() -> impl Strategy<Value = Event> {
    let step = proptest::sample::select(Step::ALL);
    let stated = (step, any::<bool>()).prop_map(|(step, done)| {
        let what = match step {
            Step::Existing if done => EXISTING,
            Step::Existing => brand_new(0),
            Step::Sso => Said::Sso {
                answer: if done {
                    SsoBefore::Configured
                } else {
                    SsoBefore::NotConfigured
                },
            },
            _ if done => Said::Done,
            _ => Said::NotDone,
        };
        Event::State(step, what)
    });
    let mapping = proptest::sample::select(vec![
        MappingFacts::None,
        MappingFacts::Begun,
        MappingFacts::Submitted { at: at(1) },
        MappingFacts::Returned { at: at(2) },
        MappingFacts::Approved { at: at(3) },
        MappingFacts::Drifted { at: at(4) },
    ]);
    prop_oneof![
        6 => stated,
        1 => Just(Event::AdminAppears),
        2 => Just(Event::AdminProves),
        1 => Just(Event::AdminGoes),
        1 => Just(Event::AccountAppears),
        2 => Just(Event::Saves),
        3 => prop::bool::weighted(0.8).prop_map(Event::Tests),
        1 => Just(Event::SecretExpires),
        1 => Just(Event::OtherDirectory),
        3 => Just(Event::ReadsEverybody),
        2 => prop::bool::weighted(0.8).prop_map(Event::ScopeIs),
        3 => mapping.prop_map(Event::Mapping),
        2 => Just(Event::Migrates),
        3 => Just(Event::Runs),
        1 => Just(Event::SettingsChange),
        3 => prop::bool::weighted(0.8).prop_map(Event::ScheduleIs),
    ]
}

/// What whoever's turn it is can do about an open step, and with which it is done.
fn remedy(step: Step) -> Vec<Event> {
    match step {
        Step::LocalAdmin => vec![Event::AdminAppears, Event::AdminProves],
        Step::Provider => vec![Event::Saves, Event::Tests(true)],
        Step::TestSync => vec![Event::ReadsEverybody],
        Step::Existing => vec![Event::State(step, EXISTING)],
        Step::UserMapping => vec![Event::Mapping(MappingFacts::Approved { at: at(900) })],
        Step::Migration => vec![Event::Migrates],
        Step::SecurityGroups => vec![Event::ScopeIs(true)],
        Step::FirstRun => vec![Event::Runs],
        Step::Schedule => vec![Event::ScheduleIs(true)],
        Step::Sso => vec![Event::State(
            step,
            Said::Sso {
                answer: SsoBefore::Configured,
            },
        )],
        _ => vec![Event::State(step, Said::Done)],
    }
}

proptest! {
    #[test]
    fn no_step_is_done_while_one_it_rests_on_is_not(events in prop::collection::vec(event(), 0..60)) {
        let facts = after(&events);
        let all = of(&facts);
        for standing in &all {
            let settled = |step: &Step| find(&all, *step).is_settled();
            match standing.state {
                StepState::Done { .. } | StepState::Open { .. } => {
                    prop_assert!(standing.step.requires().iter().all(settled), "{}\n{}", standing.step, table(&facts));
                }
                StepState::OnHold { until } | StepState::Shut { until } => {
                    let is_open = matches!(find(&all, until), StepState::Open { .. });
                    prop_assert!(is_open, "{} waits for {until}, which nobody can do", standing.step);
                }
                StepState::Skipped => {}
            }
        }
    }

    #[test]
    fn whatever_happened_somebody_can_move_it_to_the_end(events in prop::collection::vec(event(), 0..60)) {
        let mut facts = after(&events);
        let mut minute = 1_000;
        while !is_done(&of(&facts)) {
            let all = of(&facts);
            let (step, _) = open(&all).next().expect("somebody's turn");
            for event in remedy(step) {
                happen(&mut facts, event, minute);
                minute += 1;
            }
            prop_assert!(matches!(find(&of(&facts), step), StepState::Done { .. }), "{step}\n{}", table(&facts));
            prop_assert!(minute < 1_200, "{}", table(&facts));
        }
    }
}

#[test]
fn every_reopening_says_why() {
    for reopened in [
        Reopened::TakenBack,
        Reopened::ConnectionChanged,
        Reopened::ConnectionFails,
        Reopened::SecretExpired,
        Reopened::OtherDirectory,
        Reopened::PeopleNotEmpty { others: 1 },
        Reopened::PeopleNotEmpty { others: 1_204 },
        Reopened::AdminLost,
        Reopened::SettingsChanged,
        Reopened::MappingReturned,
        Reopened::MappingDrifted,
    ] {
        assert!(reopened.sentence().ends_with('.'), "{reopened:?}");
    }
    assert!(
        Reopened::PeopleNotEmpty { others: 1_204 }
            .sentence()
            .contains("1,204 accounts")
    );
}

/// Everything done, on the branch of a brand-new intranet.
fn live() -> Facts {
    let mut events = BRAND_NEW.to_vec();
    events.extend([
        Event::State(
            Step::Sso,
            Said::Sso {
                answer: SsoBefore::NotConfigured,
            },
        ),
        Event::State(Step::SetUpSso, Said::Done),
        Event::State(Step::SignInCheck, Said::Done),
    ]);
    after(&events)
}

#[test]
fn what_an_edit_re_opens_is_known_before_it_is_made() {
    let facts = live();
    let mut table = String::new();
    for (name, edit) in [
        ("other values", Edit::Connection),
        ("another provider", Edit::OtherDirectory { linked: 812 }),
        ("settings", Edit::Settings),
        (
            "an existing directory",
            Edit::Existing(ExistingDirectory::Existing),
        ),
        ("the same answer", Edit::Existing(ExistingDirectory::BrandNew)),
        ("SSO was configured", Edit::Sso(SsoBefore::Configured)),
        ("the module taken back", Edit::TakeBack(Step::Module)),
        ("the check taken back", Edit::TakeBack(Step::SignInCheck)),
    ] {
        let steps: Vec<&str> = reopens(&facts, edit, at(99))
            .iter()
            .map(|step| step.code())
            .collect();
        let until = cure(&facts, edit, at(99)).map_or("-", Step::code);
        table.extend([name, ": ", &steps.join(" "), " (until ", until, ")\n"]);
    }
    insta::assert_snapshot!(table);
    // What was never done cannot be re-opened.
    for edit in [Edit::Connection, Edit::Settings, Edit::TakeBack(Step::Module)] {
        assert!(reopens(&Facts::default(), edit, at(99)).is_empty(), "{edit:?}");
    }
}

proptest! {
    #[test]
    fn an_edit_re_opens_only_what_is_done_and_names_what_ends_it(events in prop::collection::vec(event(), 0..60)) {
        let facts = after(&events);
        let all = of(&facts);
        for edit in [Edit::Connection, Edit::OtherDirectory { linked: 3 }, Edit::Settings, Edit::TakeBack(Step::Module)] {
            let steps = reopens(&facts, edit, at(999));
            for step in &steps {
                let is_done = matches!(find(&all, *step), StepState::Done { .. });
                prop_assert!(is_done, "{} by {:?}", step, edit);
            }
            // What an edit takes back somebody can do something about at once.
            prop_assert_eq!(steps.is_empty(), cure(&facts, edit, at(999)).is_none());
        }
    }
}
