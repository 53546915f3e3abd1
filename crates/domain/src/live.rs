//! What a directory answered when it was asked for a page, kept so that nobody waits for it again a moment later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Timestamp;
use crate::directory::GroupKind;

/// The chosen and mapped groups by their object ids.
pub type LiveGroups = BTreeMap<String, LiveGroup>;

/// What the directory said of one group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveGroup {
    pub at: Timestamp,
    /// `None`: there is no such group (any more) (U-03).
    pub found: Option<FoundGroup>,
}

/// A group that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundGroup {
    /// The name it has now (U-02).
    pub name: String,
    pub mail: Option<String>,
    pub kind: GroupKind,
    /// C-10
    pub hidden_membership: bool,
    pub members: MemberCounts,
}

/// How many members a group has; `None` where the provider does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberCounts {
    /// People who are members themselves.
    pub direct: Option<u64>,
    /// People, those of nested groups included, each counted once (U-04, U-05); `None` where groups do not nest.
    pub nested: Option<u64>,
    /// Members that are no people: groups, devices, contacts (U-06).
    pub others: Option<u64>,
}

/// How often each attribute is filled among a few people who were looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeLook {
    pub at: Timestamp,
    /// People looked at.
    pub people: u64,
    /// Every attribute that was asked for.
    pub attributes: BTreeMap<String, Fill>,
}

/// One attribute among the people who were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fill {
    pub filled: u64,
    /// A value somebody has.
    pub example: Option<String>,
}
