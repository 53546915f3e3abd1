//! Safety limits: how much one run may take away before a person must decide (S-01).

use domain::settings::SafetyLimits;
use domain::views::SettingsView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use services::Before;

use super::parts::{NotConnected, Outcome, ReadOnly, Stamp};
use crate::api::settings::{SaveLimits, TypedLimits, show_settings};
use crate::api::{Flash, take_flash};
use crate::components::{Field, Loaded, PageHeader, Panel, Submit, customer, thousands};
use crate::pages::steps::BeforeEdit;

/// What was kept of the posted form.
type Kept = Option<Flash<(i64, TypedLimits), ()>>;

/// `/c/{customer}/limits`
#[component]
pub fn LimitsPage() -> impl IntoView {
    let slug = customer().slug;
    let settings = async move {
        let kept: Kept = take_flash(SaveLimits::PATH).await;
        show_settings(slug).await.map(|settings| (settings, kept))
    };
    view! {
        <div class="column">
            <PageHeader title="Safety limits"
                lede="A run that would take away more than this applies nothing. It is held, and a person sees the list and decides."/>
            <Loaded data=settings draw=|(settings, kept)| match settings {
                Some(settings) => view! { <Limits settings kept/> }.into_any(),
                None => view! { <NotConnected/> }.into_any(),
            }/>
        </div>
    }
}

#[component]
fn Limits(settings: SettingsView, kept: Kept) -> impl IntoView {
    let SettingsView {
        version,
        limits,
        can_edit,
        ..
    } = settings;
    let refused = kept.as_ref().and_then(Flash::refused).cloned();
    let (version, typed) = refused.unwrap_or_else(|| {
        (
            version,
            TypedLimits {
                count: limits.count.to_string(),
                percent: limits.percent.to_string(),
                licences: limits
                    .licences
                    .map(|licences| licences.to_string())
                    .unwrap_or_default(),
            },
        )
    });
    let came = kept.map(|kept| kept.result);
    let error = came.clone().and_then(Result::err);
    view! {
        {(!can_edit).then(|| view! { <ReadOnly/> })}
        {can_edit.then(|| view! { <BeforeEdit before=Before::Settings/> })}
        <Outcome came/>
        <Panel title="In one run" id="limits">
            <form method="post" action=SaveLimits::PATH class="in">
                <fieldset class="settings-form" disabled=!can_edit>
                    <legend class="visually-hidden">"In one run"</legend>
                    <Stamp version/>
                    <p>"Counted are people who would be blocked, renamed, or taken out of groups. The greater of the two numbers holds."</p>
                    <div class="number-row">
                        <Field key="count" name="limits[count]" label="People" value=typed.count error=error.clone() help="Default: 20"/>
                        <Field key="percent" name="limits[percent]" label="Per cent of active synchronised people"
                            value=typed.percent error=error.clone() help="Default: 5"/>
                    </div>
                    <Example limits/>
                    <Field key="licences" name="limits[licences]" label="Licences" value=typed.licences error=error
                        help="How many accounts may be active at once. Who joins beyond that is created blocked, and opened in the order of arrival as licences become free. Empty: no limit."/>
                    {can_edit.then(|| view! {
                        <div class="actions"><Submit label="Save" busy="Saving…" class="main"/></div>
                    })}
                </fieldset>
            </form>
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
