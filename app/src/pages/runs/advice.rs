use domain::connection::Advice;
use leptos::prelude::*;

use crate::components::{Banner, Copy, Tone, customer};

/// What to do about a failed run, in the provider's own words.
#[component]
pub fn AdviceBanner(advice: Advice) -> impl IntoView {
    let is_form = advice.field.is_some();
    view! {
        <Banner tone=Tone::Problem>
            <p><strong>{advice.problem}</strong>" "{advice.cure}</p>
            {advice.permission.map(|name| view! { <p>"Permission: "<Copy value=name what="the permission's name"/></p> })}
            {advice.code.map(|code| view! { <p class="soft">"The provider's code: "<code>{code}</code></p> })}
            {is_form.then(|| view! { <p><a href=customer().path("provider")>"Open the provider's settings"</a></p> })}
        </Banner>
    }
}
