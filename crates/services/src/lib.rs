//! Use cases: one file per area, and the bodies of the jobs.
//!
//! A service method takes `&Actor` first, checks the permission in its first lines, and writes its audit row in the
//! same unit of work as the change. Pages, commands and jobs all come through here.

mod access;
mod appointments;
pub mod audit;
pub mod auth;
mod contacts;
mod customers;
mod deployment;
mod error;
mod export;
mod first_visit;
pub mod forgotten;
mod local_accounts;
pub mod mail;
pub mod migration;
mod notices;
mod paging;
mod passwords;
mod people;
mod provider;
mod relink;
mod runs;
mod schedule;
pub mod seal;
pub mod sessions;
mod settings;
pub mod sync;
mod team;
pub mod user_mapping;
mod when;

use std::sync::Arc;

use domain::Clock;
use domain::ids::Id;
use jobs::Wake;
use mail::Mail;
use providers::Providers;
use rand::RngCore;
use store::Db;

pub use appointments::CalendarFile;
pub use contacts::TypedContact;
pub use deployment::Before;
pub use error::ServiceError;
pub use first_visit::FirstAdmin;
pub use local_accounts::NewLocalAccount;
pub use seal::KeyRing;
pub use settings::TypedProfileField;
pub use team::{Joining, SealedLink};
pub use user_mapping::MappingFilter;

/// Every use case. Cheap to clone; made once, in the composition root.
#[derive(Clone)]
pub struct Services(Arc<Parts>);

/// What the use cases stand on.
pub struct Parts {
    pub db: Db,
    pub providers: Providers,
    pub clock: Arc<dyn Clock>,
    pub keys: KeyRing,
    pub mail: Mail,
    /// Tells the job runner of this process that there is something to do.
    pub wake: Wake,
}

impl Services {
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The database; for the composition root and for jobs.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    pub(crate) fn providers(&self) -> &Providers {
        &self.0.providers
    }

    pub(crate) fn keys(&self) -> &KeyRing {
        &self.0.keys
    }

    pub(crate) fn mail(&self) -> &Mail {
        &self.0.mail
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.0.clock
    }

    pub(crate) fn wake(&self) -> &Wake {
        &self.0.wake
    }

    /// The current time, from the clock this was built with.
    pub fn now(&self) -> domain::Timestamp {
        self.0.clock.now()
    }

    /// A new, time-ordered id.
    pub(crate) fn new_id<T: Id>(&self) -> T {
        let mut random = [0; 10];
        rand::rng().fill_bytes(&mut random);
        T::at(self.now(), random)
    }
}
