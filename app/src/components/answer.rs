use domain::UserError;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_location;

use super::{Banner, Tone};
use crate::api::{ApiError, outcome, take_flash};

/// What came of a form without typed values: why it was refused, or that it is `done`. With an empty `done` a success
/// is not announced, because the page itself shows it.
#[component]
pub fn Answer<S>(action: ServerAction<S>, #[prop(optional)] done: &'static str) -> impl IntoView
where
    S: ServerFn<Output = (), Error = ApiError> + Clone + Send + Sync + 'static,
{
    let flash = Resource::new(
        || (),
        |()| async { take_flash::<(), ()>(S::PATH).await.map(|flash| flash.result) },
    );
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let outcome = outcome(action, flash.await);
                move || match outcome.get() {
                    Some(Err(error)) => Some(view! { <Refused error/> }.into_any()),
                    Some(Ok(())) if !done.is_empty() => {
                        Some(view! { <Banner tone=Tone::Ready live=true><p>{done}</p></Banner> }.into_any())
                    }
                    _ => None,
                }
            })}
        </Transition>
    }
}

/// Why something was refused, with the way on when the page is older than what is stored.
#[component]
pub fn Refused(error: ApiError) -> impl IntoView {
    let path = use_location().pathname;
    let is_stale = matches!(error.user(), Some(UserError::Changed | UserError::NotHeld));
    view! {
        <Banner tone=Tone::Problem live=true>
            <p>{error.to_string()} {is_stale.then(|| view! { " " <a href=path rel="external">"Reload the page"</a> })}</p>
        </Banner>
    }
}
