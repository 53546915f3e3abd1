//! The user mapping: a file is uploaded in parts, or made out of the version before by a correction; read and checked by a
//! job, shown with what was found, submitted and reviewed.

mod beginning;
mod check;
mod compose;
mod decide;
mod diff;
mod download;
mod edit;
mod export;
mod holder;
mod incoming;
mod left_out;
mod lists;
mod meant;
mod receive;
mod remarks;
mod review;
mod reviewed;
mod rows;
mod shown;
mod taken_back;
mod template;
mod view;

pub use check::MAPPING_JOB;
pub use lists::{MappingFilter, MappingList};
pub use receive::MappingUpload;
pub use shown::MappingShown;

use domain::deployment::{Step, StepState, standing};
use domain::user_mapping::{MappingEdit, MappingReading};
use domain::{Actor, CustomerId, Permission, UserError};
use serde_json::Value;
use store::Tx;
use store::jobs::NewJob;
use store::user_mapping::NewVersion;

use crate::{ServiceError, Services};

/// How often the check of a version is tried.
const TRIES: i64 = 3;

/// What a new version comes from.
struct Source<'a> {
    file: Option<i64>,
    reading: &'a MappingReading,
    made_from: Option<i64>,
    edit: Option<&'a MappingEdit>,
}

impl<'a> Source<'a> {
    /// A file, read in this way.
    const fn file(file: i64, reading: &'a MappingReading) -> Self {
        Self {
            file: Some(file),
            reading,
            made_from: None,
            edit: None,
        }
    }

    /// A file that the check makes first, by this correction.
    const fn made(reading: &'a MappingReading, made_from: Option<i64>, edit: &'a MappingEdit) -> Self {
        Self {
            file: None,
            reading,
            made_from,
            edit: Some(edit),
        }
    }
}

impl Services {
    /// Adds a version, puts it on record and has it checked; gives its number.
    async fn add_version(
        &self,
        mut tx: Tx,
        (customer, actor): (CustomerId, &Actor),
        source: &Source<'_>,
        (action, details): (&str, &Value),
    ) -> Result<i64, ServiceError> {
        let new = NewVersion {
            file: source.file,
            reading: source.reading,
            made_from: source.made_from,
            edit: source.edit,
            author: actor.user,
            by: &actor.name,
            at: self.now(),
        };
        let taken_back = self.with_staff(&mut tx, customer).await?;
        let version = store::user_mapping::insert_version(&mut tx, customer, &new).await?;
        let about = version.to_string();
        self.record(&mut tx, actor, Some(customer), action, &about, details)
            .await?;
        if let Some(review) = taken_back {
            self.tell_replaced(&mut tx, actor, customer, (&review, version))
                .await?;
        }
        self.queue_check(&mut tx, customer, version).await?;
        tx.commit().await?;
        self.wake().wake();
        Ok(version)
    }

    /// The customer whose mapping this actor may change now. Once it was carried out nobody may, until that is taken back
    /// (M-14): another mapping would do nothing.
    async fn mapping_of(&self, tx: &mut Tx, actor: &Actor, slug: &str) -> Result<CustomerId, ServiceError> {
        let customer = self.customer(tx, actor, slug, Permission::EditMapping).await?.id;
        if store::migration::last_done(tx, customer).await?.is_some() {
            return Err(UserError::CarriedOut.into());
        }
        let known = crate::deployment::facts::known(tx, customer, self.now()).await?;
        match *standing::find(&standing::of(&known.facts), Step::UserMapping) {
            StepState::Shut { until } | StepState::OnHold { until } => {
                Err(UserError::NotYet { until }.into())
            }
            StepState::Skipped => {
                let words = "The intranet is brand new, so there is nobody to map. If accounts were there before, answer \
                             “Existing user directory?” anew.";
                Err(UserError::field("file", words).into())
            }
            StepState::Open { .. } | StepState::Done { .. } => Ok(customer),
        }
    }

    /// Puts the check of a version into the queue.
    async fn queue_check(&self, tx: &mut Tx, customer: CustomerId, version: i64) -> Result<(), ServiceError> {
        let subject = version.to_string();
        // A worker that has not heard yet that its check has ended must not go on beside the new one.
        store::jobs::retire(tx, customer, MAPPING_JOB, &subject, self.now()).await?;
        let job = NewJob {
            id: self.new_id(),
            customer: Some(customer),
            kind: MAPPING_JOB,
            subject: &subject,
            run_at: self.now(),
            max_attempts: TRIES,
            dedupe_key: None,
        };
        store::jobs::enqueue(tx, &job, self.now()).await?;
        Ok(())
    }
}
