//! Graph's answers. Lenient: unknown properties are ignored, unknown words change nothing.

use std::collections::BTreeMap;

use domain::ObjectId;
use domain::directory::{DirectoryGroup, DirectoryMember, DirectoryStatus, DirectoryUser, GroupKind};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::selection::Selection;
use crate::values::text;

/// One page of a collection, whatever it holds.
#[derive(Deserialize)]
pub(super) struct GraphPage<T> {
    pub(super) value: Vec<T>,
    #[serde(rename = "@odata.nextLink")]
    pub(super) next: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    pub(super) delta: Option<String>,
}

/// A user, property by property: which ones are there depends on `$select`.
pub(super) type UserWire = Map<String, Value>;

/// The id, without which nothing can be said.
pub(super) fn id_of(user: &UserWire) -> Option<ObjectId> {
    text(user.get("id")).map(ObjectId)
}

/// `Some(final)` when the entry says that the user is gone (G-13).
pub(super) fn removed(user: &UserWire) -> Option<bool> {
    let reason = user.get("@removed")?.get("reason").and_then(Value::as_str);
    Some(reason == Some("deleted"))
}

/// Whether only type and id came (C-11): none of the properties that every user has.
pub(super) fn is_bare(user: &UserWire) -> bool {
    ["userPrincipalName", "displayName", "mail", "accountEnabled"]
        .iter()
        .all(|name| user.get(*name).is_none_or(Value::is_null))
}

/// A user. One that came bare keeps an unknown status and no attributes, so that nothing is concluded from it.
pub(super) fn user(object_id: ObjectId, user: &UserWire, selection: &Selection) -> DirectoryUser {
    let mail = text(user.get("mail"));
    let principal_name = text(user.get("userPrincipalName"))
        .or_else(|| mail.clone())
        .unwrap_or_else(|| object_id.to_string());
    let guest = match user.get("userType").and_then(Value::as_str) {
        Some(kind) => kind.eq_ignore_ascii_case("guest"),
        None => principal_name.contains("#EXT#"),
    };
    DirectoryUser {
        status: status(user),
        attributes: if is_bare(user) {
            BTreeMap::default()
        } else {
            selection.values(user)
        },
        display_name: text(user.get("displayName")),
        manager: user.get("manager").and_then(|manager| text(manager.get("id"))),
        object_id,
        principal_name,
        mail,
        guest,
    }
}

fn status(user: &UserWire) -> DirectoryStatus {
    let pending = user
        .get("externalUserState")
        .and_then(Value::as_str)
        .is_some_and(|state| state.eq_ignore_ascii_case("PendingAcceptance"));
    match user.get("accountEnabled").and_then(Value::as_bool) {
        Some(true) if pending => DirectoryStatus::PendingAcceptance,
        Some(true) => DirectoryStatus::Enabled,
        Some(false) => DirectoryStatus::Disabled,
        None => DirectoryStatus::Unknown,
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupWire {
    id: String,
    display_name: Option<String>,
    mail: Option<String>,
    group_types: Option<Vec<String>>,
    security_enabled: Option<bool>,
    mail_enabled: Option<bool>,
    visibility: Option<String>,
}

/// What the group's kind and visibility need.
pub(super) const GROUP_SELECT: &str = "id,displayName,mail,groupTypes,securityEnabled,mailEnabled,visibility";

impl GroupWire {
    /// Only type and id came (C-11).
    pub(super) fn is_bare(&self) -> bool {
        self.display_name.is_none() && self.security_enabled.is_none() && self.mail_enabled.is_none()
    }

    fn kind(&self) -> GroupKind {
        let has = |kind: &str| {
            self.group_types
                .iter()
                .flatten()
                .any(|found| found.eq_ignore_ascii_case(kind))
        };
        match (
            self.mail_enabled.unwrap_or(false),
            self.security_enabled.unwrap_or(false),
        ) {
            _ if has("DynamicMembership") => GroupKind::Dynamic,
            _ if has("Unified") => GroupKind::Microsoft365,
            (true, true) => GroupKind::MailSecurity,
            (false, true) => GroupKind::Security,
            (true, false) => GroupKind::Distribution,
            (false, false) => GroupKind::Unknown,
        }
    }
}

impl From<GroupWire> for DirectoryGroup {
    fn from(wire: GroupWire) -> Self {
        DirectoryGroup {
            kind: wire.kind(),
            hidden_membership: wire
                .visibility
                .as_deref()
                .is_some_and(|visibility| visibility.eq_ignore_ascii_case("HiddenMembership")),
            name: wire.display_name.unwrap_or_else(|| wire.id.clone()),
            mail: wire.mail.filter(|mail| !mail.is_empty()),
            object_id: ObjectId(wire.id),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct MemberWire {
    #[serde(rename = "@odata.type")]
    kind: Option<String>,
    id: String,
}

impl From<MemberWire> for DirectoryMember {
    fn from(wire: MemberWire) -> Self {
        DirectoryMember {
            // Without a type it counts as a user: an id that is no user's matches nobody, while a person taken for a
            // device would lose their access.
            is_user: wire
                .kind
                .is_none_or(|kind| kind.eq_ignore_ascii_case("#microsoft.graph.user")),
            object_id: ObjectId(wire.id),
        }
    }
}

/// `GET /organization`
#[derive(Deserialize)]
pub(super) struct OrganizationWire {
    #[serde(rename = "displayName")]
    pub(super) display_name: Option<String>,
}

/// The part of the discovery document that names the tenant.
#[derive(Deserialize)]
pub(super) struct DiscoveryWire {
    pub(super) issuer: String,
}

/// `POST /directoryObjects/getAvailableExtensionProperties`
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ExtensionWire {
    pub(super) name: String,
    #[serde(default)]
    pub(super) target_objects: Vec<String>,
}

/// `POST /$batch`
#[derive(Deserialize)]
pub(super) struct BatchWire {
    pub(super) responses: Vec<BatchPart>,
}

#[derive(Deserialize)]
pub(super) struct BatchPart {
    pub(super) id: String,
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: Map<String, Value>,
    #[serde(default)]
    pub(super) body: Value,
}
