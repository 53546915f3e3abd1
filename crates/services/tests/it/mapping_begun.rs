//! A mapping that is begun without a file behind other versions (P-13, F-30), a check that is made once more, what becomes of
//! accounts of an old directory (D-10), and questions while the newest file cannot be read.

use domain::ids::RemarkId;
use domain::user_mapping::{DecidedAbout, Decision, FindingCode, MappingEdit, MappingOutcome, MappingState};
use domain::{Role, UserError};
use services::ServiceError;
use test_support::{TestDb, on_both};

use crate::mapping_review::{Scene, row};
use crate::notices::user;
use crate::user_mapping::upload;
use crate::world::SLUG;

const HEAD: &str = "existing_username,new_username,target_directory\n";

/// Uploads these lines, and waits for their check.
async fn uploaded(scene: &Scene, lines: &str) {
    let text = [HEAD, lines].concat();
    upload(&scene.world, "list.csv", text.as_bytes())
        .await
        .expect("received");
    scene.checked().await;
}

async fn begin(scene: &Scene, from: i64) -> Result<i64, ServiceError> {
    let services = &scene.world.services;
    services
        .edit_mapping(&scene.admin, SLUG, from, MappingEdit::Begin)
        .await
}

/// The decision that an account is local.
async fn local(scene: &Scene, name: &str) -> MappingEdit {
    let account = scene.world.account(name).await.expect("the account").id;
    MappingEdit::Decide {
        about: DecidedAbout::One { account },
        decision: Decision::Local,
    }
}

fn is_changed<T>(result: &Result<T, ServiceError>) -> bool {
    matches!(result, Err(ServiceError::User(UserError::Changed)))
}

/// The check of a version ends as it does when it breaks off on our side, again and again; nobody works meanwhile.
pub(crate) async fn breaks_off(scene: &Scene, version: i64) {
    let customer = scene.world.customer().await;
    let failed = (MappingState::Refused, &MappingOutcome::Failed, None);
    let mut tx = scene.world.test.db.begin().await.expect("a transaction");
    store::user_mapping::finish_version(&mut tx, customer, version, failed, scene.world.services.now())
        .await
        .expect("ended");
    tx.commit().await.expect("a commit");
}

on_both!(
    p_13_f_30_begun_behind_a_file_nothing_that_was_decided_is_lost,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold", "bold", "cold"]).await;
        let a = scene.username(0);
        uploaded(&scene, &format!("aold,{a},\nnobody.here,x@contoso.com,\n")).await;
        let line = MappingEdit::Line {
            line: 3,
            existing: "bold".to_owned(),
            new: "bold".to_owned(),
            target: "Local".to_owned(),
        };
        assert_eq!(scene.edit(1, line).await, 2);
        assert_eq!(begin(&scene, 2).await.expect("begun"), 3);
        let version = scene.checked().await.version.expect("a version");
        assert!(version.is_begun && !version.is_uploaded);
        assert_eq!(version.what.as_deref(), Some("Begun without a file."));
        let administrator = row("break-glass", "break-glass", "Local");
        assert_eq!(scene.lines(3).await, std::slice::from_ref(&administrator));
        let summary = scene.summary().await;
        let left_out = summary.left_out.expect("left out");
        assert_eq!((left_out.earlier, left_out.uploaded, left_out.lines), (2, 3, 2));
        assert_eq!(summary.coverage.undecided, 3, "nothing is silent");

        // What is decided meanwhile goes along.
        let cold = local(&scene, "cold").await;
        assert_eq!(scene.edit(3, cold).await, 4);
        assert_eq!(scene.edit(4, MappingEdit::Keep { from: 2 }).await, 5);
        let expected = [
            administrator,
            row("cold", "cold", "Local"),
            row("aold", a, ""),
            row("bold", "bold", "Local"),
        ];
        assert_eq!(scene.lines(5).await, expected);
        assert_eq!(scene.summary().await.left_out, None);

        // It is undone like any correction.
        assert_eq!(scene.edit(5, MappingEdit::Back { to: 2 }).await, 6);
        assert_eq!(scene.lines(6).await, scene.lines(2).await);
        // One that nobody went on with is passed over by the next file.
        assert_eq!(begin(&scene, 6).await.expect("begun"), 7);
        scene.checked().await;
        uploaded(&scene, "break-glass,break-glass,Local\naold,aold,Local\n").await;
        let left_out = scene.summary().await.left_out.expect("left out");
        assert_eq!((left_out.earlier, left_out.uploaded, left_out.lines), (6, 8, 1));
    }
);

on_both!(
    f_30_it_is_begun_behind_any_version_that_is_not_being_checked,
    |test: TestDb| async move {
        let mut scene = Scene::new(test, &["aold"]).await;
        // A file of headings only is refused, and leaves the way open.
        uploaded(&scene, "").await;
        let version = scene.checked().await.version.expect("a version");
        assert_eq!(version.state, MappingState::Refused);
        assert!(is_changed(&begin(&scene, 0).await), "there is a version by now");
        assert_eq!(begin(&scene, 1).await.expect("begun"), 2);
        let summary = scene.summary().await;
        assert_eq!((summary.left_out, summary.coverage.undecided), (None, 1));
        assert!(is_changed(&begin(&scene, 2).await), "it would say the same again");

        scene.world.dismiss().await;
        let services = &scene.world.services;
        let aold = local(&scene, "aold").await;
        let decided = services.edit_mapping(&scene.admin, SLUG, 2, aold).await;
        assert_eq!(decided.expect("decided"), 3, "its check is under way");
        assert!(is_changed(&begin(&scene, 3).await));
    }
);

on_both!(
    a_check_that_broke_off_on_our_side_is_made_once_more,
    |test: TestDb| async move {
        let mut scene = Scene::new(test, &["aold"]).await;
        scene.world.dismiss().await;
        assert_eq!(begin(&scene, 0).await.expect("begun"), 1);
        breaks_off(&scene, 1).await;
        let version = scene.checked().await.version.expect("a version");
        assert_eq!(version.outcome, Some(MappingOutcome::Failed));
        assert!(version.is_begun);

        scene.world.employ();
        let services = &scene.world.services;
        let again = services.check_mapping_again(&scene.admin, SLUG, 1).await;
        again.expect("checked again");
        assert_eq!(scene.summary().await.coverage.undecided, 1);
        assert_eq!(scene.lines(1).await, [row("break-glass", "break-glass", "Local")]);

        // A file that cannot be used stays so, however often it is checked.
        uploaded(&scene, "").await;
        let again = scene.world.services.check_mapping_again(&scene.admin, SLUG, 2);
        assert!(is_changed(&again.await));
    }
);

on_both!(
    d_10_accounts_of_an_old_directory_that_would_lose_their_password_are_counted,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold", "bold"]).await;
        scene.world.add_local("kiosk", false).await;
        scene.edit(0, MappingEdit::Begin).await;
        let coverage = scene.summary().await.coverage;
        assert_eq!((coverage.undecided, coverage.undecided_old), (3, 2));
        let aold = local(&scene, "aold").await;
        assert_eq!(scene.edit(1, aold).await, 2);
        let summary = scene.summary().await;
        let coverage = summary.coverage;
        assert_eq!((coverage.undecided, coverage.undecided_old), (2, 1));
        let mut groups = summary.groups.iter();
        let group = groups.find(|group| group.example.code == FindingCode::BecomesLocal);
        assert_eq!(group.expect("it is told").lines, 1);
    }
);

on_both!(
    a_question_is_answered_while_the_newest_file_cannot_be_read,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold"]).await;
        let sam = user(&scene.world, "Sam Staff", Role::Staff).await;
        scene.edit(0, MappingEdit::Begin).await;
        let services = &scene.world.services;
        let asked = services
            .remark_on_mapping(&sam, SLUG, (1, 2), ("Who is this?", true))
            .await;
        asked.expect("asked");
        uploaded(&scene, "").await;
        let view = scene.checked().await;
        assert_eq!(view.version.expect("a version").state, MappingState::Refused);
        assert_eq!((view.remarks.len(), view.open_remarks.to_customer), (1, 1));
        let question = &view.remarks[0];
        assert_eq!((question.line, question.may_answer), (None, true));
        let id: RemarkId = question.id.parse().expect("an id");
        let answered = services.answer_mapping_question(&scene.admin, SLUG, id, "The help desk.");
        answered.await.expect("answered");
        assert_eq!(scene.checked().await.open_remarks.questions, 0);
    }
);
