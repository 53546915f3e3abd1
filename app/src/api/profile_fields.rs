//! The fields a customer adds to profiles. The bodies live in `services`, `settings/profile_fields`.

use domain::profile::ProfileField;
use domain::views::ProfileFieldsView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// The fields profiles have, and what fills them.
pub async fn show_profile_fields(customer: String) -> Result<ProfileFieldsView, ApiError> {
    super::act(|services, actor| async move { services.profile_fields(&actor, &customer).await }).await
}

/// A profile field as the form sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedField {
    /// The key of the field that is changed; empty for a new one.
    pub edited: String,
    pub title: String,
    pub key: String,
    pub kind: String,
    pub options: String,
}

impl TypedField {
    /// A form that begins with what is stored.
    pub fn of(field: &ProfileField) -> Self {
        Self {
            edited: field.key.clone(),
            title: field.title.clone(),
            key: field.key.clone(),
            kind: field.kind.code().to_owned(),
            options: field.options.join("\n"),
        }
    }

    fn read(self) -> services::TypedProfileField {
        services::TypedProfileField {
            edited: self.edited,
            title: self.title,
            key: self.key,
            kind: self.kind,
            options: self.options,
        }
    }
}

/// Adds a field, or changes one.
#[server(endpoint = "profile-fields/save")]
pub async fn save_profile_field(customer: String, field: TypedField) -> Result<(), ApiError> {
    let page = format!("/c/{customer}/profile-fields");
    let typed = field.clone();
    super::act_form(
        <SaveProfileField as ServerFn>::PATH,
        &typed,
        |services, actor| async move {
            services
                .save_profile_field(&actor, &customer, &field.read())
                .await
        },
    )
    .await?;
    // Not back to the field that was changed: the form is empty for the next one.
    super::server::go(&page);
    Ok(())
}

/// Removes a field nothing fills.
#[server(endpoint = "profile-fields/remove")]
pub async fn remove_profile_field(customer: String, key: String) -> Result<(), ApiError> {
    super::act_form(
        <RemoveProfileField as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.remove_profile_field(&actor, &customer, &key).await },
    )
    .await
}
