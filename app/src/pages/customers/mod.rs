//! The staff's list of customers. Everybody else is sent on to their own.

mod create;
mod list;

use leptos::form::ActionForm;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::api::customers::{CreateCustomer, Home, NewCustomer, find_home};
use crate::api::{ApiError, Flash, outcome, take_flash};
use crate::components::links::param;
use crate::components::{Loaded, PageHeader};

use create::CreateForm;
use list::CustomerList;

/// What was kept of the form that creates a customer.
type Kept = Option<Flash<NewCustomer, String>>;

/// `/`
#[component]
pub fn CustomersPage() -> impl IntoView {
    let query = use_query_map();
    let search = Memo::new(move |_| param(&query.read(), "search"));
    let create = ServerAction::<CreateCustomer>::new();
    let page = Resource::new(
        move || search.get(),
        |search| async move {
            let home = find_home(search).await?;
            Ok((home, take_flash(CreateCustomer::PATH).await))
        },
    );
    view! {
        <div class="column wide">
            <Loaded resource=page draw=move |(home, kept): (Home, Kept)| match home {
                Home::Customers(rows) => view! {
                    <PageHeader title="Customers"/>
                    <CustomerList rows search=search.get_untracked()/>
                    <Create create kept/>
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
fn Create(create: ServerAction<CreateCustomer>, kept: Kept) -> impl IntoView {
    let typed = kept.as_ref().map(|kept| kept.values.clone()).unwrap_or_default();
    let outcome = outcome(create, kept.map(|kept| kept.result));
    let error = Signal::derive(move || -> Option<ApiError> { outcome.get().and_then(Result::err) });
    view! {
        <details class="panel fold" open=error.get_untracked().is_some()>
            <summary><h2>"Add a customer"</h2></summary>
            <div class="in">
                <ActionForm action=create attr:class="form">
                    <CreateForm typed error pending=create.pending()/>
                </ActionForm>
            </div>
        </details>
    }
}
