//! The server is killed (SIGKILL) in the middle of a run, again and again, on both databases. It ends or goes on;
//! nothing is half applied or lost, and no run stays "running" for ever (H-03, invariant 5).

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use domain::Actor;
use domain::deployment::ExistingDirectory;
use domain::settings::{Scope, ScopeGroup};
use domain::sync::{RunKind, RunPhase, RunState};
use domain::views::{ProviderForm, RunView};
use server::config::{Config, Flags};
use server::wiring::{self, Parties, SystemClock};
use simulator::{Kind, Simulator};
use test_support::{TestDb, on_both};

const SLUG: &str = "contoso";
/// Enough for several pages and several chunks.
const PEOPLE: usize = 2_500;

/// A customer, a provider, and a server process that can be killed.
struct Victim {
    test: TestDb,
    dir: tempfile::TempDir,
    parties: Parties,
    simulator: Simulator,
    actor: Actor,
}

impl Victim {
    async fn new(test: TestDb) -> Self {
        wiring::install_crypto().expect("the only TLS implementation");
        let options = simulator::Options {
            users: PEOPLE,
            ..simulator::Options::default()
        };
        let simulator = Simulator::start(options).await.expect("the simulator starts");
        simulator.control().limit_page_size(Kind::Entra, Some(250));
        let dir = tempfile::tempdir().expect("a folder");
        let config_file = configure(dir.path(), &test.url, &simulator);
        let flags = Flags {
            config: Some(config_file),
            ..Flags::default()
        };
        let config = Config::load(&flags).expect("the configuration");
        let keys = config.key_ring().expect("a key");
        let parties = wiring::build(&config, test.db.clone(), keys, std::sync::Arc::new(SystemClock));
        let actor = Actor::system("test");
        let victim = Self {
            test,
            dir,
            parties,
            simulator,
            actor,
        };
        victim.connect().await;
        victim
    }

    /// What a customer admin does in the browser, up to the first run.
    async fn connect(&self) {
        let services = &self.parties.services;
        services
            .create_customer(&self.actor, "Contoso Ltd", SLUG)
            .await
            .expect("a customer");
        let entra = self.simulator.entra();
        let form = ProviderForm {
            provider: "entra".into(),
            auth: "client_secret".into(),
            cloud: "simulated".into(),
            tenant: entra.tenant_id.clone(),
            client_id: entra.client_id.clone(),
            client_secret: entra.client_secret.clone(),
            ..ProviderForm::default()
        };
        services
            .test_provider(&self.actor, SLUG, &form)
            .await
            .expect("a report");
        services
            .save_provider(&self.actor, SLUG, &form)
            .await
            .expect("saved");
        self.nobody_to_migrate().await;
        let groups = self.simulator.control().groups(Kind::Entra);
        let group = groups
            .iter()
            .find(|group| group.name == "Intranet users")
            .expect("the group");
        let settings = services.settings(&self.actor, SLUG).await.expect("settings");
        let chosen = ScopeGroup {
            object_id: domain::ObjectId::new(group.id.clone()),
            name: group.name.clone(),
        };
        let scope = Scope {
            groups: vec![chosen],
            ..settings.scope
        };
        services
            .save_scope(&self.actor, SLUG, settings.version, scope)
            .await
            .expect("saved");
    }

    fn spawn(&self) -> Process {
        let child = Command::new(env!("CARGO_BIN_EXE_usersync"))
            .arg("serve")
            .arg("--config")
            .arg(self.dir.path().join("usersync.toml"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the server starts");
        Process(child)
    }

    async fn run(&self, number: i64) -> RunView {
        self.parties
            .services
            .run(&self.actor, SLUG, number)
            .await
            .expect("the run")
    }

    /// Starts the server, waits until the run is so far, and kills it. False: the run was over before.
    async fn kill_when(&self, number: i64, so_far: impl Fn(&RunView) -> bool) -> bool {
        let process = self.spawn();
        let begun = Instant::now();
        loop {
            let run = self.run(number).await;
            if is_settled(&run) {
                return false;
            }
            if so_far(&run) {
                drop(process);
                return true;
            }
            assert!(
                begun.elapsed() < Duration::from_mins(2),
                "the run does not get on: {run:?}"
            );
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    async fn let_it_end(&self, number: i64) -> RunView {
        let _process = self.spawn();
        let begun = Instant::now();
        loop {
            let run = self.run(number).await;
            if is_settled(&run) {
                return run;
            }
            assert!(
                begun.elapsed() < Duration::from_mins(2),
                "the run does not end: {run:?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Step 3: whoever is in People is there on purpose, and runs may write.
    async fn nobody_to_migrate(&self) {
        self.parties
            .services
            .answer_existing(&self.actor, SLUG, ExistingDirectory::BrandNew, "A test.")
            .await
            .expect("answered");
    }

    async fn count(&self, table: &str) -> u64 {
        let dump = self.test.dump(&[table]).await;
        let count = dump
            .lines()
            .next()
            .and_then(|line| line.rsplit(' ').next())
            .expect("a count");
        count.parse().expect("a number")
    }
}

fn is_settled(run: &RunView) -> bool {
    run.row.state.is_final() || run.row.state == RunState::Held
}

/// A server process; it is killed when this is dropped, without a chance to tidy up.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        self.0.kill().expect("the server can be killed");
        self.0.wait().expect("the server is gone");
    }
}

fn configure(dir: &Path, database: &str, simulator: &Simulator) -> PathBuf {
    std::fs::write(dir.join("key"), [7_u8; 32]).expect("written");
    let text = format!(
        "listen = \"127.0.0.1:0\"\ndatabase = {database:?}\nlease_seconds = 2\nlog = \"error\"\n\
         [[keys]]\nid = \"test\"\nfile = {key:?}\n\
         [[clouds]]\nid = \"simulated\"\nname = \"Simulated\"\nlogin = {login:?}\ngraph = {graph:?}\n\
         private_addresses = true\n",
        key = dir.join("key").display().to_string(),
        login = simulator.entra().login_base,
        graph = simulator.entra().graph_base,
    );
    let file = dir.join("usersync.toml");
    std::fs::write(&file, text).expect("written");
    file
}

on_both!(h_03_killed_in_the_middle_of_a_run, |test: TestDb| async move {
    let victim = Victim::new(test).await;
    let services = &victim.parties.services;
    let number = services
        .start_run(&victim.actor, SLUG, RunKind::Manual)
        .await
        .expect("started");
    let mut killed = 0;
    killed += u32::from(victim.kill_when(number, |run| run.row.counts.read >= 500).await);
    killed += u32::from(victim.kill_when(number, |run| run.row.counts.read >= 1_500).await);
    killed += u32::from(victim.kill_when(number, |run| run.phase != RunPhase::Read).await);
    assert!(killed >= 2, "the run was killed while reading");
    let held = victim.let_it_end(number).await;
    assert_eq!(held.row.state, RunState::Held, "{held:?}");
    assert_eq!(
        victim.count("accounts").await,
        0,
        "nothing is applied before somebody accepts"
    );

    services
        .decide_run(&victim.actor, SLUG, number, true)
        .await
        .expect("accepted");
    let mut killed = 0;
    killed += u32::from(victim.kill_when(number, |run| run.row.counts.applied >= 1).await);
    killed += u32::from(
        victim
            .kill_when(number, |run| run.row.counts.applied >= 1_500)
            .await,
    );
    assert!(killed >= 1, "the run was killed while applying");
    let done = victim.let_it_end(number).await;
    assert_eq!(done.row.counts.failed, 0, "{done:?}");
    assert_eq!(done.row.counts.applied, done.row.counts.to_apply, "{done:?}");
    assert_eq!(victim.count("accounts").await, done.row.counts.created);
    assert_eq!(victim.count("identity_links").await, done.row.counts.created);

    let again = services
        .start_run(&victim.actor, SLUG, RunKind::Manual)
        .await
        .expect("started");
    let again = victim.let_it_end(again).await;
    assert_eq!(
        (again.row.state, again.row.counts.to_apply),
        (RunState::Completed, 0),
        "{again:?}"
    );
});
