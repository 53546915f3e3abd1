//! The job that checks a version: its file is read part by part, every line and everything found is written as it comes,
//! and the summary at the end. A check that breaks off begins again.

mod collect;
mod known;
mod whole;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use domain::people::AccountState;
use domain::user_mapping::{
    FileEncoding, MappingEdit, MappingOutcome, MappingQuestion, MappingState, Rejection, RenameKind,
};
use domain::{AccountId, CustomerId};
use jobs::{Job, JobError, Lease};
use rules::proposals::Proposal;
use rules::user_mapping::{Checked, Decode, Layout, Sink};
use store::StoreError;
use store::statistics::Filled;
use store::user_mapping::{LineFacts, MappingFile, MappingVersion, Marks, NewProposal};
use tokio::sync::mpsc;

use self::collect::Batch;
use self::known::Known;
use self::worker::{Done, Fed};
use super::beginning::layout_of;
use super::compose::Composed;
use super::left_out;
use crate::{ServiceError, Services};

/// The kind of the job.
pub const MAPPING_JOB: &str = "user-mapping";

/// Lines that are written at once.
const BATCH: usize = 2_000;
/// Accounts and people that are read at once.
const PAGE: i64 = 2_000;
/// Parts and batches that wait for the other side.
const AHEAD: usize = 2;
/// How long a check waits at a time for that of an older version, until it leaves its worker to other jobs.
const PATIENCE: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// What came of a check, and how People and the directory were when it began.
type Ended = (MappingOutcome, Option<Marks>);

/// Accounts and people in the order in which the rules were told of them.
#[derive(Default)]
struct Beside {
    accounts: Vec<AccountId>,
    /// Of each, whether it belongs to a directory before and may be decided about together with others: it is active, and no
    /// administrator's (P-07).
    old: Vec<bool>,
    /// `row_no` in the snapshot.
    people: Vec<i64>,
}

impl Services {
    /// The body of the job: checks one version.
    pub async fn work_on_mapping(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        let (Some(customer), Ok(number)) = (job.customer, job.subject.parse()) else {
            return Err(JobError::Fail {
                what: "a job of the user mapping without a version".to_owned(),
            });
        };
        let ended = if job.exhausted {
            Ok(Some((MappingOutcome::Failed, None)))
        } else {
            self.check_version(customer, number, lease).await
        };
        let outcome = match ended {
            Ok(outcome) => outcome,
            Err(error) if job.last_attempt && !is_lost(&error) => {
                tracing::error!(%customer, version = number, error = domain::text::chain(&error),
                    "the check of a user mapping failed");
                Some((MappingOutcome::Failed, None))
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
        (outcome, marks): &Ended,
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
            let ended = (state, outcome, *marks);
            store::user_mapping::finish_version(&mut tx, customer, number, ended, self.now()).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The version, if it is still to be checked, and may be checked now.
    async fn to_check(
        &self,
        customer: CustomerId,
        number: i64,
        lease: &Lease,
    ) -> Result<Option<MappingVersion>, ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let version = store::user_mapping::version(&mut tx, customer, number).await?;
        tx.commit().await?;
        let version = version.filter(|version| version.state == MappingState::Checking);
        // What was decided before is what the last version says that was checked (P-13). A correction goes on from the one that
        // it was made out of.
        let is_new = |version: &MappingVersion| matches!(version.edit, None | Some(MappingEdit::Begin));
        if version.as_ref().is_some_and(is_new) {
            self.await_older(customer, number, lease).await?;
        }
        Ok(version)
    }

    /// Waits until no older version is being checked. [`StoreError::Stale`]: one still is; the job is given back then, so that
    /// checks that wait never keep every worker from the one that they wait for.
    async fn await_older(
        &self,
        customer: CustomerId,
        number: i64,
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        let begun = tokio::time::Instant::now();
        while self.is_older_checking(customer, number).await? {
            if begun.elapsed() >= PATIENCE {
                let what = "the check, which waits for that of an older version,";
                return Err(StoreError::Stale { what }.into());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
            go_on(lease)?;
        }
        Ok(())
    }

    async fn is_older_checking(&self, customer: CustomerId, number: i64) -> Result<bool, ServiceError> {
        let mut tx = self.db().read().await?;
        let Some(older) = store::user_mapping::checking_before(&mut tx, customer, number).await? else {
            return Ok(false);
        };
        // One whose job was given up without a word is checked by nobody any more.
        Ok(store::jobs::is_pending(&mut tx, customer, MAPPING_JOB, &older.to_string()).await?)
    }

    /// `None`: nothing is to be checked any more.
    async fn check_version(
        &self,
        customer: CustomerId,
        number: i64,
        lease: &Lease,
    ) -> Result<Option<Ended>, ServiceError> {
        let Some(version) = self.to_check(customer, number, lease).await? else {
            return Ok(None);
        };
        let number_of_file = match version.file {
            Some(file) => file,
            None => match self.compose(customer, &version, lease).await? {
                Composed::File(file) => file,
                Composed::Refused(rejection) => return Ok(Some((MappingOutcome::Refused(rejection), None))),
                Composed::Impossible => return Ok(Some((MappingOutcome::Failed, None))),
            },
        };
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let Some(file) = store::user_mapping::file(&mut tx, customer, number_of_file).await? else {
            return Ok(Some((MappingOutcome::Failed, None)));
        };
        store::user_mapping::forget_lines(&mut tx, customer, number).await?;
        tx.commit().await?;
        let Some(encoding) = version.reading.encoding.or(file.encoding) else {
            // Its lines are kept with the file, and shown from there.
            let question = MappingQuestion::Encoding { samples: Vec::new() };
            return Ok(Some((MappingOutcome::Asks(question), None)));
        };
        let head = self.head(customer, &file, encoding).await?;
        let layout = match layout_of(&head, &version.reading) {
            Ok(layout) => layout,
            Err(rejection) => return Ok(Some((MappingOutcome::Refused(rejection), None))),
        };
        if let Some(heading) = layout
            .to_confirm
            .clone()
            .filter(|_| !version.reading.heading_is_confirmed)
        {
            let question = MappingQuestion::Heading { heading };
            return Ok(Some((MappingOutcome::Asks(question), None)));
        }
        let Some(known) = self.known_for_mapping(customer).await? else {
            return Ok(Some((MappingOutcome::Failed, None)));
        };
        let read = Reading {
            services: self,
            customer,
            version: &version,
            file: &file,
            encoding,
            lease,
        };
        let marks = known.marks;
        let outcome = read.check(layout, known).await?;
        Ok(Some((outcome, Some(marks))))
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
    /// The rules run on a thread of their own; the file, accounts and people go there part by part, and lines and findings
    /// come back and are written, so that neither side ever holds more than a few parts.
    async fn check(&self, layout: Layout, known: Known) -> Result<MappingOutcome, ServiceError> {
        let (feed, inbox) = mpsc::channel(AHEAD);
        let (hand_on, batches) = mpsc::channel(AHEAD);
        let encoding = self.encoding;
        let around = Arc::new((layout, known));
        let theirs = Arc::clone(&around);
        let work =
            tokio::task::spawn_blocking(move || worker::run(&theirs.0, &theirs.1, encoding, inbox, hand_on));
        let (layout, known) = (&around.0, &around.1);
        let (beside, ()) = tokio::try_join!(self.feed(known, feed), self.write_all(batches))?;
        let ended = work
            .await
            .map_err(|error| ServiceError::internal("checking a user mapping", error))?;
        let done = match ended {
            Ok(Some(done)) => done,
            // Whatever stopped it has been told above.
            Ok(None) => return Err(StoreError::Stale { what: "the check" }.into()),
            Err(rejection) => return self.refuse(rejection).await,
        };
        self.end(layout, known, &beside, done).await
    }

    /// Hands on the file, then People, then the directory; gives who they are, in that order.
    async fn feed(&self, known: &Known, feed: mpsc::Sender<Fed>) -> Result<Beside, ServiceError> {
        let mut beside = Beside::default();
        for part in 0.. {
            self.go_on()?;
            let Some(bytes) = self.part(part).await? else {
                break;
            };
            if feed.send(Fed::Bytes(bytes)).await.is_err() {
                return Ok(beside);
            }
        }
        let mut after = None;
        loop {
            self.go_on()?;
            let mut tx = self.services.db().read().await?;
            let page = store::user_mapping::accounts_beside(&mut tx, self.customer, after, PAGE).await?;
            drop(tx);
            let Some(last) = page.last() else { break };
            after = Some(last.id);
            beside.accounts.extend(page.iter().map(|account| account.id));
            beside.old.extend(page.iter().map(|account| {
                let is_old = account
                    .directory
                    .is_some_and(|directory| directory != known.directory);
                is_old && account.state != AccountState::Blocked && !account.is_administrator
            }));
            let page = page.into_iter().map(|account| known.account(account)).collect();
            if feed.send(Fed::Accounts(page)).await.is_err() {
                return Ok(beside);
            }
        }
        let mut after = 0;
        loop {
            self.go_on()?;
            let mut tx = self.services.db().read().await?;
            let page = store::found_list::page(&mut tx, known.among(self.customer), after, PAGE).await?;
            drop(tx);
            let Some(last) = page.last() else { break };
            after = last.row_no;
            beside.people.extend(page.iter().map(|person| person.row_no));
            let page = page.into_iter().map(|person| known.person(person)).collect();
            if feed.send(Fed::People(page)).await.is_err() {
                return Ok(beside);
            }
        }
        let _ = feed.send(Fed::End).await;
        Ok(beside)
    }

    fn go_on(&self) -> Result<(), ServiceError> {
        go_on(self.lease)
    }

    async fn part(&self, part: i64) -> Result<Option<Vec<u8>>, ServiceError> {
        let mut tx = self.services.db().read().await?;
        Ok(store::user_mapping::part(&mut tx, self.customer, self.file.number, part).await?)
    }

    async fn write_all(&self, mut batches: mpsc::Receiver<Batch>) -> Result<(), ServiceError> {
        while let Some(batch) = batches.recv().await {
            self.write(&batch).await?;
        }
        Ok(())
    }

    async fn write(&self, batch: &Batch) -> Result<(), ServiceError> {
        let mut tx = self.services.db().begin().await?;
        self.lease.hold(&mut tx).await?;
        let (customer, version) = (self.customer, self.version.number);
        store::user_mapping::insert_lines(&mut tx, customer, version, &batch.lines).await?;
        store::user_mapping::insert_findings(&mut tx, customer, version, &batch.findings).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A file that cannot be used leaves no lines behind.
    async fn refuse(&self, rejection: Rejection) -> Result<MappingOutcome, ServiceError> {
        let mut tx = self.services.db().begin().await?;
        self.lease.hold(&mut tx).await?;
        store::user_mapping::forget_lines(&mut tx, self.customer, self.version.number).await?;
        tx.commit().await?;
        Ok(MappingOutcome::Refused(rejection))
    }

    /// Writes whom lines are about, and sums up.
    async fn end(
        &self,
        layout: &Layout,
        known: &Known,
        beside: &Beside,
        done: Done,
    ) -> Result<MappingOutcome, ServiceError> {
        let Done {
            checked,
            mut collector,
            proposals,
        } = done;
        self.write_facts(&checked, &collector.repeats, beside).await?;
        self.write_proposals(&checked, beside, &proposals).await?;
        let accounts = u64::try_from(beside.accounts.len()).unwrap_or(u64::MAX);
        store::statistics::refresh(self.services.db(), Filled::Mapping, accounts.max(checked.rows)).await;
        for finding in self.whole(known, beside, checked.renames.coverage()).await? {
            collector.finding(finding);
        }
        self.write(&collector.rest()).await?;
        let mut summary = checked.summary(self.encoding, layout, &collector.groups);
        summary.coverage.undecided_old = undecided_old(&checked, &beside.old);
        collector.count_unread(&mut summary);
        summary.left_out = left_out::count(self.services, self.customer, self.version, self.lease).await?;
        let mut tx = self.services.db().read().await?;
        let whose = (self.customer, known.directory);
        let mut proposed = store::user_mapping::proposed(&mut tx, whose, self.version.number).await?;
        proposed.sort_by_key(|(class, _)| std::cmp::Reverse(*class));
        summary.proposed = proposed
            .into_iter()
            .map(|(class, count)| (class, count.unsigned_abs()))
            .collect();
        for group in &mut summary.groups {
            let version = self.version.number;
            let named = self
                .services
                .named_example(&mut tx, whose, version, &group.example)
                .await?;
            group.example.text = named.or_else(|| group.example.text.take());
        }
        Ok(MappingOutcome::Checked(Box::new(summary)))
    }

    /// Writes what lines do to usernames and whom they are about, and which lines only repeat another.
    async fn write_facts(
        &self,
        checked: &Checked,
        repeats: &[(u64, u64)],
        beside: &Beside,
    ) -> Result<(), ServiceError> {
        let mut waiting = Vec::with_capacity(BATCH);
        let renames = checked.renames.iter().map(|rename| LineFacts {
            line: rename.line,
            kind: rename.kind,
            takes_from: rename.takes_from,
            same_as: None,
            account: at(&beside.accounts, rename.account),
            other_account: at(&beside.accounts, rename.other_account),
            person: at(&beside.people, rename.person),
        });
        // About no account, so that nothing is planned for one twice.
        let repeats = repeats.iter().map(|(line, first)| LineFacts {
            line: *line,
            kind: RenameKind::Unchanged,
            takes_from: None,
            same_as: Some(*first),
            account: None,
            other_account: None,
            person: None,
        });
        for facts in renames.chain(repeats) {
            waiting.push(facts);
            if waiting.len() == BATCH {
                self.set_facts(&mut waiting).await?;
            }
        }
        self.set_facts(&mut waiting).await
    }

    async fn set_facts(&self, waiting: &mut Vec<LineFacts>) -> Result<(), ServiceError> {
        if !waiting.is_empty() {
            let mut tx = self.services.db().begin().await?;
            self.lease.hold(&mut tx).await?;
            store::user_mapping::set_facts(&mut tx, self.customer, self.version.number, waiting).await?;
            tx.commit().await?;
            waiting.clear();
        }
        Ok(())
    }

    /// Writes who is probably whose owner, and whom no line names (T-08). They are kept of the newest version alone: the check
    /// of an older one may end later, and leaves them as they are (F-30).
    async fn write_proposals(
        &self,
        checked: &Checked,
        beside: &Beside,
        proposals: &[Proposal],
    ) -> Result<(), ServiceError> {
        let mut tx = self.services.db().begin().await?;
        self.lease.hold(&mut tx).await?;
        if !self.is_newest(&mut tx).await? {
            return Ok(());
        }
        store::user_mapping::forget_proposals(&mut tx, self.customer).await?;
        for chunk in proposals.chunks(BATCH) {
            let new: Vec<NewProposal> = chunk
                .iter()
                .filter_map(|proposal| {
                    Some(NewProposal {
                        account: at(&beside.accounts, Some(proposal.account))?,
                        person: at(&beside.people, Some(proposal.person))?,
                        class: proposal.class,
                        reason: proposal.reason,
                        by_hand: proposal.by_hand,
                        unclaimed: !checked.renames.is_claimed(proposal.person),
                    })
                })
                .collect();
            store::user_mapping::insert_proposals(&mut tx, self.customer, &new).await?;
        }
        // Whoever adds a version waits for this turn: the check of a newer one finds these, and writes its own. The turn is
        // taken only now, because writing many proposals takes a while.
        store::customers::take_turn(&mut tx, self.customer).await?;
        if self.is_newest(&mut tx).await? {
            tx.commit().await?;
        }
        Ok(())
    }

    /// Whether no other version came since.
    async fn is_newest(&self, tx: &mut store::Tx) -> Result<bool, ServiceError> {
        let latest = store::user_mapping::latest(tx, self.customer).await?;
        Ok(latest.is_some_and(|latest| latest.number == self.version.number))
    }
}

/// Refuses to go on where the process goes down or the lease is lost.
pub(super) fn go_on(lease: &Lease) -> Result<(), ServiceError> {
    if lease.stop().is_cancelled() {
        let what = "the check, which was asked to stop,";
        return Err(StoreError::Stale { what }.into());
    }
    Ok(())
}

/// How many accounts that belong to a directory before and may be decided about together have no line (D-10).
fn undecided_old(checked: &Checked, old: &[bool]) -> u64 {
    let mut left = old.to_vec();
    for rename in checked.renames.iter() {
        let place = rename.account.and_then(|account| usize::try_from(account).ok());
        if let Some(is_left) = place.and_then(|place| left.get_mut(place)) {
            *is_left = false;
        }
    }
    let left = left.into_iter().filter(|is_left| *is_left).count();
    u64::try_from(left).unwrap_or(u64::MAX)
}

/// Who stands at a place.
fn at<T: Copy>(all: &[T], place: Option<u32>) -> Option<T> {
    all.get(usize::try_from(place?).ok()?).copied()
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
