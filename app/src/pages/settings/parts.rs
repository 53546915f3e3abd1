//! What the settings pages share.

use domain::deployment::Step;
use leptos::prelude::*;

use crate::api::ApiError;
use crate::components::{Banner, ConnectFirst, Done, EmptyState, Tone, WhyRefused, customer};

/// What a saved setting is answered with.
pub const SAVED: &str = "Saved. The next run uses it.";

/// Said to those who may look but not change.
#[component]
pub fn ReadOnly() -> impl IntoView {
    view! { <Banner><p>"You can look at these settings, not change them."</p></Banner> }
}

/// Why the step cannot start yet, with the way to what comes first. Nothing can be changed until then.
#[component]
pub fn CannotStart(until: Option<Step>) -> impl IntoView {
    until.map(|until| {
        view! {
            <Banner tone=Tone::Waiting>
                <p>
                    {format!("Cannot start yet: {}. Nothing can be changed here before. ", until.missing())}
                    <a href=customer().path(until.code())>{format!("Go to “{}”", until.title())}</a>
                </p>
            </Banner>
        }
    })
}

/// Nothing can be set before there is a directory to read.
#[component]
pub fn NotConnected() -> impl IntoView {
    view! {
        <EmptyState title="Connect a directory first"
            detail="These settings name groups and attributes of your directory, so Microsoft Entra ID or Okta has to be connected before.">
            <ConnectFirst/>
        </EmptyState>
    }
}

/// The hidden inputs every settings form starts with: whose settings, and the version they were read at.
#[component]
pub fn Stamp(version: i64) -> impl IntoView {
    view! {
        <input type="hidden" name="customer" value=customer().slug/>
        <input type="hidden" name="version" value=version.to_string()/>
    }
}

/// Saved, refused as a whole, or refused with fields to correct.
#[component]
pub fn Outcome(came: Option<Result<(), ApiError>>) -> impl IntoView {
    match came {
        None => ().into_any(),
        Some(Ok(())) => view! { <Done words=SAVED/> }.into_any(),
        Some(Err(error)) => view! { <WhyRefused error/> }.into_any(),
    }
}
