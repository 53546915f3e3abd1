//! The job that checks a version: its file is read part by part, every line and everything found is written as it comes,
//! and the summary at the end. A check that breaks off begins again.

mod collect;

use domain::settings::DataMapping;
use domain::user_mapping::{
    FileEncoding, MappingKnown, MappingOutcome, MappingQuestion, MappingState, Rejection, RenameKind,
};
use domain::{Actor, CustomerId, UserError};
use jobs::{Job, JobError, Lease};
use rand::RngCore;
use rules::user_mapping::{Check, Checked, Decode, Layout, MAX_LINES, Surroundings, layout};
use store::StoreError;
use store::user_mapping::{MappingFile, MappingVersion};

use self::collect::Collector;
use crate::{ServiceError, Services};

/// The kind of the job.
pub const MAPPING_JOB: &str = "user-mapping";

/// More domains than this say nothing about a single one.
const MAX_DOMAINS: i64 = 1_000;
/// Lines whose kinds are written at once.
const BATCH: usize = 2_000;

impl Services {
    /// The body of the job: checks one version.
    pub async fn work_on_mapping(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        let (Some(customer), Ok(number)) = (job.customer, job.subject.parse()) else {
            return Err(JobError::Fail {
                what: "a job of the user mapping without a version".to_owned(),
            });
        };
        let ended = if job.exhausted {
            Ok(Some(MappingOutcome::Failed))
        } else {
            self.check_version(customer, number, lease).await
        };
        let outcome = match ended {
            Ok(outcome) => outcome,
            Err(error) if job.last_attempt && !is_lost(&error) => {
                tracing::error!(%customer, version = number, error = domain::text::chain(&error),
                    "the check of a user mapping failed");
                Some(MappingOutcome::Failed)
            }
            Err(error) => return Err(retry(&error)),
        };
        match outcome {
            Some(outcome) => self
                .end_check(customer, number, &outcome, lease)
                .await
                .map_err(|error| retry(&error)),
            None => Ok(()),
        }
    }

    async fn end_check(
        &self,
        customer: CustomerId,
        number: i64,
        outcome: &MappingOutcome,
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        let state = match outcome {
            MappingOutcome::Asks(_) => MappingState::Asks,
            MappingOutcome::Refused(_) | MappingOutcome::Failed => MappingState::Refused,
            MappingOutcome::Checked(_) => MappingState::Checked,
        };
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let version = store::user_mapping::version(&mut tx, customer, number).await?;
        // It may have ended before, in a process that died before it could say so.
        if version.is_some_and(|version| version.state == MappingState::Checking) {
            let ended = (state, outcome);
            store::user_mapping::finish_version(&mut tx, customer, number, ended, self.now()).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// `None`: nothing is to be checked any more.
    async fn check_version(
        &self,
        customer: CustomerId,
        number: i64,
        lease: &Lease,
    ) -> Result<Option<MappingOutcome>, ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let Some(version) = store::user_mapping::version(&mut tx, customer, number).await? else {
            return Ok(None);
        };
        let file = match version.file {
            Some(file) => store::user_mapping::file(&mut tx, customer, file).await?,
            None => None,
        };
        let (MappingState::Checking, Some(file)) = (version.state, file) else {
            return Ok(None);
        };
        store::user_mapping::forget_lines(&mut tx, customer, number).await?;
        tx.commit().await?;
        let Some(encoding) = version.reading.encoding.or(file.encoding) else {
            let question = MappingQuestion::Encoding {
                samples: file.samples,
            };
            return Ok(Some(MappingOutcome::Asks(question)));
        };
        let head = self.head(customer, &file, encoding).await?;
        let layout = match layout(&head, version.reading.delimiter) {
            Ok(layout) => layout,
            Err(rejection) => return Ok(Some(MappingOutcome::Refused(rejection))),
        };
        if let Some(heading) = layout
            .to_confirm
            .clone()
            .filter(|_| !version.reading.heading_is_confirmed)
        {
            return Ok(Some(MappingOutcome::Asks(MappingQuestion::Heading { heading })));
        }
        let Some(known) = self.known_for_mapping(customer).await? else {
            return Ok(Some(MappingOutcome::Failed));
        };
        let read = Reading {
            services: self,
            customer,
            version: &version,
            file: &file,
            encoding,
            lease,
        };
        read.check(&layout, &known).await.map(Some)
    }

    /// The beginning of a file, as text.
    async fn head(
        &self,
        customer: CustomerId,
        file: &MappingFile,
        encoding: FileEncoding,
    ) -> Result<String, ServiceError> {
        let mut tx = self.db().read().await?;
        let bytes = store::user_mapping::part(&mut tx, customer, file.number, 0).await?;
        let mut text = String::new();
        Decode::new(encoding).feed(&bytes.unwrap_or_default(), false, &mut text);
        Ok(text)
    }

    /// What a file that is about to be uploaded will be checked against, for whoever may upload it.
    pub async fn mapping_known(&self, actor: &Actor, slug: &str) -> Result<MappingKnown, ServiceError> {
        let mut tx = self.db().read().await?;
        let customer = self.mapping_of(&mut tx, actor, slug).await?;
        drop(tx);
        let known = self.known_for_mapping(customer).await?;
        known.ok_or_else(|| UserError::NotFound.into())
    }

    /// What the customer's files are checked against; `None` where no directory is connected.
    async fn known_for_mapping(&self, customer: CustomerId) -> Result<Option<MappingKnown>, ServiceError> {
        let mut tx = self.db().read().await?;
        let Some(directory) = store::directories::current(&mut tx, customer).await? else {
            return Ok(None);
        };
        let settings = store::settings::find(&mut tx, customer, directory.id).await?;
        let usual = DataMapping::initial(directory.provider).username_attribute;
        let by_sign_in_name = settings.is_none_or(|row| row.settings.mapping.username_attribute == usual);
        let domains = store::found_list::domains(&mut tx, customer, directory.id, MAX_DOMAINS).await?;
        let are_few = domains.len() < usize::try_from(MAX_DOMAINS).unwrap_or(usize::MAX);
        let old = store::directories::old(&mut tx, customer).await?;
        Ok(Some(MappingKnown {
            provider: directory.provider,
            by_sign_in_name,
            domains: domains.into_iter().filter(|_| are_few).collect(),
            old: old.into_iter().map(|row| row.name).collect(),
        }))
    }
}

/// One check under way.
struct Reading<'a> {
    services: &'a Services,
    customer: CustomerId,
    version: &'a MappingVersion,
    file: &'a MappingFile,
    encoding: FileEncoding,
    lease: &'a Lease,
}

impl Reading<'_> {
    async fn check(&self, layout: &Layout, known: &MappingKnown) -> Result<MappingOutcome, ServiceError> {
        let around = Surroundings {
            provider: known.provider,
            by_sign_in_name: known.by_sign_in_name,
            domains: &known.domains,
        };
        let seed = rand::rng().next_u64();
        let mut check = Check::new(layout, around, &known.old, MAX_LINES, seed);
        let mut collector = Collector::default();
        let mut decode = Decode::new(self.encoding);
        let mut text = String::new();
        for part in 0.. {
            if self.lease.stop().is_cancelled() {
                let what = "the check, which was asked to stop,";
                return Err(StoreError::Stale { what }.into());
            }
            let bytes = self.part(part).await?;
            let is_last = bytes.is_none();
            text.clear();
            decode.feed(&bytes.unwrap_or_default(), is_last, &mut text);
            if let Err(rejection) = check.feed(&text, &mut collector) {
                return self.refuse(rejection).await;
            }
            self.write(&mut collector).await?;
            if is_last {
                break;
            }
        }
        let checked = match check.finish(&mut collector) {
            Ok(checked) => checked,
            Err(rejection) => return self.refuse(rejection).await,
        };
        self.write(&mut collector).await?;
        self.write_kinds(&checked).await?;
        let summary = checked.summary(self.encoding, layout, &collector.groups);
        Ok(MappingOutcome::Checked(Box::new(summary)))
    }

    async fn part(&self, part: i64) -> Result<Option<Vec<u8>>, ServiceError> {
        let mut tx = self.services.db().read().await?;
        Ok(store::user_mapping::part(&mut tx, self.customer, self.file.number, part).await?)
    }

    /// A file that cannot be used leaves no lines behind.
    async fn refuse(&self, rejection: Rejection) -> Result<MappingOutcome, ServiceError> {
        let mut tx = self.services.db().begin().await?;
        self.lease.hold(&mut tx).await?;
        store::user_mapping::forget_lines(&mut tx, self.customer, self.version.number).await?;
        tx.commit().await?;
        Ok(MappingOutcome::Refused(rejection))
    }

    async fn write(&self, collector: &mut Collector) -> Result<(), ServiceError> {
        let (lines, findings) = collector.take();
        let (mut lines, mut findings) = (lines.chunks(BATCH), findings.chunks(BATCH));
        loop {
            let (some_lines, some_findings) = (lines.next(), findings.next());
            if some_lines.is_none() && some_findings.is_none() {
                return Ok(());
            }
            let mut tx = self.services.db().begin().await?;
            self.lease.hold(&mut tx).await?;
            let (customer, version) = (self.customer, self.version.number);
            store::user_mapping::insert_lines(&mut tx, customer, version, some_lines.unwrap_or_default())
                .await?;
            store::user_mapping::insert_findings(
                &mut tx,
                customer,
                version,
                some_findings.unwrap_or_default(),
            )
            .await?;
            tx.commit().await?;
        }
    }

    /// Writes what lines do to usernames, where it is more than a rename of their own.
    async fn write_kinds(&self, checked: &Checked) -> Result<(), ServiceError> {
        let mut waiting = Vec::with_capacity(BATCH);
        for rename in checked.renames.iter() {
            if rename.kind != RenameKind::Free {
                waiting.push((rename.line, rename.kind, rename.takes_from));
            }
            if waiting.len() == BATCH {
                self.set_kinds(&mut waiting).await?;
            }
        }
        self.set_kinds(&mut waiting).await
    }

    async fn set_kinds(&self, waiting: &mut Vec<(u64, RenameKind, Option<u64>)>) -> Result<(), ServiceError> {
        if !waiting.is_empty() {
            let mut tx = self.services.db().begin().await?;
            self.lease.hold(&mut tx).await?;
            store::user_mapping::set_kinds(&mut tx, self.customer, self.version.number, waiting).await?;
            tx.commit().await?;
            waiting.clear();
        }
        Ok(())
    }
}

/// The lease, or the version as it was: somebody else works on it.
fn is_lost(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Store(StoreError::Stale { .. }))
}

fn retry(error: &ServiceError) -> JobError {
    if is_lost(error) {
        JobError::Stopped
    } else {
        JobError::Retry {
            what: domain::text::chain(error),
        }
    }
}
