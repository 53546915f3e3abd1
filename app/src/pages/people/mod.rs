//! People.

use crate::components::PageHeader;
use leptos::prelude::*;

#[component]
pub fn PeoplePage() -> impl IntoView {
    view! { <div class="column"><PageHeader title="People"/></div> }
}

#[component]
pub fn PersonPage() -> impl IntoView {
    view! { <div class="column"><PageHeader title="Person"/></div> }
}
