//! A new secret beside the old one (C-20): it is tried first, and the old one stays in use until it works.

use domain::provider::SecretKind;
use domain::views::{SavedProvider, Swapped};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::provider::SwapSecret;
use crate::api::take_flash;
use crate::components::{Banner, Cure, Done, ErrorSummary, Field, Submit, TextArea, Tone, awaited, customer};

/// The form, folded away until it is needed: when a secret is about to end, or after a try.
#[component]
pub(super) fn ReplaceSecret(saved: SavedProvider) -> impl IntoView {
    let kinds = SecretKind::of(saved.auth);
    let name = kinds.first().copied().map_or("secret", SecretKind::label);
    let is_due = saved.secrets.iter().any(|hint| hint.expires_soon);
    awaited(take_flash::<String, Swapped>(SwapSecret::PATH), move |kept| {
        let (day, came) = kept.map(|kept| (kept.values, kept.result)).unzip();
        let (error, outcome) = match came {
            Some(Err(error)) => (Some(error), None),
            Some(Ok(outcome)) => (None, Some(outcome)),
            None => (None, None),
        };
        let is_done = outcome == Some(Swapped::InUse);
        let is_open = !is_done && (is_due || error.is_some() || outcome.is_some());
        let fields = kinds
            .iter()
            .map(|kind| secret_field(*kind, error.clone()))
            .collect_view();
        // A certificate says its own end.
        let asks_day = !kinds.contains(&SecretKind::Certificate);
        let day = (!is_done).then_some(day).flatten().unwrap_or_default();
        view! {
            {outcome.map(|outcome| view! { <Outcome outcome/> })}
            <details class="panel fold" open=is_open id="new-secret">
                <summary><h2>{format!("Replace the {name}")}</h2></summary>
                <form method="post" action=SwapSecret::PATH class="in form" autocomplete="off">
                    <p class="soft">"The new one is tried with the saved values first. The old one stays in use until the new one works, so no run is without a secret."</p>
                    <ErrorSummary error=error.clone()/>
                    <input type="hidden" name="customer" value=customer().slug/>
                    {fields}
                    {asks_day.then(|| view! {
                        <Field key="new_secret_expires" name="secret[secret_expires]" label="The new one expires on" kind="date" value=day
                            error=error help="We remind your contacts 30, 14 and 3 days before. Leave it empty if it has no end."/>
                    })}
                    <div class="actions"><Submit label="Try it and use it" busy="Trying…" class="main"/></div>
                </form>
            </details>
        }
        .into_any()
    })
}

fn secret_field(kind: SecretKind, error: Option<crate::api::ApiError>) -> AnyView {
    // The form below has fields of the same kinds, and ids are unique on a page.
    let key = format!("new_{}", kind.code());
    let name = format!("secret[{}]", kind.code());
    let label = format!("New {}", kind.label());
    match kind {
        SecretKind::Certificate | SecretKind::PrivateKey => {
            view! { <TextArea key name label error/> }.into_any()
        }
        SecretKind::ClientSecret | SecretKind::ApiToken => {
            view! { <Field key name label kind="password" autocomplete="new-password" error/> }.into_any()
        }
    }
}

#[component]
fn Outcome(outcome: Swapped) -> impl IntoView {
    match outcome {
        Swapped::InUse => view! {
            <Done words="The new secret works and is in use. Delete the old one at the provider."/>
        }
        .into_any(),
        Swapped::Refused(advice) => view! {
            <Banner tone=Tone::Problem live=true>
                <p><b>"The new secret does not work, so the old one stays in use."</b></p>
                {advice.map(|advice| view! { <Cure advice=*advice way=None/> })}
            </Banner>
        }
        .into_any(),
    }
}
