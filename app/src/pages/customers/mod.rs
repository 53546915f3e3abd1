//! The staff's board of all deployments. Everybody else is sent on to their own.

mod create;
mod facts;
mod list;

use domain::views::{BoardFacts, BoardFilter, BoardShow};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::customers::{CreateCustomer, Home, NewCustomer, find_home, show_facts};
use crate::api::{Flash, take_flash};
use crate::components::{Loaded, PageHeader, param, query};

use create::CreateForm;
use facts::Facts;
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
    let (wanted, open) = (filter.clone(), param(&query, "open"));
    let page = async move {
        let home = find_home(wanted).await?;
        let facts = match &home {
            Home::Customers(_) if !open.is_empty() => show_facts(open).await?,
            _ => None,
        };
        Ok((home, facts, take_flash(CreateCustomer::PATH).await))
    };
    view! {
        <div class="column wide">
            <Loaded data=page draw=move |(home, facts, kept): (Home, Option<BoardFacts>, Kept)| match home {
                Home::Customers(rows) => view! {
                    <PageHeader title="Deployments"/>
                    {facts.map(|facts| view! { <Facts facts/> })}
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
