//! The provider's set-up: the values to enter and the staged test. An island, because a secret never comes back to the
//! browser (C-21): what is tried has to stay in the form until it is saved.

mod form;
mod report;
mod secrets;
mod shape;

use domain::Provider;
use domain::views::{ProviderForm, ProviderView, ReportView};
use leptos::prelude::*;

use crate::api::ApiError;
use crate::api::provider::{SubmitProvider, Submitted};

use form::Form;
use report::Report;

/// What came of the form.
type Outcome = Option<Result<Submitted, ApiError>>;

/// The clicks (`children`) beside the form, and the test below. `page` is the address of the page itself.
#[island]
pub fn ProviderSetUp(
    customer: String,
    page: String,
    provider: Provider,
    view: ProviderView,
    typed: Option<ProviderForm>,
    came: Outcome,
    children: Children,
) -> impl IntoView {
    let submit = ServerAction::<SubmitProvider>::new();
    let outcome = Signal::derive(move || submit.value().get().or_else(|| came.clone()));
    // A test leaves the form as it is, with everything that was typed; saving draws the page anew.
    Effect::new(move |_| {
        if matches!(submit.value().get(), Some(Ok(Submitted::Saved))) {
            _ = window().location().set_href(&page);
        }
    });
    let stored = view.report.clone().filter(|_| {
        view.saved
            .as_ref()
            .is_some_and(|saved| saved.provider == provider)
    });
    let tried = Signal::derive(move || -> Option<(ReportView, bool)> {
        match outcome.get() {
            Some(Ok(Submitted::Tested(report))) => Some((*report, true)),
            _ => stored.clone().map(|report| (report, false)),
        }
    });
    view! {
        <div class=format!("set-up by-auth {}", provider.code())>
            {children()}
            <Form customer provider view typed submit outcome/>
        </div>
        {move || tried.get().map(|(report, fresh)| view! { <Report report provider fresh/> })}
    }
}
