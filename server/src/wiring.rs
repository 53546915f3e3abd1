//! The only place that builds the database, the provider clients, the clock, the key ring and the services.

use domain::text::chain;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::SubsecRound;
use domain::{Clock, Timestamp};
use jobs::{Handler, Job, JobError, Lease, Runner, RunnerOptions, Wake};
use providers::{Providers, built_in_clouds};
use rand::distr::{Alphanumeric, SampleString};
use secrecy::ExposeSecret;
use services::forgotten::FORGOTTEN_JOB;
use services::mail::{LETTER_JOB, Mail, Mailer};
use services::migration::MIGRATION_JOB;
use services::people_file::PEOPLE_FILE_JOB;
use services::sessions::IDLE;
use services::sync::RUN_JOB;
use services::user_mapping::MAPPING_JOB;
use services::{KeyRing, Parts, ServiceError, Services};
use store::{Db, DbOptions};

use crate::config::Config;
use crate::database;
use crate::errors::Failure;
use crate::smtp::Smtp;

/// The real clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one real clock")]
    fn now(&self) -> Timestamp {
        chrono::Utc::now().trunc_subsecs(6)
    }
}

/// Everything a server process is made of.
#[derive(Clone)]
pub struct Parties {
    pub services: Services,
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub wake: Wake,
}

/// Chooses aws-lc-rs for all TLS of this process. First thing in `main`; again is harmless.
pub fn install_crypto() -> Result<(), Failure> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        rustls::crypto::aws_lc_rs::default_provider()
            .install_default()
            .map_err(|_| Failure::plain("another TLS implementation was chosen before"))?;
    }
    Ok(())
}

/// Opens the configured database.
pub async fn open(config: &Config) -> Result<Db, Failure> {
    let options = DbOptions {
        url: config.database.expose_secret().to_owned(),
        max_connections: config.max_connections,
    };
    let error = match Db::open(&options).await {
        Ok(db) => return Ok(db),
        Err(error) => error,
    };
    let what = format!("the database {} could not be opened", config.database_shown());
    let seen = database::sqlite_file(&options.url).and_then(database::obstacle);
    Err(match seen {
        Some(seen) => Failure::plain(format!("{what}: {seen}")),
        None => Failure::new(what, error),
    })
}

/// Builds the services over a database.
pub fn build(config: &Config, db: Db, keys: KeyRing, clock: Arc<dyn Clock>) -> Parties {
    // The operator's own first: a form starts with the first one, and who defines one means it.
    let clouds = config.clouds.iter().cloned().chain(built_in_clouds()).collect();
    let providers = Providers::new(clouds, config.okta_orgs.clone(), Arc::clone(&clock));
    let wake = Wake::default();
    let services = Services::new(Parts {
        db: db.clone(),
        providers,
        clock: Arc::clone(&clock),
        keys,
        mail: mail(config),
        wake: wake.clone(),
    });
    Parties {
        services,
        db,
        clock,
        wake,
    }
}

/// How letters leave, and where the links in them lead.
fn mail(config: &Config) -> Mail {
    let host = config.public_url.host_str().unwrap_or("localhost");
    let mailer = config
        .mail
        .clone()
        .map(|server| -> Arc<dyn Mailer> { Arc::new(Smtp::new(server, host)) });
    Mail {
        console: config.public_url.as_str().trim_end_matches('/').to_owned(),
        mailer,
    }
}

/// The worker of this process.
pub fn runner(parties: &Parties, workers: usize, lease: Duration) -> Arc<Runner> {
    let random = Alphanumeric.sample_string(&mut rand::rng(), 8);
    let options = RunnerOptions {
        workers,
        // A mail server that swallows connections keeps one worker waiting, not all of them.
        alone: LETTER_JOB.to_owned(),
        lease,
        owner: format!("usersync-{}-{random}", std::process::id()),
        ..RunnerOptions::default()
    };
    let handler = Arc::new(Work {
        services: parties.services.clone(),
        clock: Arc::clone(&parties.clock),
    });
    Runner::new(
        parties.db.clone(),
        Arc::clone(&parties.clock),
        handler,
        parties.wake.clone(),
        options,
    )
}

/// Which use case does which kind of job, and what is done about once a minute.
struct Work {
    services: Services,
    clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for Work {
    async fn run(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        match job.kind.as_str() {
            RUN_JOB => self.services.work_on_run(job, lease).await,
            FORGOTTEN_JOB => self.services.answer_forgotten(job, lease).await,
            MAPPING_JOB => self.services.work_on_mapping(job, lease).await,
            PEOPLE_FILE_JOB => self.services.work_on_people_file(job, lease).await,
            MIGRATION_JOB => self.services.work_on_migration(job, lease).await,
            LETTER_JOB => self.services.send_letter(job, lease).await,
            other => Err(JobError::Fail {
                what: format!("nobody does jobs of the kind {other:?}"),
            }),
        }
    }

    async fn tick(&self) -> Result<(), JobError> {
        // Its trouble must not keep the housekeeping from being done, so it is told at the end.
        let started = self.services.start_due_runs().await;
        let ended = self
            .services
            .end_abandoned_runs()
            .await
            .map_err(|error| retry(&error))?;
        let taken_up = self
            .services
            .take_up_migrations()
            .await
            .map_err(|error| retry(&error))?;
        if taken_up > 0 {
            tracing::warn!(
                runs = taken_up,
                "migrations that nobody worked on were taken up again"
            );
        }
        if ended > 0 {
            tracing::warn!(
                runs = ended,
                "runs that nobody works on were ended as interrupted"
            );
        }
        self.services
            .forget_old_tests()
            .await
            .map_err(|error| retry(&error))?;
        self.services
            .watch_expiry()
            .await
            .map_err(|error| retry(&error))?;
        self.services
            .forget_old_letters()
            .await
            .map_err(|error| retry(&error))?;
        let idle_since = self.clock.now() - IDLE;
        self.services
            .tidy_sign_ins(idle_since)
            .await
            .map_err(|error| retry(&error))?;
        started.map(|_| ()).map_err(|error| retry(&error))
    }
}

fn retry(error: &ServiceError) -> JobError {
    JobError::Retry { what: chain(error) }
}
