//! Customers.

use crate::components::PageHeader;
use leptos::prelude::*;

#[component]
pub fn CustomersPage() -> impl IntoView {
    view! { <div class="column"><PageHeader title="Customers"/></div> }
}
