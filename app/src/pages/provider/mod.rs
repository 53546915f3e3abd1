//! Provider.

use crate::components::PageHeader;
use leptos::prelude::*;

#[component]
pub fn ProviderPage() -> impl IntoView {
    view! { <div class="column"><PageHeader title="Provider"/></div> }
}
