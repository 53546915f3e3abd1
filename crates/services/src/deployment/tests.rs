//! The words of a deployment, from facts.

use chrono::TimeDelta;
use domain::deployment::{Statement, standing};
use domain::ids::Id;
use domain::settings::{ScopeGroup, SyncSettings};
use domain::sync::{RunKind, RunState};
use domain::views::{Mood, TaskState};
use domain::{ObjectId, Provider, Role};
use store::customers::LastRunFacts;

use super::warning::sentence;
use super::*;

fn now() -> Timestamp {
    // A Thursday.
    Timestamp::UNIX_EPOCH + TimeDelta::days(20_524) + TimeDelta::hours(10)
}

fn days_ago(days: i64) -> Timestamp {
    now() - TimeDelta::days(days)
}

fn nothing() -> CustomerFacts {
    CustomerFacts {
        customer: store::customers::CustomerRow {
            id: CustomerId::at(Timestamp::UNIX_EPOCH, [0; 10]),
            slug: "contoso".into(),
            name: "Contoso".into(),
        },
        created_at: days_ago(30),
        directory: None,
        provider: None,
        config_saved_at: None,
        tested: None,
        worked_before: false,
        secret_expires_at: None,
        settings: None,
        accepted_version: None,
        people: 0,
        local_admins: 0,
        local_admin_signed_in_at: None,
        others: 0,
        test_synced_at: None,
        test_of_another: false,
        synced_at: None,
        scheduled_since: None,
        time_zone: None,
        last_run: None,
        last_sync: None,
        mapping_version: None,
        review: None,
        asked_by_staff: 0,
        asked_by_customer: 0,
        migrated_at: None,
    }
}

fn connected() -> CustomerFacts {
    CustomerFacts {
        provider: Some(Provider::Entra),
        config_saved_at: Some(days_ago(3)),
        tested: Some((days_ago(2), true)),
        settings: Some(SyncSettings::initial(Provider::Entra)),
        ..nothing()
    }
}

fn row(step: Step, said: Said, at: Timestamp) -> StatementRow {
    StatementRow {
        customer: nothing().customer.id,
        step,
        statement: Statement {
            by: "Sam Staff".into(),
            side: Responsibility::Staff,
            at,
            said,
        },
        happened_on: "2026-03-10".into(),
        evidence: String::new(),
        account_stands: false,
        account_username: None,
        directory: None,
    }
}

fn known(customer: CustomerFacts, statements: &[StatementRow]) -> Known {
    let facts = facts::facts(&customer, statements, now());
    Known { customer, facts }
}

fn viewer(side: Responsibility) -> Viewer<'static> {
    Viewer {
        side,
        acts: true,
        customer: "Contoso",
        reader: Reader::of(None, None),
        now: now(),
    }
}

fn task(known: &Known, side: Responsibility, step: Step) -> domain::views::Task {
    let all = standing::of(&known.facts);
    let state = standing::find(&all, step).clone();
    viewer(side).task(known, &Standing { step, state })
}

#[test]
fn the_same_step_reads_differently_from_the_two_sides() {
    let known = known(connected(), &[]);
    let words = |side, step| task(&known, side, step).words;
    assert_eq!(words(Responsibility::Customer, Step::TestSync), "Your task");
    assert_eq!(
        words(Responsibility::Staff, Step::TestSync),
        "Waiting for Contoso since Tuesday"
    );
    assert_eq!(
        words(Responsibility::Customer, Step::LoginHandler),
        "Waiting for the deployment team"
    );
    assert_eq!(words(Responsibility::Staff, Step::LoginHandler), "Your task");
    assert_eq!(
        words(Responsibility::Customer, Step::UserMapping),
        "Cannot start yet: it is open whether there is a user directory already"
    );
}

#[test]
fn what_was_reopened_says_why() {
    let customer = CustomerFacts {
        tested: None,
        worked_before: true,
        ..connected()
    };
    let known = known(customer, &[]);
    let task = task(&known, Responsibility::Customer, Step::Provider);
    assert_eq!(
        (task.state, task.words.as_str()),
        (TaskState::Again, "Your task again")
    );
    assert!(task.detail.contains("Test them again"), "{}", task.detail);
    assert_eq!(task.title, "Connect Microsoft Entra ID");
}

#[test]
fn the_headline_counts_what_is_needed_and_names_what_is_next() {
    let existing = Said::Existing {
        answer: domain::deployment::ExistingDirectory::BrandNew,
        others: 0,
    };
    let known = known(connected(), &[row(Step::Existing, existing, days_ago(1))]);
    let all = standing::of(&known.facts);
    let headline = |side| words::headline(&known, &all, &viewer(side));
    assert_eq!(
        headline(Responsibility::Customer).1,
        "2 of 15 steps are done. “Local administrator” is waiting for you."
    );
    assert_eq!(
        headline(Responsibility::Staff).1,
        "2 of 15 steps are done. “Login Handler” is waiting for you."
    );
    assert!(
        words::lede(&all, &viewer(Responsibility::Customer)).ends_with("It usually takes about 10 minutes.")
    );
}

/// The verdict after a run that ended in this state, and what is not well.
fn after_run(state: RunState) -> (Mood, String, Vec<String>) {
    let customer = CustomerFacts {
        last_run: Some(LastRunFacts {
            number: 9,
            kind: RunKind::Manual,
            state,
            queued_at: now(),
            disputed: 0,
        }),
        ..connected()
    };
    let known = known(customer, &[]);
    let all = standing::of(&known.facts);
    let (mood, headline) = words::headline(&known, &all, &viewer(Responsibility::Customer));
    (mood, headline, words::health(&known, now()))
}

#[test]
fn a_held_run_comes_before_every_step() {
    let (mood, headline, health) = after_run(RunState::Held);
    assert!(headline.starts_with("Run 9 is held"), "{headline}");
    assert_eq!(mood, Mood::Held);
    assert_eq!(health, ["Run 9 is held for a decision."]);
}

#[test]
fn the_verdict_is_meant_as_it_reads() {
    let (mood, headline, _) = after_run(RunState::Failed);
    assert!(headline.starts_with("Run 9 failed."), "{headline}");
    assert_eq!(mood, Mood::Problem);
    assert_eq!(after_run(RunState::Running).0, Mood::Waits);
    assert_eq!(after_run(RunState::Completed).0, Mood::Yours);
}

#[test]
fn c_20_an_expiring_secret_is_a_matter_of_health() {
    for (days, expected) in [
        (31, vec![]),
        (30, vec!["A secret expires in 30 days."]),
        (1, vec!["A secret expires tomorrow."]),
        (-1, vec!["A secret expired yesterday."]),
    ] {
        let customer = CustomerFacts {
            secret_expires_at: Some(now() + TimeDelta::days(days)),
            ..connected()
        };
        assert_eq!(words::health(&known(customer, &[]), now()), expected, "{days}");
    }
}

#[test]
fn the_board_puts_what_is_ours_first_and_filters() {
    let actor = Actor::system("Test");
    let viewer = Viewer::of(&actor, "Contoso", Reader::of(None, None), now());
    let row = board_row(&known(connected(), &[]), &[], &viewer);
    assert_eq!(row.turn, Some(Responsibility::Staff));
    assert!(row.next.starts_with("Login Handler, since"), "{}", row.next);
    // That the customer has something to do, too, is not hidden by it.
    let theirs = row.theirs_too.as_deref().expect("a step of theirs");
    assert!(theirs.starts_with("Local administrator, since"), "{theirs}");
    assert!(shows(&row, None) && shows(&row, Some(BoardShow::Ours)) && shows(&row, Some(BoardShow::Theirs)));
    assert!(!shows(&row, Some(BoardShow::Done)));
    assert!(!shows(&row, Some(BoardShow::Attention)));
}

#[test]
fn what_was_said_about_another_directory_counts_for_nothing() {
    let mut checked = row(Step::DataMapping, Said::Done, days_ago(1));
    checked.directory = Some(domain::DirectoryId::at(now(), [1; 10]));
    let mut settings = SyncSettings::initial(Provider::Entra);
    settings.scope.groups.push(ScopeGroup {
        object_id: ObjectId::new("g"),
        name: "Intranet users".into(),
    });
    let customer = CustomerFacts {
        settings: Some(settings),
        test_synced_at: Some(days_ago(1)),
        ..connected()
    };
    let known = known(customer, &[checked]);
    assert_eq!(
        task(&known, Responsibility::Customer, Step::DataMapping).state,
        TaskState::Yours
    );
    assert_eq!(
        task(&known, Responsibility::Customer, Step::SecurityGroups).state,
        TaskState::Done
    );
}

#[test]
fn only_staff_look_as_staff() {
    let mut actor = Actor::system("Test");
    let reader = Reader::of(None, None);
    assert_eq!(
        Viewer::of(&actor, "Contoso", reader, now()).side,
        Responsibility::Staff
    );
    actor.role = Role::Viewer;
    let looking = Viewer::of(&actor, "Contoso", reader, now());
    assert_eq!(looking.side, Responsibility::Customer);
    let known = known(connected(), &[]);
    let next = looking.next(&standing::of(&known.facts)).map(|(_, next)| next);
    assert_eq!(
        next.as_deref(),
        Some("“Login Handler” is waiting for the deployment team."),
        "a viewer has no turn"
    );
}

#[test]
fn an_edit_says_beforehand_whom_it_touches_and_what_it_re_opens() {
    let existing = Said::Existing {
        answer: domain::deployment::ExistingDirectory::Existing,
        others: 3,
    };
    let statements = [
        row(Step::Module, Said::Done, days_ago(9)),
        row(Step::Existing, existing, days_ago(9)),
    ];
    let facts = known(connected(), &statements).facts;
    let said = |before, people| sentence(&facts, before, people, now());
    assert_eq!(
        said(Before::Connection, 812).as_deref(),
        Some(
            "This connection is live: 812 people are kept up to date by it. Saving changed values re-opens “Connect the \
             provider”."
        )
    );
    assert_eq!(
        said(Before::TakeBack(Step::Module), 0).as_deref(),
        Some("Taking this back re-opens “User sync module”.")
    );
    assert_eq!(
        said(Before::Settings, 1).as_deref(),
        Some("These settings are live: 1 person is kept up to date by them.")
    );
    // Nothing is done that another answer could re-open, and nothing is answered yet.
    assert_eq!(said(Before::Settings, 0), None);
    assert_eq!(said(Before::Answer(Step::Sso), 812), None);
}
