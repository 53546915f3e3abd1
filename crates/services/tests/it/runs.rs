//! Runs as they are looked at.

use domain::ids::Id;
use domain::sync::{ChangeKind, ChangeState, RunCounts, RunKind, RunPhase, RunState};
use domain::views::{ChangeFilter, RunFilter, StepProgress};
use domain::{Actor, Role, RunId, UserError};
use simulator::{Kind, NewPerson};
use store::runs::{Ending, NewRun};
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SCOPE, SLUG, World};

on_both!(
    h_08_runs_are_listed_newest_first_page_by_page,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let customer = world.customer().await;
        let now = world.services.now();
        let mut tx = world.test.db.begin().await.expect("a transaction");
        let directory = store::directories::current(&mut tx, customer)
            .await
            .expect("a query")
            .expect("a directory")
            .id;
        for number in 1..=60 {
            let kind = if number % 3 == 0 {
                RunKind::Simulation
            } else {
                RunKind::TestSync
            };
            let id = RunId::at(now, rand::random());
            let run = NewRun {
                id,
                number,
                directory,
                kind,
                settings_version: 1,
                started_by: "Test",
                person: None,
            };
            store::runs::insert(&mut tx, customer, &run, now)
                .await
                .expect("a run");
            let state = if number % 2 == 0 {
                RunState::Failed
            } else {
                RunState::Completed
            };
            let counts = RunCounts::default();
            let ending = Ending {
                state,
                phase: RunPhase::Done,
                counts: &counts,
                problem: None,
            };
            store::runs::finish(&mut tx, customer, id, &ending, now)
                .await
                .expect("finished");
        }
        tx.commit().await.expect("a commit");

        let (mut numbers, mut pages, mut after) = (Vec::new(), Vec::new(), None);
        loop {
            let page = world
                .services
                .runs(&world.actor, SLUG, RunFilter::default(), after.as_deref())
                .await;
            let page = page.expect("runs");
            pages.push(page.rows.len());
            numbers.extend(page.rows.iter().map(|row| row.number));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(pages, [25, 25, 10]);
        assert_eq!(numbers, (1..=60).rev().collect::<Vec<_>>());
        let filter = RunFilter {
            kind: Some(RunKind::Simulation),
            state: Some(RunState::Failed),
        };
        let page = world
            .services
            .runs(&world.actor, SLUG, filter, None)
            .await
            .expect("runs");
        assert_eq!((page.rows.len(), page.next), (10, None));
        assert!(
            page.rows
                .iter()
                .all(|row| row.number % 6 == 0 && row.took.is_some())
        );
        let odd = world
            .services
            .runs(&world.actor, SLUG, RunFilter::default(), Some("x"))
            .await;
        assert_eq!(refusal(odd), UserError::NotFound);
    }
);

on_both!(changes_are_narrowed_and_paged, |test: TestDb| async move {
    let world = World::start(test, Kind::Entra, 160).await;
    let run = world.run(RunKind::Simulation).await;
    let number = run.row.number;
    let created = world.changes(number, ChangeKind::Create).await;
    assert!(created.len() > 100, "more than two pages");
    assert_eq!(
        u64::try_from(created.len()).expect("small"),
        run.row.counts.created
    );
    assert!(
        created
            .iter()
            .all(|row| row.kind == ChangeKind::Create && row.state == ChangeState::Planned)
    );
    let (services, actor) = (&world.services, &world.actor);
    let whole = services
        .export_changes(actor, SLUG, number, &ChangeFilter::default(), None)
        .await
        .expect("changes");
    let skipped = ChangeFilter {
        kind: Some(ChangeKind::Skip),
        ..ChangeFilter::default()
    };
    let skipped = services
        .changes(actor, SLUG, number, &skipped, None)
        .await
        .expect("changes");
    assert_eq!(
        u64::try_from(skipped.rows.len()).expect("small"),
        run.row.counts.skipped.min(50)
    );
    assert!(whole.rows.len() > created.len() || skipped.rows.is_empty());
    let somebody = &created[60];
    let search = ChangeFilter {
        search: somebody.username.to_uppercase(),
        ..ChangeFilter::default()
    };
    let found = services
        .changes(actor, SLUG, number, &search, None)
        .await
        .expect("changes")
        .rows;
    assert!(found.contains(somebody), "{found:?}");
    let noted = ChangeFilter {
        state: Some(ChangeState::Applied),
        ..ChangeFilter::default()
    };
    assert!(
        services
            .changes(actor, SLUG, number, &noted, None)
            .await
            .expect("changes")
            .rows
            .is_empty()
    );
    let missing = services
        .changes(actor, SLUG, 999, &ChangeFilter::default(), None)
        .await;
    assert_eq!(refusal(missing), UserError::NotFound);
});

on_both!(
    a_held_run_can_be_decided_by_whoever_may,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.state, RunState::Held);
        assert!(run.can_decide && !run.can_cancel);
        assert!(
            run.headline.ends_with("Nothing was applied yet."),
            "{}",
            run.headline
        );
        assert_eq!(run.hold.len(), 1);
        let guard = run
            .rail
            .iter()
            .find(|step| step.phase == RunPhase::Guard)
            .expect("the step");
        assert_eq!(guard.progress, StepProgress::Now);
        let customer = Some(world.customer().await);
        let viewer = Actor {
            user: None,
            name: "Vera".into(),
            role: Role::Viewer,
            customer,
        };
        let seen = world
            .services
            .run(&viewer, SLUG, run.row.number)
            .await
            .expect("a viewer may look");
        assert!(!seen.can_decide && !seen.can_cancel);
        let run = world.accept(run.row.number).await;
        assert!(
            run.rail.iter().all(|step| step.progress == StepProgress::Done),
            "{run:?}"
        );
        assert!(run.rail[2].words.starts_with("Accepted by"), "{run:?}");
    }
);

on_both!(
    h_12_the_test_sync_page_shows_totals_samples_and_oddities,
    |test: TestDb| async move {
        let world = World::start(test, Kind::Entra, 120).await;
        let before = world
            .services
            .test_sync(&world.actor, SLUG)
            .await
            .expect("the page");
        assert!(before.run.is_none() && before.totals.is_empty() && before.is_connected);
        assert_eq!(before.scope_groups, [format!("{SCOPE} (not read yet)")]);

        let run = world.run(RunKind::TestSync).await;
        let page = world
            .services
            .test_sync(&world.actor, SLUG)
            .await
            .expect("the page");
        assert_eq!(page.run.as_ref().map(|run| run.row.number), Some(run.row.number));
        let total = |name: &str| {
            page.totals
                .iter()
                .find(|(title, _)| title == name)
                .map(|(_, n)| *n)
        };
        assert_eq!(total("People in the directory"), Some(run.row.counts.read));
        assert_eq!(total("In the security groups"), Some(run.row.counts.in_scope));
        assert_eq!(page.people.len(), 50);
        assert!(page.people.iter().all(|person| person.in_scope));
        assert!(
            page.scope_groups[0].contains("members"),
            "{:?}",
            page.scope_groups
        );

        let sample = |attribute: &str| {
            page.samples
                .iter()
                .find(|row| row.attribute == attribute)
                .expect("a sample")
        };
        let username = sample("userPrincipalName");
        assert_eq!(
            (username.field.as_str(), username.filled),
            ("Username", run.row.counts.in_scope)
        );
        assert_eq!(
            (username.of, username.examples.len()),
            (run.row.counts.in_scope, 3)
        );
        for row in &page.samples {
            assert!(
                row.filled <= row.of && (row.filled == 0) == row.examples.is_empty(),
                "{row:?}"
            );
        }
        // People without are the rest of the people with.
        let odd = |title: &str| page.oddities.iter().find(|oddity| oddity.title == title);
        let mail = sample("mail");
        let without = odd("No e-mail address").map_or(0, |oddity| oddity.count);
        assert_eq!(mail.filled + without, mail.of);
        let surname = sample("surname");
        assert_eq!(
            surname.filled + odd("No surname").map_or(0, |oddity| oddity.count),
            surname.of
        );
    }
);

on_both!(
    c_23_nobody_in_scope_is_said_and_everybody_is_shown,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let group = world.simulator.control().add_group(world.kind, "Empty");
        assert!(!group.is_empty());
        world.scope_to(&["Empty"]).await;
        let run = world.run(RunKind::TestSync).await;
        assert!(
            run.headline.contains("nobody is in the security groups"),
            "{}",
            run.headline
        );
        let page = world
            .services
            .test_sync(&world.actor, SLUG)
            .await
            .expect("the page");
        assert!(!page.people.is_empty() && page.people.iter().all(|person| !person.in_scope));
        assert!(page.samples.iter().any(|row| row.filled > 0));
    }
);

on_both!(
    h_12_every_oddity_is_counted_and_named,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let control = world.simulator.control();
        let group = control.add_group(world.kind, "Odd ones");
        let add = |name: &str, change: &dyn Fn(&mut NewPerson)| {
            let mut person = NewPerson {
                principal_name: format!("{name}@contoso.com"),
                display_name: Some(format!("{name} Odd")),
                first_name: Some(name.to_owned()),
                last_name: Some("Odd".to_owned()),
                mail: Some(format!("{name}@contoso.com")),
                groups: vec![group.clone()],
                ..NewPerson::default()
            };
            change(&mut person);
            control.add_person(world.kind, person).expect("a person");
        };
        add("plain", &|_| ());
        add("guest", &|person| person.guest = true);
        add("disabled", &|person| person.enabled = false);
        add("unreachable", &|person| person.mail = None);
        add("mononym", &|person| person.last_name = None);
        for name in ["twin1", "twin2"] {
            add(name, &|person| {
                person.display_name = Some("Twin Odd".to_owned());
                person.mail = Some(
                    if name == "twin1" {
                        "Twin@contoso.com"
                    } else {
                        "twin@contoso.com"
                    }
                    .to_owned(),
                );
            });
        }
        world.scope_to(&["Odd ones"]).await;
        let run = world.run(RunKind::TestSync).await;
        assert_eq!(run.row.counts.in_scope, 7, "{run:?}");
        let page = world
            .services
            .test_sync(&world.actor, SLUG)
            .await
            .expect("the page");
        let found: Vec<_> = page
            .oddities
            .iter()
            .map(|oddity| (oddity.title.as_str(), oddity.count, oddity.examples.join("; ")))
            .collect();
        let expected = [
            ("The same e-mail address", 2, "twin@contoso.com (2 people)"),
            ("The same name", 2, "Twin Odd (2 people)"),
            ("Disabled in the directory", 1, "disabled Odd"),
            ("Guests", 1, "guest Odd"),
            ("No e-mail address", 1, "unreachable Odd"),
            ("No surname", 1, "mononym Odd"),
        ]
        .map(|(title, count, examples)| (title, count, examples.to_owned()));
        assert_eq!(found, expected);
        assert_eq!(page.scope_groups, ["Odd ones (7 members)"]);
    }
);
