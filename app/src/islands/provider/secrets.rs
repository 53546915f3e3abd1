//! Secrets are write-only: the form shows that one is stored, never what it is (C-21).

use domain::views::SecretHint;
use leptos::prelude::*;

use crate::components::TimeOf;

/// What is stored: "Stored: ends in 9f2c, entered 3 March, expires in 41 days. Leave the field empty to keep it."
#[component]
pub(super) fn Stored(hint: Option<SecretHint>) -> impl IntoView {
    hint.map(|hint| {
        let ends = (!hint.ends_in.is_empty()).then(|| format!("ends in {}, ", hint.ends_in));
        let verb = if hint.expired { "expired" } else { "expires" };
        let expires = hint.expires.map(|when| format!(", {verb} {when}"));
        view! {
            <p class="stored">
                <b>"Stored: "</b>
                {ends}
                "entered "
                <TimeOf when=hint.entered/>
                {expires}
                ". Leave the field empty to keep it."
            </p>
        }
    })
}
