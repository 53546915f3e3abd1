//! Questions about a mapping that is with staff: asked, answered, and approved without an answer; and who has to be decided about
//! by name (P-07).

use domain::user_mapping::{DecidedAbout, Decision, FindingGroup, MappingEdit, ReviewState, Verdict};
use domain::views::UserMappingView;
use domain::{Actor, Role};
use services::ServiceError;
use test_support::{TestDb, on_both};

use crate::mapping_review::Scene;
use crate::notices::{inbox, user};
use crate::provider::refusal;
use crate::world::SLUG;

/// A mapping whose second version was submitted: the administrator on line 2, `aold` on line 3. And a member of staff.
async fn submitted(test: TestDb) -> (Scene, Actor) {
    let mut scene = Scene::new(test, &["aold"]).await;
    scene.admin = user(&scene.world, "Anna Admin", Role::CustomerAdmin).await;
    let sam = user(&scene.world, "Sam Staff", Role::Staff).await;
    scene.edit(0, MappingEdit::Begin).await;
    let rest = MappingEdit::Decide {
        about: DecidedAbout::Rest,
        decision: Decision::Proposed,
    };
    scene.edit(1, rest).await;
    submit(&scene, 2).await.expect("submitted");
    (scene, sam)
}

async fn submit(scene: &Scene, version: i64) -> Result<(), ServiceError> {
    let needs = scene.checked().await.submission.expect("it can be submitted");
    let keys: Vec<String> = needs.warnings.iter().map(FindingGroup::key).collect();
    let services = &scene.world.services;
    services.submit_mapping(&scene.admin, SLUG, version, &keys).await
}

async fn view(scene: &Scene, of: &Actor) -> UserMappingView {
    let view = scene.world.services.user_mapping(of, SLUG).await;
    view.expect("a view")
}

async fn open_questions(scene: &Scene) -> u64 {
    let review = view(scene, &scene.admin).await.review.expect("a review");
    assert_eq!(review.state, ReviewState::Submitted, "no question returns it");
    review.open_questions
}

async fn ask(scene: &Scene, actor: &Actor, line: u64, text: &str) {
    let services = &scene.world.services;
    let asked = services.ask_about_mapping(actor, SLUG, (2, line), text).await;
    asked.expect("asked");
}

async fn remark(scene: &Scene, actor: &Actor, line: u64, text: &str) {
    let services = &scene.world.services;
    let said = services.remark_on_mapping(actor, SLUG, (2, line), text).await;
    said.expect("said");
}

/// The title under which somebody was told this.
async fn told(scene: &Scene, of: &Actor, says: &str) -> Option<String> {
    let all = inbox(&scene.world, of).await;
    let mut about = all
        .into_iter()
        .filter(|notice| notice.text.iter().any(|text| text.contains(says)));
    about.next().map(|notice| notice.title)
}

on_both!(
    a_question_is_answered_while_the_mapping_stays_with_staff,
    |test: TestDb| async move {
        let (scene, sam) = submitted(test).await;
        let anna = scene.admin.clone();
        ask(&scene, &sam, 3, "Does aold still work?").await;
        ask(&scene, &sam, 0, "Who looks after leavers?").await;
        assert_eq!(open_questions(&scene).await, 2);
        assert_eq!(
            told(&scene, &anna, "Does aold").await.as_deref(),
            Some("Sam Staff asks about line 3 of the user mapping")
        );
        assert_eq!(
            told(&scene, &anna, "Who looks").await.as_deref(),
            Some("Sam Staff asks about the user mapping")
        );
        let remarks = view(&scene, &anna).await.remarks;
        let lines: Vec<_> = remarks
            .iter()
            .map(|remark| (remark.line, remark.may_settle))
            .collect();
        assert_eq!(lines, [(Some(0), false), (Some(3), false)], "{remarks:?}");

        // Whoever is asked does not settle it without a word, and whoever asked does not answer by asking on.
        let services = &scene.world.services;
        let id = remarks[1].id.parse().expect("an id");
        let settled = services.settle_mapping_remark(&anna, SLUG, id).await;
        settled.expect("nothing happens");
        remark(&scene, &sam, 3, "There is no hurry.").await;
        assert_eq!(open_questions(&scene).await, 2);

        remark(&scene, &anna, 3, "Until summer.").await;
        assert_eq!(open_questions(&scene).await, 1);
        assert_eq!(
            told(&scene, &sam, "Until summer").await.as_deref(),
            Some("Anna Admin answered about line 3 of the user mapping")
        );
        // A question back answers, and waits itself; whoever asked may do without the answer.
        ask(&scene, &anna, 0, "Which leavers?").await;
        assert_eq!(
            told(&scene, &sam, "Which leavers").await.as_deref(),
            Some("Anna Admin answered and asks about the user mapping")
        );
        let asked = view(&scene, &anna).await.remarks.remove(0);
        assert_eq!((asked.text.as_str(), asked.may_settle), ("Which leavers?", true));
        assert_eq!(open_questions(&scene).await, 1);
        let id = asked.id.parse().expect("an id");
        let settled = services.settle_mapping_remark(&anna, SLUG, id).await;
        settled.expect("settled");
        assert_eq!(open_questions(&scene).await, 0);
    }
);

on_both!(
    what_is_asked_is_approved_knowingly_or_not_at_all,
    |test: TestDb| async move {
        let (scene, sam) = submitted(test).await;
        let services = &scene.world.services;
        ask(&scene, &sam, 3, "Does aold still work?").await;
        let approve = Verdict::Approve { needs_second: false };
        let refused = refusal(services.review_mapping(&sam, SLUG, 2, approve).await);
        let said = refused.of_field("unanswered").next().expect("at the box");
        assert!(said.starts_with("1 question is open."), "{said}");
        assert_eq!(open_questions(&scene).await, 1);

        let knowingly = Verdict::ApproveUnanswered { needs_second: false };
        let approved = services.review_mapping(&sam, SLUG, 2, knowingly).await;
        approved.expect("approved");
        let review = view(&scene, &sam).await.review.expect("a review");
        assert_eq!((review.state, review.open_questions), (ReviewState::Approved, 1));
        assert!(told(&scene, &scene.admin, "1 question is open.").await.is_some());
    }
);

on_both!(
    p_07_administrators_who_are_undecided_are_named,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold"]).await;
        let services = &scene.world.services;
        scene.edit(0, MappingEdit::Begin).await;
        assert!(scene.checked().await.administrators.is_empty(), "they have lines");
        scene.world.add_local("late.admin", true).await;
        let again = services.check_mapping_again(&scene.admin, SLUG, 1).await;
        again.expect("checked again");
        let view = scene.checked().await;
        let named: Vec<&str> = view.administrators.iter().map(|one| one.text.as_str()).collect();
        assert_eq!(named, ["Local (late.admin)"]);
        let sentence =
            "Among the undecided: the administrator Local (late.admin). Decide about each by name.";
        let needs = view.submission.expect("what is in the way");
        assert!(
            needs.in_the_way.iter().any(|words| words == sentence),
            "{needs:?}"
        );
        let refused = refusal(submit(&scene, 1).await);
        let said = refused.of_field("version").next().expect("a sentence");
        assert!(said.contains(sentence), "{said}");

        // Only so many of them.
        for number in 0..21 {
            scene.world.add_local(&format!("admin{number}"), true).await;
        }
        let again = services.check_mapping_again(&scene.admin, SLUG, 1).await;
        again.expect("checked again");
        let view = scene.checked().await;
        assert_eq!(view.administrators.len(), 20);
        let needs = view.submission.expect("what is in the way");
        let says_so =
            |words: &String| words.contains("the administrators ") && words.contains(" and 2 more.");
        assert!(needs.in_the_way.iter().any(says_so), "{needs:?}");
    }
);
