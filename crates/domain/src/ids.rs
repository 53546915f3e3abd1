//! One id type per thing. Ids made by us are `UUIDv7` (RFC 9562), so they sort by the time they were made.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

use crate::Timestamp;

/// An id of ours: made from the time and ten random bytes that the caller provides.
pub trait Id: Sized + Copy {
    /// Wraps a stored value.
    fn from_uuid(uuid: Uuid) -> Self;
    /// The value to store.
    fn uuid(self) -> Uuid;
    /// Makes a new, time-ordered id. `random` must come from a cryptographic generator.
    fn at(now: Timestamp, random: [u8; 10]) -> Self {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl Id for $name {
            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }
            fn uuid(self) -> Uuid {
                self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// An organisation whose intranet follows a directory. Every row of theirs carries this id.
    CustomerId,
    /// A person who signs in to this console.
    ConsoleUserId,
    /// An account in a customer's People directory. Content hangs on it, so it never changes.
    AccountId,
    /// A directory that owns accounts (an external one; local accounts have none).
    DirectoryId,
    /// A group in a customer's People directory.
    GroupId,
    /// One sync run.
    RunId,
    /// Something said about a line of a user mapping.
    RemarkId,
    /// One invitation to the console.
    InvitationId,
    /// One job in the queue.
    JobId,
    /// One row of the audit log.
    AuditId,
    /// One statement about a step of a deployment.
    StatementId,
    /// One comment on a step of a deployment.
    CommentId,
    /// One connection test that was kept.
    ReportId,
    /// Somebody who is told about a deployment.
    ContactId,
    /// One notice.
    NoticeId,
    /// One letter in the outbox.
    LetterId,
}

/// A provider's immutable object id: Entra `id`, Okta `id` (I-01). Opaque text, compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ObjectId(pub String);

impl ObjectId {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
