//! A forgotten password: a link to set a new one, by mail.
//!
//! Whether an address has an account must not show, neither in the answer nor in the time it takes. So the request
//! does the same for each: it is counted, the address is looked up, and a job is put into the queue. What is
//! different happens there.

use domain::{Actor, ConsoleUserId, JobId, UserError};
use jobs::{Job, JobError, Lease};
use serde_json::json;
use store::jobs::NewJob;

use crate::auth::email_problem;
use crate::{ServiceError, Services};

/// The kind of the jobs that answer such a request.
pub const FORGOTTEN_JOB: &str = "forgotten_password";
/// How often one is tried.
const TRIES: i64 = 5;

impl Services {
    /// Sends a link to set a new password to this address, if it has an account. What is asked too often is held back,
    /// for each address alike.
    pub async fn forgot_password(&self, email: &str) -> Result<(), ServiceError> {
        if !self.sends_mail() {
            return Err(UserError::Forbidden.into());
        }
        if let Some(problem) = email_problem(email) {
            return Err(UserError::field("email", problem).into());
        }
        let mut tx = self.db().begin().await?;
        self.charge(&mut tx, &counted_as(email)).await?;
        let known = store::console_users::credentials(&mut tx, email).await?;
        let id: JobId = self.new_id();
        // An id that nobody has stands for nobody.
        let subject = known.map_or_else(|| self.new_id(), |known| known.id).to_string();
        let job = NewJob {
            id,
            customer: None,
            kind: FORGOTTEN_JOB,
            subject: &subject,
            run_at: self.now(),
            max_attempts: TRIES,
            dedupe_key: None,
        };
        store::jobs::enqueue(&mut tx, &job, self.now()).await?;
        tx.commit().await?;
        self.wake().wake();
        Ok(())
    }

    /// The body of the job: makes the link and posts it, or does nothing for nobody.
    pub async fn answer_forgotten(&self, job: &Job, lease: &Lease) -> Result<(), JobError> {
        if job.exhausted {
            return Err(JobError::Fail {
                what: "answering a forgotten password was broken off again and again".to_owned(),
            });
        }
        let user = job.subject.parse().map_err(|_| JobError::Fail {
            what: "a job about a forgotten password without a user".to_owned(),
        })?;
        self.send_reset(user, lease)
            .await
            .map_err(|error| JobError::Retry {
                what: domain::text::chain(&error),
            })
    }

    async fn send_reset(&self, user: ConsoleUserId, lease: &Lease) -> Result<(), ServiceError> {
        let mut tx = self.db().begin().await?;
        lease.hold(&mut tx).await?;
        if let Some(user) = store::console_users::find(&mut tx, user).await? {
            let link = self.reset_link(&mut tx, user.id, &user.email).await?;
            self.post_reset(&mut tx, &user, &link).await?;
            let details = json!({ "until": link.until });
            let actor = Actor::system("Sign-in page");
            self.record(
                &mut tx,
                &actor,
                user.customer,
                "user.password.forgotten",
                &user.email,
                &details,
            )
            .await?;
        }
        tx.commit().await?;
        self.wake().wake();
        Ok(())
    }
}

/// The name under which requests for an address are counted, apart from its sign-ins: no address holds a space.
pub(crate) fn counted_as(email: &str) -> String {
    format!("forgotten {}", email.trim())
}
