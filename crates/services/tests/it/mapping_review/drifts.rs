//! What drifted is never accepted in silence: who had approved, what changed since, and which warnings nobody has read yet stay in
//! sight until it is decided anew (P-17, F-30).

use domain::Role;
use domain::people::field;
use domain::user_mapping::{
    DecidedAbout, Decision, FindingCode, FindingGroup, MappingEdit, ReviewState, Verdict,
};
use domain::views::{MappingReviewView, TaskState};
use test_support::{TestDb, on_both};

use super::{APPROVE_FIRST, Scene, somebody};
use crate::provider::refusal;
use crate::world::SLUG;

fn rest(decision: Decision) -> MappingEdit {
    MappingEdit::Decide {
        about: DecidedAbout::Rest,
        decision,
    }
}

/// A mapping without a file of people with these usernames, submitted as version 2.
async fn submitted(test: TestDb, names: &[&str]) -> Scene {
    let scene = Scene::new(test, names).await;
    scene.edit(0, MappingEdit::Begin).await;
    scene.edit(1, rest(Decision::Proposed)).await;
    scene.submit(2).await.expect("submitted");
    scene
}

/// Somebody of the intranet gives the person of an account another name: it is not the one of the directory any more (T-10).
async fn rename(scene: &Scene, username: &str) {
    let customer = scene.world.customer().await;
    let mut account = scene.world.account(username).await.expect("an account");
    for (key, value) in [(field::FIRST_NAME, "Zenobia"), (field::SURNAME, "Quux")] {
        account.profile.insert(key.to_owned(), value.to_owned());
    }
    let write = store::accounts::AccountWrite {
        account,
        search_key: username.to_owned(),
        sort_key: username.to_owned(),
    };
    let now = scene.world.services.now();
    let mut tx = scene.world.test.db.begin().await.expect("a transaction");
    let written = store::accounts::update(&mut tx, customer, &[write], now).await;
    assert_eq!(written.expect("written"), 1);
    tx.commit().await.expect("a commit");
}

/// The customer's admin has version 2 checked again.
async fn checks_again(scene: &Scene) {
    let services = &scene.world.services;
    let again = services.check_mapping_again(&scene.admin, SLUG, 2).await;
    again.expect("checked again");
    scene.checked().await;
}

async fn review(scene: &Scene) -> MappingReviewView {
    scene.view(&scene.staff).await.review.expect("a review")
}

/// The groups of warnings that nobody ticked as they are.
fn unread(review: &MappingReviewView) -> Vec<&FindingGroup> {
    let warnings = review.warnings.iter();
    warnings
        .filter(|warning| warning.ticked_by.is_none())
        .map(|warning| &warning.group)
        .collect()
}

/// An approval by whoever ticked these.
fn ticking(groups: &[&FindingGroup]) -> Verdict {
    Verdict::Approve {
        needs_second: false,
        unanswered: false,
        acknowledged: groups.iter().map(|group| group.key()).collect(),
    }
}

on_both!(
    p_17_f_30_an_approval_of_what_drifted_is_taken_back_in_sight,
    |test: TestDb| async move {
        let scene = submitted(test, &["aold"]).await;
        let approved = scene.review(&scene.staff, 2, Verdict::APPROVE).await;
        approved.expect("approved");
        let before = review(&scene).await;
        assert!(unread(&before).is_empty(), "the customer did: {before:?}");
        let ticked = before.warnings.iter();
        let mut ticked = ticked.filter_map(|warning| warning.ticked_by.as_deref());
        assert!(ticked.all(|name| name == "Anna Admin"), "{before:?}");
        assert_eq!((before.why_void(), before.drifted), (None, false));

        // It says "Approved" in no place while that does not count.
        rename(&scene, "aold").await;
        let drifted = review(&scene).await;
        assert_eq!((drifted.state, drifted.drifted), (ReviewState::Approved, true));
        assert!(drifted.why_void().is_some());
        checks_again(&scene).await;

        // Both sides see who had approved, who took that back, and what changed since.
        for side in [&scene.staff, &scene.admin] {
            let view = scene.view(side).await;
            let review = view.review.expect("a review");
            assert_eq!((view.drift, review.state), (None, ReviewState::Submitted));
            let back = review.taken_back.expect("an approval that was taken back");
            assert_eq!((&*back.by, &*back.again_by), ("Sam Staff", "Anna Admin"));
            assert!(back.drifted && !back.needs_second, "{back:?}");
            let changed = review.changed.expect("what changed");
            assert_eq!(changed.accounts.len(), 1, "{changed:?}");
            assert!(changed.accounts[0].text.contains("aold"), "{changed:?}");
        }
    }
);

on_both!(
    p_17_what_nobody_ticked_is_ticked_by_whoever_approves,
    |test: TestDb| async move {
        let scene = submitted(test, &["aold"]).await;
        let approved = scene.review(&scene.staff, 2, Verdict::APPROVE).await;
        approved.expect("approved");
        rename(&scene, "aold").await;
        checks_again(&scene).await;
        let shown = review(&scene).await;
        let groups = unread(&shown);
        let codes: Vec<_> = groups.iter().map(|group| group.example.code).collect();
        assert_eq!(codes, [FindingCode::NamesDiffer]);
        let refused = refusal(scene.review(&scene.staff, 2, Verdict::APPROVE).await);
        let said = refused.of_field("acknowledged").next().expect("at the boxes");
        assert!(said.contains("“The names differ”"), "{said}");
        assert_eq!(review(&scene).await.state, ReviewState::Submitted);

        let anew = scene.review(&scene.staff, 2, ticking(&groups)).await;
        anew.expect("approved anew");
        let after = review(&scene).await;
        assert_eq!((after.state, after.drifted), (ReviewState::Approved, false));
        assert!(unread(&after).is_empty(), "{after:?}");
        let mut warnings = after.warnings.iter();
        let warning = warnings.find(|warning| warning.group.example.code == FindingCode::NamesDiffer);
        let by = warning.and_then(|warning| warning.ticked_by.as_deref());
        assert_eq!(by, Some("Sam Staff"));
        assert_eq!((after.taken_back, after.changed), (None, None));
        assert_eq!(scene.step().await, TaskState::Done);
    }
);

on_both!(
    p_17_a_warning_that_grew_is_read_again,
    |test: TestDb| async move {
        let scene = submitted(test, &["aold", "bold"]).await;
        // Checked again before anybody decided: what changed since the submission is said, and no approval was taken back.
        rename(&scene, "aold").await;
        checks_again(&scene).await;
        let first = review(&scene).await;
        assert_eq!((first.state, &first.taken_back), (ReviewState::Submitted, &None));
        let changed = first.changed.as_ref().expect("what changed");
        assert_eq!(changed.accounts.len(), 1, "{changed:?}");
        let groups = unread(&first);
        let lines: Vec<u64> = groups.iter().map(|group| group.lines).collect();
        assert_eq!(lines, [1]);
        let approved = scene.review(&scene.staff, 2, ticking(&groups)).await;
        approved.expect("approved");

        // A tick was for the line it was about.
        rename(&scene, "bold").await;
        checks_again(&scene).await;
        let second = review(&scene).await;
        let groups = unread(&second);
        let lines: Vec<u64> = groups.iter().map(|group| group.lines).collect();
        assert_eq!(lines, [2], "both of them");
        let refused = refusal(scene.review(&scene.staff, 2, Verdict::APPROVE).await);
        assert!(refused.of_field("acknowledged").next().is_some(), "{refused:?}");
        // Or it goes back, and is submitted with everything that is there now.
        let reason = "Who is Zenobia Quux?".to_owned();
        let returned = scene.review(&scene.staff, 2, Verdict::Return { reason }).await;
        returned.expect("returned");
        scene.submit(2).await.expect("submitted again");
        let third = review(&scene).await;
        assert!(unread(&third).is_empty(), "{third:?}");
        assert_eq!((&third.taken_back, &third.changed), (&None, &None));
        let approved = scene.review(&scene.staff, 2, Verdict::APPROVE).await;
        approved.expect("approved");
    }
);

on_both!(
    f_30_an_approval_that_was_taken_back_stays_with_the_reviews_before,
    |test: TestDb| async move {
        let scene = submitted(test, &["aold"]).await;
        let sue = somebody("Sue Second", Role::Staff, None, 3);
        let first = scene.review(&scene.staff, 2, APPROVE_FIRST).await;
        first.expect("approved once");
        let second = scene.review(&sue, 2, Verdict::APPROVE).await;
        second.expect("approved");
        rename(&scene, "aold").await;
        checks_again(&scene).await;
        let back = review(&scene).await.taken_back.expect("taken back");
        assert_eq!(back.by, "Sam Staff and Sue Second");
        assert!(back.needs_second, "a second one is asked for again");

        // A newer version takes it back for good: that the one before was approved is still said.
        scene.edit(2, MappingEdit::Back { to: 1 }).await;
        let older = review(&scene).await;
        assert!(!older.is_newest && older.warnings.is_empty(), "{older:?}");
        assert_eq!((older.taken_back, older.changed), (None, None));
        scene.edit(3, rest(Decision::Local)).await;
        scene.submit(4).await.expect("submitted");
        let review = review(&scene).await;
        let before: Vec<_> = review.before.iter().map(|one| (one.version, one.state)).collect();
        assert_eq!((review.version, before), (4, vec![(2, ReviewState::Approved)]));
        assert_eq!(review.before[0].by, "Sam Staff and Sue Second");
    }
);
