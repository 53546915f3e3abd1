//! Beginning a run: in the agreed window, or now.

use domain::views::MigrationPlanView;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::api::migration::{StartMigration, TypedStart};
use crate::api::take_flash;
use crate::components::{
    Field, Option_, Panel, SelectField, Submit, TextArea, WhyRefused, awaited, customer, thousands,
};

#[component]
pub(super) fn Start(plan: MigrationPlanView, agreed: Option<String>) -> impl IntoView {
    let number = plan.number;
    let estimate = estimate(plan.estimated_seconds);
    view! {
        <Panel title="Carry it out" id="carry-out">
            <div class="in form">
                <p>{format!("{} Expect {estimate} until everybody can sign in again.", plan.sentence)}</p>
                <p>"First access is paused and no sync may start. Then every account changes in one step: until it ends everything is as it was, afterwards everything is as planned. Whatever is not through when the window ends is given up, with nothing changed."</p>
                <Form number agreed/>
            </div>
        </Panel>
    }
}

/// How long it takes, in words that promise no more than is known.
fn estimate(seconds: u64) -> String {
    match seconds {
        0..=60 => "about a minute".to_owned(),
        _ => format!("about {} minutes", thousands(seconds.div_ceil(60))),
    }
}

#[component]
fn Form(number: i64, agreed: Option<String>) -> impl IntoView {
    awaited(take_flash::<TypedStart, i64>(StartMigration::PATH), move |kept| {
        let error = kept.as_ref().and_then(|kept| kept.result.clone().err());
        let (when, minutes, agreement) = kept.and_then(|kept| kept.refused().cloned()).unwrap_or_default();
        let when = if when.is_empty() && agreed.is_some() {
            "agreed".to_owned()
        } else {
            when
        };
        let minutes = if minutes.is_empty() {
            "60".to_owned()
        } else {
            minutes
        };
        let mut choices = Vec::new();
        if let Some(agreed) = &agreed {
            choices.push(Option_::new("agreed", format!("In the agreed window: {agreed}")));
        } else {
            choices.push(Option_::new("", "Choose: no window is agreed on yet"));
        }
        choices.push(Option_::new("now", "Now"));
        view! {
            <form method="post" action=StartMigration::PATH class="form">
                <WhyRefused error=error.clone()/>
                <input type="hidden" name="customer" value=customer().slug/>
                <input type="hidden" name="plan" value=number/>
                <SelectField key="when" label="When" options=choices value=when error=error.clone()/>
                <Field key="window_minutes" name="minutes" label="For a window that begins now: its length in minutes" kind="number" value=minutes error=error.clone()/>
                <TextArea key="agreement" label="For a window that begins now: who of the customer agrees" prose=true value=agreement error
                    help="Name them, and how they said so. The agreed window needs nothing here."/>
                <div class="actions"><Submit label="Start the migration" busy="Starting…" class="main"/></div>
            </form>
        }
        .into_any()
    })
}
