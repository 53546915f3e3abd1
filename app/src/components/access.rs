use domain::Permission;
use leptos::prelude::*;

use super::layout::customer;
use super::loaded::awaited;
use crate::api::auth::CurrentMe;

/// Its children only for those who may do this. The services check again: this only keeps false offers away.
#[component]
pub fn Allowed(permission: Permission, children: Children) -> impl IntoView {
    let CurrentMe(me) = expect_context::<CurrentMe>();
    awaited(async move { me.await }, move |me| {
        let may = me.ok().flatten().is_some_and(|me| me.role.may(permission));
        may.then(children).into_any()
    })
}

/// The way to the provider's page, for whoever may connect a directory.
#[component]
pub fn ConnectFirst() -> impl IntoView {
    let href = customer().path("provider");
    view! {
        <Allowed permission=Permission::EditProvider>
            <a class="button main" href=href>"Connect a directory"</a>
        </Allowed>
    }
}
