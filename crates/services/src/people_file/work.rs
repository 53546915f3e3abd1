//! The job that makes accounts of the lines of a file.

use std::collections::{HashMap, HashSet};

use domain::people::{Directory, PeopleAccount};
use domain::people_file::{LineProblem, PeopleFileState, PeopleLineState};
use domain::profile::ProfileFields;
use domain::{Actor, CustomerId, UsernameKey};
use jobs::{Job, JobError, Lease};
use rules::people_file::{Chosen, Decision, decide};
use serde_json::json;
use store::accounts::AccountWrite;
use store::people_file::{KeptLine, LineDone, PeopleFile};
use store::{StoreError, Tx};

use super::is_working;
use crate::sync::account_write;
use crate::{ServiceError, Services};

/// The kind of the job.
pub const PEOPLE_FILE_JOB: &str = "people-file";

/// How often a file is tried.
pub(super) const TRIES: i64 = 5;
/// Lines of one unit of work: a file has 100 MB at most, so that its longest lines fit into memory together.
const BATCH: i64 = 500;

/// What lines are compared with.
struct Beside {
    directory: Directory,
    name: String,
    fields: ProfileFields,
    accounts: HashMap<UsernameKey, PeopleAccount>,
    /// Usernames that several lines have: the first of them, and the last.
    repeated: HashMap<String, (i64, i64)>,
    reserved: HashSet<UsernameKey>,
}

/// What comes after some lines.
enum Next {
    More,
    Done,
    /// Access is paused for the migration, which holds for People as they were planned.
    Paused,
}

/// What is to be written for some lines.
#[derive(Default)]
struct Written {
    created: Vec<AccountWrite>,
    updated: Vec<AccountWrite>,
    done: Vec<LineDone>,
}

impl Services {
    /// The body of the job: works on one file until no line waits.
    pub async fn work_on_people_file(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        let (Some(customer), Ok(file)) = (job.customer, job.subject.parse()) else {
            return Err(JobError::Fail {
                what: "a job of a People file without a file".to_owned(),
            });
        };
        if job.exhausted {
            return self.stop_people_file(customer, file, lease).await;
        }
        loop {
            if lease.stop().is_cancelled() {
                return Err(JobError::Stopped);
            }
            match self.import_lines(customer, file, lease).await {
                Ok(Next::More) => {}
                Ok(Next::Done) => return Ok(()),
                Ok(Next::Paused) if !job.last_attempt => {
                    let what = "access is paused for the directory migration".to_owned();
                    return Err(JobError::Retry { what });
                }
                Ok(Next::Paused) => return self.stop_people_file(customer, file, lease).await,
                Err(error) if is_lost(&error) => return Err(JobError::Stopped),
                Err(error) if job.last_attempt => {
                    tracing::error!(%customer, file, error = domain::text::chain(&error), "a People file stopped");
                    return self.stop_people_file(customer, file, lease).await;
                }
                Err(error) => return Err(retry(&error)),
            }
        }
    }

    /// Gives a file up. What became of each line is known, and the others still wait: uploaded again they go on.
    async fn stop_people_file(&self, customer: CustomerId, file: i64, lease: &Lease) -> Result<(), JobError> {
        let ended = self.end_people_file(customer, file, PeopleFileState::Stopped, lease);
        ended.await.map_err(|error| retry(&error))
    }

    /// The next lines, in one unit of work.
    async fn import_lines(
        &self,
        customer: CustomerId,
        file: i64,
        lease: &Lease,
    ) -> Result<Next, ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        // Whoever else writes accounts waits, so that what is compared with is what is written over.
        store::customers::take_turn(&mut tx, customer).await?;
        let found = store::people_file::find(&mut tx, customer, file).await?;
        let Some(found) = found.filter(is_working) else {
            return Ok(Next::Done);
        };
        if store::migration::is_under_way(&mut tx, customer).await? {
            return Ok(Next::Paused);
        }
        let which = (file, PeopleLineState::Waiting);
        let lines = store::people_file::lines(&mut tx, customer, which, 0, BATCH).await?;
        if lines.is_empty() {
            drop(tx);
            self.end_people_file(customer, file, PeopleFileState::Done, lease)
                .await?;
            return Ok(Next::Done);
        }
        let beside = self.beside(&mut tx, customer, &found, &lines).await?;
        let written = self.decide_lines(lines, &beside);
        let now = self.now();
        store::accounts::insert(&mut tx, customer, &written.created, now).await?;
        let updated = store::accounts::update(&mut tx, customer, &written.updated, now).await?;
        if usize::try_from(updated).ok() != Some(written.updated.len()) {
            let what = "an account of the People file";
            return Err(ServiceError::internal(
                "importing accounts",
                StoreError::Stale { what },
            ));
        }
        store::people_file::set_lines(&mut tx, customer, file, &written.done).await?;
        tx.commit().await?;
        Ok(Next::More)
    }

    async fn beside(
        &self,
        tx: &mut Tx,
        customer: CustomerId,
        file: &PeopleFile,
        lines: &[KeptLine],
    ) -> Result<Beside, ServiceError> {
        let keys: Vec<&UsernameKey> = lines.iter().map(|line| &line.key).collect();
        let holders = store::compare::holders(tx, customer, &keys).await?;
        let repeated = store::people_file::repeated(tx, customer, file.number, &keys).await?;
        let reserved = store::migration::reserved(tx, customer, &keys, self.now()).await?;
        let name = store::directories::name(tx, customer, file.directory).await?;
        Ok(Beside {
            directory: Directory::External(file.directory),
            name: name.unwrap_or_default(),
            fields: store::profile_fields::all(tx, customer).await?,
            accounts: holders
                .into_iter()
                .map(|holder| (holder.account.username_key.clone(), holder.account))
                .collect(),
            repeated: repeated
                .into_iter()
                .map(|row| (row.username_key, (row.first, row.last)))
                .collect(),
            reserved: reserved.into_iter().collect(),
        })
    }

    fn decide_lines(&self, lines: Vec<KeptLine>, beside: &Beside) -> Written {
        let mut written = Written::default();
        for line in lines {
            let number = line.line;
            let (state, problems) = match beside.decide(&line) {
                Decision::Create {
                    profile,
                    state,
                    block,
                } => {
                    let account = PeopleAccount {
                        id: self.new_id(),
                        username: rules::username::stored(&line.username),
                        username_key: line.key,
                        directory: beside.directory,
                        state,
                        block,
                        is_administrator: false,
                        profile,
                        manager: None,
                        version: 1,
                        created_at: self.now(),
                        updated_at: self.now(),
                        last_sign_in_at: None,
                    };
                    written.created.push(account_write(account));
                    (PeopleLineState::Created, Vec::new())
                }
                Decision::Update(account) => {
                    written.updated.push(account_write(*account));
                    (PeopleLineState::Updated, Vec::new())
                }
                Decision::Unchanged => (PeopleLineState::Unchanged, Vec::new()),
                Decision::Refuse(problems) => (PeopleLineState::Refused, problems),
            };
            written.done.push(LineDone {
                line: number,
                state,
                problems,
            });
        }
        written
    }

    /// Ends the work on a file, and puts on record what it came to.
    async fn end_people_file(
        &self,
        customer: CustomerId,
        file: i64,
        state: PeopleFileState,
        lease: &Lease,
    ) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let found = store::people_file::find(&mut tx, customer, file).await?;
        let Some(found) = found.filter(is_working) else {
            return Ok(());
        };
        store::people_file::finish(&mut tx, customer, (file, state), self.now()).await?;
        let details = json!({ "file": found.name, "state": state.code(), "lines": found.lines,
            "counts": found.counts, "uploaded_by": found.uploaded_by });
        let (actor, about) = (Actor::system("People file"), found.directory.to_string());
        self.tell_drifted(&mut tx, customer).await?;
        let customer = Some(customer);
        self.record(&mut tx, &actor, customer, "account.import.end", &about, &details)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}

impl Beside {
    fn decide(&self, line: &KeptLine) -> Decision {
        if let Some((first, last)) = self.repeated.get(line.key.as_str()) {
            let other = if line.line == *first { *last } else { *first };
            return Decision::Refuse(vec![LineProblem::Repeated {
                line: other.unsigned_abs(),
            }]);
        }
        let existing = self.accounts.get(&line.key);
        if existing.is_none() && self.reserved.contains(&line.key) {
            return Decision::Refuse(vec![LineProblem::Reserved]);
        }
        let chosen = Chosen {
            fields: &self.fields,
            directory: &self.name,
        };
        decide(&line.cells, &chosen, self.directory, existing)
    }
}

/// The lease, or the file as it was: somebody else works on it.
fn is_lost(error: &ServiceError) -> bool {
    matches!(error, ServiceError::Store(StoreError::Stale { .. }))
}

fn retry(error: &ServiceError) -> JobError {
    JobError::Retry {
        what: domain::text::chain(error),
    }
}
