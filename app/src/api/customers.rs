//! The staff's board of customers, and a new customer.

use domain::UserError;
use domain::views::{BoardFacts, BoardFilter, CustomerRow};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use services::ServiceError;

use super::ApiError;

/// Where the first page leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Home {
    /// Staff: every customer.
    Customers(Vec<CustomerRow>),
    /// Everybody else: straight to their own, by its slug.
    Own(String),
}

/// The first page: the board for staff, the way to their own customer for everybody else.
pub async fn find_home(filter: BoardFilter) -> Result<Home, ApiError> {
    if let Some(slug) = super::server::who().await?.and_then(|(_, me)| me.customer) {
        super::server::go(&format!("/c/{slug}"));
        return Ok(Home::Own(slug));
    }
    super::act(|services, actor| async move { services.board(&actor, &filter).await.map(Home::Customers) })
        .await
}

/// The facts of the deployment that is opened on the board; `None` for an address that is nobody's.
pub async fn show_facts(slug: String) -> Result<Option<BoardFacts>, ApiError> {
    super::act(|services, actor| async move {
        match services.board_facts(&actor, &slug).await {
            Err(ServiceError::User(UserError::NotFound)) => Ok(None),
            other => other.map(Some),
        }
    })
    .await
}

/// What was typed about a new customer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NewCustomer {
    pub name: String,
    pub slug: String,
}

/// Creates a customer and goes to its page. An empty address is made from the name.
#[server(endpoint = "customers/create")]
pub async fn create_customer(name: String, slug: String) -> Result<(), ApiError> {
    let typed = NewCustomer {
        name: name.clone(),
        slug: slug.clone(),
    };
    let path = <CreateCustomer as leptos::server_fn::ServerFn>::PATH;
    let slug = super::act_form(path, &typed, |services, actor| async move {
        services.create_customer(&actor, &name, &slug).await
    })
    .await?;
    super::server::forget().await;
    super::server::go(&format!("/c/{slug}"));
    Ok(())
}
