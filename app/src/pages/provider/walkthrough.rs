//! The clicks at the provider, numbered, in the provider's own words; bold is what stands on their screen.

mod entra;
mod okta;

use domain::Provider;
use domain::views::PermissionRow;
use leptos::prelude::*;

use crate::components::Copy;

use entra::EntraClicks;
use okta::OktaClicks;

/// The clicks of `provider`. Steps that belong to one way of signing in carry its class and are shown by the style
/// sheet when that way is chosen in the form.
#[component]
pub(super) fn Walkthrough(provider: Provider, permissions: Vec<PermissionRow>) -> impl IntoView {
    let clicks = match provider {
        Provider::Entra => view! { <EntraClicks permissions/> }.into_any(),
        Provider::Okta => view! { <OktaClicks permissions/> }.into_any(),
    };
    view! {
        <section class="panel walkthrough" aria-labelledby="clicks">
            <header>
                <h2 id="clicks">{format!("In {}", provider.label())}</h2>
                <span class="soft"><a href="?provider=choose">"Choose another provider"</a></span>
            </header>
            <ol class="clicks">{clicks}</ol>
        </section>
    }
}

/// The permissions to grant: name to copy, and what it is for.
#[component]
fn Permissions(rows: Vec<PermissionRow>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| view! { <li><Copy value=row.name/><span class="why">{row.purpose}</span></li> })
        .collect_view();
    view! { <ul role="list" class="permissions">{rows}</ul> }
}
