//! What the settings pages may ask for: who is synchronised, which fields, which groups, how much at once. The bodies
//! live in `services`, `settings`. Every change names the version of the settings it was made on; a version that has
//! passed is refused with [`domain::UserError::Changed`].

use domain::settings::{
    DataMapping, FieldMapping, GroupMapping, GroupMode, SafetyLimits, ScopeGroup, WhenEmpty,
};
use domain::views::{
    GroupChoice, GroupCollision, GroupSyncView, GroupsView, MappingEffect, MappingView, SettingsView,
};
use domain::{FieldError, GroupId, ObjectId, UserError};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::ServiceError;

use super::ApiError;

/// All settings of a customer's sync; `None` while no directory is connected.
pub async fn show_settings(customer: String) -> Result<Option<SettingsView>, ApiError> {
    super::act(|services, actor| async move {
        match services.settings(&actor, &customer).await {
            Err(ServiceError::User(UserError::NeededFirst { .. })) => Ok(None),
            other => other.map(Some),
        }
    })
    .await
}

/// The settings, and what the directory says of the chosen and mapped groups; `None` while none is connected.
pub async fn show_groups(customer: String) -> Result<Option<(SettingsView, GroupsView)>, ApiError> {
    super::act(|services, actor| async move {
        match services.groups(&actor, &customer).await {
            Err(ServiceError::User(UserError::NeededFirst { .. })) => Ok(None),
            other => other.map(Some),
        }
    })
    .await
}

/// Groups of the live directory whose name begins with the text. A directory that cannot be asked is an answer too,
/// with what to do about it: the rest of the page is still there.
pub async fn find_groups(
    customer: String,
    search: String,
) -> Result<Result<Vec<GroupChoice>, UserError>, ApiError> {
    super::act(|services, actor| async move {
        match services.find_groups(&actor, &customer, &search).await {
            Err(ServiceError::User(error @ (UserError::Invalid { .. } | UserError::NeededFirst { .. }))) => {
                Ok(Err(error))
            }
            other => other.map(Ok),
        }
    })
    .await
}

/// Asks the directory again for every chosen and mapped group (U-04).
#[server(endpoint = "settings/count-groups")]
pub async fn count_groups(customer: String) -> Result<(), ApiError> {
    super::act_form(
        <CountGroups as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.count_groups_again(&actor, &customer).await },
    )
    .await
}

/// Adds a security group: its members are synchronised from the next run on (U-01). The directory gives its name (U-02).
#[server(endpoint = "settings/add-scope-group")]
pub async fn add_scope_group(customer: String, version: i64, object_id: ObjectId) -> Result<(), ApiError> {
    super::act_form(
        <AddScopeGroup as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            let mut scope = services.settings(&actor, &customer).await?.scope;
            scope.groups.retain(|group| group.object_id != object_id);
            let name = String::new();
            scope.groups.push(ScopeGroup { object_id, name });
            services.save_scope(&actor, &customer, version, scope).await
        },
    )
    .await
}

/// Takes a security group out of the scope.
#[server(endpoint = "settings/remove-scope-group")]
pub async fn remove_scope_group(customer: String, version: i64, object_id: ObjectId) -> Result<(), ApiError> {
    super::act_form(
        <RemoveScopeGroup as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            let mut scope = services.settings(&actor, &customer).await?.scope;
            scope.groups.retain(|group| group.object_id != object_id);
            services.save_scope(&actor, &customer, version, scope).await
        },
    )
    .await
}

/// Nested groups (U-04) and guests (I-12). An unticked box is not sent, hence the defaults.
#[server(endpoint = "settings/save-scope-options")]
pub async fn save_scope_options(
    customer: String,
    version: i64,
    #[server(default)] nested: bool,
    #[server(default)] include_guests: bool,
) -> Result<(), ApiError> {
    super::act_form(
        <SaveScopeOptions as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            let mut scope = services.settings(&actor, &customer).await?.scope;
            (scope.nested, scope.include_guests) = (nested, include_guests);
            services.save_scope(&actor, &customer, version, scope).await
        },
    )
    .await
}

/// The data mapping with what is known of its attributes; `None` while no directory is connected. See
/// `Services::data_mapping`.
pub async fn show_data_mapping(
    customer: String,
    draft: Option<TypedMapping>,
    person: String,
    search: String,
) -> Result<Option<MappingView>, ApiError> {
    super::act(|services, actor| async move {
        let draft = draft.map(TypedMapping::into_mapping);
        match services
            .data_mapping(&actor, &customer, draft, &person, &search)
            .await
        {
            Err(ServiceError::User(UserError::NeededFirst { .. })) => Ok(None),
            other => other.map(Some),
        }
    })
    .await
}

/// Looks at the attributes of a few people again (B-09).
#[server(endpoint = "settings/look-at-attributes")]
pub async fn look_at_attributes(customer: String) -> Result<(), ApiError> {
    super::act_form(
        <LookAtAttributes as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.look_at_attributes_again(&actor, &customer).await },
    )
    .await
}

/// Saves the data mapping, or gives what that would do to people who have accounts (B-14): then nothing is saved until
/// the stamp of that effect comes back as `confirmed`. The rows come as three lists of equal length, which is how a table of inputs is posted. A
/// refused form keeps its version: what was typed on old settings must not slip over newer ones.
#[server(endpoint = "settings/save-data-mapping")]
pub async fn save_data_mapping(
    customer: String,
    version: i64,
    mapping: TypedMapping,
    #[server(default)] confirmed: String,
) -> Result<Option<MappingEffect>, ApiError> {
    let typed = (version, mapping.clone());
    let page = format!("/c/{customer}/data-mapping");
    let effect = super::act_form(
        <SaveDataMapping as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            services
                .save_mapping(&actor, &customer, version, mapping.into_mapping(), &confirmed)
                .await
        },
    )
    .await?;
    // Away from the address of a draft: what is stored is shown now, or what was kept to be confirmed.
    super::server::go(&page);
    Ok(effect)
}

/// The page of group sync; `None` while no directory is connected.
pub async fn show_group_sync(customer: String) -> Result<Option<GroupSyncView>, ApiError> {
    super::act(|services, actor| async move {
        match services.group_sync(&actor, &customer).await {
            Err(ServiceError::User(UserError::NeededFirst { .. })) => Ok(None),
            other => other.map(Some),
        }
    })
    .await
}

/// What is posted for the People group when a new one is to be made.
pub const NEW_GROUP: &str = "new";

/// A group mapping as it was posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedGroupMapping {
    pub object_id: ObjectId,
    /// The id of a People group, or [`NEW_GROUP`].
    pub group: String,
    pub mode: GroupMode,
    pub new_name: String,
    /// The People group of the same name that somebody decides about (U-09); empty when there is none.
    pub same: String,
}

/// Puts the members of a directory group into a People group (U-01, U-10), or into a new one of its name, or of
/// `new_name`. Gives the group that has that name already, and then does nothing (U-09). `same` is that group when the
/// question was asked: kept, so that a refusal does not end it.
#[server(endpoint = "settings/add-group-mapping")]
pub async fn add_group_mapping(
    customer: String,
    version: i64,
    object_id: ObjectId,
    #[server(default)] group: String,
    mode: GroupMode,
    #[server(default)] new_name: String,
    #[server(default)] same: String,
) -> Result<Option<GroupCollision>, ApiError> {
    let typed = TypedGroupMapping {
        object_id: object_id.clone(),
        group: group.clone(),
        mode,
        new_name: new_name.clone(),
        same,
    };
    super::act_form(
        <AddGroupMapping as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            if group == NEW_GROUP {
                return services
                    .map_to_new_group(&actor, &customer, version, object_id, mode, &new_name)
                    .await;
            }
            let group: GroupId = group.parse().map_err(|_| {
                UserError::field("group", "Choose the People group its members are put into.")
            })?;
            let mut groups = services.settings(&actor, &customer).await?.groups;
            groups.retain(|row| row.object_id != object_id || row.group != group);
            groups.push(GroupMapping {
                object_id,
                name: String::new(),
                group,
                mode,
            });
            services
                .save_group_mappings(&actor, &customer, version, groups)
                .await?;
            Ok(None)
        },
    )
    .await
}

/// Changes what happens to members of the People group who are not in the directory group (U-10).
#[server(endpoint = "settings/change-group-mapping")]
pub async fn change_group_mapping(
    customer: String,
    version: i64,
    object_id: ObjectId,
    group: GroupId,
    mode: GroupMode,
) -> Result<(), ApiError> {
    super::act_form(
        <ChangeGroupMapping as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            let mut groups = services.settings(&actor, &customer).await?.groups;
            for row in groups
                .iter_mut()
                .filter(|row| row.object_id == object_id && row.group == group)
            {
                row.mode = mode;
            }
            services
                .save_group_mappings(&actor, &customer, version, groups)
                .await
        },
    )
    .await
}

/// Ends a group mapping. The People group stays, and so do its members (U-11).
#[server(endpoint = "settings/remove-group-mapping")]
pub async fn remove_group_mapping(
    customer: String,
    version: i64,
    object_id: ObjectId,
    group: GroupId,
) -> Result<(), ApiError> {
    super::act_form(
        <RemoveGroupMapping as ServerFn>::PATH,
        &(),
        |services, actor| async move {
            let mut groups = services.settings(&actor, &customer).await?.groups;
            groups.retain(|row| row.object_id != object_id || row.group != group);
            services
                .save_group_mappings(&actor, &customer, version, groups)
                .await
        },
    )
    .await
}

/// Makes an empty People group that directory groups can be mapped to (U-09).
#[server(endpoint = "settings/create-people-group")]
pub async fn create_people_group(customer: String, name: String) -> Result<(), ApiError> {
    let typed = name.clone();
    super::act_form(
        <CreatePeopleGroup as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            services
                .create_people_group(&actor, &customer, &name)
                .await
                .map(drop)
        },
    )
    .await
}

/// Saves how much one run may take away before a person must decide (S-01).
#[server(endpoint = "settings/save-limits")]
pub async fn save_limits(customer: String, version: i64, limits: TypedLimits) -> Result<(), ApiError> {
    let typed = (version, limits.clone());
    super::act_form(
        <SaveLimits as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            services
                .save_limits(&actor, &customer, version, limits.parse()?)
                .await
        },
    )
    .await
}

/// The safety limits as typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedLimits {
    pub count: String,
    pub percent: String,
    /// Empty: the licence sets no limit.
    pub licences: String,
}

/// A whole number as people type it, with its thousands apart (`1,000`, `1 000`). A comma elsewhere is a fraction, which
/// must not become ten times as much.
fn number(text: &str) -> Option<u32> {
    let mut parts = text.trim().split([',', ' ', '\u{a0}', '\u{202f}']);
    let first = parts.next()?;
    let mut digits = first.to_owned();
    let mut grouped = false;
    for part in parts {
        if part.len() != 3 {
            return None;
        }
        digits.push_str(part);
        grouped = true;
    }
    let is_number =
        digits.bytes().all(|byte| byte.is_ascii_digit()) && (!grouped || (1..=3).contains(&first.len()));
    is_number.then(|| digits.parse().ok()).flatten()
}

impl TypedLimits {
    /// Whole numbers as people type them, with or without separators and the sign for per cent.
    fn parse(&self) -> Result<SafetyLimits, UserError> {
        let count = number(&self.count);
        let percent = number(self.percent.trim_end_matches(['%', ' '])).filter(|percent| *percent <= 100);
        let licences = if self.licences.trim().is_empty() {
            Some(None)
        } else {
            number(&self.licences).map(Some)
        };
        if let (Some(count), Some(percent), Some(licences)) = (count, percent, licences) {
            return Ok(SafetyLimits {
                count,
                percent,
                licences,
            });
        }
        let error = |is_wrong: bool, field: &str, message: &str| {
            is_wrong.then(|| FieldError {
                field: field.to_owned(),
                message: message.to_owned(),
            })
        };
        let errors = [
            error(
                count.is_none(),
                "count",
                "Enter a whole number of people, 0 or more.",
            ),
            error(
                percent.is_none(),
                "percent",
                "Enter a whole number of per cent, from 0 to 100.",
            ),
            error(
                licences.is_none(),
                "licences",
                "Enter a whole number of accounts, or nothing when there is no limit.",
            ),
        ];
        Err(UserError::Invalid {
            errors: errors.into_iter().flatten().collect(),
        })
    }
}

/// The data mapping as the table of inputs posts it: three lists of equal length for the rows. The same names serve
/// as the query of the page's address, so that adding and removing a row is a GET form and works without scripts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedMapping {
    pub username_attribute: String,
    pub username_follows: bool,
    pub manager: bool,
    pub attribute: Vec<String>,
    pub field: Vec<String>,
    pub when_empty: Vec<String>,
}

impl TypedMapping {
    /// A stored mapping as its form shows it.
    pub fn of(mapping: &DataMapping) -> Self {
        Self {
            username_attribute: mapping.username_attribute.clone(),
            username_follows: mapping.username_follows,
            manager: mapping.manager,
            attribute: mapping.fields.iter().map(|row| row.attribute.clone()).collect(),
            field: mapping.fields.iter().map(|row| row.field.clone()).collect(),
            when_empty: mapping
                .fields
                .iter()
                .map(|row| row.when_empty.code().to_owned())
                .collect(),
        }
    }

    /// The mapping the inputs stand for. An unknown word of `when_empty` keeps the field, which loses nothing (B-02).
    pub fn into_mapping(self) -> DataMapping {
        let mut when_empty = self.when_empty.iter();
        let mut rule = || {
            when_empty
                .next()
                .and_then(|code| WhenEmpty::from_code(code))
                .unwrap_or(WhenEmpty::Keep)
        };
        let rows = self.attribute.iter().zip(self.field);
        let fields = rows.map(|(attribute, field)| FieldMapping {
            attribute: attribute.trim().to_owned(),
            field,
            when_empty: rule(),
        });
        DataMapping {
            fields: fields.collect(),
            username_attribute: self.username_attribute.trim().to_owned(),
            username_follows: self.username_follows,
            manager: self.manager,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_02_a_posted_table_becomes_the_mapping_and_an_unknown_rule_keeps() {
        let typed = TypedMapping {
            username_attribute: " userPrincipalName ".into(),
            username_follows: true,
            manager: false,
            attribute: vec!["givenName".into(), " mail ".into()],
            field: vec!["first_name".into(), "email".into()],
            when_empty: vec!["clear".into(), "explode".into()],
        };
        let mapping = typed.into_mapping();
        assert_eq!(mapping.username_attribute, "userPrincipalName");
        let rows: Vec<_> = mapping
            .fields
            .iter()
            .map(|row| (row.attribute.as_str(), row.when_empty))
            .collect();
        assert_eq!(rows, [("givenName", WhenEmpty::Clear), ("mail", WhenEmpty::Keep)]);
    }

    #[test]
    fn s_01_limits_are_read_as_people_type_them() {
        let typed = |count: &str, percent: &str| {
            TypedLimits {
                count: count.into(),
                percent: percent.into(),
                licences: " 1,500 ".into(),
            }
            .parse()
        };
        assert_eq!(
            typed("1,204", "5 %"),
            Ok(SafetyLimits {
                count: 1204,
                percent: 5,
                licences: Some(1500),
            })
        );
        let Err(UserError::Invalid { errors }) = typed("many", "101") else {
            panic!("both are wrong")
        };
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["count", "percent"]);
    }

    #[test]
    fn a_fraction_is_no_number_of_people() {
        for (typed, read) in [
            ("20", Some(20)),
            (" 1,000 ", Some(1_000)),
            ("1 000", Some(1_000)),
            ("1\u{202f}000,000", Some(1_000_000)),
            ("1,5", None),
            ("0,5", None),
            ("1 0", None),
            ("1000,000", None),
            ("1.5", None),
            ("", None),
            ("-1", None),
        ] {
            assert_eq!(number(typed), read, "{typed:?}");
        }
    }
}
