//! What the pages about People may ask for. The bodies live in `services`, `people`.

use domain::views::{Page, PeopleFilter, PersonRow, PersonView};
use domain::{AccountId, UserError};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use serde::{Deserialize, Serialize};
use services::NewLocalAccount;

use super::ApiError;

/// The people of a customer. `after` continues a page.
pub async fn list_people(
    customer: String,
    filter: PeopleFilter,
    after: Option<String>,
) -> Result<Page<PersonRow>, ApiError> {
    super::act(|services, actor| async move {
        services
            .people(&actor, &customer, &filter, after.as_deref())
            .await
    })
    .await
}

/// One person: account, link, what the last read said, history. `account` is the id as the address has it: what is no
/// id is nobody.
pub async fn show_person(customer: String, account: String) -> Result<PersonView, ApiError> {
    super::act(|services, actor| async move {
        let account = account.parse::<AccountId>().map_err(|_| UserError::NotFound)?;
        services.person(&actor, &customer, account).await
    })
    .await
}

/// What was typed about a new local account. A box that is not ticked is not sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TypedAccount {
    pub username: String,
    pub first_name: String,
    pub surname: String,
    pub email: String,
    pub is_administrator: bool,
}

/// Adds a local account to People.
#[server(endpoint = "people/add")]
pub async fn add_local_account(customer: String, new_account: TypedAccount) -> Result<(), ApiError> {
    super::act_form(
        <AddLocalAccount as ServerFn>::PATH,
        &new_account.clone(),
        |services, actor| async move {
            let new = NewLocalAccount {
                username: new_account.username,
                first_name: new_account.first_name,
                surname: new_account.surname,
                email: new_account.email,
                is_administrator: new_account.is_administrator,
                ..NewLocalAccount::default()
            };
            services.add_local_account(&actor, &customer, &new).await?;
            Ok(())
        },
    )
    .await
}
