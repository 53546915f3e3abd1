use serde::{Deserialize, Serialize};

use super::When;
use crate::deployment::Step;
use crate::profile::{ProfileField, ProfileFields};
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
    /// The profile fields a row may fill.
    pub fields: ProfileFields,
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

/// The page of the data mapping: the settings, and what is known of the attributes of the mapping that is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingView {
    pub settings: SettingsView,
    pub username: AttributeNote,
    /// One for each row of the mapping that is shown.
    pub rows: Vec<AttributeNote>,
    /// Whose values are shown beside the rows.
    pub person: Option<PersonChoice>,
    /// The search found somebody: by a name, a username or an e-mail address.
    pub is_found: bool,
    /// Who was found by it, when it is not one.
    pub found: Vec<PersonChoice>,
    /// The attributes of the directory that are filled, and those nobody knows about; mapped ones first.
    pub attributes: Vec<AttributeRow>,
    /// Attributes nobody has filled.
    pub empty: Vec<String>,
    /// The numbers of mapped attributes are of everybody who was read: nobody is in a synchronised group yet.
    pub of_everybody: bool,
    /// How many people the numbers of unmapped attributes are of, and when they were looked at.
    pub looked: Option<(u64, When)>,
    /// Why the directory could not be asked just now, and what to do.
    pub problem: Option<String>,
    /// Whether a name that is not known is refused. Otherwise it is only found out in the next test sync.
    pub names_complete: bool,
}

/// What is known of one attribute of the mapping.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeNote {
    /// "Filled for 88 % of 1,200 people"
    pub filled: String,
    /// The value the chosen person has.
    pub value: Option<String>,
    /// What that makes of the field: "becomes “Clerk”", "stays as it is".
    pub becomes: String,
    /// What does not fit, with numbers and examples (B-03 to B-09).
    pub warnings: Vec<String>,
}

/// Somebody of the directory who can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonChoice {
    pub object_id: String,
    pub name: String,
    pub principal_name: String,
}

/// An attribute of the directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeRow {
    pub name: String,
    /// The fields it feeds, by their labels.
    pub feeds: Vec<String>,
    /// How many have it filled, and of how many; `None` when nobody has looked yet.
    pub filled: Option<(u64, u64)>,
    /// A value somebody has.
    pub example: Option<String>,
}

/// The page of the profile fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileFieldsView {
    /// Those every profile has, then the customer's own.
    pub fields: Vec<ProfileFieldRow>,
    pub can_edit: bool,
}

/// A profile field, and what fills it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileFieldRow {
    pub field: ProfileField,
    /// The customer has added it and may change it.
    pub is_own: bool,
    /// The directory attribute that fills it, by the data mapping.
    pub attribute: Option<String>,
}

/// What saving a data mapping would do to people who have accounts (B-14).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingEffect {
    /// People whose profile changes.
    pub changes: u64,
    /// Of those, people who lose a value.
    pub emptied: u64,
    /// People who get another username.
    pub renamed: u64,
    /// People who get another manager, or lose theirs.
    pub managers: u64,
    /// Attributes that were never read, so that nobody knows what they will change.
    pub unread: Vec<String>,
    /// Names exactly this mapping with exactly this effect: what is confirmed.
    pub stamp: String,
}

/// The page of group sync: the settings, the mapped groups as the directory has them, and who is in the People groups
/// without being in the directory's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupSyncView {
    pub settings: SettingsView,
    pub groups: GroupsView,
    pub others: Vec<OtherMembers>,
}

/// Members of a mapped People group who are in none of its directory groups (U-10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherMembers {
    pub group: crate::GroupId,
    /// How many, by the latest read; `None` before the directory groups were read.
    pub count: Option<u64>,
    /// The first of them.
    pub names: Vec<String>,
}

/// A People group has the name that a new one was to get: a person decides which of the two it is (U-09).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupCollision {
    /// The one that is there.
    pub group: crate::GroupId,
    pub name: String,
    /// The directory group that was to be mapped, and how.
    pub object_id: crate::ObjectId,
    pub mode: crate::settings::GroupMode,
}
