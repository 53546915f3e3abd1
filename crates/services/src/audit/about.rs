//! What an entry of the log is about, in words: the log itself keeps ids and codes, which outlive names.

use std::collections::HashMap;
use std::str::FromStr;

use domain::appointment::AppointmentKind;
use domain::deployment::Step;
use domain::{AccountId, ConsoleUserId, CustomerId, DirectoryId, GroupId, Provider};
use store::Tx;

use crate::ServiceError;
use crate::people::name_of;

/// Names, and pages below `/c/{customer}/`, of what one customer's entries are about; each looked up once.
pub(super) struct Abouts {
    customer: CustomerId,
    known: HashMap<(String, String), About>,
}

/// What it is called, and its page if it has one.
pub(super) type About = (String, Option<String>);

impl Abouts {
    pub(super) fn of(customer: CustomerId) -> Self {
        Self {
            customer,
            known: HashMap::new(),
        }
    }

    /// What `object` is in an entry with this action. What is unknown, or gone, stays as it was written.
    pub(super) async fn find(
        &mut self,
        tx: &mut Tx,
        action: &str,
        object: &str,
    ) -> Result<About, ServiceError> {
        let area = action.split_once('.').map_or(action, |(area, _)| area);
        // Settings have one object, the directory, and a page for each action.
        let key = if area == "settings" { action } else { area };
        let key = (key.to_owned(), object.to_owned());
        if let Some(found) = self.known.get(&key) {
            return Ok(found.clone());
        }
        let found = match by_code(area, action, object) {
            Some(found) => Some(found),
            None => by_id(tx, self.customer, area, object).await?,
        };
        let found = found.unwrap_or_else(|| (object.to_owned(), None));
        self.known.insert(key, found.clone());
        Ok(found)
    }
}

fn page(name: impl Into<String>, path: impl Into<String>) -> About {
    (name.into(), Some(path.into()))
}

/// What says by itself what it is.
fn by_code(area: &str, action: &str, object: &str) -> Option<About> {
    match area {
        "run" => Some(page(format!("Run {object}"), format!("runs/{object}"))),
        "deployment" => Step::from_code(object).map(|step| page(step.title(), step.code())),
        "appointment" => {
            let kind = AppointmentKind::from_code(object)?;
            Some(page(kind.title(), kind.steps().first()?.code()))
        }
        "mapping" => Some(page(format!("User mapping, version {object}"), "user-mapping")),
        "migration" => Some(page(format!("Directory migration {object}"), "migration")),
        "contact" => Some(page("Contacts", "contacts")),
        "schedule" => Some(page("Schedule", "schedule")),
        "provider" => Provider::from_code(object).map(|provider| page(provider.label(), "provider")),
        "settings" => match action {
            "settings.scope" => Some(page("Security groups", "groups")),
            "settings.mapping" => Some(page("Data mapping", "data-mapping")),
            "settings.groups" => Some(page("Group sync", "group-sync")),
            "settings.limits" => Some(page("Safety limits", "limits")),
            "settings.field" | "settings.field.remove" => Some(page("Profile fields", "profile-fields")),
            _ => None,
        },
        _ => None,
    }
}

/// What has to be looked up.
async fn by_id(
    tx: &mut Tx,
    customer: CustomerId,
    area: &str,
    object: &str,
) -> Result<Option<About>, ServiceError> {
    Ok(match area {
        "provider" => match DirectoryId::from_str(object) {
            Ok(id) => store::directories::find(tx, customer, id)
                .await?
                .map(|directory| page(directory.provider.label(), "provider")),
            Err(_) => None,
        },
        "account" => match AccountId::from_str(object) {
            Ok(id) => match store::accounts::find(tx, customer, id).await? {
                Some(account) => Some(page(
                    name_of(&account.profile, account.username.as_str()),
                    format!("people/{id}"),
                )),
                // The directory the intranet followed before.
                None => match DirectoryId::from_str(object) {
                    Ok(id) => store::directories::name(tx, customer, id)
                        .await?
                        .map(|name| page(name, "people?directory=before")),
                    Err(_) => None,
                },
            },
            Err(_) => Some(page("People", "people")),
        },
        "group" => match GroupId::from_str(object) {
            Ok(id) => store::groups::all(tx, customer)
                .await?
                .into_iter()
                .find(|(group, _)| *group == id)
                .map(|(_, name)| page(name, "group-sync")),
            Err(_) => None,
        },
        "user" => match ConsoleUserId::from_str(object) {
            // Of the customer, or of staff: nobody else is in a customer's log.
            Ok(id) => store::console_users::name_of(tx, customer, id)
                .await?
                .map(|name| (name, None)),
            Err(_) => None,
        },
        _ => None,
    })
}
