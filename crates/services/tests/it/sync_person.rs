//! The run of one person (H-01).

use domain::UserError;
use domain::people::{AccountState, BlockReason, field};
use domain::sync::{ChangeKind, RunKind, RunState};
use domain::views::RunView;
use simulator::NewPerson;
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SCOPE, SLUG, World};

impl World {
    /// The run of one person, until it is held or over.
    async fn sync_person(&self, whose: &str) -> RunView {
        self.nobody_to_migrate().await;
        let number = self
            .services
            .start_person_run(&self.actor, SLUG, whose)
            .await
            .expect("the run starts");
        self.settled(number).await
    }

    fn set(&self, id: &str, attribute: &str, value: &str) {
        let control = self.simulator.control();
        control
            .update(self.kind, id, attribute, Some(value))
            .expect("updated");
    }

    async fn job_title(&self, username: &str) -> Option<String> {
        let account = self.account(username).await.expect("an account");
        account.profile.get(field::JOB_TITLE).cloned()
    }

    /// How many pages of group members were asked for since the requests were cleared.
    fn member_pages(&self) -> usize {
        let requests = self.simulator.control().requests();
        requests
            .iter()
            .filter(|request| request.target.contains("/groups/"))
            .filter(|request| request.target.contains("embers") || request.target.contains("/users"))
            .count()
    }
}

async fn one_and_nobody_else(world: World) {
    let title = match world.kind {
        simulator::Kind::Entra => "jobTitle",
        simulator::Kind::Okta => "title",
    };
    world.sync().await;
    let (a, b) = (world.somebody(0).await, world.somebody(1).await);
    world.set(&a.0, title, "Astronaut");
    world.set(&b.0, title, "Baker");
    let control = world.simulator.control();
    control.clear_requests();
    // By username, as it is written here, whatever its case.
    let run = world.sync_person(&a.1.to_uppercase()).await;
    assert_eq!(run.row.state, RunState::Completed, "{run:?}");
    assert_eq!((run.row.kind, run.row.counts.read), (RunKind::SingleUser, 1));
    assert_eq!(
        (run.row.counts.updated, run.row.counts.to_apply),
        (1, 1),
        "{run:?}"
    );
    let whose = run.person.clone().expect("whose run it is");
    assert_eq!(whose.object_id, a.0);
    assert_eq!(whose.account, Some(world.account(&a.1).await.expect("a").id));
    assert_eq!(world.job_title(&a.1).await.as_deref(), Some("Astronaut"));
    assert_ne!(world.job_title(&b.1).await.as_deref(), Some("Baker"));
    assert_eq!(
        (world.full_reads(), world.member_pages()),
        (0, 0),
        "a few calls are enough"
    );
    // Everybody else waits for the next run.
    let run = world.sync().await;
    assert_eq!(run.row.counts.updated, 1, "{run:?}");
    assert_eq!(world.job_title(&b.1).await.as_deref(), Some("Baker"));
    let run = world.sync_person(&a.0).await;
    assert_eq!(
        (run.row.state, run.headline.as_str()),
        (
            RunState::Completed,
            "Nothing to change: the account is as the directory says."
        )
    );
}

on_both!(
    h_01_one_person_of_entra_and_nobody_else,
    |test: TestDb| async move {
        one_and_nobody_else(World::entra(test).await).await;
    }
);

on_both!(
    h_01_one_person_of_okta_and_nobody_else,
    |test: TestDb| async move {
        one_and_nobody_else(World::okta(test).await).await;
    }
);

on_both!(
    h_01_a_joiner_nobody_has_read_yet_comes_with_groups_and_manager,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.everybody_joins("Staff").await;
        world.sync().await;
        let control = world.simulator.control();
        let boss = world.somebody(0).await;
        let id = control
            .add_person(
                world.kind,
                NewPerson {
                    principal_name: "new.joiner@contoso.com".into(),
                    first_name: Some("New".into()),
                    last_name: Some("Joiner".into()),
                    groups: vec![SCOPE.into()],
                    ..NewPerson::default()
                },
            )
            .expect("added");
        control
            .update(world.kind, &id, "manager", Some(&boss.0))
            .expect("a manager");
        let wrong = world
            .services
            .start_person_run(&world.actor, SLUG, "new.joiner@contoso.com")
            .await;
        let wrong = refusal(wrong);
        assert!(
            wrong
                .of_field("person")
                .any(|text| text.contains("directory object ID")),
            "{wrong:?}"
        );
        let run = world.sync_person(&id).await;
        assert_eq!(run.row.state, RunState::Completed, "{run:?}");
        assert_eq!(
            (run.row.counts.created, run.row.counts.group_added),
            (1, 1),
            "{run:?}"
        );
        let account = world.account("new.joiner@contoso.com").await.expect("made");
        let boss = world.account(&boss.1).await.expect("the manager");
        assert_eq!(account.manager, Some(boss.id));
        // The next run finds nothing left to do.
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.counts.to_apply, 0, "{run:?}");
    }
);

on_both!(
    l_01_l_03_l_05_leavers_are_blocked_in_their_own_run,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        let control = world.simulator.control();
        let people = world.three_leave().await;
        for ((id, name), reason) in &people {
            control.clear_requests();
            let run = world.sync_person(id).await;
            assert_eq!(run.row.state, RunState::Completed, "{run:?}");
            let block = world.account(name).await.expect("kept").block.expect("blocked");
            assert_eq!(block.reason, *reason, "{name}");
            // That they are in no security group is believed only after the groups were read completely.
            assert_eq!(
                world.member_pages() > 0,
                *reason == BlockReason::OutOfScope,
                "{name}"
            );
        }
        let ((deleted, _), _) = &people[1];
        control.restore(world.kind, deleted).expect("restored");
        let run = world.sync_person(deleted).await;
        assert_eq!(run.row.counts.unblocked, 1, "{run:?}");
    }
);

on_both!(
    u_03_c_10_a_security_group_that_is_gone_or_hidden_blocks_nobody,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        let control = world.simulator.control();
        let (id, name) = world.somebody(0).await;
        let scope = world.group(SCOPE);
        control.hide_members(scope.as_str(), true).expect("hidden");
        let run = world.sync_person(&id).await;
        assert_eq!(run.row.state, RunState::Failed, "{run:?}");
        let advice = run.advice.expect("advice");
        assert_eq!(
            advice.permission.as_deref(),
            Some("Member.Read.Hidden"),
            "{advice:?}"
        );
        control.hide_members(scope.as_str(), false).expect("seen");
        control.delete_group(world.kind, scope.as_str()).expect("deleted");
        let run = world.sync_person(&id).await;
        assert_eq!(run.row.state, RunState::Failed, "{run:?}");
        let account = world.account(&name).await.expect("kept");
        assert_eq!(account.state, AccountState::Active);
    }
);

on_both!(
    s_03_s_06_one_person_is_shown_first_and_counts_for_nobody_else,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.run(RunKind::TestSync).await;
        let person = world
            .simulator
            .control()
            .people(world.kind, 0..60)
            .into_iter()
            .find(|person| {
                person.enabled == Some(true)
                    && !person.principal_name.contains("#EXT#")
                    && world.is_in_scope(&person.id)
            })
            .expect("somebody");
        let run = world.sync_person(&person.id).await;
        assert_eq!(run.row.state, RunState::Held, "{run:?}");
        assert_eq!(run.hold.len(), 1, "{run:?}");
        // H-02: nothing else starts before this is decided, and the refusal says which run it is.
        let other = world
            .services
            .start_run(&world.actor, SLUG, RunKind::TestSync)
            .await;
        let refused = refusal(other);
        assert_eq!(
            refused,
            domain::UserError::RunActive {
                number: run.row.number,
                is_held: true,
                of_one_person: true
            }
        );
        assert!(refused.to_string().contains("of one person"), "{refused}");
        let run = world.accept(run.row.number).await;
        assert_eq!(
            (run.row.state, run.row.counts.created),
            (RunState::Completed, 1),
            "{run:?}"
        );
        // The first run of everybody still waits for a person.
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.state, RunState::Held, "{run:?}");
        let created = world.changes(run.row.number, ChangeKind::Create).await;
        assert!(
            created
                .iter()
                .all(|change| change.object_id.as_ref() != Some(&person.id))
        );
        world.accept(run.row.number).await;
        // Settings that one person's run was accepted under were not looked at for everybody.
        world.usernames_follow().await;
        world.set(&person.id, "jobTitle", "Astronaut");
        let run = world.sync_person(&person.id).await;
        assert_eq!(run.row.state, RunState::Held, "{run:?}");
        world.accept(run.row.number).await;
        let (other, _) = world.somebody(3).await;
        world.set(&other, "jobTitle", "Baker");
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.state, RunState::Held, "{run:?}");
    }
);

on_both!(
    h_01_a_run_of_nobody_is_refused_in_words,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        world.sync().await;
        let started = world
            .services
            .start_run(&world.actor, SLUG, RunKind::SingleUser)
            .await;
        assert!(matches!(refusal(started), UserError::Invalid { .. }));
        for (typed, words) in [
            ("  ", "Say whose run it is"),
            ("nobody@contoso.com", "found nobody with this username"),
        ] {
            let refused = refusal(world.services.start_person_run(&world.actor, SLUG, typed).await);
            let text = refused.of_field("person").next().expect("about the field");
            assert!(text.contains(words), "{text}");
        }
        // Entra's ids are the same in capital letters.
        let (id, _) = world.somebody(0).await;
        let run = world.sync_person(&id.to_uppercase()).await;
        assert_eq!(run.row.state, RunState::Completed, "{run:?}");
        assert_eq!(run.person.expect("a person").object_id, id);
        let run = world.sync_person("00000000-0000-4000-8000-000000000000").await;
        assert_eq!(run.row.state, RunState::Failed, "{run:?}");
        assert!(
            run.headline
                .contains("nobody with the object ID 00000000-0000-4000-8000-000000000000"),
            "{run:?}"
        );
    }
);
