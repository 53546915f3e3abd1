//! Who is told what of a mapping that goes to and fro, and what its reviewers see of the review before (P-17, F-30).

use domain::deployment::Step;
use domain::notices::Topic;
use domain::sync::RunKind;
use domain::user_mapping::{DecidedAbout, Decision, MappingEdit, ReviewState, Verdict};
use domain::{Actor, Role};
use services::TypedContact;
use test_support::{TestDb, on_both};

use super::Scene;
use crate::notices::{inbox, user};
use crate::provider::refusal;
use crate::user_mapping::upload;
use crate::world::SLUG;

/// A scene whose people have accounts in the console, and a second one of the staff.
async fn scene(test: TestDb) -> (Scene, Actor) {
    let mut scene = Scene::new(test, &["aold"]).await;
    scene.admin = user(&scene.world, "Anna Admin", Role::CustomerAdmin).await;
    scene.staff = user(&scene.world, "Sam Staff", Role::Staff).await;
    let sue = user(&scene.world, "Sue Second", Role::Staff).await;
    (scene, sue)
}

fn rest() -> MappingEdit {
    MappingEdit::Decide {
        about: DecidedAbout::Rest,
        decision: Decision::Proposed,
    }
}

/// The titles of what somebody was told that says this.
async fn told(scene: &Scene, of: &Actor, says: &str) -> Vec<String> {
    let all = inbox(&scene.world, of).await;
    all.into_iter()
        .filter(|notice| notice.text.iter().any(|text| text.contains(says)))
        .map(|notice| notice.title)
        .collect()
}

fn title(what: &str) -> String {
    format!("{what}: {}", Step::UserMapping.title())
}

fn approve(needs_second: bool) -> Verdict {
    Verdict::Approve {
        needs_second,
        unanswered: false,
        acknowledged: Vec::new(),
    }
}

on_both!(
    f_30_each_hand_over_of_a_mapping_is_told,
    |test: TestDb| async move {
        let (scene, sue) = scene(test).await;
        let (anna, sam) = (scene.admin.clone(), scene.staff.clone());
        let nobody: [String; 0] = [];
        scene.edit(0, MappingEdit::Begin).await;
        scene.edit(1, rest()).await;
        assert_eq!(
            told(&scene, &sam, "version").await,
            nobody,
            "nothing is handed over"
        );

        scene.submit(2).await.expect("submitted");
        let submitted = "Anna Admin submitted version 2";
        for staff in [&sam, &sue] {
            assert_eq!(told(&scene, staff, submitted).await, [title("Your turn")]);
        }
        assert_eq!(told(&scene, &anna, submitted).await, nobody);

        let reason = "Say who may stay local.".to_owned();
        let returned = scene.review(&sam, 2, Verdict::Return { reason }).await;
        returned.expect("returned");
        let reasons = "returned version 2 of the user mapping: Say who";
        assert_eq!(told(&scene, &anna, reasons).await, [title("Your turn")]);

        scene.submit(2).await.expect("submitted again");
        assert_eq!(told(&scene, &sam, submitted).await.len(), 2);
        let first = scene.review(&sam, 2, approve(true)).await;
        first.expect("approved once");
        let second = "A second member of the deployment team";
        assert_eq!(told(&scene, &sue, second).await, [title("Your turn")]);
        assert_eq!(told(&scene, &sam, second).await, nobody, "he gave the first");
        assert_eq!(told(&scene, &anna, second).await, nobody, "it is not hers");
        scene.review(&sue, 2, approve(false)).await.expect("approved");
        assert_eq!(
            told(&scene, &anna, "Sue Second approved version 2").await,
            [title("Approved")]
        );

        // Of an approval that is taken back both of staff hear, and once.
        scene.edit(2, MappingEdit::Back { to: 1 }).await;
        scene.edit(3, rest()).await;
        let replaced = "takes back version 2, which was approved";
        for staff in [&sam, &sue] {
            assert_eq!(told(&scene, staff, replaced).await, [title("Taken back")]);
        }
        assert_eq!(told(&scene, &anna, replaced).await, nobody);

        // So does the customer, and the rest of staff, if staff did it.
        scene.submit(4).await.expect("submitted");
        let made = scene
            .world
            .services
            .edit_mapping(&sam, SLUG, 4, MappingEdit::Back { to: 1 })
            .await;
        assert_eq!(made.expect("made"), 5);
        let replaced = "takes back version 4, which was submitted";
        assert_eq!(told(&scene, &anna, replaced).await, [title("Your turn")]);
        assert_eq!(told(&scene, &sue, replaced).await, [title("Taken back")]);
        assert_eq!(told(&scene, &sam, replaced).await, nobody);
    }
);

on_both!(
    f_30_the_review_before_is_shown_with_its_reasons,
    |test: TestDb| async move {
        let (scene, sue) = scene(test).await;
        let sam = scene.staff.clone();
        scene.edit(0, MappingEdit::Begin).await;
        scene.edit(1, rest()).await;
        scene.submit(2).await.expect("submitted");
        let reason = "Say who may stay local.".to_owned();
        let returned = scene.review(&sam, 2, Verdict::Return { reason }).await;
        returned.expect("returned");

        // The same version again.
        scene.submit(2).await.expect("submitted again");
        let review = scene.view(&sue).await.review.expect("a review");
        assert_eq!(
            (review.state, review.reason.as_str(), review.decided_by.as_str()),
            (ReviewState::Submitted, "", "")
        );
        let [before] = &review.before[..] else {
            panic!("one verdict before: {review:?}");
        };
        assert_eq!((before.version, before.state), (2, ReviewState::Returned));
        assert_eq!(
            (before.by.as_str(), before.reason.as_str()),
            ("Sam Staff", "Say who may stay local.")
        );

        // A newer one, which takes it back unseen: what it was returned with is still said.
        scene.edit(2, MappingEdit::Back { to: 1 }).await;
        scene.edit(3, rest()).await;
        scene.submit(4).await.expect("submitted");
        let review = scene.view(&sue).await.review.expect("a review");
        let before: Vec<_> = review.before.iter().map(|one| (one.version, one.state)).collect();
        assert_eq!((review.version, before), (4, vec![(2, ReviewState::Returned)]));
        assert_eq!(review.before[0].reason, "Say who may stay local.");

        // What was approved by two names both.
        scene.review(&sam, 4, approve(true)).await.expect("approved once");
        scene.review(&sue, 4, approve(false)).await.expect("approved");
        scene.edit(4, MappingEdit::Back { to: 1 }).await;
        scene.edit(5, rest()).await;
        scene.submit(6).await.expect("submitted");
        let review = scene.view(&sue).await.review.expect("a review");
        let before = review.before.first().expect("a verdict before");
        assert_eq!((before.version, before.state), (4, ReviewState::Approved));
        assert_eq!(before.by, "Sam Staff and Sue Second");
    }
);

on_both!(
    p_17_staff_are_told_of_a_drift_and_of_what_is_approved_anew,
    |test: TestDb| async move {
        let (scene, sue) = scene(test).await;
        let (anna, sam) = (scene.admin.clone(), scene.staff.clone());
        let lead = TypedContact {
            name: "Sam Staff".to_owned(),
            email: "sam@contoso.example".to_owned(),
            topics: vec![Topic::Steps],
            is_staff: true,
            ..TypedContact::default()
        };
        let services = &scene.world.services;
        services.save_contact(&sam, SLUG, &lead).await.expect("saved");
        scene.edit(0, MappingEdit::Begin).await;
        scene.edit(1, rest()).await;
        scene.submit(2).await.expect("submitted");
        scene.review(&sam, 2, approve(true)).await.expect("approved once");
        // Nobody else was chosen, and whoever was cannot approve it twice.
        let second = "A second member of the deployment team";
        assert_eq!(told(&scene, &sue, second).await, [title("Your turn")]);
        scene.review(&sue, 2, approve(false)).await.expect("approved");

        for number in 0..22 {
            scene.world.add_local(&format!("newcomer{number}"), false).await;
        }
        let drift = scene.view(&sam).await.drift.expect("a drift");
        assert_eq!((drift.accounts.len(), drift.more_accounts), (20, 2));
        assert_eq!(drift.more_people, 0);
        // Told when a run ends, once for the approval.
        for _ in 0..2 {
            let run = services.start_run(&scene.world.actor, SLUG, RunKind::TestSync);
            scene.world.settled(run.await.expect("it starts")).await;
        }
        let drifted = "Its approval does not count";
        assert_eq!(told(&scene, &sam, drifted).await, [title("Your turn")]);

        let again = services.check_mapping_again(&anna, SLUG, 2).await;
        again.expect("checked again");
        scene.checked().await;
        let reopened = "Anna Admin had version 2";
        assert_eq!(told(&scene, &sam, reopened).await, [title("To be approved anew")]);
        assert!(told(&scene, &anna, reopened).await.is_empty());
    }
);

on_both!(
    p_07_p_17_staff_are_told_of_a_proof_that_spoils_an_approval,
    |test: TestDb| async move {
        let (scene, sue) = scene(test).await;
        let (services, sam) = (&scene.world.services, scene.staff.clone());
        for step in [Step::LoginHandler, Step::Module] {
            let recorded = services.state_step(&sam, SLUG, step, true, "", "Seen.").await;
            recorded.expect("recorded");
        }
        let bob = scene.world.add_local("bob", true).await;
        let (_, domain) = scene.username(0).split_once('@').expect("an address");
        let lines = format!(
            "aold,{},\nbreak-glass,break-glass,Local\nbob,bob@{domain},\n",
            scene.username(0)
        );
        let text = ["existing_username,new_username,target_directory\n", &lines].concat();
        let received = upload(&scene.world, "list.csv", text.as_bytes()).await;
        received.expect("received");
        scene.checked().await;
        scene.submit(1).await.expect("submitted");
        scene.review(&sam, 1, approve(false)).await.expect("approved");

        // Who stays as they are spoils nothing.
        let drifted = "Its approval does not count";
        let stays = scene.world.account("break-glass").await.expect("the account");
        let proven = services.prove_local_admin(&sam, SLUG, stays.id, "").await;
        proven.expect("proven");
        assert!(told(&scene, &sam, drifted).await.is_empty());
        // Told once, however often it is recorded; and no account is changed by it, so that nobody is named.
        for _ in 0..2 {
            let proven = services.prove_local_admin(&sam, SLUG, bob, "").await;
            proven.expect("proven");
        }
        for staff in [&sam, &sue] {
            assert_eq!(told(&scene, staff, drifted).await, [title("Your turn")]);
        }
        let drift = scene.view(&sam).await.drift.expect("a drift");
        assert_eq!((drift.accounts.len(), drift.people.len()), (0, 0), "{drift:?}");
    }
);

on_both!(
    m_22_whose_lines_were_taken_over_does_not_approve_them,
    |test: TestDb| async move {
        let (scene, sue) = scene(test).await;
        let services = &scene.world.services;
        scene.edit(0, MappingEdit::Begin).await;
        let made = services.edit_mapping(&scene.staff, SLUG, 1, rest()).await;
        assert_eq!(made.expect("made"), 2);
        scene.checked().await;
        let upload = services.begin_mapping_upload(&scene.admin, SLUG, "list.csv");
        let mut upload = upload.await.expect("begun");
        let text = "existing_username,new_username,target_directory\nbreak-glass,break-glass,Local\n";
        upload.push(text.as_bytes()).await.expect("taken");
        upload.finish().await.expect("received");
        scene.checked().await;
        assert_eq!(scene.edit(3, MappingEdit::Keep { from: 2 }).await, 4);
        scene.submit(4).await.expect("submitted");
        let own = scene.review(&scene.staff, 4, approve(false)).await;
        let own = refusal(own);
        assert!(own.to_string().contains("Whoever made"), "{own}");
        scene.review(&sue, 4, approve(false)).await.expect("approved");
    }
);
