//! Okta's answers. Null properties are left out, new ones may come any time, unknown statuses change nothing
//! (provider-apis 2.2, G-18).

use std::collections::BTreeMap;

use domain::ObjectId;
use domain::directory::{AttributeValue, DirectoryGroup, DirectoryStatus, DirectoryUser, GroupKind};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::values::{attribute, text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserWire {
    pub(super) id: String,
    #[serde(default)]
    status: String,
    transitioning_to_status: Option<String>,
    #[serde(default)]
    pub(super) profile: Map<String, Value>,
}

impl UserWire {
    /// Only the id came (C-11).
    pub(super) fn is_bare(&self) -> bool {
        self.profile.is_empty()
    }

    fn status(&self) -> DirectoryStatus {
        if self.transitioning_to_status.as_deref() == Some("ACTIVE") && self.status == "STAGED" {
            return DirectoryStatus::Activating;
        }
        match self.status.as_str() {
            "STAGED" => DirectoryStatus::Staged,
            "PROVISIONED" => DirectoryStatus::Provisioned,
            "ACTIVE" => DirectoryStatus::Active,
            "RECOVERY" => DirectoryStatus::Recovery,
            "PASSWORD_EXPIRED" => DirectoryStatus::PasswordExpired,
            "LOCKED_OUT" => DirectoryStatus::LockedOut,
            "SUSPENDED" => DirectoryStatus::Suspended,
            "DEPROVISIONED" => DirectoryStatus::Deprovisioned,
            "ACTIVATING" => DirectoryStatus::Activating,
            _ => DirectoryStatus::Unknown,
        }
    }

    fn display_name(&self) -> Option<String> {
        text(self.profile.get("displayName")).or_else(|| {
            let parts: Vec<String> = ["firstName", "lastName"]
                .iter()
                .filter_map(|name| text(self.profile.get(*name)))
                .collect();
            Some(parts.join(" ")).filter(|name| !name.is_empty())
        })
    }

    /// `attributes` are properties of the profile; one that did not come is null there (G-18). A user that came bare
    /// keeps an unknown status and no attributes.
    pub(super) fn into_user(self, attributes: &[String]) -> DirectoryUser {
        let mail = text(self.profile.get("email"));
        let values: BTreeMap<String, AttributeValue> = if self.is_bare() {
            BTreeMap::new()
        } else {
            attributes
                .iter()
                .map(|name| {
                    let value = self.profile.get(name).map_or(AttributeValue::Null, attribute);
                    (name.clone(), value)
                })
                .collect()
        };
        DirectoryUser {
            principal_name: text(self.profile.get("login"))
                .or_else(|| mail.clone())
                .unwrap_or_else(|| self.id.clone()),
            display_name: self.display_name(),
            status: if self.is_bare() {
                DirectoryStatus::Unknown
            } else {
                self.status()
            },
            guest: false,
            manager: text(self.profile.get("managerId")),
            attributes: values,
            mail,
            object_id: ObjectId(self.id),
        }
    }
}

#[derive(Deserialize)]
pub(super) struct GroupWire {
    id: String,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    profile: Map<String, Value>,
    #[serde(rename = "_embedded", default)]
    embedded: Map<String, Value>,
}

impl GroupWire {
    pub(super) fn is_bare(&self) -> bool {
        self.profile.is_empty()
    }

    /// `expand=stats`
    pub(super) fn users(&self) -> Option<u64> {
        self.embedded.get("stats")?.get("usersCount")?.as_u64()
    }
}

impl From<GroupWire> for DirectoryGroup {
    fn from(wire: GroupWire) -> Self {
        DirectoryGroup {
            name: text(wire.profile.get("name")).unwrap_or_else(|| wire.id.clone()),
            mail: None,
            kind: match wire.kind.as_str() {
                "OKTA_GROUP" => GroupKind::Okta,
                "APP_GROUP" => GroupKind::App,
                "BUILT_IN" => GroupKind::BuiltIn,
                _ => GroupKind::Unknown,
            },
            hidden_membership: false,
            object_id: ObjectId(wire.id),
        }
    }
}

/// A member, of which only the id matters; the rest of the user is skipped.
#[derive(Deserialize)]
pub(super) struct MemberWire {
    pub(super) id: String,
}

/// `/.well-known/okta-organization`
#[derive(Deserialize)]
pub(super) struct OrgWire {
    pub(super) id: String,
}

/// `/api/v1/meta/schemas/user/default`
#[derive(Deserialize)]
pub(super) struct SchemaWire {
    #[serde(default)]
    pub(super) definitions: BTreeMap<String, DefinitionWire>,
}

#[derive(Deserialize)]
pub(super) struct DefinitionWire {
    #[serde(default)]
    pub(super) properties: BTreeMap<String, Value>,
}
