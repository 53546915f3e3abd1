//! Use cases: one file per area, and the bodies of the jobs.
//!
//! A service method takes `&Actor` first, checks the permission in its first lines, and writes its audit row in the
//! same unit of work as the change. Pages, commands and jobs all come through here.

mod access;
mod appointments;
pub mod audit;
pub mod auth;
mod beside;
mod contacts;
mod customers;
mod deployment;
mod error;
mod export;
mod file_name;
mod first_visit;
pub mod forgotten;
mod local_accounts;
pub mod mail;
pub mod migration;
mod notices;
mod paging;
mod passwords;
mod people;
pub mod people_file;
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

use std::sync::{Arc, Mutex};

use domain::Clock;
use domain::ids::Id;
use jobs::Wake;
use mail::Mail;
use providers::Providers;
use store::Db;
use uuid::{ContextV7, Uuid};

pub use appointments::CalendarFile;
pub use contacts::TypedContact;
pub use deployment::Before;
pub use error::ServiceError;
pub use first_visit::FirstAdmin;
pub use local_accounts::NewLocalAccount;
pub use people_file::TypedPeopleFile;
pub use seal::KeyRing;
pub use settings::TypedProfileField;
pub use team::{Joining, SealedLink};
pub use user_mapping::MappingFilter;

/// Every use case. Cheap to clone; made once, in the composition root.
#[derive(Clone)]
pub struct Services {
    parts: Arc<Parts>,
    ids: Arc<Mutex<ContextV7>>,
    migrations: migration::Progress,
}

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
        Self {
            parts: Arc::new(parts),
            ids: Arc::new(Mutex::new(ContextV7::new())),
            migrations: migration::Progress::default(),
        }
    }

    /// The database; for the composition root and for jobs.
    pub fn db(&self) -> &Db {
        &self.parts.db
    }

    pub(crate) fn providers(&self) -> &Providers {
        &self.parts.providers
    }

    pub(crate) fn keys(&self) -> &KeyRing {
        &self.parts.keys
    }

    pub(crate) fn mail(&self) -> &Mail {
        &self.parts.mail
    }

    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.parts.clock
    }

    pub(crate) fn wake(&self) -> &Wake {
        &self.parts.wake
    }

    /// The current time, from the clock this was built with.
    pub fn now(&self) -> domain::Timestamp {
        self.parts.clock.now()
    }

    /// A new, time-ordered id.
    ///
    /// Ids of one process are in the order in which they were made, within a millisecond, too (RFC 9562, section 6.2), so
    /// that lists by id tell things in the order in which they happened.
    pub(crate) fn new_id<T: Id>(&self) -> T {
        let now = self.now();
        let seconds = u64::try_from(now.timestamp()).unwrap_or_default();
        let stamp = uuid::Timestamp::from_unix(&*self.ids, seconds, now.timestamp_subsec_nanos());
        T::from_uuid(Uuid::new_v7(stamp))
    }
}
