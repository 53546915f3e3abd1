//! What is said of all lines of a mapping together (P-18, T-08, T-11, T-12), how its lines are narrowed, and what a migration
//! leaves as it was (P-19).

use chrono::TimeDelta;
use domain::AccountId;
use domain::people::PeopleAccount;
use domain::sync::RunKind;
use domain::user_mapping::{FindingCode, MappingEdit, MappingSummary, RenameKind, Severity};
use domain::views::MappingRow;
use services::MappingFilter;
use simulator::Person;
use test_support::{TestDb, on_both};

use crate::mapping_review::of_person;
use crate::migration_scene::Scene;
use crate::settings::licensed;
use crate::user_mapping::{checked, existing, summary_of, to_be_mapped, upload};
use crate::world::{SCOPE, SLUG, World};

/// What is said of all lines together under this code.
fn whole(summary: &MappingSummary, code: FindingCode) -> Option<(Severity, String)> {
    let mut groups = summary.groups.iter().filter(|group| group.is_whole());
    let group = groups.find(|group| group.example.code == code)?;
    let text = group.example.text.clone().unwrap_or_default();
    Some((group.example.severity, text))
}

/// Uploads a list as the first version; gives what its check says.
async fn listed(world: &World, lines: &[&str]) -> MappingSummary {
    let headings = "existing_username,new_username,target_directory";
    let text = format!("{headings}\r\n{}\r\n", lines.join("\r\n"));
    upload(world, "list.csv", text.as_bytes())
        .await
        .expect("received");
    summary_of(checked(world).await)
}

/// Checks the newest version again.
async fn checked_again(world: &World) -> MappingSummary {
    let number = checked(world).await.number;
    let (services, actor) = (&world.services, &world.actor);
    let again = services.check_mapping_again(actor, SLUG, number).await;
    again.expect("checked again");
    summary_of(checked(world).await)
}

on_both!(
    t_11_whoever_was_read_a_week_ago_may_be_somebody_else_by_now,
    |test: TestDb| async move {
        let mut world = existing(test).await;
        let old = |summary: &MappingSummary| whole(summary, FindingCode::SnapshotOld);
        let summary = listed(&world, &["anna,anna@contoso.com,"]).await;
        assert_eq!(old(&summary), None, "read just now");
        world.turn_clock(TimeDelta::days(6)).await;
        assert_eq!(old(&checked_again(&world).await), None, "six days are no week");
        world.turn_clock(TimeDelta::days(1)).await;
        let said = (Severity::Warning, "7 days ago".to_owned());
        assert_eq!(old(&checked_again(&world).await), Some(said));
        // They are read again.
        let (services, actor) = (&world.services, &world.actor);
        let run = services.start_run(actor, SLUG, RunKind::TestSync).await;
        world.settled(run.expect("the run starts")).await;
        assert_eq!(old(&checked_again(&world).await), None);
    }
);

/// Nobody is known of the directory, as if nothing was ever read.
async fn forget_everybody(world: &World) {
    let customer = world.customer().await;
    let mut tx = world.test.db.begin().await.expect("a transaction");
    let directory = store::directories::current(&mut tx, customer)
        .await
        .expect("a query")
        .expect("a directory")
        .id;
    let rows = store::snapshot::present_rows(&mut tx, customer, directory, 0, 10_000)
        .await
        .expect("rows");
    assert!(!rows.is_empty(), "somebody was read");
    let now = world.services.now();
    store::snapshot::mark_absent(&mut tx, customer, directory, &rows, now)
        .await
        .expect("marked");
    tx.commit().await.expect("a commit");
}

on_both!(
    t_12_where_nobody_was_read_nothing_is_said_of_the_directory,
    |test: TestDb| async move {
        let world = existing(test).await;
        world.add_local("break-glass", true).await;
        world.add_local("anna", false).await;
        let lines = ["break-glass,,Local", "anna,anna@nowhere.example,"];
        let unknown = |summary: &MappingSummary| whole(summary, FindingCode::SnapshotUnknown);
        let of_directory = |summary: &MappingSummary| {
            let mut codes: Vec<FindingCode> = summary
                .groups
                .iter()
                .map(|group| group.example.code)
                .filter(|code| *code == FindingCode::UnknownDomain || code.rule().starts_with("T-"))
                .filter(|code| *code != FindingCode::SnapshotUnknown)
                .collect();
            codes.sort_unstable();
            codes
        };
        let summary = listed(&world, &lines).await;
        assert_eq!(unknown(&summary), None);
        let said = of_directory(&summary);
        assert!(said.contains(&FindingCode::UnknownDomain), "{said:?}");
        assert!(said.contains(&FindingCode::NotInDirectory), "{said:?}");
        assert!(summary.coverage.newcomers > 0, "{:?}", summary.coverage);

        forget_everybody(&world).await;
        let summary = checked_again(&world).await;
        assert!(unknown(&summary).is_some(), "{:?}", summary.groups);
        let said = of_directory(&summary);
        assert!(said.is_empty(), "{said:?}");
        let coverage = summary.coverage;
        assert_eq!((coverage.newcomers, coverage.confirmed), (0, 0));
        assert_eq!((coverage.mapped, coverage.local), (1, 1), "accounts are known");
    }
);

on_both!(
    p_18_more_active_accounts_than_licences_are_a_warning_with_numbers,
    |test: TestDb| async move {
        let world = existing(test).await;
        world.add_local("break-glass", true).await;
        world.add_local("anna", false).await;
        let few = |summary: &MappingSummary| whole(summary, FindingCode::FewLicences);
        let summary = listed(&world, &["anna,anna@contoso.com,"]).await;
        assert_eq!(few(&summary), None, "nobody said how many there are");
        // Accounts that are active now, and those the first sync makes.
        let coverage = summary.coverage;
        assert_eq!(coverage.active, 2);
        // Nobody in the directory has the new username: the first sync blocks that one.
        assert_eq!((coverage.mapped, coverage.confirmed), (1, 0));
        let active = coverage.active + coverage.newcomers - 1;
        for (licences, is_enough) in [(active, true), (active - 1, false), (1, false)] {
            licensed(&world, u32::try_from(licences).ok()).await;
            let said = format!("{licences} for {active}");
            let expected = (!is_enough).then_some((Severity::Warning, said));
            assert_eq!(few(&checked_again(&world).await), expected);
        }
    }
);

/// Somebody of the directory without any oddity.
fn somebody(world: &World) -> Person {
    let control = world.simulator.control();
    let everybody = control.people(world.kind, 0..control.count(world.kind));
    let mut plain = everybody.into_iter().filter(|person| {
        person.enabled == Some(true)
            && person.user_type.as_deref() == Some("Member")
            && person.first_name.is_some()
            && person.last_name.is_some()
            && person.mail.as_deref() == Some(&person.principal_name)
    });
    // The first are there for their oddities.
    plain.nth(15).expect("the simulator has plain people")
}

on_both!(
    t_08_a_person_no_line_names_is_told_beside_the_account_that_is_probably_theirs,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let person = somebody(&world);
        let control = world.simulator.control();
        let _ = control.add_to_group(world.kind, world.group(SCOPE).as_str(), &person.id);
        to_be_mapped(&world).await;
        world.add_local("break-glass", true).await;
        world
            .add_account("aold", |account| of_person(account, &person))
            .await;
        let missed = |summary: &MappingSummary| whole(summary, FindingCode::MissedMapping);
        let (_, domain) = person.principal_name.split_once('@').expect("a domain");
        let line = format!("aold,nobody.at.all@{domain},");
        let summary = listed(&world, &["break-glass,,Local", &line]).await;
        let (severity, said) = missed(&summary).expect("somebody is missed");
        assert_eq!(severity, Severity::Warning);
        assert!(said.ends_with(" (account aold)"), "{said}");
        let name = person.display_name.as_deref().unwrap_or(&person.principal_name);
        assert!(said.starts_with(name), "{said}");

        // The line names them.
        let named = MappingEdit::Line {
            line: 3,
            existing: "aold".to_owned(),
            new: person.principal_name.clone(),
            target: String::new(),
        };
        let made = world.services.edit_mapping(&world.actor, SLUG, 1, named).await;
        assert_eq!(made.expect("a version"), 2);
        let summary = summary_of(checked(&world).await);
        assert_eq!(missed(&summary), None);
        assert_eq!(summary.coverage.confirmed, 1, "T-01");

        // Without a line the account is undecided, and its person is proposed: nobody is missed.
        let gone = MappingEdit::RemoveLine { line: 3 };
        let made = world.services.edit_mapping(&world.actor, SLUG, 2, gone).await;
        assert_eq!(made.expect("a version"), 3);
        let summary = summary_of(checked(&world).await);
        assert_eq!(missed(&summary), None);
        assert_eq!(summary.coverage.undecided, 1);
    }
);

/// The lines of the first version that pass a filter.
async fn narrowed(world: &World, filter: MappingFilter) -> Vec<MappingRow> {
    let (services, actor) = (&world.services, &world.actor);
    let page = services.mapping_rows(actor, SLUG, 1, &filter, None).await;
    page.expect("rows").rows
}

/// Their numbers.
async fn numbers(
    world: &World,
    kind: Option<RenameKind>,
    severity: Option<Severity>,
    search: &str,
) -> Vec<u64> {
    let filter = MappingFilter {
        kind,
        severity,
        search: search.to_owned(),
        ..MappingFilter::default()
    };
    let rows = narrowed(world, filter).await.into_iter();
    rows.map(|row| row.line).collect()
}

/// The severities of what was found about a line.
async fn severities(world: &World, line: u64) -> Vec<Severity> {
    let (services, actor) = (&world.services, &world.actor);
    let view = services.mapping_line(actor, SLUG, (1, line), "").await;
    let findings = view.expect("a line").findings.into_iter();
    findings.map(|finding| finding.severity).collect()
}

/// A list in which lines differ in every way that they are narrowed by: lines 2 to 8.
async fn various(test: TestDb) -> World {
    let world = existing(test).await;
    world.add_local("break-glass", true).await;
    for name in ["anna", "carol", "dave", "erin", "frank_100%", "ÉMILE"] {
        world.add_local(name, false).await;
    }
    let lines = [
        "anna,anna@nowhere.example,",
        "carol,dave,Local",
        "dave,carol,Local",
        "erin,,Local",
        "not.here,other@nowhere.example,",
        "frank_100%,frank@nowhere.example,",
        "ÉMILE,emile@nowhere.example,",
    ];
    listed(&world, &lines).await;
    world
}

on_both!(
    lines_are_narrowed_by_what_they_do_and_by_what_was_found,
    |test: TestDb| async move {
        let world = various(test).await;
        let all = narrowed(&world, MappingFilter::default()).await;
        let lines: Vec<u64> = all.iter().map(|row| row.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8]);

        for kind in RenameKind::ALL.iter().copied() {
            let of_kind = all.iter().filter(|row| row.kind == kind);
            let expected: Vec<u64> = of_kind.map(|row| row.line).collect();
            assert_eq!(numbers(&world, Some(kind), None, "").await, expected, "{kind:?}");
        }
        let of_kind = async |kind| numbers(&world, Some(kind), None, "").await;
        assert_eq!(of_kind(RenameKind::Swap).await, [3, 4]);
        assert_eq!(of_kind(RenameKind::Unchanged).await, [5]);
        assert_eq!(of_kind(RenameKind::Free).await, [2, 7, 8]);

        for severity in Severity::ALL.iter().copied() {
            let mut expected = Vec::new();
            for line in &lines {
                if severities(&world, *line).await.contains(&severity) {
                    expected.push(*line);
                }
            }
            assert!(
                !expected.is_empty() && expected.len() < lines.len(),
                "{severity:?}: {expected:?}"
            );
            let found = numbers(&world, None, Some(severity), "").await;
            assert_eq!(found, expected, "{severity:?}");
        }
        let error = Some(Severity::Error);
        assert_eq!(
            numbers(&world, None, error, "").await,
            [6],
            "nobody is called that"
        );

        // All filters at once.
        let (free, warned) = (Some(RenameKind::Free), Some(Severity::Warning));
        assert_eq!(numbers(&world, free, warned, "fra").await, [7]);
        assert!(numbers(&world, free, error, "").await.is_empty());
        let swap = Some(RenameKind::Swap);
        assert!(numbers(&world, swap, None, "nowhere").await.is_empty());

        // P-14: nobody signed in here, but a line of nobody's account is none of these.
        let unused = MappingFilter {
            unused: true,
            ..MappingFilter::default()
        };
        let unused = narrowed(&world, unused).await.into_iter();
        let unused: Vec<u64> = unused.map(|row| row.line).collect();
        assert_eq!(unused, [2, 3, 4, 5, 7, 8]);
    }
);

on_both!(
    x_01_and_f_23_lines_that_do_nothing_are_listed_as_what_they_are,
    |test: TestDb| async move {
        let world = existing(test).await;
        world.add_local("break-glass", true).await;
        world.add_local("anna", false).await;
        let lines = [
            "anna,anna@nowhere.example,",
            "break-glass,break-glass,Local",
            "anna,anna@nowhere.example,",
            "alone",
            ",nobody@nowhere.example,Local",
        ];
        let summary = listed(&world, &lines).await;
        assert_eq!(summary.lines, 5);
        let counted = [RenameKind::Free, RenameKind::Unchanged, RenameKind::Blocked];
        assert_eq!(counted.map(|kind| summary.kind(kind)), [1, 1, 2]);
        let of_kind = async |kind| numbers(&world, Some(kind), None, "").await;
        assert_eq!(of_kind(RenameKind::Free).await, [2]);
        assert_eq!(of_kind(RenameKind::Unchanged).await, [3]);
        assert_eq!(of_kind(RenameKind::Blocked).await, [5, 6]);

        // The one that stands twice is shown with what is known of it.
        let all = narrowed(&world, MappingFilter::default()).await;
        let (first, again) = (&all[0], &all[2]);
        assert_eq!((again.line, again.same_as, first.same_as), (4, Some(2), None));
        assert!(first.account.is_some());
        assert_eq!((&again.account, again.kind), (&first.account, first.kind));
    }
);

on_both!(
    lines_are_searched_in_both_usernames_whatever_the_letter_case,
    |test: TestDb| async move {
        let world = various(test).await;
        let expected: &[(&str, &[u64])] = &[
            ("", &[2, 3, 4, 5, 6, 7, 8]),
            ("  DAVE ", &[3, 4]),
            ("Nowhere.Example", &[2, 6, 7, 8]),
            // As it was typed, whatever the letter case of what stands there.
            ("émile", &[8]),
            ("ÉMILE", &[8]),
            // Signs that mean something to a database mean themselves.
            ("100%", &[7]),
            ("k_1", &[7]),
            ("a_na", &[]),
            ("a%a", &[]),
            ("!", &[]),
            ("'", &[]),
            // Neither the target directory nor the name of the account is a username.
            ("local", &[]),
            ("nobody has this", &[]),
        ];
        for (search, lines) in expected {
            let found = numbers(&world, None, None, search).await;
            assert_eq!(found, *lines, "{search:?}");
        }
    }
);

async fn account_now(world: &World, id: AccountId) -> PeopleAccount {
    let customer = world.customer().await;
    let mut tx = world.test.db.read().await.expect("a transaction");
    let found = store::accounts::find(&mut tx, customer, id).await;
    found.expect("a query").expect("the account is still there")
}

on_both!(
    p_19_a_migration_changes_username_and_directory_only_so_nobody_changes_areas,
    |test: TestDb| async move {
        let scene = Scene::new(test).await;
        let usernames = scene.people.iter().map(|person| person.principal_name.as_str());
        let mut before = Vec::new();
        // Nobody has the username of tomorrow of the last one yet.
        for username in usernames.chain(["old.name", "kiosk", "break-glass"]) {
            before.extend(scene.world.account(username).await);
        }
        assert_eq!(before.len(), 8);
        scene.migrate().await;
        let mut changed = 0;
        for before in before {
            let now = account_now(&scene.world, before.id).await;
            changed += usize::from(now.username != before.username || now.directory != before.directory);
            let expected = PeopleAccount {
                username: now.username.clone(),
                username_key: now.username_key.clone(),
                directory: now.directory,
                version: now.version,
                updated_at: now.updated_at,
                ..before
            };
            assert_eq!(now, expected);
        }
        assert_eq!(changed, 7, "everybody but the administrator");
    }
);
