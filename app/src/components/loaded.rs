use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{ErrorPage, Loading};
use crate::api::ApiError;

/// Makes a view once its data is there. Boxed, so that waiting is compiled once and not for every type of data.
type Drawn = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = AnyView> + Send>> + Send + Sync>;

/// Draws what a resource holds with `draw`: the loading state until it is there, the reason when it cannot be.
/// While it is fetched again, what was drawn stays.
#[component]
pub fn Loaded<T, F, V>(resource: Resource<Result<T, ApiError>>, draw: F) -> impl IntoView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    F: Fn(T) -> V + Clone + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let drawn: Drawn = Arc::new(move || {
        let draw = draw.clone();
        Box::pin(async move {
            match resource.await {
                Ok(value) => draw(value).into_any(),
                Err(error) => view! { <ErrorPage error/> }.into_any(),
            }
        })
    });
    view! { <Waiting drawn/> }
}

#[component]
fn Waiting(drawn: Drawn) -> impl IntoView {
    view! {
        <Transition fallback=|| view! { <Loading/> }>{move || Suspend::new(drawn())}</Transition>
    }
}
