//! A whole backend: a database, the services, a worker, and a simulated provider to follow.

use std::sync::Arc;
use std::time::Duration;

use domain::connection::Verdict;
use domain::deployment::{ExistingDirectory, Step};
use domain::ids::Id;
use domain::people::{AccountState, Block, BlockReason, BlockedBy, Directory};
use domain::people::{OldDirectory, PeopleAccount, Profile, field};
use domain::settings::{DataMapping, GroupMapping, GroupMode, Scope, ScopeGroup};
use domain::sync::{ChangeKind, RunKind, RunState};
use domain::views::{ChangeFilter, ChangeRow, PeopleFilter, ProviderForm, RunView};
use domain::{AccountId, Actor, Clock, CustomerId, DirectoryId, GroupId, ObjectId, Username};
use jobs::{Runner, RunnerOptions, Wake};
use providers::{Cloud, Limits, OktaOrg, Providers};
use services::{KeyRing, Parts, Services};
use simulator::{Kind, Person, Simulator};
use test_support::{TestDb, TickingClock};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::postbox::Postbox;

pub(crate) const SLUG: &str = "contoso";
/// The group of the simulated directories that holds most people.
pub(crate) const SCOPE: &str = "Intranet users";
const START: &str = "2026-03-12T09:41:00Z";

pub(crate) struct World {
    pub(crate) test: TestDb,
    pub(crate) services: Services,
    pub(crate) simulator: Simulator,
    pub(crate) actor: Actor,
    pub(crate) kind: Kind,
    pub(crate) postbox: Postbox,
    clock: TickingClock,
    wake: Wake,
    workers: Vec<(CancellationToken, JoinHandle<()>)>,
}

/// Everything that belongs to People: what a test sync and a preview must not touch.
pub(crate) const PEOPLE_TABLES: &[&str] = &["accounts", "people_groups", "memberships", "identity_links"];

impl World {
    /// A customer connected to Entra, with [`SCOPE`] as the security group, and a worker.
    pub(crate) async fn entra(test: TestDb) -> Self {
        Self::start(test, Kind::Entra, 60).await
    }

    /// The same with Okta.
    pub(crate) async fn okta(test: TestDb) -> Self {
        Self::start(test, Kind::Okta, 60).await
    }

    pub(crate) async fn start(test: TestDb, kind: Kind, users: usize) -> Self {
        let clock = TickingClock::at(START);
        let options = simulator::Options {
            users,
            start: clock.now(),
            ..simulator::Options::default()
        };
        let simulator = Simulator::start(options).await.expect("the simulator starts");
        let wake = Wake::default();
        let postbox = Postbox::default();
        let services = services(&test, &simulator, clock, wake.clone(), &postbox);
        let actor = Actor::system("Test");
        services
            .create_customer(&actor, "Contoso Ltd", SLUG)
            .await
            .expect("a customer");
        let mut world = Self {
            test,
            services,
            simulator,
            actor,
            kind,
            postbox,
            clock,
            wake,
            workers: Vec::new(),
        };
        world.connect().await;
        world.scope_to(&[SCOPE]).await;
        world.employ();
        world
    }

    /// Step 3: whoever is in People of a test is there on purpose, and runs may write.
    pub(crate) async fn nobody_to_migrate(&self) {
        self.services
            .answer_existing(&self.actor, SLUG, ExistingDirectory::BrandNew, "A test.")
            .await
            .expect("answered");
    }

    /// Another worker, as a second server process would be.
    pub(crate) fn employ(&mut self) {
        self.employ_for(Arc::new(Work(self.services.clone())));
    }

    /// A worker that does its jobs in its own way.
    pub(crate) fn employ_for(&mut self, handler: Arc<dyn jobs::Handler>) {
        let options = RunnerOptions {
            workers: 2,
            lease: Duration::from_secs(3),
            poll: Duration::from_millis(50),
            tick: Duration::from_millis(500),
            alone: services::mail::LETTER_JOB.to_owned(),
            owner: format!("worker-{}", self.workers.len()),
        };
        let clock = Arc::new(self.clock);
        let runner = Runner::new(self.test.db.clone(), clock, handler, self.wake.clone(), options);
        let stop = CancellationToken::new();
        self.workers.push((stop.clone(), tokio::spawn(runner.run(stop))));
    }

    /// Turns the clock ahead, for the services and for a new worker.
    pub(crate) async fn turn_clock(&mut self, by: chrono::TimeDelta) {
        self.turn_clock_alone(by).await;
        self.employ();
    }

    /// The same; nobody works afterwards.
    pub(crate) async fn turn_clock_alone(&mut self, by: chrono::TimeDelta) {
        self.dismiss().await;
        self.clock = self.clock.ahead(by);
        self.services = services(
            &self.test,
            &self.simulator,
            self.clock,
            self.wake.clone(),
            &self.postbox,
        );
    }

    /// Blocks an account as People's own administrators do.
    pub(crate) async fn block(&self, account: AccountId) {
        let customer = self.customer().await;
        let mut tx = self.test.db.begin().await.expect("a transaction");
        let mut found = store::accounts::find(&mut tx, customer, account)
            .await
            .expect("a query")
            .expect("the account");
        found.state = AccountState::Blocked;
        found.block = Some(Block {
            by: BlockedBy::Administrator,
            reason: BlockReason::ByAdministrator,
        });
        let write = store::accounts::AccountWrite {
            account: found,
            search_key: "blocked".to_owned(),
            sort_key: "blocked".to_owned(),
        };
        store::accounts::update(&mut tx, customer, &[write], self.clock.now())
            .await
            .expect("updated");
        tx.commit().await.expect("a commit");
    }

    /// Lets all workers go, in good order.
    pub(crate) async fn dismiss(&mut self) {
        for (stop, worker) in self.workers.drain(..) {
            stop.cancel();
            worker.await.expect("a worker ends");
        }
    }

    pub(crate) fn form(&self) -> ProviderForm {
        match self.kind {
            Kind::Entra => ProviderForm {
                provider: "entra".into(),
                auth: "client_secret".into(),
                cloud: "simulated".into(),
                tenant: self.simulator.entra().tenant_id.clone(),
                client_id: self.simulator.entra().client_id.clone(),
                client_secret: self.simulator.entra().client_secret.clone(),
                ..ProviderForm::default()
            },
            Kind::Okta => ProviderForm {
                provider: "okta".into(),
                auth: "private_key".into(),
                tenant: self.simulator.okta().domain.clone(),
                client_id: self.simulator.okta().client_id.clone(),
                private_key: self.simulator.okta().private_key_pem.clone(),
                ..ProviderForm::default()
            },
        }
    }

    async fn connect(&self) {
        let form = self.form();
        let report = self
            .services
            .test_provider(&self.actor, SLUG, &form)
            .await
            .expect("a report")
            .report;
        for stage in &report.stages {
            assert_ne!(stage.verdict, Verdict::Failed, "{stage:?}");
        }
        self.services
            .save_provider(&self.actor, SLUG, &form)
            .await
            .expect("the provider is saved");
    }

    pub(crate) fn group(&self, name: &str) -> ObjectId {
        let groups = self.simulator.control().groups(self.kind);
        let group = groups
            .iter()
            .find(|group| group.name == name)
            .expect("the group exists");
        ObjectId::new(group.id.clone())
    }

    pub(crate) async fn scope_to(&self, names: &[&str]) {
        let settings = self.services.settings(&self.actor, SLUG).await.expect("settings");
        let groups = names
            .iter()
            .map(|name| ScopeGroup {
                object_id: self.group(name),
                name: (*name).to_owned(),
            })
            .collect();
        let scope = Scope {
            groups,
            ..settings.scope
        };
        self.services
            .save_scope(&self.actor, SLUG, settings.version, scope)
            .await
            .expect("the scope is saved");
    }

    pub(crate) async fn usernames_follow(&self) {
        self.change_mapping(|mapping| mapping.username_follows = true)
            .await;
    }

    /// Changes the data mapping, after a test sync if there was none: before it nothing can be mapped.
    pub(crate) async fn change_mapping(&self, change: impl FnOnce(&mut DataMapping)) {
        let settings = self.services.settings(&self.actor, SLUG).await.expect("settings");
        if !settings.may_edit(Step::DataMapping) {
            self.run(RunKind::TestSync).await;
        }
        let mut mapping = settings.mapping;
        change(&mut mapping);
        let save = async |confirmed: &str| {
            let saved = self
                .services
                .save_mapping(&self.actor, SLUG, settings.version, mapping.clone(), confirmed)
                .await;
            saved.expect("saved")
        };
        if let Some(effect) = save("").await {
            assert_eq!(save(&effect.stamp).await, None, "it is confirmed");
        }
    }

    /// Maps [`SCOPE`] to a new People group.
    pub(crate) async fn everybody_joins(&self, name: &str) -> GroupId {
        let group = self
            .services
            .create_people_group(&self.actor, SLUG, name)
            .await
            .expect("a group");
        let settings = self.services.settings(&self.actor, SLUG).await.expect("settings");
        let mapping = GroupMapping {
            object_id: self.group(SCOPE),
            name: SCOPE.into(),
            group,
            mode: GroupMode::Additive,
        };
        self.services
            .save_group_mappings(&self.actor, SLUG, settings.version, vec![mapping])
            .await
            .expect("saved");
        group
    }

    /// Starts a run and waits until it is held or over.
    pub(crate) async fn run(&self, kind: RunKind) -> RunView {
        self.nobody_to_migrate().await;
        let number = self
            .services
            .start_run(&self.actor, SLUG, kind)
            .await
            .expect("the run starts");
        self.settled(number).await
    }

    /// A run that writes, accepted where it is held.
    pub(crate) async fn sync(&self) -> RunView {
        let run = self.run(RunKind::Manual).await;
        if run.row.state != RunState::Held {
            return run;
        }
        self.accept(run.row.number).await
    }

    pub(crate) async fn accept(&self, number: i64) -> RunView {
        self.nobody_to_migrate().await;
        self.services
            .decide_run(&self.actor, SLUG, number, true)
            .await
            .expect("the run is accepted");
        self.settled(number).await
    }

    pub(crate) async fn settled(&self, number: i64) -> RunView {
        for _ in 0..1_200 {
            let run = self
                .services
                .run(&self.actor, SLUG, number)
                .await
                .expect("the run");
            if run.row.state.is_final() || run.row.state == RunState::Held {
                return run;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("run {number} did not end within a minute");
    }

    /// All changes of one kind.
    pub(crate) async fn changes(&self, number: i64, kind: ChangeKind) -> Vec<ChangeRow> {
        let filter = ChangeFilter {
            kind: Some(kind),
            ..ChangeFilter::default()
        };
        let mut rows = Vec::new();
        let mut after = None;
        loop {
            let page = self
                .services
                .changes(&self.actor, SLUG, number, &filter, after.as_deref())
                .await
                .expect("the changes");
            rows.extend(page.rows);
            after = page.next;
            if after.is_none() {
                return rows;
            }
        }
    }

    pub(crate) async fn customer(&self) -> CustomerId {
        let mut tx = self.test.db.read().await.expect("a transaction");
        store::customers::by_slug(&mut tx, SLUG)
            .await
            .expect("a query")
            .expect("the customer")
            .id
    }

    /// The account with this username, straight out of the store.
    pub(crate) async fn account(&self, username: &str) -> Option<PeopleAccount> {
        let customer = self.customer().await;
        let key = rules::username::key(&rules::username::stored(username));
        let mut tx = self.test.db.read().await.expect("a transaction");
        store::accounts::by_key(&mut tx, customer, &key)
            .await
            .expect("a query")
    }

    /// Puts a local account into People.
    pub(crate) async fn add_local(&self, username: &str, administrator: bool) -> AccountId {
        self.add_account(username, |account| account.is_administrator = administrator)
            .await
    }

    /// Puts an account of the directory into People that is linked to nobody yet.
    pub(crate) async fn add_unlinked(
        &self,
        username: &str,
        change: impl FnOnce(&mut PeopleAccount),
    ) -> AccountId {
        let customer = self.customer().await;
        let mut tx = self.test.db.read().await.expect("a transaction");
        let directory = store::directories::current(&mut tx, customer)
            .await
            .expect("a query");
        drop(tx);
        let directory = Directory::External(directory.expect("a directory").id);
        self.add_account(username, |account| {
            account.directory = directory;
            change(account);
        })
        .await
    }

    /// Lets the customer have followed an old Active Directory before.
    pub(crate) async fn add_old_directory(&self, name: &str) -> DirectoryId {
        let customer = self.customer().await;
        let id = DirectoryId::at(self.clock.now(), rand::random());
        let (kind, now) = (OldDirectory::ActiveDirectory, self.clock.now());
        let mut tx = self.test.db.begin().await.expect("a transaction");
        let added = store::directories::insert_old(&mut tx, customer, id, kind, name, now);
        added.await.expect("inserted");
        tx.commit().await.expect("a commit");
        id
    }

    pub(crate) async fn add_account(
        &self,
        username: &str,
        change: impl FnOnce(&mut PeopleAccount),
    ) -> AccountId {
        let customer = self.customer().await;
        let username: Username = rules::username::stored(username);
        let now = self.clock.now();
        let id = AccountId::at(now, rand::random());
        let mut account = PeopleAccount {
            id,
            username_key: rules::username::key(&username),
            username,
            directory: Directory::Local,
            state: AccountState::Active,
            block: None,
            is_administrator: false,
            profile: Profile::from([(field::SURNAME.to_owned(), "Local".to_owned())]),
            manager: None,
            version: 1,
            created_at: now,
            updated_at: now,
            last_sign_in_at: None,
        };
        change(&mut account);
        let write = store::accounts::AccountWrite {
            account,
            search_key: "local".to_owned(),
            sort_key: "local".to_owned(),
        };
        let mut tx = self.test.db.begin().await.expect("a transaction");
        store::accounts::insert(&mut tx, customer, &[write], now)
            .await
            .expect("the account is added");
        tx.commit().await.expect("a commit");
        id
    }

    /// Somebody in scope other than `not`: object id, and the sign-in name.
    pub(crate) fn somebody_else(&self, not: &str) -> (String, String) {
        let control = self.simulator.control();
        let everybody = control.people(self.kind, 0..control.count(self.kind));
        let other = everybody
            .into_iter()
            .find(|person| person.id != not && self.is_in_scope(&person.id))
            .expect("somebody else");
        (other.id, other.principal_name)
    }

    /// Everybody in the directory with the account they have.
    pub(crate) async fn everybody(&self) -> Vec<(Person, Option<PeopleAccount>)> {
        let control = self.simulator.control();
        let mut all = Vec::new();
        for person in control.people(self.kind, 0..control.count(self.kind)) {
            let account = self.account(&person.principal_name).await;
            all.push((person, account));
        }
        all
    }

    /// Whether somebody is in the security group.
    pub(crate) fn is_in_scope(&self, id: &str) -> bool {
        let control = self.simulator.control();
        let group = control.group(self.kind, self.group(SCOPE).as_str());
        group
            .expect("the group")
            .members
            .iter()
            .any(|member| member == id)
    }

    /// How often the whole list of users was begun since the requests were cleared.
    pub(crate) fn full_reads(&self) -> usize {
        let requests = self.simulator.control().requests();
        requests
            .iter()
            .filter(|request| request.target.starts_with("/v1.0/users?"))
            .filter(|request| !request.target.contains("skiptoken"))
            .count()
    }

    pub(crate) async fn people_dump(&self) -> String {
        self.test.dump(PEOPLE_TABLES).await
    }

    /// Three people leave, each in another way: `(object id, principal name)` of each, and why the sync is to block them
    /// (L-01, L-03, L-05).
    pub(crate) async fn three_leave(&self) -> [((String, String), BlockReason); 3] {
        let [disabled, deleted, removed] = [
            self.somebody(0).await,
            self.somebody(1).await,
            self.somebody(2).await,
        ];
        let control = self.simulator.control();
        control.disable(self.kind, &disabled.0).expect("disabled");
        control.delete(self.kind, &deleted.0).expect("deleted");
        control
            .remove_from_group(self.kind, self.group(SCOPE).as_str(), &removed.0)
            .expect("removed");
        [
            (disabled, BlockReason::DisabledInDirectory),
            (deleted, BlockReason::LeftDirectory),
            (removed, BlockReason::OutOfScope),
        ]
    }

    /// Somebody ordinary who is in scope, the `n`th: `(object id, principal name)`.
    pub(crate) async fn somebody(&self, n: usize) -> (String, String) {
        let filter = PeopleFilter {
            directory: "synced".into(),
            ..PeopleFilter::default()
        };
        let page = self
            .services
            .people(&self.actor, SLUG, &filter, None)
            .await
            .expect("people");
        let row = page
            .rows
            .iter()
            .filter(|row| row.state == AccountState::Active && row.email.is_some())
            .nth(n)
            .expect("somebody is there");
        let person = self
            .simulator
            .control()
            .find(self.kind, &row.username)
            .expect("they are in the directory");
        (person.id, person.principal_name)
    }
}

struct Work(Services);

#[async_trait::async_trait]
impl jobs::Handler for Work {
    async fn run(&self, job: &jobs::Job, lease: &jobs::Lease) -> Result<(), jobs::JobError> {
        match job.kind.as_str() {
            services::mail::LETTER_JOB => self.0.send_letter(job, lease).await,
            services::user_mapping::MAPPING_JOB => self.0.work_on_mapping(job, lease).await,
            services::people_file::PEOPLE_FILE_JOB => self.0.work_on_people_file(job, lease).await,
            services::migration::MIGRATION_JOB => self.0.work_on_migration(job, lease).await,
            _ => self.0.work_on_run(job, lease).await,
        }
    }

    async fn tick(&self) -> Result<(), jobs::JobError> {
        let ended = self.0.end_abandoned_runs().await;
        let what = |error: services::ServiceError| jobs::JobError::Retry {
            what: error.to_string(),
        };
        ended.and(self.0.take_up_migrations().await).map_err(what)?;
        Ok(())
    }
}

fn services(
    test: &TestDb,
    simulator: &Simulator,
    clock: TickingClock,
    wake: Wake,
    postbox: &Postbox,
) -> Services {
    let url = |text: &str| text.parse().expect("a URL");
    let cloud = Cloud {
        id: "simulated".into(),
        name: "Simulated cloud".into(),
        login_base: url(&simulator.entra().login_base),
        graph_base: url(&simulator.entra().graph_base),
        ca_pem: None,
        loopback_allowed: true,
    };
    let org = OktaOrg {
        domain: simulator.okta().domain.clone(),
        base: url(&simulator.okta().base_url),
        ca_pem: None,
    };
    // Waits short enough for tests; everything else as usual.
    let limits = Limits {
        attempts: 3,
        backoff: Duration::from_millis(20),
        floor: Duration::from_millis(5),
        per_second: 1_000,
        ..Limits::default()
    };
    let key = ("test".to_owned(), vec![7_u8; 32].into());
    Services::new(Parts {
        db: test.db.clone(),
        providers: Providers::with_limits(vec![cloud], vec![org], Arc::new(clock), limits),
        clock: Arc::new(clock),
        keys: KeyRing::new(vec![key]).expect("a key ring"),
        mail: postbox.mail(),
        wake,
    })
}
