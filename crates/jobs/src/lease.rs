//! The right to work on a job, for a while.

use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, JobId};
use store::{StoreError, Tx};
use tokio_util::sync::CancellationToken;

/// A lease on one claimed job.
#[derive(Clone)]
pub struct Lease {
    pub(crate) job: JobId,
    pub(crate) fence: i64,
    pub(crate) length: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) stop: CancellationToken,
}

impl Lease {
    /// Proves, inside the unit of work of an effect, that this worker still has the job, and renews the lease.
    /// [`StoreError::Stale`]: somebody else has it; roll back and stop.
    pub async fn hold(&self, tx: &mut Tx) -> Result<(), StoreError> {
        store::jobs::hold_lease(tx, self.job, self.fence, self.clock.now() + self.length).await
    }

    /// Is cancelled when the lease is lost or the process goes down. Work stops at the next safe point.
    pub fn stop(&self) -> &CancellationToken {
        &self.stop
    }
}
