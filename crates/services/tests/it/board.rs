//! What staff see beside the board, what is said before an edit, and what no name and no comment may hold.

use domain::deployment::Step;
use domain::sync::RunKind;
use domain::views::AuditFilter;
use domain::{Role, UserError};
use services::{Before, NewLocalAccount, ServiceError};
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SLUG, World};

on_both!(
    the_facts_of_one_deployment_stand_beside_the_board,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        // So many that several fall into one millisecond.
        let texts: Vec<String> = (1..=20).map(|number| format!("Comment {number}.")).collect();
        for text in &texts {
            world
                .services
                .comment(&world.actor, SLUG, Step::Provider, text)
                .await
                .expect("said");
        }
        let facts = world
            .services
            .board_facts(&world.actor, SLUG)
            .await
            .expect("the facts");
        let of = |label: &str| {
            let line = facts.facts.iter().find(|line| line.label == label);
            line.unwrap_or_else(|| panic!("{label} in {:?}", facts.facts))
                .words
                .clone()
        };
        assert_eq!(of("Provider"), "Microsoft Entra ID");
        assert!(of("Connection test").starts_with("Passed today"));
        assert_eq!(of("Schedule"), "Off");
        assert!(
            of("Last run").starts_with("Sync 1: complete"),
            "{}",
            of("Last run")
        );
        assert!(of("People").ends_with("0 local"), "{}", of("People"));
        assert_eq!(facts.tasks.len(), Step::ALL.len());
        let said: Vec<&str> = facts
            .comments
            .iter()
            .map(|said| said.comment.text.as_str())
            .collect();
        let newest_first: Vec<&str> = texts.iter().rev().take(said.len()).map(String::as_str).collect();
        assert!(!said.is_empty(), "the latest ones");
        assert_eq!(said, newest_first);
        // It is the staff's board.
        let admin = world.somebody_with(Role::CustomerAdmin).await;
        assert_eq!(
            refusal(world.services.board_facts(&admin, SLUG).await),
            UserError::Forbidden
        );
    }
);

on_both!(
    before_an_edit_of_what_is_live_it_says_whom_it_touches,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let warning = |before| {
            let (services, actor) = (world.services.clone(), world.actor.clone());
            async move { services.warning(&actor, SLUG, before).await.expect("an answer") }
        };
        assert_eq!(warning(Before::Settings).await, None, "nothing is done yet");
        let run = world.sync().await;
        let people = run.row.counts.created;
        let said = warning(Before::Settings).await.expect("a warning");
        assert!(
            said.starts_with(&format!(
                "These settings are live: {people} people are kept up to date by them."
            )),
            "{said}"
        );
        assert!(said.ends_with("A change here re-opens “First run”."), "{said}");
        let said = warning(Before::Connection).await.expect("a warning");
        assert!(said.contains("re-opens “Connect the provider”; "), "{said}");
        let customer = world.customer().await;
        let strange = domain::Actor {
            customer: Some(domain::ids::Id::at(world.services.now(), [9; 10])),
            ..world.somebody_with(Role::Viewer).await
        };
        assert_ne!(strange.customer, Some(customer));
        let told = world.services.warning(&strange, SLUG, Before::Settings).await;
        assert_eq!(refusal(told), UserError::NotFound);
    }
);

on_both!(
    r_07_characters_that_nobody_sees_are_refused_in_names_and_comments,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let (services, actor) = (&world.services, &world.actor);
        let hidden = "Contoso\u{202E}dtL";
        let about = |answer: Result<(), ServiceError>, field: &str| {
            let refused = refusal(answer);
            let message = refused.of_field(field).next().map(ToOwned::to_owned);
            assert!(
                message.is_some_and(|text| text.contains("U+202E")),
                "{field}: {refused:?}"
            );
        };
        let created = services.create_customer(actor, hidden, "hidden").await;
        about(created.map(|_| ()), "name");
        about(services.comment(actor, SLUG, Step::Module, hidden).await, "text");
        about(
            services
                .state_step(actor, SLUG, Step::Module, true, "", hidden)
                .await,
            "evidence",
        );
        let group = services.create_people_group(actor, SLUG, hidden).await;
        about(group.map(|_| ()), "name");
        let admin = NewLocalAccount {
            username: "glass".into(),
            surname: hidden.into(),
            ..NewLocalAccount::default()
        };
        about(
            services.add_local_account(actor, SLUG, &admin).await.map(|_| ()),
            "surname",
        );
    }
);

on_both!(
    every_name_of_a_customer_finds_an_address,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        for (name, slug) in [
            ("東京株式会社", "customer"),
            ("大阪株式会社", "customer-2"),
            ("Contoso Ltd", "contoso-ltd"),
        ] {
            let made = world.services.create_customer(&world.actor, name, " ").await;
            assert_eq!(made.expect("created"), slug, "{name}");
        }
        // One that is typed is taken as it is, or refused.
        let taken = world
            .services
            .create_customer(&world.actor, "Another", "customer")
            .await;
        assert!(refusal(taken).of_field("slug").next().is_some());
    }
);

on_both!(
    the_log_says_what_an_entry_is_about_in_words,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.everybody_joins("Everybody").await;
        let run = world.run(RunKind::TestSync).await;
        let log = world
            .services
            .audit_log(&world.actor, SLUG, &AuditFilter::default(), None)
            .await
            .expect("the log");
        let about = |action: &str| {
            let row = log.rows.iter().find(|row| row.action == action);
            let row = row.unwrap_or_else(|| panic!("{action}"));
            (row.about.clone(), row.path.clone().unwrap_or_default())
        };
        let number = run.row.number;
        for (action, name, path) in [
            ("run.start", format!("Run {number}"), format!("runs/{number}")),
            ("settings.scope", "Security groups".into(), "groups".into()),
            ("group.create", "Everybody".into(), "group-sync".into()),
            ("provider.save", "Microsoft Entra ID".into(), "provider".into()),
            (
                "deployment.state",
                Step::Existing.title().into(),
                "existing".into(),
            ),
        ] {
            assert_eq!(about(action), (name, path), "{action}");
        }
        // What was done to it keeps its id for files and searches.
        let saved = log.rows.iter().find(|row| row.action == "provider.save");
        assert_ne!(saved.expect("a row").object, "Microsoft Entra ID");
    }
);

on_both!(
    h_12_a_test_sync_says_when_a_later_run_has_read_since,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.run(RunKind::TestSync).await;
        let read_by = || async {
            let found = world.services.test_sync(&world.actor, SLUG).await;
            found.expect("the page").read_by
        };
        assert_eq!(read_by().await, None);
        let later = world.run(RunKind::Simulation).await;
        assert_eq!(read_by().await, Some(later.row.number));
        world.run(RunKind::TestSync).await;
        assert_eq!(read_by().await, None);
    }
);
