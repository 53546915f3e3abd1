//! The staff's board of all deployments. Everybody else is sent on to their own.

mod create;
mod list;

use domain::views::{BoardFilter, BoardShow};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::customers::{CreateCustomer, Home, NewCustomer, find_home};
use crate::api::{Flash, take_flash};
use crate::components::{Loaded, PageHeader, param, query};

use create::CreateForm;
use list::Board;

/// What was kept of the form that creates a customer.
type Kept = Option<Flash<NewCustomer, ()>>;

/// `/`
#[component]
pub fn CustomersPage() -> impl IntoView {
    let query = query();
    let filter = BoardFilter {
        search: param(&query, "search"),
        show: BoardShow::from_code(&param(&query, "show")),
    };
    let wanted = filter.clone();
    let page = async move {
        let home = find_home(wanted).await?;
        Ok((home, take_flash(CreateCustomer::PATH).await))
    };
    view! {
        <div class="column wide">
            <Loaded data=page draw=move |(home, kept): (Home, Kept)| match home {
                Home::Customers(rows) => view! {
                    <PageHeader title="Deployments"/>
                    <Board rows filter/>
                    <Create kept/>
                }.into_any(),
                Home::Own(slug) => view! {
                    <PageHeader title="User Sync"/>
                    <p><a href=format!("/c/{slug}")>"Go to your organisation’s page"</a></p>
                }.into_any(),
            }/>
        </div>
    }
}

#[component]
fn Create(kept: Kept) -> impl IntoView {
    let (typed, came) = kept.map(|kept| (kept.values, kept.result)).unzip();
    let error = came.and_then(Result::err);
    let is_refused = error.is_some();
    view! {
        <details class="panel fold" open=is_refused>
            <summary><h2>"Add a customer"</h2></summary>
            <div class="in">
                <form method="post" action=CreateCustomer::PATH class="form">
                    <CreateForm typed=typed.unwrap_or_default() error/>
                </form>
            </div>
        </details>
    }
}
