//! What the pages about People may ask for. The bodies live in `services`, `people`.

use domain::views::{Page, PeopleFilter, PersonRow, PersonView};
use domain::{AccountId, UserError};

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
