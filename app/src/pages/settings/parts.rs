//! What the settings pages share.

use domain::views::SettingsView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::ApiError;
use crate::api::settings::show_settings;
use crate::components::{Banner, EmptyState, customer};

/// Counts what was saved on a page, so that the page fetches again what it changed and nothing else.
#[derive(Clone, Copy)]
pub struct Saves(RwSignal<u32>);

impl Saves {
    pub fn new() -> Self {
        Self(RwSignal::new(0))
    }

    /// Counts the successes of a form; the marks of the customer's steps may change with them.
    pub fn watch<S>(self, action: ServerAction<S>)
    where
        S: ServerFn<Output = (), Error = ApiError> + Clone + Send + Sync + 'static,
    {
        let overview = customer().overview;
        Effect::new(move |_| {
            if matches!(action.value().get(), Some(Ok(()))) {
                self.0.update(|count| *count += 1);
                overview.refetch();
            }
        });
    }

    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// The settings of the present customer, fetched again after every save.
    pub fn settings(self) -> Resource<Result<Option<SettingsView>, ApiError>> {
        let slug = customer().slug;
        Resource::new(move || (slug.get(), self.get()), |(slug, _)| show_settings(slug))
    }
}

/// Said to those who may look but not change.
#[component]
pub fn ReadOnly() -> impl IntoView {
    view! { <Banner><p>"You can look at these settings, not change them."</p></Banner> }
}

/// Nothing can be set before there is a directory to read.
#[component]
pub fn NotConnected() -> impl IntoView {
    view! {
        <EmptyState title="Connect a directory first"
            detail="These settings name groups and attributes of your directory, so Microsoft Entra ID or Okta has to be connected before.">
            <a class="button main" href=customer().path("provider")>"Connect a directory"</a>
        </EmptyState>
    }
}

/// The hidden inputs every settings form starts with: whose settings, and the version they were read at.
#[component]
pub fn Stamp(version: i64) -> impl IntoView {
    let slug = customer().slug;
    view! {
        <input type="hidden" name="customer" value=move || slug.get()/>
        <input type="hidden" name="version" value=version.to_string()/>
    }
}
