use serde::{Deserialize, Serialize};

use super::When;
use crate::deployment::Step;
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
    /// Steps that cannot start yet, each with the open step at the root of it: their part cannot be changed.
    pub shut: Vec<(Step, Step)>,
}

impl SettingsView {
    /// What has to be done before this step's part may be changed; `None` when it may be now.
    pub fn shut_until(&self, step: Step) -> Option<Step> {
        self.shut
            .iter()
            .find(|(shut, _)| *shut == step)
            .map(|(_, until)| *until)
    }

    /// Whether whoever looks may change this step's part now.
    pub fn may_edit(&self, step: Step) -> bool {
        self.can_edit && self.shut_until(step).is_none()
    }
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

/// A chosen or mapped directory group, as far as the directory could be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupStanding {
    pub object_id: String,
    /// The name it has now, or had when it was last known.
    pub name: String,
    /// The name it was chosen by, when it has another now (U-02).
    pub was: Option<String>,
    /// "Security group", with the mail address if it has one.
    pub kind: Option<String>,
    /// "312 people: 40 directly, 272 through nested groups. 3 members are not people."
    pub members: Option<String>,
    /// What keeps it from doing what it was chosen for, and the cure (U-03).
    pub problem: Option<String>,
    /// What is worth knowing (U-08, C-10).
    pub warning: Option<String>,
}

/// The chosen or mapped groups, as the directory describes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupsView {
    /// In the order of the settings.
    pub groups: Vec<GroupStanding>,
    /// When the oldest of them was counted; `None` when none was.
    pub counted: Option<When>,
    /// Why the directory could not be asked just now, and what to do.
    pub problem: Option<String>,
    /// How many people the chosen groups hold, each once, by the latest complete read.
    pub in_scope: Option<InScope>,
}

/// Who is synchronised, by the latest complete read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InScope {
    pub people: u64,
    /// Everybody who was read.
    pub of: u64,
    pub when: When,
    /// The groups have been changed since.
    pub is_outdated: bool,
}
