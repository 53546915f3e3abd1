//! The guide over real facts: what is recorded, what re-opens, who may.

use domain::deployment::{ExistingDirectory, SsoBefore, Step};
use domain::people::OldDirectory;
use domain::sync::RunKind;
use domain::views::{BoardFilter, BoardShow, PeopleFilter, Special, StepView, Task, TaskState};
use domain::{Actor, Role, UserError};
use services::NewLocalAccount;
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SLUG, World};

impl World {
    async fn task(&self, step: Step) -> Task {
        let deployment = self
            .services
            .deployment(&self.actor, SLUG)
            .await
            .expect("the page");
        let task = deployment.tasks.into_iter().find(|task| task.step == step);
        task.expect("every step is there")
    }

    async fn state(&self, step: Step) -> TaskState {
        self.task(step).await.state
    }

    async fn step(&self, step: Step) -> StepView {
        self.services
            .step(&self.actor, SLUG, step)
            .await
            .expect("the step")
    }

    async fn record(&self, step: Step) {
        self.services
            .state_step(&self.actor, SLUG, step, true, "", "Seen.")
            .await
            .expect("recorded");
    }

    pub(crate) async fn somebody_with(&self, role: Role) -> Actor {
        Actor {
            user: None,
            name: "Anna Admin".into(),
            role,
            customer: (role != Role::Staff).then_some(self.customer().await),
        }
    }
}

on_both!(
    brand_new_is_checked_against_people_and_asked_again_when_somebody_appears,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let answer = |answer, reason| {
            let (services, actor) = (world.services.clone(), world.actor.clone());
            async move { services.answer_existing(&actor, SLUG, answer, reason).await }
        };
        // Local administrators are nobody to migrate.
        world.add_local("admin", true).await;
        answer(ExistingDirectory::BrandNew, "")
            .await
            .expect("nobody else is there");
        assert_eq!(world.state(Step::Existing).await, TaskState::Done);
        assert_eq!(world.state(Step::UserMapping).await, TaskState::Skipped);
        assert_eq!(world.state(Step::FirstRun).await, TaskState::Theirs);
        // An account appears: the answer does not stand, and nothing may write to People.
        world.add_local("kiosk", false).await;
        let task = world.task(Step::Existing).await;
        assert!(
            task.detail.contains("People now holds one account"),
            "{}",
            task.detail
        );
        let started = world
            .services
            .start_run(&world.actor, SLUG, RunKind::Manual)
            .await;
        assert_eq!(
            refusal(started),
            UserError::NotYet {
                until: Step::Existing
            }
        );
        world
            .services
            .start_run(&world.actor, SLUG, RunKind::Simulation)
            .await
            .expect("a preview writes nothing");
        let refused = refusal(answer(ExistingDirectory::BrandNew, " ").await);
        let message = refused.of_field("reason").next().expect("about the reason");
        assert!(message.contains("People holds 1 account beside"), "{message}");
        answer(ExistingDirectory::BrandNew, "A kiosk.")
            .await
            .expect("with a reason");
        assert_eq!(world.state(Step::Existing).await, TaskState::Done);
        // With people to migrate the mapping comes first.
        answer(ExistingDirectory::Existing, "").await.expect("answered");
        assert_eq!(world.state(Step::FirstRun).await, TaskState::CannotStart);
        let record = world.step(Step::Existing).await.record;
        assert_eq!(record.len(), 3, "all answers are kept: {record:?}");
        assert!(matches!(
            world.step(Step::Existing).await.special,
            Special::Existing {
                answer: Some(ExistingDirectory::Existing),
                others: 1,
                ..
            }
        ));
    }
);

on_both!(
    p2_an_administrator_proves_a_sign_in_and_is_missed_when_blocked,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        assert_eq!(world.state(Step::LocalAdmin).await, TaskState::Theirs);
        let new = NewLocalAccount {
            username: "break-glass".into(),
            surname: "Glass".into(),
            is_administrator: true,
            ..NewLocalAccount::default()
        };
        world
            .services
            .add_local_account(&world.actor, SLUG, &new)
            .await
            .expect("added");
        let taken = world.services.add_local_account(&world.actor, SLUG, &new).await;
        assert!(refusal(taken).of_field("username").next().is_some());
        for (surname, email, field) in [
            ("x".repeat(129), "", "surname"),
            ("Glass".to_owned(), "glass@@", "email"),
        ] {
            let odd = NewLocalAccount {
                username: "odd".into(),
                surname,
                email: email.into(),
                ..new.clone()
            };
            let refused = world.services.add_local_account(&world.actor, SLUG, &odd).await;
            assert!(refusal(refused).of_field(field).next().is_some(), "{field}");
        }
        let account = world.account("break-glass").await.expect("there");
        assert!(account.is_administrator);
        world
            .services
            .prove_local_admin(&world.actor, SLUG, account.id, "")
            .await
            .expect("proven");
        assert_eq!(world.state(Step::LocalAdmin).await, TaskState::Done);
        // Nobody proves it for an account that is no local administrator.
        let kiosk = world.add_local("kiosk", false).await;
        let wrong = world
            .services
            .prove_local_admin(&world.actor, SLUG, kiosk, "")
            .await;
        assert!(refusal(wrong).of_field("account").next().is_some());
        // Another one proves it, too, and is blocked: the first proof stands.
        let second = world.add_local("second", true).await;
        world
            .services
            .prove_local_admin(&world.actor, SLUG, second, "")
            .await
            .expect("proven");
        world.block(second).await;
        assert_eq!(world.state(Step::LocalAdmin).await, TaskState::Done);
        // Nobody is left whose sign-in was proven.
        world.add_local("third", true).await;
        world.block(account.id).await;
        let task = world.task(Step::LocalAdmin).await;
        assert!(
            task.detail.contains("no longer an active local administrator"),
            "{}",
            task.detail
        );
    }
);

on_both!(
    r_16_nobody_gets_a_username_of_the_system_by_hand,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        for username in ["admin", " Root", "SYSTEM"] {
            let new = NewLocalAccount {
                username: username.into(),
                surname: "Somebody".into(),
                ..NewLocalAccount::default()
            };
            let refused = world.services.add_local_account(&world.actor, SLUG, &new).await;
            let words = format!(
                "“{}” is reserved for the system. Choose another username.",
                username.trim()
            );
            let refused = refusal(refused);
            assert_eq!(refused.of_field("username").next(), Some(words.as_str()));
        }
        // What was there before the console comes in as it is.
        let before = NewLocalAccount {
            username: "admin".into(),
            ..NewLocalAccount::default()
        };
        let created = world
            .services
            .create_local_accounts(&world.actor, SLUG, &[before])
            .await;
        assert_eq!(created.expect("created").len(), 1);
    }
);

on_both!(
    everybody_records_their_own_steps_and_what_may_be_entered,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let admin = world.somebody_with(Role::CustomerAdmin).await;
        let viewer = world.somebody_with(Role::Viewer).await;
        let say = async |actor: &Actor, step| {
            let said = world
                .services
                .state_step(actor, SLUG, step, true, "", "Seen.")
                .await;
            said.map_err(|error| refusal::<()>(Err(error)))
        };
        assert_eq!(
            say(&admin, Step::Module).await,
            Err(UserError::Forbidden),
            "staff's step"
        );
        assert_eq!(say(&viewer, Step::GroupSync).await, Err(UserError::Forbidden));
        assert_eq!(say(&admin, Step::GroupSync).await, Ok(()));
        assert_eq!(
            say(&world.actor, Step::DataMapping).await,
            Err(UserError::NotYet {
                until: Step::TestSync
            })
        );
        assert!(
            say(&world.actor, Step::TestSync).await.is_err(),
            "a fact, no statement"
        );
        let late = world
            .services
            .state_step(&world.actor, SLUG, Step::Module, true, "2030-01-01", "")
            .await;
        let late = refusal(late);
        assert_eq!(
            late.of_field("happened_on").count() + late.of_field("evidence").count(),
            2
        );
        world.record(Step::Module).await;
        assert_eq!(world.state(Step::Module).await, TaskState::Done);
        world
            .services
            .state_step(&world.actor, SLUG, Step::Module, false, "", "not after all")
            .await
            .expect("taken back");
        assert_eq!(world.state(Step::Module).await, TaskState::Again);
        let answered = world
            .services
            .answer_sso(&admin, SLUG, SsoBefore::Configured, "")
            .await;
        assert_eq!(refusal(answered), UserError::Forbidden);
        world
            .services
            .answer_sso(&world.actor, SLUG, SsoBefore::Configured, "Since 2024.")
            .await
            .expect("answered");
        assert_eq!(world.state(Step::SetUpSso).await, TaskState::Skipped);
        assert!(
            say(&world.actor, Step::SetUpSso).await.is_err(),
            "not needed here"
        );
    }
);

on_both!(
    both_sides_read_comments_and_only_those_who_may_write_them,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let admin = world.somebody_with(Role::CustomerAdmin).await;
        let viewer = world.somebody_with(Role::Viewer).await;
        for (actor, text) in [(&admin, " Could it be\nnext Tuesday? "), (&world.actor, "Yes.")] {
            world
                .services
                .comment(actor, SLUG, Step::Module, text)
                .await
                .expect("said");
        }
        let refused = world.services.comment(&viewer, SLUG, Step::Module, "Hm").await;
        assert_eq!(refusal(refused), UserError::Forbidden);
        let empty = world.services.comment(&admin, SLUG, Step::Module, "  ").await;
        assert!(refusal(empty).of_field("text").next().is_some());
        let long = "x".repeat(4_001);
        let long = world.services.comment(&admin, SLUG, Step::Module, &long).await;
        assert!(refusal(long).of_field("text").next().is_some());
        let seen = world
            .services
            .step(&viewer, SLUG, Step::Module)
            .await
            .expect("the step");
        let texts: Vec<&str> = seen
            .comments
            .iter()
            .map(|comment| comment.text.as_str())
            .collect();
        assert_eq!(texts, ["Could it be\nnext Tuesday?", "Yes."]);
        assert!(!seen.can_comment && !seen.can_state);
        assert!(world.step(Step::Provider).await.comments.is_empty());
    }
);

on_both!(
    the_board_says_whose_turn_it_is_for_every_customer,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world
            .services
            .create_customer(&world.actor, "Fabrikam", "fabrikam")
            .await
            .expect("a customer");
        world.record(Step::LoginHandler).await;
        world.record(Step::Module).await;
        world
            .services
            .answer_sso(&world.actor, SLUG, SsoBefore::NotConfigured, "")
            .await
            .expect("answered");
        let shown = async |show: Option<BoardShow>| -> Vec<String> {
            let filter = BoardFilter {
                search: String::new(),
                show,
            };
            let rows = world
                .services
                .board(&world.actor, &filter)
                .await
                .expect("the board");
            rows.into_iter().map(|row| row.slug).collect()
        };
        assert_eq!(shown(None).await, [SLUG, "fabrikam"]);
        assert_eq!(
            shown(Some(BoardShow::Ours)).await,
            ["fabrikam"],
            "statements stay apart"
        );
        assert_eq!(shown(Some(BoardShow::Theirs)).await, [SLUG, "fabrikam"]);
        assert!(shown(Some(BoardShow::Done)).await.is_empty());
        let admin = world.somebody_with(Role::CustomerAdmin).await;
        let board = world.services.board(&admin, &BoardFilter::default()).await;
        assert_eq!(refusal(board), UserError::Forbidden);
        let other = world.services.deployment(&admin, "fabrikam").await;
        assert_eq!(refusal(other), UserError::NotFound, "invariant 15");
    }
);

on_both!(
    a_list_is_not_accepted_when_there_are_people_to_migrate_now,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let held = world.run(RunKind::Manual).await;
        world
            .services
            .answer_existing(&world.actor, SLUG, ExistingDirectory::Existing, "")
            .await
            .expect("answered");
        let accepted = world
            .services
            .decide_run(&world.actor, SLUG, held.row.number, true)
            .await;
        assert_eq!(
            refusal(accepted),
            UserError::NotYet {
                until: Step::TestSync
            }
        );
        // The page does not offer it.
        let page = world
            .services
            .run(&world.actor, SLUG, held.row.number)
            .await
            .expect("the run");
        assert_eq!((page.can_decide, page.waits_for), (true, Some(Step::TestSync)));
        world
            .services
            .decide_run(&world.actor, SLUG, held.row.number, false)
            .await
            .expect("rejected");
    }
);

on_both!(
    the_directory_an_intranet_followed_before_is_named_and_never_read,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let anna = NewLocalAccount {
            username: "contoso\\anna".into(),
            first_name: "Anna".into(),
            surname: "Berg".into(),
            ..NewLocalAccount::default()
        };
        let before = (OldDirectory::ActiveDirectory, "Active Directory");
        world
            .services
            .create_old_directory(&world.actor, SLUG, before, &[anna])
            .await
            .expect("made");
        let Special::Existing { others, old, .. } = world.step(Step::Existing).await.special else {
            panic!("the question");
        };
        assert_eq!((others, old.len()), (1, 1));
        assert_eq!((old[0].name.as_str(), old[0].accounts), ("Active Directory", 1));
        // It is not what the sync follows, and its accounts are told from synchronised ones.
        let provider = world
            .services
            .provider(&world.actor, SLUG)
            .await
            .expect("the page");
        assert!(provider.saved.is_some());
        for (directory, found) in [("synced", 0), ("local", 0), ("before", 1), ("", 1)] {
            let filter = PeopleFilter {
                directory: directory.to_owned(),
                ..PeopleFilter::default()
            };
            let page = world.services.people(&world.actor, SLUG, &filter, None).await;
            assert_eq!(page.expect("the list").rows.len(), found, "{directory}");
        }
        // A run leaves it alone.
        let before = world.account("contoso\\anna").await.expect("the account");
        world.sync().await;
        let after = world.account("contoso\\anna").await.expect("the account");
        assert_eq!(before, after);
    }
);
