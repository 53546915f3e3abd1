//! What the pages about People may ask for. The bodies live in `services`, `people`.

use domain::views::{Page, PeopleFilter, PersonRow, PersonView};
#[cfg(feature = "ssr")]
use domain::{AccountId, UserError};
use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use super::ApiError;

/// The people of a customer. `after` continues a page.
#[server(endpoint = "people/list", input = GetUrl)]
pub async fn list_people(
    customer: String,
    #[server(default)] filter: PeopleFilter,
    #[server(default)] after: Option<String>,
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
#[server(endpoint = "people/show", input = GetUrl)]
pub async fn show_person(customer: String, account: String) -> Result<PersonView, ApiError> {
    super::act(|services, actor| async move {
        let account = account.parse::<AccountId>().map_err(|_| UserError::NotFound)?;
        services.person(&actor, &customer, account).await
    })
    .await
}
