//! Who is told about a deployment, and its letters. The bodies live in `services`, `contacts`.

use domain::ids::{ContactId, LetterId};
use domain::notices::Topic;
use domain::views::{ContactView, ContactsView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};

use super::ApiError;

/// The contacts of a customer.
pub async fn show_contacts(customer: String) -> Result<ContactsView, ApiError> {
    super::act(|services, actor| async move { services.contacts(&actor, &customer).await }).await
}

/// A contact as the form sends it. A box that is not ticked is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedContact {
    /// Empty for a new one.
    pub id: String,
    pub name: String,
    pub email: String,
    pub is_staff: bool,
    pub expiry: bool,
    pub failures: bool,
    pub held_runs: bool,
    pub steps: bool,
}

impl TypedContact {
    /// A form that begins with what is stored.
    pub fn of(contact: &ContactView) -> Self {
        let tells = |topic| contact.topics.contains(&topic);
        Self {
            id: contact.id.to_string(),
            name: contact.name.clone(),
            email: contact.email.clone(),
            is_staff: contact.side == domain::deployment::Responsibility::Staff,
            expiry: tells(Topic::Expiry),
            failures: tells(Topic::Failures),
            held_runs: tells(Topic::HeldRuns),
            steps: tells(Topic::Steps),
        }
    }

    /// Whether the box of this topic is ticked.
    pub const fn tells(&self, topic: Topic) -> bool {
        match topic {
            Topic::Expiry => self.expiry,
            Topic::Failures => self.failures,
            Topic::HeldRuns => self.held_runs,
            Topic::Steps => self.steps,
        }
    }

    fn read(&self) -> services::TypedContact {
        services::TypedContact {
            id: self.id.parse().ok(),
            name: self.name.clone(),
            email: self.email.clone(),
            is_staff: self.is_staff,
            topics: Topic::ALL
                .iter()
                .copied()
                .filter(|topic| self.tells(*topic))
                .collect(),
        }
    }
}

/// Adds a contact, or changes one.
#[server(endpoint = "contacts/save")]
pub async fn save_contact(customer: String, contact: TypedContact) -> Result<(), ApiError> {
    let page = format!("/c/{customer}/contacts");
    super::act_form(
        <SaveContact as ServerFn>::PATH,
        &contact.clone(),
        |services, actor| async move { services.save_contact(&actor, &customer, &contact.read()).await },
    )
    .await?;
    // Not back to the contact that was changed: the form is empty for the next one.
    super::server::go(&page);
    Ok(())
}

/// Removes a contact.
#[server(endpoint = "contacts/remove")]
pub async fn remove_contact(customer: String, id: ContactId) -> Result<(), ApiError> {
    super::act_form(
        <RemoveContact as ServerFn>::PATH,
        &(),
        |services, actor| async move { services.remove_contact(&actor, &customer, id).await },
    )
    .await
}

/// Has a letter sent again that the mail server did not take.
#[server(endpoint = "contacts/send-again")]
pub async fn send_again(customer: String, letter: LetterId) -> Result<(), ApiError> {
    super::act_form(<SendAgain as ServerFn>::PATH, &(), |services, actor| async move {
        services.send_again(&actor, &customer, letter).await
    })
    .await
}
