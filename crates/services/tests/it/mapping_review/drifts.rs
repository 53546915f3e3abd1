//! What drifted is never accepted in silence: who had approved, what changed since, and which warnings nobody has read yet stay in
//! sight until it is decided anew (P-17, F-30).

use domain::Role;
use domain::people::field;
use domain::user_mapping::{
    DecidedAbout, Decision, FindingCode, FindingGroup, MappingEdit, MappingState, ReviewState, Verdict,
};
use domain::views::{MappingReviewView, TaskState};
use test_support::{TestDb, on_both};

use super::{APPROVE_FIRST, Scene, somebody};
use crate::mapping_begun::breaks_off;
use crate::provider::refusal;
use crate::world::SLUG;

pub(super) fn rest(decision: Decision) -> MappingEdit {
    MappingEdit::Decide {
        about: DecidedAbout::Rest,
        decision,
    }
}

/// A mapping without a file of people with these usernames, submitted as version 2.
pub(super) async fn submitted(test: TestDb, names: &[&str]) -> Scene {
    let scene = Scene::new(test, names).await;
    scene.edit(0, MappingEdit::Begin).await;
    scene.edit(1, rest(Decision::Proposed)).await;
    scene.submit(2).await.expect("submitted");
    scene
}

/// Somebody of the intranet gives the person of an account another name: it is not the one of the directory any more (T-10).
pub(super) async fn rename(scene: &Scene, username: &str) {
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
pub(super) async fn checks_again(scene: &Scene) {
    let services = &scene.world.services;
    let again = services.check_mapping_again(&scene.admin, SLUG, 2).await;
    again.expect("checked again");
    scene.checked().await;
}

pub(super) async fn review(scene: &Scene) -> MappingReviewView {
    scene.view(&scene.staff).await.review.expect("a review")
}

/// The groups of warnings that nobody ticked since the check.
pub(super) fn unread(review: &MappingReviewView) -> Vec<&FindingGroup> {
    let warnings = review.warnings.iter();
    warnings
        .filter(|warning| warning.ticked_by.is_none())
        .map(|warning| &warning.group)
        .collect()
}

/// Of how many lines the names differ, and who ticked that before the check, of how many: nobody has ticked it since.
fn differing(review: &MappingReviewView) -> (u64, Option<(&str, u64)>) {
    let mut warnings = review.warnings.iter();
    let warning = warnings.find(|warning| warning.group.example.code == FindingCode::NamesDiffer);
    let warning = warning.expect("the names differ");
    assert_eq!(warning.ticked_by, None, "{warning:?}");
    let before = warning.ticked_before.as_ref();
    (
        warning.group.lines,
        before.map(|ticked| (ticked.by.as_str(), ticked.lines)),
    )
}

/// An approval by whoever ticked these.
pub(super) fn ticking(groups: &[&FindingGroup]) -> Verdict {
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
        assert_eq!(groups.len(), shown.warnings.len(), "a tick holds for one check");
        assert_eq!(differing(&shown), (1, None));
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

on_both!(p_17_a_tick_holds_for_one_check, |test: TestDb| async move {
    let scene = submitted(test, &["aold", "bold"]).await;
    // Checked again before anybody decided: what changed since the submission is said, and no approval was taken back.
    rename(&scene, "aold").await;
    checks_again(&scene).await;
    let first = review(&scene).await;
    assert_eq!((first.state, &first.taken_back), (ReviewState::Submitted, &None));
    let changed = first.changed.as_ref().expect("what changed");
    assert_eq!(changed.accounts.len(), 1, "{changed:?}");
    assert_eq!(differing(&first), (1, None));
    let approved = scene.review(&scene.staff, 2, ticking(&unread(&first))).await;
    approved.expect("approved");

    // As many lines as before may be others, so they are looked at again.
    checks_again(&scene).await;
    let same = review(&scene).await;
    assert_eq!(differing(&same), (1, Some(("Sam Staff", 1))));
    let refused = refusal(scene.review(&scene.staff, 2, Verdict::APPROVE).await);
    assert!(refused.of_field("acknowledged").next().is_some(), "{refused:?}");
    rename(&scene, "bold").await;
    checks_again(&scene).await;
    let second = review(&scene).await;
    assert_eq!(differing(&second), (2, Some(("Sam Staff", 1))), "both of them");
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
});

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

on_both!(
    p_17_f_30_what_waited_for_a_second_approval_was_never_approved_by_both,
    |test: TestDb| async move {
        let scene = submitted(test, &["aold"]).await;
        let first = scene.review(&scene.staff, 2, APPROVE_FIRST).await;
        first.expect("approved once");
        rename(&scene, "aold").await;
        checks_again(&scene).await;
        scene.edit(2, MappingEdit::Back { to: 1 }).await;
        scene.edit(3, rest(Decision::Local)).await;
        scene.submit(4).await.expect("submitted");
        let review = review(&scene).await;
        let before: Vec<_> = review.before.iter().map(|one| (one.version, one.state)).collect();
        assert_eq!((review.version, before), (4, vec![(2, ReviewState::Seconding)]));
        assert_eq!(review.before[0].by, "Sam Staff");
    }
);

on_both!(
    p_17_whoever_approves_second_ticks_what_nobody_ticked,
    |test: TestDb| async move {
        let scene = submitted(test, &["aold"]).await;
        rename(&scene, "aold").await;
        checks_again(&scene).await;
        let shown = review(&scene).await;
        let acknowledged = unread(&shown).iter().map(|group| group.key()).collect();
        let first = Verdict::Approve {
            needs_second: true,
            unanswered: false,
            acknowledged,
        };
        let first = scene.review(&scene.staff, 2, first).await;
        first.expect("approved once");
        // As of an approval from before ticks were noted.
        let customer = scene.world.customer().await;
        let mut tx = scene.world.test.db.begin().await.expect("a transaction");
        let forgotten = store::user_mapping::acknowledge(&mut tx, customer, 2, &[]).await;
        forgotten.expect("forgotten");
        tx.commit().await.expect("a commit");

        let sue = somebody("Sue Second", Role::Staff, None, 3);
        let waiting = review(&scene).await;
        assert_eq!(waiting.state, ReviewState::Seconding);
        let refused = refusal(scene.review(&sue, 2, Verdict::APPROVE).await);
        assert!(refused.of_field("acknowledged").next().is_some(), "{refused:?}");
        let second = scene.review(&sue, 2, ticking(&unread(&waiting))).await;
        second.expect("approved");
        let after = review(&scene).await;
        assert!(unread(&after).is_empty(), "{after:?}");
        assert_eq!(after.state, ReviewState::Approved);
    }
);

on_both!(
    p_17_a_check_again_that_broke_off_is_made_once_more_and_nothing_is_returned,
    |test: TestDb| async move {
        let mut scene = submitted(test, &["aold"]).await;
        let approved = scene.review(&scene.staff, 2, Verdict::APPROVE).await;
        approved.expect("approved");
        rename(&scene, "aold").await;
        scene.world.dismiss().await;
        let breaks = async {
            loop {
                let version = scene.view(&scene.admin).await.version.expect("a version");
                if version.state == MappingState::Checking {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            breaks_off(&scene, 2).await;
        };
        tokio::join!(checks_again(&scene), breaks);
        let broken = review(&scene).await;
        assert_eq!((broken.state, broken.can_decide), (ReviewState::Submitted, true));
        let words = broken.cannot_approve.expect("a reason");
        assert_eq!(words, "Its check broke off. Check again.");
        let refused = refusal(scene.review(&scene.staff, 2, Verdict::APPROVE).await);
        assert_eq!(refused.of_field("version").next(), Some(words.as_str()));

        scene.world.employ();
        checks_again(&scene).await;
        let shown = review(&scene).await;
        assert_eq!(shown.cannot_approve, None);
        let anew = scene.review(&scene.staff, 2, ticking(&unread(&shown))).await;
        anew.expect("approved anew");
    }
);
