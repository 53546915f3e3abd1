use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ErrorPage, Loading};
use crate::api::ApiError;

/// Draws what a resource holds with `draw`: the loading state until it is there, the reason when it cannot be.
/// While it is fetched again, what was drawn stays.
#[component]
pub fn Loaded<T, F, V>(resource: Resource<Result<T, ApiError>>, draw: F) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    view! {
        <Transition fallback=|| view! { <Loading/> }>
            {move || {
                let draw = draw.clone();
                Suspend::new(async move {
                    match resource.await {
                        Ok(value) => draw(value).into_any(),
                        Err(error) => view! { <ErrorPage error/> }.into_any(),
                    }
                })
            }}
        </Transition>
    }
}
