//! The provider page: choose Entra or Okta, follow the clicks, enter the values, see each stage of the test.
//!
//! Nothing here needs scripts. Which fields and clicks belong to the chosen way of signing in is decided by the style
//! sheet from the chosen radio button; both buttons post the same form; what was typed comes back through the session
//! (see `api::flash`), all but the secrets, which never return to a browser (C-21).

mod choose;
mod form;
mod report;
mod secrets;
mod shape;
mod state;
mod walkthrough;

use domain::Provider;
use domain::views::{ProviderForm, ProviderView, ReportView};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos_router::hooks::use_query_map;

use crate::api::provider::{SubmitProvider, Submitted, read_provider};
use crate::api::{ApiError, Flash, outcome, take_flash};
use crate::components::{Banner, Loaded, PageHeader, Tone, customer};

use choose::Choose;
use form::Form;
use report::Report;
use state::ConnectionState;
use walkthrough::Walkthrough;

/// What was kept of a form posted without scripts.
type Kept = Option<Flash<ProviderForm, Submitted>>;

/// `/c/{customer}/provider`
#[component]
pub fn ProviderPage() -> impl IntoView {
    let customer = customer();
    let submit = ServerAction::<SubmitProvider>::new();
    let page = Resource::new(
        move || customer.slug.get(),
        |slug| async move {
            let view = read_provider(slug).await?;
            Ok((view, take_flash(SubmitProvider::PATH).await))
        },
    );
    // A test leaves the form as it is, with everything that was typed; only saving draws it anew.
    Effect::new(move |_| {
        let outcome = submit.value().get();
        if matches!(outcome, Some(Ok(Submitted::Saved))) {
            page.refetch();
        }
        if matches!(outcome, Some(Ok(_))) {
            customer.overview.refetch();
        }
    });
    view! {
        <div class="column wide">
            <PageHeader title="Provider" lede="Where your people come from, and how User Sync may read them. It only ever reads."/>
            <Loaded resource=page draw=move |(view, kept): (ProviderView, Kept)| view! { <Body view kept submit/> }/>
        </div>
    }
}

#[component]
fn Body(view: ProviderView, kept: Kept, submit: ServerAction<SubmitProvider>) -> impl IntoView {
    let query = use_query_map();
    let saved = view.saved.as_ref().map(|saved| saved.provider);
    let typed = kept
        .as_ref()
        .and_then(|kept| Provider::from_code(&kept.values.provider));
    let asked = Memo::new(move |_| query.read().get_str("provider").map(ToOwned::to_owned));
    let chosen = Memo::new(move |_| match asked.get().as_deref() {
        Some("choose") => None,
        Some(code) => Provider::from_code(code),
        None => typed.or(saved),
    });
    // Saved values are shown as they are stored.
    let values = kept
        .as_ref()
        .filter(|kept| !matches!(kept.result, Ok(Submitted::Saved)))
        .map(|kept| kept.values.clone());
    let outcome = outcome(submit, kept.map(|kept| kept.result));
    let view = StoredValue::new(view);
    view! {
        <ConnectionState view=view.get_value()/>
        <Saved outcome/>
        {move || match chosen.get() {
            None => view! { <Choose saved can_edit=view.with_value(|view| view.can_edit)/> }.into_any(),
            Some(provider) => view! {
                <SetUp provider view=view.get_value() values=values.clone() submit outcome/>
            }.into_any(),
        }}
    }
}

/// The clicks beside the form, and the test below.
#[component]
fn SetUp(
    provider: Provider,
    view: ProviderView,
    values: Option<ProviderForm>,
    submit: ServerAction<SubmitProvider>,
    outcome: Signal<Option<Result<Submitted, ApiError>>>,
) -> impl IntoView {
    let kept_report = view.report.clone().filter(|_| {
        view.saved
            .as_ref()
            .is_some_and(|saved| saved.provider == provider)
    });
    let tried = Signal::derive(move || -> Option<ReportView> {
        match outcome.get() {
            Some(Ok(Submitted::Tested(report))) => Some(*report),
            _ => kept_report.clone(),
        }
    });
    let unsaved = Signal::derive(move || matches!(outcome.get(), Some(Ok(Submitted::Tested(_)))));
    let permissions = view
        .permissions
        .iter()
        .filter(|row| row.provider == provider)
        .cloned()
        .collect::<Vec<_>>();
    view! {
        <div class=format!("set-up by-auth {}", provider.code())>
            <Walkthrough provider permissions/>
            <Form provider view values submit outcome/>
        </div>
        {move || tried.get().map(|report| view! { <Report report provider unsaved=unsaved.get()/> })}
    }
}

/// Says that the values are saved.
#[component]
fn Saved(outcome: Signal<Option<Result<Submitted, ApiError>>>) -> impl IntoView {
    move || {
        matches!(outcome.get(), Some(Ok(Submitted::Saved))).then(|| {
            view! {
                <Banner tone=Tone::Ready live=true>
                    <p>"Saved. The next test and the next run use these values."</p>
                </Banner>
            }
        })
    }
}
