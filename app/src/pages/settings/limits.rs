//! Safety limits: how much one run may take away before a person must decide (S-01).

use domain::settings::SafetyLimits;
use domain::views::SettingsView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::parts::{NotConnected, ReadOnly, Saves, Stamp};
use crate::api::settings::{SaveLimits, TypedLimits, show_settings};
use crate::api::{ApiError, Flash, outcome, take_flash};
use crate::components::{
    Banner, ErrorSummary, Field, Loaded, PageHeader, Panel, Refused, Submit, Tone, customer, thousands,
};

/// `/c/{customer}/limits`
#[component]
pub fn LimitsPage() -> impl IntoView {
    let customer = customer();
    let saves = Saves::new();
    let save = ServerAction::<SaveLimits>::new();
    saves.watch(save);
    let settings = Resource::new(
        move || (customer.slug.get(), saves.get()),
        |(slug, _)| async {
            let flash = take_flash::<(i64, TypedLimits), ()>(SaveLimits::PATH).await;
            show_settings(slug).await.map(|settings| (settings, flash))
        },
    );
    view! {
        <div class="column">
            <PageHeader title="Safety limits"
                lede="A run that would take away more than this applies nothing. It is held, and a person sees the list and decides."/>
            <Loaded resource=settings draw=move |(settings, flash)| match settings {
                Some(settings) => view! { <Limits settings flash save/> }.into_any(),
                None => view! { <NotConnected/> }.into_any(),
            }/>
        </div>
    }
}

#[component]
fn Limits(
    settings: SettingsView,
    flash: Option<Flash<(i64, TypedLimits), ()>>,
    save: ServerAction<SaveLimits>,
) -> impl IntoView {
    let SettingsView {
        version,
        limits,
        can_edit,
        ..
    } = settings;
    let refused = flash
        .as_ref()
        .filter(|flash| flash.result.is_err())
        .map(|flash| flash.values.clone());
    let (version, typed) = refused.unwrap_or_else(|| {
        (
            version,
            TypedLimits {
                count: limits.count.to_string(),
                percent: limits.percent.to_string(),
            },
        )
    });
    let outcome = outcome(save, flash.map(|flash| flash.result));
    let error = Signal::derive(move || outcome.get().and_then(Result::err));
    let pending = save.pending();
    view! {
        {(!can_edit).then(|| view! { <ReadOnly/> })}
        <Outcome outcome=outcome/>
        <Panel title="In one run" id="limits">
            <ActionForm action=save attr:class="in">
                <fieldset class="settings-form" disabled=!can_edit>
                    <legend class="visually-hidden">"In one run"</legend>
                    <Stamp version/>
                    <p>"Counted are people who would be blocked, renamed, or taken out of groups. The greater of the two numbers holds."</p>
                    <div class="number-row">
                        <Field key="count" name="limits[count]" label="People" value=typed.count error=error help="Default: 20"/>
                        <Field key="percent" name="limits[percent]" label="Per cent of active synchronised people"
                            value=typed.percent error=error help="Default: 5"/>
                    </div>
                    <Example limits/>
                    {can_edit.then(|| view! {
                        <div class="actions"><Submit label="Save" busy="Saving…" pending class="main"/></div>
                    })}
                </fieldset>
            </ActionForm>
        </Panel>
        <Panel title="Held whatever the limits say" id="always">
            <ul class="in does">
                <li>"The directory returns nobody, or nobody is in the synchronised groups."</li>
                <li>"The first run that would write."</li>
                <li>"The first run after these settings changed."</li>
                <li>"The credentials lead to another organisation than before."</li>
            </ul>
        </Panel>
    }
}

/// What the stored limits mean for three sizes of directory.
#[component]
fn Example(limits: SafetyLimits) -> impl IntoView {
    let of = |active: u64| format!("{} of {}", thousands(limits.allowed(active)), thousands(active));
    let words = format!(
        "As saved, a run may go up to {}, {} or {}.",
        of(100),
        of(1_000),
        of(10_000)
    );
    view! { <p class="soft">{words}</p> }
}

/// Saved, refused as a whole, or refused with fields to correct.
#[component]
pub fn Outcome(#[prop(into)] outcome: Signal<Option<Result<(), ApiError>>>) -> impl IntoView {
    let with_fields = Signal::derive(move || {
        outcome
            .get()
            .and_then(Result::err)
            .filter(|e| !e.fields().is_empty())
    });
    view! {
        <ErrorSummary error=with_fields/>
        {move || match outcome.get() {
            Some(Ok(())) => Some(
                view! { <Banner tone=Tone::Ready live=true><p>"Saved. The next run uses it."</p></Banner> }.into_any(),
            ),
            Some(Err(error)) if error.fields().is_empty() => Some(view! { <Refused error/> }.into_any()),
            _ => None,
        }}
    }
}
