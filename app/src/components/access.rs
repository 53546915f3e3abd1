use domain::Permission;
use leptos::prelude::*;

use crate::api::auth::CurrentMe;

/// Its children only for those who may do this. The services check again: this only keeps false offers away.
#[component]
pub fn Allowed(permission: Permission, children: ChildrenFn) -> impl IntoView {
    let CurrentMe(me) = expect_context::<CurrentMe>();
    view! {
        <Transition>
            {move || {
                let children = children.clone();
                Suspend::new(async move {
                    let may = me.await.ok().flatten().is_some_and(|me| me.role.may(permission));
                    may.then(|| children())
                })
            }}
        </Transition>
    }
}
