//! Who is told what: contacts, inboxes and letters, on both databases.

use domain::deployment::Step;
use domain::ids::{ContactId, Id};
use domain::notices::{LetterState, Topic};
use domain::sync::{RunKind, RunState};
use domain::views::{ContactsView, NoticeView};
use domain::{Actor, Role, Timestamp, UserError};
use secrecy::ExposeSecret;
use services::TypedContact;
use services::auth::NewUser;
use test_support::{TestDb, on_both};

use crate::postbox::CONSOLE;
use crate::provider::refusal;
use crate::sync_faults::{forbid, map_another_group};
use crate::world::{SLUG, World};

/// A console user with an e-mail address made from their first name.
pub(crate) async fn user(world: &World, name: &str, role: Role) -> Actor {
    let first = name.split(' ').next().unwrap_or(name).to_lowercase();
    let new = NewUser {
        name: name.to_owned(),
        email: format!("{first}@contoso.example"),
        password: "correct horse battery".into(),
        role,
        customer: (role != Role::Staff).then(|| SLUG.to_owned()),
    };
    let id = world
        .services
        .create_user(&world.actor, &new)
        .await
        .expect("a user");
    let (actor, _) = world
        .services
        .identify(id)
        .await
        .expect("a query")
        .expect("the user");
    actor
}

fn contact(name: &str, email: &str, topics: &[Topic]) -> TypedContact {
    TypedContact {
        name: name.to_owned(),
        email: email.to_owned(),
        topics: topics.to_vec(),
        ..TypedContact::default()
    }
}

pub(crate) async fn inbox(world: &World, of: &Actor) -> Vec<NoticeView> {
    let page = world.services.inbox(of, None).await.expect("the inbox");
    page.rows
}

async fn contacts(world: &World) -> ContactsView {
    world
        .services
        .contacts(&world.actor, SLUG)
        .await
        .expect("the contacts")
}

/// Waits until so many letters have arrived whose subject holds the text.
async fn letters(world: &World, about: &str, n: usize) -> Vec<services::mail::OutgoingLetter> {
    let mut all = Vec::new();
    for _ in 0..200 {
        all = world.postbox.letters();
        all.retain(|letter| letter.subject.contains(about));
        if all.len() >= n {
            return all;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{} letters about {about:?} instead of {n}", all.len());
}

on_both!(
    a_comment_is_told_to_the_other_side_once_in_inbox_and_by_mail,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let anna = user(&world, "Anna Admin", Role::CustomerAdmin).await;
        let sam = user(&world, "Sam Staff", Role::Staff).await;
        let vera = user(&world, "Vera Viewer", Role::Viewer).await;
        world
            .services
            .comment(&anna, SLUG, Step::Module, "When do you <come>?")
            .await
            .expect("written");
        // Nobody was chosen, so all staff are told; the author and viewers are not.
        let told = inbox(&world, &sam).await;
        assert_eq!(told.len(), 1);
        assert_eq!(
            told[0].title,
            format!("Anna Admin wrote about “{}”", Step::Module.title())
        );
        assert_eq!(
            (told[0].path.as_str(), told[0].is_read),
            ("/c/contoso/module", false)
        );
        assert!(inbox(&world, &anna).await.is_empty() && inbox(&world, &vera).await.is_empty());
        let sent = letters(&world, "wrote", 1).await;
        assert_eq!(sent[0].to_email, "sam@contoso.example");
        assert!(sent[0].subject.starts_with("Contoso Ltd: Anna Admin wrote"));
        assert!(sent[0].text.expose_secret().contains("When do you <come>?"));
        assert!(
            sent[0]
                .text
                .expose_secret()
                .contains(&format!("{CONSOLE}/c/contoso/module"))
        );
        assert!(
            sent[0]
                .html
                .expose_secret()
                .contains("When do you &#60;come&#62;?")
        );
        // What was read is remembered, and what came in since the page was drawn stays unread.
        world
            .services
            .comment(&anna, SLUG, Step::Module, "Or later?")
            .await
            .expect("written");
        world.services.read_inbox(&sam, told[0].id).await.expect("read");
        let read: Vec<bool> = inbox(&world, &sam)
            .await
            .iter()
            .map(|notice| notice.is_read)
            .collect();
        assert_eq!(read, [false, true]);
        let user = sam.user.expect("a user");
        let (_, me) = world
            .services
            .identify(user)
            .await
            .expect("a query")
            .expect("Sam");
        assert_eq!(me.unread, 1);
        let newest = || world.services.newest_unless_read(&sam);
        let latest = newest().await.expect("a query").expect("one is unread");
        world.services.read_inbox(&sam, latest).await.expect("read");
        assert_eq!(newest().await.expect("a query"), None);
    }
);

on_both!(
    contacts_choose_what_they_are_told_and_each_side_keeps_its_own,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let anna = user(&world, "Anna Admin", Role::CustomerAdmin).await;
        let sam = user(&world, "Sam Staff", Role::Staff).await;
        let services = &world.services;
        let held = contacts(&world).await.told;
        assert!(held.iter().all(|told| told.by_default));
        // Somebody without an account, by mail only; and one of the staff.
        let desk = contact(
            "Help desk",
            "desk@contoso.example",
            &[Topic::HeldRuns, Topic::Expiry],
        );
        services.save_contact(&anna, SLUG, &desk).await.expect("saved");
        let lead = TypedContact {
            is_staff: true,
            ..contact("Sam Staff", "SAM@contoso.example", &[Topic::Steps])
        };
        services.save_contact(&sam, SLUG, &lead).await.expect("saved");
        let twice = services.save_contact(&anna, SLUG, &desk).await;
        assert!(refusal(twice).of_field("email").next().is_some());
        let view = services.contacts(&anna, SLUG).await.expect("the page");
        let editable: Vec<_> = view
            .contacts
            .iter()
            .map(|one| (one.name.as_str(), one.can_edit, one.reached.as_str()))
            .collect();
        assert_eq!(
            editable,
            [
                ("Help desk", true, "by mail"),
                ("Sam Staff", false, "by mail and in the inbox")
            ]
        );
        // A customer admin makes nobody staff, and leaves the staff's contact alone.
        let id = view.contacts[1].id;
        let change = TypedContact {
            id: Some(id),
            ..desk.clone()
        };
        assert_eq!(
            refusal(services.save_contact(&anna, SLUG, &change).await),
            UserError::Forbidden
        );
        assert_eq!(
            refusal(services.remove_contact(&anna, SLUG, id).await),
            UserError::Forbidden
        );
        let unknown = ContactId::at(Timestamp::UNIX_EPOCH, [9; 10]);
        assert_eq!(
            refusal(services.remove_contact(&anna, SLUG, unknown).await),
            UserError::Changed
        );
        for (name, email) in [(" ", "nobody"), ("A\u{202E}b", "anna@contoso@example")] {
            let wrong = contact(name, email, &[]);
            let refused = refusal(services.save_contact(&anna, SLUG, &wrong).await);
            for field in ["name", "email", "topics"] {
                assert!(refused.of_field(field).next().is_some(), "{field}");
            }
        }
        let viewer = world.somebody_with(Role::Viewer).await;
        assert_eq!(
            refusal(services.save_contact(&viewer, SLUG, &desk).await),
            UserError::Forbidden
        );
        // Held: the help desk is told, whoever has no wish is not.
        world.nobody_to_migrate().await;
        let run = world.run(RunKind::Manual).await;
        assert_eq!(run.row.state, RunState::Held);
        let held = letters(&world, "held", 1).await;
        assert_eq!(held.len(), 1);
        assert_eq!(held[0].to_email, "desk@contoso.example");
        assert!(
            inbox(&world, &anna)
                .await
                .iter()
                .all(|notice| notice.topic != Topic::HeldRuns)
        );
    }
);

on_both!(
    a_trouble_that_goes_on_is_told_once_until_a_run_is_clean,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let anna = user(&world, "Anna Admin", Role::CustomerAdmin).await;
        world.nobody_to_migrate().await;
        let failures = async || {
            let all = inbox(&world, &anna).await;
            all.into_iter()
                .filter(|notice| notice.topic == Topic::Failures)
                .count()
        };
        world.sync().await;
        assert_eq!(failures().await, 0);
        world.simulator.control().set_app_enabled(world.kind, false);
        for _ in 0..2 {
            assert_eq!(world.run(RunKind::Manual).await.row.state, RunState::Failed);
        }
        assert_eq!(failures().await, 1, "the second failure is the same trouble");
        world.simulator.control().set_app_enabled(world.kind, true);
        assert_eq!(world.run(RunKind::Manual).await.row.state, RunState::Completed);
        world.simulator.control().set_app_enabled(world.kind, false);
        assert_eq!(world.run(RunKind::Manual).await.row.state, RunState::Failed);
        assert_eq!(failures().await, 2);
    }
);

on_both!(
    a_failure_is_told_again_although_every_run_has_a_warning,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let anna = user(&world, "Anna Admin", Role::CustomerAdmin).await;
        world.nobody_to_migrate().await;
        let path = map_another_group(&world).await;
        forbid(&world, &path);
        let run = async |state| assert_eq!(world.run(RunKind::Manual).await.row.state, state);
        let failures = async || {
            let all = inbox(&world, &anna).await;
            all.into_iter()
                .filter(|notice| notice.topic == Topic::Failures)
                .count()
        };
        world.sync().await;
        assert_eq!(failures().await, 1);
        run(RunState::CompletedWithProblems).await;
        assert_eq!(failures().await, 1, "the same warning");
        for told in [2, 3] {
            world.simulator.control().set_app_enabled(world.kind, false);
            run(RunState::Failed).await;
            world.simulator.control().set_app_enabled(world.kind, true);
            run(RunState::CompletedWithProblems).await;
            assert_eq!(failures().await, told);
        }
    }
);

on_both!(
    a_letter_waits_for_a_mail_server_in_trouble_and_is_kept_when_it_is_refused,
    |test: TestDb| async move {
        let world = World::entra(test).await;
        let anna = user(&world, "Anna Admin", Role::CustomerAdmin).await;
        user(&world, "Sam Staff", Role::Staff).await;
        world.postbox.refuse("The mail server is busy.", false);
        let comment = |text: &'static str| {
            let (services, anna) = (world.services.clone(), anna.clone());
            async move {
                services
                    .comment(&anna, SLUG, Step::Module, text)
                    .await
                    .expect("written");
            }
        };
        comment("One").await;
        assert_eq!(letters(&world, "wrote", 1).await.len(), 1, "it was tried again");
        world.postbox.refuse("No such mailbox.", true);
        comment("Two").await;
        let failed = async || {
            for _ in 0..200 {
                let all = contacts(&world).await.letters;
                if let Some(letter) = all.into_iter().find(|one| one.state == LetterState::Failed) {
                    return letter;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            panic!("no letter failed");
        };
        let letter = failed().await;
        assert_eq!(letter.problem.as_deref(), Some("No such mailbox."));
        assert_eq!(world.postbox.letters().len(), 1);
        world
            .services
            .send_again(&world.actor, SLUG, letter.id)
            .await
            .expect("queued");
        let sent = letters(&world, "wrote", 2).await;
        assert!(sent[1].text.expose_secret().contains("Two"));
        // The server has it before it is known here.
        for _ in 0..200 {
            let all = contacts(&world).await.letters;
            if all.iter().all(|letter| letter.state == LetterState::Sent) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        // What has left is forgotten here, and is not sent again.
        let again = world.services.send_again(&world.actor, SLUG, letter.id).await;
        assert!(again.is_err());
        let mut tx = world.test.db.read().await.expect("a transaction");
        for letter in contacts(&world).await.letters {
            let row = store::letters::find(&mut tx, letter.id).await.expect("a query");
            let row = row.expect("the letter");
            assert_eq!((row.state, row.text), (LetterState::Sent, None));
        }
    }
);
