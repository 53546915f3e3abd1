//! Reading a directory: one trait for both providers.

use std::fmt;

use async_trait::async_trait;
use domain::directory::{DirectoryGroup, DirectoryMember, DirectoryUser};
use domain::live::MemberCounts;
use domain::{ObjectId, Provider};
use serde::{Deserialize, Serialize};

use crate::ProviderError;

/// Where a read goes on: opaque, made by a reader, storable as a checkpoint, understood only by a reader of the same
/// connection. `Debug` hides it: it holds tokens of the provider.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub(crate) String);

impl Cursor {
    /// A cursor that was stored with [`Cursor::as_str`].
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }
    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursor(..)")
    }
}

/// One page. It may be empty and still not be the last (G-02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Next,
}

/// What comes after a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    Page(Cursor),
    /// The provider itself said that this was the last page: the only proof that a read is complete (G-03, G-04).
    End {
        /// Where the next incremental read goes on, if this was one.
        changes: Option<Cursor>,
    },
}

/// What a read of users yields. The same person may come several times; the last one counts (G-09, G-11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserEntry {
    Present(DirectoryUser),
    /// Incremental reads only: gone from the directory. `final_` is false while the person can still be restored (G-13).
    Removed {
        object_id: ObjectId,
        final_: bool,
    },
}

/// The organisation at the other end (C-22).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantInfo {
    /// Never changes: Entra tenant id, Okta org id.
    pub id: String,
    pub name: String,
}

/// The attributes of a directory, by the provider's own names, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeNames {
    pub names: Vec<String>,
    /// Names that begin with this may exist although they are not here, because those could not be listed: empty for any,
    /// `None` when all are here.
    pub unlisted: Option<String>,
}

impl Default for AttributeNames {
    /// Nothing is known: there may be anything.
    fn default() -> Self {
        Self::new(Vec::new(), Some(""))
    }
}

impl AttributeNames {
    pub(crate) fn new(mut names: Vec<String>, unlisted: Option<&str>) -> Self {
        names.sort_unstable();
        names.dedup();
        let unlisted = unlisted.map(ToOwned::to_owned);
        Self { names, unlisted }
    }

    /// Whether there may be an attribute of this name.
    pub fn may_have(&self, name: &str) -> bool {
        let prefix = self.unlisted.as_deref();
        self.names.iter().any(|known| known == name) || prefix.is_some_and(|prefix| name.starts_with(prefix))
    }
}

/// One connection to one directory. Dropping the future of a call cancels it.
///
/// A read is complete only when [`Next::End`] was seen; every error means that nothing may be concluded from what was
/// read so far (G-04). When [`ProviderError::restart_read`] says so, the read starts over with no cursor.
#[async_trait]
pub trait DirectoryReader: Send + Sync {
    fn provider(&self) -> Provider;

    /// Who the other end says it is.
    async fn tenant(&self) -> Result<TenantInfo, ProviderError>;

    /// A full read of users, page by page; for Entra the manager is read along. Okta's list leaves out deactivated
    /// people: absence is the sign of a leaver there (G-17).
    async fn users(
        &self,
        attributes: &[String],
        cursor: Option<&Cursor>,
    ) -> Result<Page<UserEntry>, ProviderError>;

    /// Where incremental reads start that miss nothing of what changes from now on. Take it *before* a full read.
    async fn changes_cursor(&self, attributes: &[String]) -> Result<Cursor, ProviderError>;

    /// Who changed since the cursor (G-12 to G-15). `attributes` must be those of [`DirectoryReader::changes_cursor`]:
    /// Graph fixes them in its link, so a changed data mapping needs a full read (G-15). Okta never reports hard
    /// deletions: only a full read finds them.
    async fn user_changes(
        &self,
        attributes: &[String],
        since: &Cursor,
    ) -> Result<Page<UserEntry>, ProviderError>;

    /// One person, fresh; `None` when the directory has no such person (any more).
    async fn user(
        &self,
        attributes: &[String],
        id: &ObjectId,
    ) -> Result<Option<DirectoryUser>, ProviderError>;

    /// How many people the directory has, if the provider can say so cheaply.
    async fn user_count(&self) -> Result<Option<u64>, ProviderError>;

    /// All groups, page by page.
    async fn groups(&self, cursor: Option<&Cursor>) -> Result<Page<DirectoryGroup>, ProviderError>;

    /// At most `limit` groups whose name begins with `search`, for the picker. Empty `search`: the first ones.
    async fn find_groups(&self, search: &str, limit: u16) -> Result<Vec<DirectoryGroup>, ProviderError>;

    /// One group; `None` when it does not exist (any more).
    async fn group(&self, id: &ObjectId) -> Result<Option<DirectoryGroup>, ProviderError>;

    /// Members of a group, page by page, with those of nested groups if asked (U-04; Okta groups do not nest). A group
    /// that is gone is [`ProviderError::NotFound`], never an empty list.
    async fn members(
        &self,
        group: &ObjectId,
        nested: bool,
        cursor: Option<&Cursor>,
    ) -> Result<Page<DirectoryMember>, ProviderError>;

    /// The groups that one person is a member of, by id, page by page; with those their groups are nested in if asked
    /// (U-04). It proves that somebody is in a group, never that they are not: groups with hidden members are left out
    /// (C-10). What else somebody may be a member of, roles and units, comes along and matches no group.
    async fn groups_of(
        &self,
        person: &ObjectId,
        nested: bool,
        cursor: Option<&Cursor>,
    ) -> Result<Page<ObjectId>, ProviderError>;

    /// How many members a group has, as far as the provider can say so cheaply (U-04 to U-06). Entra's counts lag
    /// behind for moments, and are 0 where members are hidden (C-10).
    async fn member_counts(&self, group: &ObjectId) -> Result<MemberCounts, ProviderError>;

    /// The attributes this directory has, for the data mapping (B-09).
    async fn attribute_names(&self) -> Result<AttributeNames, ProviderError>;
}
