//! Questions about a mapping that is with staff: asked, answered, and approved without an answer; which lines they are about
//! (F-32, F-33); whose file is whose (M-22); and who has to be decided about by name (P-07).

use domain::deployment::{Responsibility, SsoBefore, Step};
use domain::ids::RemarkId;
use domain::user_mapping::{DecidedAbout, Decision, FindingGroup, MappingEdit, ReviewState, Verdict};
use domain::views::{BoardFilter, TaskState, UserMappingView};
use domain::{Actor, Role, UserError};
use services::ServiceError;
use test_support::{TestDb, on_both};

use crate::mapping_review::{Scene, row};
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
    let asked = services
        .remark_on_mapping(actor, SLUG, (2, line), (text, true))
        .await;
    asked.expect("asked");
}

async fn remark(scene: &Scene, actor: &Actor, line: u64, text: &str) {
    let services = &scene.world.services;
    let said = services
        .remark_on_mapping(actor, SLUG, (2, line), (text, false))
        .await;
    said.expect("said");
}

/// The question that says this.
async fn question(scene: &Scene, says: &str) -> RemarkId {
    let remarks = view(scene, &scene.admin).await.remarks;
    let found = remarks.iter().find(|remark| remark.text.contains(says));
    let found = found.unwrap_or_else(|| panic!("no {says} in {remarks:?}"));
    found.id.parse().expect("an id")
}

async fn answer(scene: &Scene, actor: &Actor, says: &str, text: &str) -> Result<(), ServiceError> {
    let id = question(scene, says).await;
    let services = &scene.world.services;
    services.answer_mapping_question(actor, SLUG, id, text).await
}

/// Whether it was refused because the question waits for no answer of theirs.
fn is_changed(result: Result<(), ServiceError>) -> bool {
    let error = result.expect_err("refused").into_user(|_| String::new());
    matches!(error, UserError::Changed)
}

async fn upload(scene: &Scene, bytes: &[u8]) {
    let services = &scene.world.services;
    let upload = services.begin_mapping_upload(&scene.admin, SLUG, "list.csv");
    let mut upload = upload.await.expect("begun");
    upload.push(bytes).await.expect("taken");
    upload.finish().await.expect("received");
    scene.checked().await;
}

/// What somebody is told of the step: its state, in what words, and what is so about it.
async fn step(scene: &Scene, of: &Actor) -> (TaskState, String, String) {
    let view = scene.world.services.deployment(of, SLUG).await.expect("a view");
    let mut tasks = view.tasks.into_iter();
    let task = tasks.find(|task| task.step == Step::UserMapping);
    let task = task.expect("the step");
    (task.state, task.words, task.detail)
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
        ask(&scene, &sam, 0, "And who tells them?").await;
        assert_eq!(open_questions(&scene).await, 3);
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
            .map(|remark| (remark.line, remark.may_settle, remark.may_answer))
            .collect();
        let whole = (Some(0), false, true);
        assert_eq!(lines, [whole, whole, (Some(3), false, true)], "{remarks:?}");

        // Whoever is asked does not settle it without a word, and no other word answers it.
        let services = &scene.world.services;
        let id = question(&scene, "Does aold").await;
        let settled = services.settle_mapping_remark(&anna, SLUG, id).await;
        settled.expect("nothing happens");
        remark(&scene, &sam, 3, "There is no hurry.").await;
        remark(&scene, &anna, 3, "It has another name.").await;
        ask(&scene, &anna, 0, "Which leavers?").await;
        assert!(is_changed(answer(&scene, &sam, "Does aold", "It does.").await));
        let silent = refusal(answer(&scene, &anna, "Does aold", " ").await);
        assert!(silent.of_field("text").next().is_some(), "{silent}");
        assert_eq!(open_questions(&scene).await, 4);

        // An answer answers one question, and once.
        let answered = answer(&scene, &anna, "Does aold", "Until summer.").await;
        answered.expect("answered");
        assert_eq!(open_questions(&scene).await, 3);
        assert!(is_changed(answer(&scene, &anna, "Does aold", "Or not.").await));
        assert_eq!(
            told(&scene, &sam, "Until summer").await.as_deref(),
            Some("Anna Admin answered about line 3 of the user mapping")
        );
        let remarks = view(&scene, &sam).await.remarks;
        let said = remarks.iter().find(|remark| remark.text == "Until summer.");
        let said = said.expect("the answer");
        assert_eq!(
            (said.line, said.question.as_deref()),
            (Some(3), Some("Does aold still work?"))
        );
        let answered = answer(&scene, &anna, "Who looks", "We do.").await;
        answered.expect("answered");
        assert_eq!(
            open_questions(&scene).await,
            2,
            "the other one about the whole waits"
        );

        // Whoever asked may do without the answer.
        let id = question(&scene, "Which leavers").await;
        let settled = services.settle_mapping_remark(&anna, SLUG, id).await;
        settled.expect("settled");
        assert_eq!(open_questions(&scene).await, 1);
    }
);

on_both!(
    whoever_is_asked_about_a_mapping_has_a_turn_too,
    |test: TestDb| async move {
        let (scene, sam) = submitted(test).await;
        let anna = scene.admin.clone();
        assert_eq!(step(&scene, &anna).await.0, TaskState::Theirs);
        ask(&scene, &sam, 3, "Does aold still work?").await;
        let (state, words, detail) = step(&scene, &anna).await;
        assert_eq!(
            (state, words.as_str()),
            (TaskState::Yours, "Your answer is awaited")
        );
        assert!(detail.ends_with("1 question waits for your answer."), "{detail}");
        let (state, words, detail) = step(&scene, &sam).await;
        assert_eq!((state, words.as_str()), (TaskState::Yours, "Your task"));
        assert!(detail.contains("1 question waits for"), "{detail}");
        let shown = view(&scene, &anna).await.open_remarks;
        assert_eq!((shown.questions, shown.to_customer, shown.remarks), (1, 1, 0));

        let answered = answer(&scene, &anna, "Does aold", "It does.").await;
        answered.expect("answered");
        assert_eq!(step(&scene, &anna).await.0, TaskState::Theirs);
        assert_eq!(step(&scene, &sam).await.0, TaskState::Yours);
    }
);

on_both!(
    what_is_asked_is_approved_knowingly_or_not_at_all,
    |test: TestDb| async move {
        let (scene, sam) = submitted(test).await;
        let services = &scene.world.services;
        ask(&scene, &sam, 3, "Does aold still work?").await;
        let refused = refusal(services.review_mapping(&sam, SLUG, 2, Verdict::APPROVE).await);
        let said = refused.of_field("unanswered").next().expect("at the box");
        assert!(said.starts_with("1 question is open."), "{said}");
        assert_eq!(open_questions(&scene).await, 1);

        // That its line says something else since may be an answer: whoever asked decides.
        let line = MappingEdit::Line {
            line: 3,
            existing: "aold".to_owned(),
            new: "aold".to_owned(),
            target: "Local".to_owned(),
        };
        assert_eq!(scene.edit(2, line).await, 3);
        submit(&scene, 3).await.expect("submitted");
        let review = view(&scene, &sam).await.review.expect("a review");
        assert_eq!((review.open_questions, review.changed_questions), (1, 1));
        assert_eq!(view(&scene, &sam).await.remarks[0].line, None);
        let refused = refusal(services.review_mapping(&sam, SLUG, 3, Verdict::APPROVE).await);
        let said = refused.of_field("unanswered").next().expect("at the box");
        let changed = "1 question is open, 1 about a line that says something else since.";
        assert!(said.starts_with(changed), "{said}");

        let knowingly = Verdict::Approve {
            needs_second: false,
            unanswered: true,
            acknowledged: Vec::new(),
        };
        let approved = services.review_mapping(&sam, SLUG, 3, knowingly).await;
        approved.expect("approved");
        let review = view(&scene, &sam).await.review.expect("a review");
        assert_eq!((review.state, review.open_questions), (ReviewState::Approved, 1));
        assert!(
            told(&scene, &scene.admin, "1 question is open, 1")
                .await
                .is_some()
        );
        // And it can be answered as ever.
        let answered = answer(&scene, &scene.admin, "Does aold", "It does not.").await;
        answered.expect("answered");
        assert_eq!(view(&scene, &sam).await.open_remarks.questions, 0);
    }
);

on_both!(
    remarks_about_the_past_hide_none_about_today,
    |test: TestDb| async move {
        let (scene, sam) = submitted(test).await;
        let services = &scene.world.services;
        remark(&scene, &sam, 2, "Who has the password?").await;
        for number in 0..50 {
            ask(&scene, &sam, 3, &format!("Question {number}?")).await;
        }
        assert_eq!(scene.edit(2, MappingEdit::RemoveLine { line: 3 }).await, 3);
        let shown = view(&scene, &sam).await;
        assert_eq!((shown.remarks.len(), shown.remarks[0].line), (50, Some(2)));
        let open = shown.open_remarks;
        assert_eq!((open.questions, open.to_customer, open.remarks), (50, 50, 1));
        let next = shown.more_remarks.expect("there are more");
        let rest = services.mapping_remarks(&sam, SLUG, 3, Some(&next)).await;
        let rest = rest.expect("a page");
        assert_eq!((rest.rows.len(), rest.next), (1, None));
        assert_eq!(rest.rows[0].text, "Question 0?");

        // A line's own page asks for its own.
        let here = services.mapping_line_remarks(&sam, SLUG, (3, 2)).await;
        let here = here.expect("read").expect("a line");
        assert_eq!((here.len(), here[0].line), (1, Some(2)));
        let none = services.mapping_line_remarks(&sam, SLUG, (3, 3)).await;
        assert!(none.expect("read").is_none(), "the line is gone");
        let then = services.mapping_line_remarks(&sam, SLUG, (2, 3)).await;
        assert_eq!(then.expect("read").expect("a line").len(), 50);
    }
);

on_both!(
    f_32_f_33_what_is_written_anew_says_the_same,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold"]).await;
        let services = &scene.world.services;
        let text = "existing_username,new_username,target_directory\r\n\"=\"\"aold\"\"\",-anna,Local\r\n\
                    break-glass,break-glass,Local\r\n";
        upload(&scene, text.as_bytes()).await;
        assert_eq!(scene.lines(1).await[0], row("=\"aold\"", "-anna", "Local"));
        let asked = services.remark_on_mapping(&scene.admin, SLUG, (1, 2), ("Is this Anna?", true));
        asked.await.expect("asked");
        scene.edit(1, MappingEdit::RemoveLine { line: 3 }).await;
        assert_eq!(scene.lines(2).await[0], row("aold", "'-anna", "Local"));
        let remarks = view(&scene, &scene.admin).await.remarks;
        assert_eq!((remarks.len(), remarks[0].line), (1, Some(2)));
        for version in [1, 2] {
            let here = services
                .mapping_line_remarks(&scene.admin, SLUG, (version, 2))
                .await;
            assert_eq!(here.expect("read").expect("a line").len(), 1, "version {version}");
        }
        // Said of the line as it was written anew, and the file as it came is taken up again.
        let said = services.remark_on_mapping(&scene.admin, SLUG, (2, 2), ("It is.", false));
        said.await.expect("said");
        scene.edit(2, MappingEdit::Back { to: 1 }).await;
        let here = services.mapping_line_remarks(&scene.admin, SLUG, (3, 2)).await;
        assert_eq!(here.expect("read").expect("a line").len(), 2);
    }
);

/// What the staff's board says: whose turn it is, whether about the mapping, and whether the mapping waits for the customer
/// beside that.
async fn board(scene: &Scene, sam: &Actor) -> (Option<Responsibility>, bool, bool) {
    let rows = scene.world.services.board(sam, &BoardFilter::default()).await;
    let row = rows.expect("the board").remove(0);
    let is_mapping = |words: &str| words.starts_with(Step::UserMapping.title());
    let theirs = row.theirs_too.as_deref();
    (row.turn, is_mapping(&row.next), theirs.is_some_and(is_mapping))
}

on_both!(
    the_board_gives_a_turn_to_whoever_is_asked_about_a_mapping,
    |test: TestDb| async move {
        let (scene, sam) = submitted(test).await;
        let (services, anna) = (&scene.world.services, scene.admin.clone());
        // Nothing before the mapping waits for anybody.
        for step in [Step::LoginHandler, Step::Module] {
            let recorded = services.state_step(&sam, SLUG, step, true, "", "Seen.").await;
            recorded.expect("recorded");
        }
        let answered = services
            .answer_sso(&sam, SLUG, SsoBefore::NotConfigured, "")
            .await;
        answered.expect("answered");
        let admin = scene.world.account("break-glass").await.expect("the account");
        let proven = services.prove_local_admin(&sam, SLUG, admin.id, "").await;
        proven.expect("proven");
        let (ours, theirs) = (Some(Responsibility::Staff), Some(Responsibility::Customer));

        // It is with staff: what is asked of the customer stands beside that.
        assert_eq!(board(&scene, &sam).await, (ours, true, false));
        ask(&scene, &sam, 3, "Does aold still work?").await;
        assert_eq!(board(&scene, &sam).await, (ours, true, true));
        let answered = answer(&scene, &anna, "Does aold", "It does.").await;
        answered.expect("answered");
        assert_eq!(board(&scene, &sam).await, (ours, true, false));

        // It is with the customer: what is asked of staff is theirs, until they answer.
        let reason = "Say who may stay local.".to_owned();
        let returned = services
            .review_mapping(&sam, SLUG, 2, Verdict::Return { reason })
            .await;
        returned.expect("returned");
        assert_eq!(board(&scene, &sam).await, (theirs, true, false));
        ask(&scene, &anna, 0, "Whoever is on leave, too?").await;
        assert_eq!(board(&scene, &sam).await, (ours, true, true));
        let answered = answer(&scene, &sam, "Whoever is on leave", "Yes.").await;
        answered.expect("answered");
        assert_eq!(board(&scene, &sam).await, (theirs, true, false));
    }
);

on_both!(
    m_22_whose_file_came_again_does_not_approve_it,
    |test: TestDb| async move {
        let mut scene = Scene::new(test, &["aold"]).await;
        scene.admin = user(&scene.world, "Anna Admin", Role::CustomerAdmin).await;
        let sam = user(&scene.world, "Sam Staff", Role::Staff).await;
        let sue = user(&scene.world, "Sue Second", Role::Staff).await;
        let services = &scene.world.services;
        scene.edit(0, MappingEdit::Begin).await;
        let rest = MappingEdit::Decide {
            about: DecidedAbout::Rest,
            decision: Decision::Proposed,
        };
        let made = services.edit_mapping(&sam, SLUG, 1, rest).await;
        assert_eq!(made.expect("made"), 2);
        scene.checked().await;
        let file = services.mapping_file_part(&scene.admin, SLUG, (2, 0)).await;
        let file = file.expect("read").expect("a file");
        let other = "existing_username,new_username,target_directory\nbreak-glass,break-glass,Local\n";
        upload(&scene, other.as_bytes()).await;
        upload(&scene, &file).await;
        submit(&scene, 4).await.expect("submitted");
        let own = refusal(services.review_mapping(&sam, SLUG, 4, Verdict::APPROVE).await);
        assert!(own.to_string().contains("Whoever made"), "{own}");
        let approved = services.review_mapping(&sue, SLUG, 4, Verdict::APPROVE).await;
        approved.expect("approved");
    }
);

on_both!(
    nothing_is_decided_while_it_is_checked_again,
    |test: TestDb| async move {
        let (scene, sam) = submitted(test).await;
        let services = &scene.world.services;
        let customer = scene.world.customer().await;
        assert!(view(&scene, &sam).await.review.expect("a review").can_decide);
        // Its check begins, and nobody carries it out.
        let mut tx = scene.world.test.db.begin().await.expect("a transaction");
        store::user_mapping::check_again(&mut tx, customer, 2)
            .await
            .expect("begun");
        tx.commit().await.expect("a commit");
        let review = view(&scene, &sam).await.review.expect("a review");
        assert_eq!((review.can_decide, review.cannot_approve), (false, None));
        let reason = "Say who may stay local.".to_owned();
        for verdict in [Verdict::APPROVE, Verdict::Return { reason }] {
            let refused = refusal(services.review_mapping(&sam, SLUG, 2, verdict).await);
            assert!(refused.to_string().contains("checked again"), "{refused}");
        }
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
        let needs = view.submission.expect("what is in the way");
        assert_eq!(needs.administrators, 1, "{needs:?}");
        let refused = refusal(submit(&scene, 1).await);
        let said = refused.of_field("version").next().expect("a sentence");
        assert!(said.contains("accounts are undecided"), "{said}");

        // Only so many of them are named.
        for number in 0..21 {
            scene.world.add_local(&format!("admin{number}"), true).await;
        }
        let again = services.check_mapping_again(&scene.admin, SLUG, 1).await;
        again.expect("checked again");
        let view = scene.checked().await;
        assert_eq!(view.administrators.len(), 20);
        let needs = view.submission.expect("what is in the way");
        assert_eq!(needs.administrators, 22, "{needs:?}");
    }
);
