//! Writing the mapping for the customer: proposals by class, the search for somebody else, and whom no line names.

use std::sync::Arc;
use std::time::Duration;

use domain::user_mapping::{DecidedAbout, Decision, FindingCode, MappingEdit, MappingState, ProposalClass};
use domain::views::UndecidedAccount;
use domain::{AccountId, Actor, UserError};
use jobs::{Handler, Job, JobError, Lease};
use services::user_mapping::MAPPING_JOB;
use services::{NewLocalAccount, ServiceError, Services};
use test_support::{TestDb, on_both};

use crate::mapping_review::Scene;
use crate::world::SLUG;

/// A mapping of these lines, checked.
async fn upload(scene: &Scene, lines: &[[&str; 3]]) {
    send(scene, lines).await;
    scene.checked().await;
}

/// The same; its check may be under way still.
async fn send(scene: &Scene, lines: &[[&str; 3]]) {
    let mut text = "existing_username,new_username,target_directory\r\n".to_owned();
    for cells in lines {
        text += &cells.join(",");
        text += "\r\n";
    }
    let services = &scene.world.services;
    let upload = services.begin_mapping_upload(&scene.admin, SLUG, "list.csv");
    let mut upload = upload.await.expect("begun");
    upload.push(text.as_bytes()).await.expect("taken");
    upload.finish().await.expect("received");
}

async fn undecided(scene: &Scene, version: i64, class: Option<ProposalClass>) -> Vec<UndecidedAccount> {
    let services = &scene.world.services;
    let page = services
        .undecided_accounts(&scene.admin, SLUG, version, (class, ""), None)
        .await;
    page.expect("a page").rows
}

fn usernames(accounts: &[UndecidedAccount]) -> Vec<&str> {
    let mut names: Vec<&str> = accounts.iter().map(|account| account.username.as_str()).collect();
    names.sort_unstable();
    names
}

on_both!(
    t_08_whom_a_line_names_is_not_given_to_another_account,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold", "bold", "cold"]).await;
        let b = scene.username(1);
        upload(
            &scene,
            &[["break-glass", "break-glass", "Local"], ["aold", b, ""]],
        )
        .await;
        let everybody = undecided(&scene, 1, None).await;
        assert_eq!(usernames(&everybody), ["bold", "cold"]);
        // Each is still shown with the person it resembles, to be decided about alone.
        assert!(everybody.iter().all(|account| account.proposal.is_some()));
        let mut together = Vec::new();
        for class in ProposalClass::ALL {
            let accounts = undecided(&scene, 1, Some(*class)).await;
            for account in &accounts {
                let proposal = account.proposal.as_ref().expect("a proposal");
                assert_eq!(proposal.class, *class);
            }
            together.extend(accounts);
        }
        assert_eq!(usernames(&together), ["cold"]);
        let proposed = scene.summary().await.proposed;
        let counted: u64 = proposed.iter().map(|(_, accounts)| accounts).sum();
        assert_eq!(counted, 1, "{proposed:?}");
        let about = DecidedAbout::Class { class: proposed[0].0 };
        let decision = Decision::Proposed;
        assert_eq!(scene.edit(1, MappingEdit::Decide { about, decision }).await, 2);
        assert_eq!(usernames(&undecided(&scene, 2, None).await), ["bold"]);
    }
);

on_both!(
    t_08_everybody_whom_no_line_names_is_listed,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold", "bold", "cold", "dold", "eold"]).await;
        upload(
            &scene,
            &[
                ["break-glass", "break-glass", "Local"],
                ["aold", "nobody1@nowhere.example", ""],
                ["bold", "nobody2@nowhere.example", ""],
                ["cold", "nobody3@nowhere.example", ""],
                ["dold", "nobody4@nowhere.example", ""],
                ["eold", "nobody5@nowhere.example", ""],
            ],
        )
        .await;
        let services = &scene.world.services;
        let missed = services.missed_people(&scene.admin, SLUG, 1, None).await;
        let missed = missed.expect("a page");
        assert_eq!((missed.rows.len(), missed.next), (5, None), "{:?}", missed.rows);
        let mut lines: Vec<(u64, &str)> = missed
            .rows
            .iter()
            .map(|person| (person.line, person.account.as_str()))
            .collect();
        lines.sort_unstable();
        assert_eq!(
            lines,
            [(3, "aold"), (4, "bold"), (5, "cold"), (6, "dold"), (7, "eold")]
        );
        assert!(missed.rows.iter().all(|person| !person.reason.is_empty()));
        let summary = scene.summary().await;
        let group = summary
            .groups
            .iter()
            .find(|group| group.example.code == FindingCode::MissedMapping);
        let said = group.expect("a finding about all lines").example.sentence();
        assert!(said.contains("and 2 more"), "{said}");
    }
);

on_both!(
    p_01_the_account_of_the_person_with_the_new_username_is_suggested,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold", "bold"]).await;
        let words = scene.people[1].display_name.clone().unwrap_or_default();
        let surname = words.split_whitespace().last().expect("a name").to_owned();
        let namesake = NewLocalAccount {
            username: "namesake".to_owned(),
            surname,
            ..NewLocalAccount::default()
        };
        let services = &scene.world.services;
        services
            .create_local_accounts(&scene.world.actor, SLUG, &[namesake])
            .await
            .expect("created");
        upload(
            &scene,
            &[
                ["break-glass", "break-glass", "Local"],
                ["zz-unknown", scene.username(0), ""],
                ["zz-unknown-too", scene.username(1), ""],
                ["bold", "bold", "Local"],
            ],
        )
        .await;
        for (line, meant) in [(3, "aold"), (4, "namesake")] {
            let view = services.mapping_line(&scene.admin, SLUG, (1, line), "").await;
            let findings = view.expect("a line").findings;
            let said = format!("Did you mean “{meant}”?");
            assert!(
                findings.iter().any(|finding| finding.sentence.contains(&said)),
                "{findings:?}"
            );
        }
    }
);

on_both!(
    an_undecided_account_is_given_somebody_from_the_directory,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold", "bold"]).await;
        scene.edit(0, MappingEdit::Begin).await;
        let everybody = undecided(&scene, 1, None).await;
        let aold = everybody.iter().find(|account| account.username == "aold");
        let account: AccountId = aold.expect("the account").id.parse().expect("an id");
        let services = &scene.world.services;
        let search = async |version: i64, what: &str| {
            services
                .search_for_undecided(&scene.admin, SLUG, (version, account), what)
                .await
                .expect("an answer")
        };
        let nothing = search(1, " ").await.expect("undecided");
        assert_eq!(
            (nothing.account.username.as_str(), nothing.found.len()),
            ("aold", 0)
        );
        let searched = search(1, scene.username(1)).await.expect("undecided");
        let is_meant = |username: &str| username.eq_ignore_ascii_case(scene.username(1));
        let mut found = searched.found.into_iter().map(|person| person.username);
        let new = found.find(|username| is_meant(username)).expect("the person");
        let about = DecidedAbout::One { account };
        let decision = Decision::Username { new };
        assert_eq!(scene.edit(1, MappingEdit::Decide { about, decision }).await, 2);
        assert_eq!(search(2, "").await, None, "a line is about it");
        let elsewhere = services
            .search_for_undecided(&scene.admin, "fabrikam-of-nobody", (1, account), "")
            .await;
        assert!(matches!(elsewhere, Err(ServiceError::User(UserError::NotFound))));
    }
);

on_both!(
    the_list_to_fill_in_says_who_is_proposed,
    |test: TestDb| async move {
        let scene = Scene::new(test, &["aold"]).await;
        let services = &scene.world.services;
        let is_said = async || {
            let list = services
                .export_mapping_template(&scene.world.actor, SLUG, None)
                .await;
            let rows = list.expect("a page").rows;
            let mut rows = rows.into_iter();
            let row = rows.find(|row| row.person.username == "aold").expect("a row");
            let proposal = row.proposal.expect("a proposal");
            assert!(
                proposal.username.eq_ignore_ascii_case(scene.username(0)),
                "{proposal:?}"
            );
            assert!(!proposal.reason.is_empty());
        };
        scene.edit(0, MappingEdit::Begin).await;
        is_said().await;
    }
);

/// A worker who begins with one version only once a newer one is there, or is checked.
pub(crate) struct Late {
    pub(crate) services: Services,
    pub(crate) actor: Actor,
    pub(crate) version: &'static str,
    pub(crate) newer: i64,
    /// The newer one is to be checked; else it is there for long enough to be.
    pub(crate) is_checked: bool,
}

impl Late {
    async fn may_begin(&self) -> bool {
        let view = self.services.user_mapping(&self.actor, SLUG).await;
        let version = view.expect("a view").version.expect("a version");
        version.number == self.newer && (!self.is_checked || version.state != MappingState::Checking)
    }
}

#[async_trait::async_trait]
impl Handler for Late {
    async fn run(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        if job.kind != MAPPING_JOB {
            return Ok(());
        }
        if job.subject == self.version {
            while !self.may_begin().await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        self.services.work_on_mapping(job, lease).await
    }

    async fn tick(&self) -> Result<(), JobError> {
        Ok(())
    }
}

on_both!(
    f_30_an_older_check_that_ends_later_leaves_the_proposals_of_the_newer_one,
    |test: TestDb| async move {
        let mut scene = Scene::new(test, &["aold", "bold"]).await;
        scene.world.dismiss().await;
        let late = Late {
            services: scene.world.services.clone(),
            actor: scene.admin.clone(),
            version: "2",
            newer: 3,
            is_checked: true,
        };
        scene.world.employ_for(Arc::new(late));
        let glass = ["break-glass", "break-glass", "Local"];
        upload(&scene, &[glass, ["bold", scene.username(1), ""]]).await;
        send(&scene, &[glass, ["aold", scene.username(0), ""]]).await;
        // An upload would wait for the older one (P-13); a version that is taken up again does not.
        assert_eq!(scene.edit(2, MappingEdit::Back { to: 1 }).await, 3);
        let customer = scene.world.customer().await;
        let mut is_pending = true;
        for _ in 0..1_200 {
            let mut tx = scene.world.test.db.read().await.expect("a transaction");
            let pending = store::jobs::is_pending(&mut tx, customer, MAPPING_JOB, "2").await;
            is_pending = pending.expect("a query");
            if !is_pending {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(!is_pending, "the check of version 2 ends, too");
        // By the lines of version 2 the person of `aold` would be somebody's already.
        let mut together = Vec::new();
        for class in ProposalClass::ALL {
            together.extend(undecided(&scene, 3, Some(*class)).await);
        }
        assert_eq!(usernames(&together), ["aold"]);
        assert_eq!(
            scene.lines(2).await.len(),
            2,
            "version 2 is there to be compared with"
        );
        scene.world.dismiss().await;
    }
);
