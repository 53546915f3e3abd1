use domain::connection::Advice;
use leptos::prelude::*;

use crate::components::{Banner, Cure, Tone, customer};

/// What to do about a failed run.
#[component]
pub fn AdviceBanner(advice: Advice) -> impl IntoView {
    let way = advice.field.is_some().then(|| {
        (
            customer().path("provider"),
            "Open the provider’s settings".to_owned(),
        )
    });
    view! { <Banner tone=Tone::Problem><Cure advice way/></Banner> }
}
