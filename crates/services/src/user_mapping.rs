//! The user mapping: a file is uploaded in parts, read and checked by a job, and shown with what was found.

mod check;
mod receive;
mod view;

pub use check::MAPPING_JOB;
pub use receive::MappingUpload;

use domain::deployment::{Step, StepState, standing};
use domain::{Actor, CustomerId, Permission, UserError};
use store::Tx;
use store::jobs::NewJob;

use crate::{ServiceError, Services};

/// How often the check of a version is tried.
const TRIES: i64 = 3;

impl Services {
    /// The customer whose mapping this actor may change now.
    async fn mapping_of(&self, tx: &mut Tx, actor: &Actor, slug: &str) -> Result<CustomerId, ServiceError> {
        let customer = self.customer(tx, actor, slug, Permission::EditMapping).await?.id;
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
        let job = NewJob {
            id: self.new_id(),
            customer: Some(customer),
            kind: MAPPING_JOB,
            subject: &version.to_string(),
            run_at: self.now(),
            max_attempts: TRIES,
            dedupe_key: None,
        };
        store::jobs::enqueue(tx, &job, self.now()).await?;
        Ok(())
    }
}
