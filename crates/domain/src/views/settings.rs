use serde::{Deserialize, Serialize};

use crate::settings::{DataMapping, GroupMapping, SafetyLimits, Scope};

/// Everything the settings pages show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingsView {
    pub provider: crate::Provider,
    pub version: i64,
    pub scope: Scope,
    pub mapping: DataMapping,
    pub groups: Vec<GroupMapping>,
    pub limits: SafetyLimits,
    /// Attributes known to exist: offered as choices.
    pub attributes: Vec<String>,
    /// The People groups: id and name.
    pub people_groups: Vec<(crate::GroupId, String)>,
    pub can_edit: bool,
}

/// A directory group that can be picked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupChoice {
    pub object_id: String,
    pub name: String,
    pub kind: String,
    pub mail: Option<String>,
    pub chosen: bool,
    /// "Everyone is in here", "membership is hidden", ...
    pub warning: Option<String>,
}
