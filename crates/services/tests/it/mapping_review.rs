//! A mapping beside People and the directory, corrected, submitted, reviewed (P-13, P-17, F-29, F-30, M-22).

mod drifts;
mod hand_overs;
mod stale;

use domain::deployment::{ExistingDirectory, Step};
use domain::ids::Id;
use domain::people::{Directory, PeopleAccount, field};
use domain::sync::RunKind;
use domain::user_mapping::{
    DecidedAbout, Decision, FindingCode, FindingGroup, MappingEdit, MappingFix, MappingOutcome, MappingState,
    MappingSummary, ProposalClass, ReviewState, Severity, Verdict,
};
use domain::views::{MappingSubmission, TaskState, UserMappingView};
use domain::{Actor, ConsoleUserId, CustomerId, Role, UserError};
use services::{MappingFilter, ServiceError};
use simulator::Person;
use test_support::{TestDb, on_both};

use crate::provider::refusal;
use crate::world::{SCOPE, SLUG, World};

/// Approved by one of two.
const APPROVE_FIRST: Verdict = Verdict::Approve {
    needs_second: true,
    unanswered: false,
    acknowledged: Vec::new(),
};

/// A customer whose accounts are to be mapped: a local administrator, and these people of the directory under old usernames.
pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) admin: Actor,
    staff: Actor,
    pub(crate) people: Vec<Person>,
}

impl Scene {
    pub(crate) async fn new(test: TestDb, names: &[&str]) -> Self {
        let world = World::entra(test).await;
        world.run(RunKind::TestSync).await;
        let control = world.simulator.control();
        let all = control.people(world.kind, 0..control.count(world.kind));
        let people: Vec<Person> = all
            .into_iter()
            .filter(|person| {
                let is_plain = person.enabled == Some(true)
                    && person.user_type.as_deref() == Some("Member")
                    && person.first_name.is_some()
                    && person.last_name.is_some();
                is_plain && person.mail.as_deref() == Some(&person.principal_name)
            })
            // The first are there for their oddities.
            .skip(15)
            .take(names.len())
            .collect();
        assert_eq!(people.len(), names.len(), "the simulator has plain people");
        for person in &people {
            let _ = control.add_to_group(world.kind, SCOPE, &person.id);
        }
        world.add_local("break-glass", true).await;
        let old = world.add_old_directory("Active Directory").await;
        for (name, person) in names.iter().zip(&people) {
            let person = person.clone();
            world
                .add_account(name, |account| {
                    account.directory = Directory::External(old);
                    of_person(account, &person);
                })
                .await;
        }
        world.run(RunKind::TestSync).await;
        let answered = world
            .services
            .answer_existing(&world.actor, SLUG, ExistingDirectory::Existing, "");
        answered.await.expect("answered");
        let customer = world.customer().await;
        Self {
            admin: somebody("Anna Admin", Role::CustomerAdmin, Some(customer), 1),
            staff: somebody("Sam Staff", Role::Staff, None, 2),
            world,
            people,
        }
    }

    pub(crate) fn username(&self, place: usize) -> &str {
        &self.people[place].principal_name
    }

    pub(crate) async fn edit(&self, from: i64, edit: MappingEdit) -> i64 {
        let made = self
            .world
            .services
            .edit_mapping(&self.admin, SLUG, from, edit)
            .await;
        let version = made.expect("a version");
        self.checked().await;
        version
    }

    async fn view(&self, actor: &Actor) -> UserMappingView {
        self.world
            .services
            .user_mapping(actor, SLUG)
            .await
            .expect("a view")
    }

    /// The newest version, once it is checked.
    pub(crate) async fn checked(&self) -> UserMappingView {
        for _ in 0..1_200 {
            let view = self.view(&self.admin).await;
            let state = view.version.as_ref().map(|version| version.state);
            if state != Some(MappingState::Checking) {
                return view;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the check did not end within a minute");
    }

    pub(crate) async fn summary(&self) -> MappingSummary {
        match self.checked().await.version.and_then(|version| version.outcome) {
            Some(MappingOutcome::Checked(summary)) => *summary,
            other => panic!("not checked: {other:?}"),
        }
    }

    async fn submit(&self, version: i64) -> Result<(), ServiceError> {
        let needs = self
            .view(&self.admin)
            .await
            .submission
            .expect("it can be submitted");
        let keys: Vec<String> = needs.warnings.iter().map(FindingGroup::key).collect();
        self.world
            .services
            .submit_mapping(&self.admin, SLUG, version, &keys)
            .await
    }

    async fn review(&self, actor: &Actor, version: i64, verdict: Verdict) -> Result<(), ServiceError> {
        self.world
            .services
            .review_mapping(actor, SLUG, version, verdict)
            .await
    }

    /// Lines of a version: existing and new username, target directory.
    pub(crate) async fn lines(&self, version: i64) -> Vec<(String, String, String)> {
        let filter = MappingFilter::default();
        let rows = self
            .world
            .services
            .mapping_rows(&self.admin, SLUG, version, &filter, None)
            .await;
        let rows = rows.expect("rows").rows.into_iter();
        rows.map(|row| (row.existing, row.new, row.target)).collect()
    }

    async fn step(&self) -> TaskState {
        let view = self
            .world
            .services
            .deployment(&self.staff, SLUG)
            .await
            .expect("a view");
        let tasks = view.tasks.into_iter();
        tasks
            .filter(|task| task.step == Step::UserMapping)
            .map(|task| task.state)
            .next()
            .expect("the step")
    }
}

fn somebody(name: &str, role: Role, customer: Option<CustomerId>, number: u8) -> Actor {
    Actor {
        user: Some(ConsoleUserId::at(chrono::DateTime::UNIX_EPOCH, [number; 10])),
        name: name.to_owned(),
        role,
        customer,
    }
}

pub(crate) fn of_person(account: &mut PeopleAccount, person: &Person) {
    let mut put = |key: &str, value: &Option<String>| {
        if let Some(value) = value {
            account.profile.insert(key.to_owned(), value.clone());
        }
    };
    put(field::FIRST_NAME, &person.first_name);
    put(field::SURNAME, &person.last_name);
    put(field::EMAIL, &person.mail);
    account.last_sign_in_at = Some(account.created_at);
}

pub(crate) fn row(existing: &str, new: &str, target: &str) -> (String, String, String) {
    (existing.to_owned(), new.to_owned(), target.to_owned())
}

fn in_the_way(view: &UserMappingView) -> &[String] {
    let MappingSubmission { in_the_way, .. } = view.submission.as_ref().expect("a submission");
    in_the_way
}

on_both!(p_13_by_proposals_alone, |test: TestDb| async move {
    let scene = Scene::new(test, &["aold", "bold", "cold"]).await;
    assert_eq!(scene.edit(0, MappingEdit::Begin).await, 1);
    assert_eq!(scene.lines(1).await, [row("break-glass", "break-glass", "Local")]);
    let view = scene.checked().await;
    assert_eq!(scene.summary().await.coverage.undecided, 3);
    let proposed = scene.summary().await.proposed;
    let together: u64 = proposed.iter().map(|(_, accounts)| accounts).sum();
    assert_eq!(together, 3, "{proposed:?}");
    assert_eq!(in_the_way(&view).len(), 1);
    let undecided = scene
        .world
        .services
        .undecided_accounts(&scene.admin, SLUG, 1, (None, ""), None)
        .await;
    let undecided = undecided.expect("a page").rows;
    assert_eq!(undecided.len(), 3);
    let is_certain = |place: usize| {
        let proposal = undecided[place].proposal.as_ref().expect("a proposal");
        proposal.class == ProposalClass::Certain
    };
    // The least certain one is decided about alone, the rest by class.
    let alone = (0..3).find(|place| !is_certain(*place)).unwrap_or(0);
    let one = DecidedAbout::One {
        account: undecided[alone].id.parse().expect("an id"),
    };
    let decision = MappingEdit::Decide {
        about: one,
        decision: Decision::Local,
    };
    assert_eq!(scene.edit(1, decision).await, 2);
    let class = DecidedAbout::Class {
        class: ProposalClass::Certain,
    };
    let accept = MappingEdit::Decide {
        about: class,
        decision: Decision::Proposed,
    };
    assert_eq!(scene.edit(2, accept).await, 3);
    let coverage = scene.summary().await.coverage;
    assert_eq!((coverage.undecided, coverage.mapped, coverage.local), (0, 2, 2));
    assert_eq!(coverage.confirmed, 2, "T-01");
    let view = scene.checked().await;
    assert!(in_the_way(&view).is_empty(), "{view:?}");
    // What is newer than the page is not written over.
    let stale = scene
        .world
        .services
        .edit_mapping(&scene.admin, SLUG, 2, MappingEdit::Back { to: 1 })
        .await;
    assert!(matches!(stale, Err(ServiceError::User(UserError::Changed))));
    assert_eq!(scene.edit(3, MappingEdit::Back { to: 2 }).await, 4);
    assert_eq!(scene.lines(4).await, scene.lines(2).await);
    let diff = scene
        .world
        .services
        .mapping_diff(&scene.admin, SLUG, (3, 4), None)
        .await
        .expect("a diff");
    assert_eq!((diff.changed.len(), diff.gone.len()), (0, 2));
});

on_both!(a_corrected_line_stays_in_sight, |test: TestDb| async move {
    let scene = Scene::new(test, &["aold", "bold"]).await;
    let text = "existing_username,new_username\r\naold,first\r\n\r\nbold,one\r\nbold,two\r\n";
    let services = &scene.world.services;
    let upload = services.begin_mapping_upload(&scene.admin, SLUG, "list.csv");
    let mut upload = upload.await.expect("begun");
    upload.push(text.as_bytes()).await.expect("taken");
    upload.finish().await.expect("received");
    scene.checked().await;
    let line = |line, new: &str| MappingEdit::Line {
        line,
        existing: "bold".to_owned(),
        new: new.to_owned(),
        target: String::new(),
    };
    // What changes nothing makes no version, and a line that is not there is none.
    let same = services.edit_mapping(&scene.admin, SLUG, 1, line(4, "one")).await;
    let same = refusal(same);
    assert!(same.of_field("new").next().is_some(), "{same:?}");
    let gone = services
        .edit_mapping(&scene.admin, SLUG, 1, line(3, "else"))
        .await;
    assert!(matches!(gone, Err(ServiceError::User(UserError::Changed))));
    // The blank line is not taken over: what stood on line 5 stands on line 4.
    let written = services.write_mapping_line(&scene.admin, SLUG, (1, 5), row("bold", "three", ""));
    // Not read yet, where its check takes longer than an answer may.
    assert!(matches!(written.await, Ok((2, None | Some(4)))));
    scene.checked().await;
    let place = services.same_mapping_line(&scene.admin, SLUG, (1, 5), 2).await;
    assert_eq!(place.expect("a place"), Some(4));
    // A username that stands there twice is compared line by line.
    let diff = services
        .mapping_diff(&scene.admin, SLUG, (1, 2), None)
        .await
        .expect("a diff");
    let before_and_after = |new: &str| Some((new.to_owned(), String::new()));
    let [changed] = &diff.changed[..] else {
        panic!("one line differs: {diff:?}");
    };
    let told = (changed.line, &changed.before, &changed.after);
    assert_eq!(told, (4, &before_and_after("two"), &before_and_after("three")));
    assert!(diff.gone.is_empty());
});

on_both!(one_click_fixes_make_versions, |test: TestDb| async move {
    let scene = Scene::new(test, &["aold", "bold", "cold"]).await;
    let (a, b, c) = (scene.username(0), scene.username(1), scene.username(2));
    let wrong = b.replace('@', "@wrong.");
    let text = [
        "existing_username;new_username;target_directory",
        &["CONTOSO\\aold", a, ""].join(";"),
        &["bold", &wrong, "Warehouse"].join(";"),
        &["=cold", c, ""].join(";"),
        "break-glass;break-glass;Local",
    ]
    .join("\r\n");
    let mut upload = scene
        .world
        .services
        .begin_mapping_upload(&scene.admin, SLUG, "list.csv")
        .await
        .expect("begun");
    upload.push(text.as_bytes()).await.expect("taken");
    upload.finish().await.expect("received");
    let fix = |code, severity, about: &str, fix, value: &str| MappingEdit::Fix {
        fix,
        code,
        severity,
        about: about.to_owned(),
        value: value.to_owned(),
    };
    let summary = scene.summary().await;
    assert!(summary.count(Severity::Error) >= 2, "{:?}", summary.groups);
    let meant = fix(
        FindingCode::MeantBehindDomain,
        Severity::Error,
        "",
        MappingFix::UseMeant,
        "",
    );
    assert_eq!(scene.edit(1, meant).await, 2);
    let domain = wrong.split('@').nth(1).expect("a domain");
    let right = b.split('@').nth(1).expect("a domain");
    let empty = fix(
        FindingCode::UnknownDomain,
        Severity::Warning,
        domain,
        MappingFix::ChangeDomain,
        " ",
    );
    let refused = refusal(
        scene
            .world
            .services
            .edit_mapping(&scene.admin, SLUG, 2, empty)
            .await,
    );
    assert!(refused.of_field("value").next().is_some(), "{refused:?}");
    let domain = fix(
        FindingCode::UnknownDomain,
        Severity::Warning,
        domain,
        MappingFix::ChangeDomain,
        right,
    );
    scene.edit(2, domain).await;
    let target = fix(
        FindingCode::UnknownTarget,
        Severity::Warning,
        "Warehouse",
        MappingFix::ChangeTarget,
        "Local",
    );
    scene.edit(3, target).await;
    let line = MappingEdit::Line {
        line: 4,
        existing: "cold".to_owned(),
        new: c.to_owned(),
        target: String::new(),
    };
    scene.edit(4, line).await;
    assert_eq!(
        scene.lines(5).await,
        [
            row("aold", a, ""),
            row("bold", b, "Local"),
            row("cold", c, ""),
            row("break-glass", "break-glass", "Local")
        ]
    );
    let summary = scene.summary().await;
    assert_eq!(summary.count(Severity::Error), 0, "{:?}", summary.groups);
    assert_eq!(
        summary.delimiter,
        domain::user_mapping::Delimiter::Comma,
        "F-32: files of corrections have commas"
    );
});

on_both!(
    f_30_m_22_submitted_returned_and_approved,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold"]).await;
        scene.edit(0, MappingEdit::Begin).await;
        let refused = refusal(scene.submit(1).await);
        assert!(refused.to_string().contains("undecided"), "{refused}");
        let rest = MappingEdit::Decide {
            about: DecidedAbout::Rest,
            decision: Decision::Proposed,
        };
        scene.edit(1, rest.clone()).await;
        let needs = scene.view(&scene.admin).await.submission.expect("a submission");
        if !needs.warnings.is_empty() {
            let unread = scene
                .world
                .services
                .submit_mapping(&scene.admin, SLUG, 2, &[])
                .await;
            assert!(refusal(unread).of_field("acknowledged").next().is_some());
        }
        scene.submit(2).await.expect("submitted");
        let with_staff = |state| [TaskState::Yours, TaskState::Again].contains(&state);
        assert!(with_staff(scene.step().await));

        // Not by whoever made it, not without reasons, not by the customer.
        let by_customer = scene.review(&scene.admin, 2, Verdict::APPROVE).await;
        assert!(matches!(
            by_customer,
            Err(ServiceError::User(UserError::Forbidden))
        ));
        let reason = String::new();
        let silent = refusal(scene.review(&scene.staff, 2, Verdict::Return { reason }).await);
        assert!(silent.of_field("reason").next().is_some());
        let reason = "Say who may stay local.".to_owned();
        scene
            .review(&scene.staff, 2, Verdict::Return { reason })
            .await
            .expect("returned");
        let review = scene.view(&scene.admin).await.review.expect("a review");
        assert_eq!(
            (review.state, review.reason.as_str()),
            (ReviewState::Returned, "Say who may stay local.")
        );
        assert!(!with_staff(scene.step().await));

        // Submitted again, and a second look is asked for.
        scene.submit(2).await.expect("submitted again");
        scene
            .review(&scene.staff, 2, APPROVE_FIRST)
            .await
            .expect("approved once");
        let twice = refusal(scene.review(&scene.staff, 2, Verdict::APPROVE).await);
        assert!(twice.to_string().contains("Another member"), "{twice}");
        let second = somebody("Sue Second", Role::Staff, None, 3);
        scene
            .review(&second, 2, Verdict::APPROVE)
            .await
            .expect("approved");
        assert_eq!(scene.step().await, TaskState::Done);

        // A page that is older than the approval does not take it back.
        let keys: Vec<String> = needs.warnings.iter().map(FindingGroup::key).collect();
        let late = scene
            .world
            .services
            .submit_mapping(&scene.admin, SLUG, 2, &keys)
            .await;
        let late = late.expect_err("refused").into_user(|_| String::new());
        assert!(matches!(late, UserError::Changed), "{late:?}");
        assert_eq!(scene.step().await, TaskState::Done);

        // A newer version takes it back; whoever of staff made it does not approve it.
        let made = scene
            .world
            .services
            .edit_mapping(&scene.staff, SLUG, 2, MappingEdit::Back { to: 1 })
            .await;
        assert_eq!(made.expect("made"), 3);
        assert_eq!(scene.step().await, TaskState::Theirs);
        scene.checked().await;
        let made = scene
            .world
            .services
            .edit_mapping(&scene.admin, SLUG, 3, rest)
            .await;
        assert_eq!(made.expect("made"), 4);
        scene.checked().await;
        scene.submit(4).await.expect("submitted");
        let own = refusal(scene.review(&scene.staff, 4, Verdict::APPROVE).await);
        assert!(own.to_string().contains("Whoever made"), "{own}");
    }
);

on_both!(p_17_what_changed_is_looked_at_again, |test: TestDb| async move {
    let scene = Scene::new(test, &["aold"]).await;
    scene.edit(0, MappingEdit::Begin).await;
    let rest = MappingEdit::Decide {
        about: DecidedAbout::Rest,
        decision: Decision::Proposed,
    };
    scene.edit(1, rest).await;
    scene.submit(2).await.expect("submitted");
    scene
        .review(&scene.staff, 2, Verdict::APPROVE)
        .await
        .expect("approved");
    assert_eq!(scene.step().await, TaskState::Done);
    assert_eq!(scene.view(&scene.staff).await.drift, None);

    scene.world.add_local("newcomer", false).await;
    assert_eq!(
        scene.step().await,
        TaskState::Again,
        "an approval is for People as it was"
    );
    let drift = scene.view(&scene.staff).await.drift.expect("a drift");
    assert!(drift.accounts[0].text.contains("newcomer"), "{drift:?}");
    scene
        .world
        .services
        .check_mapping_again(&scene.staff, SLUG, 2)
        .await
        .expect("checked again");
    let view = scene.checked().await;
    assert_eq!(view.drift, None);
    assert_eq!(
        view.review.expect("a review").state,
        ReviewState::Submitted,
        "nobody approved this"
    );
    assert_eq!(scene.summary().await.coverage.undecided, 1);
    let unread = scene.review(&scene.staff, 2, Verdict::APPROVE);
    let unread = refusal(unread.await);
    assert!(unread.to_string().contains("in the way"), "{unread}");
});

on_both!(remarks_go_along_with_their_lines, |test: TestDb| async move {
    let scene = Scene::new(test, &["aold"]).await;
    scene.edit(0, MappingEdit::Begin).await;
    let said = scene
        .world
        .services
        .remark_on_mapping(&scene.staff, SLUG, (1, 2), ("Does this one still work?", false))
        .await;
    said.expect("said");
    let nowhere = scene
        .world
        .services
        .remark_on_mapping(&scene.staff, SLUG, (1, 99), ("Hm.", false))
        .await;
    assert!(matches!(nowhere, Err(ServiceError::User(UserError::NotFound))));
    let rest = MappingEdit::Decide {
        about: DecidedAbout::Rest,
        decision: Decision::Local,
    };
    scene.edit(1, rest).await;
    let remarks = scene.view(&scene.admin).await.remarks;
    assert_eq!((remarks.len(), remarks[0].line), (1, Some(2)));
    let services = &scene.world.services;
    let settle = async |remark: &domain::views::MappingRemark| {
        let id = remark.id.parse().expect("an id");
        services
            .settle_mapping_remark(&scene.admin, SLUG, id)
            .await
            .expect("settled");
    };
    // what nobody sees is no remark.
    let hidden = services
        .remark_on_mapping(&scene.staff, SLUG, (2, 2), ("a\u{202E}b", false))
        .await;
    assert!(refusal(hidden).to_string().contains("U+202E"));
    // What is open stands before what is settled, however old it is.
    let again = services
        .remark_on_mapping(&scene.staff, SLUG, (2, 2), ("It does.", false))
        .await;
    again.expect("said");
    settle(&scene.view(&scene.admin).await.remarks[0]).await;
    let remarks = scene.view(&scene.admin).await.remarks;
    let settled: Vec<bool> = remarks.iter().map(|remark| remark.settled_by.is_some()).collect();
    assert_eq!(
        (settled, remarks[1].text.as_str()),
        (vec![false, true], "It does.")
    );
    settle(&remarks[0]).await;
    let gone = MappingEdit::RemoveLine { line: 2 };
    scene.edit(2, gone).await;
    let remarks = scene.view(&scene.admin).await.remarks;
    assert_eq!(remarks[0].line, None, "its line says something else since");
    assert_eq!(remarks[0].settled_by.as_deref(), Some("Anna Admin"));
});
