//! A People file on its way in: read as it comes, so that it is never whole in memory, and kept line by line.

use chrono::TimeDelta;
use domain::people::OldDirectory;
use domain::people_file::{PeopleFileReceived, PeopleLineState, PeopleRejection};
use domain::profile::ProfileFields;
use domain::user_mapping::FileEncoding;
use domain::{Actor, CustomerId, DirectoryId, Permission, UserError};
use rules::people_file::{Ended, PeopleLine, PeopleRead, Reader, name_problem};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::jobs::NewJob;
use store::people_file::{NewLine, Received};
use store::{StoreError, Tx};

use super::is_working;
use super::work::{PEOPLE_FILE_JOB, TRIES};
use crate::file_name::clean;
use crate::{ServiceError, Services};

/// Lines that are written at once.
const BATCH: usize = 2_000;
/// A file that was begun so long ago and is not whole has broken off.
const BROKEN_OFF: TimeDelta = TimeDelta::hours(2);

/// What is said beside the file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedPeopleFile {
    /// The id of a directory that the intranet followed before; empty for one that is not there yet.
    pub directory: String,
    /// Of a new directory.
    pub kind: String,
    pub name: String,
    /// What the file is in, where that cannot be told (F-12); empty otherwise.
    pub encoding: String,
}

/// Whose accounts a file holds.
#[derive(Clone, Debug)]
enum Whose {
    Old { id: DirectoryId, name: String },
    New { kind: OldDirectory, name: String },
}

impl Whose {
    fn name(&self) -> &str {
        match self {
            Whose::Old { name, .. } | Whose::New { name, .. } => name,
        }
    }
}

/// A file on its way. Dropped before its end nothing of it is seen (F-34).
pub struct PeopleUpload {
    services: Services,
    actor: Actor,
    slug: String,
    customer: CustomerId,
    typed: TypedPeopleFile,
    name: String,
    file: i64,
    reader: Reader,
    waiting: Vec<NewLine>,
    refused: i64,
}

impl Services {
    /// Begins the upload of a People file.
    pub async fn begin_people_upload(
        &self,
        actor: &Actor,
        slug: &str,
        typed: TypedPeopleFile,
        name: &str,
    ) -> Result<PeopleUpload, ServiceError> {
        let mut tx = self.db().begin().await?;
        let customer = self.may_import(&mut tx, actor, slug).await?;
        store::customers::take_turn(&mut tx, customer).await?;
        let whose = whose(&mut tx, customer, &typed).await?;
        let own = store::profile_fields::all(&mut tx, customer).await?;
        let now = self.now();
        for file in store::people_file::broken_off(&mut tx, customer, now - BROKEN_OFF).await? {
            store::people_file::drop_upload(&mut tx, customer, file).await?;
        }
        let name = clean(name, "accounts");
        let file = store::people_file::begin(&mut tx, customer, (&name, &actor.name), now).await?;
        tx.commit().await?;
        let encoding = FileEncoding::from_code(&typed.encoding);
        Ok(PeopleUpload {
            services: self.clone(),
            actor: actor.clone(),
            slug: slug.to_owned(),
            customer,
            reader: reader(own, &whose, encoding),
            typed,
            name,
            file,
            waiting: Vec::new(),
            refused: 0,
        })
    }

    /// The customer into whose People this actor may bring accounts now.
    async fn may_import(&self, tx: &mut Tx, actor: &Actor, slug: &str) -> Result<CustomerId, ServiceError> {
        let customer = self.customer(tx, actor, slug, Permission::EditSettings).await?.id;
        if store::migration::open_run(tx, customer).await?.is_some() {
            let words = "The directory migration is on the calendar or under way, and it was planned for People as they are. \
                         Upload the file before it is planned, or when it is over.";
            return Err(UserError::field("file", words).into());
        }
        let latest = store::people_file::latest(tx, customer).await?;
        if latest.as_ref().is_some_and(is_working) {
            return Err(other_file().into());
        }
        Ok(customer)
    }
}

fn reader(fields: ProfileFields, whose: &Whose, encoding: Option<FileEncoding>) -> Reader {
    Reader::new(fields, whose.name().to_owned(), encoding)
}

fn other_file() -> UserError {
    let words = "Another file is being worked on. Wait until it is done, then upload this one.";
    UserError::field("file", words)
}

/// The directory that was chosen, as the customer has it now.
async fn whose(tx: &mut Tx, customer: CustomerId, typed: &TypedPeopleFile) -> Result<Whose, ServiceError> {
    let old = store::directories::old(tx, customer).await?;
    if !typed.directory.is_empty() {
        let chosen = old.into_iter().find(|old| old.id.to_string() == typed.directory);
        let chosen =
            chosen.ok_or_else(|| UserError::field("directory", "Choose one of these directories."))?;
        return Ok(Whose::Old {
            id: chosen.id,
            name: chosen.name,
        });
    }
    let kind = OldDirectory::from_code(&typed.kind)
        .ok_or_else(|| UserError::field("kind", "Choose what kind of directory it is."))?;
    let current = store::directories::current(tx, customer).await?;
    let others: Vec<String> = old
        .into_iter()
        .map(|old| old.name)
        .chain(current.map(|current| current.name))
        .collect();
    if let Some(problem) = name_problem(&typed.name, &others) {
        return Err(UserError::field("name", problem).into());
    }
    let name = typed.name.trim().to_owned();
    Ok(Whose::New { kind, name })
}

impl PeopleUpload {
    /// Takes the next bytes.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), ServiceError> {
        let mut lines = Vec::new();
        let fed = self.reader.feed(bytes, &mut |line| lines.push(line));
        self.take(lines);
        if let Err(rejection) = fed {
            return self.refuse(&rejection).await;
        }
        while self.waiting.len() >= BATCH {
            let rest = self.waiting.split_off(BATCH);
            let batch = std::mem::replace(&mut self.waiting, rest);
            self.keep(&batch).await?;
        }
        Ok(())
    }

    fn take(&mut self, lines: Vec<PeopleLine>) {
        self.waiting.extend(lines.into_iter().map(|line| {
            let is_wrong = !line.problems.is_empty();
            self.refused += i64::from(is_wrong);
            NewLine {
                line: line.line,
                username: line.username,
                username_key: line.key,
                cells: line.cells,
                state: if is_wrong {
                    PeopleLineState::Refused
                } else {
                    PeopleLineState::Waiting
                },
                problems: line.problems,
            }
        }));
    }

    async fn keep(&self, lines: &[NewLine]) -> Result<(), ServiceError> {
        let mut tx = self.services.db().begin().await?;
        store::people_file::insert_lines(&mut tx, self.customer, self.file, lines).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Clears away what has come, and says why.
    async fn refuse<T>(&self, rejection: &PeopleRejection) -> Result<T, ServiceError> {
        self.abandon().await?;
        Err(UserError::field("file", rejection.sentence()).into())
    }

    /// Clears away what has come: the rest never will (F-34).
    pub async fn abandon(&self) -> Result<(), ServiceError> {
        let mut tx = self.services.db().begin().await?;
        store::people_file::drop_upload(&mut tx, self.customer, self.file).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The file is whole: its lines are worked on next. One that is no text is refused, with everything that was read of it.
    pub async fn finish(mut self) -> Result<PeopleFileReceived, ServiceError> {
        let mut lines = Vec::new();
        let reader = std::mem::replace(&mut self.reader, nothing());
        let ended = reader.finish(&mut |line| lines.push(line));
        let read = match ended {
            Ok(Ended::Read(read)) => read,
            Ok(Ended::Asks { samples }) => {
                self.abandon().await?;
                return Ok(PeopleFileReceived::Asks { samples });
            }
            Err(rejection) => return self.refuse(&rejection).await,
        };
        self.take(lines);
        for batch in self.waiting.chunks(BATCH) {
            self.keep(batch).await?;
        }
        let ended = self.hand_on(&read).await;
        if ended.is_err() {
            self.abandon().await?;
        }
        ended
    }

    /// Notes the file and puts its job into the queue.
    async fn hand_on(&self, read: &PeopleRead) -> Result<PeopleFileReceived, ServiceError> {
        let (services, customer, actor) = (&self.services, self.customer, &self.actor);
        let mut tx = services.db().begin().await?;
        // An upload may take long: what was allowed may be so no more.
        services.may_import(&mut tx, actor, &self.slug).await?;
        store::customers::take_turn(&mut tx, customer).await?;
        let whose = whose(&mut tx, customer, &self.typed).await?;
        let directory = self.directory(&mut tx, &whose).await?;
        if let Some(before) = store::people_file::ended_before(&mut tx, customer, self.file).await? {
            store::people_file::forget_lines(&mut tx, customer, before).await?;
        }
        let received = Received {
            directory,
            reading: &read.reading,
            lines: i64::try_from(read.lines).unwrap_or(i64::MAX),
            refused: self.refused,
        };
        match store::people_file::received(&mut tx, customer, self.file, received).await {
            Err(StoreError::Conflict { .. }) => return Err(other_file().into()),
            other => other?,
        }
        let details = json!({ "file": self.name, "lines": read.lines, "directory": whose.name() });
        let about = directory.to_string();
        services
            .record(&mut tx, actor, Some(customer), "account.import", &about, &details)
            .await?;
        let subject = self.file.to_string();
        let job = NewJob {
            id: services.new_id(),
            customer: Some(customer),
            kind: PEOPLE_FILE_JOB,
            subject: &subject,
            run_at: services.now(),
            max_attempts: TRIES,
            dedupe_key: None,
        };
        store::jobs::enqueue(&mut tx, &job, services.now()).await?;
        tx.commit().await?;
        services.wake().wake();
        Ok(PeopleFileReceived::File(self.file))
    }

    /// The directory of the accounts; a new one is added.
    async fn directory(&self, tx: &mut Tx, whose: &Whose) -> Result<DirectoryId, ServiceError> {
        let (kind, name) = match whose {
            Whose::Old { id, .. } => return Ok(*id),
            Whose::New { kind, name } => (*kind, name.as_str()),
        };
        self.services
            .add_old_directory(tx, &self.actor, self.customer, (kind, name))
            .await
    }
}

/// Reads nothing any more.
fn nothing() -> Reader {
    Reader::new(ProfileFields::default(), String::new(), None)
}
