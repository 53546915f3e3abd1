use std::future::Future;
use std::pin::Pin;

use domain::UserError;
use futures::channel::oneshot;
use leptos::prelude::*;
use leptos::task::spawn;
use leptos_meta::Title;

use crate::api::ApiError;

/// Draws `data` with `draw`, or the reason why it cannot be had.
#[component]
pub fn Loaded<T, D, F, V>(data: D, draw: F) -> impl IntoView
where
    T: Send + 'static,
    D: Future<Output = Result<T, ApiError>> + Send + 'static,
    F: FnOnce(T) -> V + Send + 'static,
    V: IntoView + 'static,
{
    awaited(data, |data| match data {
        Ok(value) => draw(value).into_any(),
        Err(error) => view! { <ErrorPage error/> }.into_any(),
    })
}

/// What `draw` makes of `data` once it is there. The page is sent when all of it is.
///
/// The data is fetched by a task of its own: the parts of a page are drawn one after the other, and one that has begun
/// to read the session and is not asked again would keep the others from reading it for ever.
pub fn awaited<T: Send + 'static>(
    data: impl Future<Output = T> + Send + 'static,
    draw: impl FnOnce(T) -> AnyView + Send + 'static,
) -> AnyView {
    let (told, hears) = oneshot::channel();
    spawn(async move {
        // A page that is no longer drawn needs no answer.
        _ = told.send(data.await);
    });
    let drawn = async move {
        draw(
            hears
                .await
                .expect("fetching what a page shows has panicked, and said why"),
        )
    };
    // Boxed, so that waiting is compiled once and not for every type of data.
    let drawn: Pin<Box<dyn Future<Output = AnyView> + Send>> = Box::pin(drawn);
    view! { <Suspense>{Suspend::new(drawn)}</Suspense> }.into_any()
}

/// A page that cannot be shown, and the way on.
#[component]
pub fn ErrorPage(error: ApiError) -> impl IntoView {
    let (title, way) = match &error {
        ApiError::User(UserError::NotFound) => ("There is nothing here", ("/", "Go to the start")),
        ApiError::User(UserError::DeadLink) => (
            "This link does not work any more",
            ("/sign-in", "Go to the sign-in"),
        ),
        ApiError::User(UserError::Forbidden) => ("Not yours to do", ("/", "Go to the start")),
        ApiError::User(UserError::SignInRequired) => ("Please sign in", ("/sign-in", "Sign in")),
        ApiError::User(UserError::Internal { .. }) => ("Something went wrong", ("/", "Go to the start")),
        ApiError::User(_) => ("This cannot be done now", ("/", "Go to the start")),
        // What only a browser meets.
        ApiError::Unreachable | ApiError::Malformed => ("This page is out of date", ("", "Reload")),
    };
    view! {
        <Title text=title/>
        <div class="column">
            <header><h1>{title}</h1><p class="lede">{error.to_string()}</p></header>
            <div class="actions"><a class="button main" href=way.0>{way.1}</a></div>
        </div>
    }
}
