//! The outbox: letters are put into it in the unit of work of what they tell, and a job sends each of them.
//!
//! None is lost: a letter exists if and only if its cause was committed, and its job is tried again for two days. None is
//! sent twice by us: one job a letter, worked on under its lease, and a letter that has left is no work any more. What no
//! sender can rule out is a process that dies between the mail server's answer and our note of it; such a letter is sent
//! again under the same Message-ID, by which mailboxes know it (docs/adr/0014).

mod template;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use domain::ids::LetterId;
use domain::notices::LetterState;
use domain::{CustomerId, JobId};
use jobs::{Job, JobError, Lease};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::jobs::NewJob;
use store::letters::{LetterLink, LetterRow, NewLetter};

use crate::seal::Place;
use crate::{ServiceError, Services};

/// The kind of the jobs that send letters.
pub const LETTER_JOB: &str = "letter";
/// How often a letter is tried. The pause between two tries grows to five minutes, so this is about two days, or longer
/// where many letters wait for a mail server that does not answer: they are tried one at a time.
const TRIES: i64 = 600;
/// How long the outbox remembers that a letter was sent, in days.
const KEEP_LETTERS: i64 = 90;

/// How letters leave. Without a mailer none do: notices stay in the console's inbox.
#[derive(Clone)]
pub struct Mail {
    /// The console's own address, for the links in letters; without a slash at its end.
    pub console: String,
    pub mailer: Option<Arc<dyn Mailer>>,
}

/// Hands a letter to a mail server.
#[async_trait]
pub trait Mailer: Send + Sync {
    async fn send(&self, letter: &OutgoingLetter) -> Result<(), MailError>;
}

/// A letter as it leaves.
#[derive(Clone, Debug)]
pub struct OutgoingLetter {
    /// The same for every try: it becomes the Message-ID.
    pub id: LetterId,
    pub to_name: String,
    pub to_email: String,
    pub subject: String,
    pub text: SecretString,
    pub html: SecretString,
}

/// Why a letter could not be handed over.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the mail server did not take the letter")]
pub struct MailError {
    /// In words for the people who look after the deployment; may hold their addresses.
    pub what: String,
    /// Trying again is of no use (SMTP 5yz, or an address that is none).
    pub is_final: bool,
}

/// A letter to be written: the same words become its text and its HTML.
pub(crate) struct Letter<'a> {
    /// Whose deployment it is about.
    pub(crate) customer: Option<CustomerId>,
    pub(crate) to_name: &'a str,
    pub(crate) to_email: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) paragraphs: &'a [String],
    /// The button: its label, and a local address of this console.
    pub(crate) action: Option<(&'a str, &'a str)>,
    /// Why it was sent: one sentence at the end.
    pub(crate) reason: &'a str,
    /// The link that the button opens, if it lets somebody in; `None` for a notice.
    pub(crate) link: Option<LetterLink>,
}

/// What is sealed of a letter.
#[derive(Serialize, Deserialize)]
struct Written {
    text: String,
    html: String,
}

impl Services {
    /// Whether letters leave at all.
    pub fn sends_mail(&self) -> bool {
        self.mail().mailer.is_some()
    }

    /// A local address as somebody outside types it.
    pub fn address_of(&self, path: &str) -> String {
        format!("{}{path}", self.mail().console)
    }

    /// Puts a letter into the outbox, in the caller's unit of work. Without a mailer nothing is written: nobody would
    /// ever send it.
    pub(crate) async fn post(&self, tx: &mut Tx, letter: &Letter<'_>) -> Result<(), ServiceError> {
        if !self.sends_mail() {
            return Ok(());
        }
        let id: LetterId = self.new_id();
        let written = template::write(letter, &self.mail().console)?;
        let json = serde_json::to_string(&written)
            .map_err(|error| ServiceError::internal("a letter could not be written", error))?;
        let sealed = self.keys().seal(&place(id), &SecretString::from(json))?;
        let new = NewLetter {
            id,
            customer: letter.customer,
            to_name: letter.to_name,
            to_email: letter.to_email,
            subject: letter.subject,
            text: sealed.into(),
            link: letter.link,
        };
        store::letters::insert(tx, &new, self.now()).await?;
        self.queue_letter(tx, id, letter.customer).await
    }

    /// Puts the job that sends a letter into the queue.
    pub(crate) async fn queue_letter(
        &self,
        tx: &mut Tx,
        letter: LetterId,
        customer: Option<CustomerId>,
    ) -> Result<(), ServiceError> {
        let id: JobId = self.new_id();
        let job = NewJob {
            id,
            customer,
            kind: LETTER_JOB,
            subject: &letter.to_string(),
            run_at: self.now(),
            max_attempts: TRIES,
            dedupe_key: None,
        };
        store::jobs::enqueue(tx, &job, self.now()).await?;
        Ok(())
    }

    /// The body of the job: sends one letter.
    pub async fn send_letter(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        let id: LetterId = job.subject.parse().map_err(|_| JobError::Fail {
            what: "a letter job without a letter".to_owned(),
        })?;
        if job.exhausted {
            return self
                .give_up(id, lease, "Sending it was broken off again and again.")
                .await;
        }
        let (letter, outgoing) = match self.waiting(id, lease).await {
            Ok(Some(waiting)) => waiting,
            Ok(None) => return Ok(()),
            Err(error) if job.last_attempt => {
                tracing::error!(letter = %id, error = domain::text::chain(&error), "a letter cannot be read");
                return self
                    .give_up(id, lease, "It could not be read in the outbox.")
                    .await;
            }
            Err(error) => return Err(retry(&error)),
        };
        if letter.link_until.is_some_and(|until| until <= self.now()) {
            return self
                .give_up(id, lease, "The link in it had run out before it could be sent.")
                .await;
        }
        let Some(mailer) = &self.mail().mailer else {
            // The operator took the mail server away: its letters wait for another one.
            return self
                .no_luck(&letter, job, lease, "No mail server is set up any more.", false)
                .await;
        };
        match mailer.send(&outgoing).await {
            Ok(()) => {
                let noted = async {
                    let mut tx = self.db().begin().await?;
                    lease.hold(&mut tx).await?;
                    store::letters::sent(&mut tx, id, self.now()).await?;
                    tx.commit().await
                };
                metrics::counter!("usersync_letters_total", "result" => "sent").increment(1);
                noted.await.map_err(|error| retry(&error.into()))
            }
            Err(error) => {
                self.no_luck(&letter, job, lease, &error.what, error.is_final)
                    .await
            }
        }
    }

    /// A letter that waits to be sent, opened; `None` when it has ended.
    async fn waiting(
        &self,
        id: LetterId,
        lease: &Lease,
    ) -> Result<Option<(LetterRow, OutgoingLetter)>, ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        let found = store::letters::find(&mut tx, id).await?;
        tx.commit().await?;
        let Some(letter) = found.filter(|letter| letter.state == LetterState::Waiting) else {
            return Ok(None);
        };
        let Some(text) = letter.text.clone() else {
            return Ok(None);
        };
        let opened = self.keys().open(&place(id), &text.into())?;
        let written: Written = serde_json::from_str(opened.expose_secret())
            .map_err(|error| ServiceError::internal("a letter could not be read", error))?;
        let outgoing = OutgoingLetter {
            id,
            to_name: letter.to_name.clone(),
            to_email: letter.to_email.clone(),
            subject: letter.subject.clone(),
            text: written.text.into(),
            html: written.html.into(),
        };
        Ok(Some((letter, outgoing)))
    }

    /// Notes that a letter that may wait will not leave any more, for a reason of our own.
    async fn give_up(&self, id: LetterId, lease: &Lease, what: &str) -> Result<(), JobError> {
        let noted = async {
            let mut tx = self.db().begin().await?;
            lease.hold(&mut tx).await?;
            let found = store::letters::find(&mut tx, id).await?;
            if found.is_some_and(|letter| letter.state == LetterState::Waiting) {
                store::letters::failed(&mut tx, id, Some(what), self.now()).await?;
            }
            tx.commit().await
        };
        noted.await.map_err(|error| retry(&error.into()))?;
        Err(JobError::Fail {
            what: format!("the letter {id} was given up"),
        })
    }

    /// Notes that a letter could not leave: for good, or until the next try.
    async fn no_luck(
        &self,
        letter: &LetterRow,
        job: &Job,
        lease: &Lease,
        what: &str,
        is_final: bool,
    ) -> Result<(), JobError> {
        let ends = is_final || job.last_attempt;
        let noted = async {
            let mut tx = self.db().begin().await?;
            lease.hold(&mut tx).await?;
            if ends {
                store::letters::failed(&mut tx, letter.id, Some(what), self.now()).await?;
            } else {
                store::letters::trouble(&mut tx, letter.id, what).await?;
            }
            tx.commit().await
        };
        noted.await.map_err(|error| retry(&error.into()))?;
        metrics::counter!("usersync_letters_total", "result" => if ends { "failed" } else { "delayed" })
            .increment(1);
        // The mail server's words may hold addresses: they are in the outbox, not in the log.
        let what = format!("the letter {} was not taken by the mail server", letter.id);
        if ends {
            Err(JobError::Fail { what })
        } else {
            Err(JobError::Retry { what })
        }
    }

    /// Housekeeping: forgets letters that ended long ago.
    pub async fn forget_old_letters(&self) -> Result<u64, ServiceError> {
        let mut tx = self.db().begin().await?;
        let before = self.now() - TimeDelta::days(KEEP_LETTERS);
        let forgotten = store::letters::forget(&mut tx, before).await?;
        tx.commit().await?;
        Ok(forgotten)
    }
}

/// The place of what a letter says.
pub(crate) fn place(letter: LetterId) -> Place {
    Place::new("letters", "ciphertext", &[&letter.to_string()])
}

fn retry(error: &ServiceError) -> JobError {
    JobError::Retry {
        what: domain::text::chain(error),
    }
}
