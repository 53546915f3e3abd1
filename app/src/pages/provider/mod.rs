//! The provider page: choose Entra or Okta, follow the clicks, enter the values, see each stage of the test.
//!
//! Nothing here needs scripts. Which fields and clicks belong to the chosen way of signing in is decided by the style
//! sheet from the chosen radio button; both buttons post the same form; what was typed comes back through the session
//! (see `api::flash`), all but the secrets, which never return to a browser (C-21).

mod choose;
mod replace;
mod state;
mod walkthrough;

use domain::Provider;
use domain::deployment::Step;
use domain::views::{ProviderForm, ProviderView, SavedProvider};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Before;

use crate::api::provider::{SubmitProvider, Submitted, read_provider};
use crate::api::{Flash, take_flash};
use crate::components::{Done, Loaded, PageHeader, customer, param, query};
use crate::islands::ProviderSetUp;
use crate::pages::steps::{BeforeEdit, StepFoot, step_line};

use choose::Choose;
use replace::ReplaceSecret;
use state::ConnectionState;
use walkthrough::Walkthrough;

/// What was kept of the posted form.
type Kept = Option<Flash<ProviderForm, Submitted>>;

/// `/c/{customer}/provider`
#[component]
pub fn ProviderPage() -> impl IntoView {
    let slug = customer().slug;
    let page = async move {
        let view = read_provider(slug).await?;
        Ok((view, take_flash(SubmitProvider::PATH).await))
    };
    view! {
        <div class="column wide">
            <PageHeader title="Provider" crumb=step_line(Step::Provider) lede="Where your people come from, and how User Sync may read them. It only ever reads."/>
            <Loaded data=page draw=|(view, kept)| view! { <Body view kept/> }/>
            <StepFoot step=Step::Provider/>
        </div>
    }
}

#[component]
fn Body(view: ProviderView, kept: Kept) -> impl IntoView {
    let saved = view.saved.as_ref().map(|saved| saved.provider);
    let typed = kept
        .as_ref()
        .and_then(|kept| Provider::from_code(&kept.values.provider));
    let chosen = match param(&query(), "provider").as_str() {
        "" => typed.or(saved),
        "choose" => None,
        code => Provider::from_code(code),
    };
    let is_saved = kept
        .as_ref()
        .is_some_and(|kept| matches!(kept.result, Ok(Submitted::Saved)));
    view! {
        <ConnectionState view=view.clone()/>
        {is_saved.then(|| view! { <Done words="Saved. The next test and the next run use these values."/> })}
        {match chosen {
            None => view! { <Choose saved can_edit=view.can_edit/> }.into_any(),
            Some(provider) => view! {
                {replaceable(&view, provider).map(|saved| view! { <ReplaceSecret saved/> })}
                <SetUp provider view kept=kept.filter(|_| !is_saved)/>
            }.into_any(),
        }}
    }
}

/// What is saved of this provider, for whoever may put a new secret in the place of the old one.
fn replaceable(view: &ProviderView, provider: Provider) -> Option<SavedProvider> {
    let saved = view.saved.clone().filter(|_| view.can_edit)?;
    (saved.provider == provider && !saved.secrets.is_empty()).then_some(saved)
}

/// The clicks beside the form, and the test below.
#[component]
fn SetUp(provider: Provider, view: ProviderView, kept: Kept) -> impl IntoView {
    let customer = customer();
    let permissions = view
        .permissions
        .iter()
        .filter(|row| row.provider == provider)
        .cloned()
        .collect::<Vec<_>>();
    let can_edit = view.can_edit;
    let before = view.saved.as_ref().filter(|_| can_edit).map(|saved| {
        if saved.provider == provider {
            Before::Connection
        } else {
            Before::OtherProvider
        }
    });
    let (typed, came) = kept.map(|kept| (kept.values, kept.result)).unzip();
    view! {
        {before.map(|before| view! { <BeforeEdit before/> })}
        <ProviderSetUp customer=customer.slug.clone() page=customer.path("provider") provider view typed came>
            <Walkthrough provider permissions/>
        </ProviderSetUp>
    }
}
