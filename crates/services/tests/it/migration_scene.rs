//! A customer with an approved user mapping: an old directory with a swap, a cycle of three, other letter cases, somebody who
//! becomes local, and a local administrator who gets in.

use std::sync::Arc;
use std::time::Duration;

use domain::deployment::{ExistingDirectory, Step};
use domain::ids::Id;
use domain::migration::{MigrationOptions, MigrationRunState, MigrationStep, PlanState};
use domain::people::{Directory, PeopleAccount, field};
use domain::sync::RunKind;
use domain::user_mapping::{FindingGroup, MappingOutcome, MappingState, Verdict};
use domain::views::{MigrationPlanView, MigrationRunView};
use domain::{Actor, ConsoleUserId, CustomerId, Role};
use services::migration::{MIGRATION_JOB, MigrationStart};
use services::{ServiceError, Services};
use simulator::Person;
use test_support::TestDb;

use crate::world::{SCOPE, SLUG, World};

pub(crate) struct Scene {
    pub(crate) world: World,
    pub(crate) staff: Actor,
    pub(crate) admin: Actor,
    pub(crate) people: Vec<Person>,
}

/// What runs of the tests leave of accounts to be compared.
pub(crate) const TABLES: &[&str] = &[
    "accounts",
    "identity_links",
    "released_usernames",
    "access_pauses",
];

/// At once, for so many minutes.
pub(crate) fn now(minutes: u32) -> MigrationStart {
    MigrationStart::Now {
        minutes,
        agreement: "Anna Admin, on the phone.".to_owned(),
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

impl Scene {
    /// Accounts `0` to `5` belong to people of the directory. Under the usernames of today `0` and `1` are swapped, `2` to `4`
    /// form a cycle, all in another letter case, and `5` is called something else; `6` becomes local.
    pub(crate) async fn new(test: TestDb) -> Self {
        let world = World::entra(test).await;
        world.run(RunKind::TestSync).await;
        let people = plain_people(&world, 6);
        let control = world.simulator.control();
        let group = world.group(SCOPE);
        for person in &people {
            let _ = control.add_to_group(world.kind, group.as_str(), &person.id);
        }
        let administrator = world.add_local("break-glass", true).await;
        let old = world.add_old_directory("Active Directory").await;
        for (place, person) in people.iter().enumerate() {
            let name = people.get(now_called(place)).map_or_else(
                || "old.name".to_owned(),
                |other| other.principal_name.to_uppercase(),
            );
            world
                .add_account(&name, |account| {
                    account.directory = Directory::External(old);
                    of_person(account, person);
                })
                .await;
        }
        let to_local = |account: &mut PeopleAccount| account.directory = Directory::External(old);
        world.add_account("kiosk", to_local).await;
        world.run(RunKind::TestSync).await;
        let existing = ExistingDirectory::Existing;
        let answered = world
            .services
            .answer_existing(&world.actor, SLUG, existing, "")
            .await;
        answered.expect("answered");
        for step in [Step::LoginHandler, Step::Module] {
            let stated = world
                .services
                .state_step(&world.actor, SLUG, step, true, "", "Seen.")
                .await;
            stated.expect("recorded");
        }
        let proven = world
            .services
            .prove_local_admin(&world.actor, SLUG, administrator, "Seen.")
            .await;
        proven.expect("recorded");
        let customer = world.customer().await;
        let scene = Self {
            admin: somebody("Anna Admin", Role::CustomerAdmin, Some(customer), 1),
            staff: somebody("Sam Staff", Role::Staff, None, 2),
            world,
            people,
        };
        scene.approve(&scene.mapping()).await;
        scene
    }

    pub(crate) fn services(&self) -> &Services {
        &self.world.services
    }

    /// The file of the mapping.
    pub(crate) fn mapping(&self) -> String {
        let mut lines = vec!["existing_username,new_username,target_directory".to_owned()];
        for (place, person) in self.people.iter().enumerate() {
            let now = self
                .people
                .get(now_called(place))
                .map_or("old.name", |other| other.principal_name.as_str());
            lines.push(format!("{now},{},", person.principal_name));
        }
        lines.push("kiosk,,Local".to_owned());
        lines.push("break-glass,break-glass,Local".to_owned());
        lines.join("\r\n")
    }

    /// Uploads, submits and approves a mapping.
    pub(crate) async fn approve(&self, text: &str) {
        let services = self.services();
        let upload = services.begin_mapping_upload(&self.admin, SLUG, "list.csv").await;
        let mut upload = upload.expect("begun");
        upload.push(text.as_bytes()).await.expect("taken");
        upload.finish().await.expect("received");
        let version = self.checked().await;
        self.submit_and_approve(version).await;
    }

    pub(crate) async fn submit_and_approve(&self, version: i64) {
        let services = self.services();
        let view = services.user_mapping(&self.admin, SLUG).await.expect("a view");
        let needs = view.submission.expect("it can be submitted");
        assert!(
            needs.in_the_way.is_empty(),
            "{:?} {:?}",
            needs.in_the_way,
            view.version
        );
        let keys: Vec<String> = needs.warnings.iter().map(FindingGroup::key).collect();
        let submitted = services.submit_mapping(&self.admin, SLUG, version, &keys).await;
        submitted.expect("submitted");
        let verdict = Verdict::APPROVE;
        let approved = services.review_mapping(&self.staff, SLUG, version, verdict).await;
        approved.expect("approved");
    }

    /// Has the approved mapping checked again, and approves it for how the directory is now (P-17).
    pub(crate) async fn approve_anew(&self) {
        let services = self.services();
        // A run of the test world says that nobody was there before.
        let existing = ExistingDirectory::Existing;
        let answered = services.answer_existing(&self.staff, SLUG, existing, "").await;
        answered.expect("answered");
        let version = self.checked().await;
        let again = services.check_mapping_again(&self.staff, SLUG, version).await;
        again.expect("checked again");
        self.checked().await;
        let view = services.user_mapping(&self.staff, SLUG).await.expect("a view");
        let Some(MappingOutcome::Checked(summary)) = view.version.and_then(|version| version.outcome) else {
            panic!("not checked");
        };
        let verdict = Verdict::Approve {
            needs_second: false,
            unanswered: false,
            acknowledged: summary.groups.iter().map(FindingGroup::key).collect(),
        };
        let approved = services.review_mapping(&self.staff, SLUG, version, verdict).await;
        approved.expect("approved anew");
    }

    async fn checked(&self) -> i64 {
        let view = eventually(async || {
            let view = self
                .services()
                .user_mapping(&self.admin, SLUG)
                .await
                .expect("a view");
            let version = view.version?;
            (version.state != MappingState::Checking).then_some(version)
        });
        let version = view.await;
        let Some(MappingOutcome::Checked(_)) = &version.outcome else {
            panic!("not checked: {:?}", version.outcome);
        };
        version.number
    }

    /// A plan that is ready.
    pub(crate) async fn plan(&self) -> MigrationPlanView {
        let options = MigrationOptions::default();
        let made = self
            .services()
            .make_migration_plan(&self.staff, SLUG, options)
            .await;
        self.ready(made.expect("a plan")).await
    }

    pub(crate) async fn ready(&self, number: i64) -> MigrationPlanView {
        let plan = eventually(async || {
            let plan = self.services().migration_plan(&self.staff, SLUG, number).await;
            let plan = plan.expect("the plan");
            (plan.state != PlanState::Making).then_some(plan)
        });
        let plan = plan.await;
        assert_eq!(plan.state, PlanState::Ready, "{plan:?}");
        plan
    }

    pub(crate) async fn rehearsed(&self, plan: i64) -> MigrationPlanView {
        let services = self.services();
        services
            .rehearse_migration(&self.staff, SLUG, plan)
            .await
            .expect("rehearsed");
        eventually(async || {
            let plan = services
                .migration_plan(&self.staff, SLUG, plan)
                .await
                .expect("the plan");
            plan.rehearsal.is_some().then_some(plan)
        })
        .await
    }

    /// A plan that is rehearsed, and for which there is a backup.
    pub(crate) async fn prepared(&self) -> i64 {
        let plan = self.plan().await.number;
        self.rehearsed(plan).await;
        let note = "Dump of this morning.";
        let noted = self
            .services()
            .note_migration_backup(&self.staff, SLUG, plan, note)
            .await;
        noted.expect("noted");
        plan
    }

    pub(crate) async fn start(&self, plan: i64) -> Result<i64, ServiceError> {
        self.services()
            .start_migration(&self.staff, SLUG, plan, now(120))
            .await
    }

    /// A run that has ended.
    pub(crate) async fn ended(&self, run: i64) -> MigrationRunView {
        eventually(async || {
            let run = self
                .services()
                .migration_run(&self.staff, SLUG, run)
                .await
                .expect("the run");
            (!run.state.is_open()).then_some(run)
        })
        .await
    }

    pub(crate) async fn migrate(&self) -> MigrationRunView {
        let plan = self.prepared().await;
        let run = self.start(plan).await.expect("started");
        let run = self.ended(run).await;
        assert_eq!(run.state, MigrationRunState::Done, "{run:?}");
        run
    }

    /// Somebody of the intranet gives an account another username.
    pub(crate) async fn rename(&self, from: &str, to: &str) {
        let customer = self.world.customer().await;
        let mut account = self.world.account(from).await.expect("an account");
        account.username = rules::username::stored(to);
        account.username_key = rules::username::key(&account.username);
        let write = store::accounts::AccountWrite {
            account,
            search_key: to.to_owned(),
            sort_key: to.to_owned(),
        };
        let mut tx = self.world.test.db.begin().await.expect("a transaction");
        let written = store::accounts::update(&mut tx, customer, &[write], self.services().now()).await;
        assert_eq!(written.expect("written"), 1);
        tx.commit().await.expect("a commit");
    }

    /// Everything about accounts, without what counts changes.
    pub(crate) async fn dump(&self) -> String {
        self.world.test.dump(TABLES).await
    }

    /// Usernames by the person whose account it is, and where it belongs.
    pub(crate) async fn usernames(&self) -> Vec<(String, bool)> {
        let customer = self.world.customer().await;
        let mut tx = self.world.test.db.read().await.expect("a transaction");
        let ours = store::directories::current(&mut tx, customer)
            .await
            .expect("a query");
        let ours = Directory::External(ours.expect("a directory").id);
        let directory = domain::DirectoryId::at(self.services().now(), [0; 10]);
        let all =
            store::migration::accounts_now(&mut tx, (customer, directory), 0, (None, 1_000), true).await;
        let mut all: Vec<_> = all
            .expect("accounts")
            .into_iter()
            .filter(|account| account.kept.profile.contains_key(field::EMAIL))
            .map(|account| {
                let email = account
                    .kept
                    .profile
                    .get(field::EMAIL)
                    .cloned()
                    .unwrap_or_default();
                let place = account.place;
                (email, place.username.as_str().to_owned(), place.directory == ours)
            })
            .collect();
        all.sort();
        all.into_iter().map(|(_, name, there)| (name, there)).collect()
    }

    pub(crate) async fn step(&self) -> domain::views::TaskState {
        let view = self
            .services()
            .deployment(&self.staff, SLUG)
            .await
            .expect("a view");
        let mut tasks = view.tasks.into_iter();
        tasks
            .find(|task| task.step == Step::Migration)
            .expect("the step")
            .state
    }
}

/// Whose username of tomorrow an account has today.
const fn now_called(place: usize) -> usize {
    match place {
        0 => 1,
        1 => 0,
        2 => 3,
        3 => 4,
        4 => 2,
        _ => usize::MAX,
    }
}

fn plain_people(world: &World, count: usize) -> Vec<Person> {
    let control = world.simulator.control();
    let all = control
        .people(world.kind, 0..control.count(world.kind))
        .into_iter();
    let people: Vec<Person> = all
        .filter(|person| {
            person.enabled == Some(true)
                && person.user_type.as_deref() == Some("Member")
                && person.first_name.is_some()
                && person.last_name.is_some()
                && person.mail.as_deref() == Some(&person.principal_name)
        })
        .skip(15)
        .take(count)
        .collect();
    assert_eq!(people.len(), count, "the simulator has plain people");
    people
}

fn of_person(account: &mut PeopleAccount, person: &Person) {
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

/// Asks until there is an answer.
pub(crate) async fn eventually<T>(ask: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..1_200 {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no answer within a minute");
}

/// A worker that dies at one step, `times` times.
pub(crate) struct Dying {
    pub(crate) services: Services,
    pub(crate) at: MigrationStep,
    pub(crate) times: Arc<std::sync::atomic::AtomicU32>,
}

#[async_trait::async_trait]
impl jobs::Handler for Dying {
    async fn run(&self, job: &jobs::Job, lease: &jobs::Lease) -> Result<(), jobs::JobError> {
        use std::sync::atomic::Ordering;
        match job.kind.as_str() {
            MIGRATION_JOB => {
                let die = |step: MigrationStep| {
                    let left = self
                        .times
                        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                            (step == self.at).then(|| left.checked_sub(1)).flatten()
                        });
                    assert!(left.is_err(), "the worker dies at {step}");
                };
                self.services.work_on_migration_at(job, lease, &die).await
            }
            services::user_mapping::MAPPING_JOB => self.services.work_on_mapping(job, lease).await,
            services::mail::LETTER_JOB => self.services.send_letter(job, lease).await,
            _ => self.services.work_on_run(job, lease).await,
        }
    }

    async fn tick(&self) -> Result<(), jobs::JobError> {
        Ok(())
    }
}
