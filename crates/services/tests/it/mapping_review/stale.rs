//! A page that was read before a check again decides nothing after it: lines, proposals and warnings are others (P-17).

use domain::UserError;
use domain::user_mapping::{DecidedAbout, Decision, FindingGroup, MappingEdit, ReviewState, Verdict};
use test_support::{TestDb, on_both};

use super::Scene;
use super::drifts::{checks_again, rename, rest, review, submitted, ticking, unread};
use crate::provider::refusal;
use crate::world::SLUG;

/// The newest version, and its check, as a page shows them.
async fn shown(scene: &Scene) -> (i64, i64) {
    let version = scene.checked().await.version.expect("a version");
    (version.number, version.check)
}

on_both!(
    p_17_what_was_read_before_a_check_is_not_decided_after_it,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold", "bold"]).await;
        let services = &scene.world.services;
        scene.edit(0, MappingEdit::Begin).await;
        let before = shown(&scene).await;
        let again = services.check_mapping_again(&scene.admin, SLUG, before).await;
        again.expect("checked again");
        let now = shown(&scene).await;
        assert_eq!(before.0, now.0);
        assert_ne!(before.1, now.1);

        let class = scene.summary().await.proposed[0].0;
        let accepted = MappingEdit::Decide {
            about: DecidedAbout::Class { class },
            decision: Decision::Proposed,
        };
        for edit in [accepted.clone(), rest(Decision::Local)] {
            let stale = services.edit_mapping(&scene.admin, SLUG, before, edit).await;
            assert_eq!(refusal(stale), UserError::Changed);
        }
        let stale = services.check_mapping_again(&scene.admin, SLUG, before).await;
        assert_eq!(refusal(stale), UserError::Changed);
        let made = services.edit_mapping(&scene.admin, SLUG, now, accepted).await;
        assert_eq!(made.expect("accepted"), 2);
        scene.checked().await;
    }
);

on_both!(
    p_17_what_was_read_before_a_check_is_not_submitted_after_it,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold"]).await;
        let services = &scene.world.services;
        scene.edit(0, MappingEdit::Begin).await;
        scene.edit(1, rest(Decision::Proposed)).await;
        let before = shown(&scene).await;
        checks_again(&scene).await;
        let needs = scene.view(&scene.admin).await.submission;
        let needs = needs.expect("it can be submitted");
        let keys: Vec<String> = needs.warnings.iter().map(FindingGroup::key).collect();
        let stale = services.submit_mapping(&scene.admin, SLUG, before, &keys).await;
        assert_eq!(refusal(stale), UserError::Changed);
        let now = shown(&scene).await;
        let submitted = services.submit_mapping(&scene.admin, SLUG, now, &keys).await;
        submitted.expect("submitted");
    }
);

on_both!(
    p_17_what_was_read_before_a_check_is_not_approved_after_it,
    |test: TestDb| async move {
        let scene = submitted(test, &["aold"]).await;
        let services = &scene.world.services;
        let before = shown(&scene).await;
        rename(&scene, "aold").await;
        checks_again(&scene).await;
        // Whatever is ticked: it was another list.
        let verdict = ticking(&unread(&review(&scene).await));
        let stale = services.review_mapping(&scene.staff, SLUG, before, verdict.clone());
        assert_eq!(refusal(stale.await), UserError::Changed);
        let now = shown(&scene).await;
        let approved = services.review_mapping(&scene.staff, SLUG, now, verdict);
        approved.await.expect("approved");

        // An old button takes no approval back.
        let stale = services.check_mapping_again(&scene.admin, SLUG, before).await;
        assert_eq!(refusal(stale), UserError::Changed);
        assert_eq!(review(&scene).await.state, ReviewState::Approved);
    }
);

on_both!(
    f_30_what_is_wrong_is_returned_whichever_check_was_read,
    |test: TestDb| async move {
        let scene = submitted(test, &["aold"]).await;
        let services = &scene.world.services;
        let before = shown(&scene).await;
        checks_again(&scene).await;
        let reason = "Say who may stay local.".to_owned();
        let verdict = Verdict::Return { reason };
        let returned = services.review_mapping(&scene.staff, SLUG, before, verdict).await;
        returned.expect("returned");
        assert_eq!(review(&scene).await.state, ReviewState::Returned);
    }
);
