//! How far runs are. Nobody else can see it in the database, since all of it is one unit of work; so whoever works on a run
//! says it here, for the pages of the same process. Another process knows the run's state only.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::CustomerId;
use domain::migration::MigrationStep;

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct At {
    run: i64,
    pub step: MigrationStep,
    /// Accounts that are written.
    pub written: u64,
}

/// The runs that this process works on, one at most of a customer (M-09).
#[derive(Clone, Debug, Default)]
pub(crate) struct Progress(Arc<Mutex<HashMap<CustomerId, At>>>);

impl Progress {
    fn all(&self) -> MutexGuard<'_, HashMap<CustomerId, At>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run begins a step.
    pub(super) fn begins(&self, customer: CustomerId, run: i64, step: MigrationStep) {
        let mut all = self.all();
        let written = match all.get(&customer) {
            Some(at) if at.run == run && step > MigrationStep::Write => at.written,
            _ => 0,
        };
        all.insert(customer, At { run, step, written });
    }

    /// So many accounts are written by now.
    pub(super) fn wrote(&self, customer: CustomerId, written: u64) {
        if let Some(at) = self.all().get_mut(&customer) {
            at.written = written;
        }
    }

    /// Nobody works on a run of this customer any more.
    pub(super) fn ends(&self, customer: CustomerId) {
        self.all().remove(&customer);
    }

    /// Where a run is, as far as this process knows.
    pub(super) fn of(&self, customer: CustomerId, run: i64) -> Option<At> {
        self.all().get(&customer).copied().filter(|at| at.run == run)
    }
}
