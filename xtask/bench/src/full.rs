//! The product's own pipeline, through its services, with a worker.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::SubsecRound;
use domain::deployment::ExistingDirectory;
use domain::migration::MigrationStep;
use domain::settings::{Scope, ScopeGroup};
use domain::sync::{RunKind, RunState};
use domain::views::{ProviderForm, RunView};
use domain::{Actor, Clock, ObjectId, Timestamp};
use jobs::{Handler, Job, JobError, Lease, Runner, RunnerOptions, Wake};
use providers::{Cloud, Limits, Providers};
use services::migration::MIGRATION_JOB;
use services::user_mapping::MAPPING_JOB;
use services::{KeyRing, Parts, Services};
use simulator::{Kind, Simulator};
use store::{Db, DbOptions};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) type Failure = Box<dyn std::error::Error>;

pub(crate) struct Measured {
    pub(crate) people: u64,
    pub(crate) first_read: Duration,
    pub(crate) first_apply: Duration,
    pub(crate) unchanged: Duration,
}

struct RealClock;

impl Clock for RealClock {
    #[expect(clippy::disallowed_methods, reason = "a benchmark runs in real time")]
    fn now(&self) -> Timestamp {
        chrono::Utc::now().trunc_subsecs(6)
    }
}

/// When each step of a migration began.
type Steps = Arc<Mutex<Vec<(MigrationStep, Instant)>>>;

struct Work {
    services: Services,
    steps: Steps,
}

#[async_trait]
impl Handler for Work {
    async fn run(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        match job.kind.as_str() {
            MAPPING_JOB => self.services.work_on_mapping(job, lease).await,
            MIGRATION_JOB => {
                let begins = |step| {
                    if let Ok(mut steps) = self.steps.lock() {
                        steps.push((step, Instant::now()));
                    }
                };
                self.services.work_on_migration_at(job, lease, &begins).await
            }
            _ => self.services.work_on_run(job, lease).await,
        }
    }
    async fn tick(&self) -> Result<(), JobError> {
        Ok(())
    }
}

/// The product with a worker and one connected customer, on a database of its own.
pub(crate) struct Product {
    pub(crate) services: Services,
    pub(crate) actor: Actor,
    pub(crate) db: Db,
    pub(crate) address: String,
    pub(crate) steps: Steps,
    stop: CancellationToken,
    worker: JoinHandle<()>,
    /// Of the SQLite file.
    _folder: tempfile::TempDir,
}

impl Product {
    pub(crate) async fn start(simulator: &Simulator, database: Option<&str>) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let url = database.map_or_else(
            || format!("sqlite:{}", folder.path().join("bench.db").display()),
            ToOwned::to_owned,
        );
        let db = Db::open(&DbOptions {
            url: url.clone(),
            max_connections: 5,
        })
        .await?;
        db.migrate().await?;
        let wake = Wake::default();
        let services = services(&db, simulator, wake.clone())?;
        let stop = CancellationToken::new();
        let options = RunnerOptions {
            workers: 1,
            poll: Duration::from_millis(10),
            ..RunnerOptions::default()
        };
        let steps = Steps::default();
        let work = Arc::new(Work {
            services: services.clone(),
            steps: Arc::clone(&steps),
        });
        let runner = Runner::new(db.clone(), Arc::new(RealClock), work, wake, options);
        let worker = tokio::spawn(runner.run(stop.clone()));
        let actor = Actor::system("Benchmark");
        connect(&services, &actor, simulator).await?;
        Ok(Self {
            services,
            actor,
            db,
            address: url,
            steps,
            stop,
            worker,
            _folder: folder,
        })
    }

    pub(crate) async fn end(self) -> Result<(), Failure> {
        self.stop.cancel();
        self.worker.await?;
        self.db.close().await;
        Ok(())
    }
}

pub(crate) async fn run(
    simulator: &Simulator,
    database: Option<&str>,
    rounds: usize,
) -> Result<Measured, Failure> {
    let product = Product::start(simulator, database).await?;
    let (services, actor) = (&product.services, &product.actor);
    let (first, first_read) = timed(services, actor, RunKind::TestSync).await?;
    let mut unchanged = Duration::MAX;
    for _ in 0..rounds {
        unchanged = unchanged.min(timed(services, actor, RunKind::TestSync).await?.1);
    }
    services
        .answer_existing(actor, SLUG, ExistingDirectory::BrandNew, "A benchmark.")
        .await?;
    let (held, _) = timed(services, actor, RunKind::Manual).await?;
    if held.row.state != RunState::Held {
        return Err(format!("the first run is {}, not held", held.row.state).into());
    }
    let begun = Instant::now();
    services.decide_run(actor, SLUG, held.row.number, true).await?;
    let applied = ended(services, actor, held.row.number).await?;
    let first_apply = begun.elapsed();
    if applied.row.counts.failed > 0 {
        return Err(format!("{} changes failed", applied.row.counts.failed).into());
    }
    product.end().await?;
    Ok(Measured {
        people: first.row.counts.read,
        first_read,
        first_apply,
        unchanged,
    })
}

pub(crate) const SLUG: &str = "bench";

pub(crate) async fn timed(
    services: &Services,
    actor: &Actor,
    kind: RunKind,
) -> Result<(RunView, Duration), Failure> {
    let begun = Instant::now();
    let number = services.start_run(actor, SLUG, kind).await?;
    let run = ended(services, actor, number).await?;
    Ok((run, begun.elapsed()))
}

async fn ended(services: &Services, actor: &Actor, number: i64) -> Result<RunView, Failure> {
    loop {
        let run = services.run(actor, SLUG, number).await?;
        match run.row.state {
            RunState::Queued | RunState::Running => tokio::time::sleep(Duration::from_millis(10)).await,
            RunState::Held | RunState::Completed | RunState::CompletedWithProblems => return Ok(run),
            other => return Err(format!("run {number} is {other}: {:?}", run.advice).into()),
        }
    }
}

fn services(db: &Db, simulator: &Simulator, wake: Wake) -> Result<Services, Failure> {
    let cloud = Cloud {
        id: "simulated".into(),
        name: "Simulated".into(),
        login_base: simulator.entra().login_base.parse()?,
        graph_base: simulator.entra().graph_base.parse()?,
        ca_pem: None,
        loopback_allowed: true,
    };
    // The pace that spares a real provider is not what is measured.
    let limits = Limits {
        per_second: 10_000,
        ..Limits::default()
    };
    Ok(Services::new(Parts {
        db: db.clone(),
        providers: Providers::with_limits(vec![cloud], Vec::new(), Arc::new(RealClock), limits),
        clock: Arc::new(RealClock),
        keys: KeyRing::new(vec![("bench".to_owned(), vec![7_u8; 32].into())])?,
        mail: services::mail::Mail {
            console: String::new(),
            mailer: None,
        },
        wake,
    }))
}

async fn connect(services: &Services, actor: &Actor, simulator: &Simulator) -> Result<(), Failure> {
    services.create_customer(actor, "Benchmark", SLUG).await?;
    let entra = simulator.entra();
    let form = ProviderForm {
        provider: "entra".into(),
        auth: "client_secret".into(),
        cloud: "simulated".into(),
        tenant: entra.tenant_id.clone(),
        client_id: entra.client_id.clone(),
        client_secret: entra.client_secret.clone(),
        ..ProviderForm::default()
    };
    services.test_provider(actor, SLUG, &form).await?;
    services.save_provider(actor, SLUG, &form).await?;
    let groups = simulator.control().groups(Kind::Entra);
    let group = groups
        .iter()
        .find(|group| group.name == "Intranet users")
        .ok_or("no scope group")?;
    let settings = services.settings(actor, SLUG).await?;
    let chosen = ScopeGroup {
        object_id: ObjectId::new(group.id.clone()),
        name: group.name.clone(),
    };
    let scope = Scope {
        groups: vec![chosen],
        ..settings.scope
    };
    services.save_scope(actor, SLUG, settings.version, scope).await?;
    Ok(())
}
