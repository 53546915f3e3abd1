//! What a page does not offer, or did a moment ago: forged decisions, accounts that are decided about no more, and downloads
//! behind which lines are written anew (P-13, P-17, F-30).

use domain::ids::Id;
use domain::user_mapping::{
    DecidedAbout, Decision, FindingCode, FindingGroup, MappingEdit, MappingFix, ProposalClass, ReviewState,
    Severity,
};
use domain::{AccountId, UserError};
use services::MappingFilter;
use test_support::{TestDb, on_both};

use crate::mapping_review::Scene;
use crate::provider::refusal;
use crate::user_mapping::{checked, existing, upload};
use crate::world::SLUG;

/// Tries a correction of version 2, which stays the newest, and is with staff.
async fn refused(scene: &Scene, edit: MappingEdit) -> UserError {
    let services = &scene.world.services;
    let error = refusal(services.edit_mapping(&scene.admin, SLUG, 2, edit).await);
    let view = scene.checked().await;
    assert_eq!(view.version.map(|version| version.number), Some(2), "{error}");
    let review = view.review.map(|review| review.state);
    assert_eq!(review, Some(ReviewState::Submitted), "{error}");
    error
}

fn decide(about: DecidedAbout, decision: Decision) -> MappingEdit {
    MappingEdit::Decide { about, decision }
}

/// Version 2 has a line about everybody, and is with staff.
async fn submitted(scene: &Scene) {
    let services = &scene.world.services;
    scene.edit(0, MappingEdit::Begin).await;
    scene.edit(1, decide(DecidedAbout::Rest, Decision::Local)).await;
    let needs = scene.checked().await.submission.expect("it can be submitted");
    let keys: Vec<String> = needs.warnings.iter().map(FindingGroup::key).collect();
    let submitted = services.submit_mapping(&scene.admin, SLUG, 2, &keys).await;
    submitted.expect("submitted");
}

on_both!(
    p_13_forged_and_raced_decisions_take_no_submission_back,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold", "bold"]).await;
        submitted(&scene).await;
        let aold = scene.world.account("aold").await.expect("an account").id;
        let nobody = AccountId::at(scene.world.services.now(), [9; 10]);
        let one = |account| DecidedAbout::One { account };
        // Nobody there, and somebody who has a line by now.
        for account in [nobody, aold] {
            for decision in [Decision::Local, Decision::Left, Decision::Proposed] {
                let error = refused(&scene, decide(one(account), decision)).await;
                assert!(error.of_field("undecided").next().is_some(), "{error:?}");
            }
        }
        // Somebody who came since, and was blocked a moment ago.
        let late = scene.world.add_local("late", false).await;
        let left = refused(&scene, decide(one(late), Decision::Left)).await;
        assert_eq!(left, UserError::Changed, "a local account is in no old directory");
        let proposed = refused(&scene, decide(one(late), Decision::Proposed)).await;
        assert_eq!(proposed, UserError::Changed, "nobody is proposed");
        scene.world.block(late).await;
        let error = refused(&scene, decide(one(late), Decision::Local)).await;
        assert!(error.of_field("undecided").next().is_some(), "{error:?}");
        // Whoever is in the connected directory is decided already.
        let there = scene.world.add_unlinked("there@contoso.com", |_| {}).await;
        let error = refused(&scene, decide(one(there), Decision::Local)).await;
        assert!(error.of_field("undecided").next().is_some(), "{error:?}");
        // A class is of proposals, and nobody has one any more.
        let certain = || DecidedAbout::Class {
            class: ProposalClass::Certain,
        };
        for decision in [Decision::Local, Decision::Left] {
            let error = refused(&scene, decide(certain(), decision)).await;
            assert_eq!(error, UserError::Changed);
        }
        let error = refused(&scene, decide(certain(), Decision::Proposed)).await;
        assert!(error.of_field("class").next().is_some(), "{error:?}");
    }
);

on_both!(
    f_30_a_value_that_nothing_asks_for_is_refused,
    |test: TestDb| async move {
        let world = existing(test).await;
        world.add_local("break-glass", true).await;
        let text = "existing_username,new_username,target_directory\n\
                    nobody-at-all,nobody-at-all,Local\n\
                    break-glass,break-glass,Local\n";
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        checked(&world).await;
        let remove = |value: &str| MappingEdit::Fix {
            fix: MappingFix::RemoveLines,
            code: FindingCode::NotFound,
            severity: Severity::Error,
            about: String::new(),
            value: value.to_owned(),
        };
        let (services, actor) = (&world.services, &world.actor);
        for value in ["x".repeat(100_000), " ".to_owned()] {
            let forged = services.edit_mapping(actor, SLUG, 1, remove(&value)).await;
            assert_eq!(refusal(forged), UserError::Changed);
        }
        let made = services.edit_mapping(actor, SLUG, 1, remove("")).await;
        assert_eq!(made.expect("made"), 2);
    }
);

on_both!(
    p_17_a_download_ends_where_its_lines_are_written_anew,
    |test: TestDb| async move {
        let mut world = existing(test).await;
        world.add_local("break-glass", true).await;
        let mut text = "existing_username,new_username,target_directory\n".to_owned();
        text += &"break-glass,break-glass,Local\n".repeat(1_010);
        upload(&world, "list.csv", text.as_bytes())
            .await
            .expect("received");
        checked(&world).await;
        let services = world.services.clone();
        let actor = world.actor.clone();
        let all = MappingFilter::default();
        let page = async |after: Option<&str>| services.export_mapping_lines(&actor, SLUG, &all, after).await;
        let first = page(None).await.expect("a page");
        let next = first.next.expect("there is more");
        let second = page(Some(&next)).await.expect("a page");
        assert_eq!((first.rows.len(), second.rows.len()), (1_000, 10));
        assert_eq!(second.next, None);
        assert_eq!(refusal(page(Some("1.2")).await), UserError::NotFound);

        // Nobody works: the lines wait for their check.
        world.dismiss().await;
        let again = services.check_mapping_again(&actor, SLUG, 1).await;
        again.expect("to be checked again");
        assert_eq!(refusal(page(Some(&next)).await), UserError::Changed);
        assert_eq!(refusal(page(None).await), UserError::Changed);
        // And once it has ended they are others.
        world.employ();
        checked(&world).await;
        assert_eq!(refusal(page(Some(&next)).await), UserError::Changed);
        let anew = page(None).await.expect("a page").next.expect("there is more");
        // A version that came since takes nothing from it.
        let gone = MappingEdit::RemoveLine { line: 2 };
        let made = services.edit_mapping(&actor, SLUG, 1, gone).await;
        assert_eq!(made.expect("made"), 2);
        assert_eq!(page(Some(&anew)).await.expect("a page").rows.len(), 10);
    }
);
