//! Overview.

use crate::components::PageHeader;
use leptos::prelude::*;

#[component]
pub fn OverviewPage() -> impl IntoView {
    view! { <div class="column"><PageHeader title="Overview"/></div> }
}
