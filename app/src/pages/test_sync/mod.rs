//! The test sync.

use crate::components::PageHeader;
use leptos::prelude::*;

#[component]
pub fn TestSyncPage() -> impl IntoView {
    view! { <div class="column"><PageHeader title="Test sync"/></div> }
}
