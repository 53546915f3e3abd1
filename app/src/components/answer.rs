use domain::UserError;
use domain::deployment::Step;
use leptos::prelude::*;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::layout::Customer;
use super::loaded::awaited;
use super::{Banner, ErrorSummary, Tone, page_path};
use crate::api::{ApiError, Flash, peek_flash, take_flash};

/// What waits for the page from the form at `path`. Where the page `reloads` itself soon it goes on waiting: nobody could read it
/// there in time.
pub async fn kept<V: DeserializeOwned>(path: &'static str, reloads: bool) -> Option<Flash<V, IgnoredAny>> {
    if reloads {
        peek_flash(path).await
    } else {
        take_flash(path).await
    }
}

/// What came of a form whose values are not shown again: why it was refused, or that it is `done`. With an empty `done` a success
/// is not announced, because the page itself shows it. `of` is the server function's `PATH`.
#[component]
pub fn Answer(
    of: &'static str,
    #[prop(optional)] done: &'static str,
    /// As of [`kept`].
    #[prop(optional)]
    reloads: bool,
) -> impl IntoView {
    awaited(kept::<IgnoredAny>(of, reloads), move |kept| {
        match kept.map(|kept| kept.result) {
            Some(Err(error)) => view! { <Refused error/> }.into_any(),
            Some(Ok(_)) if !done.is_empty() => view! { <Done words=done again=reloads/> }.into_any(),
            _ => ().into_any(),
        }
    })
}

/// That it is done. Takes the focus as [`Refused`] does, so that the page opens where it stands, and it is read out: a browser
/// does neither where the address names a part of the page.
#[component]
pub fn Done(
    #[prop(into)] words: String,
    /// The page loads itself again soon, and tells it again then: until that nobody is taken from where they read.
    #[prop(optional)]
    again: bool,
) -> impl IntoView {
    let class = format!("banner {}", Tone::Ready.class());
    view! { <div class=class role="status" tabindex="-1" autofocus=!again><p>{words}</p></div> }
}

/// Why a form was refused: the fields to correct, or as a whole.
#[component]
pub fn WhyRefused(#[prop(into)] error: Option<ApiError>) -> impl IntoView {
    match error {
        Some(error) if error.fields().is_empty() => view! { <Refused error/> }.into_any(),
        error => view! { <ErrorSummary error/> }.into_any(),
    }
}

/// The same for a form with values that the page does not offer any more: it is rendered instead of the form. `words` is what of
/// them was written.
pub fn gone<V: DeserializeOwned + Send + 'static>(of: &'static str, words: fn(V) -> String) -> AnyView {
    gone_unless::<V>(of, |_| false, words)
}

/// The same where the page may offer a form for other things than it was refused for: in that one it would be saved for them.
/// `is_here`: the values are shown again in the form.
pub fn gone_unless<V: DeserializeOwned + Send + 'static>(
    of: &'static str,
    is_here: impl FnOnce(&V) -> bool + Send + 'static,
    words: fn(V) -> String,
) -> AnyView {
    awaited(take_flash::<V, IgnoredAny>(of), move |kept| {
        let kept = kept.filter(|kept| !is_here(&kept.values));
        kept.and_then(|kept| Some((kept.result.err()?, words(kept.values))))
            .map(|(error, typed)| view! { <RefusedAndGone error typed/> })
            .into_any()
    })
}

/// Why a form was refused that is not offered any more, with what was typed in it: it must not be lost.
#[component]
pub fn RefusedAndGone(error: ApiError, #[prop(into)] typed: String) -> impl IntoView {
    view! {
        <Refused error/>
        {(!typed.is_empty()).then(|| view! {
            <Banner><p>"What you wrote was not saved:"</p><p class="said">{typed}</p></Banner>
        })}
    }
}

/// Why something was refused, with the way on: to reload a page that is older than what is stored, or to what comes
/// first. Takes the focus as [`ErrorSummary`] does, so that the page opens where it stands: it may be far below.
#[component]
pub fn Refused(error: ApiError) -> impl IntoView {
    let is_stale = matches!(error.user(), Some(UserError::Changed | UserError::NotHeld));
    // What comes first: the way to its page.
    let first = match (error.user(), use_context::<Customer>()) {
        (Some(UserError::NotYet { until }), Some(customer)) => {
            Some((customer.path(until.code()), format!("Go to “{}”", until.title())))
        }
        (Some(UserError::CarriedOut), Some(customer)) => {
            let step = Step::Migration;
            Some((customer.path(step.code()), format!("Go to “{}”", step.title())))
        }
        (Some(UserError::RunActive { number, .. }), Some(customer)) => Some((
            customer.path(&format!("runs/{number}")),
            format!("Open run {number}"),
        )),
        _ => None,
    };
    let class = format!("banner {}", Tone::Problem.class());
    view! {
        <div class=class role="status" tabindex="-1" autofocus=true>
            <p>
                {error.to_string()} {is_stale.then(|| view! { " " <a href=page_path()>"Reload the page"</a> })}
                {first.map(|(href, words)| view! { " " <a href=href>{words}</a> })}
            </p>
        </div>
    }
}
